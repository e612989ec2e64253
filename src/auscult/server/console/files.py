"""The files of the agent's page, served as they lie in the package; a page is one of them, whatever its address names."""

from collections.abc import Mapping
from importlib.resources import files

from litestar import Response, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_308_PERMANENT_REDIRECT

from auscult.server.asgi import scope_of
from auscult.server.errors import AnyRequest
from auscult.server.exchange import exchange_of

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


def files_router(behind: str) -> Router:
    """Return the router of the files, below the path ``behind``, and of the pages. They are small, and kept in memory."""
    found = {
        each.name: (each.read_bytes(), _TYPES[each.name.rpartition(".")[2]])
        for each in files("auscult.server.console").joinpath("static").iterdir()
        if each.is_file() and each.name.rpartition(".")[2] in _TYPES
    }
    served = [_file(f"{behind}/{name}", *content) for name, content in found.items() if not name.endswith(".html")]
    return Router(
        "/",
        route_handlers=[*served, _file("/assist/{conversation_id:str}", *found["conversation.html"]), _list(found)],
        include_in_schema=False,
    )


def _file(path: str, content: bytes, media_type: str) -> HTTPRouteHandler:
    """Return a handler that serves one file, whatever a name in its path is."""

    @get(path)
    async def serve() -> Response[bytes]:
        return _answer(content, media_type)

    return serve


def _list(found: Mapping[str, tuple[bytes, str]]) -> HTTPRouteHandler:
    """Return the handler of the list of conversations. Its relative addresses hold below ``/assist/``."""

    @get("/assist")
    async def serve(request: AnyRequest) -> Response[bytes]:
        if not exchange_of(scope_of(request)).path.endswith("/"):
            return Response(b"", status_code=HTTP_308_PERMANENT_REDIRECT, headers={"Location": "assist/"})
        return _answer(*found["list.html"])

    return serve


def _answer(content: bytes, media_type: str) -> Response[bytes]:
    return Response(content, headers={"Content-Type": media_type, "Content-Security-Policy": POLICY})
