"""Assembly of our own API, version 1: one router for each capability."""

from collections.abc import Sequence
from typing import Any

from litestar import Router
from litestar.types import ControllerRouterHandler

from auscult.server.api import (
    absences,
    ai_agents,
    assist,
    audits,
    calibration,
    coaching,
    comments,
    connectors,
    corrections,
    definitions,
    delivery,
    directory,
    disputes,
    explanations,
    form_examples,
    history,
    insights,
    notices,
    people,
    pinned,
    privacy,
    recording_details,
    recording_uploads,
    recordings,
    schedules,
    scoring,
    search,
    targets,
    taught,
    tuning,
    workdays,
)
from auscult.server.api.people import own, second_factor, session
from auscult.server.auth.middleware import SignInMethod, authentication
from auscult.server.people.sign_on import sign_on_router
from auscult.server.rest.context import Services, dependencies
from auscult.server.rest.guards import Guard
from auscult.server.rest.hooks import before_handler
from auscult.server.rest.request import REQUEST_BYTES, ApiRequest, ApiResponse
from auscult.server.rest.routing import AppRouter

ROUTERS = (
    scoring.ROUTER,
    definitions.ROUTER,
    history.ROUTER,
    audits.ROUTER,
    comments.ROUTER,
    corrections.ROUTER,
    directory.ROUTER,
    notices.ROUTER,
    absences.ROUTER,
    ai_agents.ROUTER,
    targets.ROUTER,
    tuning.ROUTER,
    pinned.ROUTER,
    search.ROUTER,
    workdays.ROUTER,
    disputes.ROUTER,
    explanations.ROUTER,
    form_examples.ROUTER,
    taught.ROUTER,
    calibration.ROUTER,
    coaching.ROUTER,
    schedules.ROUTER,
    connectors.ROUTER,
    insights.ROUTER,
    recordings.ROUTER,
    recording_details.ROUTER,
    recording_uploads.ROUTER,
    assist.ROUTER,
    delivery.ROUTER,
    people.ROUTER,
    privacy.ROUTER,
)
"""The routers of all capabilities."""


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
