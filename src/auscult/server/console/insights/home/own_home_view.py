"""An agent's own Home: the trend with the team's band, strengths and one thing to work on in words, and disputes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.audits.audit import TrailEntry
from auscult.domain.disputes.dispute import Dispute
from auscult.domain.insights.changes import is_beyond_chance, share
from auscult.domain.statistics.intervals import Figure, wilson_figure
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.audits.results.results_view import ResultView
from auscult.server.console.frame.charts.own import OwnPoint, own_trend
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import FEW, Reader, clock
from auscult.server.console.frame.verdicts import word_of
from auscult.server.console.insights.agent_view import SkillView
from auscult.server.console.insights.home.home_view import TodoView
from auscult.services.insights.moments import Moment
from auscult.services.insights.quality import Passed
from auscult.services.insights.team import Band, TeamBands

LATELY = 4
"""Weeks that are compared with as many before them."""
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


class OwnHomeView(Struct, frozen=True, kw_only=True):
    """The page. ``good`` and ``work_on`` are empty with too few conversations, ``results`` where nothing is to be answered."""

    title: str
    lead: str
    trend: TrendView
    todo: tuple[TodoView, ...]
    good: tuple[StrengthView, ...]
    good_href: str
    work_on: WorkOnView | None
    has_enough: bool
    results: tuple[ResultView, ...]
    disputes: DisputesView


class Own(NamedTuple):
    """The counts of an agent's weeks, the oldest first, and the bands of their team, if they have one."""

    weeks: Sequence[Passed]
    team: TeamBands | None


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


class Behind(NamedTuple):
    """The trail of a disputed audit, for the scores before and after, and whether the reader may not know who decided."""

    trail: Sequence[TrailEntry]
    hides_decider: bool


def newest_first(found: Iterable[Dispute]) -> list[Dispute]:
    """Return disputes in the order in which Home shows them: what happened last is first."""
    return sorted(found, key=lambda each: each.ended_at, reverse=True)


def disputes_view(
    found: Sequence[Dispute], behind: Mapping[str, Behind], names: Mapping[str, str], reader: Reader
) -> DisputesView:
    """Show an agent's disputes, in this order.

    ``behind`` has those that are shown, by id; ``names``: of metrics and people.
    """
    changed = sum(each.state == "accepted" for each in found)
    said = ngettext("You disputed {n} answer.", "You disputed {n} answers.", len(found))
    more = ngettext("{n} was changed.", "{n} were changed.", changed)
    counted = f"{said.format(n=reader.number(len(found)))} {more.format(n=reader.number(changed))}"
    return DisputesView(
        outcomes=tuple(
            _outcome(each, behind[each.dispute_id], names, reader) for each in found if each.dispute_id in behind
        ),
        names=names,
        said=counted if found else "",
    )


def _outcome(found: Dispute, behind: Behind, names: Mapping[str, str], reader: Reader) -> OutcomeView:
    by = _("the auditor") if behind.hides_decider else names.get(found.decided_by or "", found.decided_by or "")
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
        score=_scores(found, behind.trail, reader) if found.state == "accepted" else "",
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
