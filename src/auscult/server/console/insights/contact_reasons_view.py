"""Insights: reasons for contact, new reasons, and the causes of the difference between two periods."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.insights.changes import REST, Driver, Group, Kind, Move
from auscult.domain.statistics.intervals import wilson_figure
from auscult.language import gettext as _
from auscult.server.console.ai_agents.handlers import HANDLERS
from auscult.server.console.frame.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.filters import FilterView, Query
from auscult.server.console.frame.reader import FEW, Reader
from auscult.server.console.insights.failures import Failures, FailuresView, failures_view
from auscult.server.console.insights.home.home_view import NewsView, news_of
from auscult.services.insights.drivers import PassedChange
from auscult.services.insights.sentences import KINDS, cause, forms_changed, moved, title_of

_SHOWN = 12


class PartRow(Struct, frozen=True, kw_only=True):
    """One queue, reason or agent: its size, its passed shares in both periods, and the effect of the difference."""

    name: str
    kind: str
    now: CountView
    before: CountView
    share: Markup | str
    share_before: Markup | str
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
    changes: Sequence[Move]
    failures: Failures
    hidden: tuple[Kind, ...] = ()

    @property
    def parts(self) -> list[Driver]:
        """The groups that moved the share, those with the largest part first; one of all conversations says nothing more."""
        change = self.passed.change
        every = self.passed.now.scored, self.passed.before.scored
        return [
            each
            for each in (change.drivers if change else ())
            if each.group.id != REST
            and each.group.kind not in self.hidden
            and tuple(n.scored for n in self.passed.counts(each.group))[::-1] != every
        ]


def insights_page(found: Compare, filters: FilterView, query: Query, reader: Reader, base: str) -> InsightsPageView:
    """Show the page."""
    compared, now = found.passed.compared, found.passed.now
    carried: Mapping[str, Sequence[str]] = {
        name: values for name, values in query.items() if name in ("queue", "channel", "agent", "intent", *HANDLERS)
    }
    leads = Leads(reader, carried, f"{base}/conversations")
    if query.get("handled_by"):  # the tabs name it already
        found = found._replace(hidden=("handled_by",))
    headline, detail = _said(found, leads)
    return InsightsPageView(
        filters=filters,
        since=reader.local(compared.since).date().isoformat(),
        last=(reader.local(compared.until) - timedelta(milliseconds=1)).date().isoformat(),
        before=_("{first} to {last}").format(first=reader.day(compared.begins), last=reader.last_day(compared.since)),
        headline=headline,
        detail=Markup(" ").join(each for each in (detail, leads.undecided(now)) if each),
        failed_href=leads.failed(now).href,
        chart=_chart(found, leads),
        parts=tuple(_row(each, found.passed, leads) for each in found.parts[:_SHOWN]),
        news=news_of(found.changes, leads, (compared.since, compared.until)),
        failures=failures_view(found.failures, query, reader, base),
        is_empty=not now.scored,
    )


_PARAMETERS: Mapping[Kind, str] = {"queue": "queue", "reason": "intent", "agent": "agent", "channel": "channel"}
"""Filters of lists that find the conversations of a group."""


def _said(found: Compare, leads: Leads) -> tuple[str | Markup, str]:
    """Return two sentences: how the share that passes moved, and what moved it."""
    now, before, reader = found.passed.now, found.passed.before, leads.reader
    if found.passed.change is None or now.scored < FEW or before.scored < FEW:
        said = _("{n} of {whole} pass: too few to compare.")
        return sentence(said, n=leads.passed(now), whole=leads.scored(now)), ""
    parts = (forms_changed(found.passed), cause(found.passed, reader.queues.label))
    return moved(found.passed), " ".join(each for each in parts if each)


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
                name=title_of(each.group, reader.queues.label),
                value=figure.value * 100,
                low=figure.low * 100,
                high=figure.high * 100,
                end=reader.number(now.scored),
                href=leads.scored(now, **filter_of(each.group)).href if is_followed(each.group) else "",
                kind="no" if each.is_beyond_chance and each.part.value < 0 else "",
            )
        )
    share = found.passed.now.share
    if not rows or share is None:
        return Markup("")
    shown = reader.number(share * 100, 1)
    axis = Axis(
        label=_("Share that passes by group, with intervals; all {share} percent").format(share=shown),
        all_value=share * 100,
        all_shown=_("all {share}").format(share=shown),
        heading=_("scored"),
        unit="%",
    )
    return intervals(rows, axis)


def filter_of(group: Group) -> dict[str, str]:
    """Return the filter of a group; of a pair both; none of one that lists are not filtered by."""
    if group.of:
        return {name: value for each in group.of for name, value in filter_of(each).items()}
    if group.kind == "metric":
        return {"missed": group.id}
    return {_PARAMETERS[group.kind]: group.id} if group.kind in _PARAMETERS else {}


def is_followed(group: Group) -> bool:
    """Return whether a list finds exactly the conversations of a group."""
    return len(filter_of(group)) == max(len(group.of), 1)


def _row(driver: Driver, passed: PassedChange, leads: Leads) -> PartRow:
    group, reader = driver.group, leads.reader
    before, now = passed.counts(group)
    effect = driver.part.value * 100
    shown: list[tuple[CountView, Markup | str]] = []
    for each in (now, before):
        if is_followed(group):
            named = filter_of(group)
            shown.append((leads.scored(each, **named), leads.pass_rate(each, **named)))
        else:
            shown.append((CountView(shown=reader.number(each.scored)), reader.rate(each.passed, each.scored)))
    (n, share), (n_before, share_before) = shown
    return PartRow(
        name=title_of(group, reader.queues.label),
        kind=_(KINDS[group.kind]),
        now=n,
        before=n_before,
        share=share,
        share_before=share_before,
        effect=reader.number(effect, 1, signed=True),
        is_worse=effect < 0,
        is_sure=driver.is_beyond_chance,
    )
