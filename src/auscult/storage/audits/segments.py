"""Segments: the newest evaluations of the parts of conversations that are scored by segments."""

from collections.abc import Sequence

import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.evaluation import Evaluation
from auscult.domain.scoring.segments import turns_of_segment
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.conversations.evaluated import newest_evaluation
from auscult.storage.conversations.evaluations import COLUMNS, EvaluationReader
from auscult.storage.core.database import AnyRow, AnySelect
from auscult.storage.core.tables.conversations import conversations, evaluations

PART = evaluations.alias("part")
"""The evaluation of a segment, beside that of its conversation."""
_COLUMNS = (
    PART.c.segment.label("part_segment"),
    PART.c.revision,
    PART.c.snapshot,
    PART.c.status,
    PART.c.score,
    PART.c.passed,
    PART.c.fatal_errors,
    PART.c.evaluated_at,
    PART.c.body.label("evaluation_body"),
)


def parts_query(app: int) -> AnySelect:
    """Return the query of all segments of an app's conversations, each with its newest evaluation."""
    same = (
        (PART.c.conversation == evaluations.c.conversation)
        & (PART.c.segment > 0)
        & (PART.c.revision == evaluations.c.revision)
        & (PART.c.backfill == evaluations.c.backfill)
        & (PART.c.evaluated_at == evaluations.c.evaluated_at)
    )
    return (
        sa.select(conversations.c.conversation_id, *_COLUMNS)
        .select_from(conversations)
        .join(evaluations, evaluations.c.evaluation == newest_evaluation())
        .join(PART, same)
        .where(conversations.c.app == app)
    )


def read_parts(connection: Connection, reader: EvaluationReader, query: AnySelect) -> list[Evaluation]:
    """Return what a query of ``parts_query`` finds, in its order."""
    found = connection.execute(query).all()
    rows: dict[str, AnyRow] = {str(index): row for index, row in enumerate(found)}
    decided = reader.read(connection, rows)
    return [replace(decided[str(index)], conversation_id=row.conversation_id) for index, row in enumerate(found)]


def parts_of(
    connection: Connection, reader: EvaluationReader, app: int, conversation_ids: Sequence[str]
) -> dict[str, tuple[Evaluation, ...]]:
    """Return the evaluations of the segments of some conversations, by conversation id, in the order of segments."""
    query = parts_query(app).where(conversations.c.conversation_id.in_(conversation_ids)).order_by(PART.c.segment)
    found: dict[str, tuple[Evaluation, ...]] = {}
    for each in read_parts(connection, reader, query):
        found[each.conversation_id] = (*found.get(each.conversation_id, ()), each)
    return found


def shown_segment_of(connection: Connection, reader: EvaluationReader, conversation: int) -> int:
    """Return the segment that rows show of a conversation; 0 where they show the whole."""
    query = sa.select(*COLUMNS).where(evaluations.c.conversation == conversation, evaluations.c.segment == 0)
    row = connection.execute(query.order_by(evaluations.c.evaluation.desc()).limit(1)).one_or_none()
    return 0 if row is None else reader.read(connection, {"": row})[""].segment


def part_of_case(
    case: EvaluatedConversation, parts: Sequence[Evaluation], segment: int
) -> EvaluatedConversation | None:
    """Return a segment of a conversation as an auditor has it before them; None where there is no such segment."""
    evaluation = next((each for each in parts if each.segment == segment), None)
    conversation = turns_of_segment(case.conversation, segment)
    if evaluation is None or conversation is None:
        return None
    return replace(case, conversation=conversation, evaluation=evaluation, segment=segment)
