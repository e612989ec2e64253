"""Privacy: settings, retention, holds, erasure, originals, steps for two people, and the access log."""

from litestar import Router

from auscult.server.api.privacy import access_log, approvals, erasures, holds, retention, settings

ROUTER = Router(
    "/",
    route_handlers=[
        settings.ROUTER,
        retention.ROUTER,
        holds.ROUTER,
        erasures.ROUTER,
        approvals.ROUTER,
        access_log.ROUTER,
    ],
)
