"""Reasons: what customers contact about, with the outcomes; of one reason conversations to read, and what to copy."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.insights.changes import Move
from auscult.language import gettext as _
from auscult.server.console.frame.counts import CountView, Leads
from auscult.server.console.frame.filters import FilterView, Query, address
from auscult.server.console.frame.reader import Reader
from auscult.server.console.insights.home.home_view import HearView
from auscult.services.insights.drivers import Compared
from auscult.services.insights.intent_names import intent_name
from auscult.services.insights.reasons import Reason

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
            _("No customer answered a survey: sentiment, resolution, escalation and repetition stand in for that.")
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
