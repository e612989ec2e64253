"""Figures of disputes: how often a decision overturns an answer, by metric, auditor and queue, and how long it takes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Literal

from msgspec import Struct

from auscult.domain.disputes.review import Dispute
from auscult.domain.statistics.intervals import Figure, wilson_figure

FLAG_FROM = 5
"""Decisions from which a metric can be flagged."""
FLAG_ABOVE = 1 / 3
"""Share of overturned answers above which a metric is flagged: its question is not understood alike."""


Counted = Literal["raised", "decided", "changed"]
"""A number of disputes."""


class DisputeFigures(Struct, frozen=True, kw_only=True):
    """Figures of some disputes; ``key`` is the metric, auditor or queue, "" for all.

    ``rate`` is the share of decided disputes that were accepted, with Wilson's interval, None without a decision.
    ``hours`` is the median time to a decision.
    """

    key: str
    raised: int
    open: int
    decided: int
    overturned: int
    rate: Figure | None
    hours: float | None
    is_flagged: bool = False


class DisputeStatistics(Struct, frozen=True, kw_only=True):
    """Figures of all disputes of a selection, and by metric, auditor and queue; the most disputed first."""

    all: DisputeFigures
    metrics: tuple[DisputeFigures, ...]
    auditors: tuple[DisputeFigures, ...]
    queues: tuple[DisputeFigures, ...]


def statistics_of(disputes: Iterable[Dispute]) -> DisputeStatistics:
    """Return the figures of disputes. Withdrawn and re-opened ones are raised, and not decided."""
    found = list(disputes)
    return DisputeStatistics(
        all=_figures("", found),
        metrics=_by(found, lambda each: each.metric_id),
        auditors=_by(found, lambda each: each.auditor),
        queues=_by(found, lambda each: each.queue),
    )


def is_counted(dispute: Dispute, number: Counted) -> bool:
    """Return whether a number of disputes counts one."""
    match number:
        case "raised":
            return True
        case "decided":
            return dispute.state in {"accepted", "denied"}
        case "changed":
            return dispute.state == "accepted"


def _by(found: Sequence[Dispute], key: Callable[[Dispute], str]) -> tuple[DisputeFigures, ...]:
    groups: defaultdict[str, list[Dispute]] = defaultdict(list)
    for each in found:
        groups[key(each)].append(each)
    figures = (_figures(name, some) for name, some in groups.items())
    return tuple(sorted(figures, key=lambda each: (-each.raised, each.key)))


def _figures(key: str, found: Sequence[Dispute]) -> DisputeFigures:
    decided = [each for each in found if is_counted(each, "decided")]
    overturned = sum(is_counted(each, "changed") for each in decided)
    rate = wilson_figure(overturned, len(decided)) if decided else None
    hours = [
        (each.decided_at - each.raised_at).total_seconds() / 3600 for each in decided if each.decided_at is not None
    ]
    return DisputeFigures(
        key=key,
        raised=len(found),
        open=sum(each.is_open for each in found),
        decided=len(decided),
        overturned=overturned,
        rate=rate,
        hours=round(median(hours), 2) if hours else None,
        is_flagged=len(decided) >= FLAG_FROM and overturned / len(decided) > FLAG_ABOVE,
    )
