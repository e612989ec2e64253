"""Drivers of the share that passes: the change between two periods, split by queue, reason and agent."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.insights.changes import Change, Group, Kind, Sample, change_of, share
from auscult.services.conversations.latest import Sought
from auscult.services.insights.changes import Compared
from auscult.services.insights.quality import Passed, by_agent_and_period, by_name, by_period
from auscult.storage.store import AppStore


class Named(Struct, frozen=True, kw_only=True):
    """Groups to compare: names of queues and reasons, and names of agents by their ids."""

    queues: Sequence[str]
    reasons: Sequence[str]
    agents: Mapping[str, str]


class PassedChange(Struct, frozen=True, kw_only=True):
    """Counts of both periods, and the change of the share with its drivers; None where nothing can be compared."""

    compared: Compared
    before: Passed
    now: Passed
    change: Change | None

    def counts(self, group: Group) -> tuple[Passed, Passed]:
        """Return the counts of a group in both periods, the earlier one first."""
        first, last = (
            replace(period, scored=sample.n, passed=int(sample.total), undecided=0)
            for period, sample in ((self.before, group.before), (self.now, group.now))
        )
        return first, last


def passed_change(app: AppStore, sought: Sought, named: Named, compared: Compared) -> PassedChange:
    """Compare the shares that pass in two periods."""
    before, now = (each.passed for each in by_period(app, sought, compared.spans, ("outcome",)))
    groups = list(_groups(app, sought, named, compared))
    return PassedChange(
        compared=compared, before=before, now=now, change=change_of(_sample(before), _sample(now), groups)
    )


def _groups(app: AppStore, sought: Sought, named: Named, compared: Compared) -> Iterator[Group]:
    for name, periods in by_name(app, sought, "queue", named.queues, compared.spans).items():
        yield _group("queue", name, name, periods)
    for name, periods in by_name(app, sought, "intent", named.reasons, compared.spans).items():
        yield _group("reason", name, name, periods)
    for agent_id, periods in by_agent_and_period(app, sought, list(named.agents), compared.spans).items():
        yield _group("agent", agent_id, named.agents[agent_id], periods)


def _group(kind: Kind, group_id: str, name: str, periods: Sequence[Passed]) -> Group:
    before, now = map(_sample, periods)
    return Group(kind=kind, id=group_id, name=name, before=before, now=now)


def _sample(found: Passed) -> Sample:
    return share(found.passed, found.scored)
