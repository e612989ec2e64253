"""Plans: the list, one plan with its progress, and the actions on it."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.errors import AuscultError
from auscult.language import later
from auscult.server.console.audits.plans_view import (
    PlanNames,
    auditors_of,
    period_of,
    plan_facts,
    plan_leads,
    plan_state,
    quota_of,
)
from auscult.server.console.conversations.listing import collections_of
from auscult.server.console.definitions.in_force import forms_in_force
from auscult.server.console.frame.charts.progress import progress
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.people.names import names_of_people
from auscult.services.audits.blind import talk_reader
from auscult.services.audits.plans import ENDED, Planning
from auscult.services.audits.raters import too_fast

_MOST = 500
_NOTES = {
    "saved": later("Saved. Nothing is drawn yet."),
    "drawn": later("Drawn and assigned to the auditors."),
    "paused": later("Paused: nothing is drawn or handed out."),
    "resumed": later("The plan continues."),
}
_WORDS: Mapping[str, Any] = {
    "plan_state": plan_state,
    "quota_of": quota_of,
    "period_of": period_of,
    "progress": progress,
    "ended": ENDED,
}
"""Functions and tables that the templates of plans use."""


class PlansPage(Controller):
    """The plans of an app."""

    path = "/plans"

    @get(sync_to_thread=True)
    def listing(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """List the plans with the progress of each."""
        visit.require_everywhere("plan.read")
        plans = planning(visit)
        found = [plans.progress(each.plan_id) for each in visit.app.plans.listing(limit=_MOST)]
        return visit.page(
            "audits/plans",
            "Plans",
            plans=sorted(found, key=lambda each: each.plan.created_at, reverse=True),
            forms=form_names(visit),
            may_edit=visit.principal.may_everywhere("plan.edit"),
            leads_of=plan_leads,
            **_WORDS,
        )

    @get("/{plan_id:str}", sync_to_thread=True)
    def show(self, plan_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show one plan."""
        visit.require_everywhere("plan.read")
        return self._page(plan_id, visit, visit.note(_NOTES))

    @post("/{plan_id:str}/draw", sync_to_thread=True)
    def draw(self, plan_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Response[str] | Redirect:
        """Draw the items of the plan, or of its next period, and assign them."""
        visit.require_everywhere("plan.edit")
        try:
            planning(visit).draw(plan_id, visit.visitor.email)
        except AuscultError as error:
            return self._page(plan_id, visit, "", sentence(error.coded))
        return Redirect(f"{BASE}/plans/{plan_id}?done=drawn", status_code=303)

    @post("/{plan_id:str}/pause", sync_to_thread=True)
    def pause(self, plan_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Pause drawing and assigning."""
        visit.require_everywhere("plan.edit")
        planning(visit).pause(plan_id, visit.visitor.email)
        return Redirect(f"{BASE}/plans/{plan_id}?done=paused", status_code=303)

    @post("/{plan_id:str}/resume", sync_to_thread=True)
    def resume(self, plan_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Resume drawing and assigning."""
        visit.require_everywhere("plan.edit")
        planning(visit).pause(plan_id, visit.visitor.email, paused=False)
        return Redirect(f"{BASE}/plans/{plan_id}?done=resumed", status_code=303)

    def _page(self, plan_id: str, visit: Visit, note: str, problem: str = "") -> Response[str]:
        found, may_edit = planning(visit).progress(plan_id), visit.principal.may_everywhere("plan.edit")
        known = PlanNames(names_of_people(visit), form_names(visit), collections_of(visit))
        leads = plan_leads(found, visit.reader)
        return visit.page(
            "audits/plan",
            "Plans",
            status=409 if problem else 200,
            plan=found,
            known=known,
            facts=plan_facts(found.plan, known, visit.reader),
            leads=leads,
            auditors=list(auditors_of(found, leads)),
            fast=too_fast(visit.app, plan_id) if may_edit else {},
            may_edit=may_edit,
            note=note,
            problem=problem,
            **_WORDS,
        )


def planning(visit: Visit) -> Planning:
    """Return the service of plans for this visit's app."""
    return Planning(visit.app, visit.reports, lambda: visit.now, talk_reader(visit.app, visit.principal))


def form_names(visit: Visit) -> dict[str, str]:
    """Return the names of the forms in force, by id."""
    return {each.id: each.name for each in forms_in_force(visit.app)}
