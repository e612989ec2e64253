"""Scoring without a database: conversations in, one line of NDJSON for each out (docs/reference/cli.md)."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from auscult.domain.conversation import Conversation
from auscult.domain.errors import sent
from auscult.domain.evaluation import Calibrated, Comparison, Evaluation, MetricResult, Part, Qualification, Status
from auscult.domain.form import Form
from auscult.domain.insight import Insights
from auscult.domain.operations.records import made_from
from auscult.domain.questions.outcome import band_of, section_scores
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.scoring.engine_calls.answer_cache import Memory
from auscult.services.scoring.evaluate import Evaluator, Judged, Waiting
from auscult.services.scoring.findings import EvidenceLine, Findings, evidence_lines, findings
from auscult.services.scoring.records import ScoredRecord, encode_records

GROUP = 200
FAR_GROUP = 20
"""The same where a judge is asked, for people who watch."""

AHEAD = 3
"""Groups handed out for each process beyond the one it is at, so that none waits for the reader."""


class PartLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of a verdict that has parts. ``weight`` is its share in percent; absent where it is not scored by itself."""

    id: str
    name: str
    qualification: Qualification
    adhered: bool | None
    evidence: tuple[EvidenceLine, ...]
    weight: Decimal | None = None
    reason: str = ""


class MetricLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Verdict of one metric. ``adhered`` is null where there is nothing to adhere to (NA) or no answer yet (-).

    ``confidence`` is the probability that the answer is right, and ``calibration`` the origin of a judge's.
    ``certain`` is there where it is false: the answer is unclear, and ``reason`` is why.
    """

    id: str
    qualification: Qualification
    adhered: bool | None
    evidence: tuple[EvidenceLine, ...]
    trigger: tuple[EvidenceLine, ...] = ()
    reason: str = ""
    parts: tuple[PartLine, ...] = ()
    compared: Comparison | None = None
    level: str | None = None
    share: Decimal | None = None
    section: str | None = None
    confidence: Decimal | None = None
    calibration: Calibrated | None = None
    certain: bool = True


class SectionLine(msgspec.Struct, frozen=True, kw_only=True):
    """The subtotal of one section; null where nothing in it applies, ``passed`` also where it has no pass mark."""

    id: str
    name: str
    score: int | None
    passed: bool | None


class FormLine(msgspec.Struct, frozen=True):
    """The form that was used."""

    id: str
    version: int


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True):
    """Result of one conversation. ``form``, ``score`` and ``passed`` are null where there is none, as is ``insights``.

    ``waiting`` is not scored because a judge could not answer. ``reason`` explains why there is no score, or why it neither
    passed nor failed (``passed`` null). ``sections`` and ``band`` are set where the form has some.
    """

    id: str
    form: FormLine | None
    status: Status | Literal["waiting"]
    score: int | None
    passed: bool | None
    fatal_errors: int
    metrics: tuple[MetricLine, ...]
    insights: Findings | None
    reason: str | msgspec.UnsetType = msgspec.UNSET
    sections: tuple[SectionLine, ...] | msgspec.UnsetType = msgspec.UNSET
    band: str | msgspec.UnsetType | None = msgspec.UNSET


def score_line(evaluation: Evaluation, insights: Insights | None) -> ScoreLine:
    """Return evaluation and insights as ``auscult score`` prints them."""
    form = evaluation.form
    return made_from(
        ScoreLine,
        evaluation,
        id=evaluation.conversation_id,
        form=None if form is None else FormLine(form.id, form.version),
        score=None if evaluation.score is None else int(evaluation.score),
        metrics=tuple([_metric_line(result) for result in evaluation.results]),
        insights=None if insights is None else findings(insights),
        reason=evaluation.reason or msgspec.UNSET,
        sections=_section_lines(evaluation) or msgspec.UNSET,
        band=msgspec.UNSET if form is None or not form.bands else band_of(evaluation.score, form),
    )


def waiting_line(waiting: Waiting) -> ScoreLine:
    """Return the line of a conversation that is not scored, with the reason."""
    return ScoreLine(
        id=waiting.conversation_id,
        form=None,
        status="waiting",
        score=None,
        passed=None,
        fatal_errors=0,
        metrics=(),
        insights=None,
        reason=waiting.postponed.reason,
    )


def score_group(
    group: Sequence[Conversation],
    forms: Sequence[Form],
    evaluator: Evaluator,
    now: datetime,
    kept: Memory | None = None,
) -> bytes:
    """The lines of a group of conversations, in order, each ended by a line feed. ``kept``: what a judge answered."""
    return _lines(_scored(group, forms, evaluator, now, kept))


def score_group_recorded(
    group: Sequence[Conversation],
    forms: Sequence[Form],
    evaluator: Evaluator,
    now: datetime,
    kept: Memory | None = None,
) -> bytes:
    """Score a group; return its lines, and a block of records of what does not wait, packed for ``lines_and_records``."""
    scored = _scored(group, forms, evaluator, now, kept)
    records = [
        ScoredRecord(conversation, one.evaluation, one.insights)
        for conversation, one in zip(group, scored, strict=True)
        if not isinstance(one, Waiting)
    ]
    return msgspec.msgpack.encode((_lines(scored), encode_records(records)))


def lines_and_records(packed: bytes) -> tuple[bytes, bytes]:
    """Return the two parts of what ``score_group_recorded`` has returned."""
    return msgspec.msgpack.decode(packed, type=tuple[bytes, bytes])


def _scored(
    group: Sequence[Conversation],
    forms: Sequence[Form],
    evaluator: Evaluator,
    now: datetime,
    kept: Memory | None,
) -> list[Judged | Waiting]:
    batch = [PendingConversation(conversation=conversation, revision=1) for conversation in group]
    memory = kept or Memory()
    scored = evaluator.evaluate_ready(batch, forms, now, memory)
    memory.waiting += sum(isinstance(one, Waiting) for one in scored)
    return scored


def _lines(scored: Sequence[Judged | Waiting]) -> bytes:
    return msgspec.json.Encoder(decimal_format="number", enc_hook=sent).encode_lines(
        [waiting_line(one) if isinstance(one, Waiting) else score_line(*one) for one in scored]
    )


def spread(
    groups: Iterable[Sequence[Conversation]], executor: Executor, processes: int, work: Callable[[bytes], bytes]
) -> Iterator[bytes]:
    """Have groups of conversations worked on in other processes, a few at a time; results in the order of reading.

    ``work`` is given a group as MessagePack (quicker to send than a pickle) and must be importable by name.
    """
    encode = msgspec.msgpack.Encoder(enc_hook=sent).encode
    out: deque[Future[bytes]] = deque()
    for group in groups:
        out.append(executor.submit(work, encode(group)))
        if len(out) > processes * AHEAD:
            yield out.popleft().result()
    while out:
        yield out.popleft().result()


def _metric_line(result: MetricResult) -> MetricLine:
    verdict = result.verdict
    return made_from(
        MetricLine,
        verdict,
        id=result.metric.id,
        adhered=result.adhered,
        evidence=evidence_lines(verdict.evidence),
        trigger=evidence_lines(verdict.trigger),
        parts=tuple([_part_line(part) for part in verdict.parts]),
        section=result.metric.section,
    )


def _section_lines(evaluation: Evaluation) -> tuple[SectionLine, ...]:
    form = evaluation.form
    if form is None or evaluation.status != "evaluated":
        return ()
    return tuple(
        SectionLine(id=one.id, name=one.name, score=None if one.score is None else int(one.score), passed=one.passed)
        for one in section_scores(evaluation.results, form)
    )


def _part_line(part: Part) -> PartLine:
    return made_from(PartLine, part, evidence=evidence_lines(part.evidence), weight=part.weight or None)
