"""ROOM: pages for people: the console, and the agent's page.

The console's pages stand below ``/console`` (``application.py``), for those who are signed in as users. The agent's page
is files that hold nobody's conversation, and a way in for who is signed in by a link. Its script asks for everything under ``/assist/-/``: there the handlers of ``api/assist/live.py`` are served once
more, to a browser that holds a cookie instead of a token.
"""

from litestar import Router

from auscult.server.api import behind
from auscult.server.api.assist.live import FOR_AGENTS
from auscult.server.console.application import console_router
from auscult.server.console.demo import Demo
from auscult.server.console.files import files_router
from auscult.server.console.session import PageDoor, session_router
from auscult.server.rest.context import Services
from auscult.server.rest.guards import Guard

BEHIND = "/assist/-"


def routers(door: PageDoor, admission: Guard, services: Services, demo: Demo | None) -> list[Router]:
    """Return the routers of the pages, of their sign-in, and of what they ask of the server."""
    live = behind(BEHIND, FOR_AGENTS, method=door, admission=admission, services=services, include_in_schema=False)
    pages = console_router(services, demo)
    return [pages, live, session_router(f"{BEHIND}/session", door.sign_in), files_router(BEHIND)]
