"""Tables for a warehouse: what was decided about conversations, and what people added, in one vocabulary.

Names are snake_case, instants are UTC timestamps, ids are stable. docs/reference/tables.md describes every column.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, get_args

import msgspec

from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.delivery.tables import (
    audits,
    calls,
    collections,
    comments,
    conversations,
    corrections,
    evidence,
    examples,
    insights,
    notices,
    pins,
    verdicts,
)
from auscult.storage.store import AppStore
from auscult.tables._columns import columns_of
from auscult.tables._contract import Columns

SCHEMA_VERSION = 1
"""Raised when a column is renamed, removed or changes its meaning; a new column does not raise it."""


class TableKind(NamedTuple):
    """One table: the struct that its columns come from, and the rows of some conversations.

    ``state`` returns a mark of what the rows have in addition to what was evaluated and audited, for conversations that start
    in ``since`` <= start < ``until``. ``day_of`` is the column with the instant of a row that is about no conversation; its
    rows are few, and there are the same ones whatever conversations are asked for.
    """

    row: type[msgspec.Struct]
    rows: Callable[[AppStore, Sequence[EvaluatedConversation]], Iterable[msgspec.Struct]]
    state: Callable[[AppStore, datetime, datetime], str] | None = None
    day_of: str | None = None

    @property
    def columns(self) -> Columns:
        """The columns of a row; instants are marked as such, so that Parquet gets timestamps."""
        (schema,), schemas = msgspec.json.schema_components((self.row,), ref_template="#/components/schemas/{name}")
        columns = dict(columns_of(schema, schemas))
        for field in msgspec.structs.fields(self.row):
            if datetime in (field.type, *get_args(field.type)):
                columns[field.name] = _INSTANT
        return columns


_INSTANT: Mapping[str, Any] = {"type": "string", "format": "date-time"}


def _each(
    rows: Callable[[EvaluatedConversation], Iterable[msgspec.Struct]],
) -> Callable[[AppStore, Sequence[EvaluatedConversation]], Iterator[msgspec.Struct]]:
    """Return the rows of several conversations, given those of one."""

    def of_all(_: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[msgspec.Struct]:
        return (row for each in found for row in rows(each))

    return of_all


KINDS: Mapping[str, TableKind] = {
    "conversations": TableKind(conversations.Row, _each(conversations.rows)),
    "verdicts": TableKind(verdicts.Row, _each(verdicts.rows)),
    "evidence": TableKind(evidence.Row, _each(evidence.rows)),
    "insights": TableKind(insights.Row, _each(insights.rows)),
    "calls": TableKind(calls.Row, _each(calls.rows)),
    "audits": TableKind(audits.Row, _each(audits.rows)),
    "comments": TableKind(comments.Row, comments.rows, comments.state),
    "notices": TableKind(notices.Row, notices.rows, notices.state),
    "examples": TableKind(examples.Row, examples.rows, examples.state),
    "corrections": TableKind(corrections.Row, corrections.rows, corrections.state),
    "pins": TableKind(pins.Row, pins.rows, pins.state),
    "collections": TableKind(collections.Row, collections.rows, day_of="made_at"),
}
