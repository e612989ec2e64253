"""People and clients: users with their grants, roles, the directory of agents, teams and queues, and views that people saved."""

from litestar import Router

from auscult.server.api.people import clients, directory, roles, saved_views, users

ROUTER = Router("/", route_handlers=[users.ROUTER, roles.ROUTER, directory.ROUTER, saved_views.ROUTER, clients.ROUTER])
