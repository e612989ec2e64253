"""Authentication of every request of a router: ``request.user`` is a ``Principal`` behind it."""

from collections.abc import Callable
from typing import Any, Protocol

from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from auscult.server.asgi import Scope, scope_of
from auscult.server.auth.principal import Principal


class SignInMethod(Protocol):
    """A way to sign in: by a token, by a cookie."""

    async def principal(self, scope: Scope) -> Principal:
        """Return the caller of a request, counted against its account's rate limit. Raises ``AccessError``."""
        ...


class Authentication(AbstractAuthenticationMiddleware):
    """Authentication by one method. OPTIONS needs none."""

    def __init__(self, app: ASGIApp, method: SignInMethod) -> None:
        """Find the caller by ``method``."""
        super().__init__(app)
        self._method = method

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """Return the principal of a request."""
        principal = await self._method.principal(scope_of(connection))
        return AuthenticationResult(user=principal, auth=None)


def authentication(method: SignInMethod) -> Callable[[ASGIApp], ASGIApp]:
    """Return the middleware of a router whose callers sign in by ``method``.

    A function, as Litestar copies the objects passed to routers, and ``method`` refers to the store.
    """

    def around(app: ASGIApp) -> ASGIApp:
        return Authentication(app, method)

    return around
