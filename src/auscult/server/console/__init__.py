"""ROOM: pages for people: the console, and the agent's page.

The console's pages are below ``/console`` (``application.py``), for signed-in users. The agent's page consists of files
without any conversation, and of the sign-in by a link. Its script requests everything under ``/assist/-/``, where the
handlers of ``api/assist/live.py`` are served again, to a browser with a cookie instead of a token.
"""

from litestar import Router

from auscult.server.api import behind
from auscult.server.api.assist.live import FOR_AGENTS
from auscult.server.console.application import console_router
from auscult.server.console.demo import Demo
from auscult.server.console.files import files_router
from auscult.server.console.session import SessionAuthorizer, session_router
from auscult.server.rest.context import Services
from auscult.server.rest.guards import Guard

BEHIND = "/assist/-"


def routers(authorizer: SessionAuthorizer, admission: Guard, services: Services, demo: Demo | None) -> list[Router]:
    """Return the routers of the pages, of their sign-in, and of the requests of their scripts."""
    live = behind(
        BEHIND, FOR_AGENTS, method=authorizer, admission=admission, services=services, include_in_schema=False
    )
    pages = console_router(services, demo)
    return [pages, live, session_router(f"{BEHIND}/session", authorizer.sign_in), files_router(BEHIND)]
