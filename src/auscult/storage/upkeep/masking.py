"""Masking of what is stored: conversations in which a stricter policy finds something, and all that was made of them.

A conversation that changes has a new revision. Its scores are carried over to that, sealed again, and nothing is judged.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.assist.live import Event, LiveEvent, Message
from auscult.domain.audits.audit import Audit, AuditMovedError
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.history.backfills import ChunkRange
from auscult.domain.operations.backups import MadeBackup
from auscult.domain.privacy.conversations import Redaction
from auscult.domain.privacy.log import Draft
from auscult.domain.privacy.masking import Counts, Masking, stricter, without_numbers
from auscult.domain.privacy.redaction import PLACEHOLDER, Kind, kind_of
from auscult.domain.privacy.retention import Facts, holding
from auscult.domain.privacy.settings import PrivacySettings
from auscult.domain.scoring.stored import RenderedRows
from auscult.storage.audits.writing import SEALED as SEALED_OF_AUDITS
from auscult.storage.audits.writing import seal_of_audit
from auscult.storage.conversations.ai_texts import is_given, keep_contexts, release_contexts, with_contexts
from auscult.storage.conversations.documents import stored_document
from auscult.storage.conversations.erased_parts import Render, optimise_search
from auscult.storage.conversations.erasure import erase_mentions, erase_rows
from auscult.storage.conversations.evaluated import (
    AUDIT_SHOWN,
    CONVERSATION,
    STORED,
    Stored,
    file_recorded,
    read_recorded,
    recorded_query,
)
from auscult.storage.conversations.evaluations import EvaluationReader, rewrite_evaluations
from auscult.storage.conversations.said import write_said
from auscult.storage.core.database import AnyRow, Database
from auscult.storage.core.free_space import overwrite_deleted
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.packing.readable import rewrite_insights
from auscult.storage.core.tables.assist import live_conversations, live_events
from auscult.storage.core.tables.audits import assignments, audit_trail, audits, bookmarks
from auscult.storage.core.tables.conversations import batches, conversations, evaluations, insights
from auscult.storage.core.tables.definitions import form_examples
from auscult.storage.core.tables.judge import judge_answers
from auscult.storage.core.tables.operations import backups
from auscult.storage.core.tables.pages import listings, report_rows
from auscult.storage.core.tables.recordings import recording_tasks, recordings, transcriptions, transcripts
from auscult.storage.core.tables.reviews import (
    calibration_items,
    calibrations,
    coaching_clips,
    coachings,
    comment_threads,
    corrections,
    disputes,
    pins,
    reviews,
)
from auscult.storage.delivery.exports import withdraw_exports
from auscult.storage.delivery.feed import announce
from auscult.storage.history.backfills import Steps, within
from auscult.storage.privacy.live import redacted_text
from auscult.storage.privacy.log import append_entry
from auscult.storage.privacy.redaction import AppPrivacy
from auscult.storage.privacy.retention import read_holds, refuse_restored
from auscult.storage.recordings.tasks import request_task
from auscult.storage.schedules import erase_from_schedules

_EVENT: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Event)
_MOST_LISTED = 100
_OF_ROWS = ("custom_fields", "customer", "agents", "queues", "contact", "custom_id")
"""Parts of a conversation by whose values rows are found."""
_QUOTING: tuple[tuple[sa.Column[Any], ...], ...] = (
    (conversations.c.conversation, conversations.c.conversation, conversations.c.delivered),
    (reviews.c.assignment, reviews.c.conversation, reviews.c.body),
    (disputes.c.dispute, disputes.c.conversation, disputes.c.body),
    (comment_threads.c.thread, comment_threads.c.conversation, comment_threads.c.body),
    (corrections.c.correction, corrections.c.conversation, corrections.c.body),
    (pins.c.pin, pins.c.conversation, pins.c.note),
    (bookmarks.c.by, bookmarks.c.conversation, bookmarks.c.note),
    (assignments.c.assignment, assignments.c.conversation, assignments.c.reason),
    (calibrations.c.calibration, calibration_items.c.conversation, calibrations.c.body),
    (coachings.c.coaching, coaching_clips.c.conversation, coachings.c.body),
)
"""Columns that quote a conversation, JSON or text: the key of their row, the column of its conversation, and the column."""


class Words(NamedTuple):
    """Words of a recording, as JSON, or None. ``number`` is that of a transcript that another one replaced, 0 of the one in force.

    ``silences``, as JSON, are where the sound must be silent; ``is_silent``: a copy that is silent somewhere was asked for.
    """

    recording: int
    conversation: int
    speakers: str
    number: int
    words: bytes | None
    is_silent: bool
    silences: bytes | None = None


class Unmasked(NamedTuple):
    """A conversation as it was read, and as it is to be stored, with what is to be kept of its redaction.

    ``has_more``: people wrote about it, verdicts of revisions whose words are gone are there, or less is kept of its
    redaction; ``words``: those of its recordings.
    """

    number: int
    revision: int
    before: Conversation
    after: Conversation
    found: Redaction
    masking: Masking
    ai: bytes | None
    has_more: bool
    words: tuple[Words, ...]

    @property
    def is_due(self) -> bool:
        """Return whether anything is to be written."""
        return self.is_new or self.has_more or bool(self.words)

    @property
    def is_new(self) -> bool:
        """Return whether its words change."""
        return self.after is not self.before


class Looked(NamedTuple):
    """The conversations of a range: how many there are, how many wait to be scored, and those with something to mask."""

    total: int
    waiting: int
    found: Sequence[Unmasked]


class AppMasking:
    """Masks what is stored of one app."""

    def __init__(self, database: Database, app: int, privacy: AppPrivacy) -> None:
        """``privacy`` has the redactors of the app, and what it keeps of its redactions."""
        self._database = database
        self._app = app
        self._privacy = privacy

    def look(self, chunk_range: ChunkRange, settings: PrivacySettings) -> Looked:
        """Redact the conversations of a range once more, as these settings say; nothing is written."""
        older = sa.exists().where(
            evaluations.c.conversation == conversations.c.conversation,
            evaluations.c.revision < conversations.c.recorded_revision,
        )
        query = (
            sa.select(
                conversations.c.conversation,
                conversations.c.revision,
                conversations.c.body,
                conversations.c.ai,
                sa.and_(
                    conversations.c.recorded_revision.is_distinct_from(conversations.c.revision),
                    batches.c.state == "accepted",
                ).label("waits"),
                sa.or_(older, *self._remarked()).label("has_others"),
            )
            .join(batches, batches.c.batch == conversations.c.batch)
            .where(conversations.c.app == self._app, *within(chunk_range))
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(conversations.c.started_at, conversations.c.conversation)).all()
            given = [row.ai if is_given(row.ai) else None for row in rows]
            before = with_contexts(connection, [CONVERSATION.decode(row.body) for row in rows], given)
            kept = self._privacy.stored(connection, [each.id for each in before])
            words = _words(connection, [row.conversation for row in rows]) if settings.is_on else {}
        found: list[Unmasked] = []
        after = self._privacy.redacted(before, settings)
        for row, was, now in zip(rows, before, after, strict=True):
            new = self._privacy.kept(now, settings).upon(kept.get(was.id, Redaction()))
            body, new = stricter(now.conversation, new, settings)
            each = Unmasked(
                row.conversation,
                row.revision,
                was,
                body if body != was else was,
                new,
                Masking(was, now, settings.dropped),
                row.ai,
                row.has_others or new != kept.get(was.id, Redaction()),
                words.get(row.conversation, ()),
            )
            found += [each] if each.is_due else []
        return Looked(len(rows), sum(row.waits for row in rows), found)

    def _remarked(self) -> Iterator[sa.ColumnElement[bool]]:
        """Yield the conditions on which people wrote about a conversation: these words are redacted whatever is in its own."""
        its = [*(each for _, each, _ in _QUOTING[1:]), audit_trail.c.conversation, audits.c.conversation]
        yield from (sa.exists().where(each == conversations.c.conversation) for each in its)
        live = live_conversations.c.conversation_id == conversations.c.conversation_id
        yield sa.exists().where(live_conversations.c.app == self._app, live)

    def steps(
        self, looked: Looked, settings: PrivacySettings, render: Render, entry: Callable[[Sequence[bytes]], Draft]
    ) -> Steps:
        """Return what writes a chunk; its result is ``Counts``. ``entry``, by all results, is recorded at the end of all."""

        def write(connection: Connection) -> bytes:
            counts = self._write(connection, looked.found, settings, render)
            return msgspec.json.encode(replace(counts, looked=looked.total))

        def at_end(connection: Connection, results: Sequence[bytes]) -> None:
            self._mask_running(connection, settings)
            self._mask_pasted(connection, settings)
            optimise_search(connection, self._database)
            append_entry(connection, self._database, entry(results))

        return Steps(write, at_end)

    def _write(
        self, connection: Connection, found: Sequence[Unmasked], settings: PrivacySettings, render: Render
    ) -> Counts:
        """Store conversations without what is to be masked, and so all that was made of them, in a chunk's transaction.

        Raises ``AuditMovedError``, for the caller to begin again, where one was revised since it was read, and
        ``ConflictError`` where a restored database waits for its holds.
        """
        overwrite_deleted(connection, self._database)
        refuse_restored(connection)
        holds = read_holds(connection, self._app)
        free = [each for each in found if holding(holds, Facts.of(each.before)) is None]
        query = sa.select(*STORED).select_from(conversations).outerjoin(audits, AUDIT_SHOWN)
        its = query.where(conversations.c.conversation.in_([each.number for each in free]))
        stored = {each.number: each for each in (Stored(*row) for row in connection.execute(its))}
        work = {each.number: each for each in free if each.number in stored}
        if any(each.revision != stored[number].revision for number, each in work.items()):
            raise AuditMovedError("a conversation was revised while it was masked; mask it again")
        if not work:
            return Counts(held=len(found) - len(free))
        new = {number: each for number, each in work.items() if each.is_new}
        self._write_conversations(connection, new, stored)
        scores = self._write_results(connection, work, settings)
        self._write_remarks(connection, work, settings)
        self._write_live(connection, work, settings)
        self._write_words(connection, [words for each in work.values() for words in each.words])
        erase_mentions(connection, {number: each.before.id for number, each in work.items()})
        withdraw_exports(connection, self._app)
        erase_from_schedules(connection, self._app, ())
        self._privacy.replace(connection, {each.before.id: each.found for each in work.values()})
        self._write_rows(connection, work, stored, render)
        announce(connection, self._database.dialect, self._app, [(each.before.id, "revised") for each in new.values()])
        kinds = sum((_marks(each.after) - _marks(each.before) for each in new.values()), Counter[Kind]())
        return Counts(changed=len(new), held=len(found) - len(free), scores=scores, placeholders=dict(kinds))

    def backups(self, until: datetime) -> list[MadeBackup]:
        """Return the backups of the database on record that were made before an instant and are still there, newest first."""
        query = sa.select(backups).where(backups.c.made_at < ms_of(until), backups.c.is_removed == 0)
        rows = self._database.rows(query.order_by(backups.c.backup.desc()).limit(_MOST_LISTED))
        return [MadeBackup(made_at=instant_of(row.made_at), name=Path(row.place).name) for row in rows]

    def _write_conversations(
        self, connection: Connection, new: Mapping[int, Unmasked], stored: Mapping[int, Stored]
    ) -> None:
        contexts = keep_contexts(connection, self._app, [each.after for each in new.values() if each.after.ai])
        release_contexts(connection, [each.ai for each in new.values() if each.after.ai])
        rows: list[dict[str, Any]] = [
            {
                "revision": each.revision + 1,
                "recorded_revision": each.revision + 1
                if stored[number].is_current
                else stored[number].recorded_revision,
                **stored_document(each.after)._replace(ai=contexts.get(each.before.id, each.ai))._asdict(),
                "number": number,
            }
            for number, each in new.items()
        ]
        if rows:
            its = sa.update(conversations).where(conversations.c.conversation == sa.bindparam("number"))
            connection.execute(its, rows)

    def _write_results(self, connection: Connection, work: Mapping[int, Unmasked], settings: PrivacySettings) -> int:
        """Rewrite verdicts and findings; return how many scores were sealed again."""
        by_id = {each.before.id: each for each in work.values()}

        def rewritten(each: Unmasked, revision: int, body: bytes) -> tuple[int, bytes]:
            """Return a result of a revision. Those of the present one are carried over; of older ones no words are there."""
            if revision < each.revision:
                return revision, each.masking.document(body, lambda text: self._privacy.text(text, settings))
            return revision + each.is_new, each.masking.document(body)

        scores = rewrite_evaluations(
            connection,
            self._database.seals,
            evaluations.c.conversation.in_(work),
            lambda row: rewritten(by_id[row.conversation_id], row.revision, row.body),
        )
        query = sa.select(insights).where(insights.c.conversation.in_(work))
        for row in connection.execute(query).all():
            after, masked = rewritten(work[row.conversation], row.revision, row.body)
            if (after, masked) != (row.revision, row.body):
                rewrite_insights(connection, row.conversation, row.revision, masked, after)
        connection.execute(sa.delete(judge_answers).where(judge_answers.c.conversation.in_(work)))
        return scores

    def _write_remarks(self, connection: Connection, work: Mapping[int, Unmasked], settings: PrivacySettings) -> None:
        """Rewrite what people wrote. The trail of audits refuses changes, so a line that changes is put in again."""
        redact = {number: self._privacy.about(each.after, settings) for number, each in work.items()}

        def masked(number: int, words: Any) -> Any:  # noqa: ANN401  (JSON, or a text)
            masking = work[number].masking
            return (
                redact[number](masking.text(words))
                if isinstance(words, str)
                else masking.document(words, redact[number])
            )

        for key, conversation, words in _QUOTING:
            query = sa.select(key, conversation, words).where(conversation.in_(work), words.is_not(None))
            if key.table is not conversation.table:
                query = query.join_from(key.table, conversation.table)
            left: dict[object, Any] = {}  # a row about several conversations comes once for each, as it was before all
            for name, number, read in connection.execute(query).all():
                row = (name, number) if key is bookmarks.c.by else name
                before = left.get(row, read)
                left[row] = after = masked(number, before)
                if after != before:
                    of_one = [conversation == number] if key is bookmarks.c.by else []
                    its = sa.update(key.table).where(key == name, *of_one)
                    connection.execute(its.values({words.name: after}))
        for row in connection.execute(sa.select(audit_trail).where(audit_trail.c.conversation.in_(work))).all():
            after = masked(row.conversation, row.body)
            if after != row.body:
                connection.execute(sa.delete(audit_trail).where(audit_trail.c.entry == row.entry))
                connection.execute(
                    sa.insert(audit_trail).values(
                        {column.name: getattr(row, column.name) for column in audit_trail.columns} | {"body": after}
                    )
                )
        for row in connection.execute(sa.select(audits).where(audits.c.conversation.in_(work))).all():
            body = _of_revision(masked(row.conversation, row.body), work[row.conversation])
            was = [getattr(row, name) for name in SEALED_OF_AUDITS]
            covered = [*was[:-1], body]  # the body is the last of them
            ids = (row.conversation_id, row.assignment_id)
            is_whole = row.seal == seal_of_audit(self._database.seals, connection, *ids, was)
            seal = seal_of_audit(self._database.seals, connection, *ids, covered) if is_whole else row.seal
            its = sa.update(audits).where(audits.c.assignment == row.assignment)
            connection.execute(its.values(body=body, seal=seal))

    def _write_live(self, connection: Connection, work: Mapping[int, Unmasked], settings: PrivacySettings) -> None:
        """Rewrite the events of conversations that were live, and the last event always: by that others notice a change."""
        by_id = {each.before.id: each for each in work.values()}
        redact = partial(self._privacy.text, settings=settings)
        query = sa.select(live_events, live_conversations.c.conversation_id, live_conversations.c.events).join(
            live_conversations, live_conversations.c.live == live_events.c.live
        )
        its = (live_conversations.c.app == self._app, live_conversations.c.conversation_id.in_(by_id))
        for row in connection.execute(query.where(*its)).all():
            body = _typed(by_id[row.conversation_id].masking.document(row.body), redact)
            body = body + b" " if row.seq == row.events else body
            if body != row.body:
                mine = sa.update(live_events).where(live_events.c.live == row.live, live_events.c.seq == row.seq)
                connection.execute(mine.values(body=body))

    def _mask_running(self, connection: Connection, settings: PrivacySettings) -> None:
        """Mask the messages of conversations that go on; as they came they are kept encrypted until these are over."""
        is_stored = sa.exists().where(
            conversations.c.app == self._app, conversations.c.conversation_id == live_conversations.c.conversation_id
        )
        query = sa.select(live_events).join(live_conversations, live_conversations.c.live == live_events.c.live)
        rows = connection.execute(
            query.where(live_conversations.c.app == self._app, ~is_stored).order_by(live_events.c.seq)
        )
        found: defaultdict[int, list[tuple[AnyRow, LiveEvent]]] = defaultdict(list)
        for row in rows.all():
            found[row.live].append((row, _EVENT.decode(row.body)))
        redact = partial(self._privacy.text, settings=settings)
        for events in found.values():
            said = {event.message_id: event for _, event in events if isinstance(event, Message)}
            turns = tuple(Turn(name, each.author, each.text) for name, each in said.items())
            talk = Conversation(id="live", channel="chat", started_at=events[0][1].at, turns=turns)
            (after,) = self._privacy.redacted([talk], settings)
            masking = Masking(talk, after, settings.dropped)
            texts = {turn.id: without_numbers(turn.text, settings.dropped) for turn in after.conversation.turns}
            for row, event in events:
                body = _typed(masking.document(row.body), redact)
                if isinstance(event, Message) and texts[event.message_id] != event.text:
                    sealed = event.sealed or self._privacy.seal(event.text)
                    body = msgspec.json.encode(replace(event, text=texts[event.message_id], sealed=sealed))
                body = body + b" " if row is events[-1][0] else body
                its = sa.update(live_events).where(live_events.c.live == row.live, live_events.c.seq == row.seq)
                connection.execute(its.values(body=body))

    def _mask_pasted(self, connection: Connection, settings: PrivacySettings) -> None:
        """Mask the transcripts that were pasted as examples of forms; they are of no conversation."""
        mine = (form_examples.c.app == self._app, form_examples.c.transcript.is_not(None))
        query = sa.select(form_examples.c.example, form_examples.c.transcript).where(*mine)
        for number, before in connection.execute(query).all():
            after = without_numbers(self._privacy.text(before, settings), settings.dropped)
            if after != before:
                its = sa.update(form_examples).where(form_examples.c.example == number)
                connection.execute(its.values(transcript=after))

    def _write_words(self, connection: Connection, found: Sequence[Words]) -> None:
        """Write the words of recordings, and ask for copies that are silent where these are masked."""
        for each in found:
            table = transcripts if each.number else transcriptions
            of_number = [transcripts.c.number == each.number] if each.number else []
            its = sa.update(table).where(table.c.recording == each.recording, *of_number)
            connection.execute(its.values(words=each.words))
            if not each.number:
                request_task(connection, self._database, each.recording, "redacted", each.silences)

    def _write_rows(
        self, connection: Connection, work: Mapping[int, Unmasked], stored: Mapping[int, Stored], render: Render
    ) -> None:
        """Write the rows of every list and the words of searches; facets with a value that was masked go."""
        dialect = self._database.dialect
        found = {
            number
            for number, each in work.items()
            if stored[number].filed_at is not None
            and any(getattr(each.before, part) != getattr(each.after, part) for part in _OF_ROWS)
        }
        if found:
            erase_rows(connection, dialect, self._app, found)
            its = sa.update(conversations).where(conversations.c.conversation.in_(found))
            connection.execute(its.values(filed_at=None))
        is_current = conversations.c.recorded_revision == conversations.c.revision
        query = recorded_query(self._app).where(conversations.c.conversation.in_(work), is_current)
        numbers = {each.before.id: number for number, each in work.items()}
        shown: list[tuple[Stored, RenderedRows]] = []
        for case in read_recorded(connection, EvaluationReader(), query):
            its = stored[numbers[case.conversation.id]]
            shown.append((its._replace(filed_at=None) if its.number in found else its, render(case)))
        file_recorded(connection, dialect, self._app, shown)
        write_said(connection, dialect, self._app, shown)
        self._write_left(connection, work.keys() - {each.number for each, _ in shown}, work)

    def _write_left(self, connection: Connection, numbers: Collection[int], work: Mapping[int, Unmasked]) -> None:
        """Rewrite the rows of a revision before one that could not be scored, which nothing renders."""
        by_id = {work[number].before.id: work[number].masking for number in numbers}
        query = sa.select(report_rows.c.row, report_rows.c.conversation_id, report_rows.c.body).join(
            listings, (listings.c.listing == report_rows.c.listing) & (listings.c.app == self._app)
        )
        for row in connection.execute(query.where(report_rows.c.conversation_id.in_(by_id))).all() if by_id else ():
            its = sa.update(report_rows).where(report_rows.c.row == row.row)
            connection.execute(its.values(body=by_id[row.conversation_id].document(row.body)))


def _typed(body: bytes, redact: Callable[[str], str]) -> bytes:
    """Return an event of a live conversation with what an agent typed redacted; the same object where nothing changes."""
    event = _EVENT.decode(body)
    after = redacted_text(redact, event)
    return body if after == event else msgspec.json.encode(after)


def _words(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[Words, ...]]:
    """Read the words of the recordings of conversations, by number: those in force, and those that others replaced."""
    is_silent = sa.exists().where(
        recording_tasks.c.recording == recordings.c.recording, recording_tasks.c.kind == "redacted"
    )
    columns = (recordings.c.recording, recordings.c.conversation, recordings.c.speakers)
    mine = recordings.c.conversation.in_(numbers)
    now = sa.select(*columns, sa.literal(0), transcriptions.c.words, is_silent).where(
        mine, recordings.c.state == "success"
    )
    now = now.outerjoin_from(recordings, transcriptions, transcriptions.c.recording == recordings.c.recording)
    before = sa.select(*columns, transcripts.c.number, transcripts.c.words, is_silent).where(mine)
    before = before.join_from(recordings, transcripts, transcripts.c.recording == recordings.c.recording)
    found: defaultdict[int, list[Words]] = defaultdict(list)
    for row in (*connection.execute(now), *connection.execute(before)):
        found[row.conversation].append(Words(*row))
    return {number: tuple(its) for number, its in found.items()}


def _of_revision(body: bytes, of: Unmasked) -> bytes:
    """Return an audit whose answers are of the present revision as one of the next, to which the scores are carried over."""
    read = msgspec.json.decode(body, type=Audit)
    if not of.is_new or read.result is None or read.result.revision != of.revision:
        return body
    return msgspec.json.encode(replace(read, result=replace(read.result, revision=of.revision + 1)))


def _marks(conversation: Conversation) -> Counter[Kind]:
    """Count the placeholders of a conversation by kind."""
    written = msgspec.json.encode(replace(conversation, masks={})).decode()
    return Counter(kind_of(found)[0] for found in PLACEHOLDER.finditer(written))
