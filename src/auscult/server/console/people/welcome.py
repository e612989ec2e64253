"""The first page of a person who came by a link: their name, and the password that they will sign in with."""

from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from auscult.domain.errors import AuscultError
from auscult.domain.people.users import User
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.visit import BASE, AnyRequest, Console, page_response_of, theme_of
from auscult.server.console.people.sign_in import Entrance, TheConsole, TheEntrance, enter
from auscult.server.people.origins import origin_of
from auscult.services.people.first import EMAIL, Introduction, introduce
from auscult.services.people.passwords import SHORTEST_PASSWORD
from auscult.storage.people.access import Access


class WelcomePage(Controller):
    """The page of a person who has no password yet. It belongs to no app."""

    path = "/welcome"

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, console: TheConsole, entrance: TheEntrance) -> Response[str] | Redirect:
        """Ask for name and password; a person who has a password is redirected to the console."""
        access = entrance.visitors.signed_in(request)
        if not _is_asked(entrance, access):
            return Redirect(BASE, status_code=303)
        is_first = access.user.email == EMAIL
        given = Introduction(name="" if is_first else access.user.name, email="" if is_first else access.user.email)
        return _page(request, console, access.user, given)

    @post(sync_to_thread=True)
    def introduce(
        self,
        request: AnyRequest,
        data: Annotated[Introduction, Body(media_type=RequestEncodingType.URL_ENCODED)],
        console: TheConsole,
        entrance: TheEntrance,
    ) -> Response[str] | Redirect:
        """Set name and password, and go on to the console."""
        access = entrance.visitors.signed_in(request)
        if not _is_asked(entrance, access):
            return Redirect(BASE, status_code=303)
        try:
            user = introduce(entrance.store, access.user, data, console.now)
        except AuscultError as error:
            return _page(request, console, access.user, data, error)
        return enter(request, entrance.sign_in.open(user, "password", origin_of(request)), BASE)


def _is_asked(entrance: Entrance, access: Access) -> bool:
    return access.session is not None and entrance.sign_in.lacks_password(access.session)


def _page(
    request: AnyRequest, console: Console, user: User, given: Introduction, error: AuscultError | None = None
) -> Response[str]:
    shown = {
        "theme": theme_of(request),
        "name": given.name,
        "email": given.email or ("" if user.email == EMAIL else user.email),
        "asks_email": user.email == EMAIL,
        "shortest": SHORTEST_PASSWORD,
        "problem": sentence(error.coded) if error else "",
        "wrong": error.field or "" if error else "",
    }
    return page_response_of(console, "people/welcome", shown, 422 if error else 200)
