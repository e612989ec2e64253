"""Tables for a warehouse: conversations, verdicts, evidence, insights and audits, in one vocabulary.

Names are snake_case, instants are UTC timestamps, ids are stable. docs/reference/tables.md describes every column.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, get_args

import msgspec

from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.delivery.tables import audits, conversations, evidence, insights, verdicts
from auscult.tables._columns import columns_of
from auscult.tables._contract import Columns

SCHEMA_VERSION = 1
"""Raised when a column is renamed, removed or changes its meaning; a new column does not raise it."""


class TableKind(NamedTuple):
    """One table: the struct that its columns come from, and the rows of one conversation."""

    row: type[msgspec.Struct]
    rows: Callable[[EvaluatedConversation], Iterable[msgspec.Struct]]

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


KINDS: Mapping[str, TableKind] = {
    "conversations": TableKind(conversations.Row, conversations.rows),
    "verdicts": TableKind(verdicts.Row, verdicts.rows),
    "evidence": TableKind(evidence.Row, evidence.rows),
    "insights": TableKind(insights.Row, insights.rows),
    "audits": TableKind(audits.Row, audits.rows),
}
