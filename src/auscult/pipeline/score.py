"""Scoring without a database: conversations in, one line of NDJSON for each out (docs/reference/cli.md)."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from datetime import datetime

import msgspec

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, Evidence, MetricResult, Qualification, Status
from auscult.domain.form import Form
from auscult.pipeline.evaluate import Evaluator
from auscult.pipeline.ports import Pending

GROUP = 200
AHEAD = 3
"""Groups handed out for each process beyond the one it is at, so that none waits for the reader."""


class EvidenceLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of evidence. The first five are always there."""

    turn_id: str | None
    start_ms: int | None
    end_ms: int | None
    text: str
    why: str
    similarity: float | None = None
    threshold: float | None = None


class MetricLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One verdict. ``adhered`` is null where there is nothing to adhere to (NA) or nobody has answered yet (-)."""

    id: str
    qualification: Qualification
    adhered: bool | None
    evidence: tuple[EvidenceLine, ...]
    trigger: tuple[EvidenceLine, ...] = ()
    reason: str = ""


class FormLine(msgspec.Struct, frozen=True):
    """The form that was used."""

    id: str
    version: int


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation. ``form``, ``score`` and ``passed`` are null where there is none."""

    id: str
    form: FormLine | None
    status: Status
    score: int | None
    passed: bool | None
    fatal_errors: int
    metrics: tuple[MetricLine, ...]


def score_line(evaluation: Evaluation) -> ScoreLine:
    """Give an evaluation as ``auscult score`` prints it."""
    form = evaluation.form
    return ScoreLine(
        id=evaluation.conversation_id,
        form=None if form is None else FormLine(form.id, form.version),
        status=evaluation.status,
        score=None if evaluation.score is None else int(evaluation.score),
        passed=evaluation.passed,
        fatal_errors=evaluation.fatal_errors,
        metrics=tuple([_metric_line(result) for result in evaluation.results]),
    )


def score_group(group: Sequence[Conversation], forms: Sequence[Form], evaluator: Evaluator, now: datetime) -> bytes:
    """The lines of a group of conversations, in order, each ended by a line feed."""
    batch = [Pending(conversation=conversation, revision=1) for conversation in group]
    return msgspec.json.Encoder().encode_lines(
        [score_line(evaluation) for evaluation in evaluator.evaluate(batch, forms, now)]
    )


def spread(
    groups: Iterable[Sequence[Conversation]], executor: Executor, processes: int, work: Callable[[bytes], bytes]
) -> Iterator[bytes]:
    """Have groups of conversations worked on in other processes, a few at a time; results in the order of reading.

    ``work`` is given a group as MessagePack (quicker to send than a pickle) and must be importable by name.
    """
    encode = msgspec.msgpack.Encoder().encode
    out: deque[Future[bytes]] = deque()
    for group in groups:
        out.append(executor.submit(work, encode(group)))
        if len(out) > processes * AHEAD:
            yield out.popleft().result()
    while out:
        yield out.popleft().result()


def _metric_line(result: MetricResult) -> MetricLine:
    verdict = result.verdict
    return MetricLine(
        id=result.metric.id,
        qualification=verdict.qualification,
        adhered=result.adhered,
        evidence=tuple([_evidence_line(evidence) for evidence in verdict.evidence]),
        trigger=tuple([_evidence_line(evidence) for evidence in verdict.trigger]),
        reason=verdict.reason,
    )


def _evidence_line(evidence: Evidence) -> EvidenceLine:
    return EvidenceLine(
        turn_id=evidence.turn_id,
        start_ms=evidence.start_ms,
        end_ms=evidence.end_ms,
        text=evidence.text,
        why=evidence.why,
        similarity=evidence.similarity,
        threshold=evidence.threshold,
    )
