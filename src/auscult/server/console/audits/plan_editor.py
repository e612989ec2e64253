"""The editor of plans."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup
from msgspec import convert, to_builtins

from auscult.domain.audits.plan import PlanDocument
from auscult.domain.errors import AuscultError, RequestError
from auscult.domain.scoring.list_fields import ResultFields
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.audits.plans import form_names, planning
from auscult.server.console.conversations.listing import collections_of, names_of
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.charts.curve import precision
from auscult.server.console.frame.filters import ORDERS, result_fields
from auscult.server.console.frame.naming import CHANNELS
from auscult.server.console.frame.posted import Field, Given, Posted, day, number, one, sentence_of, several, whole
from auscult.server.console.frame.reader import FEW, Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.people.names import people_with
from auscult.services.audits.plan_documents import plan_of
from auscult.services.audits.plans import PlanForecast
from auscult.services.conversations.latest import Sought, newest
from auscult.services.conversations.list_query import read_custom_fields, read_fields, write_custom_fields, write_fields

_PATH = f"{BASE}/plans"
_MOST_STRATA = 8
RISKS = {
    "fatal": later("A fatal metric was missed"),
    "undecided": later("A fatal metric has no answer"),
    "failed": later("The conversation did not pass"),
    "unsure": later("The machine was close to its threshold"),
    "escalation": later("The customer asked for someone else"),
    "churn": later("The customer may leave"),
}
HIDDEN = {
    "machine": later("The machine's answers"),
    "others": later("Other auditors"),
    "agent": later("The agent's name"),
    "auditor": later("The auditor's name, from the agent"),
}
JUDGED = {
    "most": later("The agent who handled most"),
    "first": later("The first agent"),
    "last": later("The last agent"),
    "each": later("Each agent separately"),
}
EVERY = {
    "": later("Once"),
    "day": later("Every day"),
    "week": later("Every week"),
    "month": later("Every month"),
}
PER = {"all": later("In total"), "agent": later("Per agent"), "queue": later("Per queue")}
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
_PERIOD = timedelta(days=30)
_WHOLE, _MOST_SLIDER = 100, 400
_MOST = 1_000_000
_COUNT = Field(later("How many"), 1, _MOST, is_whole=True)
_PERCENT = Field(later("How many, in percent"))
_AT_LEAST = Field(later("At least"), 0, _MOST, is_whole=True)
_SECOND = Field(later("Judged by two people"))
_HIDE = Field(later("Hide the machine's answers only in a share of the items"))
_FLOOR = Field(later("Still drawn purely at random"))
_DUE = Field(later("Due after (days)"), 1, 3650, is_whole=True)
_SHARE = Field(later("Share"))
_PER_DAY = Field(later("Daily limit"), 1, 10_000, is_whole=True)
_TYPED = ("name", "since", "last", "amount", "minimum", "floor", "second", "hide_machine", "due_days")
_EDITED = {"since", "until", "queues", "channels", "custom_fields", *ResultFields.__struct_fields__}
"""Filters of the frame that the editor shows."""
_OF_AUDITORS = ("share:", "per_day:")
LABELS = {
    "name": later("Name"),
    "form_id": later("Form"),
    "frame.since": later("Conversations from"),
    "frame.until": later("Conversations to"),
    "quota": _COUNT.label,
    "quota.percent": _PERCENT.label,
    "opinions": _SECOND.label,
    "auditors": later("Who"),
    "auditors.share": later("Who"),
    "second_share": _SECOND.label,
    "order": later("Order"),
    "custom_field": later("Your own field"),
}
"""Names on the page of the fields of a plan."""


class Offered(NamedTuple):
    """The choices of the editor: forms, queues, auditors and collections by id, with their names; metrics for the forecast."""

    forms: Mapping[str, str]
    queues: Mapping[str, str]
    auditors: Mapping[str, str]
    metrics: Mapping[str, str]
    collections: Mapping[str, str]


class PlanEditorPage(Controller):
    """The editor of plans and of new versions of them."""

    path = "/plans"

    @get("/new", sync_to_thread=True)
    def new(self, visit: TheVisit) -> Response[str]:
        """Show a plan to start from."""
        visit.require_everywhere("plan.edit")
        offered = _offered(visit)
        return self._page(visit, _new(visit, offered), _NEW_PLAN, offered)

    @post(sync_to_thread=True)
    def create(self, data: Posted, visit: TheVisit) -> Response[str] | Redirect:
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
    def edit(self, plan_id: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show a plan for editing."""
        visit.require_everywhere("plan.edit")
        document = planning(visit).get(plan_id).document
        path = f"{_PATH}/{plan_id}"
        value: dict[str, Any] = msgspec.to_builtins(document)
        return self._page(visit, value, _Target(document.name, path, path), _offered(visit))

    @post("/{plan_id:str}", sync_to_thread=True)
    def revise(self, plan_id: FromPath[str], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
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
    def forecast(self, data: Posted, visit: TheVisit) -> Response[str]:
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


def new_plan(offered: Offered, reader: Reader) -> dict[str, Any]:
    """Return the initial plan: the last 30 days, 50 conversations, blind, shared equally by all auditors."""
    until = datetime.combine(reader.today + timedelta(days=1), datetime.min.time(), UTC)
    emails = list(offered.auditors)
    parts = [_WHOLE // len(emails)] * len(emails) if emails else []
    for n in range(_WHOLE - sum(parts) if parts else 0):
        parts[n] += 1
    return {
        "name": "",
        "form_id": next(iter(offered.forms), ""),
        "frame": {"since": (until - _PERIOD).isoformat(), "until": until.isoformat()},
        "quota": {"per": "all", "count": 50},
        "auditors": [{"user": each, "share": share} for each, share in zip(emails, parts, strict=True)],
        "hidden": ["machine", "others"],
    }


def plan_value(given: Given, before: PlanDocument | None = None) -> dict[str, Any]:
    """Read a plan from the posted form, as plain values; values that the editor does not show are kept.

    Raises ``RequestError`` ``number.invalid`` and ``date.invalid``.
    """
    since, last = day(given, "since", _("Conversations from")), day(given, "last", _("Conversations to"))
    if last < since:
        message = _("Conversations to: the last day lies before the first")
        raise RequestError(message, code="date.invalid", field="last", value=last.isoformat())
    frame: dict[str, Any] = {"since": since.isoformat(), "until": (last + timedelta(days=1)).isoformat()}
    if queues := several(given, "queue"):
        frame["queues"] = list(queues)
    if channels := several(given, "channel"):
        frame["channels"] = list(channels)
    if before is not None:
        frame = {**{name: each for name, each in to_builtins(before.frame).items() if name not in _EDITED}, **frame}
    frame |= to_builtins(read_fields(_query(given)))
    frame["custom_fields"] = read_custom_fields(_query(given))
    value: dict[str, Any] = {
        "name": one(given, "name"),
        "form_id": one(given, "form_id"),
        "frame": frame,
        "quota": _quota(given),
        "auditors": _auditors(given, before),
        "judged": one(given, "judged", "most"),
        "second_share": (number(given, "second", _SECOND) or 0) / _WHOLE,
        "hidden": list(several(given, "hidden")),
        "hide_machine_share": (number(given, "hide_machine", _HIDE) or 0) / _WHOLE,
        "risks": list(several(given, "risk")),
        "order": one(given, "order") or None,
        "floor": 0.2 if (floor := number(given, "floor", _FLOOR)) is None else floor / _WHOLE,
        "due_days": whole(given, "due_days", _DUE),
        "every": one(given, "every") or None,
    }
    if before is not None:
        value |= {"seed": before.seed, "paused": before.paused}
    return value


def _query(given: Given) -> dict[str, list[str]]:
    """Return the filters of lists in the posted form, as they are in an address."""
    return {name: list(several(given, name)) for name in (*ResultFields.__struct_fields__, "custom_field")}


def _quota(given: Given) -> dict[str, Any]:
    per, is_percent = one(given, "per", "all"), one(given, "kind") == "percent"
    amount = number(given, "amount", _PERCENT if is_percent else _COUNT)
    if is_percent:
        return {"per": per, "percent": amount, "minimum": whole(given, "minimum", _AT_LEAST) or 0}
    return {"per": per, "count": None if amount is None else round(amount)}


def _auditors(given: Given, before: PlanDocument | None) -> list[dict[str, Any]]:
    away = {each.user: each.away for each in before.auditors} if before else {}
    found: list[dict[str, Any]] = []
    for email in several(given, "auditor"):
        share = number(given, f"share:{email}", _SHARE)
        if share:
            per_day = whole(given, f"per_day:{email}", _PER_DAY)
            one_of_them: dict[str, Any] = {"user": email, "share": share, "per_day": per_day}
            if away.get(email):
                one_of_them["away"] = [{"since": each.since, "until": each.until} for each in away[email]]
            found.append(one_of_them)
    return found


def readable(given: Given) -> Given:
    """Return a posted form in which fields that cannot be read are empty, and days that cannot be a period are left."""
    left_out = {*_TYPED, "custom_field", *ResultFields.__struct_fields__}
    kept = {name: value for name, value in given.items() if name not in left_out and not name.startswith(_OF_AUDITORS)}
    return {**kept, "since": "2000-01-01", "last": "2000-01-01", "amount": "1"}


def fields_of(value: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts in the fields of the editor for a plan as plain values, by the names of the fields."""
    frame, quota = value["frame"], value["quota"]
    amount = quota.get("count") if quota.get("percent") is None else quota["percent"]
    of_auditors = {
        f"{name}:{each['user']}": _plain(each.get(name))
        for each in value.get("auditors", ())
        for name in ("share", "per_day")
    }
    return {
        "name": value["name"],
        "since": str(frame["since"])[:10],
        "last": _last_day(str(frame["until"])),
        "amount": _plain(amount),
        "slider": _plain(min(float(amount or 1), _MOST_SLIDER)),
        "minimum": _plain(quota.get("minimum") or 0),
        "floor": _plain(value.get("floor", 0.2) * _WHOLE),
        "second": _plain(value.get("second_share", 0) * _WHOLE),
        "hide_machine": _plain(value.get("hide_machine_share", 0) * _WHOLE),
        "due_days": _plain(value.get("due_days")),
        **of_auditors,
    }


def typed_fields(given: Given) -> dict[str, str]:
    """Return the texts of a posted form in the fields of the editor, also those that cannot be read."""
    of_auditors = [name for name in given if name.startswith(_OF_AUDITORS)]
    return {name: one(given, name) for name in (*_TYPED, *of_auditors)}


def shares_of(fields: Mapping[str, str]) -> str:
    """Return the sum of the shares of auditors in the fields of the editor."""
    shares = [text for name, text in fields.items() if name.startswith("share:")]
    return _plain(sum(float(each) for each in shares if each.replace(".", "", 1).isdecimal()))


def filters_of(value: Mapping[str, Any], given: Given | None) -> dict[str, Sequence[str]]:
    """Return the filters by result of a plan as plain values, as they are in an address; those that were typed, if any."""
    if given is not None:
        return dict(_query(given))
    frame = value["frame"]
    of_list = {name: each for name, each in frame.items() if name in ResultFields.__struct_fields__}
    return {**write_fields(convert(of_list, ResultFields)), **write_custom_fields(frame.get("custom_fields", {}))}


def _plain(value: Any) -> str:  # noqa: ANN401  (a number as JSON has it, or none)
    return "" if value is None else f"{float(value):g}"


def _last_day(until: str) -> str:
    try:
        return (datetime.fromisoformat(until) - timedelta(milliseconds=1)).date().isoformat()
    except ValueError:
        return until


def width_of(found: PlanForecast, offered: Offered) -> str:
    """Return which metric the widest estimate is of."""
    metric = offered.metrics.get(found.metric_id or "", found.metric_id or "")
    return _("points at most, on {metric}").format(metric=metric) if metric else _("nothing to estimate")


def curve_of(found: PlanForecast, reader: Reader) -> Markup:
    """Draw how the precision of the estimates grows with the number of items."""
    items, widest = found.preview.items, found.preview.widest
    if widest is None or not found.curve:
        return Markup("")
    shown = reader.give(widest * _WHOLE)
    return precision(found.curve, (items, widest), shown, None, "")


def remark_of(found: PlanForecast) -> str:
    """Return how many groups get too few items to be compared; empty for none."""
    few = [each for each in found.preview.strata if 0 < each.drawn < FEW]
    if len(found.preview.strata) > 1 and few:
        text = _("{few} of {groups} groups get fewer than {least}: too few to compare.")
        return text.format(few=len(few), groups=len(found.preview.strata), least=FEW)
    return ""
