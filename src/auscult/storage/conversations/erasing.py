"""Erasure as its users ask for it: refused on hold, recorded in the transaction that erases, overwritten on disk."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.conversation import Conversation
from auscult.domain.errors import ConflictError
from auscult.domain.privacy.log import Draft
from auscult.domain.privacy.retention import KEPT, Facts, Kept, holding
from auscult.form_examples.store import count_examples
from auscult.pinned.store import count_pins
from auscult.storage.access.apps import lock_app
from auscult.storage.coaching.repository import count_coaching
from auscult.storage.conversations.erased_parts import Render, erase_results, erase_sound, erase_words
from auscult.storage.conversations.erasure import erase
from auscult.storage.conversations.evaluated import AUDIT_SHOWN
from auscult.storage.core.database import Database
from auscult.storage.core.free_space import empty_log, overwrite_deleted
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.audits import audits
from auscult.storage.core.tables.conversations import conversations, evaluations
from auscult.storage.core.tables.delivery import deliveries, webhooks
from auscult.storage.core.tables.recordings import recordings
from auscult.storage.core.text_validation import is_storable
from auscult.storage.delivery.exports import withdraw_exports
from auscult.storage.privacy.log import append_entry, erase_target
from auscult.storage.privacy.retention import AppRetention, Counts, read_holds, record_erasure

_BODY: msgspec.json.Decoder[Conversation] = msgspec.json.Decoder(Conversation)
_ROWS_AT_ONCE = 500
_HAS_RECORDING = sa.exists().where(recordings.c.conversation == conversations.c.conversation)
_HAS_RESULT = sa.exists().where(evaluations.c.conversation == conversations.c.conversation)


class AppErasure:
    """Erases conversations of one app, and finds those that are to be erased."""

    def __init__(self, database: Database, app: int, app_id: str, retention: AppRetention) -> None:
        """``retention`` holds rules, holds and the record of what was erased."""
        self._database = database
        self._app = app
        self._app_id = app_id
        self._retention = retention

    def erase(self, conversation_id: str, *, run: int | None = None, principal: str = "system") -> bool:
        """Erase a conversation and everything made of it, in one transaction; False where there is none.

        The same transaction records the erasure under a keyed hash of the id, appends to the access log, and empties
        the entries of the log that were about the conversation. Raises ``ConflictError`` where it is on hold.
        """
        if not is_storable(conversation_id):
            return False
        key = self._retention.key_of(conversation_id)
        with self._database.writing() as connection:
            overwrite_deleted(connection, self._database)
            lock_app(connection, self._app)
            self._refuse_held(connection, conversation_id)
            counts = self._counts(connection, conversation_id)
            if not erase(connection, self._database.dialect, self._app, conversation_id):
                return False
            withdraw_exports(connection, self._app)
            record_erasure(connection, self._app, key, counts, run)
            self._append(connection, conversation_id, key, principal)
        return True

    def erase_part(self, conversation_id: str, part: Kept, render: Render, *, run: int, principal: str) -> bool:
        """Erase a part of a conversation in one transaction, with its record; False where there is nothing to erase.

        ``render`` makes the rows of what stays. Raises ``ConflictError`` where the conversation is on hold.
        """
        key = self._retention.key_of(conversation_id)
        with self._database.writing() as connection:
            overwrite_deleted(connection, self._database)
            lock_app(connection, self._app)
            self._refuse_held(connection, conversation_id)
            match part:
                case "recording":
                    is_erased = erase_sound(connection, self._app, conversation_id)
                case "result":
                    is_erased = erase_results(connection, self._database, self._app, conversation_id)
                case _:
                    is_erased = erase_words(connection, self._database, self._app, conversation_id, render)
            if not is_erased:
                return False
            record_erasure(connection, self._app, key, Counts(kind=part), run)
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
            with self._database.reading() as connection:
                rows = connection.execute(query).all()
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
        """Raise ``ConflictError`` where a conversation is on legal hold."""
        with self._database.reading() as connection:
            self._refuse_held(connection, conversation_id)

    def _refuse_held(self, connection: Connection, conversation_id: str) -> None:
        query = sa.select(conversations.c.body).where(*self._mine(conversation_id))
        body = connection.scalar(query)
        holds = read_holds(connection, self._app)
        if not holds:
            return
        unknown = Facts(conversation_id=conversation_id, started_at=datetime.fromtimestamp(0, UTC))
        hold = holding(holds, unknown if body is None else Facts.of(_BODY.decode(body)))
        if hold is not None:
            raise ConflictError(
                f"conversation {conversation_id} is on legal hold {hold.number}; lift the hold first",
                code="conversation.held",
                field="conversation_id",
                value=conversation_id,
            )

    def _counts(self, connection: Connection, conversation_id: str) -> Counts:
        """Count audits that go with it, coaching items that lose their texts, examples of forms, pins, and deliveries that named it, by address."""
        of_audits = (
            sa.select(sa.func.count())
            .select_from(audits)
            .join(conversations, conversations.c.conversation == audits.c.conversation)
        )
        of_deliveries = (
            sa.select(webhooks.c.url, sa.func.count())
            .select_from(deliveries)
            .join(webhooks, webhooks.c.webhook == deliveries.c.webhook)
            .where(webhooks.c.app == self._app, deliveries.c.conversation_id == conversation_id)
            .group_by(webhooks.c.url)
        )
        delivered = {url.partition("?")[0]: n for url, n in connection.execute(of_deliveries)}
        return Counts(
            audits=connection.scalar(of_audits.where(*self._mine(conversation_id))) or 0,
            coachings=count_coaching(connection, self._app, conversation_id),
            examples=count_examples(connection, self._app, conversation_id),
            pins=count_pins(connection, self._app, conversation_id),
            delivered=delivered,
        )

    def _append(self, connection: Connection, conversation_id: str, key: bytes, principal: str) -> None:
        done = Draft.of(principal, "conversation.erased", None, {"key": key.hex()}, self._app_id)
        append_entry(connection, self._database, done)
        erase_target(connection, self._database, f"conversation:{conversation_id}", self._app_id)

    def _mine(self, conversation_id: str) -> tuple[sa.ColumnElement[bool], ...]:
        return conversations.c.app == self._app, conversations.c.conversation_id == conversation_id
