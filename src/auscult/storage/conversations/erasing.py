"""Erasure as its users ask for it: refused on hold, recorded in the transaction that erases, overwritten on disk."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.assist.live import Event
from auscult.domain.conversation import Conversation
from auscult.domain.errors import ConflictError, SettingsError
from auscult.domain.privacy.erasure_list import Erasure, Line
from auscult.domain.privacy.log import Draft
from auscult.domain.privacy.retention import KEPT, Facts, Hold, Kept, holding
from auscult.storage.access.apps import lock_app
from auscult.storage.assist.live_visibility import live_facts
from auscult.storage.coaching import count_coaching
from auscult.storage.conversations.erased_parts import Render, erase_results, erase_sound, erase_words
from auscult.storage.conversations.erasure import erase
from auscult.storage.conversations.evaluated import AUDIT_SHOWN
from auscult.storage.core.database import Database
from auscult.storage.core.free_space import empty_log, overwrite_deleted
from auscult.storage.core.instants import ms_of, now_ms
from auscult.storage.core.tables.assist import live_conversations, live_events
from auscult.storage.core.tables.audits import audits
from auscult.storage.core.tables.conversations import conversations, evaluations
from auscult.storage.core.tables.delivery import deliveries, webhooks
from auscult.storage.core.tables.recordings import recordings
from auscult.storage.core.text_validation import is_storable
from auscult.storage.delivery.exports import withdraw_exports
from auscult.storage.form_examples import count_examples
from auscult.storage.pinned import count_pins
from auscult.storage.privacy.log import append_entry, append_erasures
from auscult.storage.privacy.retention import (
    AppRetention,
    Counts,
    read_holds,
    record_erasures,
    refuse_restored,
)

_BODY: msgspec.json.Decoder[Conversation] = msgspec.json.Decoder(Conversation)
_EVENT: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Event)
_UNKNOWN = datetime.fromtimestamp(0, UTC)
_ROWS_AT_ONCE = 500
_HAS_RECORDING = sa.exists().where(recordings.c.conversation == conversations.c.conversation)
_HAS_RESULT = sa.exists().where(evaluations.c.conversation == conversations.c.conversation)


class Erased(NamedTuple):
    """The conversations that one transaction erased, in its order, and those that stay, with the hold on each."""

    ids: Sequence[str]
    held: Mapping[str, Hold]


class AppErasure:
    """Erases conversations of one app, and finds those that are to be erased."""

    def __init__(self, database: Database, app: int, app_id: str, retention: AppRetention) -> None:
        """``retention`` holds rules, holds and the record of what was erased."""
        self._database = database
        self._app = app
        self._app_id = app_id
        self._retention = retention

    def erase(self, conversation_id: str, *, run: int | None = None, principal: str = "system") -> bool:
        """Erase a conversation as ``erase_all`` does; False where there is none. Raises ``ConflictError`` where it is on hold."""
        erased = self.erase_all([conversation_id], run=run, principal=principal)
        _refuse(erased.held)
        return bool(erased.ids)

    def erase_all(
        self,
        conversation_ids: Sequence[str],
        *,
        run: int | None = None,
        principal: str = "system",
        again: Mapping[str, int] | None = None,
    ) -> Erased:
        """Erase conversations and everything made of them, in one transaction; those on hold stay.

        The same transaction records each erasure under a keyed hash of the id, appends it to the access log, and
        empties the entries of the log that were about the conversation. Before it ends, the list in a second place has
        them: nothing is erased that is in no list. What a list had erased before is erased ``again``, at its instant (ms)
        of then: it is in the list, and a hold on it was placed later.
        Raises ``SettingsError`` where the list refuses, ``ConflictError`` where a restored database waits.
        """
        keys = {each: self._retention.key_of(each) for each in conversation_ids if is_storable(each)}
        listed: list[Line] = []
        try:
            with self._database.writing() as connection:
                overwrite_deleted(connection, self._database)
                lock_app(connection, self._app)
                if again is None:
                    refuse_restored(connection)
                held = self._held(connection, keys) if again is None else {}
                free = [each for each in keys if each not in held]
                counts = self._counts(connection, free)
                found = erase(connection, self._database.dialect, self._app, free)
                erased = [each for each in free if each in found]
                if erased:
                    withdraw_exports(connection, self._app)
                    now = now_ms()
                    done = {each: Erasure(keys[each], again[each] if again else now) for each in erased}
                    if again is None:
                        self._list(listed, [Line(app=self._app_id, key=key.hex(), at=at) for key, at in done.values()])
                    self._append(connection, {each: keys[each] for each in erased}, principal)
                    # After the entries, whose lock makes the numbers of erasures follow commits.
                    record_erasures(connection, self._app, {done[each]: counts[each] for each in erased}, run)
        except BaseException:
            with suppress(SettingsError):
                self._list([], listed, "void")
            raise
        return Erased(erased, held)

    def _list(self, listed: list[Line], lines: Sequence[Line], state: Literal["begun", "void"] = "begun") -> None:
        if lines and self._retention.elsewhere is not None:
            self._retention.elsewhere([replace(line, state=state) for line in lines])
            listed.extend(lines)

    def erase_part(self, conversation_id: str, part: Kept, render: Render, *, run: int, principal: str) -> bool:
        """Erase a part of a conversation in one transaction, with its record; False where there is nothing to erase.

        ``render`` makes the rows of what stays. Raises ``ConflictError`` where the conversation is on hold.
        """
        key = self._retention.key_of(conversation_id)
        with self._database.writing() as connection:
            overwrite_deleted(connection, self._database)
            lock_app(connection, self._app)
            refuse_restored(connection)
            _refuse(self._held(connection, [conversation_id]))
            match part:
                case "recording":
                    is_erased = erase_sound(connection, self._app, conversation_id)
                case "result":
                    is_erased = erase_results(connection, self._database, self._app, conversation_id)
                case _:
                    is_erased = erase_words(connection, self._database, self._app, conversation_id, render)
            if not is_erased:
                return False
            record_erasures(connection, self._app, {Erasure(key, now_ms()): Counts(kind=part)}, run)
            done = Draft.of(principal, f"{part}.erased", f"conversation:{conversation_id}", {}, self._app_id)
            append_entry(connection, self._database, done)
        return True

    def overwrite(self) -> None:
        """Remove erased content from the database's log of writes too; once after several erasures."""
        empty_log(self._database)

    def started_by(self, latest: datetime) -> Iterator[tuple[Facts, bool]]:
        """Yield the facts of conversations that started at an instant or before, by start, and whether each is audited."""
        for conversation, is_audited, parts in self._walk(conversations.c.started_at <= ms_of(latest)):
            yield Facts.of(conversation, parts), is_audited

    def all(self) -> Iterator[tuple[Conversation, bool]]:
        """Yield every conversation, by start, and whether it is audited."""
        return ((conversation, is_audited) for conversation, is_audited, _ in self._walk(sa.true()))

    def _walk(self, condition: sa.ColumnElement[bool]) -> Iterator[tuple[Conversation, bool, tuple[Kept, ...]]]:
        after = (-(10**18), 0)
        while True:
            position = sa.tuple_(conversations.c.started_at, conversations.c.conversation)
            query = (
                sa.select(
                    conversations.c.started_at,
                    conversations.c.conversation,
                    conversations.c.body,
                    audits.c.conversation,
                    conversations.c.words_erased_at,
                    _HAS_RECORDING,
                    _HAS_RESULT,
                )
                .select_from(conversations)
                .outerjoin(audits, AUDIT_SHOWN)
                .where(conversations.c.app == self._app, condition, position > sa.tuple_(*map(sa.literal, after)))
                .order_by(conversations.c.started_at, conversations.c.conversation)
                .limit(_ROWS_AT_ONCE)
            )
            rows = self._database.rows(query)
            for _, _, body, audited, words_erased_at, has_recording, has_result in rows:
                has: dict[Kept, bool] = {
                    "transcript": words_erased_at is None,
                    "recording": has_recording,
                    "result": has_result,
                }
                parts: tuple[Kept, ...] = tuple(part for part in KEPT if has.get(part, False))
                yield _BODY.decode(body), audited is not None, parts
            if len(rows) < _ROWS_AT_ONCE:
                return
            after = (rows[-1][0], rows[-1][1])

    def refuse_held(self, conversation_id: str) -> None:
        """Raise ``ConflictError`` where a conversation is on legal hold, or a restored database waits for its holds."""
        with self._database.reading() as connection:
            refuse_restored(connection)
            _refuse(self._held(connection, [conversation_id]))

    def _held(self, connection: Connection, conversation_ids: Collection[str]) -> dict[str, Hold]:
        """Return the holds on these conversations; a hold that names one by its id is on it also where it is not stored.

        Of one that goes on its events name start and agents, and nothing names its customer.
        """
        holds = read_holds(connection, self._app)
        if not holds:
            return {}
        facts = {each: Facts(conversation_id=each, started_at=_UNKNOWN) for each in conversation_ids}
        query = sa.select(conversations.c.body).where(*self._mine(conversation_ids))
        for conversation in map(_BODY.decode, connection.scalars(query)):
            facts[conversation.id] = Facts.of(conversation)
        left = [each for each, its in facts.items() if its.started_at is _UNKNOWN]
        live = sa.select(live_conversations.c.conversation_id, live_events.c.body).join(
            live_events, live_events.c.live == live_conversations.c.live
        )
        mine = (live_conversations.c.app == self._app, live_conversations.c.conversation_id.in_(left))
        events: defaultdict[str, list[Any]] = defaultdict(list)
        for each, body in connection.execute(live.where(*mine)):
            events[each].append(_EVENT.decode(body))
        for each, known in events.items():
            of = live_facts(known)
            facts[each] = Facts(conversation_id=each, started_at=of.started_at, agent_ids=tuple(of.agents))
        found = ((each, holding(holds, its)) for each, its in facts.items())
        return {each: hold for each, hold in found if hold is not None}

    def _counts(self, connection: Connection, conversation_ids: Sequence[str]) -> dict[str, Counts]:
        """Count what goes with each conversation: audits, texts of coaching items, examples of forms and taxonomies, pins, and deliveries that named it, by address."""
        of_audits = (
            sa.select(conversations.c.conversation_id)
            .join(audits, audits.c.conversation == conversations.c.conversation)
            .where(*self._mine(conversation_ids))
        )
        of_deliveries = (
            sa.select(deliveries.c.conversation_id, webhooks.c.url)
            .join(webhooks, webhooks.c.webhook == deliveries.c.webhook)
            .where(webhooks.c.app == self._app, deliveries.c.conversation_id.in_(conversation_ids))
        )
        audited = Counter(connection.scalars(of_audits))
        coachings = count_coaching(connection, self._app, conversation_ids)
        examples = count_examples(connection, self._app, conversation_ids)
        pins = count_pins(connection, self._app, conversation_ids)
        delivered: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for conversation_id, url in connection.execute(of_deliveries):
            delivered[conversation_id][url.partition("?")[0]] += 1
        return {
            each: Counts(audited[each], coachings[each], examples[each], pins[each], delivered[each])
            for each in conversation_ids
        }

    def _append(self, connection: Connection, keys: Mapping[str, bytes], principal: str) -> None:
        done = {
            f"conversation:{each}": Draft.of(principal, "conversation.erased", None, {"key": key.hex()}, self._app_id)
            for each, key in keys.items()
        }
        append_erasures(connection, self._database, done, self._app_id)

    def _mine(self, conversation_ids: Collection[str]) -> tuple[sa.ColumnElement[bool], ...]:
        return conversations.c.app == self._app, conversations.c.conversation_id.in_(conversation_ids)


def _refuse(held: Mapping[str, Hold]) -> None:
    for conversation_id, hold in held.items():
        raise ConflictError(
            "conversation {value} is on legal hold {n}; lift the hold first",
            n=hold.number,
            code="conversation.held",
            field="conversation_id",
            value=conversation_id,
        )
