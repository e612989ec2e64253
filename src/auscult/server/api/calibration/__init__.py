"""Calibration sessions: from a draft to a report."""

from litestar import Router

from auscult.server.api.calibration import rating, sessions

ROUTER = Router("/", route_handlers=[sessions.ROUTER, rating.ROUTER])
