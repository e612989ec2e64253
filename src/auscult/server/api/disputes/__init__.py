"""What follows an audit: its review by the agent, disputes, decisions, and the policy for all of it."""

from litestar import Router

from auscult.server.api.disputes import disputes, policy, reviews

ROUTER = Router("/", route_handlers=[reviews.ROUTER, disputes.ROUTER, policy.ROUTER])
