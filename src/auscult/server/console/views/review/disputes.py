"""Disputes: the inbox, and one dispute with four voices, the transcript, and the score that each outcome gives."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditAnswer, Sheet, results_of
from auscult.domain.audits.sheet import filled_sheet
from auscult.domain.disputes.overturn import check_answer
from auscult.domain.disputes.review import Dispute
from auscult.domain.disputes.statistics import DisputeFigures, DisputeStatistics
from auscult.domain.evaluation import MetricResult, score
from auscult.domain.form import Form
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.server.console.charts.lanes import lanes
from auscult.server.console.charts.strip import strip
from auscult.server.console.language import gettext as _
from auscult.server.console.language import later, pgettext
from auscult.server.console.reader import Reader, clock, length
from auscult.server.console.views.message import MessageView
from auscult.server.console.views.naming import customer_words, queues_of
from auscult.server.console.views.quoting import excerpt
from auscult.server.console.views.review.dispute_statistics import hours_in_words
from auscult.server.console.views.transcript import Marks, TurnView, lane_marks, spoken, turn_views
from auscult.server.console.views.verdicts import cells_of, question_of, reason_of
from auscult.services.disputes.reviewing import ReviewView

Sign = Literal["yes", "no", "na", "unsure"]
_SIGNS: dict[str, Sign] = {"YES": "yes", "NO": "no", "NA": "na"}
_WORDS = {"YES": later("Yes"), "NO": later("No"), "NA": later("N/A"), "-": later("No answer")}
_STATES = {
    "open": later("Waits"),
    "accepted": later("Changed"),
    "withdrawn": later("Withdrawn"),
    "reopened": later("Re-opened by the auditor"),
    "erased": later("Erased"),
}


class DisputeRow(Struct, frozen=True, kw_only=True):
    """One dispute in the list."""

    href: str
    metric: str
    words: str
    about: str
    asks: str
    round: str
    when: str
    is_late: bool
    state: str


class DisputesView(Struct, frozen=True, kw_only=True):
    """The inbox, or the list of ended disputes."""

    rows: tuple[DisputeRow, ...]
    lead: str
    is_open: bool


class VoiceView(Struct, frozen=True, kw_only=True):
    """One side of a dispute: who, when, which answer and why. ``asks`` precedes the answer."""

    by: str
    when: str
    kind: str
    word: str
    text: str
    asks: str = ""


class OutcomeView(Struct, frozen=True, kw_only=True):
    """One way to decide, with the score that it makes."""

    answer: str
    kind: Sign
    word: str
    title: str
    hint: str
    score: str
    strip: Markup


class DisputeView(Struct, frozen=True, kw_only=True):
    """The page of one dispute."""

    dispute_id: str
    title: str
    lead: str
    due: str
    is_late: bool
    is_open: bool
    metric: str
    voices: tuple[VoiceView, ...]
    turns: tuple[TurnView, ...]
    lanes: Markup | None
    length: str
    conversation_href: str
    can_decide: bool
    outcomes: tuple[OutcomeView, ...]
    history: tuple[tuple[str, str], ...]
    readers: str


def disputes_view(
    found: Sequence[Dispute],
    known: Mapping[str, EvaluatedConversation],
    names: Mapping[str, str],
    reader: Reader,
    *,
    is_open: bool,
) -> DisputesView:
    """Show disputes: open ones by the time they are due, ended ones with the newest first.

    ``names``: of metrics and people, by metric id and e-mail address.
    """
    ordered = sorted(found, key=lambda each: each.due_at if is_open else each.raised_at, reverse=not is_open)
    late = sum(each.is_open and each.due_at < reader.now for each in ordered)
    if is_open:
        text = _("{n} to decide, {late} late.") if late else _("{n} to decide.")
        lead = text.format(n=len(ordered), late=late) if ordered else _("Nothing is disputed.")
    else:
        lead = _("Disputes of the last 90 days that have ended.")
    return DisputesView(rows=tuple(_row(each, known, names, reader) for each in ordered), lead=lead, is_open=is_open)


def _row(
    found: Dispute, known: Mapping[str, EvaluatedConversation], names: Mapping[str, str], reader: Reader
) -> DisputeRow:
    case = known.get(found.conversation_id or "")
    asks = _("asks for another answer")
    if found.proposed:
        asks = _("asks for {answer}").format(answer=word_of(found.proposed))
    return DisputeRow(
        href=f"/console/disputes/{found.dispute_id}",
        metric=names.get(found.metric_id, found.metric_id),
        words=excerpt(customer_words(case.conversation)) if case else _("Erased conversation"),
        about=_("{answer} by {auditor}").format(
            answer=word_of(found.before), auditor=names.get(found.auditor, found.auditor)
        ),
        asks=asks,
        round=_("Round {n}").format(n=found.round),
        when=reader.lately(found.due_at if found.is_open else found.decided_at or found.raised_at),
        is_late=found.is_open and found.due_at < reader.now,
        state=_state(found),
    )


def _state(found: Dispute) -> str:
    return pgettext("dispute", "Kept") if found.state == "denied" else _(_STATES[found.state])


def dispute_view(  # noqa: PLR0913  (all that the page shows)
    found: Dispute,
    whole: ReviewView,
    form: Form,
    figures: DisputeStatistics | None,
    reader: Reader,
    *,
    can_decide: bool,
    hides_auditor: bool,
    names: Mapping[str, str],
) -> DisputeView:
    """Show one dispute. ``names``: of metrics and people, by metric id and e-mail address."""
    conversation, machine = whole.case.conversation, _machine(whole.case, found.metric_id)
    said = spoken(conversation)
    end_ms = max([conversation.duration_ms or 0, *(each.end_ms for each in said)], default=0)
    marked = (machine,) if machine else ()
    speech = whole.case.insights.speech if whole.case.insights else None
    metric = names.get(found.metric_id, found.metric_id)
    agent = agent_name(whole, found)
    about = (queues_of(conversation), reader.lately(conversation.started_at), length(conversation.duration_ms))
    return DisputeView(
        dispute_id=found.dispute_id,
        title=_("{metric}, disputed by {agent}").format(metric=metric, agent=agent),
        lead=_("{about}. Round {round} of {rounds}.").format(
            about=", ".join(each for each in about if each), round=found.round, rounds=whole.review.policy.rounds
        ),
        due=reader.lately(found.due_at),
        is_late=found.is_open and found.due_at < reader.now,
        is_open=found.is_open,
        metric=metric,
        voices=tuple(_voices(found, whole, form, machine, reader, names, hides_auditor=hides_auditor)),
        turns=turn_views(conversation, Marks(conversation, marked), speech),
        lanes=lanes(said, end_ms, lane_marks(marked)) if said and end_ms else None,
        length=clock(end_ms or None),
        conversation_href=f"/console/conversations/{conversation.id}",
        can_decide=can_decide,
        outcomes=tuple(_outcomes(found, whole, form, reader)) if can_decide else (),
        history=_history(found, figures, metric, reader) if figures else (),
        readers=_("Reason ({agent} and the auditor will read it)").format(agent=agent),
    )


def agent_name(whole: ReviewView, found: Dispute) -> str:
    """Return the name of the agent of a dispute, or their id."""
    for each in whole.case.conversation.agents:
        if each.id == found.agent_id:
            return each.name or each.id
    return found.agent_id or _("the agent")


def word_of(answer: str | None) -> str:
    """Return an answer in words."""
    given = answer or "-"
    return _(_WORDS[given]) if given in _WORDS else given


def sign_of(answer: str | None) -> str:
    """Return the sign of an answer, "" for a level."""
    return _SIGNS.get(answer or "", "")


def _machine(case: EvaluatedConversation, metric_id: str) -> MetricResult | None:
    return next((each for each in case.evaluation.results if each.metric.id == metric_id), None)


def _voices(  # noqa: PLR0913, PLR0917  (all that they say)
    found: Dispute,
    whole: ReviewView,
    form: Form,
    machine: MetricResult | None,
    reader: Reader,
    names: Mapping[str, str],
    *,
    hides_auditor: bool,
) -> Iterator[VoiceView]:
    """Yield the voices in order: the form, the auditor, the agent with each round and its decision, the machine."""
    metric = next((each for each in form.metrics if each.id == found.metric_id), None)
    if metric is not None:
        text = question_of(metric) or metric.name
        weight = _("weight {n}").format(n=reader.number(metric.weight))
        yield VoiceView(by=_("The form asks"), when=weight, kind="", word="", text=text)
    result = whole.audit.result
    given = next((each for each in result.sheet.answers if each.metric_id == found.metric_id), None) if result else None
    yield VoiceView(
        by=_("Auditor") if hides_auditor else names.get(found.auditor, found.auditor),
        when=reader.lately(whole.review.submitted_at),
        kind=sign_of(found.before),
        word=word_of(found.before),
        text=given.comment if given else "",
    )
    for each in whole.disputes:
        if each.metric_id != found.metric_id or each.round > found.round:
            continue
        yield VoiceView(
            by=agent_name(whole, found),
            when=reader.lately(each.raised_at),
            kind=sign_of(each.proposed),
            word=word_of(each.proposed) if each.proposed else "",
            text=each.comment,
            asks=_("asks for") if each.proposed else "",
        )
        if each.decided_by and each.reason:
            yield VoiceView(
                by=names.get(each.decided_by, each.decided_by),
                when=reader.lately(each.decided_at or each.raised_at),
                kind=sign_of(each.after),
                word=word_of(each.after),
                text=each.reason,
            )
    if machine is not None and machine.verdict.qualification != "-":
        answer = machine.verdict.level or machine.verdict.qualification
        why = reason_of(machine)
        when = reader.lately(whole.case.evaluation.evaluated_at)
        yield VoiceView(by=_("Machine"), when=when, kind=sign_of(answer), word=word_of(answer), text=why)


def _outcomes(found: Dispute, whole: ReviewView, form: Form, reader: Reader) -> Iterator[OutcomeView]:
    """Yield the ways to decide: keep, what the agent asks for, and the others."""
    metric = next(each for each in form.metrics if each.id == found.metric_id)
    asked = (found.proposed,) if found.proposed else ()
    common: tuple[str, ...] = () if metric.grades is not None else ("NO", "NA", "YES")
    result = whole.audit.result
    for answer in dict.fromkeys((found.before, *asked, *common)):
        if answer == "-" or result is None:
            continue
        changed = check_answer(form, found.metric_id, answer)
        given = tuple(
            replace(changed, comment=each.comment, reason_code=each.reason_code if answer == "NO" else None)
            if each.metric_id == found.metric_id
            else each
            for each in result.sheet.answers
        )
        results = results_of(form, _with(Sheet(answers=given), changed, form))
        points = score(results, form)
        is_kept = answer == found.before
        title = _("Keep {answer}") if is_kept else _("Change to {answer}")
        hint = _("The auditor was right") if is_kept else _("As the agent asks") if answer == found.proposed else ""
        yield OutcomeView(
            answer=answer,
            kind=_SIGNS.get(answer, "unsure"),
            word=word_of(answer),
            title=title.format(answer=word_of(answer)),
            hint=hint,
            score="\u2013" if points is None else reader.number(points),
            strip=strip(cells_of(results), width=100, height=18),
        )


def _with(sheet: Sheet, changed: AuditAnswer, form: Form) -> Sheet:
    if any(each.metric_id == changed.metric_id for each in sheet.answers):
        return sheet
    return filled_sheet(sheet, Sheet(answers=(changed,)), form)


def _history(found: Dispute, figures: DisputeStatistics, metric: str, reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return the outcomes of similar disputes."""
    own = next((each for each in figures.metrics if each.key == found.metric_id), None)
    lines: list[tuple[str, str]] = []
    if own is not None:
        lines.append((metric, _ended(own)))
    lines.append((_("All metrics"), _ended(figures.all)))
    if figures.all.hours is not None:
        lines.append((_("Median time to decide"), hours_in_words(figures.all.hours, reader)))
    return tuple(lines)


def _ended(found: DisputeFigures) -> str:
    if not found.decided:
        return _("None decided yet")
    return _("{changed} of {n} changed").format(changed=found.overturned, n=found.decided)


def finished_view(found: Dispute, base: str) -> MessageView:
    """Return the message that the conversation of a dispute was erased."""
    text = _(
        "Its conversation was erased, and with it what was said. That there was a dispute, and how it ended, is kept."
    )
    title, state = _("Erased"), _state(found)
    if found.state != "erased":
        title = _("Erased, {state} before").format(state=state[:1].lower() + state[1:])
    return MessageView(title=title, text=text, href=f"{base}/disputes", action=_("Disputes"))
