"""Signing in by an identity provider: the redirect to it, and the callback."""

from typing import Annotated
from urllib.parse import urlencode

from litestar import Response, Router, get
from litestar.params import QueryParameter
from litestar.response import Redirect

from auscult.domain.errors import AuscultError
from auscult.server.asgi import Scope, headers_of, scope_of
from auscult.server.people.cookies import cookie_of, set_session
from auscult.server.people.origins import origin_of
from auscult.server.rest.request import REQUEST_BYTES, ApiRequest
from auscult.server.rest.threads import run
from auscult.services.people.sign_in import Origin
from auscult.services.people.single_sign_on import LASTS, Finished, SingleSignOn

PATH = "/api/v1/session/sign-on"
CONSOLE = "/console"
REFUSED = f"{CONSOLE}/sign-in"
"""The page that a refused person is redirected to, with the reason."""

_COOKIE = "auscult_sign_on"
_LONGEST = 4_096


def sign_on_router(sign_on: SingleSignOn) -> Router:
    """Return the router that redirects to the provider, and receives its callback.

    A browser follows both: a refusal is a redirect to the sign-in page, which shows the reason.
    """

    @get("/", include_in_schema=False)
    async def begin(request: ApiRequest, back: Annotated[str, QueryParameter(name="back")] = CONSOLE) -> Response[None]:
        scope = scope_of(request)
        where = _redirect_url(scope, sign_on)
        try:
            begun = await run(lambda: sign_on.begin(where, _local(back)), slow=True)
        except AuscultError as error:
            return _refused(error)
        answer = Redirect(begun.url, status_code=303)
        answer.headers["set-cookie"] = _cookie(scope, begun.browser, int(LASTS.total_seconds()))
        return answer

    @get("/callback", include_in_schema=False)
    async def finish(
        request: ApiRequest,
        code: Annotated[str, QueryParameter(name="code")] = "",
        given: Annotated[str, QueryParameter(name="state")] = "",
    ) -> Response[None]:
        scope, origin = scope_of(request), origin_of(request)
        where, browser = _redirect_url(scope, sign_on), _browser(scope)
        try:
            done = await run(lambda: _finish(sign_on, where, (given, code, browser), origin), slow=True)
        except AuscultError as error:
            return _refused(error)
        answer = Redirect(done.back, status_code=303)
        answer.headers["set-cookie"] = set_session(scope, done.signed_in.secret, done.signed_in.mark)
        return answer

    return Router(PATH, route_handlers=[begin, finish], request_class=ApiRequest, opt={REQUEST_BYTES: _LONGEST})


def _finish(sign_on: SingleSignOn, where: str, sent: tuple[str, str, str], origin: Origin) -> Finished:
    state, code, browser = (each[:_LONGEST] for each in sent)
    return sign_on.finish(where, state, code, browser, origin)


def _refused(error: AuscultError) -> Response[None]:
    return Redirect(f"{REFUSED}?{urlencode({'refused': error.reason})}", status_code=303)


def _redirect_url(scope: Scope, sign_on: SingleSignOn) -> str:
    """Return the address of the callback, as registered with the provider."""
    own = f"{scope.get('scheme', 'http')}://{headers_of(scope).get('host', '')}"
    return (sign_on.settings.public_url or own).rstrip("/") + PATH + "/callback"


def _local(path: str) -> str:
    """Return a path of this server, or the console in place of anything else."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_local else CONSOLE


def _browser(scope: Scope) -> str:
    return cookie_of(headers_of(scope), _COOKIE)


def _cookie(scope: Scope, value: str, seconds: int) -> str:
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return f"{_COOKIE}={value}; Path={PATH}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
