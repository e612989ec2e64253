"""Mounts the shelf of reports: for each a route that takes its paths in any letter case and with doubled slashes.

This is the hot way through the server. Between the socket and the store lie only the checks; no model, no
serialiser and no response object stands between a page's bytes and the answer.
"""

import re
from asyncio import get_running_loop
from collections.abc import Mapping
from concurrent.futures import Executor
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from auscult.domain.record import RecordPage, RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.pipeline.ports import Store
from auscult.reports._contract import Report, ReportRequest
from auscult.server.bodies import check_json, read_body, read_object
from auscult.server.door import Door, check_scope
from auscult.server.errors import MethodNotAllowedError
from auscult.server.settings import ServerSettings

_METHOD = "POST"


class Pages:
    """Reads pages from the store, without holding up the other requests for long."""

    def __init__(self, store: Store, executor: Executor, *, is_embedded: bool) -> None:
        """Read from ``store`` in the threads of ``executor``, or at once what is quick in an embedded database."""
        self._store = store
        self._executor = executor
        self._is_embedded = is_embedded

    async def read(self, tenants: tuple[Tenant, ...], query: RecordQuery) -> RecordPage:
        """Read one page over these apps."""
        is_indexed = query.queues or query.contact_channels or query.custom_fields
        if self._is_embedded and not is_indexed:
            return self._page(tenants, query)
        return await get_running_loop().run_in_executor(self._executor, self._page, tenants, query)

    def _page(self, tenants: tuple[Tenant, ...], query: RecordQuery) -> RecordPage:
        first, *others = tenants
        if others:
            return self._store.across(tenants, query)
        return self._store.within(first).conversations.page(query)


class ReportRoute(BaseRoute):
    """Serves one report at all its paths."""

    def __init__(self, report: Report, door: Door, pages: Pages, settings: ServerSettings) -> None:
        """Serve ``report`` to whom ``door`` lets in."""
        self._report = report
        self._door = door
        self._pages = pages
        self._limits = report.limits.raised_to(settings.page_maximum)
        self._body_bytes = settings.report_body_bytes
        self._patterns = tuple(path_pattern(template) for template in report.paths)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for this report; what its path names goes into ``path_params``."""
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            for pattern in self._patterns:
                if found := pattern.fullmatch(path):
                    return Match.FULL, {"path_params": found.groupdict()}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. What is wrong with it leaves here as an error, for the one handler."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["method"] != _METHOD:
            raise MethodNotAllowedError(_METHOD)
        try:
            answer = await self._answer(scope, headers, receive)
        except ClientDisconnect:
            return
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))],
            }
        )
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> bytes:
        report, path = self._report, scope["path_params"]
        client = await self._door.client(scope, headers)
        tenants = await self._door.tenants(client, path, headers, report.required_headers)
        check_scope(client, report.scopes)
        check_json(headers)
        body = read_object(await read_body(receive, headers, self._body_bytes))
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"))) if scope["query_string"] else {}
        request = ReportRequest(path=path, headers=headers, query=asked, body=body)
        query = report.query(request, tuple(tenant.app_id for tenant in tenants), self._limits)
        return report.page(request, query, await self._pages.read(tenants, query))


def path_pattern(template: str) -> re.Pattern[str]:
    """Pattern of a path template that takes any letter case, doubled slashes, and one at the end (rule 22)."""
    steps = [
        f"(?P<{step[1:-1]}>[^/]+)" if step.startswith("{") else re.escape(step)
        for step in template.strip("/").split("/")
    ]
    return re.compile("/+" + "/+".join(steps) + "/*", re.IGNORECASE | re.ASCII)
