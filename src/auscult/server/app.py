"""Puts the server together. Nothing here reads a setting or opens a database: what it needs is passed in."""

from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI
from starlette.responses import Response

import auscult
from auscult.domain.probe import Probe
from auscult.pipeline.access_ports import Windows
from auscult.pipeline.assist import Assistant
from auscult.pipeline.backlog import Room
from auscult.pipeline.ports import Store
from auscult.reports._contract import Report
from auscult.server import api, console, documentation, errors
from auscult.server.api._contract import Services
from auscult.server.auth import Authenticator
from auscult.server.clock import CLOCK, Clock
from auscult.server.console.session import PageDoor, SignIn
from auscult.server.door import Door
from auscult.server.envelope import Envelope
from auscult.server.hooks import HookRoute
from auscult.server.limits import Limiter, MinuteLimiter, NoLimit, SharedLimiter
from auscult.server.live import LiveService
from auscult.server.reports import Pages, ReportRoute
from auscult.server.settings import ServerSettings
from auscult.server.tenancy import Tenancy

UNCOUNTED = frozenset({"/healthz", "/readyz", "/openapi.json", "/docs"})
"""Paths that tell nothing of any account, and count against no limit."""

THREADS_FOR_SLOW_PAGES = 2
"""Threads beside an embedded database, for pages that would hold up the others."""

THREADS_FOR_WRITING = 4
"""Threads for loading and erasing, which must not hold up those who read."""


def create_app(  # noqa: PLR0913  (everything it needs, each by name)
    *,
    store: Store,
    windows: Windows,
    reports: Mapping[str, Report],
    settings: ServerSettings,
    assistant: Assistant,
    is_ready: Callable[[], bool],
    answered: Callable[[], frozenset[type[Probe]]],
    clock: Clock = CLOCK,
) -> FastAPI:
    """Build the application: reports, the hook, our own API, health, documentation.

    ``is_ready`` says whether the database answers, ``answered`` which probes have an engine.
    """
    strangers: Limiter = MinuteLimiter(settings.rate_limit, clock.monotonic) if settings.rate_limit else NoLimit()
    executor = ThreadPoolExecutor(settings.page_threads or THREADS_FOR_SLOW_PAGES, "pages")
    writing = ThreadPoolExecutor(THREADS_FOR_WRITING, "writing")
    live = LiveService(assistant, partial(datetime.now, UTC))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        live.prepare(store)
        yield
        await store.leave_loop()
        live.close()
        executor.shutdown()
        writing.shutdown()
        windows.close()

    app = FastAPI(
        title="auscult", version=auscult.__version__, openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan
    )
    errors.install(app, is_ready)
    app.add_middleware(Envelope, limiter=strangers, uncounted=UNCOUNTED)
    authenticator = Authenticator(store.clients, settings, clock)
    limiter = SharedLimiter(windows, settings.rate_limit)
    tenancy = Tenancy(store, settings.client_memory_s, clock.monotonic)
    door = Door(authenticator, limiter, tenancy)
    page_door = PageDoor(SignIn(authenticator, clock, settings.clock_skew_s), limiter, tenancy)
    pages = Pages(store, executor, is_embedded=settings.page_threads == 0)
    app.router.routes.extend(ReportRoute(report, door, pages, settings) for report in reports.values())
    app.router.routes.append(HookRoute(door, store, live, settings.limits))
    app.state.stop_listening = live.stop_listening
    services = Services(
        store, reports, settings, answered, live.now, executor, writing, live, Room(store.batches, settings.backlog)
    )
    app.router.routes.extend(api.routes(door, services))
    app.router.routes.extend(console.routes(page_door, services))
    _add_health(app, is_ready)
    documentation.add_to(app, reports, settings)
    return app


def _add_health(app: FastAPI, is_ready: Callable[[], bool]) -> None:
    """Add what a supervisor asks: is the process alive, and can it answer?"""

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> Response:  # pyright: ignore[reportUnusedFunction]
        return Response(b'{"status":"alive"}', media_type="application/json")

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> Response:  # pyright: ignore[reportUnusedFunction]
        if is_ready():
            return Response(b'{"status":"ready"}', media_type="application/json")
        return Response(b'{"status":"not ready"}', 503, media_type="application/json")
