"""Sessions of the agent's page.

A client of the scope ``assist:write`` signs a link: a token (HS256, its secret) for ``LINK`` that names an agent and
is valid for an hour at most. The page's script exchanges it for a cookie that scripts cannot read: a token for
``SESSION``, signed with the same secret. Neither opens any API, and no API's token opens the page; when the client is
revoked, both end. No session is stored.
"""

from collections.abc import Mapping
from typing import cast

import jwt
import msgspec
from litestar import Response, Router, delete, get, post
from litestar.handlers import BaseRouteHandler
from msgspec import UNSET, Struct
from msgspec.structs import replace

from auscult.domain.assist.assistance import AssistedAgent
from auscult.domain.errors import AccessError
from auscult.domain.tenancy import Client
from auscult.server.asgi import Scope, headers_of, scope_of
from auscult.server.auth.principal import Principal
from auscult.server.auth.tokens import Authenticator, Claims, bearer
from auscult.server.authorizer import RequestAuthorizer, check_scope
from auscult.server.clock import Clock
from auscult.server.limits import SharedLimiter
from auscult.server.people.cookies import cookie_of
from auscult.server.rest.guards import Connection
from auscult.server.rest.request import ApiRequest
from auscult.server.rest.routing import AppRouter
from auscult.server.tenancy import Tenancy

LINK = "auscult:assist"
"""Audience of a link's token."""
SESSION = "auscult:assist-session"
"""Audience of the token in the cookie."""
LINK_S = 3600
"""Longest validity of a link, which may remain in histories and chats."""
SESSION_S = 10 * 3600
"""Validity of a session: a shift."""
COOKIE = "auscult_assist"
HEADER = "x-auscult-page"
"""The header that the page's script sends; a form or an image of another site cannot send it."""

_SCOPES = frozenset({"assist:write"})
_LONGEST_ID = 255


class SignedIn(Struct, frozen=True, kw_only=True):
    """An agent at the page: the client of the link, narrowed to one app and to assistance; the end in epoch seconds."""

    client: Client
    agent: AssistedAgent
    app_id: str
    expires_at: int


class SessionShown(Struct, frozen=True, kw_only=True):
    """The user who is signed in, as the page receives it."""

    agent: AssistedAgent
    app: str
    expires_at: int


class SignIn:
    """Exchange of links for sessions, and the check of a session's cookie."""

    def __init__(self, authenticator: Authenticator, clock: Clock, skew_s: float) -> None:
        """Read the time from ``clock``; a client's may run ahead of it by ``skew_s``."""
        self.authenticator = authenticator
        self._clock = clock
        self._skew_s = skew_s

    async def begin(self, token: str) -> tuple[SignedIn, str]:
        """Sign in with a link's token; return the agent, and the value of the cookie. Raises ``AccessError``."""
        client, claims = await self.authenticator.holder(token, LINK)
        if claims.aud is UNSET or claims.exp is UNSET or claims.exp > self._clock.now() + LINK_S + self._skew_s:
            raise _bad_link(f"aud must be {LINK!r}, and exp at most {LINK_S} seconds away")
        expires_at = int(self._clock.now()) + SESSION_S
        found = _signed_in(client, claims, expires_at)
        held = {
            "appId": client.client_id,
            "aud": SESSION,
            "exp": expires_at,
            "app": found.app_id,
            "agent": msgspec.to_builtins(found.agent),
        }
        return found, jwt.encode(held, client.secret, algorithm="HS256")

    async def of(self, headers: Mapping[str, str]) -> SignedIn:
        """Return the signed-in agent. Raises ``AccessError``: ``session.missing``, ``session.expired``."""
        token = cookie_of(headers, COOKIE)
        if not token:
            raise AccessError("Nobody is signed in: open the page by a link.", code="session.missing")
        try:
            client, claims = await self.authenticator.holder(token, SESSION)
            if claims.aud is UNSET or claims.exp is UNSET:
                raise _bad_link("aud and exp must be there")
            if claims.exp > self._clock.now() + SESSION_S + self._skew_s:
                raise _bad_link(f"exp must be at most {SESSION_S} seconds away")
            return _signed_in(client, claims, int(claims.exp))
        except AccessError as error:
            raise AccessError("The sign-in has ended: open the page by a new link.", code="session.expired") from error


class SessionAuthorizer(RequestAuthorizer):
    """Admission of the page's script: by cookie, to the agent's one app."""

    def __init__(self, sign_in: SignIn, limiter: SharedLimiter, tenancy: Tenancy) -> None:
        """Check requests with these, in the order of the methods."""
        super().__init__(sign_in.authenticator, limiter, tenancy)
        self.sign_in = sign_in

    async def principal(self, scope: Scope) -> Principal:
        """Return the signed-in agent, and count the request against the account of the client that signed the link.

        Raises ``AccessError`` and ``LimitReachedError``: ``session.*``, ``page.only``, ``rate.exceeded``.
        """
        headers = headers_of(scope)
        check_page(headers)
        found = await self.sign_in.of(headers)
        await self.count(scope, found.client.account_id)
        return Principal.of_client(found.client, found.agent)


def session_router(path: str, sign_in: SignIn) -> Router:
    """Return the router that shows who is signed in (GET), signs in (POST, with the token of a link) and out (DELETE)."""

    @get("/")
    async def show(request: ApiRequest) -> SessionShown:
        return _shown(await sign_in.of(headers_of(scope_of(request))))

    @post("/", status_code=200)
    async def begin(request: ApiRequest) -> Response[SessionShown]:
        scope = scope_of(request)
        found, held = await sign_in.begin(bearer(headers_of(scope)))
        return Response(_shown(found), headers={"Set-Cookie": _set_cookie(scope, held, SESSION_S)})

    @delete("/", status_code=204)
    async def end(request: ApiRequest) -> Response[None]:
        return Response(None, headers={"Set-Cookie": _set_cookie(scope_of(request), "", 0)})

    return AppRouter(
        path,
        route_handlers=[show, begin, end],
        guards=[_for_pages],
        request_class=ApiRequest,
        include_in_schema=False,
    )


async def _for_pages(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse a request that the page's script did not send."""
    check_page(headers_of(scope_of(connection)))


def check_page(headers: Mapping[str, str]) -> None:
    """Refuse a request that the page's script did not send. Raises ``AccessError``: ``page.only``."""
    if headers.get(HEADER) != "1":
        raise AccessError(f"This is for the agent's page, which sends {HEADER}: 1.", code="page.only", field=HEADER)


def _signed_in(client: Client, claims: Claims, expires_at: int) -> SignedIn:
    """Return the session that a token of the client opens. Raises ``AccessError``."""
    check_scope(client.scopes, _SCOPES)
    app_id: object = next(iter(client.app_ids)) if claims.app is UNSET and len(client.app_ids) == 1 else claims.app
    if not isinstance(app_id, str) or app_id not in client.app_ids:
        raise _bad_link("app must name one of the client's apps, where it has several")
    claimed: object = claims.agent
    given = cast("dict[str, object]", claimed) if isinstance(claimed, dict) else {}
    agent_id, name = given.get("id"), given.get("name")
    if not isinstance(agent_id, str) or not 0 < len(agent_id) <= _LONGEST_ID or not isinstance(name, str | None):
        raise _bad_link('agent must be an object with an id and perhaps a name: {"id": "a-7", "name": "Ana"}')
    narrowed = replace(client, app_ids=frozenset({app_id}), scopes=_SCOPES)
    agent = AssistedAgent(id=agent_id, name=(name or "")[:_LONGEST_ID] or None)
    return SignedIn(client=narrowed, agent=agent, app_id=app_id, expires_at=expires_at)


def _bad_link(right: str) -> AccessError:
    return AccessError(f"The link cannot be used: {right}.", code="link.invalid")


def _shown(found: SignedIn) -> SessionShown:
    return SessionShown(agent=found.agent, app=found.app_id, expires_at=found.expires_at)


def _set_cookie(scope: Scope, value: str, seconds: int) -> str:
    """Return a cookie for the page's paths and requests of its own site only; restricted to TLS where the page was."""
    path = scope.get("root_path", "") + "/assist"
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return f"{COOKIE}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
