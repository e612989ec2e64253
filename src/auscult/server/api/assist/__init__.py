"""Agent assist: live conversations, and the knowledge that answers rest on."""

from litestar import Router

from auscult.server.api.assist import knowledge, live

ROUTER = Router("/", route_handlers=[live.ROUTER, knowledge.ROUTER])
