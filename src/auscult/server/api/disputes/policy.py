"""The policy of an app for reviews and disputes after an audit."""

from typing import Annotated, Any

from litestar import Router, get, put
from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict

from auscult.domain.disputes.policy import Days, Release, ReviewerRule, ReviewPolicy, Rounds
from auscult.server.rest.context import App, Caller, Server
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import Instant
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.disputes.reviewing import Reviewing


class PolicyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy. An audit is released at once, at ``release_at``, or after another person has checked it.

    An agent answers within ``window_days``, and disputes one metric at most ``rounds`` times. ``reviewer``: anyone but
    the auditor (other), the auditor (same), or one of ``reviewers`` (named), who decide within ``decide_days``.
    """

    disputes: bool = True
    window_days: Days = 14
    rounds: Rounds = 3
    reviewer: ReviewerRule = "other"
    reviewers: Annotated[tuple[str, ...], Meta(max_length=100)] = ()
    decide_days: Days = 5
    release: Release = "at_once"
    release_at: Instant | None = None


_EXAMPLE: dict[str, Any] = {
    "disputes": True,
    "window_days": 14,
    "rounds": 3,
    "reviewer": "other",
    "reviewers": [],
    "decide_days": 5,
    "release": "at_once",
    "release_at": None,
}


@get(
    "/review-policy",
    operation_id="get_review_policy",
    summary="The policy for reviews and disputes",
    guards=[reading("audits")],
    responses={200: answer("The policy.", PolicyBody, _EXAMPLE)},
)
@in_thread
def show(app: App, server: Server) -> PolicyBody:
    """Return the policy for audits whose plan has none of its own."""
    return PolicyBody(**asdict(Reviewing(app, server.reports, server.now).policy()))


@put(
    "/review-policy",
    operation_id="set_review_policy",
    summary="Set the policy for reviews and disputes",
    guards=[writing("audits", "plan.edit")],
    responses={
        200: answer("The policy.", PolicyBody, _EXAMPLE),
        **refusals({413: "The body is too large.", 415: "The body is not JSON.", 422: "A value cannot be used."}),
    },
    takes=Takes("The policy.", _EXAMPLE),
)
@in_slow_thread
def change(data: JSONBody[PolicyBody], app: App, server: Server, caller: Caller) -> PolicyBody:
    """Store the policy for audits that are submitted from now on; earlier ones keep theirs."""
    policy = ReviewPolicy(**asdict(data))
    Reviewing(app, server.reports, server.now).set_policy(policy, caller.name)
    return data


ROUTER = Router("/", route_handlers=[show, change])
