"""Assembly of the server. Nothing here reads a setting or opens a database: all is passed in."""

from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

from litestar import Litestar, Router, asgi

from auscult.domain.operations.rate_limits import Windows
from auscult.domain.probe import Probe
from auscult.domain.scoring.explaining import Explainer
from auscult.reports._contract import Report
from auscult.server import recording_media
from auscult.server.api import application as api
from auscult.server.asgi import ASGIApp, Receive, Scope, Send
from auscult.server.auth.principal import Principal
from auscult.server.auth.tokens import Authenticator
from auscult.server.authorizer import RequestAuthorizer
from auscult.server.clock import CLOCK, Clock
from auscult.server.console.application import routers as console_routers
from auscult.server.console.application import with_nowhere
from auscult.server.console.assist.session import SessionAuthorizer, SignIn
from auscult.server.console.frame.visit import BASE
from auscult.server.console.operations.demo import Demo
from auscult.server.documentation.description import Documentation
from auscult.server.errors import exception_handlers
from auscult.server.limits import Limiter, MinuteLimiter, NoLimit, SharedLimiter
from auscult.server.live import LiveService
from auscult.server.mcp.endpoint import McpEndpoint
from auscult.server.mcp.tools import Caller
from auscult.server.middleware.compression import Compressed
from auscult.server.middleware.head import HeadAsGet
from auscult.server.middleware.response import ResponseMiddleware
from auscult.server.monitoring.measured import Measured, Routed
from auscult.server.monitoring.paths import OPEN_PATHS
from auscult.server.monitoring.requests import RequestMetrics
from auscult.server.monitoring.routes import handlers as monitoring_handlers
from auscult.server.people import scim
from auscult.server.people.authorizer import ApiAuthorizer
from auscult.server.people.origins import source_of
from auscult.server.people.vendor_queues import vendor_queues
from auscult.server.problems import SCIM
from auscult.server.rest.context import Services
from auscult.server.rest.guards import admission
from auscult.server.rest.openapi import StructSchemas
from auscult.server.rest.threads import THREADS, Threads
from auscult.server.settings import ServerSettings
from auscult.server.tenancy import Tenancy
from auscult.server.vendor.agentic_history import AgenticHistory
from auscult.server.vendor.hooks import HookRoute
from auscult.server.vendor.recordings import VendorRecordings
from auscult.server.vendor.reports import Pages, ReportRoute
from auscult.server.vendor.routes import Paths, VendorRoute
from auscult.services.assist.assistant import Assistant
from auscult.services.limits import TenantLimits
from auscult.services.operations.readiness import Readiness
from auscult.services.people.principals import Principals
from auscult.services.people.sign_in import SignIn as PersonSignIn
from auscult.services.people.single_sign_on import SingleSignOn
from auscult.services.recordings.links import RecordingLinks
from auscult.services.recordings.shown import RecordingsInRows
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake.admission import AdmissionControl
from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.store import Store

UNCOUNTED = OPEN_PATHS | {"/", "/api/v1", "/openapi.json", "/docs"}
"""Paths without data of any account, which count against no limit."""

THREADS_FOR_SLOW_PAGES = 2
"""Threads next to an embedded database, for pages that would delay the others."""

THREADS_FOR_WRITING = 4
"""Threads for loading and erasing, which must not delay reading."""


class Server:
    """The application: ``litestar`` with its routes, behind the layers that every request passes."""

    def __init__(
        self, litestar: Litestar, front: ASGIApp, threads: Threads, live: LiveService, warm: Callable[[], object]
    ) -> None:
        """Answer requests with ``front``, which ends in ``litestar``; ``warm`` makes what the first would wait for."""
        self.litestar = litestar
        self.warm = warm
        self.stop_listening = live.stop_listening
        self._front = front
        self._threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        THREADS.set(self._threads)
        await self._front(scope, receive, send)


def create_app(  # noqa: PLR0913  (everything it needs, each by name)
    *,
    store: Store,
    windows: Windows,
    recordings: RecordingFolder,
    reports: Mapping[str, Report],
    settings: ServerSettings,
    assistant: Assistant,
    readiness: Readiness,
    answered: Callable[[], frozenset[type[Probe]]],
    trying: Callable[[], Evaluator],
    clock: Clock = CLOCK,
    demo: Demo | None = None,
    sign_on: SingleSignOn | None = None,
    operator: Principal | None = None,
    explainer: Explainer | None = None,
) -> Server:
    """Build the application: reports, the hook, our own API, pages, health, documentation.

    ``answered`` returns the probes that have an engine. ``demo`` makes the console a demo, ``sign_on`` signs people in
    by an identity provider, ``trying`` returns the services that forms are tried with, ``explainer`` answers questions
    about pages. With an ``operator`` the server
    is for this process alone, and every request to our own API is the operator's.
    """
    quick = ThreadPoolExecutor(settings.page_threads or THREADS_FOR_SLOW_PAGES, "pages")
    slow = ThreadPoolExecutor(THREADS_FOR_WRITING, "writing")
    threads = Threads(quick, slow)
    live = LiveService(assistant, partial(datetime.now, UTC))

    authenticator = Authenticator(store.clients, settings, clock)
    limits = TenantLimits(store.limits, live.now)
    limiter = SharedLimiter(windows, settings.rate_limit, limits)
    tenancy = Tenancy(store, settings.client_memory_s, clock.monotonic)
    authorizer = RequestAuthorizer(authenticator, limiter, tenancy)
    page_authorizer = SessionAuthorizer(SignIn(authenticator, clock, settings.clock_skew_s), limiter, tenancy)
    room = AdmissionControl(store.batches, settings.backlog, limits=limits)
    people = _people(store, live.now, sign_on, timedelta(days=settings.personal_token_days))
    links = RecordingLinks(store.secret_key, settings.recording_link_s, live.now)
    services = Services(
        store, reports, settings, answered, live.now, live, room, *people, recordings, links, trying, sign_on, explainer
    )
    api_authorizer = ApiAuthorizer(authorizer, services.principals, operator)

    async def itself(scope: Scope, receive: Receive, send: Send) -> None:
        await server(scope, receive, send)

    assistants = McpEndpoint(api_authorizer, Caller.within(itself))
    vendors = _vendors(services, authorizer, quick)
    metrics = RequestMetrics(is_shared=settings.is_one_of_several)
    if live.assistant.library.ranker is not None:
        live.assistant.library.ranker.report = metrics.add_ranking
    documentation = Documentation(reports, settings)
    admit = admission(api_authorizer, services, lambda operation: documentation.parameters[operation])
    litestar = Litestar(
        [
            *map(_mounted, vendors),
            api.router(api_authorizer, admit, services),
            *api.routers_of_people(api_authorizer, services),
            _directory(api_authorizer, services),
            *console_routers(page_authorizer, admit, services, demo),
            *recording_media.handlers(services),
            *monitoring_handlers(store, readiness, metrics, limits, settings.metrics_token),
            *documentation.handlers(BASE),
            _mounted(assistants),
        ],
        lifespan=[_lifespan(services, windows, threads, assistants)],
        exception_handlers=with_nowhere(exception_handlers(store.trouble_of)),
        openapi_config=documentation.config(),
        plugins=[StructSchemas()],
        logging_config=None,
        request_max_body_size=None,
    )
    documentation.app = litestar
    strangers: Limiter = MinuteLimiter(settings.rate_limit, clock.monotonic) if settings.rate_limit else NoLimit()
    inner = Compressed(
        Paths(HeadAsGet(Routed(cast("ASGIApp", litestar))), vendors), frozenset({"/openapi.json", "/docs"})
    )
    source = partial(source_of, services.sign_in.browsers)
    outer = ResponseMiddleware(inner, strangers, UNCOUNTED, source, settings.hsts_s)
    server = Server(litestar, Measured(outer, metrics), threads, live, lambda: documentation.parameters)
    return server


def _lifespan(
    services: Services, windows: Windows, threads: Threads, assistants: McpEndpoint
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """Return the parts that start and stop with the application."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        services.live.prepare(services.store)
        yield
        await assistants.close()
        await services.store.leave_loop()
        services.live.close()
        if services.explainer is not None:
            services.explainer.close()
        services.sign_in.admission.close()
        threads.quick.shutdown()
        threads.slow.shutdown()
        windows.close()

    return lifespan


def _people(
    store: Store, now: Callable[[], datetime], sign_on: SingleSignOn | None, token_life: timedelta
) -> tuple[Principals, PersonSignIn]:
    """Return the services that sign people in."""
    only = sign_on is not None and sign_on.settings.only
    return Principals(store, now, token_life=token_life), PersonSignIn(store, now, only_break_glass=only)


def _directory(authorizer: ApiAuthorizer, services: Services) -> Router:
    """Return the routes by which directories provision users."""
    admit = admission(authorizer, services, lambda _: scim.PARAMETERS)
    return api.behind(
        SCIM, scim.HANDLERS, method=authorizer, admission=admit, services=services, include_in_schema=False
    )


def _vendors(services: Services, authorizer: RequestAuthorizer, quick: ThreadPoolExecutor) -> list[VendorRoute]:
    """Return the routes that have the vendor's paths: reports, recordings, queues, the hook, and the agentic history."""
    store, settings = services.store, services.settings
    recordings = RecordingsInRows(store, services.recordings, services.recording_links)
    pages = Pages(store, quick, is_embedded=settings.page_threads == 0)
    return [
        *(ReportRoute(report, authorizer, pages, settings, recordings) for report in services.reports.values()),
        VendorRecordings(authorizer, services),
        *vendor_queues(authorizer, services),
        HookRoute(authorizer, services),
        AgenticHistory(authorizer, services),
    ]


def _mounted(route: VendorRoute | McpEndpoint) -> Any:  # noqa: ANN401  (a handler of Litestar)
    """Return a handler that passes whole requests to ``route``."""

    @asgi(route.mounted_at, copy_scope=False)
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        await route(scope, receive, send)

    return handle
