"""The conversation page: words, marks, margin; verdicts, arithmetic, insights, trail."""

from datetime import datetime
from itertools import pairwise

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.audits.audit import state_of
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation
from auscult.domain.questions.outcome import SectionScore, band_of, section_scores
from auscult.domain.scoring.stored import ConversationDetail
from auscult.server.console.charts.lanes import lanes
from auscult.server.console.charts.strip import strip
from auscult.server.console.reader import Reader, clock, length
from auscult.server.console.views.naming import (
    NOT_SCORED,
    agent_name,
    agents_of,
    channel_of,
    customer_words,
    language_name,
    queues_of,
)
from auscult.server.console.views.quality.conversation_insights import InsightsView, insights_view
from auscult.server.console.views.quoting import excerpt
from auscult.server.console.views.transcript import Marks, TurnView, lane_marks, spoken, turn_views
from auscult.server.console.views.verdicts import WORDS, LedgerView, VerdictView, cells_of, ledger_view, verdict_views
from auscult.services.conversations.closest import closest_of

_LONGEST_TITLE = 110
_ACTIONS = {
    "assigned": "Assigned for audit",
    "reassigned": "Handed on for audit",
    "submitted": "Audited",
    "reaudited": "Audit changed",
    "declined": "Audit declined",
    "released": "Released to the agent",
    "agent_accepted": "Accepted by the agent",
    "disputed": "Disputed by the agent",
    "dispute_decided": "Dispute decided",
    "dispute_withdrawn": "Dispute withdrawn",
    "rescored": "Scored again",
}


class ScoreView(Struct, frozen=True, kw_only=True):
    """The score and what it means. ``verdict``: ``Passed``, ``Not passed``, or why there is none.

    ``band`` is the name of the score's band, ``sections`` are the subtotals in the form's order.
    """

    score: str
    verdict: str
    explanation: str
    strip: Markup | None
    band: str = ""
    sections: tuple["SectionView", ...] = ()


class SectionView(Struct, frozen=True, kw_only=True):
    """The subtotal of a section, and in words whether it passed."""

    name: str
    score: str
    verdict: str


class EarlierView(Struct, frozen=True, kw_only=True):
    """An earlier evaluation in a line, and what the one after it decided otherwise."""

    when: str
    text: str
    changes: tuple[str, ...]


class TrailView(Struct, frozen=True, kw_only=True):
    """One line of the trail, the latest first."""

    when: str
    at: str
    text: str


class DataView(Struct, frozen=True, kw_only=True):
    """One field of the conversation as it came, and its value."""

    name: str
    values: tuple[str, ...]


class AuditView(Struct, frozen=True, kw_only=True):
    """How the audit stands, in words, and what may be done."""

    text: str
    comment: str


class ConversationView(Struct, frozen=True, kw_only=True):
    """Everything that the page shows. ``printed`` is when it is made, ``address`` where it stands, for paper."""

    id: str
    printed: str
    address: str
    title: str
    meta: tuple[str, ...]
    turns: tuple[TurnView, ...]
    lanes: Markup | None
    length: str
    score: ScoreView | None
    waiting: str
    verdicts: tuple[VerdictView, ...]
    ledger: LedgerView | None
    earlier: tuple[EarlierView, ...]
    insights: InsightsView | None
    audit: AuditView | None
    trail: tuple[TrailView, ...]
    data: tuple[DataView, ...]


def title_of(conversation: Conversation, dossier: ConversationDetail | None = None) -> str:
    """Return what a conversation is called: the customer's words on why they are in touch."""
    summary = dossier.insights.summary if dossier and dossier.insights else None
    words = summary.evidence[0].text if summary and summary.evidence else customer_words(conversation)
    return excerpt(words, _LONGEST_TITLE)


def conversation_view(dossier: ConversationDetail, reader: Reader, address: str = "") -> ConversationView:
    """Show all that is kept of a conversation. ``address`` is where its page stands, for those who print it."""
    conversation = dossier.conversation
    newest = dossier.evaluations[0] if dossier.evaluations else None
    results = newest.results if newest else ()
    near = closest_of(results, conversation)
    marks = Marks(conversation, results, near)
    texts = {turn.id: turn.text for turn in conversation.turns}
    speech = dossier.insights.speech if dossier.insights else None
    said = spoken(conversation)
    end_ms = max([conversation.duration_ms or 0, *(each.end_ms for each in said)], default=0)
    return ConversationView(
        id=conversation.id,
        printed=reader.moment(reader.now),
        address=address,
        title=title_of(conversation, dossier),
        meta=_meta(conversation, reader),
        turns=turn_views(conversation, marks, speech),
        lanes=lanes(said, end_ms, lane_marks(results, near), is_tall=True) if said and end_ms else None,
        length=clock(end_ms or None),
        score=_score(newest, reader) if newest else None,
        waiting=_waiting(dossier, reader),
        verdicts=verdict_views(results, newest.form, reader, texts, near) if newest and newest.form else (),
        ledger=ledger_view(newest, reader) if newest else None,
        earlier=tuple(
            EarlierView(when=reader.moment(old.evaluated_at), text=_decided(old, reader), changes=_changes(old, new))
            for new, old in pairwise(dossier.evaluations)
        ),
        insights=insights_view(conversation, dossier.insights, reader) if dossier.insights else None,
        audit=_audit(dossier, reader),
        trail=_trail(dossier, reader),
        data=_data(dossier, reader),
    )


def _meta(conversation: Conversation, reader: Reader) -> tuple[str, ...]:
    found = (
        channel_of(conversation),
        queues_of(conversation),
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
            verdict=NOT_SCORED.get(evaluation.status, "Not scored"),
            explanation=_decider(evaluation),
            strip=None,
        )
    needed = f"{reader.number(form.pass_score)} needed"
    if evaluation.score is None:
        verdict = "Nothing applies"
    elif evaluation.fatal_errors:
        verdict = "Not passed"
        needed = "a fatal metric was missed"
    elif evaluation.passed is False and evaluation.score >= form.pass_score:
        verdict = "Not passed"
        needed = "a required section did not pass"
    else:
        verdict = "Passed" if evaluation.passed else "Not passed"
    return ScoreView(
        score="\u2013" if evaluation.score is None else reader.number(evaluation.score),
        verdict=verdict,
        explanation=f"{needed}. {_decider(evaluation)}",
        strip=strip(cells_of(evaluation.results), width=236, height=24, gap=3),
        band=band_of(evaluation.score, form) or "",
        sections=tuple(_section(each, reader) for each in section_scores(evaluation.results, form)),
    )


def _section(section: SectionScore, reader: Reader) -> SectionView:
    return SectionView(
        name=section.name,
        score="\u2013" if section.score is None else reader.number(section.score),
        verdict={True: "passed", False: "not passed", None: ""}[section.passed],
    )


def _decider(evaluation: Evaluation) -> str:
    form = evaluation.form
    return f"{form.name}, version {form.version}" if form else "No form fits its queue and channel"


def _decided(evaluation: Evaluation, reader: Reader) -> str:
    if evaluation.status != "evaluated" or evaluation.score is None:
        return f"{NOT_SCORED.get(evaluation.status, 'No score')}. {_decider(evaluation)}"
    word = "passed" if evaluation.passed else "not passed"
    return f"Scored {reader.number(evaluation.score)}, {word}, with {_decider(evaluation)}"


def _changes(old: Evaluation, new: Evaluation) -> tuple[str, ...]:
    """Return which metrics a later evaluation decided otherwise, in the order of its form."""
    before = {each.metric.id: WORDS[each.verdict.qualification] for each in old.results}
    after = [(each.metric, WORDS[each.verdict.qualification]) for each in new.results]
    return tuple(
        f"{metric.name}: {before[metric.id]}, then {word}"
        for metric, word in after
        if metric.id in before and before[metric.id] != word
    )


def _waiting(dossier: ConversationDetail, reader: Reader) -> str:
    """Return what is to be said while the present revision is not evaluated, or nothing."""
    if dossier.is_current:
        return ""
    if dossier.has_failed:
        return "Scoring failed. This page shows the revision before, if there was one."
    if dossier.is_cancelled:
        return "Scoring was cancelled. Resume its job to score it."
    if dossier.wait:
        return f"Waits to be scored: {dossier.wait.reason}. Tried again at {reader.time(dossier.wait.until)}."
    return "Waits to be scored."


def _audit(dossier: ConversationDetail, reader: Reader) -> AuditView | None:
    audit = dossier.audit
    if audit is None:
        return None
    if audit.result is None:
        return AuditView(text=f"With {audit.auditor}, not submitted yet", comment="")
    result = audit.result
    score = "no score" if result.score is None else reader.number(result.score)
    when = reader.day(result.audited_at)
    return AuditView(text=f"Audited by {audit.auditor} on {when}: {score}", comment=result.sheet.comment)


def _trail(dossier: ConversationDetail, reader: Reader) -> tuple[TrailView, ...]:
    lines: list[tuple[datetime, str]] = []
    for entry in dossier.trail:
        text = _ACTIONS.get(entry.action, entry.action.capitalize())
        if entry.auditor:
            text += f": {entry.auditor}"
        if entry.result and entry.result.score is not None:
            text += f", {reader.number(entry.result.score)}"
        lines.append((entry.at, text))
    lines += [(each.evaluated_at, _decided(each, reader)) for each in dossier.evaluations]
    lines.append((dossier.conversation.started_at, "Began"))
    return tuple(
        TrailView(when=reader.lately(at), at=at.isoformat(), text=text)
        for at, text in sorted(lines, key=lambda each: each[0], reverse=True)
    )


def _data(dossier: ConversationDetail, reader: Reader) -> tuple[DataView, ...]:
    conversation = dossier.conversation
    newest = dossier.evaluations[0] if dossier.evaluations else None
    found: list[tuple[str, tuple[str, ...]]] = [
        ("Id", (conversation.id,)),
        ("Custom id", (conversation.custom_id,) if conversation.custom_id else ()),
        ("Revision", (str(dossier.revision),)),
        ("Source", (conversation.source,) if conversation.source else ()),
        ("Language", (language_name(conversation.language, reader),)),
        ("Queues", tuple(each.id for each in conversation.queues)),
        ("Agents", tuple(f"{agent_name(each)}: {each.id}" if each.name else each.id for each in conversation.agents)),
        ("Customer", (conversation.customer.id,) if conversation.customer and conversation.customer.id else ()),
        ("Decided by", newest.engines if newest else ()),
        *((name, (value,)) for name, value in sorted(conversation.custom_fields.items())),
    ]
    return tuple(DataView(name=name, values=values) for name, values in found if values)


def is_open_for_audit(dossier: ConversationDetail) -> bool:
    """Return whether nobody has submitted an audit of it yet."""
    return state_of(dossier.audit) != "audited"
