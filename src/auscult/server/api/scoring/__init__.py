"""Conversations, the jobs that score them, and the times of an app that they are read by."""

from litestar import Router

from auscult.server.api.scoring import conversations, jobs, times

ROUTER = Router("/", route_handlers=[conversations.ROUTER, jobs.ROUTER, times.ROUTER])
