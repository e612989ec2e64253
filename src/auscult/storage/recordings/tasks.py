"""Tasks of recordings as the store has them: asked for, claimed by one worker at a time, finished or postponed."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.recordings.recording import Recording
from auscult.domain.recordings.tasks import KINDS, STATES, Task, TaskKind
from auscult.storage.core.database import NOW, Database
from auscult.storage.core.instants import now_ms
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.recordings import recording_tasks, recordings
from auscult.storage.recordings.repository import find_recording

_DUE = sa.select(recording_tasks.c.recording).where(recording_tasks.c.due_at <= NOW)


class TaskClaim(NamedTuple):
    """A task that this worker is to do. ``starts`` counts how often it was begun, this time included."""

    number: int
    kind: TaskKind
    app_id: str
    recording: Recording
    starts: int
    given: bytes | None
    due_at: int
    """End of the lease: of a task that was asked for again meanwhile, or claimed by another, it is another one."""


class RecordingTasks(OfDatabase):
    """The tasks of all recordings."""

    def request(self, recording_id: str, kind: TaskKind, given: bytes | None = None) -> None:
        """Request a task for a recording, again where it was done before. ``given``: JSON that it needs."""
        number = sa.select(recordings.c.recording).where(recordings.c.recording_id == recording_id)
        with self._database.writing() as connection:
            found = connection.scalar(number)
            if found is not None:
                request_task(connection, self._database, found, kind, given)

    def get(self, recording_id: str, kind: TaskKind) -> Task | None:
        """Return a task of a recording, None where it was not asked for."""
        query = (
            sa.select(recording_tasks)
            .join(recordings, recordings.c.recording == recording_tasks.c.recording)
            .where(recordings.c.recording_id == recording_id, recording_tasks.c.kind == kind)
        )
        row = self._database.row(query)
        return None if row is None else Task(state=STATES[row.state], reason=row.reason, result=row.result)

    def claim(self, lease_ms: int) -> TaskClaim | None:
        """Claim the task that is due longest, None where none is. After the lease another worker may."""
        now = now_ms()
        columns = recording_tasks.c
        query = (
            sa.select(columns.recording, columns.kind, columns.starts, columns.due_at, columns.result)
            .where(columns.due_at <= now)
            .order_by(columns.due_at)
            .limit(1)
        )
        if not self._database.is_due(_DUE):
            return None
        with self._database.writing() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            mine = (columns.recording == row.recording, columns.kind == row.kind, columns.due_at == row.due_at)
            running = {"state": "running", "starts": row.starts + 1, "due_at": now + lease_ms}
            if connection.execute(sa.update(recording_tasks).where(*mine).values(running)).rowcount != 1:
                return None
            recording = find_recording(connection, recordings.c.recording == row.recording)
            named = sa.select(apps.c.app_id).join(recordings, recordings.c.app == apps.c.app)
            app_id = connection.scalar(named.where(recordings.c.recording == row.recording))
        if recording is None or app_id is None:
            raise LookupError(row.recording)  # a foreign key holds them
        return TaskClaim(row.recording, KINDS[row.kind], app_id, recording, row.starts + 1, row.result, now + lease_ms)

    def finish(self, claim: TaskClaim, result: bytes | None = None) -> None:
        """Store that a task is done, with its result as JSON."""
        self._set(claim, state="done", reason=None, due_at=None, result=result)

    def postpone(self, claim: TaskClaim, reason: str, after_ms: int) -> None:
        """Have a task tried again after a time."""
        self._set(claim, state="waiting", reason=reason, due_at=now_ms() + after_ms)

    def wait(self, claim: TaskClaim, reason: str, after_ms: int) -> None:
        """Have a task wait that was not begun: this is none of its tries."""
        self._set(claim, state="waiting", reason=reason, due_at=now_ms() + after_ms, starts=0)

    def fail(self, claim: TaskClaim, reason: str) -> None:
        """Fail a task, until it is asked for again."""
        self._set(claim, state="failed", reason=reason, due_at=None)

    def _set(self, claim: TaskClaim, **values: object) -> None:
        its = recording_tasks.c
        mine = (its.recording == claim.number, its.kind == claim.kind, its.due_at == claim.due_at)
        with self._database.writing() as connection:
            connection.execute(sa.update(recording_tasks).where(*mine).values(**values))


def request_task(
    connection: Connection, database: Database, recording: int, kind: TaskKind, given: bytes | None = None
) -> None:
    """Request a task for a recording by its number, in a transaction."""
    values = {"state": "waiting", "reason": None, "starts": 0, "due_at": now_ms(), "result": given}
    insert = database.dialect.insert(recording_tasks).values(recording=recording, kind=kind, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=["recording", "kind"], set_=values))
