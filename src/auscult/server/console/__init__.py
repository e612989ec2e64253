"""The agent's page: files without a word of anybody's conversation, and a way in for those who are signed in.

A page's script asks for everything under ``/assist/-/``: there the operations of ``api/live.py`` are served once more,
to a browser that holds a cookie instead of a token.
"""

from collections.abc import Sequence
from itertools import groupby

from msgspec.structs import replace
from starlette.routing import BaseRoute

from auscult.server.api._contract import Services
from auscult.server.api._route import ApiRoute
from auscult.server.api.live import OPERATIONS
from auscult.server.console.files import file_routes
from auscult.server.console.session import PageDoor, SessionRoute

BEHIND = "/assist/-"
_FROM = "/api/v1/live"
_NOT_FOR_AGENTS = frozenset({"put_live_settings"})


def routes(door: PageDoor, services: Services) -> list[BaseRoute]:
    """The pages, their sign-in, and what they ask of the server."""
    served = [
        replace(operation, path=operation.path.replace(_FROM, BEHIND, 1))
        for operation in OPERATIONS
        if operation.name not in _NOT_FOR_AGENTS
    ]
    ordered = sorted(served, key=lambda operation: (operation.path.count("{"), operation.path))
    api: Sequence[BaseRoute] = [
        ApiRoute(path, tuple(found), door, services)
        for path, found in groupby(ordered, key=lambda operation: operation.path)
    ]
    return [*api, SessionRoute(f"{BEHIND}/session", door.sign_in), *file_routes()]
