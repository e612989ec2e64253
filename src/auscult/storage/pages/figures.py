"""Figures of rows: the numbers that lists are sorted by, and flags for facets that many lists are filtered by."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, get_args

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.scoring.list_fields import Figure, least_confidence
from auscult.domain.scoring.segments import of_person
from auscult.domain.scoring.stored import RenderedRows
from auscult.storage.core.database import write_many
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.tables.pages import figure_rows
from auscult.storage.pages.faceting import CHURN_RISK, ESCALATION, OUTCOME, RESOLUTION, SENTIMENT, Facet

SENTIMENT_PARTS, CONFIDENCE_PARTS = 10, 10_000
"""Parts of one that sentiment and confidence are stored in."""

FLAGS: tuple[Facet, ...] = (
    *((OUTCOME, each) for each in ("passed", "failed", "fatal", "undecided", "unscored")),
    *((SENTIMENT, each) for each in ("negative", "neutral", "positive")),
    *((name, each) for name in (ESCALATION, CHURN_RISK) for each in ("yes", "no")),
    *((RESOLUTION, each) for each in ("YES", "NO", "NA")),
)
"""Facets with a flag, each by its bit. Bits are never reused or changed."""
_BITS: Mapping[Facet, int] = {facet: 1 << bit for bit, facet in enumerate(FLAGS)}

COLUMNS = ("row", "listing", "started_at", "conversation_id", "cell", "flags", *get_args(Figure))
_CHANGED = "ON CONFLICT (row) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])


class Figures(NamedTuple):
    """Figures of a conversation, in the order of ``Figure``; None: not known."""

    score: int | None = None
    duration: int | None = None
    sentiment: int | None = None
    confidence: int | None = None


def figures_of(rendered: RenderedRows) -> Figures:
    """Return the figures of a conversation as it was evaluated."""
    evaluation, found = of_person(rendered.evaluation, rendered.conversation), rendered.insights
    return in_parts(
        None if evaluation.score is None else int(evaluation.score),
        rendered.conversation.duration_ms,
        found.sentiment.score if found and found.sentiment else None,
        least_confidence(evaluation),
    )


def in_parts(
    score: int | None, duration_ms: int | None, sentiment: Decimal | float | None, confidence: float | None
) -> Figures:
    """Return figures as they are stored: whole numbers."""
    return Figures(
        score,
        duration_ms,
        None if sentiment is None else round(sentiment * SENTIMENT_PARTS),
        None if confidence is None else round(confidence * CONFIDENCE_PARTS),
    )


def flags_of(facets: Iterable[Facet]) -> int:
    """Return the flags of facets; those without a flag have none."""
    return sum(_BITS.get(each, 0) for each in set(facets))


def has_flags(group: Sequence[Facet]) -> bool:
    """Return whether all facets of a group have flags."""
    return all(each in _BITS for each in group)


def write_figures(connection: Connection, dialect: Dialect, gone: Sequence[int], rows: list[tuple[Any, ...]]) -> None:
    """Write rows of ``COLUMNS``, those that are there changed, and remove the figures of rows that are gone."""
    removed = sa.delete(figure_rows).where(figure_rows.c.row == sa.bindparam("number"))
    write_many(connection, removed, [{"number": each} for each in gone])
    dialect.insert_many(connection, figure_rows, COLUMNS, rows, _CHANGED)
