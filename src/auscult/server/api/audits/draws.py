"""Draws of plans: repeated from their record, and reassigned to other auditors."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.operations.records import made_from
from auscult.server.api.audits.plans import EDITING, READING, REFUSALS, PlanId, planning_of
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.examples import example
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id


class RepeatedItem(Struct, frozen=True, kw_only=True):
    """An item of a repeated draw, with its permanent random number ``u``."""

    conversation_id: str
    segment: int
    agent_id: str | None
    stratum: str
    u: float
    probability: float | None


RepeatedDraw = Annotated[Items[RepeatedItem], Called("RepeatedDraw", "The items of a draw, by ascending ``u``.")]


_REPEATED: dict[str, Any] = {
    "conversation_id": "c-7f8b1f0e",
    "segment": 0,
    "agent_id": "a-7",
    "stratum": "a-7",
    "u": 0.0132,
    "probability": 0.05,
}


@example({"auditor": "ann@example.com", "to": "bob@example.com"})
class ReassignAllBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The present auditor of the items, and the new one (``to``)."""

    auditor: Annotated[str, Meta(description="The auditor whose items they are.")]
    to: Annotated[str, Meta(description="The auditor who gets them.")]


@example({"reassigned": 3})
class Reassigned(Struct, frozen=True, kw_only=True):
    """The number of reassigned items."""

    reassigned: int


example(_REPEATED)(RepeatedItem)


@operation.post(
    "/plans/{plan_id}/reassign",
    may=EDITING,
    refuses=REFUSALS,
    command="plans reassign",
    named={"auditor": "from EMAIL", "to": "to EMAIL"},
)
def reassign_plan(
    plan_id: PlanId, data: JSONBody[ReassignAllBody], app: App, server: Basis, rights: Rights
) -> Reassigned:
    """Reassign all items that are not begun. They are of one plan and one auditor, and go to another auditor."""
    count = planning_of(app, server).reassign_all(data.auditor, data.to, rights.name, plan_id)
    return Reassigned(reassigned=count)


@operation.get(
    "/plans/{plan_id}/draws/{draw_id}/repeat",
    may=READING,
    refuses={409: REFUSALS[409]},
    is_slow=True,
    command="plans repeat",
    columns=("u", "conversation_id"),
)
def repeat_draw(
    plan_id: PlanId, draw_id: Annotated[str, path_id("The draw.", "dr-1a2b")], app: App, server: Basis
) -> RepeatedDraw:
    """Repeat a draw. It is made again from its record. Nothing is stored; the items are the same."""
    found = planning_of(app, server).repeat(plan_id, draw_id)
    return Items(items=tuple(made_from(RepeatedItem, one, agent_id=one.agent_id or None) for one in found))


ROUTER = operation.router(__name__)
