"""Significant changes between the last period and the one before it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.statistics.intervals import Figure, difference, wilson_figure
from auscult.services.conversations.latest import Sought, count
from auscult.services.insights.quality import METRICS, NOTHING, Adherence, by_period, numbers_of_intents
from auscult.storage.store import AppStore

LEAST = 10
"""Conversations that a share must rest on, in both periods."""
LEAST_NEW = 3
"""Conversations that make a name new that had none before."""


class Change(Struct, frozen=True, kw_only=True):
    """Change. Shares are of 1; of a reason for contact ``now`` and ``before`` count conversations.

    ``metric``: adherence to it moved by more than chance. ``new_reason``: it had no conversation before.
    ``reason``: it has more or fewer conversations than chance explains.
    """

    kind: Literal["metric", "new_reason", "reason"]
    id: str
    name: str
    now: float
    before: float
    weight: float


class Compared(Struct, frozen=True, kw_only=True):
    """Two periods: ``since`` <= start < ``until``, and the one of ``before`` that ends where it begins."""

    since: datetime
    until: datetime
    before: timedelta

    @property
    def spans(self) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
        """Start and end of the earlier period and of the later one."""
        return (self.since - self.before, self.since), (self.since, self.until)


def changed_metrics(app: AppStore, sought: Sought, metrics: Mapping[str, str], compared: Compared) -> list[Change]:
    """Return the metrics whose adherence changed by more than chance, the largest change first."""
    found: list[Change] = []
    earlier, later = (each.metrics for each in by_period(app, sought, compared.spans, METRICS))
    for metric_id, name in metrics.items():
        now, before = later.get(metric_id, NOTHING), earlier.get(metric_id, NOTHING)
        if min(now.n, before.n) < LEAST:
            continue
        moved = difference(_figure(now), _figure(before))
        if moved.low > 0 or moved.high < 0:
            found.append(
                Change(
                    kind="metric",
                    id=metric_id,
                    name=name,
                    now=now.met / now.n,
                    before=before.met / before.n,
                    weight=abs(moved.value),
                )
            )
    return sorted(found, key=lambda each: -each.weight)


def changed_reasons(app: AppStore, sought: Sought, names: Iterable[str], compared: Compared) -> list[Change]:
    """Return the reasons for contact that are new, or that changed by more than chance, the largest change first."""
    begins = compared.since - compared.before
    total_now = count(app, replace(sought, since=compared.since, until=compared.until))
    total_before = count(app, replace(sought, since=begins, until=compared.since))
    found: list[Change] = []
    numbers = numbers_of_intents(app, sought, list(names), (begins, compared.since, compared.until))
    for name, (before, now) in numbers.items():
        if not before and now >= LEAST_NEW and total_before:
            found.append(Change(kind="new_reason", id=name, name=name, now=now, before=0, weight=now / total_now))
        elif before and max(now, before) >= LEAST and total_now and total_before:
            moved = difference(wilson_figure(now, total_now), wilson_figure(before, total_before))
            if moved.low > 0 or moved.high < 0:
                usual = before / total_before * total_now
                found.append(Change(kind="reason", id=name, name=name, now=now, before=usual, weight=abs(moved.value)))
    return sorted(found, key=lambda each: -each.weight)


def _figure(found: Adherence) -> Figure:
    return wilson_figure(found.met, found.n)
