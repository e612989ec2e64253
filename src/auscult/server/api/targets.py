"""Targets of notices over HTTP."""

from typing import Annotated

from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.targets import NewTarget, Target
from auscult.sandbox.messages import Messenger
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id
from auscult.services.targets.sending import Targets

TargetId = Annotated[str, path_id("The target.", "tg-51d0c9a2e7b8")]
Work = Use[Targets]
READS = reading("conversations")


def work(app: App, rights: Rights, server: Server) -> Targets:
    """Return the targets of the app as the caller sees and changes them."""
    return Targets(app, server.now, rights)


TargetList = Annotated[
    Items[Target],
    Called("TargetList", "The caller's own targets, and those of the app for callers who manage webhooks."),
]


@example({"is_sent": True, "reason": ""})
class Trial(Struct, frozen=True, kw_only=True):
    """The outcome of a trial message: whether it was accepted, null where that is not known, and the reason."""

    is_sent: bool | None
    reason: str


example(
    {
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
)(Target)
example(
    {
        "name": "Quality channel",
        "address": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#quality",
        "kinds": ["late", "to_decide"],
        "is_of_app": True,
    }
)(NewTarget)


@operation.get("/notices/targets", may=READS, summary="Targets of notices")
def list_notice_targets(work: Work) -> TargetList:
    """List where notices are sent beyond e-mail: the caller's own targets, and those of the app with `webhook.manage`.

    Addresses are secret, and not among what is returned.
    """
    return Items(items=tuple(work.listing()))


@operation.post(
    "/notices/targets",
    may=READS,
    status=201,
    refuses={409: "There are as many targets as there can be.", 422: "The address or the kinds cannot be used."},
)
def add_notice_target(data: JSONBody[NewTarget], work: Work, server: Server) -> Target:
    """Add a target of notices. From now on notices are sent to Slack, Teams or another service that Apprise reaches by HTTP.

    A person's own target gets what that person may see. One of the app (`is_of_app`, with `webhook.manage`) gets audits
    and disputes of everyone, without names. Nothing is sent while adding.
    """
    return work.add(data, Messenger(server.settings.networks).service_of)


@operation.post("/notices/targets/{target_id}/try", may=READS)
def try_notice_target(target_id: TargetId, work: Work, server: Server) -> Trial:
    """Send a trial message. It reports nothing. Where it is accepted, a target that had failed gets notices again."""
    outcome = work.attempt(target_id, Messenger(server.settings.networks).send)
    return Trial(is_sent={"sent": True, "refused": False}.get(outcome.state), reason=outcome.reason)


@operation.delete("/notices/targets/{target_id}", may=READS)
def remove_notice_target(target_id: TargetId, work: Work) -> None:
    """Remove a target of notices. Its address is forgotten."""
    work.remove(target_id)


ROUTER = operation.router(__name__, work=work)
