"""The agent's page: two documents for all addresses, and their files, each at an address that names its content.

A document is in the language chosen in the console, or else in that of the browser, and contains the texts of the
page's script.
"""

from collections.abc import Callable
from functools import cache, partial

from litestar import Response, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.status_codes import HTTP_308_PERMANENT_REDIRECT

from auscult.domain.errors import NotFoundError
from auscult.language import ASSIST, speaking, texts_of
from auscult.server.asgi import scope_of
from auscult.server.console.assets import Assets, read_assets
from auscult.server.console.frame.templating import Templates
from auscult.server.console.request_language import LANGUAGE_COOKIE, language_of
from auscult.server.errors import AnyRequest
from auscult.server.request_context import context_of
from auscult.server.rest.routing import AppRouter

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Content-Security-Policy of the pages: only our own files, and no markup or script made of a text."""

_HTML = "text/html; charset=utf-8"
_YEAR_S = 365 * 24 * 3600


def files_router(behind: str) -> Router:
    """Return the router of the pages and their files below the path ``behind``; all are small and kept in memory."""
    assets = read_assets()
    # Files are cached by browsers, by version; a page is rendered on its first request, as German texts take 0.2 s to read.
    conversation, listing = (
        cache(partial(render_page, name, f"-/files/{assets.version}")) for name in ("conversation", "list")
    )
    return AppRouter(
        "/",
        route_handlers=[_files(behind, assets), _conversation(conversation), _list(listing)],
        include_in_schema=False,
    )


_Page = Callable[[str], bytes]
"""Returns a document in a language."""


def render_page(name: str, assets: str, language: str) -> bytes:
    """Render a document in a language, with its files below the relative address ``assets``."""
    with speaking(language):
        values = {"language": language, "assets": assets, "texts": texts_of(ASSIST)}
        return Templates().render_alone(f"assist/{name}", values).encode()


def _files(behind: str, assets: Assets) -> HTTPRouteHandler:
    """Return the handler of the files."""
    found = {path: asset for path in assets.paths() if (asset := assets.get(path))}

    @get(f"{behind}/files/{{version:str}}/{{path:path}}", sync_to_thread=False)
    def serve(version: FromPath[str], path: FromPath[str]) -> Response[bytes]:
        asset = found.get(path.lstrip("/"))
        if asset is None:
            raise NotFoundError(f"there is no file {path}", code="path.unknown", field="path", value=path)
        lasting = f"public, max-age={_YEAR_S}, immutable" if version == assets.version else "no-cache"
        return Response(
            asset.content, media_type=asset.media_type, headers={"cache-control": lasting, "vary": "accept-encoding"}
        )

    return serve


def _conversation(page: _Page) -> HTTPRouteHandler:
    """Return the handler of the page of any conversation: its script reads the address."""

    @get("/assist/{conversation_id:str}", sync_to_thread=True)
    def serve(request: AnyRequest) -> Response[bytes]:
        return _answer(request, page)

    return serve


def _list(page: _Page) -> HTTPRouteHandler:
    """Return the handler of the list of conversations. Its relative addresses are valid below ``/assist/``."""

    @get("/assist", sync_to_thread=True)
    def serve(request: AnyRequest) -> Response[bytes]:
        if not context_of(scope_of(request)).path.endswith("/"):
            return Response(b"", status_code=HTTP_308_PERMANENT_REDIRECT, headers={"Location": "assist/"})
        return _answer(request, page)

    return serve


def _answer(request: AnyRequest, page: _Page) -> Response[bytes]:
    chosen, accepted = request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", "")
    language = language_of(chosen, accepted)
    headers = {"Content-Type": _HTML, "Content-Security-Policy": POLICY, "Vary": "Accept-Language, Cookie"}
    return Response(page(language), headers=headers)
