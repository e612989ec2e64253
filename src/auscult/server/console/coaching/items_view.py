"""Coaching: who works on which goal until when, and its effect with the uncertainty."""

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.absences import Away
from auscult.domain.coaching.item import Coaching
from auscult.domain.form import Form
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.statistics.intervals import Figure
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.naming import customer_words
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import FEW, Reader, clock
from auscult.services.coaching.coaching import Example, Measured, NewColleague

_STATES = {
    "yet_to_start": later("Yet to start"),
    "in_progress": later("In progress"),
    "pending_agent_review": later("With the agent"),
    "pending_supervisor_review": later("With the coach"),
    "completed": later("Completed"),
}


class CoachingRow(Struct, frozen=True, kw_only=True):
    """One item in the list."""

    href: str
    goal: str
    agent: str
    coach: str
    group: str
    state: str
    due: str
    is_late: bool
    away: str


class ColleagueView(Struct, frozen=True, kw_only=True):
    """A new colleague, with conversations of theirs worth reading."""

    name: str
    since: str
    share: str
    links: tuple[tuple[str, str], ...]


class CoachingsView(Struct, frozen=True, kw_only=True):
    """The list. ``own`` holds the visitor's agent ids, each with the consent to be an example for others."""

    lead: str
    rows: tuple[CoachingRow, ...]
    new: tuple[ColleagueView, ...]
    can_give: bool
    own: tuple[tuple[str, bool], ...]


class MetricChoice(Struct, frozen=True, kw_only=True):
    """A metric to choose, by metric and form."""

    value: str
    name: str
    is_on: bool


class AgentChoice(Struct, frozen=True, kw_only=True):
    """An agent to choose."""

    agent_id: str
    name: str
    is_on: bool


class NewView(Struct, frozen=True, kw_only=True):
    """The page of a new item, with the values entered so far. ``agents`` are ids of agents who are not in ``known``."""

    metrics: tuple[MetricChoice, ...]
    known: tuple[AgentChoice, ...]
    agents: str
    goal: str
    plan: str
    clips: str
    group: str
    due_on: str


class ClipView(Struct, frozen=True, kw_only=True):
    """A part of a conversation."""

    href: str
    text: str
    at: str
    note: str


class MeasuredView(Struct, frozen=True, kw_only=True):
    """A metric before and after, in words."""

    name: str
    before: str
    after: str
    sentence: str
    chart: Markup | None = None


class CoachingView(Struct, frozen=True, kw_only=True):
    """The page of one item."""

    coaching_id: str
    goal: str
    lead: str
    state: str
    is_late: bool
    plan: str
    clips: tuple[ClipView, ...]
    measured: tuple[MeasuredView, ...]
    examples: tuple[ClipView, ...]
    notes: tuple[tuple[str, str, str], ...]
    acts: tuple[tuple[str, str], ...]
    is_open: bool


def coachings_view(  # noqa: PLR0913  (all that the page shows)
    found: Sequence[Coaching],
    new: Sequence[NewColleague],
    names: Mapping[str, str],
    reader: Reader,
    *,
    can_give: bool,
    own: Mapping[str, bool],
    away: Away,
) -> CoachingsView:
    """Show coaching: late items first, then open ones, then completed ones. Those of agents who are ``away`` are not late."""
    late_ones = {each.coaching_id for each in found if each.is_late(reader.today) and each.agent_id not in away}
    ordered = sorted(found, key=lambda each: (each.coaching_id not in late_ones, not each.is_active))
    late = len(late_ones)
    open_ = sum(each.is_active for each in found)
    lead = _("Nothing is under way.")
    if open_:
        text = _("{n} under way, {late} late.") if late else _("{n} under way.")
        lead = text.format(n=reader.number(open_), late=late)
    return CoachingsView(
        lead=lead,
        rows=tuple(
            _row(
                each,
                names,
                reader,
                away.get(each.agent_id),
                is_late=each.coaching_id in late_ones,
                shows_group=each.agent_id not in own,
            )
            for each in ordered
        ),
        new=tuple(
            ColleagueView(
                name=each.name or each.agent_id,
                since=reader.day(each.hired_on),
                share=reader.share(each.share),
                links=tuple(
                    (f"/console/conversations/{one}", reader.number(n))
                    for n, one in enumerate(each.conversation_ids, 1)
                ),
            )
            for each in new
        ),
        can_give=can_give,
        own=tuple(own.items()),
    )


def _row(  # noqa: PLR0913  (all that a row shows)
    each: Coaching,
    names: Mapping[str, str],
    reader: Reader,
    away_until: date | None,
    *,
    is_late: bool,
    shows_group: bool,
) -> CoachingRow:
    return CoachingRow(
        href=f"/console/coaching/{each.coaching_id}",
        goal=written(each.goal),
        agent=names.get(each.agent_id, each.agent_id),
        coach=names.get(each.coach, each.coach),
        group=each.group if shows_group else "",
        state=_(_STATES[each.state]),
        due=reader.day(each.due_on, year=False) if each.due_on else "",
        is_late=is_late,
        away=_("Away until {day}").format(day=reader.day(away_until, year=False)) if away_until else "",
    )


def written(text: str) -> str:
    """Return a goal or remark; for an empty one, that it was erased."""
    return text or _("Erased with its conversation")


def new_view(forms: Sequence[Form], names: Mapping[str, str], given: Mapping[str, str]) -> NewView:
    """Show the page of a new item. ``names``: of the agents to choose from, by id."""
    ids = given.get("agents", "").replace(",", " ").split()
    chosen = given.get("agent") or next((each for each in ids if each in names), "")
    return NewView(
        known=tuple(
            AgentChoice(agent_id=agent, name=name, is_on=agent == chosen)
            for agent, name in sorted(names.items(), key=lambda each: each[1].casefold())
        ),
        metrics=tuple(
            MetricChoice(
                value=f"{metric.id}@{form.id}",
                name=f"{metric.name} ({form.name})",
                is_on=given.get("metric", "") in {metric.id, f"{metric.id}@{form.id}"},
            )
            for form in forms
            for metric in form.metrics
        ),
        agents=" ".join(each for each in ids if each != chosen),
        goal=given.get("goal", ""),
        plan=given.get("plan", ""),
        clips=given.get("clips", ""),
        group=given.get("group", ""),
        due_on=given.get("due_on", ""),
    )


def coaching_view(  # noqa: PLR0913, PLR0917  (all that the page shows)
    item: Coaching,
    measured: Sequence[Measured],
    examples: Sequence[Example],
    known: Mapping[str, EvaluatedConversation],
    agents: Mapping[str, str],
    metrics: Mapping[str, str],
    reader: Reader,
    *,
    is_agent: bool,
    can_give: bool,
    away_until: date | None,
) -> CoachingView:
    """Show one item to the agent or to a coach. ``away_until``: the last day on which the agent is away."""
    return CoachingView(
        coaching_id=item.coaching_id,
        goal=written(item.goal),
        lead=_lead(item, agents, reader, away_until, is_agent=is_agent),
        state=_(_STATES[item.state]),
        is_late=item.is_late(reader.today) and away_until is None,
        plan=item.plan,
        clips=tuple(_clip(each.conversation_id, each.turn_id, each.note, known) for each in item.clips),
        measured=tuple(_measured(each, metrics, reader) for each in measured),
        examples=tuple(
            ClipView(
                href="",
                text=each.text,
                at=f"{agents.get(each.agent_id, each.agent_id)}{f', {clock(each.start_ms)}' if each.start_ms is not None else ''}",
                note=metrics.get(each.metric_id, each.metric_id),
            )
            for each in examples
        ),
        notes=tuple((agents.get(each.by, each.by), reader.lately(each.at), written(each.text)) for each in item.notes),
        acts=_acts(item, is_agent=is_agent, can_give=can_give),
        is_open=item.is_active,
    )


def _lead(item: Coaching, agents: Mapping[str, str], reader: Reader, away_until: date | None, *, is_agent: bool) -> str:
    """Return the sentences that name the agent, the coach, the due date and the group."""
    said = [
        _("{agent}, with {coach}.").format(
            agent=agents.get(item.agent_id, item.agent_id), coach=agents.get(item.coach, item.coach)
        )
    ]
    if item.due_on:
        said.append(_("Until {day}.").format(day=reader.day(item.due_on)))
    if away_until and item.is_active and not is_agent:
        said.append(_("The agent is away until {day}.").format(day=reader.day(away_until, year=False)))
    if item.group and not is_agent:
        said.append(_("Group {group}.").format(group=item.group))
    return " ".join(said)


def _acts(item: Coaching, *, is_agent: bool, can_give: bool) -> tuple[tuple[str, str], ...]:
    """Return the visitor's actions, the main one first."""
    if is_agent:
        return {
            "yet_to_start": (("start", _("Start coaching")),),
            "pending_agent_review": (("start", _("Continue")),),
            "in_progress": (("finish", _("Mark as done")),),
        }.get(item.state, ())
    if can_give and item.state in {"in_progress", "pending_supervisor_review"}:
        return (("complete", _("Complete")), ("back", _("Give back")))
    return (("complete", _("Complete")),) if can_give and item.state == "pending_agent_review" else ()


def _clip(
    conversation_id: str | None, turn_id: str | None, note: str, known: Mapping[str, EvaluatedConversation]
) -> ClipView:
    case = known.get(conversation_id or "")
    if case is None:
        return ClipView(href="", text=_("Erased, or not open to you"), at="", note="")
    turn = next((each for each in case.conversation.turns if each.id == turn_id), None)
    anchor = f"#t-{turn.id}" if turn else ""
    return ClipView(
        href=f"/console/conversations/{case.conversation.id}{anchor}",
        text=turn.text if turn else excerpt(customer_words(case.conversation)),
        at=clock(turn.start_ms) if turn and turn.start_ms is not None else "",
        note=note,
    )


def _measured(each: Measured, metrics: Mapping[str, str], reader: Reader) -> MeasuredView:
    """Show the change of a metric, and whether chance explains it."""
    moved = each.difference
    if moved is None:
        later_on = _("Measured once there are conversations on both sides.")
        sentence = later_on if each.after_n == 0 else _("None before.")
    elif min(each.before_n, each.after_n) < FEW:
        sentence = _("Too few to say whether it changed.")
    elif moved.low > 0:
        sentence = _("Better, and by more than chance explains.")
    elif moved.high < 0:
        sentence = _("Worse, and by more than chance explains.")
    else:
        sentence = _("The difference could still be chance.")
    return MeasuredView(
        name=metrics.get(each.metric_id, each.metric_id),
        before=_figure(each.before, each.before_n, reader),
        after=_figure(each.after, each.after_n, reader),
        sentence=sentence,
    )


def _figure(figure: Figure | None, n: int, reader: Reader) -> str:
    if figure is None:
        return _("no conversation")
    if n < FEW:
        return reader.rate(round(figure.value * n), n)
    interval = reader.ends(figure.low, figure.high, with_sign=True)
    return _("{share}, {interval}, from {n}").format(share=reader.share(figure.value), interval=interval, n=n)
