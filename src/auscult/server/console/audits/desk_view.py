"""The audit desk: the transcript on the left, the form on the right, and no decision of anyone else.

The machine's answers are shown only for items of plans that do not hide them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup
from msgspec import Struct

from auscult.domain.audits.assignment import DeclineCode
from auscult.domain.audits.audit import Audit, AuditAnswer, Sheet
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import BY_A_PERSON, MetricResult, Qualification, Verdict, at, grounds
from auscult.domain.form import Form, Metric
from auscult.domain.questions.structure import Reason
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.charts.lanes import lanes
from auscult.server.console.frame.naming import channel_of, language_name, queues_of
from auscult.server.console.frame.reader import Reader, clock, length
from auscult.server.console.frame.transcript import Marks, TurnView, lane_marks, spoken, turn_views
from auscult.server.console.frame.verdicts import question_of
from auscult.services.audits.workflow import revision_of

ANSWERS: tuple[tuple[Qualification, str], ...] = (
    ("YES", later("Yes")),
    ("NO", later("No")),
    ("NA", later("N/A")),
)
CODES: dict[DeclineCode, str] = {
    "no_sound": later("No sound, or too little"),
    "wrong_agent": later("Another agent"),
    "language": later("A language that I do not speak"),
    "incomplete": later("Words are missing"),
    "not_for_form": later("The form does not fit"),
    "other": later("Something else"),
}
"""Reasons why a conversation cannot be judged, in words."""
_QUOTED = re.compile("\u201c([^\u201c\u201d]+)\u201d")


LEVEL = "level:"
"""Prefix of a level's name in the fields of the form, which distinguishes it from YES, NO and NA."""


class QuestionView(Struct, frozen=True, kw_only=True):
    """One metric to answer. ``is_open``: it needs an answer and has none.

    ``number`` is its position; ``asks_number`` and ``given_number`` are for metrics that are answered with a number.
    ``reasons`` are coded reasons for a NO, ``templates`` comments to start from, ``machine`` its answer, where shown.
    """

    number: int
    metric_id: str
    name: str
    question: str
    is_fatal: bool
    answer: str
    choices: Mapping[str, str]
    comment: str
    is_open: bool
    guidance: str = ""
    asks_number: bool = False
    given_number: str = ""
    reasons: Mapping[str, str]
    reason: str = ""
    templates: tuple[str, ...] = ()
    machine: str = ""


class Item(NamedTuple):
    """The auditor's work item: the assignment, its audit, and whether the machine's answers are shown.

    ``typed`` are answers that were refused, as others were stored meanwhile; they are shown in place of the draft.
    """

    assignment_id: str
    audit: Audit | None
    shows_machine: bool = False
    typed: Sheet | None = None


class StoredView(Struct, frozen=True, kw_only=True):
    """The stored answers as the fields of the desk, with their revision and the time at which they were stored."""

    revision: int
    time: str
    fields: dict[str, str]


class DeskView(Struct, frozen=True, kw_only=True):
    """The page. ``waiting`` counts the items to do; ``problem`` names the obstacle to submitting the audit.

    ``is_moved``: the answers that are shown are not stored, as others were stored meanwhile.
    """

    conversation_id: str
    assignment_id: str
    stored: StoredView
    is_moved: bool
    meta: tuple[str, ...]
    turns: tuple[TurnView, ...]
    lanes: Markup | None
    length: str
    form: str
    questions: tuple[QuestionView, ...]
    answered: int
    comment: str
    waiting: int
    problem: str
    here: int
    blind: str

    @property
    def stored_json(self) -> str:
        """The stored answers for the script."""
        return msgspec.json.encode(self.stored).decode()


def desk_view(case: EvaluatedConversation, item: Item, waiting: int, reader: Reader, problem: str = "") -> DeskView:
    """Show a conversation to its auditor. ``waiting`` counts their items to do, including this one."""
    conversation, form = case.conversation, case.evaluation.form
    sheet = item.typed or _draft(item.audit)
    answers = {each.metric_id: each for each in sheet.answers}
    marked = tuple(_own_marks(conversation, form, answers)) if form else ()
    said = spoken(conversation)
    end_ms = max([conversation.duration_ms or 0, *(each.end_ms for each in said)], default=0)
    machine = _machine(case.evaluation.results, form) if item.shows_machine and form else {}
    questions = tuple(_questions(form, answers, machine)) if form else ()
    speech = case.insights.speech if case.insights else None
    return DeskView(
        conversation_id=conversation.id,
        assignment_id=item.assignment_id,
        stored=stored_view(case, item.audit, reader),
        is_moved=item.typed is not None,
        meta=_meta(conversation, reader),
        turns=turn_views(conversation, Marks(conversation, marked), speech),
        lanes=lanes(said, end_ms, lane_marks(marked), is_tall=True) if said and end_ms else None,
        length=clock(end_ms or None),
        form=form.name if form else "",
        questions=questions,
        answered=sum(bool(each.answer or each.given_number) for each in questions),
        comment=sheet.comment,
        waiting=waiting,
        problem=problem,
        blind=_("Other auditors hidden") if item.shows_machine else _("Blind: machine and other auditors hidden"),
        here=next(
            (n for n, each in enumerate(questions) if not (each.answer or each.given_number)),
            max(len(questions) - 1, 0),
        ),
    )


def stored_view(case: EvaluatedConversation, audit: Audit | None, reader: Reader) -> StoredView:
    """Return the stored answers of an audit, for a desk to compare with its own."""
    sheet, form = _draft(audit), case.evaluation.form
    answers = {each.metric_id: each for each in sheet.answers}
    fields: dict[str, str] = {}
    for each in _questions(form, answers, {}) if form else ():
        fields |= {
            f"a-{each.metric_id}": each.answer,
            f"n-{each.metric_id}": each.given_number,
            f"r-{each.metric_id}": each.reason,
            f"c-{each.metric_id}": each.comment,
        }
    fields["comment"] = sheet.comment
    return StoredView(revision=revision_of(audit), time=_drafted(audit, reader), fields=fields)


def _draft(audit: Audit | None) -> Sheet:
    return audit.draft if audit else Sheet()


def _drafted(audit: Audit | None, reader: Reader) -> str:
    """Return when answers were drafted last: the time of today, else with its day."""
    at = audit.drafted_at if audit else None
    if at is None:
        return ""
    return reader.time(at) if reader.local(at).date() == reader.today else reader.moment(at)


def _meta(conversation: Conversation, reader: Reader) -> tuple[str, ...]:
    found = (
        channel_of(conversation),
        queues_of(conversation, reader),
        length(conversation.duration_ms),
        language_name(conversation.language, reader),
    )
    return tuple(each for each in found if each)


def _machine(results: Sequence[MetricResult], form: Form) -> dict[str, str]:
    """Return the machine's answers in words, by metric id, and of which fatal metrics it has none."""
    words: dict[str, str] = {value: _(word) for value, word in ANSWERS}
    found = {one.metric.id: one.verdict.level or words.get(one.verdict.qualification, "") for one in results}
    unanswered = (one.metric.id for one in results if one.is_fatal_open(form))
    return found | dict.fromkeys(unanswered, _("no answer"))


def _questions(form: Form, answers: Mapping[str, AuditAnswer], machine: Mapping[str, str]) -> Iterator[QuestionView]:
    for number, metric in enumerate(form.metrics, 1):
        given = answers.get(metric.id)
        counts = metric.fatal or metric.weight > 0 or metric.negative_weight > 0
        yield QuestionView(
            number=number,
            metric_id=metric.id,
            name=metric.name,
            question=question_of(metric),
            is_fatal=metric.fatal,
            answer=_chosen(metric, given),
            choices=_choices(metric),
            comment=given.comment if given else "",
            is_open=counts and given is None,
            guidance=metric.guidance,
            asks_number=_asks_number(metric),
            given_number=given.level or "" if given and _asks_number(metric) else "",
            reasons=dict(_reasons(metric.reasons)),
            reason=given.reason_code or "" if given else "",
            templates=metric.comments,
            machine=machine.get(metric.id, ""),
        )


def _asks_number(metric: Metric) -> bool:
    return metric.grades is not None and metric.grades.kind == "number"


def _choices(metric: Metric) -> dict[str, str]:
    """Return the available answers in words: the levels of a graded metric, else Yes and No; and N/A."""
    if metric.grades is None:
        return {value: _(word) for value, word in ANSWERS}
    levels = () if _asks_number(metric) else metric.grades.levels
    return {f"{LEVEL}{level.name}": level.name for level in levels} | {"NA": _("N/A")}


def _chosen(metric: Metric, given: AuditAnswer | None) -> str:
    """Return the drafted answer; empty if it is a number."""
    if given is None or (given.level is not None and _asks_number(metric)):
        return ""
    return given.answer if given.level is None else f"{LEVEL}{given.level}"


def _reasons(reasons: Iterable[Reason], above: str = "") -> Iterator[tuple[str, str]]:
    """Return the codes of reasons and of the finer ones below them, each in words with the names above it."""
    for reason in reasons:
        name = f"{above}{reason.name}"
        yield reason.code, name
        yield from _reasons(reason.reasons, f"{name}: ")


def _own_marks(conversation: Conversation, form: Form, answers: Mapping[str, AuditAnswer]) -> Iterator[MetricResult]:
    """Return the auditor's answers with the words that they quote, for the transcript to mark."""
    for metric in form.metrics:
        given = answers.get(metric.id)
        if given is None:
            continue
        evidence = tuple(
            at(turn, f"says '{quoted}'", turn.start_ms, turn.end_ms, turn.text)
            for quoted in _QUOTED.findall(given.comment)
            for turn in conversation.turns
            if quoted in turn.text
        )
        verdict = Verdict(qualification=given.answer, evidence=grounds(evidence) if evidence else (BY_A_PERSON,))
        yield MetricResult(metric=metric, verdict=verdict)
