"""Conversations of one app: their content, the batch that processes each, and their status."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.assist.live_log import RestingState
from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.change import ChangeKind
from auscult.domain.conversation import Conversation
from auscult.domain.definitions.form_version import FormKey, FormsMovedError
from auscult.domain.errors import NotFoundError, coded, kept, unknown
from auscult.domain.evaluation import Status
from auscult.domain.insight import without_agent_emotions
from auscult.domain.operations.tracing import CONVERSATIONS, TRACING
from auscult.domain.privacy.settings import PrivacySettings
from auscult.domain.record import Breakdown, Grouped, RecordPage, RecordQuery
from auscult.domain.said.search import SaidQuery
from auscult.domain.scoring.batches import Priority
from auscult.domain.scoring.list_fields import sides_of
from auscult.domain.scoring.stored import (
    Accepted,
    ConversationDetail,
    EvaluatedConversation,
    PendingConversation,
    RenderedRows,
)
from auscult.domain.tenancy import Tenant
from auscult.storage.access.apps import lock_app
from auscult.storage.assist.live import store_resting_state
from auscult.storage.conversations.ai_texts import is_given, keep_contexts, release_contexts, with_contexts
from auscult.storage.conversations.details import read_detail
from auscult.storage.conversations.documents import StoredDocument, stored_document
from auscult.storage.conversations.earlier import (
    Arrival,
    Earlier,
    are_same,
    came_since,
    gathered,
    read_earlier,
    with_known,
)
from auscult.storage.conversations.erased_parts import erase_quoted
from auscult.storage.conversations.erasing import AppErasure
from auscult.storage.conversations.evaluated import (
    AUDIT_SHOWN,
    CONVERSATION,
    Stored,
    file_recorded,
    read_audit,
    read_insights,
    read_recorded,
    read_some,
    recorded_query,
    still_decided,
    write_insights,
)
from auscult.storage.conversations.evaluations import EvaluationReader, write_evaluations
from auscult.storage.conversations.said import search, write_said
from auscult.storage.conversations.waiting import chunks, read_waiting
from auscult.storage.core.database import Database
from auscult.storage.core.instants import now_ms
from auscult.storage.core.packing.readable import pack_stored, rewrite_insights
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.tables.audits import audits
from auscult.storage.core.tables.conversations import batches, conversations, insights
from auscult.storage.core.text_validation import is_storable
from auscult.storage.corrections import Change, Held, as_corrected
from auscult.storage.definitions.forms import forms_in_force
from auscult.storage.delivery.feed import announce
from auscult.storage.directory import AppAliases, widened
from auscult.storage.limits import count_use
from auscult.storage.pages.reading import Pages
from auscult.storage.people.filling import DirectoryFiller
from auscult.storage.people.parties import write_parties
from auscult.storage.people.visibility import is_visible, visible
from auscult.storage.privacy.live import drop_originals, with_originals
from auscult.storage.privacy.log import append_entry
from auscult.storage.privacy.redaction import AppPrivacy, Incoming
from auscult.storage.privacy.settings import read_settings, stored_settings
from auscult.storage.recordings.linking import link_recordings, linked_in, without_contents
from auscult.storage.work.batches import HAS_UNRECORDED, NUMBERS, UNRECORDED, insert_batch
from auscult.storage.work.work_list import ended


def remove_agent_emotions(connection: Connection, app: int, numbers: Sequence[int]) -> None:
    """Remove them from every revision of these conversations, if the app leaves them out."""
    if read_settings(connection.scalar(sa.select(stored_settings(app)))).agent_emotions:
        return
    its = insights.c.conversation.in_(numbers)
    for row in connection.execute(sa.select(insights).where(its)).all():
        stored = read_insights(row.body)
        if stored is None or (left := without_agent_emotions(stored)) is stored:
            continue
        rewrite_insights(connection, row.conversation, row.revision, msgspec.json.encode(left, enc_hook=kept))


Alongside = Callable[[Connection, Accepted], None]

_UPDATE = sa.update(conversations).where(conversations.c.conversation == sa.bindparam("number"))
_REVISE = _UPDATE.values(revision=conversations.c.revision + 1, words_erased_at=None)


class AppConversations(SeenOfApp):
    """The conversations of one app."""

    def __init__(  # noqa: PLR0913, PLR0917  (made in one place, by the store)
        self,
        database: Database,
        tenant: Tenant,
        app: int,
        pages: Pages,
        reader: EvaluationReader,
        privacy: AppPrivacy,
        erasure: AppErasure,
    ) -> None:
        """``app`` is the app's number. All that is accepted passes ``privacy``, all that is erased ``erasure``."""
        super().__init__(database, app)
        self._tenant = tenant
        self._pages = pages
        self._reader = reader
        self._privacy = privacy
        self._erasure = erasure
        self._aliases = AppAliases(database, app)
        self._filler = DirectoryFiller(app)

    def accept(
        self,
        conversations_: Sequence[Conversation],
        priority: Priority = "backfill",
        alongside: Alongside | None = None,
        *,
        since: int | None = None,
        is_known: bool = False,
    ) -> Accepted:
        """Store them and the batch that will process them, in one transaction.

        The same id with the same content is unchanged; with other content it is a new revision. An id that
        appears twice in one call counts once, the last wins; legs are joined, and a redacted copy stays (``followed``).
        A conversation that is unchanged but whose
        processing has not finished stays with its batch, unless that batch has ended without it:
        then it joins this one. ``alongside`` writes to the same transaction what belongs to them. ``since`` is the number
        of a load's first batch, from which on a change is one that replaces another of the load. With ``is_known`` only what
        is stored is revised: what was read from here, and erased meanwhile, does not come back.
        """
        ids = [each.id for each in conversations_] if TRACING.tracer else []
        arrival = gathered(conversations_)
        with TRACING.span("accept", "producer", {CONVERSATIONS: ids}):
            while (accepted := self._accept_arrival(arrival, priority, alongside, since, is_known=is_known)) is None:
                continue  # another leg came in meanwhile
            return accepted

    def _accept_arrival(
        self, arrival: Arrival, priority: Priority, alongside: Alongside | None, since: int | None, *, is_known: bool
    ) -> Accepted | None:
        """Accept what came in; None, with nothing written, where what it depends on was changed meanwhile."""
        earlier: dict[str, Earlier] = {}
        if arrival.dependent:
            with self._database.reading() as connection:
                earlier = read_earlier(connection, self._app, arrival)
        after = {key: earlier[key].after(one) if key in earlier else one for key, one in arrival.conversations.items()}
        coming = [one for one in after.values() if one is not None]
        linked = {each.id: linked_in(each) for each in coming if each.recordings is not None}
        settings = self._privacy.settings()
        given = [without_contents(each) for each in coming] if linked else coming
        admitted = self._privacy.admitted(given, settings)
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            if self._has_changed(connection, settings) or not are_same(
                earlier, read_earlier(connection, self._app, arrival)
            ):
                return None
            accepted = self._accept(connection, admitted, priority, since, is_known=is_known)
            accepted = with_known(accepted, arrival, earlier, since)
            erase_quoted(connection, self._database, self._app, arrival.redacts(earlier))
            link_recordings(connection, self._app, linked)
            if alongside is not None:
                alongside(connection, accepted)
        self._filler.remember(admitted.conversations)
        return accepted

    def accept_ended(self, conversation: Conversation, state: RestingState) -> bool:
        """Accept a live conversation that is over, and store its final state, in one transaction.

        Return False, and write nothing, where an event arrived meanwhile, or it was erased.
        """
        settings = self._privacy.settings()
        with self._database.reading() as connection:
            original = with_originals(connection, self._privacy, conversation)
        admitted = self._privacy.admitted([original], settings)
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            is_stored = not self._has_changed(connection, settings)
            is_stored = is_stored and store_resting_state(connection, self._app, conversation.id, state)
            if is_stored:
                self._accept(connection, admitted, "live", None, is_known=False)
                if original is not conversation:
                    drop_originals(connection, self._app, conversation.id)
        return is_stored

    def _has_changed(self, connection: Connection, settings: PrivacySettings) -> bool:
        """Return whether the app's settings are others by now, under the lock of the app, than those that masked."""
        return read_settings(connection.scalar(sa.select(stored_settings(self._app)))) != settings

    def revise(self, conversation_id: str, change: Change) -> str:
        """Store another revision of a conversation, as a change makes it, with the batch that will score it; its id.

        In one transaction. Raises ``NotFoundError`` ``conversation.unknown``, and what the change raises.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            held = self._held(connection, conversation_id)
            conversation, entry = change(connection, held)
            batch_id, batch = self._open_batch(connection, 1, "live")
            given = conversation if is_given(held.ai) else replace(conversation, ai=None)
            document = stored_document(given)._replace(ai=held.ai)
            self._revise(connection, batch, [(held.number, document)])
            self._write_parties(connection, [], [conversation])
            append_entry(connection, self._database, entry)
        self._filler.remember([conversation])
        return batch_id

    def pending(self, batch_id: str) -> list[PendingConversation]:
        """The conversations of a batch at their present revision, those already recorded left out, in their order."""
        query = (
            sa.select(conversations.c.body, conversations.c.ai, conversations.c.revision, audits.c.body)
            .select_from(conversations)
            .join(batches, batches.c.batch == conversations.c.batch)
            .outerjoin(audits, AUDIT_SHOWN)
            .where(
                batches.c.batch_id == batch_id,
                batches.c.app == self._app,
                UNRECORDED,
            )
            .order_by(conversations.c.conversation)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            bodies, references, revisions, their_audits = zip(*rows, strict=True) if rows else ((), (), (), ())
            found = with_contexts(connection, [*map(CONVERSATION.decode, bodies)], references)
        return [
            PendingConversation(conversation=conversation, revision=revision, audit=read_audit(audit))
            for conversation, revision, audit in zip(found, revisions, their_audits, strict=True)
        ]

    def statuses(self, conversation_ids: Sequence[str]) -> dict[str, Status]:
        """Return the status of each recorded conversation. Ids whose present revision is not recorded yet are left out."""
        found: dict[str, Status] = {}
        query = sa.select(conversations.c.conversation_id, conversations.c.status).where(
            conversations.c.app == self._app, conversations.c.recorded_revision == conversations.c.revision
        )
        with self._database.reading() as connection:
            for ids in chunks(conversation_ids):
                rows = connection.execute(query.where(conversations.c.conversation_id.in_(ids)))
                found.update((row.conversation_id, row.status) for row in rows)
        return found

    def unfinished(self, conversation_ids: Sequence[str]) -> frozenset[str]:
        """Return those that are not recorded yet and whose batch has not ended."""
        with self._database.reading() as connection:
            return frozenset(
                each.conversation_id
                for each, has_ended, _ in read_waiting(connection, self._app, conversation_ids)
                if not each.is_current and not has_ended
            )

    def batches_of(self, conversation_ids: Sequence[str]) -> dict[str, str]:
        """Return the batch of each of these whose present revision is not recorded, by id."""
        with self._database.reading() as connection:
            waiting = read_waiting(connection, self._app, conversation_ids)
            return {each.conversation_id: batch_id for each, _, batch_id in waiting if not each.is_current}

    def record(
        self,
        batch_id: str,
        finished: Sequence[RenderedRows],
        failure: str | None = None,
        *,
        is_last: bool = True,
        forms: frozenset[FormKey] | None = None,
    ) -> None:
        """Write evaluations, insights, rows, facets and tallies and end the batch, in one transaction.

        What was recorded for that revision before is left; an older revision than the stored one is passed over.
        The batch is done, or, where some of it could not be processed, failed with ``failure`` as its reason; with
        ``is_last`` false it goes on, and so it does where anything is left of it without a reason. Of one that was
        cancelled meanwhile nothing is written.
        Raises ``NotFoundError`` when this app has no such batch, and, with nothing written, ``AuditMovedError`` when
        an audit was changed since its rows were rendered, or the app leaves out what they show, and
        ``FormsMovedError`` when others than ``forms`` are in force.
        """
        rendered = {each.evaluation.conversation_id: each for each in finished}
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            if self._state(connection, batch_id) == "cancelled":
                return
            if forms is not None and forms != forms_in_force(connection, self._app):
                raise FormsMovedError("a form was published or retired meanwhile")
            fresh = [
                (row, rendered[row.conversation_id])
                for row, _, its_batch in read_waiting(connection, self._app, sorted(rendered))
                # One that was erased and came again begins anew at the first revision, in another batch.
                if its_batch == batch_id
                and row.revision == rendered[row.conversation_id].evaluation.revision
                and not row.is_current
            ]
            if any(not row.shows(each) for row, each in fresh):
                raise AuditMovedError(
                    "an audit or what the app leaves out changed since these rows were rendered; render them again"
                )
            if fresh:
                decided = [(row.number, each.evaluation) for row, each in fresh]
                write_evaluations(connection, self._database, self._app, decided)
                found = [(row.number, row.revision, each.insights) for row, each in fresh]
                write_insights(connection, self._database.dialect, found)
                file_recorded(connection, self._database.dialect, self._app, fresh)
                write_said(connection, self._database.dialect, self._app, fresh)
                doubted: list[tuple[str, ChangeKind]] = [
                    (row.conversation_id, "sides_doubted") for row, each in fresh if _are_sides_doubted(each)
                ]
                announced: list[tuple[str, ChangeKind]] = [(row.conversation_id, _change(row)) for row, _ in fresh]
                announce(connection, self._database.dialect, self._app, [*announced, *doubted])
            if is_last:
                _end(connection, batch_id, failure)

    def rerender(self, after_id: str, limit: int) -> list[EvaluatedConversation]:
        """Recorded conversations, by id, after ``after_id``: what ``rebuild`` reads.

        One whose present revision waits to be recorded is left out: its rows are about to be written anyway, and
        what the old ones were rendered from is no longer there.
        """
        query = (
            recorded_query(self._app)
            .where(
                conversations.c.conversation_id > after_id,
                conversations.c.recorded_revision == conversations.c.revision,
            )
            .order_by(conversations.c.conversation_id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return read_recorded(connection, self._reader, query)

    def replace_rows(self, finished: Sequence[RenderedRows]) -> None:
        """Replace rows, facets and tallies of these conversations, and keep insights where there were none.

        Evaluations stay as they are. One that was revised or audited meanwhile, or whose words were erased, is skipped.
        """
        rendered = {each.evaluation.conversation_id: each for each in finished}
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            current = [
                (row, rendered[row.conversation_id])
                for row, _, _ in read_waiting(connection, self._app, sorted(rendered))
                if row.is_current
                and row.revision == rendered[row.conversation_id].evaluation.revision
                and row.shows(rendered[row.conversation_id])
            ]
            current = still_decided(connection, current)
            if current:
                found = [(row.number, row.revision, each.insights) for row, each in current]
                write_insights(connection, self._database.dialect, found)
                remove_agent_emotions(connection, self._app, [row.number for row, _ in current])
                pack_stored(connection, [row.number for row, _ in current])
                file_recorded(connection, self._database.dialect, self._app, current)
                write_said(connection, self._database.dialect, self._app, current)

    def recorded(self, conversation_ids: Sequence[str]) -> dict[str, EvaluatedConversation]:
        """Return those of these conversations that are recorded, by id."""
        with self._database.reading() as connection:
            return read_some(connection, self._reader, self._app, conversation_ids, self._visibility)

    def get(self, conversation_id: str) -> ConversationDetail | None:
        """All that is kept of one conversation, evaluated or not; None when it is unknown."""
        if not is_storable(conversation_id):
            return None
        with self._database.comparing() as connection:
            if not is_visible(connection, self._visibility, self._app, conversation_id):
                return None
            return read_detail(connection, self._reader, self._app, conversation_id)

    def erase(self, conversation_id: str, principal: str = "system") -> bool:
        """Erase a conversation and everything made of it, in one transaction; False where there is none.

        A batch that is under way with it does not bring it back. The same id may come again afterwards.
        Raises ``ConflictError`` where it is on legal hold.
        """
        if not self._sees(conversation_id):
            return False
        is_erased = self._erasure.erase(conversation_id, principal=principal)
        if is_erased:
            self._erasure.overwrite()
        return is_erased

    def page(self, query: RecordQuery) -> RecordPage:
        """One page of a report. Raises ``NotFoundError`` when the query names another app."""
        if query.app_ids != (self._tenant.app_id,):
            message = coded("These are the pages of app {app_id} alone", app_id=self._tenant.app_id)
            raise NotFoundError(message, code="app.unknown", field="app")
        return self._pages.page((self._app,), self._asked(query))

    def breakdown(self, query: RecordQuery, by: Grouped) -> Breakdown:
        """Return numbers of rows by groupings and periods. The query's own range is ignored."""
        return self._pages.breakdown(self._app, self._asked(query), by)

    def search(self, query: RecordQuery, words: SaidQuery) -> RecordPage:
        """One page of a report's rows in whose conversations something was said."""
        asked = self._asked(query)
        with self._database.comparing() as connection:
            return search(connection, self._database.dialect, self._app, asked, words)

    def _asked(self, query: RecordQuery) -> RecordQuery:
        """Return a query as it is answered: of what is visible, and of all that is merged with what it names."""
        return replace(widened(query, self._aliases), visibility=self._visibility)

    def _held(self, connection: Connection, conversation_id: str) -> Held:
        query = (
            sa.select(
                conversations.c.conversation,
                conversations.c.revision,
                conversations.c.body,
                conversations.c.ai,
                conversations.c.delivered,
                conversations.c.words_erased_at,
                audits.c.body.label("audit_body"),
            )
            .select_from(conversations)
            .outerjoin(audits, AUDIT_SHOWN)
            .where(conversations.c.app == self._app, conversations.c.conversation_id == conversation_id)
            .where(*visible(self._visibility, self._app, conversations.c.conversation_id))
        )
        row = connection.execute(query).one_or_none() if is_storable(conversation_id) else None
        if row is None:
            raise unknown("conversation", conversation_id)
        (conversation,) = with_contexts(connection, [CONVERSATION.decode(row.body)], [row.ai])
        return Held(
            row.conversation,
            row.revision,
            conversation,
            row.delivered,
            read_audit(row.audit_body),
            has_words=row.words_erased_at is None,
            ai=row.ai,
        )

    def _accept(
        self, connection: Connection, admitted: Incoming, priority: Priority, since: int | None, *, is_known: bool
    ) -> Accepted:
        by_id = {conversation.id: conversation for conversation in admitted.conversations}
        stored = {each.stored.conversation_id: each for each in read_waiting(connection, self._app, sorted(by_id))}
        if is_known:
            by_id = {each: by_id[each] for each in stored}
        corrected, delivered = as_corrected(connection, self._app, [by_id[each] for each in stored])
        by_id |= corrected
        incoming = {each: stored_document(conversation) for each, conversation in by_id.items()}
        new = [each for each in incoming if each not in stored]
        changed = [each for each, (row, _, _) in stored.items() if row.digest != incoming[each].digest]
        left = [
            row.number
            for each, (row, has_ended, _) in stored.items()
            if row.digest == incoming[each].digest and not row.is_current and has_ended
        ]
        sent = [{"number": stored[each].stored.number, "delivered": its} for each, its in delivered.items()]
        _execute(connection, _UPDATE, sent)
        again = came_since(connection, self._app, changed, since)
        batch_id = batch = None
        if new or changed:
            kept = keep_contexts(connection, self._app, [by_id[each] for each in (*new, *changed)])
            incoming |= {each: incoming[each]._replace(ai=its) for each, its in kept.items()}
            self._release(connection, [stored[each].stored.number for each in changed])
        if new or changed or left:
            size = len(new) + len(changed) + len(left)
            batch_id, batch = self._open_batch(connection, size, priority)
            self._insert(connection, batch, {each: incoming[each] for each in sorted(new)})
            self._revise(connection, batch, [(stored[each].stored.number, incoming[each]) for each in changed])
            self._write_parties(connection, [by_id[each] for each in sorted(new)], [by_id[each] for each in changed])
            moved = [{"number": number, "batch": batch} for number in left]
            _execute(connection, _UPDATE, moved)
            if admitted.redactions or changed:
                self._privacy.keep(connection, admitted, [*new, *changed])
            if new:
                count_use(connection, self._database.dialect, self._app, conversations=len(new))
        size = sum(incoming[each].size for each in (*new, *changed))
        return Accepted(
            batch_id=batch_id,
            new=len(new),
            changed=len(changed),
            unchanged=len(stored) - len(changed),
            size=size,
            batch=batch,
            replaced=tuple(again),
        )

    def _sees(self, conversation_id: str) -> bool:
        if self._visibility.is_everything or not is_storable(conversation_id):
            return is_storable(conversation_id)
        with self._database.reading() as connection:
            return is_visible(connection, self._visibility, self._app, conversation_id)

    def _state(self, connection: Connection, batch_id: str) -> str:
        """Return the state of a batch. Raises ``NotFoundError`` when this app has no such batch."""
        query = sa.select(batches.c.state).where(batches.c.batch_id == batch_id, batches.c.app == self._app)
        state = connection.execute(query).scalar_one_or_none()
        if state is None:
            raise NotFoundError("There is no batch {value} in this app", code="batch.unknown", value=batch_id)
        return state

    def _open_batch(self, connection: Connection, size: int, priority: Priority) -> tuple[str, int]:
        """Make a batch; its id and its number."""
        made = insert_batch(self._app, size, NUMBERS[priority], now_ms())
        row = connection.execute(made.returning(batches.c.batch_id, batches.c.batch)).one()
        self._database.dialect.announce_work(connection)
        return row.batch_id, row.batch

    def _release(self, connection: Connection, numbers: Sequence[int]) -> None:
        """Release the texts of conversations that come again."""
        if numbers:
            query = sa.select(conversations.c.ai).where(conversations.c.conversation.in_(numbers))
            release_contexts(connection, connection.scalars(query))

    def _insert(self, connection: Connection, batch: int, new: dict[str, StoredDocument]) -> None:
        names = ("app", "conversation_id", "revision", "batch", *StoredDocument._fields)
        rows = [(self._app, each, 1, batch, *document) for each, document in new.items()]
        self._database.dialect.insert_many(connection, conversations, names, rows)

    def _write_parties(
        self, connection: Connection, new: Sequence[Conversation], revised: Sequence[Conversation]
    ) -> None:
        dialect = self._database.dialect
        write_parties(connection, dialect, self._app, new, revised)
        self._filler.fill(connection, dialect, [*new, *revised])

    def _revise(self, connection: Connection, batch: int, changed: Sequence[tuple[int, StoredDocument]]) -> None:
        rows = [{"number": number, "batch": batch, **document._asdict()} for number, document in changed]
        _execute(connection, _REVISE, rows)


def _end(connection: Connection, batch_id: str, failure: str | None) -> None:
    """End a batch, unless a conversation of it is neither recorded nor failed: it is begun again.

    One that is done, as when it was split meanwhile, stays so.
    """
    over = sa.update(batches).where(batches.c.batch_id == batch_id, batches.c.state != "done")
    if failure is None:
        over = over.where(~HAS_UNRECORDED)
    connection.execute(over.values(ended("failed" if failure else "done", failure)))


def _execute(connection: Connection, statement: sa.Executable, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _are_sides_doubted(rendered: RenderedRows) -> bool:
    sides = sides_of(rendered.conversation, rendered.evaluation.status, rendered.insights)
    return "unknown" in sides or "look_swapped" in sides


def _change(row: Stored) -> ChangeKind:
    """Return the kind of change that recording the conversation is."""
    return "created" if row.recorded_revision is None else "revised"
