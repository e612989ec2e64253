"""Conversations, and the jobs that score them."""

from litestar import Router

from auscult.server.api.scoring import conversations, jobs

ROUTER = Router("/", route_handlers=[conversations.ROUTER, jobs.ROUTER])
