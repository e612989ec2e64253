"""The origin of an attempt to sign in, and the attempt in its turn."""

import asyncio

from auscult.domain.delivery.addresses import network_of
from auscult.server.asgi import Scope, headers_of, scope_of
from auscult.server.people.cookies import browser_mark
from auscult.server.rest.request import AnyRequest
from auscult.services.people.browsers import KnownBrowsers
from auscult.services.people.sign_in import Origin, SignedIn, SignIn

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def origin_of(request: AnyRequest) -> Origin:
    """Return the origin of an attempt to sign in."""
    scope = scope_of(request)
    headers = headers_of(scope)
    client = scope.get("client")
    address = client[0] if client else ""
    return Origin(
        address=address,
        agent=headers.get("user-agent", ""),
        mark=browser_mark(scope, headers),
        is_local=address in _LOOPBACK,
    )


def source_of(browsers: KnownBrowsers, scope: Scope) -> str:
    """Return what a request of an unknown caller counts against: the browser, where it is a known one, or the network."""
    browser = browsers.id_of(browser_mark(scope, headers_of(scope)))
    client = scope.get("client")
    return f"browser {browser}" if browser else f"address {network_of(client[0] if client else '')}"


async def sign_in_by_password(
    sign_in: SignIn, request: AnyRequest, email: str, password: str, code: str | None = None
) -> SignedIn:
    """Sign in, without keeping a thread of the handlers waiting. Raises as ``SignIn.in_turn`` does."""
    return await asyncio.wrap_future(sign_in.in_turn(email, password, origin_of(request), code))


async def sign_in_by_code(sign_in: SignIn, request: AnyRequest, step: str, code: str) -> SignedIn:
    """Complete a sign-in, without keeping a thread waiting. Raises as ``SignIn.code_in_turn`` does."""
    return await asyncio.wrap_future(sign_in.code_in_turn(step, code, origin_of(request)))
