"""The conversation page: transcript with marks and margin, verdicts, arithmetic, insights, trail."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from markupsafe import Markup, escape
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.ai_agents.calls import ai_agents_of
from auscult.domain.audits.audit import Audit, state_of
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, MetricResult
from auscult.domain.questions.outcome import SectionScore, band_of, section_scores
from auscult.domain.scoring.stored import ConversationDetail
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.ai_agents.tools import ToolView, tool_view
from auscult.server.console.frame.charts.lanes import lanes
from auscult.server.console.frame.charts.strip import strip
from auscult.server.console.frame.naming import (
    agent_name,
    agents_of,
    assumed_words,
    channel_of,
    customer_words,
    language_name,
    queues_of,
    speaker_of,
    why_not_scored,
)
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader, clock, length
from auscult.server.console.frame.reasons import filled, in_words
from auscult.server.console.frame.transcript import Marks, TurnView, lane_marks, spoken, turn_views
from auscult.server.console.frame.verdicts import WORDS, LedgerView, VerdictView, cells_of, ledger_view, verdict_views
from auscult.server.console.insights.conversation_view import InsightsView, insights_view
from auscult.services.conversations.closest import closest_of

_LONGEST_TITLE = 110
_ACTIONS = {
    "assigned": later("Assigned for audit"),
    "reassigned": later("Passed on for audit"),
    "submitted": later("Audited"),
    "reaudited": later("Audit changed"),
    "declined": later("Audit declined"),
    "released": later("Released to the agent"),
    "agent_accepted": later("Accepted by the agent"),
    "acceptance_undone": later("Acceptance undone by the agent"),
    "disputed": later("Disputed by the agent"),
    "dispute_decided": later("Dispute decided"),
    "dispute_withdrawn": later("Dispute withdrawn"),
    "rescored": later("Scored again"),
}


class ScoreView(Struct, frozen=True, kw_only=True):
    """The score and its meaning. ``verdict``: ``Passed``, ``Not passed``, or why there is no score.

    ``band`` is the name of the score's band, ``sections`` are the subtotals in the form's order. ``joined`` is the sign
    between verdict and explanation.
    """

    score: str
    verdict: str
    explanation: str
    strip: Markup | None
    joined: str = "."
    band: str = ""
    sections: tuple[SectionScore, ...] = ()


class EarlierView(Struct, frozen=True, kw_only=True):
    """An earlier evaluation in one line, and the changes in the next one."""

    when: str
    text: str
    changes: tuple[str, ...]


class DataView(Struct, frozen=True, kw_only=True):
    """One field of the conversation as received, and its value."""

    name: str
    values: tuple[str, ...]


class PartScoreView(Struct, frozen=True, kw_only=True):
    """The result of a further part of a conversation, which ``title`` names, with a form of its own."""

    title: str
    score: ScoreView
    verdicts: tuple[VerdictView, ...]
    ledger: LedgerView | None


class ContextView(Struct, frozen=True, kw_only=True):
    """Context of the AI agent: its version, instructions and knowledge for who may read them, and tools."""

    title: str
    instructions: str
    knowledge: tuple[tuple[str, str], ...]
    tools: tuple[ToolView, ...]


class ConversationView(Struct, frozen=True, kw_only=True):
    """The page. For printing, ``printed`` is the time of the view, and ``address`` the address of the page."""

    id: str
    printed: str
    address: str
    title: str
    meta: tuple[str, ...]
    turns: tuple[TurnView, ...]
    lanes: Markup | None
    length: str
    score: ScoreView | None
    waiting: Markup
    verdicts: tuple[VerdictView, ...]
    ledger: LedgerView | None
    earlier: tuple[EarlierView, ...]
    insights: InsightsView | None
    audit: Audit | None
    revision: int
    part: str
    parts: tuple[PartScoreView, ...]
    ai: ContextView | None
    trail: tuple[tuple[datetime, str], ...]
    data: tuple[DataView, ...]


def title_of(conversation: Conversation, detail: ConversationDetail | None = None) -> str:
    """Return the title of a conversation: the customer's words on the reason for contact."""
    summary = detail.insights.summary if detail and detail.insights else None
    words = summary.evidence[0].text if summary and summary.evidence else customer_words(conversation)
    return excerpt(words, _LONGEST_TITLE)


def conversation_view(
    detail: ConversationDetail, reader: Reader, address: str = "", parts: Sequence[Evaluation] = ()
) -> ConversationView:
    """Show all stored data of a conversation. ``address`` is the address of its page, for printing.

    ``parts`` are the evaluations of its segments, where it is scored by segments.
    """
    conversation = detail.conversation
    newest = detail.evaluations[0] if detail.evaluations else None
    results = newest.results if newest else ()
    near = closest_of(results, conversation)
    others = [_apart(each, results) for each in parts if newest and each.segment != newest.segment]
    further = tuple(result for each in others for result in each.results)
    every, near = (*results, *further), {**near, **closest_of(further, conversation)}
    marks = Marks(conversation, every, near)
    said_by = {turn.id: (speaker_of(turn, conversation), turn.text) for turn in conversation.turns}
    speech = detail.insights.speech if detail.insights else None
    said = spoken(conversation)
    end_ms = max([conversation.duration_ms or 0, *(each.end_ms for each in said)], default=0)
    return ConversationView(
        id=conversation.id,
        printed=reader.moment(reader.now),
        address=address,
        title=title_of(conversation, detail),
        meta=_meta(conversation, reader),
        turns=turn_views(conversation, marks, speech),
        lanes=lanes(said, end_ms, lane_marks(every, near), is_tall=True) if said and end_ms else None,
        length=clock(end_ms or None),
        score=_score(newest, reader) if newest else None,
        waiting=_waiting(detail, reader),
        verdicts=verdict_views(results, newest.form, reader, said_by, near) if newest and newest.form else (),
        ledger=ledger_view(newest, reader) if newest else None,
        earlier=tuple(
            EarlierView(when=reader.moment(old.evaluated_at), text=_decided(old, reader), changes=_changes(old, new))
            for new, old in pairwise(detail.evaluations)
        ),
        insights=insights_view(conversation, detail.insights, reader) if detail.insights else None,
        audit=detail.audit,
        revision=detail.revision,
        part=_title_of_part(newest, conversation) if newest and others else "",
        parts=tuple(
            PartScoreView(
                title=_title_of_part(each, conversation),
                score=_score(each, reader),
                verdicts=verdict_views(each.results, each.form, reader, said_by, near) if each.form else (),
                ledger=ledger_view(each, reader),
            )
            for each in others
        ),
        ai=_context(conversation),
        trail=_trail(detail, reader),
        data=_data(detail, reader),
    )


def _apart(part: Evaluation, shown: Sequence[MetricResult]) -> Evaluation:
    """Return the evaluation of a part with ids of metrics that no result on the page has yet."""
    taken = {each.metric.id for each in shown}
    return replace(
        part,
        results=tuple(
            replace(each, metric=replace(each.metric, id=f"{each.metric.id}-{part.segment}"))
            if each.metric.id in taken
            else each
            for each in part.results
        ),
    )


def _title_of_part(part: Evaluation, conversation: Conversation) -> str:
    names = {agent.id: agent_name(agent) for agent in conversation.agents}
    name = names.get(part.agent_id or "", part.agent_id or "")
    who = _("AI agent") if part.handler == "ai" else _("Person")
    return f"{who}: {name}" if name else who


def _context(conversation: Conversation) -> ContextView | None:
    ai = conversation.ai
    if ai is None:
        return None
    machines = ai_agents_of(conversation)
    named = (each for each in conversation.agents if each.id in machines)
    return ContextView(
        title=", ".join(f"{agent_name(each)} {each.version or ''}".strip() for each in named),
        instructions=ai.instructions or "",
        knowledge=tuple((each.title or excerpt(each.text, 60), each.text) for each in ai.knowledge),
        tools=tuple(map(tool_view, ai.tools)),
    )


def _meta(conversation: Conversation, reader: Reader) -> tuple[str, ...]:
    found = (
        channel_of(conversation),
        queues_of(conversation, reader),
        agents_of(conversation),
        reader.moment(conversation.started_at),
        length(conversation.duration_ms),
    )
    return tuple(each for each in found if each)


def _score(evaluation: Evaluation, reader: Reader) -> ScoreView:
    form = evaluation.form
    if evaluation.status != "evaluated" or form is None:
        return ScoreView(
            score="\u2013",
            verdict=why_not_scored(evaluation.status, _("Not scored")),
            explanation=_decider(evaluation),
            strip=None,
        )
    needed = _("{score} needed").format(score=reader.number(form.pass_score))
    if evaluation.is_undecided:
        verdict, needed = _("Undecided"), _unanswered(evaluation)
    elif evaluation.score is None:
        verdict = _("Nothing applies")
    elif evaluation.fatal_errors:
        verdict = _("Not passed")
        needed = _("a fatal metric was missed")
    elif evaluation.passed is False and evaluation.score >= form.pass_score:
        verdict = _("Not passed")
        needed = _("a required section did not pass")
    else:
        verdict = _("Passed") if evaluation.passed else _("Not passed")
    return ScoreView(
        score="\u2013" if evaluation.score is None else reader.number(evaluation.score),
        verdict=verdict,
        explanation=f"{needed}. {_decider(evaluation)}",
        strip=strip(cells_of(evaluation.results), width=236, height=24, gap=3),
        joined="." if evaluation.score is None and not evaluation.is_undecided else ",",
        band=band_of(evaluation.score, form) or "",
        sections=section_scores(evaluation.results, form),
    )


def _unanswered(evaluation: Evaluation) -> str:
    """Return which fatal metrics have no answer."""
    form = evaluation.form
    named = [one.metric.name for one in evaluation.results if form and one.is_fatal_open(form)]
    return _("a fatal metric has no answer: {metrics}").format(metrics=", ".join(named))


def _decider(evaluation: Evaluation) -> str:
    form = evaluation.form
    if form is None:
        return _("No form fits its queue and channel")
    return _("{form}, version {version}").format(form=form.name, version=form.version)


def _decided(evaluation: Evaluation, reader: Reader) -> str:
    if evaluation.status != "evaluated" or evaluation.score is None:
        why = why_not_scored(evaluation.status, _("No score"))
        return f"{why}. {_decider(evaluation)}"
    said = {
        True: _("Scored {score}, passed, with {form}"),
        False: _("Scored {score}, not passed, with {form}"),
        None: _("Scored {score}, undecided, with {form}"),
    }
    return said[evaluation.passed].format(score=reader.number(evaluation.score), form=_decider(evaluation))


def _changes(old: Evaluation, new: Evaluation) -> tuple[str, ...]:
    """Return the metrics with another verdict in a later evaluation, in the order of its form."""
    before = {each.metric.id: _(WORDS[each.verdict.qualification]) for each in old.results}
    after = [(each.metric, _(WORDS[each.verdict.qualification])) for each in new.results]
    return tuple(
        _("{metric}: {before}, then {after}").format(metric=metric.name, before=before[metric.id], after=word)
        for metric, word in after
        if metric.id in before and before[metric.id] != word
    )


def _waiting(detail: ConversationDetail, reader: Reader) -> Markup:
    """Return the notice for a revision without an evaluation; empty if the present one is evaluated."""
    if detail.is_current:
        return Markup()
    if detail.has_failed:
        return escape(_("Scoring failed. This page shows the revision before, if there was one."))
    if detail.is_cancelled:
        return escape(_("Scoring was cancelled. Resume its job to score it."))
    if detail.wait:
        said = _("Waits to be scored: {reason}. Tried again at {time}.")
        return filled(said, reason=in_words(detail.wait.reason), time=reader.time(detail.wait.until))
    return escape(_("Waits to be scored."))


def _trail(detail: ConversationDetail, reader: Reader) -> tuple[tuple[datetime, str], ...]:
    """Return the lines of the trail with their times, the latest first."""
    lines: list[tuple[datetime, str]] = []
    for entry in detail.trail:
        text = _(_ACTIONS.get(entry.action, entry.action.capitalize()))
        if entry.auditor and entry.action in ("assigned", "reassigned", "submitted", "reaudited", "declined"):
            text += f": {entry.auditor}"
        if entry.result and entry.result.score is not None:
            text += f", {reader.number(entry.result.score)}"
        lines.append((entry.at, text))
    lines += [(each.evaluated_at, _decided(each, reader)) for each in detail.evaluations]
    lines.append((detail.conversation.started_at, _("Began")))
    return tuple(sorted(lines, key=lambda each: each[0], reverse=True))


def _data(detail: ConversationDetail, reader: Reader) -> tuple[DataView, ...]:
    conversation = detail.conversation
    newest = detail.evaluations[0] if detail.evaluations else None
    found: list[tuple[str, tuple[str, ...]]] = [
        (_("Id"), (conversation.id,)),
        (_("Custom id"), (conversation.custom_id,) if conversation.custom_id else ()),
        (_("Revision"), (str(detail.revision),)),
        (_("Source"), (conversation.source,) if conversation.source else ()),
        (_("Language"), (language_name(conversation.language, reader),)),
        (_("Not in the file"), assumed_words(conversation.assumed.items())),
        (_("Queues"), tuple(f"{each.name}: {each.id}" if each.name else each.id for each in conversation.queues)),
        (
            _("Agents"),
            tuple(f"{agent_name(each)}: {each.id}" if each.name else each.id for each in conversation.agents),
        ),
        (_("Customer"), (conversation.customer.id,) if conversation.customer and conversation.customer.id else ()),
        (_("Decided by"), newest.engines if newest else ()),
        *((name, (value,)) for name, value in sorted(conversation.custom_fields.items())),
    ]
    return tuple(DataView(name=name, values=values) for name, values in found if values)


def is_open_for_audit(detail: ConversationDetail) -> bool:
    """Return whether no audit of the conversation has been submitted yet."""
    return state_of(detail.audit) != "audited"
