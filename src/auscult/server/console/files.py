"""The files of the agent's page, served as they lie in the package; a page is one of them, whatever its address names."""

import re
from collections.abc import Mapping
from importlib.resources import files

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from auscult.server.api._route import raw_path
from auscult.server.errors import MethodNotAllowedError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Content-Security-Policy of the pages: our own files from here, and no way to make markup or script of a text."""

_TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_PAGES: Mapping[str, str] = {r"/assist/": "list.html", r"/assist/(?!-$)[^/]+": "conversation.html"}
_METHODS = ("GET", "HEAD")


class FileRoute(BaseRoute):
    """Serves one file at the paths that a pattern matches."""

    def __init__(self, pattern: str, content: bytes, media_type: str) -> None:
        """Keep the file in memory: it is small."""
        self._pattern = re.compile(pattern)
        self._content = content
        self._headers = [
            (b"content-type", media_type.encode()),
            (b"content-length", b"%d" % len(content)),
            (b"content-security-policy", POLICY.encode()),
        ]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for this file."""
        is_it = scope["type"] == "http" and self._pattern.fullmatch(raw_path(scope))
        return (Match.FULL if is_it else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        del receive
        if scope["method"] not in _METHODS:
            raise MethodNotAllowedError(", ".join(_METHODS))
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self._content})


class FolderRoute(BaseRoute):
    """Leads from ``/assist`` to ``/assist/``, where the page's relative addresses hold."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for it."""
        is_it = scope["type"] == "http" and raw_path(scope) == "/assist"
        return (Match.FULL if is_it else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead on; what stands behind ``#`` goes along."""
        del scope, receive
        headers = [(b"location", b"assist/"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 308, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def file_routes() -> list[BaseRoute]:
    """One route for each file, and for each page."""
    found = {
        each.name: (each.read_bytes(), _TYPES[each.name.rpartition(".")[2]])
        for each in files("auscult.server.console").joinpath("static").iterdir()
        if each.is_file()
    }
    behind = {re.escape(f"/assist/-/{name}"): name for name in found if not name.endswith(".html")}
    return [FolderRoute(), *(FileRoute(pattern, *found[name]) for pattern, name in (behind | dict(_PAGES)).items())]
