"""Insights: reasons for contact, new reasons, and the causes of the difference between two periods."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.insights.changes import REST, Driver, Group, Kind
from auscult.domain.insights.changes import Change as Moved
from auscult.domain.statistics.intervals import wilson_figure
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.filters import FilterView, Query
from auscult.server.console.frame.intents import intent_name
from auscult.server.console.frame.reader import FEW, Reader
from auscult.server.console.insights.failures import Failures, FailuresView, failures_view
from auscult.server.console.insights.home.home_view import NewsView, news_of
from auscult.services.insights.changes import Change
from auscult.services.insights.drivers import PassedChange

_SHOWN = 12


class PartRow(Struct, frozen=True, kw_only=True):
    """One queue, reason or agent: its size, its passed shares in both periods, and the effect of the difference."""

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
    """The data of the page: the two periods with what moved the share, and what is new or changed."""

    passed: PassedChange
    changes: Sequence[Change]
    failures: Failures

    @property
    def parts(self) -> list[Driver]:
        """The groups that moved the share, those with the largest part first."""
        change = self.passed.change
        return [each for each in change.drivers if each.group.id != REST] if change else []


def insights_page(found: Compare, filters: FilterView, query: Query, reader: Reader, base: str) -> InsightsPageView:
    """Show the page."""
    compared, now = found.passed.compared, found.passed.now
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
        detail=Markup(" ").join(each for each in (detail, leads.undecided(now)) if each),
        failed_href=leads.failed(now).href,
        chart=_chart(found, leads),
        parts=tuple(_row(each, found.passed, leads) for each in found.parts[:_SHOWN]),
        news=news_of(found.changes, leads, (compared.since, compared.until)),
        failures=failures_view(found.failures, query, reader, base),
        is_empty=not now.scored,
    )


_PARAMETERS: Mapping[Kind, str] = {"queue": "queue", "reason": "intent", "agent": "agent"}
_KINDS: Mapping[Kind, str] = {"queue": later("Queue"), "reason": later("Reason"), "agent": later("Agent")}


def _said(found: Compare, leads: Leads) -> tuple[str | Markup, str]:
    """Return two sentences: how the share that passes moved, and what moved it."""
    now, before, reader, change = found.passed.now, found.passed.before, leads.reader, found.passed.change
    if change is None or now.scored < FEW or before.scored < FEW:
        said = _("{n} of {whole} pass: too few to compare.")
        return sentence(said, n=leads.passed(now), whole=leads.scored(now)), ""
    share, points = reader.share(now.passed / now.scored, 1), reader.number(abs(change.value.value) * 100, 1)
    if not change.value.value:
        headline = _("{share} pass, as before.")
    elif not change.is_beyond_chance:
        headline = _("{share} pass. The change of {points} points could still be chance.")
    elif change.value.value > 0:
        headline = _("{share} pass, {points} points more than before.")
    else:
        headline = _("{share} pass, {points} points fewer than before.")
    return headline.format(share=share, points=points), cause(change, reader)


def cause(change: Moved, reader: Reader) -> str:
    """Return the sentence that names the group that moved the share most beyond chance."""
    if not change.leading:
        if change.is_beyond_chance:
            return _("No queue, reason or agent stands out: the change runs through all of them.")
        return _("No queue, reason or agent moved by more than chance.")
    first, total = change.leading[0], change.value.value
    points = {
        "points": reader.number(abs(first.part.value) * 100, 1),
        "total": reader.number(abs(total) * 100, 1),
        "name": title_of(first.group, reader),
    }
    now, before = first.group.now, first.group.before
    if first.part.value * total > 0 and abs(first.part.value) <= abs(total):
        said = _("{points} of the {total} points come from {name}")
    elif first.part.value < 0:
        said = _("{name} alone brought {points} points fewer")
    else:
        said = _("{name} alone brought {points} points more")
    if first.is_new:
        why = _("which is new: {n} of {whole} pass")
    elif not now.n:
        why = _("which has no conversation any more: {n_before} of {whole_before} passed")
    elif abs(first.rate) >= abs(first.mix):
        why = _("where {n} of {whole} pass, {n_before} of {whole_before} before")
    else:
        why = _("with {whole} conversations, {whole_before} before, of which {n} pass")
    counts = {
        "n": reader.number(now.total),
        "whole": reader.number(now.n),
        "n_before": reader.number(before.total),
        "whole_before": reader.number(before.n),
    }
    return _("{what}, {why}.").format(what=said.format(**points), why=why.format(**counts))


def _chart(found: Compare, leads: Leads) -> Markup:
    reader = leads.reader
    rows: list[IntervalRow] = []
    for each in found.parts[:8]:
        _before, now = found.passed.counts(each.group)
        if now.scored < FEW:
            continue
        figure = wilson_figure(now.passed, now.scored)
        rows.append(
            IntervalRow(
                name=title_of(each.group, reader),
                value=figure.value * 100,
                low=figure.low * 100,
                high=figure.high * 100,
                end=reader.number(now.scored),
                href=leads.scored(now, **filter_of(each.group)).href,
                kind="no" if each.is_beyond_chance and each.part.value < 0 else "",
            )
        )
    share = found.passed.now.share
    if not rows or share is None:
        return Markup("")
    shown = reader.number(share * 100, 1)
    axis = Axis(
        label=_("Share that passes by queue, reason and agent, with intervals; all {share} percent").format(
            share=shown
        ),
        all_value=share * 100,
        all_shown=_("all {share}").format(share=shown),
        heading=_("scored"),
        unit="%",
    )
    return intervals(rows, axis)


def title_of(group: Group, reader: Reader) -> str:
    """Return the name of a group as pages show it."""
    if group.kind == "agent":
        return group.name
    name = intent_name(group.name) if group.kind == "reason" else reader.queues.labelled(group.name)
    return name[:1].upper() + name[1:]


def filter_of(group: Group) -> dict[str, str]:
    """Return the filter of a group."""
    return {_PARAMETERS[group.kind]: group.id}


def _row(driver: Driver, passed: PassedChange, leads: Leads) -> PartRow:
    group, named = driver.group, filter_of(driver.group)
    before, now = passed.counts(group)
    effect = driver.part.value * 100
    return PartRow(
        name=title_of(group, leads.reader),
        kind=_(_KINDS[group.kind]),
        now=leads.scored(now, **named),
        before=leads.scored(before, **named),
        share=leads.pass_rate(now, **named),
        share_before=leads.pass_rate(before, **named),
        effect=leads.reader.number(effect, 1, signed=True),
        is_worse=effect < 0,
        is_sure=driver.is_beyond_chance,
    )
