"""Lists of conversations, in any order: a page at a time, found and counted by the listing's indexes."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditState
from auscult.domain.conversation import Channel, Direction
from auscult.domain.errors import RequestError
from auscult.domain.operations.records import made_from
from auscult.domain.record import Breakdown, Grouped, Grouping, Outcome, RecordQuery, RowFilters, RowKey, Survey
from auscult.domain.said.search import SaidQuery
from auscult.domain.scoring.list_fields import Order
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.conversations.audited import AssignmentSought, CheckSought, checked, conversations_of
from auscult.services.conversations.talked import TalkReader, both, talked_about
from auscult.services.scoring.listing import LISTING, ListedConversation
from auscult.storage.core.instants import bound_ms
from auscult.storage.store import AppStore

Position = RowKey
"""Sort key of a conversation in a list."""

AGAIN = timedelta(days=7)
"""A customer who is back within this time repeats a contact."""
AT_A_TIME = 2_000
"""Rows that ``each_row`` has in memory at once."""
_ALL = 10**9
"""More rows than there are."""
_EARLIEST_MS, _LATEST_MS = -(10**14), 10**15
MS = timedelta(milliseconds=1)

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
SURVEYS: tuple[Survey, ...] = ("csat", "nps")
AUDITS: tuple[AuditState, ...] = ("assigned", "audited")


class Sought(RowFilters, frozen=True, kw_only=True):
    """Selection of conversations: ``since`` <= start < ``until``, and by these filters, where empty means all.

    ``queues`` and ``agents`` are ids or names, in any letter case. ``met`` and ``missed`` are ids of metrics, all of
    them met, or missed, and ``asked`` all of them met or missed; ``agent_outcomes`` are ids of agents, to the letter,
    with an outcome; ``said`` is a search in the words; ``custom_ids`` and the names and values of ``custom_fields`` are
    compared to the letter, and all fields are wanted. None of ``without`` is found. ``assignment`` and ``check`` find none for those who see
    conversations as their agent alone. Filters by talk find none without a ``reader``, whose list it is.
    """

    since: datetime | None = None
    until: datetime | None = None
    channels: tuple[Channel, ...] = ()
    directions: tuple[Direction, ...] = ()
    assignment: AssignmentSought | None = None
    check: CheckSought | None = None
    said: SaidQuery | None = None
    reader: TalkReader | None = None
    order: Order = "-started_at"

    @property
    def is_by_audit(self) -> bool:
        """Return whether the selection depends on assignments and the answers of audits."""
        return self.assignment is not None or self.check is not None


class LatestPage(Struct, frozen=True, kw_only=True):
    """One page. ``total``: how many there are in all; ``next`` is where the next page begins, None after the last.

    Of a search, and of filters by figures, no more than 10,000 are counted: then ``total`` is one more.
    """

    items: tuple[ListedConversation, ...]
    total: int
    next: Position | None


_DECODE = msgspec.json.Decoder(ListedConversation).decode


def latest(app: AppStore, sought: Sought, *, before: Position | None = None, limit: int = 50) -> LatestPage:
    """Return conversations behind a position, in the order that is sought. Raises ``RequestError`` ``range.reversed``."""
    asked = replace(_query(app, sought), limit=limit, after=before)
    found = app.conversations
    page = found.page(asked) if sought.said is None else found.search(asked, sought.said)
    return LatestPage(items=_listed(app, page.rows), total=page.total, next=page.last if page.more else None)


def newest(app: AppStore, sought: Sought, limit: int) -> tuple[ListedConversation, ...]:
    """Return the newest conversations, without counting all of them. Raises ``RequestError`` ``range.reversed``."""
    if sought.said is not None:
        return latest(app, sought, limit=limit).items
    asked = replace(_query(app, sought), limit=limit, is_counted=False)
    return _listed(app, app.conversations.page(asked).rows)


def newest_recorded(app: AppStore, sought: Sought, limit: int) -> list[EvaluatedConversation]:
    """Return what is kept of the newest conversations. Raises as ``newest`` does."""
    items = newest(app, sought, limit)
    known = details(app, items)
    return [known[each.id] for each in items if each.id in known]


def each_row(app: AppStore, sought: Sought, most: int) -> Iterator[bytes]:
    """Yield at most ``most`` rows of a list, without counting all. Raises ``RequestError`` ``range.reversed``."""
    yield from _each_row(app, _query(app, sought), most)


def _each_row(app: AppStore, asked: RecordQuery, most: int) -> Iterator[bytes]:
    before: Position | None = None
    while most > 0:
        page = app.conversations.page(replace(asked, limit=min(most, AT_A_TIME), after=before, is_counted=False))
        yield from page.rows
        most -= len(page.rows)
        if not page.more:
            return
        before = page.last


def count(app: AppStore, sought: Sought) -> int:
    """Return how many there are. Raises ``RequestError`` ``range.reversed``."""
    asked = _query(app, sought)
    if sought.said is not None:
        return app.conversations.search(replace(asked, limit=0), sought.said).total
    return app.conversations.page(replace(asked, limit=0)).total


def breakdown(
    app: AppStore,
    sought: Sought,
    by: tuple[Grouping, ...],
    bounds: Sequence[datetime],
    values: tuple[str, ...] = (),
) -> Breakdown:
    """Return numbers of conversations by groupings, between each of the bounds, in order, and the next.

    Without filters they are added up from tallies; else each conversation between the bounds is read, without its words.
    Raises ``RequestError`` ``range.reversed``, ``ValueError`` for a search.
    """
    if sought.said is not None:
        raise ValueError("a breakdown is of listed conversations, not of a search")
    asked = _query(app, replace(sought, since=bounds[0], until=bounds[-1]))
    return app.conversations.breakdown(asked, Grouped(by, tuple(map(bound_ms, bounds)), values))


def details(app: AppStore, items: Sequence[ListedConversation]) -> dict[str, EvaluatedConversation]:
    """Return what is kept of listed conversations, by id."""
    return app.conversations.recorded([each.id for each in items]) if items else {}


def _listed(app: AppStore, rows: Sequence[bytes]) -> tuple[ListedConversation, ...]:
    """Return listed conversations under the present names of queues and agents, before their rows are rendered again."""
    found, aliases = tuple(map(_DECODE, rows)), app.aliases.in_force()
    if not aliases:
        return found
    return tuple(
        replace(
            each,
            queues=tuple([replace(one, name=aliases.name("queue", one.id, one.name)) for one in each.queues]),
            agents=tuple([replace(one, name=aliases.name("agent", one.id, one.name)) for one in each.agents]),
        )
        for each in found
    )


def _query(app: AppStore, sought: Sought) -> RecordQuery:
    since_ms = _EARLIEST_MS if sought.since is None else bound_ms(sought.since)
    until_ms = _LATEST_MS if sought.until is None else bound_ms(sought.until)
    if until_ms < since_ms:
        raise RequestError("until lies before since", code="range.reversed", field="until")
    asked = made_from(
        RecordQuery,
        sought,
        report=LISTING.name,
        app_ids=(app.tenant.app_id,),
        since_ms=since_ms,
        until_ms=until_ms,
        ids=_ids(app, sought),
        include_below_threshold=True,
    )
    return within_repeated(app, asked)


def within_repeated(app: AppStore, asked: RecordQuery) -> RecordQuery:
    """Return a query with the ids that its filter by repeated contact leaves, among what the viewer sees."""
    if not asked.fields.repeated:
        return asked
    since_ms = asked.since_ms - AGAIN // MS
    contacts = app.names.contacts(LISTING.name, since_ms, asked.until_ms)
    if asked.intents or not app.visibility.is_everything:
        wide = RecordQuery(
            report=LISTING.name,
            app_ids=asked.app_ids,
            since_ms=since_ms,
            until_ms=asked.until_ms,
            intents=asked.intents,
            include_below_threshold=True,
            order="-started_at",
        )
        seen = {_DECODE(row).id for row in _each_row(app, wide, _ALL)}
        contacts = [each for each in contacts if each[-1] in seen]
    last: dict[int, int] = {}
    found: set[str] = set()
    for customer, started_ms, conversation_id in contacts:
        if started_ms - last.get(customer, -_LATEST_MS) <= AGAIN // MS:
            found.add(conversation_id)
        last[customer] = started_ms
    return replace(asked, ids=tuple(sorted(found if asked.ids is None else found & {*asked.ids})))


def _ids(app: AppStore, sought: Sought) -> tuple[str, ...] | None:
    """Return the conversations that the filters by audits and by talk leave, None without such a filter."""
    seen, left = app.visibility, talked_about(app, sought.fields, sought.reader)
    if sought.is_by_audit and not (seen.is_everything or seen.queues or seen.teams or seen.assigned_to):
        return ()
    if sought.assignment:
        left = both(left, conversations_of(app, sought.assignment))
    if sought.check:
        left = both(left, checked(app, sought.check, sought.since, sought.until))
    return None if left is None else tuple(sorted(left))
