"""The answer to a question in words: what was understood as filters, the figure, and what was not understood."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.insights.periods import days_before
from auscult.domain.insights.questions import Asked, read_question
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.conversations.listing import names_of
from auscult.server.console.frame.counts import SCORED, WITH_SCORE, CountView, Leads, sentence
from auscult.server.console.frame.filters import HANDLED_BY, FilterView, Names, filter_view
from auscult.server.console.frame.naming import CHANNELS
from auscult.server.console.frame.reader import FEW
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.insights.contact_reasons import named_in
from auscult.server.console.insights.home.home_view import HearView, hear_view
from auscult.server.console.insights.reasons import why_heard
from auscult.services.audits.blind import without_blind
from auscult.services.conversations.latest import Sought, details, newest
from auscult.services.insights.asking import Figures, Row, Selected, figures_of, vocabulary_of
from auscult.services.insights.intent_names import intent_name
from auscult.services.insights.quality import of_people
from auscult.services.insights.reasons import worth_hearing

_FILTERS = (
    *(
        "queue",
        "agent",
        "ai_agent",
        "handled_by",
        "channel",
        "language",
        "direction",
        "audit",
        "outcome",
        "missed",
        "intent",
        "sentiment",
    ),
    *("resolved", "escalation", "churn_risk", "repeated", "score_from", "score_to", "since", "to"),
)
_WIDE = frozenset(("queue", "agent", "ai_agent", "channel", "language", "since", "to"))
"""Filters of what a share is of."""
_NEWEST = 500
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_MISSING: Mapping[str, str] = {
    "handling time": later("the handling time"),
    "waiting time": later("the waiting time"),
    "first contact resolution": later("whether the first contact resolved it"),
    "staffing": later("who works when"),
    "forecast": later("what is to come"),
    "money": later("costs and sales"),
    "language as a group": later("a comparison of languages"),
    "several periods": later("a comparison of periods that do not follow each other"),
    "survey answers as a filter": later("a filter by answers to surveys"),
    "comparison of one AI agent with people": later(
        "a comparison of one AI agent with people; AI agents and Overview have each"
    ),
}


class AnswerRow(Struct, frozen=True, kw_only=True):
    """A group: its name, its figure, and the number of conversations behind it."""

    name: str
    figure: str
    count: CountView


class AnswerView(Struct, frozen=True, kw_only=True):
    """An answer. ``said`` is empty where something was not understood, as ``refusal`` says; ``filters`` are what was."""

    filters: FilterView
    said: Markup
    rows: tuple[AnswerRow, ...]
    refusal: str
    href: str
    hear: tuple[HearView, ...] = ()


def may_ask(visit: Visit) -> bool:
    """Return whether the visitor's questions are answered."""
    return visit.may("insight.read") and visit.may("conversation.read") and not visit.principal.is_only_agent()


def answer(visit: Visit, words: str) -> AnswerView | None:
    """Return the answer to a search that is a question; None of other words, and to who sees no insights."""
    if not may_ask(visit):
        return None
    names = names_of(visit)
    asked = read_question(words, vocabulary_of(_named(names)), visit.reader.today)
    if not asked.is_question:
        return None
    query = _query_of(asked)
    path = f"{BASE}/conversations"
    filters = filter_view(query, path, names, visit.reader, _FILTERS)
    leads = Leads(visit.reader, query, path)
    view = AnswerView(filters=filters, said=Markup(), rows=(), refusal=_refusal(asked), href=leads.to())
    if view.refusal:
        return view
    sought = visit.sought(query)
    if asked.figure in {"pass", "score"}:
        people = sought if "agent" in query else of_people(visit.app, sought)
        if people is not sought and asked.by != "handled_by":
            query["handled_by"] = ["human", "both"]
            sought, leads = people, Leads(visit.reader, query, path)
            view = replace(view, filters=filter_view(query, path, names, visit.reader, _FILTERS))
    selected = _selected(visit, asked, query, _with_ends(sought, visit))
    found = figures_of(visit.app, asked, selected)
    rows = newest(visit.app, sought, _NEWEST) if asked.figure == "count" else ()
    rows = without_blind(visit.app, visit.visitor.email, rows, visit.principal.agent_ids)
    chosen = worth_hearing(rows)
    known = details(visit.app, chosen)
    hear = tuple(hear_view(known[each.id], why_heard(each), visit.reader, BASE) for each in chosen if each.id in known)
    shown = tuple(_row(each, asked, leads, names, selected.names) for each in found.rows)
    return replace(view, said=_said(found, asked, leads, names), rows=shown, hear=hear)


def _named(names: Names) -> dict[str, dict[str, str]]:
    return {
        "queue": {name: value for value, name in names.queues.items()},
        "agent": {each: each for each in names.agents if each not in names.ai_agents.values()},
        "ai_agent": {name: value for value, name in names.ai_agents.items()},
        "intent": {name: each for each in names.intents for name in (each, intent_name(each))},
        "metric": {name: value for value, name in names.metrics.items()},
    }


def _query_of(asked: Asked) -> dict[str, list[str]]:
    query = {name: list(values) for name, values in asked.query.items()}
    if asked.since and asked.last:
        query |= {"since": [asked.since.isoformat()], "to": [asked.last.isoformat()]}
    return query


def _refusal(asked: Asked) -> str:
    """Return what was not understood, or is not known here; empty where all was."""
    said = [_("Not available here: {what}.").format(what=_(_MISSING[each])) for each in asked.missing]
    if asked.unknown:
        words = ", ".join(f"\u201c{each}\u201d" for each in asked.unknown)
        said.append(
            _("Not understood: {words}. Nothing is counted, so that nothing is left out unseen.").format(words=words)
        )
    return " ".join(said)


def _with_ends(sought: Sought, visit: Visit) -> Sought:
    return replace(sought, since=sought.since or _FIRST, until=sought.until or visit.reader.end_of_today)


def _selected(visit: Visit, asked: Asked, query: Mapping[str, Sequence[str]], sought: Sought) -> Selected:
    wide = {name: values for name, values in query.items() if name in _WIDE}
    before = None
    if asked.since and asked.last:
        since, last = days_before(asked.since, asked.last)
        days = {"since": [since.isoformat()], "to": [last.isoformat()]}
        earlier = visit.sought({**query, **days})
        before = replace(sought, since=earlier.since, until=earlier.until)
    named = named_in(visit, newest(visit.app, sought, _NEWEST)) if asked.by or asked.figure == "reasons" else None
    groups: dict[str, Mapping[str, str]] = {"channel": CHANNELS, "handled_by": HANDLED_BY}
    if named:
        groups |= {"queue": dict.fromkeys(named.queues, ""), "agent": named.agents}
    if asked.by and (compared := query.get(asked.by)):
        groups[asked.by] = {each: each if asked.by == "agent" else "" for each in compared}
    reasons = dict.fromkeys(named.reasons, "") if named else {}
    of = visit.sought(wide) if wide.keys() != query.keys() else None
    return Selected(sought, of, before, reasons if asked.figure == "reasons" else groups.get(asked.by, {}))


def _said(found: Figures, asked: Asked, leads: Leads, names: Names) -> Markup:
    """Return the figure in a sentence, with the period before where there is one."""
    now, before, reader = found.now, found.before, leads.reader
    if asked.figure == "questions":
        return sentence(_("Missed most:"))
    if asked.figure == "reasons":
        return sentence(_("Most frequent reasons in {n} conversations:"), n=leads.number(now.n))
    earlier = ""
    if before and asked.since and asked.last:
        first, last = map(reader.short_day, days_before(asked.since, asked.last))
        number = reader.number(before.n) if asked.figure == "count" else _figure(before, leads)
        earlier = _("{first} to {last}: {number}.").format(first=first, last=last, number=number)
    if asked.figure == "count":
        said = sentence(ngettext("{n} conversation", "{n} conversations", now.n), n=leads.number(now.n))
        if now.whole >= FEW:
            share = reader.share(now.n / now.whole, 1)
            said = sentence(_("{said}, {share} of {whole}"), said=said, share=share, whole=reader.number(now.whole))
        elif now.whole:
            said = sentence(_("{said} of {whole}"), said=said, whole=now.whole)
        if before:
            said = sentence(_("{said}, {moved}"), said=said, moved=_moved(now.n - before.n))
        return sentence(
            "{said}. {earlier} {most}", said=said, earlier=earlier, most=_("By number:") if found.rows else ""
        )
    texts = {"met": _("{metric}: met in {figure}."), "score": _("Mean score {figure}."), "pass": _("{figure} pass.")}
    metric = names.metrics.get(asked.metric, asked.metric)
    said = sentence(texts[asked.figure], figure=_figure(now, leads), metric=metric)
    order = _("Highest first:") if asked.is_best_first else _("Lowest first:")
    return Markup(" ").join(each for each in (said, earlier, order if found.rows else "") if each)


def _moved(change: int) -> str:
    if not change:
        return _("as many as in the period before")
    more = ngettext("{n} more than in the period before", "{n} more than in the period before", change)
    fewer = ngettext("{n} fewer than in the period before", "{n} fewer than in the period before", -change)
    return (more if change > 0 else fewer).format(n=abs(change))


def _figure(row: Row, leads: Leads) -> str:
    """Return a figure with the number behind it; a dash without any."""
    reader = leads.reader
    number = _of(row, leads)
    if row.mean is not None:
        return _("{mean} of 100 over {n}").format(mean=reader.number(row.mean, 1), n=number) if row.n else "\u2013"
    return number if row.whole < FEW else f"{reader.share(row.n / row.whole, 1)}, {number}"


def _of(row: Row, leads: Leads) -> str:
    if not row.whole:
        return leads.reader.number(row.n) if row.n else "\u2013"
    return _("{n} of {whole}").format(n=leads.reader.number(row.n), whole=leads.reader.number(row.whole))


def _row(row: Row, asked: Asked, leads: Leads, names: Names, groups: Mapping[str, str]) -> AnswerRow:
    """Show a group: its name, its share or mean, and the number behind it."""
    shown = f"{leads.reader.number(row.mean, 1)}" if row.mean is not None else ""
    if row.whole >= FEW:
        shown = leads.reader.share(row.n / row.whole, 1)
    outcome = SCORED if row.mean is None else WITH_SCORE
    if asked.figure in {"reasons", "questions"}:
        kind = "intent" if asked.figure == "reasons" else "missed"
        name = intent_name(row.name) if kind == "intent" else names.metrics.get(row.name, row.name)
        more = {kind: (row.name,)}
    else:
        name = groups.get(row.name) or names.queues.get(row.name, row.name)
        name = _(name) if asked.by in {"channel", "handled_by"} else name
        of = {"asked": (asked.metric,)} if asked.figure == "met" else {"outcome": outcome}
        more = {asked.by: (row.name,), **({} if asked.figure == "count" else of)}
    href = leads._replace(query={**leads.query, **more}).to()
    return AnswerRow(name=name, figure=shown, count=CountView(shown=_of(row, leads), href=href))
