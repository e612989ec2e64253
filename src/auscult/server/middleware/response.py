"""The outer layer: headers of every response, and the rate limit of unknown callers."""

from collections.abc import Callable

from auscult.domain.errors import RequestError
from auscult.server.asgi import ASGIApp, Message, Receive, Scope, Send
from auscult.server.errors import error_response
from auscult.server.limits import Limiter
from auscult.server.request_context import context_of


class ResponseMiddleware:
    """The layer that adds a request id, the state of the rate limit, and guards for browsers to every response.

    A request without a known account counts against its source, which slows down guessing and reveals nothing about
    any account. Paths in ``uncounted`` (health, documentation) are free.
    """

    def __init__(
        self,
        app: ASGIApp,
        limiter: Limiter,
        uncounted: frozenset[str],
        source_of: Callable[[Scope], str],
        hsts_s: int = 0,
    ) -> None:
        """Wrap ``app``. ``source_of`` returns the network or the known browser that a request comes from.

        Browsers that came over TLS are instructed to use nothing else for ``hsts_s`` seconds; 0: not at all.
        """
        self._hsts = [(b"strict-transport-security", b"max-age=%d" % hsts_s)] if hsts_s else []
        self._app = app
        self._limiter = limiter
        self._uncounted = uncounted
        self._source_of = source_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = context_of(scope)
        secured = self._hsts if scope["scheme"] == "https" else []
        replaced = False

        async def send_with_headers(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                if context.decision is None and scope["path"] not in self._uncounted:
                    context.decision = self._limiter.acquire(self._source_of(scope))
                    replaced = context.decision is not None and not context.decision.allowed
                if replaced:
                    await _refuse(scope, send)
                    return
                message["headers"] = [*message["headers"], *context.raw_headers(message["headers"]), *secured]
            if not replaced:
                await send(message)

        await self._app(scope, receive, send_with_headers)


async def _refuse(scope: Scope, send: Send) -> None:
    """Respond that the limit is reached, in place of the original response."""
    context = context_of(scope)
    error = RequestError("too many requests", code="rate.exceeded")
    status, body, media_type = error_response(scope, error)
    own = [(b"content-type", media_type.encode()), (b"content-length", b"%d" % len(body))]
    headers = [*own, *context.raw_headers(own)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
