"""Gold labels: what careful people decided about conversations, to compare the machine with (docs/reference/output.md)."""

import io
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from auscult.domain.audits.agreement import AgreementReport, compare_all
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.domain.evaluation import Evaluation
from auscult.formats import Limits, Rejected
from auscult.services.audits.agreement import stream
from auscult.services.scoring.intake.read import read_stream

ANSWERS = ("YES", "NO", "NA")


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """Labels of one file: conversation id -> metric id -> YES, NO or NA, and the conversations it brought along."""

    answers: dict[str, dict[str, str]]
    conversations: tuple[Conversation, ...]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Agreement, with the labels that could not be compared: their conversations are missing, or no form fits them."""

    report: AgreementReport
    labels: int
    missing: tuple[str, ...]
    unjudged: tuple[str, ...]


class _Gold(msgspec.Struct):
    metrics: dict[str, Any]
    id: str | None = None


class _Line(msgspec.Struct):
    id: str | None = None
    metrics: dict[str, Any] | None = None
    gold: _Gold | None = None
    conversation: msgspec.Raw = msgspec.Raw()


def read_labels(file: Path, limits: Limits) -> Labels:
    """Read a file of labels. Raises ``FormatError`` at the first line that is none: half a comparison misleads."""
    answers: dict[str, dict[str, str]] = {}
    conversations: list[Conversation] = []
    for number, line in _lines(file):
        try:
            read = msgspec.json.decode(line, type=_Line)
        except msgspec.DecodeError as error:
            raise _refused(f"is no label: {error}", number) from error
        brought = None
        if document := bytes(read.conversation):
            brought = _conversation(document, number, limits)
            conversations.append(brought)
        gold = read.gold.metrics if read.gold else read.metrics
        named = read.id or (read.gold.id if read.gold else None) or (brought.id if brought else None)
        if named is None or gold is None:
            raise _refused("must have an id, or a conversation, and metrics (or gold.metrics)", number)
        if named in answers:
            raise _refused(f"labels {named} a second time; keep one", number, "id")
        answers[named] = {metric: _answer(value, metric, number) for metric, value in gold.items()}
    return Labels(answers=answers, conversations=tuple(conversations))


def compare_labels(labels: Labels, evaluations: Iterable[Evaluation]) -> Compared:
    """Compare labels with what the machine decided; a metric that no form asks has no conversations to compare."""
    metrics = dict.fromkeys(metric for answers in labels.answers.values() for metric in answers)
    pairs: dict[str, list[tuple[str, str]]] = {metric: [] for metric in metrics}
    seen: dict[str, bool] = {}
    for evaluation in evaluations:
        answers: Mapping[str, str] = labels.answers.get(evaluation.conversation_id, {})
        if evaluation.conversation_id in seen or not answers:
            continue
        seen[evaluation.conversation_id] = bool(evaluation.results)
        for result in evaluation.results:
            if result.metric.id in answers:
                pairs[result.metric.id].append((answers[result.metric.id], result.verdict.qualification))
    return Compared(
        report=compare_all(pairs, stream),
        labels=len(labels.answers),
        missing=tuple(name for name in labels.answers if name not in seen),
        unjudged=tuple(name for name, is_judged in seen.items() if not is_judged),
    )


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if bare := line.removeprefix(BOM_UTF8).strip():
                    yield number, bare
    except OSError as error:
        raise FormatError(f"{file} cannot be read: {error.strerror}", code="file.unreadable") from error


def _conversation(document: bytes, number: int, limits: Limits) -> Conversation:
    for read in read_stream(io.BytesIO(document), "", limits):
        if isinstance(read, Rejected):
            raise _refused(read.error.message, number, f"conversation.{read.error.field or ''}".rstrip("."))
        return read
    raise _refused("is empty", number, "conversation")


def _answer(value: object, metric: str, number: int) -> str:
    said: object = next(iter(cast("list[object]", value)), None) if isinstance(value, list) else value
    if not isinstance(said, str) or said.upper() not in ANSWERS:
        shown = msgspec.json.encode(value).decode()
        raise _refused(f'{shown} must be "YES", "NO" or "NA", or a list of that and the deciding turn', number, metric)
    return said.upper()


def _refused(message: str, line: int, field: str | None = None) -> FormatError:
    return FormatError(message, line=line, field=field, code="label.invalid")
