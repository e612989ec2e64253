"""Use cases of the vendor's queue APIs: queues added, agents assigned, and a result for each.

A job is done before it is answered, so that its state is final; done again, it changes nothing.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar, cast

import msgspec

from auscult.domain.errors import RequestError
from auscult.domain.people.directory import DirectoryQueue, Membership
from auscult.domain.people.queue_jobs import (
    MOST,
    Action,
    AgentMapping,
    Fault,
    JobItem,
    JobType,
    Mode,
    NewQueue,
    QueueJob,
    new_job_id,
)
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore

_Item = TypeVar("_Item", NewQueue, AgentMapping)


class QueueJobs:
    """The queues of one app and who serves them."""

    def __init__(self, app: AppStore, by: str, now: Callable[[], datetime]) -> None:
        """``by`` is the principal that the log names."""
        self._app = app
        self._directory = app.people.directory
        self._by = by
        self._now = now

    def create(self, given: object) -> QueueJob:
        """Add queues, or rename them, with their agents. Raises ``RequestError`` ``field.wrong_type``."""
        return self._done("CREATE_QUEUES", given, "queues", NewQueue, self._create_one)

    def map_agents(self, given: object, action: Action, mode: Mode) -> QueueJob:
        """Assign agents to queues, or end that; ``replace`` ends it for all others. Raises as ``create``."""

        def one(each: AgentMapping) -> Fault | None:
            if each.custom_queue_id not in {queue.queue_id for queue in self._directory.queues()}:
                return Fault(code="QUEUE_NOT_FOUND", message=f"unknown queue {each.custom_queue_id!r}")
            return self._serve(each.custom_queue_id, each.agent_emails, action, mode)

        return self._done("AGENT_MAPPING", given, "mappings", AgentMapping, one)

    def agents_of(self, queue_ids: Iterable[str]) -> list[dict[str, object]]:
        """Return the queues of these ids that there are, each with the e-mail addresses of those who serve it now."""
        emails = {each.agent_id: each.emails for each in self._directory.agents()}
        names = {each.queue_id: each.name for each in self._directory.queues()}
        return [
            {
                "customQueueId": each,
                "queueName": names[each],
                "agentEmails": sorted({email for agent in self._serving(each) for email in emails.get(agent, ())}),
            }
            for each in dict.fromkeys(queue_ids)
            if each in names
        ]

    def _done(
        self, type_: JobType, given: object, field: str, kind: type[_Item], one: Callable[[_Item], Fault | None]
    ) -> QueueJob:
        items = cast("list[object]", given) if isinstance(given, list) else []
        if not 0 < len(items) <= MOST:
            raise RequestError(
                "{name}: give a list of 1 to {most}.", name=field, most=MOST, code="field.wrong_type", field=field
            )
        rejected: list[JobItem] = []
        done: list[JobItem] = []
        for index, each in enumerate(items):
            try:
                item = msgspec.convert(each, kind)
            except msgspec.ValidationError as error:
                named = cast("dict[str, object]", each).get("customQueueId", "") if isinstance(each, dict) else ""
                fault = Fault(code="INVALID_ITEM", message=str(error))
                rejected.append(JobItem(index=index, custom_queue_id=str(named)[:200], status="failed", error=fault))
                continue
            fault = one(item)
            status = "failed" if fault else "completed"
            done.append(JobItem(index=index, custom_queue_id=item.custom_queue_id, status=status, error=fault))
        job = QueueJob(job_id=new_job_id(), type=type_, total=len(items), rejected=tuple(rejected), items=tuple(done))
        self._app.people.queue_jobs.add(job, self._now())
        record(self._app, self._by, "directory.changed", f"queues:{job.job_id}", type=type_, queues=len(done))
        return job

    def _create_one(self, queue: NewQueue) -> Fault | None:
        self._directory.put_queues([DirectoryQueue(queue_id=queue.custom_queue_id, name=queue.queue_name)])
        if not queue.agent_emails:
            return None
        return self._serve(queue.custom_queue_id, queue.agent_emails, "assign", "append")

    def _serve(self, queue_id: str, emails: Iterable[str], action: Action, mode: Mode) -> Fault | None:
        """Change who serves a queue from now on; return which addresses are of no agent, when nothing is changed."""
        by_email = {email: each.agent_id for each in self._directory.agents() for email in each.emails}
        wanted = {email: by_email.get(email.strip().lower()) for email in emails}
        if unknown := sorted(email for email, agent in wanted.items() if agent is None):
            return Fault(code="AGENT_NOT_FOUND", message=f"no agent has the address {', '.join(unknown)}")
        agents, at = {agent for agent in wanted.values() if agent is not None}, self._now()
        serving = self._serving(queue_id)
        if action == "unassign":
            gone, added = serving & agents, set[str]()
        else:
            gone, added = serving - agents if mode == "replace" else set[str](), agents - serving
        for agent in sorted(gone):
            self._directory.end_membership("queue", queue_id, agent, at)
        self._directory.add_memberships(
            [Membership(kind="queue", group_id=queue_id, agent_id=each, since=at) for each in sorted(added)]
        )
        return None

    def _serving(self, queue_id: str) -> set[str]:
        """Return the agents who serve a queue now."""
        at = self._now()
        return {each.agent_id for each in self._directory.memberships("queue", queue_id) if each.holds(at)}
