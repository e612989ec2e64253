"""Figures of a calibration session, as the vendor documents them, with each rater's deviations.

N/A is a third verdict. A consensus has more than half of the raters; where there is none, a metric is left out.
The machine is a row for comparison and takes no part in the consensus.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.agreement import kappa_of
from auscult.domain.calibration.session import Session
from auscult.domain.errors import ConflictError

Category = Literal["full", "majority", "none"]
Colour = Literal["green", "amber", "red"]
Gap = Literal["calibrated", "attention", "required"]
Band = Literal["poor", "moderate", "substantial", "near_perfect"]

GREEN, AMBER = 0.9, 0.7
CALIBRATED, ATTENTION = 0.8, 0.65
LEAST_FOR_KAPPA = 10
NA_ABOVE_MEAN = 0.15
MACHINE = "machine"
_DECIMALS = 4


class Split(Struct, frozen=True, kw_only=True):
    """The answers to one metric in one conversation. ``consensus`` is None where no answer has more than half."""

    number: int
    metric_id: str
    answers: dict[str, str]
    machine: str | None
    consensus: str | None
    agreement: float
    category: Category
    reference: str | None
    reason: str


class RaterFigures(Struct, frozen=True, kw_only=True):
    """One rater, or the machine. Shares are from 0 to 1, None without a case.

    ``agreement`` is with the consensus, ``accuracy`` with the reference, ``na_rate`` the share of N/A, flagged where it
    is more than 15 points above the mean. ``kappa`` is there from ten consensus metrics. ``deviates`` names the metrics
    where the rater differs from the consensus, with how often.
    """

    rater: str
    agreement: float | None
    accuracy: float | None
    na_rate: float | None
    is_na_flagged: bool
    kappa: float | None
    band: Band | None
    deviates: dict[str, int]


class MetricGap(Struct, frozen=True, kw_only=True):
    """One metric over all conversations: how far raters agree, and what follows."""

    metric_id: str
    agreement: float
    gap: Gap
    splits: int


class CalibrationReport(Struct, frozen=True, kw_only=True):
    """The figures of a session. ``agreement`` is the mean over metrics with a consensus, None without any."""

    raters: tuple[RaterFigures, ...]
    machine: RaterFigures | None
    agreement: float | None
    colour: Colour | None
    consensus: int
    none: int
    splits: tuple[Split, ...]
    metrics: tuple[MetricGap, ...]


def report_of(
    session: Session, metric_ids: Sequence[str], machine: Mapping[int, Mapping[str, str]]
) -> CalibrationReport:
    """Return the figures of a session; ``metric_ids`` are in the form's order, ``machine`` by conversation's number.

    Splits come first where raters differ most. Raises ``ConflictError`` ``calibration.too_few`` below two submissions.
    """
    names = session.submitted
    if len(names) < 2:  # noqa: PLR2004  (two raters)
        raise ConflictError(
            "a comparison needs two submissions; there is {n} of {most}",
            n=len(names),
            most=len(session.raters),
            code="calibration.too_few",
            field="session_id",
            value=session.session_id,
        )
    splits = _splits(session, metric_ids, machine)
    agreed = [each.agreement for each in splits if each.consensus is not None]
    agreement = round(sum(agreed) / len(agreed), _DECIMALS) if agreed else None
    rates = {name: _na_rate(splits, name) for name in names}
    known = [rate for rate in rates.values() if rate is not None]
    mean = sum(known) / len(known) if known else 0.0
    return CalibrationReport(
        raters=tuple(_rater(splits, name, mean) for name in names),
        machine=_rater(splits, MACHINE, mean) if any(each.machine is not None for each in splits) else None,
        agreement=agreement,
        colour=None if agreement is None else colour_of(agreement),
        consensus=len(agreed),
        none=len(splits) - len(agreed),
        splits=tuple(
            replace(each, agreement=round(each.agreement, _DECIMALS))
            for each in sorted(splits, key=lambda each: (each.agreement, each.number, metric_ids.index(each.metric_id)))
        ),
        metrics=tuple(_gaps(splits, metric_ids)),
    )


def colour_of(agreement: float) -> Colour:
    """Return how an agreement is coloured: green from 90 %, amber from 70 %."""
    return "green" if agreement >= GREEN else "amber" if agreement >= AMBER else "red"


def consensus_of(answers: Iterable[str]) -> tuple[str | None, float]:
    """Return the answer that more than half give, if any, and the share of the most frequent one."""
    counts = Counter(answers)
    total = counts.total()
    answer, most = max(counts.items(), key=lambda each: (each[1], each[0]))
    return (answer if 2 * most > total else None), most / total


def _splits(session: Session, metric_ids: Sequence[str], machine: Mapping[int, Mapping[str, str]]) -> list[Split]:
    references = {(each.number, each.metric_id): each for each in session.references}
    given: defaultdict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    for one in session.scored:
        if one.rater in session.submitted:
            for answer in one.sheet.answers:
                given[one.number, answer.metric_id][one.rater] = answer.level or answer.answer
    found: list[Split] = []
    for item in session.items:
        for metric_id in metric_ids:
            answers = given.get((item.number, metric_id))
            if not answers:
                continue
            consensus, agreement = consensus_of(answers.values())
            reference = references.get((item.number, metric_id))
            category: Category = "full" if len(set(answers.values())) == 1 else "majority" if consensus else "none"
            found.append(
                Split(
                    number=item.number,
                    metric_id=metric_id,
                    answers=answers,
                    machine=machine.get(item.number, {}).get(metric_id),
                    consensus=consensus,
                    agreement=agreement,
                    category=category,
                    reference=reference.answer if reference else None,
                    reason=reference.reason if reference else "",
                )
            )
    return found


def _answer(split: Split, name: str) -> str | None:
    return split.machine if name == MACHINE else split.answers.get(name)


def _na_rate(splits: Sequence[Split], name: str) -> float | None:
    answers = [answer for each in splits if (answer := _answer(each, name)) is not None]
    return sum(answer == "NA" for answer in answers) / len(answers) if answers else None


def _rater(splits: Sequence[Split], name: str, mean: float) -> RaterFigures:
    pairs = [(each.consensus, answer) for each in splits if each.consensus and (answer := _answer(each, name))]
    referred = [(each.reference, answer) for each in splits if each.reference and (answer := _answer(each, name))]
    kappa = kappa_of(pairs) if len(pairs) >= LEAST_FOR_KAPPA else None
    rate = _na_rate(splits, name)
    deviates = Counter(
        each.metric_id for each in splits if each.consensus and _answer(each, name) not in {None, each.consensus}
    )
    return RaterFigures(
        rater=name,
        agreement=_share(pairs),
        accuracy=_share(referred),
        na_rate=None if rate is None else round(rate, _DECIMALS),
        is_na_flagged=name != MACHINE and rate is not None and rate > mean + NA_ABOVE_MEAN,
        kappa=None if kappa is None else round(kappa, _DECIMALS),
        band=None if kappa is None else band_of(kappa),
        deviates=dict(deviates),
    )


def band_of(kappa: float) -> Band:
    """Return the band of a kappa: below 0.4 poor, to 0.6 moderate, to 0.8 substantial, above near-perfect."""
    for limit, band in ((0.4, "poor"), (0.6, "moderate")):
        if kappa < limit:
            return band  # type: ignore[return-value]
    return "substantial" if kappa <= 0.8 else "near_perfect"  # noqa: PLR2004  (as documented)


def _share(pairs: Sequence[tuple[str, str]]) -> float | None:
    return round(sum(one == other for one, other in pairs) / len(pairs), _DECIMALS) if pairs else None


def _gaps(splits: Sequence[Split], metric_ids: Sequence[str]) -> list[MetricGap]:
    """Return each metric, the least agreed first; of equals the first in the form."""
    found: list[MetricGap] = []
    for metric_id in metric_ids:
        some = [each for each in splits if each.metric_id == metric_id]
        if not some:
            continue
        agreement = sum(each.agreement for each in some) / len(some)
        gap: Gap = "calibrated" if agreement >= CALIBRATED else "attention" if agreement >= ATTENTION else "required"
        splits_of = sum(each.category != "full" for each in some)
        found.append(MetricGap(metric_id=metric_id, agreement=round(agreement, _DECIMALS), gap=gap, splits=splits_of))
    return sorted(found, key=lambda each: each.agreement)
