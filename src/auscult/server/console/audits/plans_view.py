"""Plans: the list, and one plan with its progress."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.audits.assignment import AssignmentState
from auscult.domain.audits.draw import Draw
from auscult.domain.audits.plan import Plan, PlanDocument
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.charts.progress import progress
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.filters import ORDERS, Query, result_chips
from auscult.server.console.frame.naming import by_in_words
from auscult.server.console.frame.reader import Reader
from auscult.services.audits.plans import PlanProgress
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
_ENDED: tuple[AssignmentState, ...] = ("submitted", "declined")


class PlanRow(Struct, frozen=True, kw_only=True):
    """One plan in the list."""

    name: str
    href: str
    about: str
    period: str
    bar: Markup
    done: str | Markup
    state: str
    kind: str


class PlansView(Struct, frozen=True, kw_only=True):
    """The list. ``new`` leads to the editor, empty for visitors who only read."""

    rows: tuple[PlanRow, ...]
    new: str


class RaterRow(Struct, frozen=True, kw_only=True):
    """One auditor of a plan with the number of items and the progress."""

    name: str
    share: str
    items: CountView
    done: CountView
    fast: str
    begun: CountView
    declined: CountView
    bar: Markup


class DrawRow(Struct, frozen=True, kw_only=True):
    """One draw of a plan."""

    when: str
    at: str
    period: str
    frame: str
    items: CountView
    by: str
    digest: str


class PlanView(Struct, frozen=True, kw_only=True):
    """One plan. Addresses of actions are empty for visitors who only read; ``note`` reports the action before."""

    name: str
    state: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    figure: CountView
    beside: str | Markup
    bar: Markup
    raters: tuple[RaterRow, ...]
    draws: tuple[DrawRow, ...]
    edit: str
    act: str
    is_paused: bool
    is_due: bool
    trust: str
    note: str
    problem: str


class PlanNames(NamedTuple):
    """Names that the page of a plan shows: people by e-mail address, forms and collections by id."""

    people: Mapping[str, str]
    forms: Mapping[str, str]
    collections: Mapping[str, str]


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


def plans_view(
    found: Sequence[PlanProgress], forms: Mapping[str, str], reader: Reader, base: str, *, may_edit: bool
) -> PlansView:
    """Show the plans, the newest first."""
    ordered = sorted(found, key=lambda each: each.plan.created_at, reverse=True)
    return PlansView(
        rows=tuple(_row(each, forms, reader, base) for each in ordered), new=f"{base}/plans/new" if may_edit else ""
    )


def _row(found: PlanProgress, forms: Mapping[str, str], reader: Reader, base: str) -> PlanRow:
    document = found.plan.document
    done, items = _done(found), _items(found)
    state, kind = _state(found, done, items)
    leads = _leads(found, reader, base)
    return PlanRow(
        name=document.name,
        href=f"{base}/plans/{found.plan.plan_id}",
        about=f"{forms.get(document.form_id, document.form_id)} \u00b7 {quota_of(document, reader)}",
        period=period_of(document, reader),
        bar=progress(done, items, _("{done} of {n} audits done").format(done=done, n=items)),
        done=sentence(_("{done} of {n}"), done=leads.number(done, task=_ENDED), n=leads.number(items))
        if items
        else "\u2013",
        state=state,
        kind=kind,
    )


def _state(found: PlanProgress, done: int, items: int) -> tuple[str, str]:
    if found.plan.document.paused:
        return _("Paused"), "due"
    if not found.draws:
        return _("Not drawn yet"), ""
    return (_("Done"), "") if items and done == items else (_("Under way"), "go")


def _items(found: PlanProgress) -> int:
    return sum(sum(states.values()) for states in found.by_rater.values())


def _done(found: PlanProgress) -> int:
    return sum(states.get(state, 0) for states in found.by_rater.values() for state in _ENDED)


def plan_view(
    found: PlanProgress, known: PlanNames, reader: Reader, base: str, fast: Mapping[str, int] = MappingProxyType({})
) -> PlanView:
    """Show one plan. ``fast`` audits of each auditor took less than reading. The handler adds the visitor's actions."""
    names, forms = known.people, known.forms
    plan, document = found.plan, found.plan.document
    done, items = _done(found), _items(found)
    leads = _leads(found, reader, base)
    return PlanView(
        name=document.name,
        state=_state(found, done, items)[0],
        lead=f"{forms.get(document.form_id, document.form_id)} \u00b7 {period_of(document, reader)}",
        facts=_facts(plan, known, reader),
        figure=leads.number(done, task=_ENDED),
        beside=sentence(_("of {n} audits"), n=leads.number(items)) if items else _("no audit drawn yet"),
        bar=progress(done, items, _("{done} of {n} audits done").format(done=done, n=items)),
        raters=tuple(_raters(found, names, leads, fast)),
        draws=tuple(_draw(each, names, leads) for each in reversed(found.draws)),
        edit="",
        act="",
        is_paused=document.paused,
        is_due=not found.draws or document.every is not None,
        trust=f"{base}/metrics",
        note="",
        problem="",
    )


def _frame_query(document: PlanDocument) -> Query:
    return {**write_fields(document.frame), **write_custom_fields(document.frame.custom_fields)}


def _facts(plan: Plan, known: PlanNames, reader: Reader) -> tuple[tuple[str, str], ...]:
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


def _leads(found: PlanProgress, reader: Reader, base: str) -> Leads:
    """Return the addresses of a plan's conversations. One with two opinions is one conversation and two audits."""
    return Leads(reader, {"plan": (found.plan.plan_id,)}, f"{base}/conversations")


def _fast(number: int, reader: Reader) -> str:
    said = ngettext("{n} faster than it can be read", "{n} faster than they can be read", number)
    return said.format(n=reader.number(number)) if number else ""


def _raters(found: PlanProgress, names: Mapping[str, str], leads: Leads, fast: Mapping[str, int]) -> list[RaterRow]:
    reader = leads.reader
    shares = {each.user: each.share for each in found.plan.document.auditors}
    rows: list[RaterRow] = []
    for email in [*shares, *(each for each in found.by_rater if each not in shares)]:
        states = found.by_rater.get(email, {})
        items, done = sum(states.values()), sum(states.get(each, 0) for each in _ENDED)
        own = leads._replace(query={**leads.query, "auditor": (email or NOBODY,)})
        rows.append(
            RaterRow(
                name=names.get(email, email) or _("Nobody yet"),
                share=f"{reader.number(shares[email])}%" if email in shares else "\u2013",
                items=own.number(items),
                done=own.number(states.get("submitted", 0), task="submitted"),
                fast=_fast(fast.get(email, 0), reader),
                begun=own.number(states.get("begun", 0), task="begun"),
                declined=own.number(states.get("declined", 0), task="declined"),
                bar=progress(done, items, _("{done} of {n} done").format(done=done, n=items)),
            )
        )
    return rows


def _draw(drawn: Draw, names: Mapping[str, str], leads: Leads) -> DrawRow:
    reader = leads.reader
    return DrawRow(
        when=reader.lately(drawn.drawn_at),
        at=drawn.drawn_at.isoformat(),
        period=_("{since} to {until}").format(
            since=reader.day(drawn.since, year=False), until=reader.last_day(drawn.until)
        ),
        frame=reader.number(drawn.frame_count),
        items=leads.number(sum(each.drawn for each in drawn.strata), draw=drawn.draw_id),
        by=names.get(drawn.drawn_by, drawn.drawn_by),
        digest=drawn.frame_digest[:12],
    )
