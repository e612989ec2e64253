"""Steps after an audit: its review by the agent, disputes, decisions, and their policy."""

from litestar import Router

from auscult.server.api.disputes import disputes, policy, reviews

ROUTER = Router("/", route_handlers=[reviews.ROUTER, disputes.ROUTER, policy.ROUTER])
