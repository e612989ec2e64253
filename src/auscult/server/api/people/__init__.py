"""People: users with their grants, roles, and the directory of agents, teams and queues."""

from litestar import Router

from auscult.server.api.people import directory, roles, users

ROUTER = Router("/", route_handlers=[*users.HANDLERS, *roles.HANDLERS, *directory.HANDLERS])
