"""An agent's own Home."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import islice

from litestar import Response
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditState
from auscult.domain.disputes.dispute import Dispute, statistics_of
from auscult.server.console.audits.results.results_view import results_view
from auscult.server.console.definitions.in_force import forms_in_force, metric_names
from auscult.server.console.disputes import reviewing
from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.verdicts import question_of
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.insights.agent_view import skill_view, skills_of
from auscult.server.console.insights.home.inbox import inbox
from auscult.server.console.insights.home.own_home_view import (
    LATELY,
    SHOWN,
    Behind,
    DisputesView,
    Own,
    OwnHomeView,
    StrengthView,
    WorkOnView,
    disputes_view,
    moment_view,
    newest_first,
    trend_view,
)
from auscult.server.console.people.names import names_by_id
from auscult.services.audits.blind import kept_from_agents, shows_only_audited, unreleased_to, without_blind
from auscult.services.conversations.latest import Sought, details, newest
from auscult.services.disputes.reviewing import EVERY
from auscult.services.insights.moments import Moment, moments
from auscult.services.insights.quality import METRICS, Period, by_period, periods
from auscult.services.insights.team import team_bands

_PERIOD = timedelta(days=90)
_RESULTS_PAGE = f"{BASE}/my-results"
_WEEKS = 2 * LATELY
_MOST_AUDITS, _RESULTS, _STRENGTHS, _MISSED, _READ = 50, 3, 3, 3, 12


def own_home(visit: Visit) -> Response[str]:
    """Show an agent their trend, their strengths, one thing to work on, and the results to answer."""
    mine = _Mine(visit)
    found = list(reviewing(visit).of_agents(mine.agents, _MOST_AUDITS))
    names = mine.names
    results = results_view(found, statistics_of(()), names, visit.reader, visit.visitor.name, {})
    (period,) = by_period(visit.app, mine.sought, (mine.span,), ("outcome", *METRICS))
    skills = skills_of({metric_id: each for metric_id, each in period.metrics.items() if metric_id in names})
    view = OwnHomeView(
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
    return visit.page("insights/own_home", "Home", view)


class _Mine:
    """The conversations of the visitor as an agent: which of them count, and where numbers lead."""

    def __init__(self, visit: Visit) -> None:
        """Count what the visitor may see as their agent: audited conversations alone, as the app is set."""
        self.visit = visit
        self.agents = visit.principal.agent_ids
        self.names = metric_names(visit.app)
        settings = kept_from_agents(visit.app, visit.principal.visibility("conversation.read"))
        self.hides_auditor = settings is not None and settings.hide_auditor
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
    behind = {each.dispute_id: _behind(mine, each) for each in every[:SHOWN]}
    return disputes_view(every, behind, names_by_id(visit), visit.reader)


def _behind(mine: _Mine, found: Dispute) -> Behind:
    """Return the trail of a dispute's audit, and whether its decider is the auditor, whose name is hidden."""
    app = mine.visit.app
    review, assigned = app.disputes.review(found.assignment_id), app.queue.get(found.assignment_id)
    is_hidden = mine.hides_auditor or (assigned is not None and "auditor" in assigned.assignment.hidden)
    return Behind(
        trail=app.audits.trail(found.conversation_id) if found.conversation_id else (),
        hides_decider=is_hidden and review is not None and review.auditor == found.decided_by,
    )
