"""Reasons for contact: how many, with the outcomes, and what those that pass have that the others lack."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.insights.changes import Group, Move, Sample, moves_of, share
from auscult.domain.scoring.list_fields import ListFields
from auscult.services.conversations.latest import Sought, count
from auscult.services.insights.drivers import LEAST, Compared
from auscult.services.insights.quality import METRICS, NOTHING, by_period, numbers_of_intents
from auscult.services.scoring.listing import LISTING, ListedConversation
from auscult.storage.pages.faceting import CUSTOMER
from auscult.storage.store import AppStore

_MOMENTS = 3


class Reason(Struct, frozen=True, kw_only=True):
    """A reason for contact. ``now`` and ``before`` are shares of all conversations; ``is_moved``: by more than chance.

    ``again`` are those of a customer who had one about the same within seven days before; None where no customer is known.
    """

    name: str
    now: Sample
    before: Sample
    is_moved: bool
    unhappy: int
    unresolved: int
    escalated: int
    again: int | None = None


def reasons_of(app: AppStore, sought: Sought, compared: Compared, names: Sequence[str]) -> list[Reason]:
    """Return reasons for contact in the later period, the most frequent first."""
    within = replace(sought, since=compared.since, until=compared.until)
    bounds = (compared.begins, *(until for _, until in compared.spans))
    totals = [count(app, replace(sought, since=since, until=until)) for since, until in compared.spans]
    numbers = numbers_of_intents(app, sought, list(names), bounds)
    groups = [
        Group(kind="reason", id=name, name=name, before=share(each[0], totals[0]), now=share(each[-1], totals[-1]))
        for name, each in numbers.items()
        if each[-1]
    ]
    moved = {each.group.id for each in moves_of(groups)}
    is_known = bool(app.names._replace(is_everything=True).beginning(LISTING.name, (CUSTOMER, "")))

    def counted(name: str, fields: ListFields) -> int:
        return count(app, replace(within, intents=(name,), fields=fields))

    found = [
        Reason(
            name=each.id,
            now=each.now,
            before=each.before,
            is_moved=each.id in moved,
            unhappy=counted(each.id, replace(sought.fields, sentiment=("negative",))),
            unresolved=counted(each.id, replace(sought.fields, resolved=("NO",))),
            escalated=counted(each.id, replace(sought.fields, escalation=True)),
            again=counted(each.id, replace(sought.fields, repeated=True)) if is_known else None,
        )
        for each in groups
    ]
    return sorted(found, key=lambda each: (-each.now.total, each.name))


def what_passes(app: AppStore, sought: Sought, metrics: Iterable[tuple[str, str]]) -> list[Move]:
    """Return the metrics that conversations which pass meet more often than those which fail, by more than chance.

    ``sought`` has a period; ``metrics`` are ids and names. Of each the earlier sample is of those that fail.
    """
    assert sought.since is not None and sought.until is not None  # noqa: S101, PT018  (a period is asked for)
    span = ((sought.since, sought.until),)
    passed, failed = (
        by_period(app, replace(sought, outcomes=(outcome,)), span, METRICS)[0].metrics
        for outcome in ("passed", "failed")
    )
    groups = [
        Group(kind="metric", id=metric_id, name=name, before=share(first.met, first.n), now=share(last.met, last.n))
        for metric_id, name in metrics
        for first, last in ((failed.get(metric_id, NOTHING), passed.get(metric_id, NOTHING)),)
        if first.n and last.n and first.n + last.n >= LEAST
    ]
    return [each for each in moves_of(groups) if each.value > 0]


def worth_hearing(rows: Sequence[ListedConversation]) -> list[ListedConversation]:
    """Return three conversations worth reading: unhappy, unresolved and escalated ones first, no agent twice."""

    def trouble(row: ListedConversation) -> tuple[int, float]:
        found = row.insights
        if found is None:
            return 0, -10.0
        signs = (found.escalation is True) + (found.resolution == "NO")
        return signs, -(found.sentiment.score if found.sentiment else 5.0)

    chosen: list[ListedConversation] = []
    heard: set[str] = set()
    for row in sorted(rows, key=trouble, reverse=True):
        if len(chosen) < _MOMENTS and heard.isdisjoint(each.id for each in row.agents):
            chosen.append(row)
            heard |= {each.id for each in row.agents}
    return chosen
