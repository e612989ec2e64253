"""Quality over time: how many pass, which metrics are met, and which agents differ by more than chance.

Every number is a count of the listing's indexes, through the same door as the list of those conversations; so it says
what the reader may see, and takes no longer where there are many.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from auscult.services.conversations.latest import Sought, count
from auscult.storage.store import AppStore

WEEK = timedelta(days=7)


class Passed(Struct, frozen=True, kw_only=True):
    """Number of conversations of a period that were scored, and that passed."""

    since: datetime
    until: datetime
    scored: int
    passed: int

    @property
    def share(self) -> float | None:
        """The share that passed; None where nothing was scored."""
        return self.passed / self.scored if self.scored else None


class Adherence(Struct, frozen=True, kw_only=True):
    """Counts of a metric met and missed in a period; conversations that it did not apply to are left out."""

    met: int
    missed: int

    @property
    def n(self) -> int:
        """In how many conversations it applied."""
        return self.met + self.missed


def periods(until: datetime, number: int, length: timedelta = WEEK) -> tuple[tuple[datetime, datetime], ...]:
    """Return ``number`` periods of one length, the last one ending at ``until``, the oldest first."""
    return tuple((until - length * (n + 1), until - length * n) for n in reversed(range(number)))


def passed(app: AppStore, sought: Sought, since: datetime, until: datetime) -> Passed:
    """Count who passed in a period."""
    within = replace(sought, since=since, until=until)
    failed = count(app, replace(within, outcomes=("failed",)))
    good = count(app, replace(within, outcomes=("passed",)))
    return Passed(since=since, until=until, scored=good + failed, passed=good)


def adherence(app: AppStore, sought: Sought, metric_id: str, since: datetime, until: datetime) -> Adherence:
    """Count how often a metric was met and missed in a period."""
    within = replace(sought, since=since, until=until)
    return Adherence(
        met=count(app, replace(within, met=(*within.met, metric_id))),
        missed=count(app, replace(within, missed=(*within.missed, metric_id))),
    )


def by_agent(app: AppStore, sought: Sought, agents: Sequence[str]) -> dict[str, Passed]:
    """Count who passed, for each of these agents (ids, to the letter); those without a score are left out."""
    assert sought.since is not None and sought.until is not None  # noqa: S101, PT018  (a period is asked for)
    found: dict[str, Passed] = {}
    for agent in agents:
        good = count(app, replace(sought, agent_outcomes=((agent, "passed"),)))
        failed = count(app, replace(sought, agent_outcomes=((agent, "failed"),)))
        if good + failed:
            found[agent] = Passed(since=sought.since, until=sought.until, scored=good + failed, passed=good)
    return found
