"""Calibration sessions: from a draft to a report."""

from litestar import Router

from auscult.server.api.calibration import places, rating, sessions

ROUTER = Router("/", route_handlers=[places.ROUTER, sessions.ROUTER, rating.ROUTER])
