"""Audits, plans, assignments, estimates, and the agreement of the machine with people."""

from litestar import Router

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

ROUTER = Router(
    "/",
    route_handlers=[
        cases.ROUTER,
        agreement.ROUTER,
        plans.ROUTER,
        draws.ROUTER,
        assignments.ROUTER,
        offers.ROUTER,
        by_hand.ROUTER,
        bookmarks.ROUTER,
        estimates.ROUTER,
        quality.ROUTER,
    ],
)
