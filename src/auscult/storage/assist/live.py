"""Live conversations: the events of each, in the order of adding, and when each is due."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.assist.live import Event
from auscult.domain.assist.live_log import Decide, Decision, LiveDue, LiveListed, LiveLog, RestingState
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.errors import sent
from auscult.domain.tenancy import Tenant
from auscult.storage.assist.live_visibility import is_seen_live
from auscult.storage.core.database import NOW, Database, Reader
from auscult.storage.core.instants import ms_of, now_ms
from auscult.storage.core.repository import OfDatabase, SeenOfApp
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.assist import assist_settings, live_conversations, live_events
from auscult.storage.core.tables.base import apps
from auscult.storage.core.text_validation import is_storable
from auscult.storage.people.visibility import is_visible, visible
from auscult.storage.privacy.live import admitted_events
from auscult.storage.privacy.redaction import AppPrivacy

_EVENT: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Event)
_KEPT_EVENTS = 10_000
_SETTINGS = msgspec.json.Decoder(AssistSettings)

# What every message asks for is said once: to put a statement together takes longer than to answer it.
_MINE = (
    live_conversations.c.app == sa.bindparam("an_app"),
    live_conversations.c.conversation_id == sa.bindparam("a_conversation"),
)
_LOCK = sa.select(live_conversations.c.live).where(*_MINE).with_for_update()
_COUNT = sa.select(live_conversations.c.events).where(*_MINE)
_DUE = (
    sa.select(live_conversations.c.conversation_id, apps.c.account_id, apps.c.org_id, apps.c.app_id)
    .join(apps, apps.c.app == live_conversations.c.app)
    .where(live_conversations.c.due_at <= NOW)
    .order_by(live_conversations.c.due_at)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
    .offset(sa.literal_column("0", sa.Integer))
)
_BODIES = (
    sa.select(live_events.c.body)
    .join(live_conversations, live_conversations.c.live == live_events.c.live)
    .where(*_MINE, live_events.c.seq >= sa.bindparam("since"))
    .order_by(live_events.c.seq)
)
_ADD = sa.insert(live_events)
_MORE = sa.update(live_conversations).where(live_conversations.c.live == sa.bindparam("a_live"))
_CHOSEN = sa.select(assist_settings.c.body).where(assist_settings.c.app == sa.bindparam("an_app"))


class AppLive(SeenOfApp):
    """The live conversations of one app."""

    def __init__(self, database: Database, app: int, privacy: AppPrivacy) -> None:
        """``app`` is the app's number. All that is added passes ``privacy`` first."""
        super().__init__(database, app)
        self._privacy = privacy
        self._events = _Events()
        self._count, self._bodies, self._chosen = map(database.text, (_COUNT, _BODIES, _CHOSEN))

    def append(self, conversation_id: str, decide: Decide, *, make: bool = False) -> LiveLog:
        """Add the events that ``decide`` returns for the present ones, in one transaction under a lock.

        Events that are there already, by id, are not added. An unknown conversation is made where ``make`` is
        true and something is added; otherwise there are no events.
        """
        settings = self._privacy.settings()
        with self._database.writing() as connection:
            live = self._locked(connection, conversation_id)
            if live is None and not (make and decide(()).events):
                return LiveLog(conversation_id=conversation_id, events=())
            while live is None:  # others may make it meanwhile, and erase it again
                live = self._made(connection, conversation_id) or self._locked(connection, conversation_id)
            mine = self._mine(conversation_id)
            events = self._events.read(
                conversation_id, lambda since: list(connection.scalars(_BODIES, {**mine, "since": since}))
            )
            decision = decide(events)
            known = {event.id for event in events}
            fresh = [event for event in decision.events if event.id not in known]
            new, rewritten = admitted_events(self._privacy, settings, events, fresh)
            if rewritten:
                events = self._rewritten(connection, (live, conversation_id), events, rewritten)
            return self._added(connection, (live, conversation_id), events, Decision(new, decision.due_at))

    def _rewritten(
        self, connection: Connection, of: tuple[int, str], events: tuple[Any, ...], rewritten: Sequence[Event]
    ) -> tuple[Any, ...]:
        """Write events in place of those of the same ids: the only change of one, as no security code may stay."""
        live, conversation_id = of
        by_id = {event.id: event for event in rewritten}
        its = live_events.c
        first = sa.select(sa.func.min(its.seq)).where(its.live == live, its.event_id.in_(by_id)).scalar_subquery()
        query = sa.select(its.seq, its.event_id, its.body).where(its.live == live, its.seq >= first)
        for row in connection.execute(query).all():
            new = by_id.get(row.event_id)
            before = bytes(row.body)
            body = before if new is None else msgspec.json.encode(new, enc_hook=sent)
            # Other processes notice a change by the last event that they know: one that is as it was differs by a space.
            body = before + b" " if body == before else body
            mine = (its.live == live, its.seq == row.seq)
            connection.execute(sa.update(live_events).where(*mine).values(body=body))
        self._events.forget(conversation_id)
        return tuple(by_id.get(event.id, event) for event in events)

    def log(self, conversation_id: str) -> LiveLog:
        """All that happened to it; no events where it is unknown."""
        events = self._known(conversation_id) if self._sees(conversation_id) else ()
        return LiveLog(conversation_id=conversation_id, events=events)

    def count(self, conversation_id: str) -> int:
        """Return the number of events."""
        if not self._sees(conversation_id):
            return 0
        found = self._database.read(lambda reader: reader.fetch(self._count, self._mine(conversation_id)))
        return found[0][0] if found else 0

    def store_resting_state(self, conversation_id: str, state: RestingState) -> bool:
        """Store the state of a conversation at rest. Return False, and store nothing, where an event arrived meanwhile."""
        with self._database.writing() as connection:
            return store_resting_state(connection, self._app, conversation_id, state)

    def _known(self, conversation_id: str) -> tuple[Any, ...]:
        def read(reader: Reader) -> tuple[Any, ...]:
            return self._events.read(
                conversation_id,
                lambda since: [body for (body,) in reader.fetch(self._bodies, {**mine, "since": since})],
            )

        mine = self._mine(conversation_id)
        return self._database.read(read)

    def _sees(self, conversation_id: str) -> bool:
        if not is_storable(conversation_id) or self._visibility.is_everything:
            return is_storable(conversation_id)
        if self._visibility.is_nothing:
            return False
        with self._database.reading() as connection:
            if is_visible(connection, self._visibility, self._app, conversation_id):
                return True
        events = self._known(conversation_id)
        with self._database.reading() as connection:
            return is_seen_live(connection, self._visibility, self._app, events)

    def listing(self, *, is_ended: bool | None = None, after_id: str = "", limit: int = 100) -> list[LiveListed]:
        """Conversations by id, after ``after_id``: those that go on, those that are over, or all."""
        found: list[LiveListed] = []
        while len(found) < limit:
            some = self._listed(after_id, limit, is_ended=is_ended)
            found += [each for each in some if each.is_ended or self._sees(each.conversation_id)]
            if len(some) < limit:
                break
            after_id = some[-1].conversation_id
        return found[:limit]

    def _listed(self, after_id: str, limit: int, *, is_ended: bool | None) -> list[LiveListed]:
        """Return those that are over and visible, and those that go on, of which the events decide."""
        columns = live_conversations.c
        query = sa.select(live_conversations).where(columns.app == self._app, columns.conversation_id > after_id)
        for seen in visible(self._visibility, self._app, columns.conversation_id):
            query = query.where(seen | columns.is_ended.is_(False))
        if is_ended is not None:
            query = query.where(columns.is_ended == is_ended)
        with self._database.reading() as connection:
            return [
                record_of(LiveListed, row)
                for row in connection.execute(query.order_by(columns.conversation_id).limit(limit))
            ]

    def settings(self) -> AssistSettings:
        """Return the app's settings, or the defaults. Read every time: any process may have changed them."""
        found = self._database.read(lambda reader: reader.fetch(self._chosen, {"an_app": self._app}))
        return _SETTINGS.decode(found[0][0]) if found else AssistSettings()

    def configure(self, settings: AssistSettings) -> None:
        """Choose."""
        body = msgspec.json.encode(settings)
        chosen = self._database.dialect.insert(assist_settings).values(app=self._app, body=body)
        with self._database.writing() as connection:
            connection.execute(chosen.on_conflict_do_update(index_elements=["app"], set_={"body": body}))

    def _mine(self, conversation_id: str) -> dict[str, Any]:
        return {"an_app": self._app, "a_conversation": conversation_id}

    def _locked(self, connection: Connection, conversation_id: str) -> int | None:
        return connection.execute(_LOCK, self._mine(conversation_id)).scalar_one_or_none()

    def _made(self, connection: Connection, conversation_id: str) -> int | None:
        row = {
            "app": self._app,
            "conversation_id": conversation_id,
            "events": 0,
            "last_at": now_ms(),
            "is_ended": False,
        }
        made = self._database.dialect.insert(live_conversations).values(row).on_conflict_do_nothing()
        return connection.execute(made.returning(live_conversations.c.live)).scalar_one_or_none()

    def _added(
        self, connection: Connection, of: tuple[int, str], events: tuple[Any, ...], decision: Decision
    ) -> LiveLog:
        live, conversation_id = of
        new = decision.events
        rows = [
            {
                "live": live,
                "seq": len(events) + number,
                "event_id": event.id,
                "body": msgspec.json.encode(event, enc_hook=sent),
            }
            for number, event in enumerate(new, start=1)
        ]
        if rows:
            connection.execute(_ADD, rows)
            more = {"events": len(events) + len(rows), "last_at": now_ms(), "due_at": ms_of(decision.due_at)}
            connection.execute(_MORE, {"a_live": live, **more})
        return LiveLog(conversation_id=conversation_id, events=(*events, *new), added=tuple(new))


class _Events:
    """Cache of events: an event never changes, so of a conversation only newer ones are read.

    The last known one is read again: where it differs, the conversation was erased and began again.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._count = 0

    def read(self, conversation_id: str, bodies_since: Callable[[int], list[bytes]]) -> tuple[Any, ...]:
        """All events of a conversation, in the order in which they were added.

        ``bodies_since`` gives them as they are stored, from the one of this number on.
        """
        with self._lock:
            kept = self._kept.get(conversation_id, _NOTHING)
        bodies = bodies_since(len(kept.events))
        if kept.events and bodies[:1] != [kept.last]:
            kept, bodies = _NOTHING, bodies_since(0)
        fresh = bodies[1:] if kept.events else bodies
        if not fresh:
            return kept.events
        kept = _Kept((*kept.events, *(_EVENT.decode(body) for body in fresh)), fresh[-1])
        self._keep(conversation_id, kept)
        return kept.events

    def forget(self, conversation_id: str) -> None:
        """Read all events of a conversation again next time."""
        with self._lock:
            self._count -= len(self._kept.pop(conversation_id, _NOTHING).events)

    def _keep(self, conversation_id: str, kept: "_Kept") -> None:
        with self._lock:
            self._count += len(kept.events) - len(self._kept.pop(conversation_id, _NOTHING).events)
            self._kept[conversation_id] = kept
            while self._count > _KEPT_EVENTS and len(self._kept) > 1:
                self._count -= len(self._kept.popitem(last=False)[1].events)


class _Kept(NamedTuple):
    """Events of a conversation, and the last of them as it is stored."""

    events: tuple[Any, ...]
    last: bytes


_NOTHING = _Kept((), b"")


class LiveWork(OfDatabase):
    """Live conversations of every app: what there is to do."""

    def due(self, now: datetime, limit: int = 100) -> list[LiveDue]:
        """Return the conversations due by ``now``, the longest due first."""
        found = self._database.fetch(_DUE, now=ms_of(now), limit=limit)
        return [
            LiveDue(tenant=Tenant(account_id=account, org_id=org, app_id=app), conversation_id=conversation_id)
            for conversation_id, account, org, app in found
        ]


def store_resting_state(connection: Connection, app: int, conversation_id: str, state: RestingState) -> bool:
    """Store the state of a conversation at rest; return False where an event arrived meanwhile."""
    left = (
        sa.update(live_conversations)
        .where(*_MINE, live_conversations.c.events == state.events)
        .values(due_at=None if state.due_at is None else ms_of(state.due_at), is_ended=state.is_ended)
    )
    return connection.execute(left, {"an_app": app, "a_conversation": conversation_id}).rowcount > 0


def erase_live(connection: Connection, app: int, conversation_ids: Collection[str]) -> set[str]:
    """Erase live conversations of this app with all their events; return those of them that there were."""
    query = (
        sa.select(live_conversations.c.live, live_conversations.c.conversation_id)
        .where(live_conversations.c.app == app, live_conversations.c.conversation_id.in_(conversation_ids))
        .order_by(live_conversations.c.live)
    )
    found = {row.live: row.conversation_id for row in connection.execute(query.with_for_update())}
    for table in (live_events, live_conversations) if found else ():
        connection.execute(sa.delete(table).where(table.c.live.in_(found)))
    return set(found.values())
