"""Targets of notices over HTTP."""

from typing import Annotated, Any

from litestar import Router, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation
from msgspec import Struct

from auscult.domain.targets import NewTarget, Target
from auscult.sandbox.messages import Messenger
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.guards import reading
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import path_id
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.targets.sending import Targets

TargetId = Annotated[str, path_id("The target.", "tg-51d0c9a2e7b8")]
Work = NamedDependency[SkipValidation[Targets]]
READS = reading("conversations")


def work(app: App, rights: Rights, server: Server) -> Targets:
    """Return the targets of the app as the caller sees and changes them."""
    return Targets(app, server.now, rights)


class TargetList(Struct, frozen=True, kw_only=True):
    """The caller's own targets, and those of the app for callers who manage webhooks."""

    items: tuple[Target, ...]


class Trial(Struct, frozen=True, kw_only=True):
    """The outcome of a trial message: whether it was accepted, null where that is not known, and the reason."""

    is_sent: bool | None
    reason: str


TARGET: dict[str, Any] = {
    "target_id": "tg-51d0c9a2e7b8",
    "name": "Quality channel",
    "service": "Slack",
    "kinds": ["late", "to_decide"],
    "language": "en",
    "person": None,
    "state": "ready",
    "reason": "",
    "changed_at": "2026-04-01T09:00:00Z",
    "made_by": "mia@example.com",
    "made_at": "2026-04-01T09:00:00Z",
}
_WANTED: dict[str, Any] = {
    "name": "Quality channel",
    "address": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#quality",
    "kinds": ["late", "to_decide"],
    "is_of_app": True,
}


@get(
    "/notices/targets",
    operation_id="list_notice_targets",
    summary="Targets of notices",
    guards=[READS],
    responses={200: answer("The targets.", TargetList, {"items": [TARGET]})},
)
@in_thread
def listing(work: Work) -> TargetList:
    """List where notices are sent beyond e-mail: the caller's own targets, and those of the app with `webhook.manage`.

    Addresses are secret, and not among what is returned.
    """
    return TargetList(items=tuple(work.listing()))


@post(
    "/notices/targets",
    operation_id="add_notice_target",
    summary="Add a target of notices",
    guards=[READS],
    status_code=201,
    responses={
        201: answer("The target.", Target, TARGET),
        **refusals(
            {
                409: "There are as many targets as there can be.",
                422: "The address or the kinds cannot be used.",
            }
        ),
    },
    takes=Takes("The target.", _WANTED),
)
@in_slow_thread
def add(data: JSONBody[NewTarget], work: Work, server: Server) -> Target:
    """Send notices to Slack, Teams or another service that Apprise knows and reaches over HTTP, from now on.

    A person's own target gets what that person may see. One of the app (`is_of_app`, with `webhook.manage`) gets audits
    and disputes of everyone, without names. Nothing is sent while adding.
    """
    return work.add(data, Messenger(server.settings.networks).service_of)


@post(
    "/notices/targets/{target_id:str}/try",
    operation_id="try_notice_target",
    summary="Send a trial message",
    guards=[READS],
    status_code=200,
    responses={200: answer("The outcome.", Trial, {"is_sent": True, "reason": ""})},
)
@in_slow_thread
def attempt(target_id: TargetId, work: Work, server: Server) -> Trial:
    """Send a message that there is nothing to report. Where it is accepted, a target that had failed gets notices again."""
    outcome = work.attempt(target_id, Messenger(server.settings.networks).send)
    return Trial(is_sent={"sent": True, "refused": False}.get(outcome.state), reason=outcome.reason)


@delete(
    "/notices/targets/{target_id:str}",
    operation_id="remove_notice_target",
    summary="Remove a target of notices",
    guards=[READS],
    responses={204: answer("The target is removed.")},
)
@in_slow_thread
def remove(target_id: TargetId, work: Work) -> None:
    """Remove a target; its address is forgotten."""
    work.remove(target_id)


ROUTER = Router(
    "/",
    route_handlers=[listing, add, attempt, remove],
    dependencies={"work": Provide(work, sync_to_thread=False)},
)
