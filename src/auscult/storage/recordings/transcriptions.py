"""Transcriptions as the store has them: asked for, claimed by one worker at a time, finished or postponed."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, get_args

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.recordings.recording import Recording
from auscult.domain.recordings.words import EarlierTranscript, Transcription, TranscriptionState, Word
from auscult.storage.access.apps import lock_app
from auscult.storage.core.instants import instant_of, now_ms
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.recordings import recordings, transcription_days, transcriptions, transcripts
from auscult.storage.recordings.repository import find_recording

_WORDS = msgspec.json.Decoder(tuple[Word, ...])
Alongside = Callable[[Connection], None]
"""Writes to the same transaction."""
_STATES: dict[str, TranscriptionState] = {state: state for state in get_args(TranscriptionState)}


class Claim(NamedTuple):
    """A transcription that this worker is to do. ``starts`` counts how often it was begun, this time included."""

    number: int
    app_id: str
    recording: Recording
    starts: int


class Transcriptions(OfDatabase):
    """The transcriptions of all apps."""

    def request(self, recording_id: str) -> None:
        """Request the transcription of a recording, again where there is one; its words are kept until the new one is done."""
        number = sa.select(recordings.c.recording).where(recordings.c.recording_id == recording_id)
        with self._database.writing() as connection:
            found = connection.scalar(number)
            if found is not None:
                values = {"state": "waiting", "reason": None, "starts": 0, "due_at": now_ms()}
                insert = self._database.dialect.insert(transcriptions).values(recording=found, **values)
                connection.execute(insert.on_conflict_do_update(index_elements=["recording"], set_=values))

    def supply(self, recording_id: str, engine: str, words: tuple[Word, ...]) -> None:
        """Store words of a recording that came with it."""
        number = sa.select(recordings.c.recording).where(recordings.c.recording_id == recording_id)
        done = {"state": "done", "starts": 0, "engine": engine, "words": msgspec.json.encode(words)}
        with self._database.writing() as connection:
            found = connection.execute(number).scalar_one()
            connection.execute(sa.insert(transcriptions).values(recording=found, **done))

    def get(self, recording_id: str) -> Transcription | None:
        """Return the transcription of a recording, None where none was asked for."""
        query = (
            sa.select(transcriptions)
            .join(recordings, recordings.c.recording == transcriptions.c.recording)
            .where(recordings.c.recording_id == recording_id)
        )
        row = self._database.row(query)
        if row is None:
            return None
        return Transcription(
            recording_id=recording_id,
            state=_STATES[row.state],
            reason=row.reason,
            engine=row.engine,
            words=() if row.words is None else _WORDS.decode(row.words),
        )

    def claim(self, lease_ms: int) -> Claim | None:
        """Claim the transcription that is due longest, None where none is. After the lease another worker may.

        The recordings of one conversation take turns: what is redacted in the words of one has its number in the next.
        """
        now = now_ms()
        its = transcriptions.c
        query = (
            sa.select(its.recording, its.starts, its.due_at, recordings.c.app, recordings.c.conversation)
            .join(recordings, recordings.c.recording == its.recording)
            .where(its.due_at <= now, recordings.c.conversation.not_in(_running(now)))
            .order_by(its.due_at)
            .limit(1)
        )
        with self._database.writing() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            lock_app(connection, row.app)
            mine = (its.recording == row.recording, its.due_at == row.due_at, ~_running(now, row.conversation).exists())
            running = {"state": "running", "starts": row.starts + 1, "due_at": now + lease_ms}
            if connection.execute(sa.update(transcriptions).where(*mine).values(running)).rowcount != 1:
                return None
            return self._claimed(connection, row.recording, row.starts + 1)

    def keep(self, number: int, engine: str, words: tuple[Word, ...], alongside: Alongside | None = None) -> None:
        """Store the words, and in the same transaction what belongs to them; the claim holds until ``finish``.

        Other words that there were are kept as an earlier transcript.
        """
        encoded = msgspec.json.encode(words)
        mine = sa.select(transcriptions.c.engine, transcriptions.c.words).where(transcriptions.c.recording == number)
        last = sa.select(sa.func.coalesce(sa.func.max(transcripts.c.number), 0)).where(
            transcripts.c.recording == number
        )
        with self._database.writing() as connection:
            row = connection.execute(mine).one_or_none()
            if row is not None and row.words is not None and (row.engine != engine or bytes(row.words) != encoded):
                earlier = {"number": connection.execute(last).scalar_one() + 1, "engine": row.engine or ""}
                earlier |= {"recording": number, "created_at": now_ms(), "words": row.words}
                connection.execute(sa.insert(transcripts).values(earlier))
            kept = {"engine": engine, "words": encoded}
            connection.execute(sa.update(transcriptions).where(transcriptions.c.recording == number).values(kept))
            if alongside is not None:
                alongside(connection)

    def finish(self, number: int) -> None:
        """Store that a transcription is done: its words are kept, and used."""
        self._set(number, state="done", reason=None, due_at=None)

    def earlier(self, recording_id: str) -> list[EarlierTranscript]:
        """Return the transcripts of a recording that others have replaced, the oldest first."""
        query = (
            sa.select(transcripts)
            .join(recordings, recordings.c.recording == transcripts.c.recording)
            .where(recordings.c.recording_id == recording_id)
            .order_by(transcripts.c.number)
        )
        with self._database.reading() as connection:
            return [
                EarlierTranscript(
                    engine=row.engine, replaced_at=instant_of(row.created_at), words=_WORDS.decode(row.words)
                )
                for row in connection.execute(query)
            ]

    def reserve_time(self, day: str, ms: int, limit_ms: int) -> bool:
        """Count sound to be transcribed on a day, unless the day's limit is reached; return whether it was counted."""
        days = transcription_days
        first = self._database.dialect.insert(days).values(day=day, ms=0).on_conflict_do_nothing()
        more = sa.update(days).where(days.c.day == day, days.c.ms + ms <= limit_ms).values(ms=days.c.ms + ms)
        with self._database.writing() as connection:
            connection.execute(first)
            return connection.execute(more).rowcount == 1

    def wait(self, number: int, reason: str, until_ms: int) -> None:
        """Have it done later, and do not count this start."""
        starts = sa.case((transcriptions.c.starts > 0, transcriptions.c.starts - 1), else_=0)
        self._set(number, state="waiting", reason=reason, due_at=until_ms, starts=starts)

    def are_settled(self, recording_ids: Sequence[str]) -> bool:
        """Return whether none of these recordings waits for its first words."""
        query = (
            sa.select(sa.func.count())
            .select_from(transcriptions)
            .join(recordings, recordings.c.recording == transcriptions.c.recording)
            .where(
                recordings.c.recording_id.in_(recording_ids),
                transcriptions.c.due_at.is_not(None),
                transcriptions.c.words.is_(None),
            )
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one() == 0

    def postpone(self, number: int, reason: str, after_ms: int) -> None:
        """Have it tried again after a time."""
        self._set(number, state="waiting", reason=reason, due_at=now_ms() + after_ms)

    def fail(self, number: int, reason: str) -> None:
        """Fail it, until it is asked for again."""
        self._set(number, state="failed", reason=reason, due_at=None)

    def _set(self, number: int, **values: object) -> None:
        with self._database.writing() as connection:
            connection.execute(sa.update(transcriptions).where(transcriptions.c.recording == number).values(**values))

    def _claimed(self, connection: Connection, number: int, starts: int) -> Claim:
        recording = find_recording(connection, recordings.c.recording == number)
        query = sa.select(apps.c.app_id).join(recordings, recordings.c.app == apps.c.app)
        app_id = connection.scalar(query.where(recordings.c.recording == number))
        if recording is None or app_id is None:
            raise LookupError(number)  # a foreign key holds them
        return Claim(number, app_id, recording, starts)


def _running(now: int, conversation: int | None = None) -> sa.Select[tuple[int]]:
    """Select the conversations, or this one, of which a recording is being transcribed."""
    its, own = transcriptions.alias(), recordings.alias()
    query = sa.select(own.c.conversation).join(its, its.c.recording == own.c.recording)
    query = query.where(its.c.state == "running", its.c.due_at > now)
    return query if conversation is None else query.where(own.c.conversation == conversation)
