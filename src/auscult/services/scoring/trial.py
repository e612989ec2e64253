"""A form tried on some conversations at once: near engines answer, nothing outside is asked, nothing is stored."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.engines import KeptAnswers, RemoteEngine
from auscult.domain.errors import RequestError, coded
from auscult.domain.evaluation import Evaluation, Verdict
from auscult.domain.form import Assignment, Form, undated
from auscult.domain.probe import AFAR, FailedAnswer, Inquiry, Probe
from auscult.domain.scoring.judging import JudgeResult, Usage
from auscult.domain.scoring.stored import PendingConversation
from auscult.metrics import METRICS
from auscult.services.scoring.engine_calls.answer_cache import Memory
from auscult.services.scoring.engine_calls.ask_remote import NOT_ASKED as LATER
from auscult.services.scoring.engine_calls.ask_remote import estimate
from auscult.services.scoring.evaluate import Evaluator, Waiting

MOST_TURNS, MOST_CHARACTERS = 400, 50_000
_TURN_MS = 6_000
NOT_ASKED = coded("a trial asks no judge and no other system")
_LINE = re.compile(r"^\s*(?P<who>agent|customer|a|c)\s*[:>]\s*(?P<text>.+?)\s*$", re.IGNORECASE)


class Trial(NamedTuple):
    """A conversation with its evaluation by the form in force and by the one that is tried.

    ``before`` is None without a form in force.
    """

    conversation: Conversation
    before: Evaluation | None
    after: Evaluation


class _Unasked:
    """Substitute for a judge or another system: a question that it has not answered before stays without an answer.

    ``most`` receives what asking would take, where there is such an engine. ``is_waiting``: the conversation waits.
    """

    at_once = 1

    def __init__(self, engine: RemoteEngine | None, most: list[Usage], *, is_waiting: bool) -> None:
        self.kinds: frozenset[type[Probe]] = AFAR if engine is None else engine.kinds
        self.version = "" if engine is None else engine.version
        self._engine = engine
        self._most = most
        self._is_waiting = is_waiting

    def ask(self, questions: Sequence[Inquiry]) -> Iterator[JudgeResult]:
        """Yield that each question has no answer."""
        if self._engine is not None:
            self._most.append(estimate(self._engine, questions))
        for each in () if self._is_waiting else questions:
            nothing = FailedAnswer(reason=NOT_ASKED, engine="")
            yield JudgeResult(conversation_id=each.transcript.conversation_id, answers={each: nothing})
        for about in dict.fromkeys(each.transcript.conversation_id for each in questions if self._is_waiting):
            yield JudgeResult(conversation_id=about, answers={}, postponed=LATER)

    def close(self) -> None:
        """Do nothing."""


def unasked(evaluator: Evaluator, most: list[Usage], *, is_waiting: bool = False) -> Evaluator:
    """Return an evaluator that asks no judge and no other system; ``most`` receives what asking them would take.

    ``is_waiting``: a conversation about which they would be asked waits; else its questions have no answer, and why.
    """
    unconfigured = _Unasked(None, most, is_waiting=is_waiting)
    substitutes = {engine: _Unasked(engine, most, is_waiting=is_waiting) for engine in evaluator.far.values()}
    far = dict.fromkeys(AFAR, unconfigured) | {kind: substitutes[engine] for kind, engine in evaluator.far.items()}
    return evaluator._replace(far=far, summaries="none")


def is_not_asked(verdict: Verdict) -> bool:
    """Return whether a verdict has no answer because a trial asks no judge and no other system."""
    return (verdict.reason or "").endswith(NOT_ASKED)


def asked_afar(form: Form) -> int:
    """Return how many questions of a form may need an answer of a judge or another system, which a trial does not ask."""
    return sum(bool(METRICS[each.type].needs(each.settings) & AFAR) for each in form.metrics)


def for_any(form: Form) -> Form:
    """Return a form that scores any conversation of its channel, whatever its queue, direction and day."""
    return undated(replace(form, assignments=(Assignment(queue="*", direction="both"),)))


def tried(
    evaluator: Evaluator, form: Form, conversations: Sequence[Conversation], now: datetime
) -> list[Evaluation | None]:
    """Return the evaluation of each conversation with a form, whatever its queue; None where only a judge could answer."""
    batch = [PendingConversation(conversation=each, revision=1) for each in conversations]
    found = evaluator.evaluate_ready(batch, [for_any(form)], now, Memory(), may_ask=False)
    return [None if isinstance(each, Waiting) else each[0] for each in found]


def tried_alone(
    evaluator: Evaluator,
    form: Form,
    conversations: Sequence[Conversation],
    now: datetime,
    kept: KeptAnswers | None = None,
) -> list[Evaluation]:
    """Return the evaluation of each conversation as ``tried`` does; what only others could answer has no answer, and why.

    ``kept`` are answers that others gave before.
    """
    batch = [PendingConversation(conversation=each, revision=1) for each in conversations]
    found = unasked(evaluator, []).evaluate(batch, [for_any(form)], now, kept)
    return [replace(each, engines=tuple(filter(None, each.engines))) for each, _insights in found]


def compared(  # noqa: PLR0913, PLR0917  (what is tried, and all that it is tried with)
    evaluator: Evaluator,
    form: Form,
    in_force: Form | None,
    conversations: Sequence[Conversation],
    now: datetime,
    kept: KeptAnswers | None = None,
) -> list[Trial]:
    """Return how each conversation is scored by a form, and by the version of it that is in force."""
    after = tried_alone(evaluator, form, conversations, now, kept)
    before = [None] * len(after) if in_force is None else tried_alone(evaluator, in_force, conversations, now, kept)
    return [Trial(*each) for each in zip(conversations, before, after, strict=True)]


def pasted(text: str, form: Form, now: datetime) -> Conversation:
    """Read a pasted transcript: a line a turn, each with ``Agent:`` or ``Customer:`` before it.

    Raises ``RequestError`` ``transcript.unreadable``.
    """
    turns: list[Turn] = []
    for number, line in enumerate(text[:MOST_CHARACTERS].splitlines(), 1):
        if not line.strip():
            continue
        found = _LINE.match(line)
        if found is None:
            raise RequestError(
                "line {n} of the transcript begins neither with Agent: nor with Customer:",
                n=number,
                code="transcript.unreadable",
                field="transcript",
                value=line[:100],
            )
        speaker = "agent" if found["who"].lower().startswith("a") else "customer"
        at = len(turns) * _TURN_MS
        turns.append(
            Turn(id=f"t{len(turns) + 1}", speaker=speaker, text=found["text"], start_ms=at, end_ms=at + _TURN_MS)
        )
    if not 0 < len(turns) <= MOST_TURNS:
        raise RequestError(
            "a transcript has 1 to {n} lines with words", n=MOST_TURNS, code="transcript.unreadable", field="transcript"
        )
    length = timedelta(milliseconds=len(turns) * _TURN_MS)
    return Conversation(
        id="c-pasted",
        channel=form.channel,
        direction="inbound",
        language=form.languages[0],
        started_at=now,
        ended_at=now + length,
        turns=tuple(turns),
    )


def written(conversation: Conversation) -> str:
    """Return the words of agents and customers as a transcript that ``pasted`` reads, each turn on one line."""
    names = {"agent": "Agent", "customer": "Customer"}
    said = ((names.get(turn.speaker), " ".join(turn.text.split())) for turn in conversation.turns)
    return "\n".join(f"{name}: {text}" for name, text in said if name and text)
