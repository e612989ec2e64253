"""The origin of an attempt to sign in."""

from auscult.server.asgi import headers_of, scope_of
from auscult.server.people.cookies import session_secret
from auscult.server.rest.request import ApiRequest
from auscult.services.people.sign_in import Origin

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def origin_of(request: ApiRequest) -> Origin:
    """Return the origin of an attempt to sign in."""
    scope = scope_of(request)
    headers = headers_of(scope)
    client = scope.get("client")
    address = client[0] if client else ""
    return Origin(
        address=address,
        agent=headers.get("user-agent", ""),
        previous=session_secret(scope, headers),
        is_local=address in _LOOPBACK,
    )
