"""Tables for a warehouse: what was decided about conversations, and what people added, in one vocabulary.

Names are snake_case, instants are UTC timestamps, ids are stable. docs/reference/tables.md describes every column.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple, get_args

import msgspec

from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.delivery.tables import added, evaluated
from auscult.storage.store import AppStore
from auscult.tables._columns import columns_of
from auscult.tables._contract import Columns

SCHEMA_VERSION = 1
"""Raised when a column is renamed, removed or changes its meaning; a new column does not raise it."""


class TableKind(NamedTuple):
    """One table: the struct that its columns come from, and the rows of some conversations.

    ``state`` is the app's function that marks what the rows have in addition to what was evaluated and audited, for
    conversations that start from one instant until before another. ``day_of`` is the column with the instant of a row
    that is about no conversation; its rows are few, and there are the same ones whatever conversations are asked for.
    """

    row: type[msgspec.Struct]
    rows: Callable[[AppStore, Sequence[EvaluatedConversation]], Iterable[msgspec.Struct]]
    state: Callable[[AppStore], Callable[[datetime, datetime], str]] | None = None
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
    "conversations": TableKind(evaluated.ConversationRow, _each(evaluated.conversations)),
    "verdicts": TableKind(evaluated.VerdictRow, _each(evaluated.verdicts)),
    "evidence": TableKind(evaluated.EvidenceRow, _each(evaluated.evidence)),
    "insights": TableKind(evaluated.InsightsRow, _each(evaluated.insights)),
    "calls": TableKind(evaluated.CallRow, _each(evaluated.calls)),
    "audits": TableKind(evaluated.AuditRow, _each(evaluated.audits)),
    "comments": TableKind(added.CommentRow, added.comments, attrgetter("comments.state")),
    "notices": TableKind(added.NoticeRow, added.notices, attrgetter("notices.state")),
    "examples": TableKind(added.ExampleRow, added.examples, attrgetter("form_examples.state")),
    "corrections": TableKind(added.CorrectionRow, added.corrections, attrgetter("corrections.state")),
    "pins": TableKind(added.PinRow, added.pins, attrgetter("collections.state")),
    "collections": TableKind(added.CollectionRow, added.collections, day_of="made_at"),
}
