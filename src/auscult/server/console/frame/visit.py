"""A visit: one request for a page, with its visitor, its app, and the reader's language, time zone and theme."""

import secrets
from collections.abc import Callable, Hashable, Iterator, Mapping
from copy import copy
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import SkipValidation
from litestar.response import Stream
from litestar.status_codes import HTTP_200_OK
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.errors import NotFoundError
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal
from auscult.domain.schedules.schedule import FileFormat
from auscult.language import LANGUAGES, current
from auscult.language import gettext as _
from auscult.server.console.assets import Assets
from auscult.server.console.frame.kept import KeptPages, T
from auscult.server.console.frame.menu import OWN_RESULTS, colleagues, menu, whole_app
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.tables import file_of
from auscult.server.console.frame.templating import BASE, Frame, NavigationGroup, Persona, Templates
from auscult.server.rest.context import Services
from auscult.services.audits.blind import read_by
from auscult.services.conversations.latest import Sought
from auscult.services.conversations.list_query import Query, read_query
from auscult.services.conversations.queue_names import queue_names
from auscult.services.delivery.spreadsheets import TYPES
from auscult.services.privacy.erasure import Erasing
from auscult.services.privacy.log import record_export
from auscult.services.scoring.render import Reports, renderer
from auscult.storage.store import AppStore, Store

THEME_COOKIE = "auscult_theme"
SHORTCUTS_COOKIE = "auscult_shortcuts"
ZONE_COOKIE = "auscult_zone"
NOTICES = "Notices"
"""The name of the page of notices, which is above the menu."""
AFTER_COOKIE = "auscult_after"
"""Keeps the requested page until the visitor has signed in."""
_ROWS_OF_FILE = 1_000
THEMES = ("auto", "light", "dark")
"""Between a part of a page and the same part with more in it, in one answer."""

AnyRequest = Request[Any, Any, Any]


class Visitor(Struct, frozen=True, kw_only=True):
    """The signed-in person: their name, their role in words, their permissions, and the app that they act in.

    ``app`` contains only the data that their grants open, ``apps`` are all that are open to them. ``personas`` are the
    people of a demo. ``principal`` has their rights with the scope of each. Pages made for them are outdated from ``until`` on.
    """

    email: str
    name: str
    role: str
    permissions: frozenset[str]
    principal: Principal
    app: AppStore
    until: datetime
    personas: tuple[Persona, ...] = ()
    notice: str = ""
    apps: tuple[str, ...] = ()


class SignInRequiredError(Exception):
    """A request without a session for a page that needs one."""


class Console(Struct, frozen=True, kw_only=True):
    """The parts that every page is made with.

    ``counts`` returns the number of items that wait, by the name of a page in the menu; ``services`` are the process's.
    ``kept`` has pages that are sent again while nothing changes, and what was counted from many conversations.
    """

    assets: Assets
    templates: Templates
    now: Callable[[], datetime]
    counts: Callable[[Visitor], Mapping[str, int]]
    services: Services
    kept: KeptPages

    @property
    def assets_at(self) -> str:
        """The address of the files, which changes with their content."""
        return f"{BASE}/assets/{self.assets.version}"


class Visit:
    """One request for a page by a signed-in person."""

    def __init__(self, console: Console, request: AnyRequest, visitor: Visitor) -> None:
        """Read language, time zone and theme from the request."""
        self._console = console
        self._request = request
        self.visitor = visitor
        self.app = visitor.app
        self._following: str | None = None
        asked = self.asked("tables")
        self.file: FileFormat | None = next((kind for kind in TYPES if kind == asked), None)
        """The file that the tables of the page are asked for as; None for a page."""
        self.reader = replace(
            reader_of(request, console.now()), queues=queue_names(visitor.app), for_file=self.file is not None
        )

    @property
    def reports(self) -> Reports:
        """The reports that show the changes made here."""
        return self._console.services.reports

    @property
    def erasing(self) -> Erasing:
        """Retention and erasure in the app."""
        return Erasing(self.app, lambda: self.now, renderer(self.app, self.reports))

    @property
    def services(self) -> Services:
        """The services of the process."""
        return self._console.services

    @property
    def store(self) -> Store:
        """The whole store, for data beyond the app: users, clients, workers."""
        return self._console.services.store

    @property
    def principal(self) -> Principal:
        """The visitor's rights in the app."""
        return self.visitor.principal

    @property
    def address(self) -> str:
        """The whole address of the page, without its query."""
        return str(self._request.base_url).rstrip("/") + self._request.url.path

    @property
    def now(self) -> datetime:
        """The time at which the page is made."""
        return self.reader.now

    @property
    def query(self) -> Mapping[str, list[str]]:
        """The parameters of the address; empty values are left out."""
        found: dict[str, list[str]] = {}
        here, following = self._request.query_params.multi_items(), self._following
        for name, value in here if following is None else parse_qsl(following):
            if value.strip():
                found.setdefault(name, []).append(value.strip())
        return found

    def recent(self, count: Callable[..., T], *asked: Hashable) -> T:
        """Return what a function counts of the app and what is asked: of many conversations it may be some seconds old."""
        key = count, self.app.tenant, self.app.visibility, asked
        return self._console.kept.recent(self._request, key, lambda: count(self.app, *asked))

    def at_a_time(self, usual: int) -> int:
        """Return how many rows of a list its page has: ``usual``, or as many as are read at once for a file."""
        return _ROWS_OF_FILE if self.file else usual

    def asked(self, name: str) -> str:
        """Return the first value of a parameter of the address; empty without one."""
        return next(iter(self.query.get(name, ())), "")

    def note(self, notes: Mapping[str, str]) -> str:
        """Return the note on the action before, which the address names, in the reader's language; empty for none."""
        return _(notes.get(self.done, ""))

    @property
    def done(self) -> str:
        """The action before, as the address names it; empty without one."""
        return self.asked("done")

    @property
    def last_event_id(self) -> str:
        """The id of the last event of a stream that the browser has; empty before the first."""
        return self._request.headers.get("last-event-id", "")

    def sought(self, query: Query) -> Sought:
        """Return which conversations an address selects for the visitor. Raises ``RequestError`` as ``read_query`` does."""
        return read_by(self.app, read_query(query, self.now, self.reader.timezone), self.principal)

    def app_for(self, permission: str) -> AppStore:
        """Return the app, restricted to the data that a permission reaches. Raises ``NoPermissionError``."""
        self.require(permission)
        return self.store.within(self.app.tenant).seen_by(self.principal.visibility(permission))

    def may(self, permission: str) -> bool:
        """Return whether the visitor has a permission anywhere in the app."""
        return permission in self.visitor.permissions

    def reaches(self, permission: str, conversation_id: str | None) -> bool:
        """Return whether a permission of the visitor reaches a conversation."""
        reach = self.visitor.principal.visibility(permission)
        return reach.is_everything or (conversation_id is not None and self.app.people.sees(reach, conversation_id))

    def require(self, permission: str) -> None:
        """Refuse a visitor without a permission. Raises ``NoPermissionError``."""
        if not self.may(permission):
            raise NoPermissionError(permission)

    def require_everywhere(self, permission: str) -> None:
        """Refuse a visitor without a permission in the whole app. Raises ``NoPermissionError``."""
        if not self.principal.may_everywhere(permission):
            raise NoPermissionError(permission)

    def part(
        self,
        name: str,
        /,
        view: Struct | None = None,
        status: int = 200,
        **more: Any,  # noqa: ANN401  (what the template shows)
    ) -> Response[str]:
        """Render a part of a page that its script replaces."""
        nonce = secrets.token_urlsafe(12)
        body = self._console.templates.render(name, self._frame("", nonce), view, {"reader": self.reader, **more})
        return page_response(body, nonce, status)

    def page(
        self,
        name: str,
        here: str,
        /,
        view: Struct | None = None,
        status: int = 200,
        **more: Any,  # noqa: ANN401  (what the template shows)
    ) -> Response[str]:
        """Render a page. ``here`` is the name of its item in the menu."""
        nonce = secrets.token_urlsafe(12)
        frame = self._frame(here, nonce)
        body = self._console.templates.render(name, frame, view, {"reader": self.reader, **more})
        if status == HTTP_200_OK and self._following is None:
            if self.file:
                return self._tables(body, self.file)
            self._console.kept.keep(self._request, body, nonce, f"user:{self.visitor.email}", self.visitor.until)
        return page_response(body, nonce, status)

    def _tables(self, page: str, kind: FileFormat) -> Response[Any]:
        """Return the tables of a page as a file, with the pages that follow. The access log records it."""
        self.require("report.export")
        path = self._request.url.path
        content = file_of(page, kind, self.reader, self._page_at)
        if content is None:
            raise missing("table", path)
        record_export(self.app, f"user:{self.visitor.email}", f"page:{path}", format=kind)
        name = f"{path.rpartition('/')[2]}-{self.reader.today:%Y-%m-%d}.{kind}"
        return file_response(lambda: content, name, TYPES[kind])

    def _page_at(self, address: str) -> str:
        """Return the page that this handler makes at another address of its path, for the same visitor."""
        then = copy(self)
        then._following = urlsplit(address).query  # noqa: SLF001  (a visit of its own)
        handler: Any = self._request.route_handler.fn  # of a thread, as the handler of every page
        made: Response[str] = handler.func(visit=then, **self._request.path_params)
        return made.content

    def groups(self, here: str = "") -> tuple[NavigationGroup, ...]:
        """Return the menu of the visitor. ``here`` is the name of the present page."""
        visitor = self.visitor
        return menu(visitor.permissions | marks_of(visitor), here, self._console.counts(visitor), BASE)

    def _frame(self, here: str, nonce: str) -> Frame:
        visitor, request = self.visitor, self._request
        query, counts = request.url.query, self._console.counts(visitor)
        return made_from(
            Frame,
            visitor,
            language=self.reader.language,
            languages=LANGUAGES,
            theme=theme_of(request),
            has_shortcuts=request.cookies.get(SHORTCUTS_COOKIE) != "off",
            nonce=nonce,
            assets=self._console.assets_at,
            here=request.url.path + (f"?{query}" if query else ""),
            person=visitor.name,
            groups=menu(visitor.permissions | marks_of(visitor), here, counts, BASE),
            may=visitor.principal.may_everywhere,
            may_export=request.method == "GET" and "report.export" in visitor.permissions,
            unread=counts.get(NOTICES, 0),
            is_notices=here == NOTICES,
        )


TheVisit = NamedDependency[SkipValidation[Visit]]
"""The visit of a request, as handlers take it."""


def marks_of(visitor: Visitor) -> frozenset[str]:
    """Return the marks that open pages in addition to permissions."""
    principal = visitor.principal
    wide = {whole_app(each) for each in visitor.permissions if principal.may_everywhere(each)}
    own = principal.agent_ids and "conversation.read" in visitor.permissions
    shared = set[str]() if principal.is_only_agent() else {colleagues(each) for each in visitor.permissions}
    return frozenset(wide | shared | ({OWN_RESULTS} if own else set[str]()))


class NoPermissionError(Exception):
    """A visitor without the permission for a page of their own app; the page names that permission."""

    def __init__(self, permission: str) -> None:
        """Name the permission."""
        super().__init__(permission)
        self.permission = permission


def missing(noun: str, name: str) -> NotFoundError:
    """Return the error of something that does not exist, or is not open to this visitor: the two look the same."""
    return NotFoundError(f"there is no {noun} {name!r} here", code="thing.unknown", field=noun, value=name)


def file_response(content: bytes | Callable[[], Iterator[bytes]], name: str, media_type: str) -> Response[Any]:
    """Return a file to be stored; what is made as it is sent is a function."""
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    if isinstance(content, bytes):
        return Response(content, media_type=media_type, headers=headers)
    return Stream(content, media_type=media_type, headers=headers)


def page_response(body: str, nonce: str, status: int = 200) -> Response[str]:
    """Return a page with its policy: our own files, scripts of this very response, and no frame around it."""
    return Response(body, status_code=status, media_type=MediaType.HTML, headers=page_headers(nonce))


def page_response_of(console: Console, name: str, values: Mapping[str, Any], status: int = 200) -> Response[str]:
    """Return a page without the menu."""
    nonce = secrets.token_urlsafe(12)
    given = {"assets": console.assets_at, "language": current(), "nonce": nonce, **values}
    return page_response(console.templates.render_alone(name, given), nonce, status)


def local(address: str) -> str:
    """Return an address within the console, or home in place of any other."""
    is_ours = address == BASE or address.startswith((f"{BASE}/", f"{BASE}?"))
    return address if is_ours and "\\" not in address and address.isprintable() else BASE


def page_headers(nonce: str) -> dict[str, str]:
    """Return the headers of every page."""
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
    }


def theme_of(request: AnyRequest) -> str:
    """Return the theme that the reader chose, or ``auto``."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "auto"


def reader_of(request: AnyRequest, now: datetime) -> Reader:
    """Return the reader of a request: the current language, and their time zone, UTC where it is unknown."""
    zone = request.cookies.get(ZONE_COOKIE, "")
    try:
        timezone = ZoneInfo(zone) if zone else UTC
    except (ZoneInfoNotFoundError, ValueError):
        timezone = UTC
    return Reader(language=current(), timezone=timezone, now=now)
