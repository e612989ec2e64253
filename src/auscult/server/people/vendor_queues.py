"""The vendor's queue APIs: adding queues in bulk, mapping agents to them, the result of a job, the agents of queues.

``POST /qualityai/api/v1/public/{streamId}/qm/queues`` and ``…/qm/queues/agent-mapping``,
``GET …/qm/queues/jobs/{jobId}``, ``POST …/qm/queues/agentsbyqueueids``. Writing needs the scope ``users:write``, as a
client that only reads reports must not change the directory.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, cast, get_args
from urllib.parse import parse_qsl

import msgspec

from auscult.domain.errors import RequestError
from auscult.domain.people.queue_jobs import MOST, Action, Mode, QueueJob
from auscult.server.asgi import Receive, Scope
from auscult.server.authorizer import RequestAuthorizer, check_scope
from auscult.server.bodies import check_json, read_body, read_object
from auscult.server.rest.context import Services
from auscult.server.rest.threads import run
from auscult.server.vendor.routes import ServedRoute, VendorRoute, base_of
from auscult.services.people.queue_jobs import QueueJobs
from auscult.storage.store import AppStore

_PUBLIC = "/qualityai/api/v1/public/{streamId}"
_QUEUES = _PUBLIC + "/qm/queues"
_READ_SCOPES = frozenset({"SmartAssist Analytics", "users:read", "users:write"})
_WRITE_SCOPES = frozenset({"users:write"})
_BODY_BYTES = 1 << 20
_PAGE = 100


class _QueueRoute(ServedRoute):
    """One of the APIs. ``path`` is where a request came in, for the address of a job."""

    scopes: ClassVar[frozenset[str]] = _WRITE_SCOPES

    async def answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> bytes:
        """Return the response to one request."""
        client = await self._authorizer.client(scope, headers)
        tenant = await self.tenant(client, scope, headers)
        check_scope(client.scopes, self.scopes)
        body: dict[str, Any] = {}
        if scope["method"] == "POST":
            check_json(headers)
            body = read_object(await read_body(receive, headers, _BODY_BYTES))
        asked = parse_qsl(scope["query_string"].decode("latin-1"))
        fields: dict[str, Any] = {**body, **dict(asked), **scope["path_params"]}
        app = self._services.store.within(tenant)
        jobs = QueueJobs(app, f"client:{client.client_id}", self._services.now)
        base = base_of(scope, self._services.settings.public_url, headers.get("host", ""))
        addresses = base + _QUEUES.format(streamId=tenant.app_id) + "/jobs/"
        found = await run(lambda: self.handle_request(jobs, app, fields, addresses), slow=True)
        return msgspec.json.encode(found)

    @abstractmethod
    def handle_request(self, jobs: QueueJobs, app: AppStore, given: Mapping[str, Any], base: str) -> dict[str, object]:
        """Handle a request, and return its response. ``base``: the address of jobs, up to their ids."""


class CreateQueues(_QueueRoute):
    """The route that adds queues."""

    templates = (_QUEUES,)

    def handle_request(self, jobs: QueueJobs, app: AppStore, given: Mapping[str, Any], base: str) -> dict[str, object]:
        """Return the job."""
        del app
        return _accepted(jobs.create(given.get("queues")), base)


class MapAgents(_QueueRoute):
    """The route that assigns agents to queues."""

    templates = (_QUEUES + "/agent-mapping",)

    def handle_request(self, jobs: QueueJobs, app: AppStore, given: Mapping[str, Any], base: str) -> dict[str, object]:
        """Return the job."""
        del app
        action: Action = _choice(given, "action", get_args(Action), "assign")
        mode: Mode = _choice(given, "mode", get_args(Mode), "append")
        return _accepted(jobs.map_agents(given.get("mappings"), action, mode), base)


class QueueJobStatus(_QueueRoute):
    """The route that shows the result of a job."""

    methods = ("GET",)
    scopes = _READ_SCOPES
    templates = (_QUEUES + "/jobs/{jobId}",)

    def handle_request(self, jobs: QueueJobs, app: AppStore, given: Mapping[str, Any], base: str) -> dict[str, object]:
        """Return the job with a result for each queue."""
        del jobs
        job = app.people.queue_jobs.get(given["jobId"])
        done = len(job.items) - len(job.failed)
        progress = {"total": len(job.items), "done": done, "failed": len(job.failed), "pending": 0}
        results = [each for each in job.items if each.status == "completed"]
        return {
            **_accepted(job, base),
            "status": job.status,
            "progress": progress,
            "results": results,
            "errors": job.failed,
        }


class AgentsByQueue(_QueueRoute):
    """The route that shows the agents who serve queues now."""

    scopes = _READ_SCOPES
    templates = (_QUEUES + "/agentsbyqueueids", _PUBLIC + "/agentsbyqueueids")

    def handle_request(self, jobs: QueueJobs, app: AppStore, given: Mapping[str, Any], base: str) -> dict[str, object]:
        """Return a page of queues."""
        del app, base
        given_ids: object = given.get("customQueueIds")
        ids = cast("list[object]", given_ids) if isinstance(given_ids, list) else [None]
        names = [each for each in ids if isinstance(each, str)]
        if len(names) < len(ids):
            raise RequestError("customQueueIds: give a list of ids.", code="field.wrong_type", field="customQueueIds")
        skip, limit = _number(given, "skip", 0, 0), _number(given, "limit", _PAGE, 1)
        found = jobs.agents_of(names)
        return {
            "results": found[skip : skip + limit],
            "skip": skip,
            "limit": limit,
            "hasMore": skip + limit < len(found),
            "totalPages": -(-len(found) // limit),
            "totalResults": len(found),
        }


def vendor_queues(authorizer: RequestAuthorizer, services: Services) -> tuple[VendorRoute, ...]:
    """Return the routes of the vendor's queue APIs."""
    return tuple(kind(authorizer, services) for kind in (CreateQueues, MapAgents, QueueJobStatus, AgentsByQueue))


def _accepted(job: QueueJob, base: str) -> dict[str, object]:
    return {
        "jobId": job.job_id,
        "status": job.status,
        "type": job.type,
        "total": job.total,
        "accepted": len(job.items),
        "rejected": len(job.rejected),
        "statusUrl": base + job.job_id,
        "rejectedItems": job.rejected,
    }


def _choice(given: Mapping[str, Any], name: str, known: tuple[Any, ...], default: str) -> Any:  # noqa: ANN401  (one of known)
    value = given.get(name, default)
    if value not in known:
        message = f"{name}: give one of {', '.join(known)}."
        raise RequestError(message, code="field.unknown_value", field=name, value=str(value)[:100])
    return value


def _number(given: Mapping[str, Any], name: str, default: int, least: int) -> int:
    text = str(given.get(name, default))
    if not (text.isascii() and text.isdecimal() and least <= int(text[:10]) <= MOST * MOST):
        raise RequestError(
            f"{name}: give a number from {least}.", code="field.wrong_type", field=name, value=text[:100]
        )
    return int(text)
