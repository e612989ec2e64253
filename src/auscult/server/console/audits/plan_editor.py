"""The editor of plans."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.audits.plan import PlanDocument
from auscult.domain.errors import AuscultError
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.audits.plan_editor_view import (
    EVERY,
    HIDDEN,
    JUDGED,
    LABELS,
    PER,
    RISKS,
    Offered,
    curve_of,
    fields_of,
    filters_of,
    new_plan,
    plan_value,
    readable,
    remark_of,
    shares_of,
    typed_fields,
    width_of,
)
from auscult.server.console.audits.plans import form_names, planning
from auscult.server.console.conversations.listing import collections_of, names_of
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.filters import ORDERS, result_fields
from auscult.server.console.frame.naming import CHANNELS
from auscult.server.console.frame.posted import Given, Posted, one, sentence_of
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.people.names import people_with
from auscult.services.audits.plan_documents import plan_of
from auscult.services.conversations.latest import Sought, newest

_PATH = f"{BASE}/plans"
_MOST_STRATA = 8
_CHOICES: Mapping[str, Any] = {
    "channels": CHANNELS,
    "every": EVERY,
    "per": PER,
    "risks": RISKS,
    "orders": {"": later("By chance"), **ORDERS},
    "judged": JUDGED,
    "hidden": HIDDEN,
}
"""The values of fields with their names, which do not depend on the app."""


class PlanEditorPage(Controller):
    """The editor of plans and of new versions of them."""

    path = "/plans"

    @get("/new", sync_to_thread=True)
    def new(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show a plan to start from."""
        visit.require_everywhere("plan.edit")
        offered = _offered(visit)
        return self._page(visit, _new(visit, offered), _NEW_PLAN, offered)

    @post(sync_to_thread=True)
    def create(self, data: Posted, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str] | Redirect:
        """Store a new plan, and redirect to it."""
        visit.require_everywhere("plan.edit")
        if one(data, "act") == "forecast":
            return self._again(visit, data, _NEW_PLAN)
        try:
            plan = planning(visit).create(plan_of(plan_value(data)), visit.visitor.email)
        except AuscultError as error:
            return self._again(visit, data, _NEW_PLAN, error)
        return Redirect(f"{_PATH}/{plan.plan_id}?done=saved", status_code=303)

    @get("/{plan_id:str}/edit", sync_to_thread=True)
    def edit(self, plan_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show a plan for editing."""
        visit.require_everywhere("plan.edit")
        document = planning(visit).get(plan_id).document
        path = f"{_PATH}/{plan_id}"
        value: dict[str, Any] = msgspec.to_builtins(document)
        return self._page(visit, value, _Target(document.name, path, path), _offered(visit))

    @post("/{plan_id:str}", sync_to_thread=True)
    def revise(
        self, plan_id: FromPath[str], data: Posted, visit: NamedDependency[SkipValidation[Visit]]
    ) -> Response[str] | Redirect:
        """Store the next version of a plan."""
        visit.require_everywhere("plan.edit")
        plans, path = planning(visit), f"{_PATH}/{plan_id}"
        before = plans.get(plan_id).document
        target = _Target(before.name, path, path, before)
        if one(data, "act") == "forecast":
            return self._again(visit, data, target)
        try:
            plans.revise(plan_id, plan_of(plan_value(data, before)), visit.visitor.email)
        except AuscultError as error:
            return self._again(visit, data, target, error)
        return Redirect(f"{path}?done=saved", status_code=303)

    @post("/forecast", sync_to_thread=True)
    def forecast(self, data: Posted, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Return the panel that forecasts a draw."""
        visit.require_everywhere("plan.edit")
        try:
            value = plan_value(data)
        except AuscultError as error:
            return visit.part("audits/parts/forecast", **_panel(sentence_of(error, LABELS)))
        return visit.part("audits/parts/forecast", **_forecast(visit, value, _offered(visit)))

    def _again(self, visit: Visit, data: Given, target: "_Target", error: AuscultError | None = None) -> Response[str]:
        """Show the editor again with what was typed, and its fault."""
        offered = _offered(visit)
        try:
            value = plan_value(data, target.before)
        except AuscultError as unreadable:
            value, error = plan_value(readable(data), target.before), unreadable
        problem = sentence_of(error, LABELS) if error else ""
        return self._page(visit, value, target, offered, problem, data)

    def _page(  # noqa: PLR0913, PLR0917  (each is a part of the page)
        self,
        visit: Visit,
        value: dict[str, Any],
        target: "_Target",
        offered: Offered,
        problem: str = "",
        typed: Given | None = None,
    ) -> Response[str]:
        stored = fields_of(value)
        fields = typed_fields(typed) if typed else stored
        filters = filters_of(value, typed)
        queues = {**{each: each for each in value["frame"].get("queues", ())}, **offered.queues}
        named = {each["user"] for each in value.get("auditors", ())} - {*offered.auditors}
        auditors = {**{each: each for each in sorted(named)}, **offered.auditors}
        found = result_fields(filters, offered.collections)
        half = (len(found) + 1) // 2
        return visit.page(
            "audits/plan_editor",
            "Plans",
            status=422 if problem else 200,
            target=target,
            problem=problem,
            value=value,
            fields=defaultdict(str, fields),
            slider=stored["slider"],
            is_percent=one(typed, "kind") == "percent" if typed else value["quota"].get("percent") is not None,
            total=shares_of(fields),
            forms=offered.forms,
            queues=queues,
            auditors=auditors,
            is_filtered=bool(filters_of(value, None)),
            columns=(found[:half], found[half:]),
            **_CHOICES,
            **(_panel(problem) if problem else _forecast(visit, value, offered)),
        )


class _Target(NamedTuple):
    """The edited plan: its present name, the addresses of the form and of the page to return to, its stored version."""

    name: str
    action: str
    back: str
    before: PlanDocument | None = None


_NEWEST = 500
_NEW_PLAN = _Target("", _PATH, _PATH)


def _new(visit: Visit, offered: Offered) -> dict[str, Any]:
    """Return a plan to start from, for the form of most of the newest conversations."""
    value = new_plan(offered, visit.reader)
    rows = newest(visit.app, Sought(statuses=("evaluated",)), _NEWEST)
    forms = Counter(row.form.id for row in rows if row.form and row.form.id in offered.forms)
    if forms:
        value["form_id"] = forms.most_common(1)[0][0]
    return value


def _offered(visit: Visit) -> Offered:
    return Offered(
        forms=form_names(visit),
        queues=(visit.app.names.is_everything and visit.reader.queues.present()) or names_of(visit).queues,
        auditors=people_with(visit, "audit.perform"),
        metrics=metric_names(visit.app),
        collections=collections_of(visit),
    )


def _forecast(visit: Visit, value: dict[str, Any], offered: Offered) -> dict[str, Any]:
    """Return what the panel shows, which is also the fault of an invalid plan."""
    try:
        document = plan_of({**value, "name": value["name"] or "Plan"})
        found = planning(visit).forecast(document)
    except AuscultError as error:
        return _panel(sentence_of(error, LABELS))
    if not found.preview.frame_count:
        return _panel(_("No evaluated conversation is in it. Change the days, form or filters."))
    widest, strata = found.preview.widest, sorted(found.preview.strata, key=lambda each: -each.population)
    return {
        **_panel(""),
        "forecast": found.preview,
        "width": "\u2013" if widest is None else visit.reader.give(widest * 100),
        "width_of": width_of(found, offered),
        "curve": curve_of(found, visit.reader),
        "strata": strata[:_MOST_STRATA] if len(strata) > 1 else [],
        "people": offered.auditors,
        "remark": remark_of(found),
    }


def _panel(fault: str) -> dict[str, Any]:
    """Return the panel without a forecast."""
    return {"forecast": None, "fault": fault}
