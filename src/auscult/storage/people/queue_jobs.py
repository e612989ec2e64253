"""Results of changes of queues and their agents, for those who asked for them to look up."""

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from auscult.domain.errors import NotFoundError
from auscult.domain.people.queue_jobs import QueueJob
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import OfApp
from auscult.storage.core.tables.people import queue_jobs
from auscult.storage.core.text_validation import is_storable

_KEPT = timedelta(days=7)
_DECODE = msgspec.json.Decoder(QueueJob).decode


class AppQueueJobs(OfApp):
    """The jobs of one app, which are kept for a week."""

    def add(self, job: QueueJob, at: datetime) -> None:
        """Store a job that was done at an instant, and remove those of more than a week before."""
        row = {"job_id": job.job_id, "app": self._app, "created_at": ms_of(at), "body": msgspec.json.encode(job)}
        is_old = (queue_jobs.c.app == self._app, queue_jobs.c.created_at < ms_of(at - _KEPT))
        with self._database.writing() as connection:
            connection.execute(sa.delete(queue_jobs).where(*is_old))
            connection.execute(sa.insert(queue_jobs).values(row))

    def get(self, job_id: str) -> QueueJob:
        """Return a job. Raises ``NotFoundError`` ``job.unknown``."""
        query = sa.select(queue_jobs.c.body).where(queue_jobs.c.app == self._app, queue_jobs.c.job_id == job_id)
        body = self._database.value(query) if is_storable(job_id) else None
        if body is None:
            raise NotFoundError("unknown job {value!r}", code="job.unknown", field="jobId", value=job_id)
        return _DECODE(body)
