"""Plans of audits: saved, previewed and drawn, with their progress."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.audits.assignment import AssignmentState, Hidden, Role
from auscult.domain.audits.audit import LONGEST_NAME
from auscult.domain.audits.draw import Draw
from auscult.domain.audits.plan import (
    MOST_OPINIONS,
    FrameFilters,
    Judged,
    Plan,
    PlanAuditor,
    PlanDocument,
    Quota,
    Risk,
    Step,
)
from auscult.domain.disputes.dispute import ReviewPolicy
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal
from auscult.domain.scoring.list_fields import Order
from auscult.domain.stated import at_least, between, text
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.lists import Called, Page
from auscult.server.rest.parameters import Cursor, InstantText, Limit, Share, path_id
from auscult.services.audits.blind import talk_reader
from auscult.services.audits.plan_documents import plan_of
from auscult.services.audits.plans import DrawView, Planning, PlanPreview
from auscult.services.conversations.talked import TalkReader
from auscult.services.people.known import check_known

READING = Scopes("plans:read", "plans:write", "audits:read", "audits:write", permission="plan.read", reach="app")
EDITING = Scopes("plans:write", "audits:write", permission="plan.edit", reach="app")
PlanId = Annotated[str, path_id("The plan.", "pl-6c1f")]


class FrameBody(FrameFilters, frozen=True, kw_only=True):
    """The conversations to draw from: ``since`` <= start < ``until``, and every filter that is set.

    Filters by score, duration in seconds, sentiment and the like are those of the list of conversations.
    """

    since: InstantText
    until: InstantText


class PlanBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A plan. The shares of its auditors total 100; other shares are from 0 to 1."""

    name: Annotated[str, text(LONGEST_NAME)]
    form_id: str
    frame: FrameBody
    quota: Quota
    auditors: Annotated[tuple[PlanAuditor, ...], Meta(max_length=1000)] = ()
    seed: str | int | None = None
    judged: Judged = "most"
    second_share: Share = 0.0
    opinions: Annotated[int, between(2, MOST_OPINIONS)] = 2
    hidden: tuple[Hidden, ...] = ()
    hide_machine_share: Share = 0.0
    risks: tuple[Risk, ...] = ()
    order: Order | None = None
    floor: Share = 0.2
    due_days: Annotated[int, at_least(1)] | None = None
    every: Step | None = None
    holidays: tuple[date, ...] = ()
    again_share: Share = 0.0
    again_after_days: Annotated[int, at_least(1)] = 28
    paused: bool = False
    review: ReviewPolicy | None = None


class ShownPlan(PlanDocument, frozen=True, kw_only=True):
    """A version of a plan."""

    plan_id: str
    version: int
    created_at: datetime
    created_by: str


PlanPage = Annotated[
    Page[ShownPlan],
    Called("PlanPage", "One page of plans, each in its newest version. ``next_cursor`` is null after the last."),
]


class ShownProgress(ShownPlan, frozen=True, kw_only=True):
    """A plan with its draws and, by auditor, the number of items in each state; "" means no auditor yet."""

    draws: tuple[Draw, ...]
    by_auditor: dict[str, dict[AssignmentState, int]]


class DrawnShown(Struct, frozen=True, kw_only=True):
    """A drawn item. ``conversation_id`` is null once the conversation was erased; ``probability`` stays."""

    assignment_id: str
    conversation_id: str | None
    agent_id: str | None
    auditor: str | None
    role: Role
    state: AssignmentState
    stratum: str
    probability: float | None


class ShownDraw(Draw, frozen=True, kw_only=True):
    """A draw with its items. ``not_in_frame`` counts the conversations of the window that were evaluated later."""

    not_in_frame: int
    items: tuple[DrawnShown, ...]


_AT = "2026-04-01T09:00:00Z"
_BODY: dict[str, Any] = {
    "name": "Billing in March",
    "form_id": "ef-billing",
    "frame": {"since": "2026-03-01", "until": "2026-04-01", "queues": ["billing"]},
    "quota": {"per": "agent", "count": 4},
    "auditors": [{"user": "ann@example.com", "share": 60}, {"user": "bob@example.com", "share": 40}],
}
example(_BODY)(PlanBody)
_PLAN: dict[str, Any] = {
    **_BODY,
    "frame": {"since": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z", "queues": ["billing"]},
    "plan_id": "pl-6c1f",
    "version": 1,
    "created_at": _AT,
    "created_by": "mia@example.com",
}
example(_PLAN)(ShownPlan)
_STRATUM = {"key": "a-7", "population": 80, "drawn": 4, "probability": 0.05}
_RECORD: dict[str, Any] = {
    "draw_id": "dr-1a2b",
    "plan_id": "pl-6c1f",
    "plan_version": 1,
    "since": "2026-03-01T00:00:00Z",
    "until": "2026-04-01T00:00:00Z",
    "watermark": 41213,
    "frame_count": 80,
    "frame_digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "strata": [_STRATUM],
    "drawn_at": _AT,
    "drawn_by": "mia@example.com",
}
example(
    {
        **_RECORD,
        "not_in_frame": 0,
        "items": [
            {
                "assignment_id": "as-3c4d",
                "conversation_id": "c-7f8b1f0e",
                "agent_id": "a-7",
                "auditor": "ann@example.com",
                "role": "audit",
                "state": "assigned",
                "stratum": "a-7",
                "probability": 0.05,
            }
        ],
    }
)(ShownDraw)
example(
    {
        "frame_count": 80,
        "items": 4,
        "seconds": 0,
        "by_auditor": {"ann@example.com": 2, "bob@example.com": 2},
        "strata": [_STRATUM],
        "half_width": {"em-greeting": 0.21},
        "widest": 0.21,
        "days": 31,
        "summary": "4 audits, 0.065 a person a day, ±21.0 points",
    }
)(PlanPreview)
REFUSALS = {
    409: "The plan is paused, its frame is empty, or it was changed in between.",
    422: "A value of the plan cannot be used; `field` names it.",
}
SHOWN = ("plan_id", "version", "name", "form_id", "paused")
FILE = "The plan (docs/how-to/plan-audits.md)"
example({**_PLAN, "draws": [_RECORD], "by_auditor": {"": {"open": 4}}})(ShownProgress)


@operation.post("/plans", may=EDITING, status=201, refuses=REFUSALS, command="plans create", columns=SHOWN, file=FILE)
def create_plan(data: JSONBody[PlanBody], app: App, server: Basis, rights: Rights) -> ShownPlan:
    """Create a plan. Nothing is drawn yet."""
    return _shown(planning_of(app, server).create(_known(data, app, server), rights.name))


@operation.post("/plans/preview", may=READING, refuses=REFUSALS, command="plans preview", file=FILE)
def preview_plan(data: JSONBody[PlanBody], app: App, server: Basis, rights: Rights) -> PlanPreview:
    """Preview a plan. Count the frame, the items of each auditor, and the precision to expect. Nothing is stored."""
    return planning_of(app, server, rights).preview(_document(data))


@operation.get("/plans", may=READING, command="plans list", columns=SHOWN)
def list_plans(app: App, limit: Limit = 100, cursor: Cursor = None) -> PlanPage:
    """List plans. By id, each in its newest version."""
    after = read_cursor(cursor, tuple[str])
    found = app.plans.listing(after[0] if after else "", limit + 1)
    return Page(
        items=tuple(map(_shown, found[:limit])),
        next_cursor=write_cursor(found[limit - 1].plan_id) if len(found) > limit else None,
    )


@operation.get("/plans/{plan_id}", may=READING, summary="One plan", command="plans show")
def get_plan(plan_id: PlanId, app: App, server: Basis) -> ShownProgress:
    """Return the newest version of a plan, its draws, and the progress of each auditor."""
    found = planning_of(app, server).progress(plan_id)
    return ShownProgress(**_fields(found.plan), draws=tuple(map(_record, found.draws)), by_auditor=found.by_rater)


@operation.put(
    "/plans/{plan_id}",
    may=EDITING,
    refuses=REFUSALS,
    example={"version": 2},
    command="plans revise",
    columns=SHOWN,
    file=FILE,
)
def revise_plan(plan_id: PlanId, data: JSONBody[PlanBody], app: App, server: Basis, rights: Rights) -> ShownPlan:
    """Revise a plan. The next version applies from now on. Drawn items stay.

    The same document again changes nothing.
    """
    return _shown(planning_of(app, server).revise(plan_id, _known(data, app, server), rights.name))


@operation.post("/plans/{plan_id}/draw", may=EDITING, refuses=REFUSALS, command="plans draw")
def draw_plan(plan_id: PlanId, app: App, server: Basis, rights: Rights) -> ShownDraw:
    """Draw conversations. Drawing again over the same days returns the same items.

    Those that are evaluated by now count; the items are distributed among the auditors.
    """
    return _drawn(planning_of(app, server, rights).draw(plan_id, rights.name))


@operation.post(
    "/plans/{plan_id}/pause", may=EDITING, example={"version": 2, "paused": True}, command="plans pause", columns=SHOWN
)
def pause_plan(plan_id: PlanId, app: App, server: Basis, rights: Rights) -> ShownPlan:
    """Pause a plan. The next version draws nothing and assigns nothing."""
    return _shown(planning_of(app, server).pause(plan_id, rights.name))


@operation.post("/plans/{plan_id}/resume", may=EDITING, example={"version": 3}, command="plans resume", columns=SHOWN)
def resume_plan(plan_id: PlanId, app: App, server: Basis, rights: Rights) -> ShownPlan:
    """Resume a plan. The next version draws and assigns again."""
    return _shown(planning_of(app, server).pause(plan_id, rights.name, paused=False))


def planning_of(app: App, server: Basis, rights: Principal | None = None) -> Planning:
    """Return the service for the plans of an app; ``rights`` are of who draws."""
    return Planning(app, server.reports, server.now, talk_reader(app, rights) if rights else TalkReader())


def _record(kept: Draw) -> Draw:
    """Return a draw without the conversations that were talked about."""
    return Draw(**{name: getattr(kept, name) for name in Draw.__struct_fields__})


def _document(body: PlanBody) -> PlanDocument:
    return plan_of(msgspec.to_builtins(body))


def _known(body: PlanBody, app: App, server: Basis) -> PlanDocument:
    """Return the document of a plan whose auditors are users. Raises ``NotFoundError`` ``user.unknown``."""
    document = _document(body)
    check_known(server.store, app.tenant, [each.user for each in document.auditors], "auditors.user")
    return document


def _fields(plan: Plan) -> dict[str, Any]:
    known = msgspec.structs.asdict(plan.document)
    own = {"plan_id": plan.plan_id, "version": plan.version}
    return known | own | {"created_at": plan.created_at, "created_by": plan.created_by}


def _shown(plan: Plan) -> ShownPlan:
    return ShownPlan(**_fields(plan))


def _drawn(view: DrawView) -> ShownDraw:
    items = tuple(made_from(DrawnShown, one, auditor=one.rater) for one in (each.assignment for each in view.items))
    return ShownDraw(**msgspec.structs.asdict(_record(view.draw)), not_in_frame=view.not_in_frame, items=items)


ROUTER = operation.router(__name__)
