"""The table ``evidence``: one row per quoted turn behind a verdict."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from auscult.domain.evaluation import Evidence
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation

Kind = Literal["evidence", "trigger"]


class Row(Struct, frozen=True, kw_only=True):
    """One quotation. ``position`` counts from 0 within (conversation, metric, kind); times in ms from the start."""

    conversation_id: str
    started_at: datetime
    form_id: str
    form_version: int
    metric_id: str
    kind: Kind
    position: int
    turn_id: str | None
    start_ms: int | None
    end_ms: int | None
    text: str
    why: str
    similarity: float | None
    threshold: float | None


def rows(each: EvaluatedConversation) -> Iterator[Row]:
    """Return a row for each quotation of each verdict."""
    evaluation = each.evaluation
    if evaluation.form is None:
        return
    for result in evaluation.results:
        quoted: tuple[tuple[Kind, tuple[Evidence, ...]], ...] = (
            ("evidence", result.verdict.evidence),
            ("trigger", result.verdict.trigger),
        )
        for kind, quotations in quoted:
            for position, quotation in enumerate(quotations):
                yield made_from(
                    Row,
                    quotation,
                    conversation_id=each.conversation.id,
                    started_at=each.conversation.started_at,
                    form_id=evaluation.form.id,
                    form_version=evaluation.form.version,
                    metric_id=result.metric.id,
                    kind=kind,
                    position=position,
                )
