"""How often the interval of kappa holds the true kappa, in made-up audits whose true kappa is known.

    python bench/quality/kappa_interval.py [TRIALS]

Beside it stands what the percentiles of the same resamples would reach. ``none`` is the share of trials in which no
interval is told, as the rarer answer is too rare.
"""
# ruff: noqa: S311  (nothing is secret in made-up audits)

import random
import sys

from auscult.domain.audits import resampling
from auscult.domain.audits.agreement import Pair, compare_counts, kappa_of
from auscult.domain.audits.resampling import Interval

TRIALS = 400
SIZES = (30, 60, 120, 300)
# Share of YES among people's answers; how often the machine says YES to a YES, and NO to a NO.
MACHINES = ((0.5, 0.9, 0.9), (0.8, 0.95, 0.8), (0.9, 0.97, 0.7), (0.6, 0.75, 0.75))
CELLS: tuple[Pair, ...] = (("NO", "NO"), ("NO", "YES"), ("YES", "NO"), ("YES", "YES"))


def main() -> None:
    """Print a line for each setting."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS
    print("n   base rate  kappa  none   held by BCa  held by percentiles")
    for n in SIZES:
        for yes, sensitivity, specificity in MACHINES:
            shares = (
                (1 - yes) * specificity,
                (1 - yes) * (1 - specificity),
                yes * (1 - sensitivity),
                yes * sensitivity,
            )
            true = kappa_of(
                pair for pair, share in zip(CELLS, shares, strict=True) for _ in range(round(share * 10_000))
            )
            assert true is not None
            held, told, percentiles = trial(n, shares, true, trials)
            print(
                f"{n:<4}{yes:<11}{true:<7.2f}{1 - told / trials:<7.3f}{held / told:<13.3f}{percentiles / told:.3f}",
                flush=True,
            )


def trial(n: int, shares: tuple[float, ...], true: float, trials: int) -> tuple[int, int, int]:
    """How many intervals held the true kappa, how many were told, and how many percentiles held it."""
    rng = random.Random(1)
    held = told = percentiles = 0
    for _ in range(trials):
        drawn = rng.choices(CELLS, shares, k=n)
        counts = {pair: drawn.count(pair) for pair in CELLS if pair in drawn}
        found = compare_counts(counts, random.Random(1960).random).kappa_interval
        if found is None:
            continue
        told += 1
        held += found.low <= true <= found.high
        ends = percentiles_of(counts)
        percentiles += ends.low <= true <= ends.high
    return held, told, percentiles


def percentiles_of(counts: dict[Pair, int]) -> Interval:
    """The middle 95 % of the resamples' kappas."""
    rng = random.Random(1960)
    cells = sorted(counts)
    kappas: list[float] = []
    for _ in range(resampling.RESAMPLES):
        again = resampling.resample([counts[cell] for cell in cells], rng.random)
        kappa = compare_counts(dict(zip(cells, again, strict=True))).kappa
        if kappa is not None:
            kappas.append(kappa)
    kappas.sort()
    return Interval(kappas[int(0.025 * len(kappas))], kappas[int(0.975 * len(kappas))])


if __name__ == "__main__":
    main()
