"""The outermost layer: every request is counted and timed, and a refused one gets a log line."""

import logging
import re
import time

from auscult.domain.operations.tracing import CONVERSATION, TRACING, UNTRACED, Span
from auscult.server.asgi import ASGIApp, Message, Receive, Scope, Send
from auscult.server.monitoring.paths import OPEN_PATHS
from auscult.server.monitoring.requests import UNMATCHED, RequestMetrics
from auscult.server.request_context import context_of
from auscult.services.operations.log_context import PRINCIPAL, REQUEST_ID

_ACCESS = logging.getLogger("auscult.access")
_FIRST_REFUSAL = 400
_FIRST_FAULT = 500
_TYPE = re.compile(r":\w+\}")


class Measured:
    """Middleware that counts and times requests to ``app``."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        """Wrap ``app``."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = context_of(scope)
        began = time.perf_counter()
        status, size = 499, 0  # the client went away before an answer began

        async def send_measured(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
            await send(message)

        token, unnamed = REQUEST_ID.set(context.request_id), PRINCIPAL.set("")
        with (
            TRACING.span(scope["method"], "server", parents=_parents(scope)) if _is_traced(scope) else UNTRACED as span
        ):
            try:
                await self._app(scope, receive, send_measured)
            finally:
                route, seconds = context.route or UNMATCHED, time.perf_counter() - began
                self._metrics.add(scope["method"], route, status, seconds, size)
                if status >= _FIRST_REFUSAL:
                    _ACCESS.info("%s %s %d %.1f ms", scope["method"], route, status, seconds * 1000)
                _describe(span, scope, route, status)
                REQUEST_ID.reset(token)
                PRINCIPAL.reset(unnamed)


def _is_traced(scope: Scope) -> bool:
    """Return whether a request is part of a trace: the probes of supervisors are not."""
    return TRACING.tracer is not None and scope["path"] not in OPEN_PATHS


def _parents(scope: Scope) -> tuple[str, ...]:
    return tuple(value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent")[:1]


def _describe(span: Span, scope: Scope, route: str, status: int) -> None:
    """Add the attributes known at the end; of the path's parameters only the id of a conversation."""
    if TRACING.tracer is None:
        return
    found = {"http.request.method": scope["method"], "http.route": route, "http.response.status_code": status}
    named = context_of(scope).conversation_id
    span.describe(f"{scope['method']} {route}", found | ({CONVERSATION: named} if named else {}))
    if status >= _FIRST_FAULT:
        span.fail(str(status))


class Routed:
    """Middleware in front of the router, which stores the template of the path that it found."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            context = context_of(scope)
            template: str = scope.get("path_template") or ""
            context.route = context.route or _TYPE.sub("}", template)
            parameters: dict[str, object] = scope.get("path_params") or {}
            context.conversation_id = str(parameters.get("conversation_id") or "")
