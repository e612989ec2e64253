"""External agents that review conversations: one request a conversation for all sub-metrics of a metric.

The contract is in docs/reference/metrics/by_ai_agent.md. An answer is checked against the question and the transcript;
an impossible one is asked for once more, and is then a failed answer.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from threading import Event
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta, Struct, field

from auscult.domain.errors import coded, said
from auscult.domain.probe import FailedAnswer, Probe, Review, ReviewAnswer, Reviewed
from auscult.domain.said.text import spoken_words, straighten_quotes
from auscult.domain.scoring.judging import JudgeResult
from auscult.engines._outside.asking import BadReplyError, Outside, PostponedError, side_by_side
from auscult.engines._outside.hosts import origin_of
from auscult.engines._outside.web import Message

TRIES = 2
"""How often an agent is asked whose answer is of no use."""

_QUOTED = re.compile(r'"([^"]{1,2000})"')
_FEWEST_WORDS = 3
"""A quotation of fewer words may be a name or a term."""

_LONGEST = 4_000
_Text = Annotated[str, Meta(max_length=_LONGEST)]


class _SubMetric(Struct, frozen=True, rename="camel"):
    sub_metric_id: str
    is_qualified: Literal["YES", "NO", "NA"]
    justification: _Text = ""
    message_ids: tuple[str, ...] = ()
    failure_reason: _Text | None = None
    source: Literal["agent", "customer"] | None = None


class _Evaluation(Struct, frozen=True, rename="camel"):
    sub_metrics: tuple[_SubMetric, ...]


class _Reply(Struct, frozen=True, rename="camel"):
    conversation_id: str
    agent_evaluation: tuple[dict[str, _Evaluation], ...] = field(name="agentEvaluation")


_decode = msgspec.json.Decoder(_Reply).decode
_encode = msgspec.json.Encoder().encode


class AiAgents:
    """All agents that are allowed. Threads may share it."""

    kinds: ClassVar[frozenset[type[Probe]]] = frozenset({Review})
    version = "ai agents 1"

    def __init__(self, outside: Outside, *, at_once: int, app_id: str = "", closed: Event | None = None) -> None:
        """``at_once``: conversations under review at a time. Nothing is opened yet."""
        self.at_once = at_once
        self._outside = outside
        self._app_id = app_id
        self._closed = closed or Event()

    def for_app(self, app_id: str) -> "AiAgents":
        """The same, asking for an app: hosts may be allowed for some apps only."""
        return AiAgents(self._outside, at_once=self.at_once, app_id=app_id, closed=self._closed)

    def ask(self, questions: Sequence[Review]) -> Iterator[JudgeResult]:
        """Have every conversation reviewed; yield the result of each review, in no order."""
        return side_by_side(questions, self._heard, self.at_once, self._closed)

    def close(self) -> None:
        """Begin no more requests, and wait for none that is under way."""
        self._closed.set()

    def _heard(self, question: Review) -> JudgeResult:
        conversation_id = question.transcript.conversation_id
        engine = f"agent {origin_of(question.url)}"
        body = _encode(request_of(question))
        headers = (("Content-Type", "application/json"), ("Accept", "application/json"))
        message = Message("POST", question.url, headers, body)
        fault = ""
        for _ in range(TRIES):
            try:
                reply = self._outside.send(message, self._app_id)
                if reply.status >= 400:  # noqa: PLR2004 a refusal
                    raise BadReplyError(coded("it answers {n}", n=reply.status))  # noqa: TRY301 counted as any other bad answer
                reviewed = reviewed_of(reply.body, question)
            except PostponedError as later:
                return JudgeResult(conversation_id=conversation_id, answers={}, postponed=later.postponed)
            except BadReplyError as bad:
                fault = said(bad)
            else:
                return JudgeResult(conversation_id=conversation_id, answers={question: ReviewAnswer(reviewed, engine)})
        return JudgeResult(
            conversation_id=conversation_id, answers={question: FailedAnswer(reason=fault, engine=engine)}
        )


def request_of(question: Review) -> dict[str, Any]:
    """Return the request to an agent."""
    return {
        "requestMeta": dict(question.meta),
        "conversationId": question.transcript.conversation_id,
        "metricId": question.evaluation,
        "subMetrics": [{"subMetricId": one} for one in question.sub_metrics],
        "transcript": [
            {
                "messageId": turn.id,
                "source": turn.speaker,
                "text": turn.text,
                "startMs": turn.start_ms,
                "endMs": turn.end_ms,
            }
            for turn in question.transcript.turns
        ],
    }


def reviewed_of(body: bytes, question: Review) -> tuple[Reviewed, ...]:
    """Return an agent's answer to each sub-metric, in the order asked. Raises ``BadReplyError`` that names the fault."""
    try:
        reply = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadReplyError(coded("its answer is not of the agreed shape: {words}", words=error)) from error
    if reply.conversation_id != question.transcript.conversation_id:
        raise BadReplyError(
            coded("it answers about another conversation, {value}", value=f"{reply.conversation_id[:100]!r}")
        )
    evaluations = [one[question.evaluation] for one in reply.agent_evaluation if question.evaluation in one]
    if len(evaluations) != 1:
        raise BadReplyError(
            coded("it answers {n} times for {name}, where once is right", n=len(evaluations), name=question.evaluation)
        )
    said = {one.sub_metric_id: one for one in evaluations[0].sub_metrics}
    if len(said) != len(evaluations[0].sub_metrics):
        raise BadReplyError(coded("it answers twice for one sub-metric"))
    if unknown := sorted(said.keys() - set(question.sub_metrics)):
        raise BadReplyError(
            coded("it answers for {value}, which it was not asked about", value=f"{unknown[0][:100]!r}")
        )
    if missing := [one for one in question.sub_metrics if one not in said]:
        raise BadReplyError(coded("it does not answer for {value}", value=f"{missing[0]!r}"))
    return tuple(_checked(said[one], question) for one in question.sub_metrics)


def _checked(said: _SubMetric, question: Review) -> Reviewed:
    """Check the answer to one sub-metric against the transcript."""
    turns = {turn.id: turn for turn in question.transcript.turns}
    for message_id in said.message_ids:
        if message_id not in turns:
            raise BadReplyError(
                coded(
                    "{name} points at {value}, which is no message",
                    name=said.sub_metric_id,
                    value=f"{message_id[:100]!r}",
                )
            )
    if said.is_qualified == "YES" and not said.message_ids:
        raise BadReplyError(coded("{name} is YES and points at no message", name=said.sub_metric_id))
    spoken = [
        spoken_words("\n".join(turn.text for turn in run))
        for _, run in groupby(question.transcript.turns, lambda turn: turn.speaker)
    ]
    text = f"{said.justification}\n{said.failure_reason or ''}"
    for quotation in _QUOTED.findall(straighten_quotes(text)):
        words = spoken_words(quotation)
        if len(words.split()) >= _FEWEST_WORDS and not any(words in run for run in spoken):
            raise BadReplyError(
                coded("{name} quotes what nobody said: {words}", name=said.sub_metric_id, words=f"{quotation[:100]!r}")
            )
    return Reviewed(
        sub_metric=said.sub_metric_id,
        qualification=said.is_qualified,
        justification=said.justification,
        turn_ids=tuple(dict.fromkeys(said.message_ids)),
        failure_reason=said.failure_reason or "",
    )
