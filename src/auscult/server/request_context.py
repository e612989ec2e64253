"""One request in progress: its id, and the state of its account under the rate limit."""

import re
import secrets
from collections.abc import Iterable

from auscult.domain.operations.tracing import TRACING
from auscult.server.asgi import Scope
from auscult.server.limits import Decision

_KEY = "auscult.request_context"
_SANE_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_GUARDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)


class RequestContext:
    """One request in progress: ``path`` as it was sent, ``decision`` once it is counted.

    ``route`` is the template of its path, empty until one is found; ``conversation_id`` the id in the path.
    """

    __slots__ = ("conversation_id", "decision", "path", "request_id", "route")

    def __init__(self, request_id: str, path: str) -> None:
        """Begin, with nothing counted yet."""
        self.request_id = request_id
        self.path = path
        self.decision: Decision | None = None
        self.route = ""
        self.conversation_id = ""

    def headers(self) -> dict[str, str]:
        """Return the headers of every response to this request."""
        return {name.decode(): value.decode() for name, value in self.raw_headers(())}

    def raw_headers(self, own: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return the headers in ASGI's form, without those that the response itself has in ``own``."""
        limits = self.decision.headers() if self.decision else []
        if trace_id := TRACING.trace_id():
            limits = [*limits, (b"x-trace-id", trace_id.encode())]
        named = {name for name, _ in own}
        given = [(b"x-request-id", self.request_id.encode()), *_GUARDS, *limits]
        return [header for header in given if header[0] not in named]


def context_of(scope: Scope) -> RequestContext:
    """Return the context of a request; create it on first use."""
    found: RequestContext | None = scope.get(_KEY)
    if found is None:
        found = scope[_KEY] = RequestContext(_request_id(scope), scope["path"])
    return found


def _request_id(scope: Scope) -> str:
    """Return the caller's own id if it is a sane one, so that their log and ours can be compared, or a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return value.decode()
    return secrets.token_hex(16)
