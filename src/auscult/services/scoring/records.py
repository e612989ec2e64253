"""Records of scored conversations: everything that a database stores of them, so that it can be loaded without judging.

A file is a sequence of blocks; each is its length in 4 bytes, big-endian, and a Zstandard frame of MessagePack.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError, from_store, kept
from auscult.domain.evaluation import Evaluation, MetricResult, Status, Verdict
from auscult.domain.form import Form, StoredHandler, handler_of
from auscult.domain.insight import Insights
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import state_grounds

LEVEL = 3
_LENGTH_BYTES = 4


class _Evaluation(Struct, frozen=True, omit_defaults=True):
    """An evaluation whose form and metrics are referred to: ``form`` is a position among the forms of its block."""

    form: int | None
    status: Status
    score: Decimal | None
    passed: bool | None
    fatal_errors: int
    results: tuple[tuple[str, Verdict], ...]
    engines: tuple[str, ...]
    evaluated_at: datetime
    reason: str | None = None
    segment: int = 0
    handler: StoredHandler | None = None
    agent_id: str | None = None
    segments: tuple["_Evaluation", ...] = ()


class _Record(Struct, frozen=True):
    conversation: Conversation
    evaluation: _Evaluation
    insights: Insights | None


class _Block(Struct, frozen=True):
    forms: tuple[Form, ...]
    records: tuple[_Record, ...]


class ScoredRecord(Struct, frozen=True):
    """A conversation with what was decided about it, at revision 1."""

    conversation: Conversation
    evaluation: Evaluation
    insights: Insights | None


_ENCODE = msgspec.msgpack.Encoder(enc_hook=kept, order="deterministic").encode
"""Sets in the settings of metrics keep one order, so that equal forms stay equal."""
_BLOCK = msgspec.msgpack.Decoder(_Block)


def encode_records(records: Sequence[ScoredRecord]) -> bytes:
    """Return one block; nothing for no records."""
    if not records:
        return b""
    forms: dict[int, Form] = {}
    packed = tuple([_Record(each.conversation, _packed(each.evaluation, forms), each.insights) for each in records])
    frame = zstd.compress(_ENCODE(_Block(tuple(forms.values()), packed)), LEVEL)
    return len(frame).to_bytes(_LENGTH_BYTES) + frame


def read_records(stream: BinaryIO) -> Iterator[list[ScoredRecord]]:
    """Yield the records of each block. Raises ``FormatError`` where the file is cut off or is something else."""
    while head := stream.read(_LENGTH_BYTES):
        frame = stream.read(int.from_bytes(head))
        try:
            block = _read_block(zstd.decompress(frame))
        except (zstd.ZstdError, msgspec.MsgspecError) as error:
            message = f"these are no records of `auscult score`, or they are cut off: {error}; score the shard again"
            raise FormatError(message, code="records.unreadable") from error
        yield [
            ScoredRecord(one.conversation, _unpacked(one.conversation.id, one.evaluation, block.forms), one.insights)
            for one in block.records
        ]


def _read_block(packed: bytes) -> _Block:
    try:
        return _BLOCK.decode(packed)
    except msgspec.ValidationError:
        document = msgspec.msgpack.decode(packed, type=dict[str, Any])
        for record in document["records"]:
            whole = record["evaluation"]
            for evaluation in (whole, *whole.get("segments", ())):
                state_grounds(verdict for _, verdict in evaluation["results"])
        return msgspec.convert(document, _Block)


def _packed(evaluation: Evaluation, forms: dict[int, Form]) -> _Evaluation:
    form = evaluation.form
    if form is not None:
        forms.setdefault(id(form), form)
    return made_from(
        _Evaluation,
        evaluation,
        form=None if form is None else list(forms).index(id(form)),
        results=tuple([(result.metric.id, result.verdict) for result in evaluation.results]),
        segments=tuple([_packed(part, forms) for part in evaluation.segments]),
    )


def _unpacked(conversation_id: str, packed: _Evaluation, forms: Sequence[Form]) -> Evaluation:
    form = None if packed.form is None else forms[packed.form]
    metrics = {metric.id: metric for metric in form.metrics} if form else {}
    return made_from(
        Evaluation,
        packed,
        conversation_id=conversation_id,
        revision=1,
        form=form,
        results=tuple([MetricResult(metric=metrics[name], verdict=verdict) for name, verdict in packed.results]),
        reason=None if packed.reason is None else from_store(packed.reason),
        handler=handler_of(packed.handler),
        segments=tuple([_unpacked(conversation_id, part, forms) for part in packed.segments]),
    )
