"""Changes of queues and of who serves them, many at once, with the vendor's words and a result for each."""

import uuid
from typing import Annotated, Literal

from msgspec import Meta, Struct

LONGEST_ID, LONGEST_NAME, MOST = 128, 256, 1_000
"""Characters of a queue's id and name, and queues in one job."""

JobType = Literal["CREATE_QUEUES", "AGENT_MAPPING"]
Action = Literal["assign", "unassign"]
Mode = Literal["append", "replace"]

_Id = Annotated[str, Meta(min_length=1, max_length=LONGEST_ID)]
_Emails = Annotated[tuple[Annotated[str, Meta(min_length=3, max_length=320)], ...], Meta(max_length=MOST)]


class NewQueue(Struct, frozen=True, kw_only=True, rename="camel"):
    """A queue with the agents who serve it, by their e-mail addresses."""

    custom_queue_id: _Id
    queue_name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    conversation_source: Literal["AgentAI", "QMExpressAI"] = "AgentAI"
    agent_emails: _Emails = ()


class AgentMapping(Struct, frozen=True, kw_only=True, rename="camel"):
    """A queue, and the agents who are assigned to it or no longer are."""

    custom_queue_id: _Id
    agent_emails: _Emails


class Fault(Struct, frozen=True, kw_only=True):
    """Reason for which something was not done. ``code`` is for programs."""

    code: str
    message: str


class JobItem(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One queue of a job, by its index from 0: done, or with the reason why not."""

    index: int
    custom_queue_id: str
    status: Literal["completed", "failed"] = "completed"
    error: Fault | None = None


class QueueJob(Struct, frozen=True, kw_only=True, rename="camel"):
    """A job. ``rejected`` items were not understood; ``failed`` ones could not be done."""

    job_id: str
    type: JobType
    total: int
    rejected: tuple[JobItem, ...] = ()
    items: tuple[JobItem, ...] = ()

    @property
    def failed(self) -> tuple[JobItem, ...]:
        """The items that could not be done."""
        return tuple(each for each in self.items if each.status == "failed")

    @property
    def status(self) -> Literal["completed", "failed"]:
        """Return ``failed`` where nothing was done."""
        return "failed" if len(self.failed) == len(self.items) else "completed"


def new_job_id() -> str:
    """Make an id for a job."""
    return f"qjb-{uuid.uuid4()}"
