"""Rows of recordings, and the list of files that are to be removed."""

from collections.abc import Collection, Sequence
from typing import get_args

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import NotFoundError, unknown
from auscult.domain.operations.records import made_from
from auscult.domain.recordings.recording import Recording, Sound, Speaker, State
from auscult.storage.access.apps import lock_app
from auscult.storage.core.database import AnyRow, AnySelect, write_many
from auscult.storage.core.free_space import overwrite_deleted
from auscult.storage.core.instants import now_ms
from auscult.storage.core.repository import OfDatabase, SeenOfApp
from auscult.storage.core.rows import columns_of, record_of
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.recordings import (
    recording_contents,
    recording_removals,
    recording_tasks,
    recording_uploads,
    recordings,
    transcriptions,
    transcripts,
)
from auscult.storage.core.text_validation import is_storable
from auscult.storage.limits import count_use
from auscult.storage.people.visibility import visible
from auscult.storage.recordings.folder import own_path

_UPLOAD_MS = 24 * 3600 * 1000
"""An upload that is not committed after this time is not any more: its file is removed."""
_FOLLOW_MS = 30_000
_SPEAKERS = msgspec.json.Decoder(tuple[Speaker, ...])
_STATES: dict[str, State] = {state: state for state in get_args(State)}


class Recordings(OfDatabase):
    """Recordings of all apps, by their ids, and the files to remove."""

    def find(self, recording_id: str) -> Recording | None:
        """Return a recording by its id, None where there is none. Its id is secret enough only with a signed link."""
        if not is_storable(recording_id):
            return None
        with self._database.reading() as connection:
            row = connection.execute(_query().where(recordings.c.recording_id == recording_id)).one_or_none()
            return None if row is None else _recording(row)

    def due_removals(self, limit: int) -> list[str]:
        """Return locations of files that are to be removed now, at most ``limit``."""
        query = sa.select(recording_removals.c.location).where(recording_removals.c.due_at <= now_ms())
        return list(self._database.values(query.order_by(recording_removals.c.due_at).limit(limit)))

    def removed(self, location: str) -> None:
        """Store that a file is removed."""
        with self._database.writing() as connection:
            _forget_removal(connection, location)


class AppRecordings(SeenOfApp):
    """The recordings of one app."""

    @property
    def app(self) -> int:
        """The number of the app."""
        return self._app

    def announce(self, location: str) -> None:
        """Store that a file is about to be written: it is removed unless ``add`` follows within a day."""
        row = {"location": location, "due_at": now_ms() + _UPLOAD_MS}
        insert = self._database.dialect.insert(recording_removals).values(row)
        with self._database.writing() as connection:
            connection.execute(
                insert.on_conflict_do_update(index_elements=["location"], set_={"due_at": row["due_at"]})
            )

    def discard(self, location: str) -> None:
        """Have an announced file removed at once."""
        with self._database.writing() as connection:
            due = sa.update(recording_removals).where(recording_removals.c.location == location)
            connection.execute(due.values(due_at=now_ms()))

    def add(self, recording: Recording) -> Recording:
        """Store a recording whose file is written, and return it.

        The same bytes once more for the same conversation return the recording that is there; the new file is then
        removed. Raises ``NotFoundError`` where there is no such conversation.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            number = self._conversation(connection, recording.conversation_id)
            same = _query().where(recordings.c.conversation == number, recordings.c.sha256 == recording.sha256)
            row = connection.execute(same).one_or_none()
            if row is not None:
                return _recording(row)
            made = sa.insert(recordings).values(_columns(recording, self._app, number))
            own = connection.execute(made.returning(recordings.c.recording)).scalar_one()
            # What follows its arrival is asked for by the one who adds it; by a worker, where that process ends first.
            due = {"recording": own, "kind": "fetch", "state": "waiting", "starts": 0, "due_at": now_ms() + _FOLLOW_MS}
            connection.execute(sa.insert(recording_tasks).values(due))
            _forget_removal(connection, recording.location)
            count_use(connection, self._database.dialect, self._app, sound_ms=recording.sound.duration_ms)
            return recording

    def complete(self, recording: Recording) -> Recording:
        """Store what is known now of a recording whose bytes were fetched, and return it.

        The recording that has the same bytes already is returned instead, and this one is gone. Raises
        ``NotFoundError`` where it was erased meanwhile.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            number = self._conversation(connection, recording.conversation_id)
            mine = sa.select(recordings.c.recording).where(recordings.c.recording_id == recording.recording_id)
            own = connection.scalar(mine)
            if own is None:
                raise _unknown(recording.recording_id)
            same = _query().where(recordings.c.conversation == number, recordings.c.sha256 == recording.sha256)
            row = connection.execute(same.where(recordings.c.recording != own)).one_or_none()
            connection.execute(sa.delete(recording_contents).where(recording_contents.c.recording == own))
            if row is not None:
                _erase(connection, recordings.c.recording == own)
                return _recording(row)
            columns = _columns(recording, self._app, number)
            connection.execute(sa.update(recordings).where(recordings.c.recording == own).values(columns))
            _forget_removal(connection, own_path(recording.location))
            count_use(connection, self._database.dialect, self._app, sound_ms=recording.sound.duration_ms)
            return recording

    def fail(self, recording_id: str, reason: str) -> None:
        """Store that the bytes of a recording cannot be had, and why."""
        mine = sa.update(recordings).where(recordings.c.app == self._app, recordings.c.recording_id == recording_id)
        with self._database.writing() as connection:
            connection.execute(mine.values(state="media_unavailable", reason=reason))

    def content(self, recording_id: str) -> bytes | None:
        """Return the bytes that came inside a document, None where there are none."""
        query = (
            sa.select(recording_contents.c.content)
            .join(recordings, recordings.c.recording == recording_contents.c.recording)
            .where(recordings.c.app == self._app, recordings.c.recording_id == recording_id)
        )
        return self._database.value(query)

    def erase(self, conversation_id: str) -> int:
        """Erase the recordings of a conversation and leave the conversation; return how many there were.

        Raises ``NotFoundError`` where there is no such conversation.
        """
        with self._database.writing() as connection:
            overwrite_deleted(connection, self._database)
            lock_app(connection, self._app)
            return erase_recordings(connection, [self._conversation(connection, conversation_id)])

    def keep_upload(self, upload_id: str, conversation_id: str, location: str, claims: bytes) -> None:
        """Store an upload that goes on later. Raises ``NotFoundError`` where there is no such conversation."""
        row = {"upload_id": upload_id, "app": self._app, "location": location, "claims": claims.decode()}
        with self._database.writing() as connection:
            number = self._conversation(connection, conversation_id)
            values = {**row, "conversation": number, "created_at": now_ms()}
            insert = self._database.dialect.insert(recording_uploads).values(values)
            connection.execute(insert.on_conflict_do_nothing())

    def upload(self, upload_id: str) -> tuple[str, str, bytes] | None:
        """Return the conversation, the location and the claims of an upload; None where there is none."""
        if not is_storable(upload_id):
            return None
        query = (
            sa.select(conversations.c.conversation_id, recording_uploads.c.location, recording_uploads.c.claims)
            .join(conversations, conversations.c.conversation == recording_uploads.c.conversation)
            .where(recording_uploads.c.app == self._app, recording_uploads.c.upload_id == upload_id, *self._visible())
        )
        row = self._database.row(query)
        return None if row is None else (row.conversation_id, row.location, row.claims.encode())

    def forget_upload(self, upload_id: str) -> None:
        """Forget an upload that is finished or given up."""
        mine = (recording_uploads.c.app == self._app, recording_uploads.c.upload_id == upload_id)
        with self._database.writing() as connection:
            connection.execute(sa.delete(recording_uploads).where(*mine))

    def played(self, conversation_ids: Sequence[str]) -> dict[str, list[Recording]]:
        """Return the recordings of these conversations that have bytes, by conversation, the oldest first."""
        found: dict[str, list[Recording]] = {}
        query = _query().where(
            recordings.c.app == self._app,
            recordings.c.state == "success",
            conversations.c.conversation_id.in_(conversation_ids),
            *self._visible(),
        )
        with self._database.reading() as connection:
            for row in connection.execute(query.order_by(recordings.c.recording)):
                found.setdefault(row.conversation_id, []).append(_recording(row))
        return found

    def has_any(self) -> bool:
        """Return whether the app has a recording with bytes."""
        query = sa.select(recordings.c.recording).where(recordings.c.app == self._app).limit(1)
        return self._database.value(query) is not None

    def of(self, conversation_id: str) -> list[Recording]:
        """Return the recordings of a conversation, the oldest first. Raises ``NotFoundError`` where there is none."""
        with self._database.reading() as connection:
            number = self._conversation(connection, conversation_id)
            query = _query().where(recordings.c.conversation == number).order_by(recordings.c.recording)
            return [_recording(row) for row in connection.execute(query)]

    def get(self, recording_id: str) -> Recording | None:
        """Return a recording of this app, None where it has none of this id."""
        if not is_storable(recording_id):
            return None
        query = _query().where(
            recordings.c.app == self._app, recordings.c.recording_id == recording_id, *self._visible()
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else _recording(row)

    def _visible(self) -> list[sa.ColumnElement[bool]]:
        return visible(self._visibility, self._app, conversations.c.conversation_id)

    def _conversation(self, connection: Connection, conversation_id: str) -> int:
        number = None
        if is_storable(conversation_id):
            query = sa.select(conversations.c.conversation)
            mine = (conversations.c.app == self._app, conversations.c.conversation_id == conversation_id)
            query = query.where(*self._visible())
            number = connection.scalar(query.where(*mine))
        if number is None:
            raise unknown(
                "conversation",
                conversation_id,
                "there is no conversation {value} in this app; load it before its recordings",
            )
        return number


def find_recording(connection: Connection, condition: sa.ColumnElement[bool]) -> Recording | None:
    """Return the one recording that meets a condition, None where none does."""
    row = connection.execute(_query().where(condition)).one_or_none()
    return None if row is None else _recording(row)


def erase_recordings(connection: Connection, numbers: Collection[int]) -> int:
    """Erase the recordings of conversations, by number; their files are due for removal with this commit."""
    uploads = recording_uploads.c.conversation.in_(numbers)
    _remove_soon(connection, connection.scalars(sa.select(recording_uploads.c.location).where(uploads)).all())
    connection.execute(sa.delete(recording_uploads).where(uploads))
    return _erase(connection, recordings.c.conversation.in_(numbers))


def erase_transcripts(connection: Connection, conversation: int) -> None:
    """Erase the words of a conversation's recordings, those that were replaced too; none is transcribed that waits."""
    numbers = sa.select(recordings.c.recording).where(recordings.c.conversation == conversation)
    for table in (transcriptions, transcripts):
        connection.execute(sa.delete(table).where(table.c.recording.in_(numbers)))


def _erase(connection: Connection, mine: sa.ColumnElement[bool]) -> int:
    locations = list(connection.scalars(sa.select(recordings.c.location).where(mine)))
    if locations:
        _remove_soon(connection, locations)
        numbers = sa.select(recordings.c.recording).where(mine)
        for table in (transcriptions, transcripts, recording_tasks, recording_contents):
            connection.execute(sa.delete(table).where(table.c.recording.in_(numbers)))
        connection.execute(sa.delete(recordings).where(mine))
    return len(locations)


def _remove_soon(connection: Connection, locations: Sequence[str]) -> None:
    if not locations:
        return
    due = sa.update(recording_removals).where(recording_removals.c.location.in_(locations)).values(due_at=now_ms())
    known = connection.scalars(due.returning(recording_removals.c.location)).all()
    rows = [{"location": each, "due_at": now_ms()} for each in sorted({*locations}.difference(known))]
    write_many(connection, sa.insert(recording_removals), rows)


def _unknown(recording_id: str) -> NotFoundError:
    return unknown("recording", recording_id, "there is no recording {value} in this app")


def _forget_removal(connection: Connection, location: str) -> None:
    connection.execute(sa.delete(recording_removals).where(recording_removals.c.location == location))


def _query() -> AnySelect:
    names = conversations.c.conversation_id
    return sa.select(recordings, names).join(conversations, conversations.c.conversation == recordings.c.conversation)


def _columns(recording: Recording, app: int, conversation: int) -> dict[str, object]:
    speakers = msgspec.json.encode(recording.speakers).decode()
    known = columns_of(recordings, recording, app=app, conversation=conversation, speakers=speakers)
    return known | columns_of(recordings, recording.sound)


def _recording(row: AnyRow) -> Recording:
    return record_of(
        Recording, row, state=_STATES[row.state], sound=made_from(Sound, row), speakers=_SPEAKERS.decode(row.speakers)
    )
