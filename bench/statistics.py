"""Coverage of the intervals by simulation: how often the truth lies in an interval with 95 % confidence.

    python -m bench.statistics [--draws 1500] [--seed 1]

A population with known answers is drawn from again and again. Each line is a design: the truth, how often the machine
is right, audits, the share of intervals that hold the truth, and half their mean width in points. The last line reports
whether every coverage is from 93 to 99 %, within the error of the number of draws, and the end fails where one is not.
The designs with 30 audits of a good machine are at the upper edge: they see less than one error in most strata.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from math import sqrt

from auscult.domain.statistics.estimates import (
    AuditedScore,
    AuditedVerdict,
    Estimate,
    Refusal,
    estimate_score,
    estimate_share,
)
from auscult.domain.statistics.scores import Moments, moments_of

POPULATION = 20_000
LEAST, MOST = 0.93, 0.99
SHARES = (
    (0.82, 0.95, 30),
    (0.82, 0.95, 100),
    (0.82, 0.90, 200),
    (0.82, 0.80, 100),
    (0.95, 0.95, 200),
    (0.97, 0.90, 400),
)
SCORES = ((0.5, 30), (0.5, 100), (0.7, 100), (0.85, 30), (0.85, 100), (0.85, 400))

Verdicts = Sequence[tuple[str, str]]
Outcome = Estimate | Refusal


class Tally:
    """Coverages of all designs, printed as they come."""

    def __init__(self, draws: int) -> None:
        """Begin without any; ``draws`` is the number of intervals of each design."""
        self.draws = draws
        self.least = LEAST - 3 * sqrt(LEAST * (1 - LEAST) / draws)
        self.most = MOST + 3 * sqrt(MOST * (1 - MOST) / draws)
        self.outside: list[str] = []
        self.coverages: list[float] = []

    def measure(self, name: str, truth: float, draw: Callable[[], Outcome], scale: float = 100.0) -> None:
        """Draw again and again, and print coverage and half the mean width."""
        held, width = 0, 0.0
        for _ in range(self.draws):
            found = draw()
            assert isinstance(found, Estimate), found
            held += found.low <= truth <= found.high
            width += (found.high - found.low) / 2
        coverage = held / self.draws
        self.coverages.append(coverage)
        print(f"{name:<64} covers {100 * coverage:5.1f} %  ±{scale * width / self.draws:.2f}", flush=True)
        if not self.least <= coverage <= self.most:
            self.outside.append(name)


def population_of(truth: float, right: float, not_applicable: float, stream: random.Random) -> Verdicts:
    """Return (machine's answer, person's answer) for each conversation of a population."""
    answers = ["YES", "NO", "NA"] if not_applicable else ["YES", "NO"]
    found: list[tuple[str, str]] = []
    for _ in range(POPULATION):
        person = "NA" if stream.random() < not_applicable else "YES" if stream.random() < truth else "NO"
        wrong = stream.choice([answer for answer in answers if answer != person])
        found.append((person if stream.random() < right else wrong, person))
    return found


def share_of(population: Verdicts) -> float:
    """Return people's share of YES among YES and NO."""
    people = Counter(person for _, person in population)
    return people["YES"] / (people["YES"] + people["NO"])


def shares(tally: Tally, stream: random.Random) -> None:
    """Measure yes/no estimates: at random, half from the machine's NO, with NA, and by risk."""
    for truth, right, n in SHARES:
        for not_applicable in (0.0, 0.3):
            population = population_of(truth, right, not_applicable, stream)
            verdicts = Counter(machine for machine, _ in population)

            def at_random(population: Verdicts = population, verdicts: Counter[str] = verdicts, n: int = n) -> Outcome:
                drawn = stream.sample(population, n)
                return estimate_share(verdicts, [AuditedVerdict(*one, n / POPULATION) for one in drawn])

            kind = "30 % not applicable" if not_applicable else "at random"
            tally.measure(f"yes/no, {kind}: truth {truth}, right {right}, n {n}", share_of(population), at_random)
        population = population_of(truth, right, 0.0, stream)
        half_from_no(tally, population, n, stream, f"truth {truth}, right {right}, n {n}")
        by_risk(tally, population, n, stream, f"truth {truth}, right {right}, n {n}")


def half_from_no(tally: Tally, population: Verdicts, n: int, stream: random.Random, name: str) -> None:
    """Measure draws of which half come from the machine's NO."""
    by_verdict: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in population:
        by_verdict[one[0]].append(one)
    sizes = {verdict: len(some) for verdict, some in by_verdict.items()}

    def draw() -> Outcome:
        some: list[AuditedVerdict] = []
        for verdict, count in (("YES", n - n // 2), ("NO", n // 2)):
            drawn = stream.sample(by_verdict[verdict], count)
            some += [AuditedVerdict(*one, count / sizes[verdict]) for one in drawn]
        return estimate_share(sizes, some)

    tally.measure(f"yes/no, half from the machine's NO: {name}", share_of(population), draw)


def by_risk(tally: Tally, population: Verdicts, n: int, stream: random.Random, name: str) -> None:
    """Measure draws with probabilities that differ: a floor of 20 %, more for the machine's NO and by chance."""
    risks = [0.2 + 0.8 * ((0.5 if machine == "NO" else 0.05) + 0.3 * stream.random()) for machine, _ in population]
    whole = sum(risks)
    probabilities = [min(1.0, n * risk / whole) for risk in risks]
    verdicts = Counter(machine for machine, _ in population)

    def draw() -> Outcome:
        drawn = [
            AuditedVerdict(*one, probability)
            for one, probability in zip(population, probabilities, strict=True)
            if stream.random() < probability
        ]
        return estimate_share(verdicts, drawn)

    tally.measure(f"yes/no, by risk: {name}", share_of(population), draw)


def scores(tally: Tally, stream: random.Random) -> None:
    """Measure mean scores from 0 to 100 with a machine that correlates with people."""
    for correlation, n in SCORES:
        population: list[tuple[float, float]] = []
        for _ in range(POPULATION):
            person = stream.gauss(0, 1)
            machine = correlation * person + sqrt(1 - correlation**2) * stream.gauss(0, 1)
            population.append((min(max(80 + 15 * machine, 0), 100), min(max(80 + 15 * person, 0), 100)))
        moments = moments_of(machine for machine, _ in population)
        truth = sum(person for _, person in population) / POPULATION

        def draw(
            n: int = n, population: Sequence[tuple[float, float]] = population, moments: Moments = moments
        ) -> Outcome:
            drawn = stream.sample(population, n)
            return estimate_score(moments, [AuditedScore(*one, n / POPULATION) for one in drawn])

        tally.measure(f"score: correlation {correlation}, n {n}", truth, draw, 1.0)


def main() -> None:
    """Measure every design; exit 1 where an interval is too short or too wide."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tally, stream = Tally(given.draws), random.Random(given.seed)  # noqa: S311  (a simulation)
    for measure in (shares, scores):
        measure(tally, stream)
    print(f"lowest coverage {100 * min(tally.coverages):.1f} %, highest coverage {100 * max(tally.coverages):.1f} %")
    ends = f"{100 * LEAST:.0f} to {100 * MOST:.0f} %"
    if tally.outside:
        raise SystemExit(f"not in {ends}: {'; '.join(tally.outside)}")
    print(f"every interval covers the truth in {ends}, within the error of {given.draws} draws")


if __name__ == "__main__":
    main()
