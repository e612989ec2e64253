"""Routes of the shelf of reports: each accepts its paths in any letter case and with doubled slashes.

This is the hot path of the server. Only the checks are between the socket and the store; there is no model, no
serialiser and no response object between a page's bytes and the response.
"""

from asyncio import get_running_loop
from concurrent.futures import Executor
from functools import partial
from urllib.parse import parse_qsl

from auscult.domain.record import RecordPage, RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.reports import _wires
from auscult.reports._contract import Report, ReportRequest
from auscult.server.asgi import Receive, Scope
from auscult.server.authorizer import RequestAuthorizer, check_scope
from auscult.server.bodies import check_json, read_body, read_object
from auscult.server.settings import ServerSettings
from auscult.server.vendor.routes import VendorRoute, base_of
from auscult.services.recordings.shown import RecordingsInRows
from auscult.storage.store import Store


class Pages:
    """Reader of pages from the store, which does not delay other requests for long."""

    def __init__(self, store: Store, executor: Executor, *, is_embedded: bool) -> None:
        """Read from ``store`` in the threads of ``executor``; read quick pages of an embedded database at once."""
        self._store = store
        self._executor = executor
        self._is_embedded = is_embedded

    async def read(self, tenants: tuple[Tenant, ...], query: RecordQuery) -> RecordPage:
        """Read one page over these apps."""
        if not self._is_embedded:
            return await self._store.awaited(partial(self._page, tenants, query))
        is_found = bool(query.custom_fields) or query.ids is not None
        if not is_found and len(query.queues) + len(query.contact_channels) <= 1:
            return self._page(tenants, query)  # tallies count them; passing it to a thread costs more than such a page
        return await get_running_loop().run_in_executor(self._executor, self._page, tenants, query)

    async def linked(
        self, recordings: RecordingsInRows, tenants: tuple[Tenant, ...], page: RecordPage, base: str, reader: str
    ) -> RecordPage:
        """Add links to recordings to a page, in a thread."""
        apps = [self._store.within(tenant) for tenant in tenants]
        show = partial(recordings.shown, apps, page, base, reader)
        return await get_running_loop().run_in_executor(self._executor, show)

    def _page(self, tenants: tuple[Tenant, ...], query: RecordQuery) -> RecordPage:
        first, *others = tenants
        if others:
            return self._store.across(tenants, query)
        return self._store.within(first).conversations.page(query)


class ReportRoute(VendorRoute):
    """The route of one report, at all its paths."""

    def __init__(
        self,
        report: Report,
        authorizer: RequestAuthorizer,
        pages: Pages,
        settings: ServerSettings,
        recordings: RecordingsInRows,
    ) -> None:
        """Serve ``report`` to callers that ``authorizer`` admits; rows with recordings have links to them."""
        super().__init__(report.paths)
        self._report = report
        self._authorizer = authorizer
        self._pages = pages
        self._recordings = recordings if report.shows_recordings else None
        self._limits = report.limits.raised_to(settings.page_maximum)
        self._body_bytes = settings.report_body_bytes
        self._public_url = settings.public_url

    async def answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> bytes:
        """Return one page of the report."""
        report, path = self._report, scope["path_params"]
        client = await self._authorizer.client(scope, headers)
        tenants = await self._authorizer.tenants(client, path, headers, report.required_headers)
        check_scope(client.scopes, report.scopes)
        check_json(headers)
        body = read_object(await read_body(receive, headers, self._body_bytes))
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"))) if scope["query_string"] else {}
        request = ReportRequest(path=path, headers=headers, query=asked, body=body, wire=client.wire)
        query = report.query(request, tuple(tenant.app_id for tenant in tenants), self._limits)
        page = await self._pages.read(tenants, query)
        if report.added:
            page = _wires.shown(page, client.wire)
        if self._recordings is not None and page.rows:
            base = base_of(scope, self._public_url)
            page = await self._pages.linked(self._recordings, tenants, page, base, f"client:{client.client_id}")
        return report.page(request, query, page)
