"""An agent's own Home."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from litestar import Response
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditState, TrailEntry
from auscult.domain.disputes.dispute import Dispute, statistics_of
from auscult.domain.insights.changes import is_beyond_chance, share
from auscult.domain.statistics.intervals import Figure, wilson_figure
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.audits.results.results import results_view
from auscult.server.console.definitions.in_force import forms_in_force, metric_names
from auscult.server.console.disputes import reviewing
from auscult.server.console.frame.charts.own import OwnPoint, own_trend
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import FEW, Reader, clock
from auscult.server.console.frame.verdicts import question_of
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.insights.agents import SkillView, skill_view, skills_of
from auscult.server.console.insights.home.inbox import inbox
from auscult.server.console.people.names import names_by_id
from auscult.services.audits.blind import kept_from_agents, shows_only_audited, unreleased_to, without_blind
from auscult.services.conversations.latest import Sought, details, newest
from auscult.services.disputes.outcomes import word_of
from auscult.services.disputes.reviewing import EVERY
from auscult.services.insights.moments import Moment, moments
from auscult.services.insights.quality import METRICS, Passed, Period, by_period, periods
from auscult.services.insights.team import Band, TeamBands, team_bands

_PERIOD = timedelta(days=90)
_RESULTS_PAGE = f"{BASE}/my-results"
LATELY = 4
"""Weeks that are compared with as many before them."""
_WEEKS = 2 * LATELY
_MOST_AUDITS, _RESULTS, _STRENGTHS, _MISSED, _READ = 50, 3, 3, 3, 12
SHOWN = 3
"""Disputes that Home shows."""
_WORDS, _REPLY = 130, 70
_LEAST_OF_LINE = 5
"""Weeks of fewer conversations jump between 0 and 100 percent: the chart shows them as dots."""


class WeekRow(Struct, frozen=True, kw_only=True):
    """One week of the table below the chart."""

    name: str
    scored: CountView
    passed: CountView
    interval: str
    band: str


class TrendView(Struct, frozen=True, kw_only=True):
    """The trend: its meaning in words, the chart, empty where nothing was scored, and its weeks, the latest first."""

    title: str
    said: Markup
    chart: Markup
    weeks: tuple[WeekRow, ...]
    has_band: bool


class MomentView(Struct, frozen=True, kw_only=True):
    """Words with the turn that they were said at, one click away."""

    words: str
    reply: str
    is_agents: bool
    when: str
    href: str


class StrengthView(Struct, frozen=True, kw_only=True):
    """A metric that the agent meets, with a moment."""

    skill: SkillView
    moment: MomentView


class WorkOnView(Struct, frozen=True, kw_only=True):
    """The one thing to work on: where it was missed, and a moment at which the agent did it."""

    skill: SkillView
    question: str
    missed: tuple[MomentView, ...]
    done: MomentView | None


class OutcomeView(Struct, frozen=True, kw_only=True):
    """A dispute and its outcome in words. ``score`` is empty where the score did not change."""

    dispute: Dispute
    state: str
    by: str
    score: str


class DisputesView(Struct, frozen=True, kw_only=True):
    """The agent's disputes, the newest first, and how they ended, in numbers."""

    outcomes: tuple[OutcomeView, ...]
    names: Mapping[str, str]
    said: str


class Own(NamedTuple):
    """The counts of an agent's weeks, the oldest first, and the bands of their team, if they have one."""

    weeks: Sequence[Passed]
    team: TeamBands | None


def own_home(visit: Visit) -> Response[str]:
    """Show an agent their trend, their strengths, one thing to work on, and the results to answer."""
    mine = _Mine(visit)
    found = list(reviewing(visit).of_agents(mine.agents, _MOST_AUDITS))
    names = mine.names
    results = results_view(found, statistics_of(()), names, visit.reader, visit.visitor.name, {})
    (period,) = by_period(visit.app, mine.sought, (mine.span,), ("outcome", *METRICS))
    skills = skills_of({metric_id: each for metric_id, each in period.metrics.items() if metric_id in names})

    return visit.page(
        "insights/own_home",
        "Home",
        title=results.title,
        lead=results.lead,
        trend=trend_view(_own(mine), mine.leads),
        todo=tuple(replace(each, href="#answer") if each.href == _RESULTS_PAGE else each for each in inbox(visit)),
        good=_strengths(mine, period, skills.good),
        good_href=f"{BASE}/agents/{min(mine.agents)}",
        work_on=_work_on(mine, period, skills.work_on) if skills.work_on else None,
        has_enough=bool(skills.good or skills.work_on),
        results=tuple(each for each in results.new if each.can_accept or each.undo_until)[:_RESULTS],
        disputes=_disputes(mine),
    )


class _Mine:
    """The conversations of the visitor as an agent: which of them count, and where numbers lead."""

    def __init__(self, visit: Visit) -> None:
        """Count what the visitor may see as their agent: audited conversations alone, as the app is set."""
        self.visit = visit
        self.agents = visit.principal.agent_ids
        self.names = metric_names(visit.app)
        settings = kept_from_agents(visit.app, visit.principal.visibility("conversation.read"))
        self.audits: tuple[AuditState, ...] = ("audited",) if shows_only_audited(settings) else ()
        self.without = tuple(sorted(unreleased_to(visit.app, self.agents))) if self.audits else ()
        end = visit.reader.end_of_today
        self.span: tuple[datetime, datetime] = (end - _PERIOD, end)
        self.sought = Sought(agents=tuple(sorted(self.agents)), audits=self.audits, without=self.without)
        query = {"agent": tuple(sorted(self.agents)), **({"audit": self.audits} if self.audits else {})}
        self.leads = Leads(visit.reader, query, f"{BASE}/conversations")

    def moments(self, metric_id: str, *, is_met: bool, but: Collection[str] = ()) -> Iterator[Moment]:
        """Yield the newest moments of the last 90 days at which a metric was met, or missed, no words twice.

        ``but``: words that the page shows already.
        """
        app, wanted = self.visit.app, {"met" if is_met else "missed": (metric_id,)}
        within = replace(self.sought, since=self.span[0], until=self.span[1], **wanted)
        rows = without_blind(app, self.visit.visitor.email, newest(app, within, _READ), self.agents)
        known = details(app, rows)
        shown = set(but)
        for each in moments((known[row.id] for row in rows if row.id in known), metric_id, self.agents, is_met=is_met):
            if each.words not in shown:
                shown.add(each.words)
                yield each


def _own(mine: _Mine) -> Own:
    """Return the agent's weeks and the bands of their team, which are counted over what the whole team did."""
    visit = mine.visit
    weeks = periods(visit.reader.end_of_today, _WEEKS)
    counted = by_period(visit.app, mine.sought, weeks, ("outcome",))
    everything = visit.store.within(visit.app.tenant)
    team = team_bands(everything, Sought(audits=mine.audits), mine.agents, weeks, lately=LATELY)
    return Own(weeks=[each.passed for each in counted], team=team)


def _strengths(mine: _Mine, period: Period, good: tuple[str, ...]) -> tuple[StrengthView, ...]:
    """Return the metrics that the agent meets, each with their own words; those that no words show are left out."""
    found: list[StrengthView] = []
    words = set[str]()
    for metric_id in good:
        moment = next(mine.moments(metric_id, is_met=True, but=words), None)
        if moment is not None:
            words.add(moment.words)
            skill = skill_view(mine.names[metric_id], period.metrics[metric_id], (metric_id, period.passed), mine.leads)
            found.append(StrengthView(skill=skill, moment=moment_view(moment, mine.visit.reader, BASE)))
        if len(found) == _STRENGTHS:
            break
    return tuple(found)


def _work_on(mine: _Mine, period: Period, metric_id: str) -> WorkOnView:
    """Return the metric that the agent misses most, where they missed it last, and where they met it."""
    reader = mine.visit.reader
    met = next(mine.moments(metric_id, is_met=True), None)
    metrics = (metric for form in forms_in_force(mine.visit.app) for metric in form.metrics if metric.id == metric_id)
    metric = next(metrics, None)
    return WorkOnView(
        skill=skill_view(mine.names[metric_id], period.metrics[metric_id], (metric_id, period.passed), mine.leads),
        question=question_of(metric) if metric else "",
        missed=tuple(
            moment_view(each, reader, BASE) for each in islice(mine.moments(metric_id, is_met=False), _MISSED)
        ),
        done=moment_view(met, reader, BASE) if met else None,
    )


def _disputes(mine: _Mine) -> DisputesView:
    """Return the agent's disputes with the outcome of the last ones."""
    visit = mine.visit
    every = newest_first(each for each in reviewing(visit).every(EVERY) if each.agent_id in mine.agents)
    trails: dict[str, Sequence[TrailEntry]] = {
        each.dispute_id: visit.app.audits.trail(each.conversation_id) if each.conversation_id else ()
        for each in every[:SHOWN]
    }
    return disputes_view(every, trails, names_by_id(visit), visit.reader)


def trend_view(own: Own, leads: Leads) -> TrendView:
    """Show the weeks of an agent."""
    reader, weeks, team = leads.reader, own.weeks, own.team
    bands = team.periods if team else (None,) * len(weeks)
    points = [_point(each, band, leads) for each, band in zip(weeks, bands, strict=True)]
    said = (_("you"), _("half the team"))
    label = _("Share of your conversations that pass, by week, each with its interval. The table has every figure.")
    now, before = _together(weeks[-LATELY:]), _together(weeks[-2 * LATELY : -LATELY])
    title, moved = _moved(now, before)
    parts: list[Markup | str] = [_counted(now, leads), moved, _beside_team(now, team, reader)]
    return TrendView(
        title=title,
        said=Markup(" ").join(each for each in parts if each),
        chart=own_trend(points, said, label),
        weeks=tuple(_row(each, band, leads) for each, band in reversed(list(zip(weeks, bands, strict=True)))),
        has_band=any(bands),
    )


def _together(weeks: Sequence[Passed]) -> Passed:
    """Add up weeks that follow each other."""
    return Passed(
        since=weeks[0].since,
        until=weeks[-1].until,
        scored=sum(each.scored for each in weeks),
        passed=sum(each.passed for each in weeks),
        undecided=sum(each.undecided for each in weeks),
    )


def _point(week: Passed, band: Band | None, leads: Leads) -> OwnPoint:
    reader = leads.reader
    figure = wilson_figure(week.passed, week.scored)
    label = _("Week from {day}: {n} of {whole} passed, {interval} percent is likely")
    return OwnPoint(
        day=reader.short_day(week.since),
        label=label.format(
            day=reader.short_day(week.since), n=week.passed, whole=week.scored, interval=_likely(figure, reader)
        ),
        href=leads.scored(week).href,
        value=figure.value if week.scored else None,
        low=figure.low,
        high=figure.high,
        band=(band.low, band.high) if band else None,
        is_small=week.scored < _LEAST_OF_LINE,
    )


def _row(week: Passed, band: Band | None, leads: Leads) -> WeekRow:
    reader = leads.reader
    return WeekRow(
        name=reader.short_day(week.since),
        scored=leads.scored(week),
        passed=leads.passed(week),
        interval=_likely(wilson_figure(week.passed, week.scored), reader) if week.scored else "\u2013",
        band=reader.ends(band.low, band.high) if band else "\u2013",
    )


def _likely(figure: Figure, reader: Reader) -> str:
    """Return the interval of a share by its ends, in percent."""
    return reader.ends(figure.low, figure.high)


def _counted(now: Passed, leads: Leads) -> Markup:
    """Return the sentence that counts the last weeks, and who is undecided."""
    if not now.scored:
        return sentence(_("Nothing of yours was scored in four weeks."))
    counts = {"n": leads.passed(now), "whole": leads.scored(now)}
    if now.scored < FEW:
        said = sentence(_("{n} of {whole} passed in the last four weeks, too few for a share."), **counts)
    else:
        interval = _likely(wilson_figure(now.passed, now.scored), leads.reader)
        text = _("{n} of {whole} passed in the last four weeks; {interval} percent is likely.")
        said = sentence(text, **counts, interval=interval)
    return Markup(" ").join(each for each in (said, leads.undecided(now)) if each)


def _moved(now: Passed, before: Passed) -> tuple[str, str]:
    """Return the heading, and the sentence on the change since the weeks before."""
    title = _("Your conversations, week by week")
    if now.scored < FEW:
        return title, ""
    if before.scored < FEW:
        return title, _("Too few were scored in the four weeks before to compare.")
    samples = share(before.passed, before.scored), share(now.passed, now.scored)
    if not is_beyond_chance(*samples):
        return title, _("Against the four weeks before, the difference could still be chance.")
    if now.passed * before.scored > before.passed * now.scored:
        return _("More of your conversations pass than a month ago"), _("The rise is more than chance.")
    return _("Fewer of your conversations pass than a month ago"), _("The fall is more than chance.")


def _beside_team(now: Passed, team: TeamBands | None, reader: Reader) -> str:
    """Return the sentence on the agent and the middle half of the team; empty without a team or a figure."""
    if team is None or now.scored < FEW:
        return ""
    if team.lately is None:
        return _("The team's band is shown from five people on.")
    figure, band = wilson_figure(now.passed, now.scored), team.lately
    if figure.low > band.high:
        text = _("You are above the middle half of your team, {team}: {band} percent.")
    elif figure.high < band.low:
        text = _("You are below the middle half of your team, {team}: {band} percent.")
    else:
        text = _("You are where the middle half of your team is, {team}: {band} percent.")
    return text.format(team=team.team.name, band=reader.ends(band.low, band.high))


def moment_view(found: Moment, reader: Reader, base: str) -> MomentView:
    """Show a moment, with a link to its turn."""
    conversation = found.conversation
    day = reader.lately(conversation.started_at)
    return MomentView(
        words=excerpt(found.words, _WORDS),
        reply=excerpt(found.reply, _REPLY) if found.reply else "",
        is_agents=found.is_agents,
        when=day if found.at_ms is None else _("{day}, at {clock}").format(day=day, clock=clock(found.at_ms)),
        href=f"{base}/conversations/{conversation.id}" + (f"#t-{found.turn_id}" if found.turn_id else ""),
    )


def newest_first(found: Iterable[Dispute]) -> list[Dispute]:
    """Return disputes in the order in which Home shows them: what happened last is first."""
    return sorted(found, key=lambda each: each.ended_at, reverse=True)


def disputes_view(
    found: Sequence[Dispute], trails: Mapping[str, Sequence[TrailEntry]], names: Mapping[str, str], reader: Reader
) -> DisputesView:
    """Show an agent's disputes, in this order.

    ``trails`` has those of the audits of the ones that are shown, by id; ``names``: of metrics and people.
    """
    changed = sum(each.state == "accepted" for each in found)
    said = ngettext("You disputed {n} answer.", "You disputed {n} answers.", len(found))
    more = ngettext("{n} was changed.", "{n} were changed.", changed)
    counted = f"{said.format(n=reader.number(len(found)))} {more.format(n=reader.number(changed))}"
    return DisputesView(
        outcomes=tuple(
            _outcome(each, trails[each.dispute_id], names, reader) for each in found if each.dispute_id in trails
        ),
        names=names,
        said=counted if found else "",
    )


def _outcome(found: Dispute, trail: Sequence[TrailEntry], names: Mapping[str, str], reader: Reader) -> OutcomeView:
    by = names.get(found.decided_by, found.decided_by) if found.decided_by else _("the auditor")
    state = {
        "open": _("Waits, to be decided by {day}").format(day=reader.day(found.due_at, year=False)),
        "accepted": _("Changed to {answer}").format(answer=word_of(found.decided_answer)),
        "denied": _("Stays {answer}").format(answer=word_of(found.answer)),
        "withdrawn": _("Withdrawn by you"),
        "reopened": _("The auditor changed the answer"),
        "erased": _("Erased"),
    }[found.state]
    return OutcomeView(
        dispute=found,
        state=state,
        by=by,
        score=_scores(found, trail, reader) if found.state == "accepted" else "",
    )


def _scores(found: Dispute, trail: Sequence[TrailEntry], reader: Reader) -> str:
    """Return the scores before and after a decision in words; empty where the trail shows no change."""
    decided = next((n for n, each in enumerate(trail) if _decides(each, found)), None)
    if decided is None:
        return ""
    of_audit = [each.result for each in trail[:decided] if each.result and each.auditor == trail[decided].auditor]
    after = trail[decided].result
    before = of_audit[-1].score if of_audit else None
    if after is None or before is None or after.score is None or before == after.score:
        return ""
    return _("{before} becomes {after}").format(before=reader.number(before), after=reader.number(after.score))


def _decides(entry: TrailEntry, found: Dispute) -> bool:
    is_of_it = entry.dispute is not None and entry.dispute.dispute_id == found.dispute_id
    return is_of_it and entry.result is not None
