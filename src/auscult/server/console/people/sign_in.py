"""Signing in and out, and, in a demo, acting as another of its people."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.errors import AccessError, NotFoundError
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.asgi import headers_of, scope_of
from auscult.server.console.frame.posted import Posted, exact, one, sentence
from auscult.server.console.frame.visit import (
    AFTER_COOKIE,
    BASE,
    AnyRequest,
    Console,
    local,
    page_response_of,
    theme_of,
)
from auscult.server.console.operations.demo import Demo
from auscult.server.console.people.visitors import Visitors
from auscult.server.people.cookies import clear_session, set_session
from auscult.server.people.origins import origin_of, sign_in_by_code, sign_in_by_password
from auscult.server.people.sign_on import PATH as SIGN_ON
from auscult.services.people.admission import SignInBusyError, SignInLimitedError
from auscult.services.people.first import is_new
from auscult.services.people.second_factor import SecondFactorDueError
from auscult.services.people.sign_in import Origin, SignedIn, SignIn
from auscult.storage import Store

WELCOME = f"{BASE}/welcome"
"""The page that asks for name and password."""

_REFUSALS: Mapping[str, str] = {
    "sign_on.state": later("The sign-in took too long, or began in another browser. Begin again."),
    "sign_on.refused": later("The identity provider did not let you in, or its answer was refused. Begin again."),
    "sign_on.claims": later(
        "The identity provider does not send your e-mail address, or has not verified it. Ask an administrator."
    ),
    "sign_on.no_role": later("None of your groups has a role here. Ask an administrator."),
    "sign_on.disabled": later("Your account is disabled. Ask an administrator."),
    "sign_on.unavailable": later("The identity provider does not answer. Try again later."),
    "user.conflict": later("Your e-mail address belongs to another user. Ask an administrator."),
}
"""The words for the reasons why single sign-on is refused."""


class Entrance(NamedTuple):
    """The services that signing in needs."""

    store: Store
    visitors: Visitors
    sign_in: SignIn
    demo: Demo | None
    has_sign_on: bool = False


TheEntrance = NamedDependency[SkipValidation[Entrance]]
TheConsole = NamedDependency[SkipValidation[Console]]


class SignInPage(Controller):
    """The way in and out."""

    path = "/"

    @get("/sign-in", sync_to_thread=True)
    def show(self, request: AnyRequest, console: TheConsole, entrance: TheEntrance) -> Response[str] | Redirect:
        """Ask for e-mail address and password; a signed-in person is redirected to the console."""
        if entrance.visitors.access(request) is not None:
            return Redirect(BASE, status_code=303)
        if _is_to_set_up(entrance):
            return _setup_page(request, console)
        reason = request.query_params.get("refused", "")
        return _page(request, console, entrance, _(_REFUSALS.get(reason, "")))

    @post("/sign-in")
    async def sign_in(
        self, request: AnyRequest, data: Posted, console: TheConsole, entrance: TheEntrance
    ) -> Response[str] | Redirect:
        """Sign in and redirect to the requested page."""
        email = exact(data, "email")
        try:
            found = await sign_in_by_password(entrance.sign_in, request, email, exact(data, "password"))
        except SecondFactorDueError as due:
            return _code_page(request, console, due.step)
        except AccessError:
            problem = _("The e-mail address or the password is wrong.")
            return _page(request, console, entrance, problem, 401, email)
        except (SignInLimitedError, SignInBusyError) as error:
            return _again_later(error, partial(_page, request, console, entrance, email=email))
        return enter(request, found, local(request.cookies.get(AFTER_COOKIE, BASE)))

    @post("/sign-in/code")
    async def code(
        self, request: AnyRequest, data: Posted, console: TheConsole, entrance: TheEntrance
    ) -> Response[str] | Redirect:
        """Complete a sign-in with the code of the second factor."""
        step = exact(data, "step")
        try:
            found = await sign_in_by_code(entrance.sign_in, request, step, exact(data, "code"))
        except AccessError as error:
            problem = sentence(error.coded)
            if error.reason == "second_factor.expired":
                return _page(request, console, entrance, problem, 401)
            return _code_page(request, console, step, problem, 401)
        except (SignInLimitedError, SignInBusyError) as error:
            return _again_later(error, partial(_code_page, request, console, step))
        return enter(request, found, local(request.cookies.get(AFTER_COOKIE, BASE)))

    @post("/sign-in/setup", sync_to_thread=True)
    def set_up(
        self, request: AnyRequest, data: Posted, console: TheConsole, entrance: TheEntrance
    ) -> Response[str] | Redirect:
        """Sign in the first administrator by the setup code."""
        try:
            return _enter_by_link(request, entrance, exact(data, "code"))
        except SecondFactorDueError as due:
            return _code_page(request, console, due.step)
        except AccessError:
            problem = _("This is not the setup code, or it has been used or has expired.")
            return _setup_page(request, console, problem, 401)

    @get("/link/{secret:str}", sync_to_thread=True)
    def link(
        self, secret: FromPath[str], request: AnyRequest, console: TheConsole, entrance: TheEntrance
    ) -> Response[str] | Redirect:
        """Sign in by a link that this machine printed."""
        demo, origin = entrance.demo, origin_of(request)
        if demo is not None and origin.is_local and demo.knows(secret):
            return enter(request, _become(entrance, demo.people[0].email, origin), BASE)
        try:
            return _enter_by_link(request, entrance, secret)
        except SecondFactorDueError as due:
            return _code_page(request, console, due.step)
        except AccessError:
            if _is_to_set_up(entrance):
                problem = _("The link has been used or has expired, or it is not for this machine.")
                return _setup_page(request, console, problem, 401)
            problem = _(
                "The link has been used or has expired, or it is not for this machine. Sign in, or have `auscult users link` make another."
            )
            return _page(request, console, entrance, problem, 401)

    @post("/sign-out", sync_to_thread=True)
    def sign_out(self, request: AnyRequest, entrance: TheEntrance) -> Redirect:
        """End the session."""
        access = entrance.visitors.access(request)
        if access is not None and access.session is not None:
            entrance.sign_in.end(access.user, access.session.session_id)
        answer = Redirect(f"{BASE}/sign-in", status_code=303)
        answer.headers["set-cookie"] = clear_session(scope_of(request), headers_of(scope_of(request)))
        return answer

    @post("/demo/person", sync_to_thread=True)
    def become(self, request: AnyRequest, data: Posted, entrance: TheEntrance) -> Redirect:
        """Sign in as another person of the demo."""
        demo, email = entrance.demo, one(data, "email")
        if demo is None or not demo.has(email) or entrance.visitors.access(request) is None:
            raise NotFoundError("this is no demo", code="path.unknown")
        return enter(request, _become(entrance, email, origin_of(request)), BASE)


def _become(entrance: Entrance, email: str, origin: Origin) -> SignedIn:
    user = entrance.store.people.users.by_email(email)
    if user is None:
        raise NotFoundError(f"there is no person {email!r}", code="user.unknown", field="email", value=email)
    return entrance.sign_in.open(user, "link", origin)


def _is_to_set_up(entrance: Entrance) -> bool:
    """Return whether the way in is the setup code: no user has signed in, and none can by another way."""
    return entrance.demo is None and not entrance.has_sign_on and is_new(entrance.store)


def _enter_by_link(request: AnyRequest, entrance: Entrance, code: str) -> Redirect:
    """Sign in by the code of a link, and ask who has no password for one. Raises as ``SignIn.by_link``."""
    found = entrance.sign_in.by_link(code, origin_of(request))
    return enter(request, found, WELCOME if entrance.sign_in.lacks_password(found.session) else BASE)


def enter(request: AnyRequest, found: SignedIn, where: str) -> Redirect:
    """Return the redirect to a page that gives the browser its session."""
    answer = Redirect(where, status_code=303)
    answer.headers["set-cookie"] = set_session(scope_of(request), found.secret, found.mark)
    answer.delete_cookie(AFTER_COOKIE, path=BASE)
    return answer


def _again_later(
    error: SignInLimitedError | SignInBusyError, page: Callable[[str, int], Response[str]]
) -> Response[str]:
    """Return the page of a step with the time after which to try it again."""
    problem = _("Too many tries. Try again in {n} seconds.").format(n=error.again_after_s)
    answer = page(problem, 429 if isinstance(error, SignInLimitedError) else 503)
    answer.headers["retry-after"] = str(error.again_after_s)
    return answer


def _page(  # noqa: PLR0913, PLR0917  (all that it shows)
    request: AnyRequest, console: Console, entrance: Entrance, problem: str, status: int = 200, email: str = ""
) -> Response[str]:
    """Show the way in. ``problem``: the fault of the attempt before; ``email``: the address that it was made with."""
    back = urlencode({"back": local(request.cookies.get(AFTER_COOKIE, BASE))})
    sign_on = f"{SIGN_ON}?{back}" if entrance.has_sign_on else ""
    shown = {"email": email, "problem": problem, "sign_on": sign_on, "theme": theme_of(request)}
    return page_response_of(console, "people/sign_in", shown, status)


def _setup_page(request: AnyRequest, console: Console, problem: str = "", status: int = 200) -> Response[str]:
    """Show the page of a new installation."""
    shown = {"problem": problem, "theme": theme_of(request)}
    return page_response_of(console, "people/sign_in_setup", shown, status)


def _code_page(request: AnyRequest, console: Console, step: str, problem: str = "", status: int = 200) -> Response[str]:
    """Show the page of the second step. ``step`` proves the first."""
    shown = {"step": step, "problem": problem, "theme": theme_of(request)}
    return page_response_of(console, "people/sign_in_code", shown, status)
