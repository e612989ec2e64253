"""Plans: the list, one plan with its progress, and the actions on it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.audits.assignment import AssignmentState
from auscult.domain.audits.plan import Plan, PlanDocument
from auscult.domain.errors import AuscultError
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.conversations.listing import collections_of
from auscult.server.console.definitions.in_force import forms_in_force
from auscult.server.console.frame.charts.progress import progress
from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.filters import ORDERS, Query, result_chips
from auscult.server.console.frame.naming import by_in_words
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.people.names import names_of_people
from auscult.services.audits.blind import talk_reader
from auscult.services.audits.plans import ENDED, Planning, PlanProgress
from auscult.services.audits.raters import too_fast
from auscult.services.conversations.list_query import NOBODY, write_custom_fields, write_fields

_STEPS = {"day": later("every day"), "week": later("every week"), "month": later("every month")}
_PER = {"all": later("{many} in total"), "agent": later("{many} per agent"), "queue": later("{many} per queue")}
_HIDDEN = {
    "machine": later("the machine's answers"),
    "others": later("other auditors"),
    "agent": later("the agent's name"),
    "auditor": later("the auditor's name, from the agent"),
}
_JUDGED = {
    "most": later("the agent who handled most"),
    "first": later("the first agent"),
    "last": later("the last agent"),
    "each": later("each agent separately"),
}


class PlanNames(NamedTuple):
    """Names that the page of a plan shows: people by e-mail address, forms and collections by id."""

    people: Mapping[str, str]
    forms: Mapping[str, str]
    collections: Mapping[str, str]


class AuditorProgress(NamedTuple):
    """An auditor of a plan: their share in percent, their assignments by state, and the addresses of these."""

    email: str
    share: float | None
    states: Mapping[AssignmentState, int]
    leads: Leads

    @property
    def assigned(self) -> int:
        """The number of their assignments."""
        return sum(self.states.values())

    @property
    def ended(self) -> int:
        """The number of their assignments that are submitted or declined."""
        return sum(self.states.get(each, 0) for each in ENDED)


_MOST = 500
_NOTES = {
    "saved": later("Saved. Nothing is drawn yet."),
    "drawn": later("Drawn and assigned to the auditors."),
    "paused": later("Paused: nothing is drawn or handed out."),
    "resumed": later("The plan continues."),
}


class PlansPage(Controller):
    """The plans of an app."""

    path = "/plans"

    @get(sync_to_thread=True)
    def listing(self, visit: TheVisit) -> Response[str]:
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
    def show(self, plan_id: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show one plan."""
        visit.require_everywhere("plan.read")
        return self._page(plan_id, visit, visit.note(_NOTES))

    @post("/{plan_id:str}/draw", sync_to_thread=True)
    def draw(self, plan_id: FromPath[str], visit: TheVisit) -> Response[str] | Redirect:
        """Draw the items of the plan, or of its next period, and assign them."""
        visit.require_everywhere("plan.edit")
        try:
            planning(visit).draw(plan_id, visit.visitor.email)
        except AuscultError as error:
            return self._page(plan_id, visit, "", sentence(error.coded))
        return Redirect(f"{BASE}/plans/{plan_id}?done=drawn", status_code=303)

    @post("/{plan_id:str}/pause", sync_to_thread=True)
    def pause(self, plan_id: FromPath[str], visit: TheVisit) -> Redirect:
        """Pause drawing and assigning."""
        visit.require_everywhere("plan.edit")
        planning(visit).pause(plan_id, visit.visitor.email)
        return Redirect(f"{BASE}/plans/{plan_id}?done=paused", status_code=303)

    @post("/{plan_id:str}/resume", sync_to_thread=True)
    def resume(self, plan_id: FromPath[str], visit: TheVisit) -> Redirect:
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


def quota_of(document: PlanDocument, reader: Reader) -> str:
    """Return the number of conversations that a plan draws, in words."""
    quota = document.quota
    many = f"{reader.number(quota.percent, 1)}%" if quota.percent is not None else reader.number(quota.count or 0)
    parts = [_(_PER[quota.per]).format(many=many)]
    if quota.minimum:
        parts.append(_("at least {n}").format(n=reader.number(quota.minimum)))
    if document.every:
        parts.append(_(_STEPS[document.every]))
    return ", ".join(parts)


def period_of(document: PlanDocument, reader: Reader) -> str:
    """Return the days of a plan's frame."""
    frame = document.frame
    return _("{since} to {until}").format(since=reader.day(frame.since), until=reader.last_day(frame.until))


def plan_state(found: PlanProgress) -> tuple[str, str]:
    """Return the state of a plan in words, and as a mark."""
    if found.plan.document.paused:
        return _("Paused"), "due"
    if not found.draws:
        return _("Not drawn yet"), ""
    return (_("Done"), "") if found.assigned and found.ended == found.assigned else (_("Under way"), "go")


def _frame_query(document: PlanDocument) -> Query:
    return {**write_fields(document.frame), **write_custom_fields(document.frame.custom_fields)}


def plan_facts(plan: Plan, known: PlanNames, reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return what a plan draws and how it is judged, each with its noun."""
    document, names = plan.document, known.people
    found = [(_("How many"), quota_of(document, reader)), (_("Judged"), _(_JUDGED[document.judged]))]
    if document.frame.queues:
        found.append((_("Queues"), ", ".join(map(reader.queues.labelled, document.frame.queues))))
    found += [(each.noun, each.value) for each in result_chips(_frame_query(document), reader, known.collections)]
    if document.second_share:
        found.append((_("Second opinion"), _("{share} of the items").format(share=reader.share(document.second_share))))
    if document.hidden:
        found.append((_("Hidden until submitted"), ", ".join(_(_HIDDEN[each]) for each in document.hidden)))
    if document.risks:
        stays = _("at signs of risk; {share} stay random").format(share=reader.share(document.floor))
        found.append((_("Look closer"), stays))
    if document.order:
        first = _("{order}; {share} stay random")
        found.append((_("Order"), first.format(order=_(ORDERS[document.order]), share=reader.share(document.floor))))
    if document.due_days:
        due = ngettext("{n} day after handing out", "{n} days after handing out", document.due_days)
        found.append((_("Due"), due.format(n=reader.number(document.due_days))))
    saved = _("{version}, saved by {by} on {day}")
    saved = saved.format(version=plan.version, by=by_in_words(plan.created_by, names), day=reader.day(plan.created_at))
    found.append((_("Version"), saved))
    return tuple(found)


def plan_leads(found: PlanProgress, reader: Reader) -> Leads:
    """Return the addresses of a plan's conversations. One with two opinions is one conversation and two audits."""
    return Leads(reader, {"plan": (found.plan.plan_id,)}, f"{BASE}/conversations")


def auditors_of(found: PlanProgress, leads: Leads) -> Iterator[AuditorProgress]:
    """Yield the auditors of a plan with their progress, those with a share first."""
    shares = {each.user: each.share for each in found.plan.document.auditors}
    for email in (*shares, *(each for each in found.by_rater if each not in shares)):
        own = leads._replace(query={**leads.query, "auditor": (email or NOBODY,)})
        yield AuditorProgress(email, shares.get(email), found.by_rater.get(email, {}), own)


_WORDS: Mapping[str, Any] = {
    "plan_state": plan_state,
    "quota_of": quota_of,
    "period_of": period_of,
    "progress": progress,
    "ended": ENDED,
}
"""Functions and tables that the templates of plans use."""
