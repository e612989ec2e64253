"""Assembly of our own API, version 1: one router for each capability."""

from collections.abc import Sequence
from typing import Any

from litestar import Router
from litestar.types import ControllerRouterHandler

from auscult.server.api import (
    absences,
    ai_agents,
    coaching,
    comments,
    connectors,
    corrections,
    delivery,
    directory,
    disputes,
    explanations,
    form_examples,
    insights,
    notices,
    pinned,
    recording_details,
    recording_uploads,
    recordings,
    schedules,
    search,
    targets,
    taught,
    tuning,
    workdays,
)
from auscult.server.api.assist import knowledge, live
from auscult.server.api.audits import (
    agreement,
    assignments,
    bookmarks,
    by_hand,
    cases,
    draws,
    estimates,
    offers,
    plans,
    quality,
)
from auscult.server.api.calibration import places, rating, sessions
from auscult.server.api.definitions import drafts, forms, schemas, scorecards, taxonomies
from auscult.server.api.history import backtests, rescores
from auscult.server.api.people import clients, own, roles, saved_views, second_factor, session, users
from auscult.server.api.people import directory as people_directory
from auscult.server.api.privacy import access_log, approvals, erasures, holds, masks, redactions, retention, settings
from auscult.server.api.scoring import conversations, jobs, times
from auscult.server.auth.middleware import SignInMethod, authentication
from auscult.server.people.sign_on import sign_on_router
from auscult.server.rest.context import Services, dependencies
from auscult.server.rest.guards import Guard
from auscult.server.rest.hooks import before_handler
from auscult.server.rest.request import REQUEST_BYTES, ApiRequest, ApiResponse
from auscult.server.rest.routing import AppRouter

ROUTERS = tuple(
    each.ROUTER
    for each in (
        absences,
        ai_agents,
        coaching,
        comments,
        connectors,
        corrections,
        delivery,
        directory,
        disputes,
        explanations,
        form_examples,
        insights,
        notices,
        pinned,
        recording_details,
        recording_uploads,
        recordings,
        schedules,
        search,
        targets,
        taught,
        tuning,
        workdays,
        live,
        knowledge,
        cases,
        agreement,
        plans,
        draws,
        assignments,
        offers,
        by_hand,
        bookmarks,
        estimates,
        quality,
        places,
        rating,
        sessions,
        forms,
        drafts,
        scorecards,
        taxonomies,
        schemas,
        backtests,
        rescores,
        users,
        roles,
        saved_views,
        clients,
        settings,
        retention,
        holds,
        erasures,
        masks,
        redactions,
        approvals,
        access_log,
        conversations,
        jobs,
        times,
        people_directory,
    )
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
