"""People: users with their grants, roles, the directory of agents, teams and queues, and views that people saved."""

from litestar import Router

from auscult.server.api.people import directory, roles, saved_views, second_factor, users

ROUTER = Router(
    "/",
    route_handlers=[
        *users.HANDLERS,
        *second_factor.HANDLERS,
        *roles.HANDLERS,
        *directory.HANDLERS,
        *saved_views.HANDLERS,
    ],
)
