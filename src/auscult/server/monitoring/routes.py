"""Routes for supervisors and monitoring: liveness, readiness, and load of the process."""

import hmac
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler

from auscult import __version__
from auscult.domain.operations.figures import Figures
from auscult.server.monitoring.gauges import render_accounts, render_gauges
from auscult.server.monitoring.requests import RequestMetrics
from auscult.services.limits import TenantLimits
from auscult.services.operations.readiness import Readiness
from auscult.storage.store import Store

AnyRequest = Request[Any, Any, Any]

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def handlers(
    store: Store, readiness: Readiness, metrics: RequestMetrics, limits: TenantLimits, token: str | None
) -> list[HTTPRouteHandler]:
    """Return the handlers. /metrics requires ``token`` where there is one; /metrics/accounts is closed without one."""

    @get(["/livez", "/healthz"], include_in_schema=False)
    async def livez() -> Response[bytes]:
        return _json(b'{"status":"alive"}')

    @get("/readyz", include_in_schema=False, sync_to_thread=True)
    def readyz() -> Response[bytes]:
        checks = readiness.checks()
        reasons = [check.reason for check in checks if not check.ok]
        warned = {"warnings": readiness.warnings} if readiness.warnings else {}
        if not reasons:
            return _json(msgspec.json.encode({"status": "ready", **warned}))
        body = {"status": "not ready", "reason": "; ".join(reasons), "checks": checks, **warned}
        return _json(msgspec.json.encode(body), 503)

    @get("/metrics", include_in_schema=False, sync_to_thread=True)
    def show_metrics(request: AnyRequest) -> Response[bytes]:
        if token is not None and not _holds(request, token):
            return _refused("send the token of AUSCULT_METRICS_TOKEN as Authorization: Bearer")
        body = metrics.render() + render_gauges(_figures(store), __version__, free=readiness.free_bytes())
        return Response(body, headers={"content-type": _METRICS_TYPE})

    @get("/metrics/accounts", include_in_schema=False, sync_to_thread=True)
    def show_accounts(request: AnyRequest) -> Response[bytes]:
        if token is None:
            return _refused("set AUSCULT_METRICS_TOKEN, and send it as Authorization: Bearer")
        if not _holds(request, token):
            return _refused("send the token of AUSCULT_METRICS_TOKEN as Authorization: Bearer")
        accounts = limits.busiest() if store.is_ready() else ()
        return Response(render_accounts(accounts), headers={"content-type": _METRICS_TYPE})

    return [livez, readyz, show_metrics, show_accounts]


def _figures(store: Store) -> Figures | None:
    """Return the figures, or None if the database does not respond, which is a figure, too."""
    return store.figures() if store.is_ready() else None


def _holds(request: AnyRequest, token: str) -> bool:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def _refused(reason: str) -> Response[bytes]:
    answer = _json(msgspec.json.encode({"status": "refused", "reason": reason}), 401)
    answer.headers["www-authenticate"] = "Bearer"
    return answer


def _json(body: bytes, status: int = 200) -> Response[bytes]:
    return Response(body, status_code=status, media_type=MediaType.JSON)
