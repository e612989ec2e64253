"""Texts of plans: what each draws and from when, its state, and the progress of its auditors."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from auscult.domain.audits.assignment import AssignmentState
from auscult.domain.audits.plan import Plan, PlanDocument
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.filters import ORDERS, Query, result_chips
from auscult.server.console.frame.naming import by_in_words
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.templating import BASE
from auscult.services.audits.plans import ENDED, PlanProgress
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
