"""Draws of plans: repeated from their record, and reassigned to other auditors."""

from typing import Annotated, Any

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Struct

from auscult.server.api.audits.plans import EDITING, READING, REFUSALS, PlanId, planning_of
from auscult.server.rest.context import App, Caller, Server
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import path_id
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread


class RepeatedItem(Struct, frozen=True, kw_only=True):
    """An item of a repeated draw, with its permanent random number ``u``."""

    conversation_id: str
    segment: int
    agent_id: str | None
    stratum: str
    u: float
    probability: float | None


class RepeatedDraw(Struct, frozen=True, kw_only=True):
    """The items of a draw, by ascending ``u``."""

    items: tuple[RepeatedItem, ...]


_REPEATED: dict[str, Any] = {
    "conversation_id": "c-7f8b1f0e",
    "segment": 0,
    "agent_id": "a-7",
    "stratum": "a-7",
    "u": 0.0132,
    "probability": 0.05,
}


class ReassignAllBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The present auditor of the items, and the new one (``to``)."""

    auditor: str
    to: str


class Reassigned(Struct, frozen=True, kw_only=True):
    """The number of reassigned items."""

    reassigned: int


@post(
    "/plans/{plan_id:str}/reassign",
    operation_id="reassign_plan",
    summary="Reassign all items that are not begun",
    guards=[EDITING],
    status_code=200,
    responses={200: answer("The number of items.", Reassigned, {"reassigned": 3}), **refusals(REFUSALS)},
    takes=Takes("The two auditors.", {"auditor": "ann@example.com", "to": "bob@example.com"}),
)
@in_slow_thread
def reassign_all(
    plan_id: PlanId, data: JSONBody[ReassignAllBody], app: App, server: Server, caller: Caller
) -> Reassigned:
    """Reassign all items of a plan that an auditor has not begun to another auditor."""
    count = planning_of(app, server).reassign_all(data.auditor, data.to, caller.name, plan_id)
    return Reassigned(reassigned=count)


@get(
    "/plans/{plan_id:str}/draws/{draw_id:str}/repeat",
    operation_id="repeat_draw",
    summary="Repeat a draw",
    guards=[READING],
    responses={200: answer("The items.", RepeatedDraw, {"items": [_REPEATED]}), **refusals({409: REFUSALS[409]})},
)
@in_slow_thread
def repeat(
    plan_id: PlanId, draw_id: Annotated[str, path_id("The draw.", "dr-1a2b")], app: App, server: Server
) -> RepeatedDraw:
    """Draw again from the record of a draw. Nothing is stored; the items are the same."""
    found = planning_of(app, server).repeat(plan_id, draw_id)
    return RepeatedDraw(
        items=tuple(
            RepeatedItem(
                conversation_id=one.conversation_id,
                segment=one.segment,
                agent_id=one.agent_id or None,
                stratum=one.stratum,
                u=one.u,
                probability=one.probability,
            )
            for one in found
        )
    )


ROUTER = Router("/", route_handlers=[reassign_all, repeat])
