"""Reasons: what customers contact about."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from litestar import Controller, Response, get
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.insights.changes import Move
from auscult.language import gettext as _
from auscult.server.console.conversations.listing import names_of
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.counts import CountView, Leads
from auscult.server.console.frame.filters import FilterView, Query, address, filter_view
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.insights.contact_reasons import asked_days, asked_period, reasons_in
from auscult.server.console.insights.home.home_view import HearView, hear_view
from auscult.services.audits.blind import without_blind
from auscult.services.conversations.latest import SURVEYS, Sought, count, details, newest
from auscult.services.insights.drivers import Compared
from auscult.services.insights.intent_names import intent_name
from auscult.services.insights.reasons import Reason, reasons_of, what_passes, worth_hearing
from auscult.services.scoring.listing import ListedConversation

_FILTERS = ("queue", "agent", "channel")
_NEWEST, _HEARD = 500, 200
_SHOWN = 3


class ReasonRow(Struct, frozen=True, kw_only=True):
    """One reason: numbers of conversations, each with their list. ``is_moved``: by more than chance."""

    name: str
    href: str
    is_here: bool
    n: CountView
    share: str
    change: str
    is_moved: bool
    unhappy: CountView
    unresolved: CountView
    escalated: CountView
    again: CountView


class ReasonsView(Struct, frozen=True, kw_only=True):
    """The page. ``chosen`` is the name of the reason that is opened, empty without one."""

    filters: FilterView
    since: str
    last: str
    before: str
    rows: tuple[ReasonRow, ...]
    note: str
    chosen: str
    hear: tuple[HearView, ...]
    better: tuple[str, ...]


class ReasonsFound(NamedTuple):
    """The data of the page. ``better``: what conversations of the chosen reason that pass have more often."""

    compared: Compared
    reasons: Sequence[Reason]
    answers: int
    chosen: str = ""
    hear: Sequence[HearView] = ()
    better: Sequence[Move] = ()


class ReasonsPage(Controller):
    """The page of reasons for contact."""

    path = "/reasons"

    @get(opt=KEPT, sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Rank the reasons of a period, and open the one that ``about`` names."""
        visit.require("insight.read")
        query = {name: found for name, found in visit.query.items() if name in _FILTERS}
        sought, (compared, problem) = visit.sought(query), asked_period(visit)
        within = replace(sought, since=compared.since, until=compared.until)
        names = reasons_in(newest(visit.app, within, _NEWEST))
        found = ReasonsFound(
            compared=compared,
            reasons=reasons_of(visit.app, sought, compared, names),
            answers=count(visit.app, replace(within, surveys=SURVEYS)),
        )
        about = visit.asked("about")
        if about in {each.name for each in found.reasons}:
            found = _opened(visit, within, found, about)
        filters = filter_view(query, f"{BASE}/reasons", names_of(visit), visit.reader, _FILTERS)
        view = reasons_view(found, filters, query, visit.reader, BASE)
        if problem:
            since, last = asked_days(visit)
            view = replace(view, since=since, last=last)
        is_new = not view.rows and not count(visit.app, sought)
        return visit.page("insights/reasons", "Reasons", view, 400 if problem else 200, problem=problem, is_new=is_new)


def _opened(visit: Visit, within: Sought, found: ReasonsFound, about: str) -> ReasonsFound:
    """Add conversations about a reason that are worth reading, and what those that pass have."""
    of_reason = replace(within, intents=(about,))
    rows = newest(visit.app, of_reason, _HEARD)
    rows = without_blind(visit.app, visit.visitor.email, rows, visit.principal.agent_ids)
    chosen = worth_hearing(rows)
    known = details(visit.app, chosen)
    hear = [hear_view(known[each.id], why_heard(each), visit.reader, BASE) for each in chosen if each.id in known]
    better = what_passes(visit.app, of_reason, metric_names(visit.app).items())
    return found._replace(chosen=about, hear=hear, better=better)


def why_heard(row: ListedConversation) -> str:
    """Return why a conversation is worth hearing."""
    found = row.insights
    signs = [
        (found is not None and found.escalation is True, _("asks for someone else")),
        (found is not None and found.resolution == "NO", _("not resolved")),
        (
            found is not None and found.sentiment is not None and found.sentiment.label == "negative",
            _("unhappy customer"),
        ),
        (row.passed is False, _("did not pass")),
    ]
    said = ", ".join(text for holds, text in signs if holds) or _("an ordinary one")
    return f"{said[:1].upper()}{said[1:]}."


def reasons_view(found: ReasonsFound, filters: FilterView, query: Query, reader: Reader, base: str) -> ReasonsView:
    """Show the page."""
    compared = found.compared
    carried: Mapping[str, Sequence[str]] = {
        name: values for name, values in query.items() if name in ("queue", "channel", "agent")
    }
    leads, span = Leads(reader, carried, f"{base}/conversations"), (compared.since, compared.until)
    since, last = reader.local(compared.since).date(), reader.local(compared.until - timedelta(milliseconds=1)).date()
    days = {"from": since.isoformat(), "to": last.isoformat()}

    def row(each: Reason) -> ReasonRow:
        now, before = each.now.total / each.now.n, each.before.total / each.before.n if each.before.n else None
        about = address(f"{base}/reasons", carried, about=each.name, **days)
        return ReasonRow(
            name=intent_name(each.name),
            href=f"{about}#about",
            is_here=each.name == found.chosen,
            n=leads.number(int(each.now.total), span, intent=each.name),
            share=reader.share(now, 1),
            change="\u2013" if before is None else reader.number((now - before) * 100, 1, signed=True),
            is_moved=each.is_moved,
            unhappy=leads.number(each.unhappy, span, intent=each.name, sentiment="negative"),
            unresolved=leads.number(each.unresolved, span, intent=each.name, resolved="NO"),
            escalated=leads.number(each.escalated, span, intent=each.name, escalation="true"),
            again=CountView(shown="\u2013")
            if each.again is None
            else leads.number(each.again, span, intent=each.name, repeated="true"),
        )

    return ReasonsView(
        filters=filters,
        since=days["from"],
        last=days["to"],
        before=_("{first} to {last}").format(first=reader.day(compared.begins), last=reader.last_day(compared.since)),
        rows=tuple(map(row, found.reasons)),
        note=_note(found),
        chosen=intent_name(found.chosen) if found.chosen else "",
        hear=tuple(found.hear),
        better=tuple(_better(each, reader) for each in found.better[:_SHOWN]),
    )


def _note(found: ReasonsFound) -> str:
    said: list[str] = []
    if not found.answers:
        said.append(
            _(
                "No customer answered a survey; sentiment, resolution, escalation and repeated contacts are used instead."
            )
        )
    if all(each.again is None for each in found.reasons):
        said.append(_("No conversation names its customer, so repetition is not known."))
    return " ".join(said)


def _better(each: Move, reader: Reader) -> str:
    group = each.group
    return _("{metric}: {n} of {whole} that pass, {n_failed} of {whole_failed} that fail").format(
        metric=group.name,
        n=reader.number(group.now.total),
        whole=reader.number(group.now.n),
        n_failed=reader.number(group.before.total),
        whole_failed=reader.number(group.before.n),
    )
