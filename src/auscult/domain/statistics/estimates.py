"""Estimates for all conversations from the machine's verdicts on all and people's answers on some.

The method follows from the draw: post-stratified by the machine's verdict where the audits of a verdict were drawn
with one probability, the difference estimator where probabilities differ, PPI++ for scores.

Angelopoulos, A. N., Duchi, J. C. & Zrnic, T. (2023). PPI++: efficient prediction-powered inference. arXiv 2311.01453.
Sarndal, C.-E., Swensson, B. & Wretman, J. (1992). Model assisted survey sampling. Springer.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from auscult.domain.statistics.intervals import Figure
from auscult.domain.statistics.post_stratified import Stratum, post_stratified
from auscult.domain.statistics.scores import Moments, audits_alone, powered
from auscult.domain.statistics.weighted import (
    WeightedScore,
    WeightedVerdict,
    difference_of_scores,
    difference_of_shares,
)

FEW_AUDITS = 10
"""Below this number of audits an estimate carries a warning."""
LEAST_FOR_POWERED = 30
"""PPI++ needs this many audited scores; with fewer, audits alone are used."""
_SAME = 1e-9


class AuditedVerdict(Struct, frozen=True):
    """An audited conversation: the machine's answer, the person's (YES, NO or NA), and the probability of the draw."""

    machine: str
    person: str
    probability: float | None


class AuditedScore(Struct, frozen=True):
    """An audited conversation: the machine's score, the person's, and the probability of the draw."""

    machine: float
    person: float
    probability: float | None


class Estimate(Struct, frozen=True, kw_only=True):
    """An estimate for all ``population`` conversations from ``n`` audits, with 95 % confidence.

    ``machine`` is the machine's own figure for all of them. Shares are those of YES among YES and NO, from 0 to 1.
    """

    machine: float | None
    estimate: float
    low: float
    high: float
    n: int
    population: int
    method: str
    warnings: tuple[str, ...] = ()


class Refusal(Struct, frozen=True):
    """An estimate that cannot be made, with the reason."""

    reason: str


def estimate_share(verdicts: Mapping[str, int], audits: Sequence[AuditedVerdict]) -> Estimate | Refusal:
    """Estimate the share of YES in a population of which the machine's verdicts are counted.

    Audits without a probability, which were picked by hand, are left out with a warning. It is refused where no
    audit has one or the population is empty.
    """
    drawn = [one for one in audits if one.probability]
    population = sum(verdicts.values())
    refused = _refusal(len(drawn), len(audits), population)
    if refused:
        return refused
    unknown = sorted({one.machine for one in drawn} - set(verdicts))
    if unknown:
        return Refusal(f"audits of conversations outside the population: the machine's verdict is {', '.join(unknown)}")
    warnings = _warnings(len(drawn), len(audits))
    if _one_probability_a_verdict(drawn):
        strata = strata_of(verdicts, drawn)
        found, method = post_stratified(strata), "post-stratified"
        warnings += [
            f"no audit among the {one.population} conversations with the machine's verdict {one.verdict}"
            for one in strata
            if one.population and not one.n
        ]
    else:
        weighted = [WeightedVerdict(one.machine, one.person, one.probability or 1.0) for one in drawn]
        found, method = difference_of_shares(verdicts, weighted), "difference"
    if found is None:
        return Refusal("the metric applies to none of the conversations")
    return _estimate(machine_share(verdicts), found, _Sample(len(drawn), population, warnings), method)


def estimate_score(scores: Moments, audits: Sequence[AuditedScore]) -> Estimate | Refusal:
    """Estimate the mean score of a population of which the machine's scores are summed up.

    PPI++ from 30 audits with one probability, audits alone with fewer, the difference estimator where probabilities
    differ. Audits without a probability are left out with a warning.
    """
    drawn = [one for one in audits if one.probability]
    refused = _refusal(len(drawn), len(audits), scores.n)
    if refused:
        return refused
    if len(drawn) < 2:  # noqa: PLR2004  (one score has no spread)
        return Refusal("one audited score shows no spread; at least 2 are needed")
    pairs = [(one.machine, one.person) for one in drawn]
    warnings = _warnings(len(drawn), len(audits))
    probabilities = [one.probability or 1.0 for one in drawn]
    if max(probabilities) - min(probabilities) > _SAME:
        weighted = [WeightedScore(one.machine, one.person, one.probability or 1.0) for one in drawn]
        found, method = difference_of_scores(scores, weighted), "difference"
    elif len(drawn) >= LEAST_FOR_POWERED:
        found, method = powered(scores, pairs), "ppi++"
    else:
        found, method = audits_alone([person for _, person in pairs], scores.n), "audits alone"
    return _estimate(scores.mean, found, _Sample(len(drawn), scores.n, warnings), method)


def machine_share(verdicts: Mapping[str, int]) -> float | None:
    """Return the machine's share of YES among YES and NO; None where the metric applies nowhere."""
    applicable = verdicts.get("YES", 0) + verdicts.get("NO", 0)
    return verdicts.get("YES", 0) / applicable if applicable else None


def strata_of(verdicts: Mapping[str, int], audits: Sequence[AuditedVerdict]) -> list[Stratum]:
    """Return a stratum for each of the machine's verdicts, with the answers of people in it counted."""
    answers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in audits:
        answers[one.machine][one.person] += 1
    return [
        Stratum(verdict, size, answers[verdict]["YES"], answers[verdict]["NO"], answers[verdict]["NA"])
        for verdict, size in sorted(verdicts.items(), reverse=True)
    ]


def _one_probability_a_verdict(audits: Sequence[AuditedVerdict]) -> bool:
    ends: dict[str, tuple[float, float]] = {}
    for one in audits:
        probability = one.probability or 1.0
        low, high = ends.get(one.machine, (probability, probability))
        ends[one.machine] = (min(low, probability), max(high, probability))
    return all(high - low <= _SAME for low, high in ends.values())


def _refusal(drawn: int, audits: int, population: int) -> Refusal | None:
    if not population:
        return Refusal("no conversation in the population")
    if not audits:
        return Refusal("no audit; draw conversations with a plan and audit them")
    if not drawn:
        return Refusal(
            f"none of the {audits} audits has a probability: conversations picked by hand say nothing about the"
            " others; draw conversations with a plan"
        )
    return None


class _Sample(Struct, frozen=True):
    n: int
    population: int
    warnings: list[str]


def _warnings(drawn: int, audits: int) -> list[str]:
    found: list[str] = []
    if drawn < audits:
        found.append(f"{audits - drawn} audits without a probability are left out")
    if drawn < FEW_AUDITS:
        found.append(f"only {drawn} audit{'' if drawn == 1 else 's'}")
    return found


def _estimate(machine: float | None, found: Figure, sample: _Sample, method: str) -> Estimate:
    return Estimate(
        machine=machine,
        estimate=found.value,
        low=found.low,
        high=found.high,
        n=sample.n,
        population=sample.population,
        method=method,
        warnings=tuple(sample.warnings),
    )
