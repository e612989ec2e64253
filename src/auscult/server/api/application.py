"""Assembly of our own API, version 1: one router for each capability."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from litestar import Router
from litestar.types import ControllerRouterHandler

from auscult.server.api.people import own, second_factor, session
from auscult.server.auth.middleware import SignInMethod, authentication
from auscult.server.people.sign_on import sign_on_router
from auscult.server.rest.context import Services, dependencies
from auscult.server.rest.guards import Guard
from auscult.server.rest.hooks import before_handler
from auscult.server.rest.request import REQUEST_BYTES, ApiRequest, ApiResponse
from auscult.server.rest.routing import AppRouter

_MODULES = {
    "": "absences ai_agents coaching comments connectors corrections delivery directory disputes explanations "
    "form_examples insights notices pinned recording_details recording_uploads recordings schedules search targets "
    "taught tuning workdays",
    "assist.": "live knowledge",
    "audits.": "cases agreement plans draws assignments offers by_hand bookmarks estimates quality",
    "calibration.": "places rating sessions",
    "definitions.": "forms drafts scorecards taxonomies schemas",
    "history.": "backtests rescores",
    "people.": "users roles saved_views clients directory",
    "privacy.": "settings retention holds erasures masks redactions approvals access_log",
    "scoring.": "conversations jobs times",
}
ROUTERS: tuple[Router, ...] = tuple(
    import_module(f"{__package__}.{package}{name}").ROUTER
    for package, names in _MODULES.items()
    for name in names.split()
)
"""The routers of all capabilities, in the order of the description."""


def router(method: SignInMethod, admission: Guard, services: Services) -> Router:
    """Return the router of ``/api/v1``, open to callers that sign in by ``method``."""
    return behind("/api/v1", ROUTERS, method=method, admission=admission, services=services)


def routers_of_people(method: SignInMethod, services: Services) -> list[Router]:
    """Return the routers outside apps: signing in, open to everyone, and operations on the caller's own account."""
    return [
        _router("/api/v1", (session.ROUTER,), services),
        *([sign_on_router(services.sign_on)] if services.sign_on else []),
        _router("/api/v1", (own.ROUTER, second_factor.ROUTER), services, middleware=[authentication(method)]),
    ]


def behind(
    path: str,
    handlers: Sequence[ControllerRouterHandler],
    *,
    method: SignInMethod,
    admission: Guard,
    services: Services,
    include_in_schema: bool = True,
) -> Router:
    """Return a router that authenticates, admits and supplies all its handlers in the same way."""
    return _router(
        path,
        handlers,
        services,
        middleware=[authentication(method)],
        guards=[admission],
        include_in_schema=include_in_schema,
    )


def _router(path: str, handlers: Sequence[ControllerRouterHandler], services: Services, **given: Any) -> Router:  # noqa: ANN401  (Litestar's own)
    return AppRouter(
        path,
        route_handlers=handlers,
        dependencies=dependencies(services),
        before_request=before_handler,
        request_class=ApiRequest,
        response_class=ApiResponse,
        opt={REQUEST_BYTES: services.settings.request_bytes},
        **given,
    )
