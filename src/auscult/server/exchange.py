"""One request while it is answered: its id, and where its account stands under the rate limit."""

import re
import secrets
from collections.abc import Iterable

from auscult.domain.operations.tracing import TRACING
from auscult.server.asgi import Scope
from auscult.server.limits import Decision

_KEY = "auscult.exchange"
_SANE_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_GUARDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)


class Exchange:
    """One request while it is answered: ``path`` as it was sent, ``decision`` once it was counted.

    ``route`` is the template of its path, empty while none is found; ``conversation_id`` the one that the path names.
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
        """What every answer to this request carries."""
        return {name.decode(): value.decode() for name, value in self.raw_headers(())}

    def raw_headers(self, own: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The same as ASGI has it, without those that the answer has of its ``own``."""
        limits = self.decision.headers() if self.decision else []
        if trace_id := TRACING.trace_id():
            limits = [*limits, (b"x-trace-id", trace_id.encode())]
        named = {name for name, _ in own}
        given = [(b"x-request-id", self.request_id.encode()), *_GUARDS, *limits]
        return [header for header in given if header[0] not in named]


def exchange_of(scope: Scope) -> Exchange:
    """The exchange that this request belongs to."""
    found: Exchange | None = scope.get(_KEY)
    if found is None:
        found = scope[_KEY] = Exchange(_request_id(scope), scope["path"])
    return found


def _request_id(scope: Scope) -> str:
    """The caller's own id where it is a sane one, so that their log and ours can be read side by side."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return value.decode()
    return secrets.token_hex(16)
