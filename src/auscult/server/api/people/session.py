"""``/api/v1/session``: signing in by password, and out."""

from typing import Annotated

from litestar import Response
from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.errors import AccessError
from auscult.server.asgi import headers_of, scope_of
from auscult.server.people.cookies import check_origin, clear_session, session_secret, set_session
from auscult.server.people.origins import sign_in_by_password
from auscult.server.rest import operation
from auscult.server.rest.context import Server, Services
from auscult.server.rest.examples import example
from auscult.server.rest.request import ApiRequest
from auscult.server.rest.threads import run


@example({"email": "ann@example.com", "password": "..."})
class SignInBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Credentials of a person. ``code``: of the second factor, or a recovery code, where one is due."""

    email: Annotated[str, Meta(max_length=1_000)]
    password: Annotated[str, Meta(max_length=10_000)]
    code: Annotated[str, Meta(max_length=100)] | None = None


@operation.post(
    "/session",
    may=None,
    refuses={
        401: "The e-mail address, the password or the code is wrong; or a code is due (`session.second_factor`).",
        429: "Too many tries failed; `Retry-After` says when more are possible.",
        503: "Too many sign-ins are under way; `Retry-After` says when to try again.",
    },
    open=True,
)
async def sign_in(request: ApiRequest, data: JSONBody[SignInBody], server: Server) -> Response[None]:
    """Sign in. By e-mail address and password; from a browser, from a page of this server only.

    The answer sets the session's cookie.
    """
    scope = scope_of(request)
    check_origin(scope, headers_of(scope))
    done = await sign_in_by_password(server.sign_in, request, data.email, data.password, data.code)
    return Response(None, status_code=204, headers={"Set-Cookie": set_session(scope, done.secret, done.mark)})


@operation.delete("/session", may=None, open=True)
async def sign_out(request: ApiRequest, server: Server) -> Response[None]:
    """Sign out. This ends the session of the cookie. Without one, or with one that is over, nothing happens."""
    scope = scope_of(request)
    headers = headers_of(scope)
    secret = session_secret(scope, headers)
    if secret is not None:
        check_origin(scope, headers, secret)
        await run(lambda: _end(server, secret))
    return Response(None, status_code=204, headers={"Set-Cookie": clear_session(scope, headers)})


def _end(server: Services, secret: str) -> None:
    try:
        access = server.principals.by_session(secret)
    except AccessError:
        return
    if access.session is not None:
        server.sign_in.end(access.user, access.session.session_id)


ROUTER = operation.router(__name__)
