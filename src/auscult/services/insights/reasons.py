"""Causes of the difference between two periods: queues and reasons for contact, each with how many more failed."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from auscult.domain.statistics.intervals import difference, wilson_figure
from auscult.services.conversations.latest import Sought
from auscult.services.insights.changes import LEAST, Compared
from auscult.services.insights.quality import NameKind, Passed, by_name
from auscult.storage.store import AppStore


class Part(Struct, frozen=True, kw_only=True):
    """One queue or reason in both periods. ``more_failed``: those that failed beyond what its earlier share makes usual.

    ``is_more_than_chance``: the share moved by more than chance explains.
    """

    kind: Literal["queue", "intent"]
    name: str
    now: Passed
    before: Passed
    more_failed: float
    is_more_than_chance: bool


def parts(
    app: AppStore, sought: Sought, queues: Iterable[str], intents: Iterable[str], compared: Compared
) -> list[Part]:
    """Return every part that has conversations in the later period, those with the largest effect first."""
    found: list[Part] = []
    wanted: tuple[tuple[NameKind, Iterable[str]], ...] = (("queue", queues), ("intent", intents))
    counted: list[tuple[NameKind, str, Passed, Passed]] = [
        (kind, name, before, now)
        for kind, names in wanted
        for name, (before, now) in by_name(app, sought, kind, list(names), compared.spans).items()
    ]
    for kind, name, before, now in counted:
        if not now.scored:
            continue
        usual = (before.scored - before.passed) / before.scored * now.scored if before.scored else 0.0
        found.append(
            Part(
                kind=kind,
                name=name,
                now=now,
                before=before,
                more_failed=(now.scored - now.passed) - usual,
                is_more_than_chance=_moved(now, before),
            )
        )
    return sorted(found, key=lambda each: -abs(each.more_failed))


def _moved(now: Passed, before: Passed) -> bool:
    if min(now.scored, before.scored) < LEAST:
        return False
    by = difference(wilson_figure(now.passed, now.scored), wilson_figure(before.passed, before.scored))
    return by.low > 0 or by.high < 0
