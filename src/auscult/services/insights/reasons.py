"""Causes of the difference between two periods: queues and reasons for contact, each with how many more failed."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.statistics.intervals import difference, wilson_figure
from auscult.services.conversations.latest import Sought
from auscult.services.insights.changes import LEAST, Compared
from auscult.services.insights.quality import Passed, passed
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
    begins = compared.since - compared.before
    found: list[Part] = []
    wanted: list[tuple[Literal["queue", "intent"], str, Sought]] = [
        *(("queue", each, replace(sought, queues=(each,))) for each in queues),
        *(("intent", each, replace(sought, intents=(each,))) for each in intents),
    ]
    for kind, name, of_it in wanted:
        now = passed(app, of_it, compared.since, compared.until)
        if not now.scored:
            continue
        before = passed(app, of_it, begins, compared.since)
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
