"""Insights: reasons for contact, new reasons, and the causes of the difference between two periods."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.statistics.intervals import difference, wilson_figure
from auscult.language import gettext as _
from auscult.server.console.frame.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.filters import FilterView, Query
from auscult.server.console.frame.intents import intent_name
from auscult.server.console.frame.reader import FEW, Reader
from auscult.server.console.insights.failures import Failures, FailuresView, failures_view
from auscult.server.console.insights.home.home_view import NewsView, news_of
from auscult.services.insights.changes import Change, Compared
from auscult.services.insights.quality import Passed
from auscult.services.insights.reasons import Part

_SHOWN = 12


class PartRow(Struct, frozen=True, kw_only=True):
    """One queue or reason: its size, its passed shares in both periods, and the effect of the difference."""

    name: str
    kind: str
    now: CountView
    before: CountView
    share: Markup
    share_before: Markup
    effect: str
    is_worse: bool
    is_sure: bool


class InsightsPageView(Struct, frozen=True, kw_only=True):
    """The page. ``failed_href`` is empty where none failed."""

    filters: FilterView
    since: str
    last: str
    before: str
    headline: str | Markup
    detail: Markup
    failed_href: str
    chart: Markup
    parts: tuple[PartRow, ...]
    news: tuple[NewsView, ...]
    failures: FailuresView
    is_empty: bool


class Compare(NamedTuple):
    """The data of the page: the two periods as a whole, their parts, and the changes."""

    compared: Compared
    now: Passed
    before: Passed
    parts: Sequence[Part]
    changes: Sequence[Change]
    failures: Failures


def insights_page(found: Compare, filters: FilterView, query: Query, reader: Reader, base: str) -> InsightsPageView:
    """Show the page."""
    compared = found.compared
    carried: Mapping[str, Sequence[str]] = {
        name: values for name, values in query.items() if name in ("queue", "channel", "agent", "intent")
    }
    leads = Leads(reader, carried, f"{base}/conversations")
    headline, detail = _said(found, leads)
    begins = compared.since - compared.before
    return InsightsPageView(
        filters=filters,
        since=reader.local(compared.since).date().isoformat(),
        last=(reader.local(compared.until) - timedelta(milliseconds=1)).date().isoformat(),
        before=_("{first} to {last}").format(first=reader.day(begins), last=reader.last_day(compared.since)),
        headline=headline,
        detail=Markup(" ").join(each for each in (detail, leads.undecided(found.now)) if each),
        failed_href=leads.failed(found.now).href,
        chart=_chart(found, reader, lambda part: leads.scored(part.now, **_named(part)).href),
        parts=tuple(_row(each, leads) for each in found.parts[:_SHOWN]),
        news=news_of(found.changes, leads, (compared.since, compared.until)),
        failures=failures_view(found.failures, query, reader, base),
        is_empty=not found.now.scored,
    )


def _named(part: Part) -> dict[str, str]:
    """Return the filter of a queue or a reason."""
    return {part.kind: part.name}


def _said(found: Compare, leads: Leads) -> tuple[str | Markup, str]:
    """Return two sentences: how the share that passes moved, and what moved it."""
    now, before, reader = found.now, found.before, leads.reader
    if now.scored < FEW or before.scored < FEW:
        said = _("{n} of {whole} pass: too few to compare.")
        return sentence(said, n=leads.passed(now), whole=leads.scored(now)), ""
    moved = difference(wilson_figure(now.passed, now.scored), wilson_figure(before.passed, before.scored))
    if not moved.value:
        return _("{share} pass, as before.").format(share=reader.share(now.passed / now.scored, 1)), _why(found, reader)
    share, points = reader.share(now.passed / now.scored, 1), reader.number(abs(moved.value) * 100, 1)
    if moved.low <= 0 <= moved.high:
        headline = _("{share} pass. The change of {points} points could still be chance.")
    elif moved.value > 0:
        headline = _("{share} pass, {points} points more than before.")
    else:
        headline = _("{share} pass, {points} points fewer than before.")
    return headline.format(share=share, points=points), _why(found, reader)


def _why(found: Compare, reader: Reader) -> str:
    """Return the sentence that names the queue or reason that moved most, by more than chance."""
    worst = next((each for each in found.parts if each.is_more_than_chance), None)
    if worst is None:
        return _("No queue and no reason for contact moved by more than chance.")
    detail = (
        _("{name} moved most: {n} more failed than usual.")
        if worst.more_failed > 0
        else _("{name} moved most: {n} fewer failed than usual.")
    )
    return detail.format(name=_title(worst, reader), n=reader.number(round(abs(worst.more_failed))))


def _chart(found: Compare, reader: Reader, href: Callable[[Part], str]) -> Markup:
    rows: list[IntervalRow] = []
    for each in found.parts[:8]:
        if each.now.scored < FEW:
            continue
        figure = wilson_figure(each.now.passed, each.now.scored)
        rows.append(
            IntervalRow(
                name=_title(each, reader),
                value=figure.value * 100,
                low=figure.low * 100,
                high=figure.high * 100,
                end=reader.number(each.now.scored),
                href=href(each),
                kind="no" if each.is_more_than_chance and each.more_failed > 0 else "",
            )
        )
    share = found.now.share
    if not rows or share is None:
        return Markup("")
    shown = reader.number(share * 100, 1)
    axis = Axis(
        label=_("Share that passes by queue and reason, with intervals; all {share} percent").format(share=shown),
        all_value=share * 100,
        all_shown=_("all {share}").format(share=shown),
        heading=_("scored"),
        unit="%",
    )
    return intervals(rows, axis)


def _title(part: Part, reader: Reader) -> str:
    name = intent_name(part.name) if part.kind == "intent" else reader.queues.labelled(part.name)
    return name[:1].upper() + name[1:]


def _row(part: Part, leads: Leads) -> PartRow:
    rounded, named = round(part.more_failed), _named(part)
    return PartRow(
        name=_title(part, leads.reader),
        kind=_("Queue") if part.kind == "queue" else _("Reason"),
        now=leads.scored(part.now, **named),
        before=leads.scored(part.before, **named),
        share=leads.pass_rate(part.now, **named),
        share_before=leads.pass_rate(part.before, **named),
        effect=leads.reader.number(rounded, 0, signed=True) if rounded else "0",
        is_worse=rounded > 0,
        is_sure=part.is_more_than_chance,
    )
