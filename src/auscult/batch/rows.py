"""Rows of Arrow as documents, and the columns of results: what tables and shards have in common."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import Any, cast

import msgspec

from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.domain.operations.records import made_from
from auscult.formats import Limits, Rejected
from auscult.services.scoring.intake.read import read_stream
from auscult.services.scoring.score import ScoreLine
from auscult.tables._columns import columns_of
from auscult.tables._contract import Columns

DOCUMENT = "document"
"""The column of whole documents, where a table has other columns too."""


def limits_of(settings: Settings) -> Limits:
    """Return the limits of input."""
    return made_from(Limits, settings)


def documents_in(batch: Any) -> Iterator[bytes]:  # noqa: ANN401  (pyarrow has no types)
    """Yield each row of a ``pyarrow.RecordBatch`` as a document."""
    if (column := _document_column(batch.schema)) is not None:
        for value in batch.column(column).to_pylist():
            yield value.encode() if isinstance(value, str) else value or b""
        return
    for row in batch.to_pylist(maps_as_pydicts="strict"):
        yield msgspec.json.encode(_without_nulls(row))


def conversation_in(document: bytes, limits: Limits) -> Conversation | Rejected:
    """Read the one conversation of a row."""
    if len(document) > limits.document_bytes:
        message = f"a document of {len(document):,} bytes; at most {limits.document_bytes:,} are read"
        return Rejected(error=FormatError(message, code="document.too_large"), source=document[:4096])
    found = list(read_stream(BytesIO(document), "", limits))
    if len(found) == 1:
        return found[0]
    message = f"a row should hold one conversation; this one holds {len(found)}"
    return Rejected(error=FormatError(message, code="row.not_one"), source=document)


@cache
def result_columns() -> Columns:
    """The columns of results: the keys of a line of ``auscult score``; what has no one shape is JSON in a text."""
    _, described = msgspec.json.schema_components([ScoreLine], ref_template="#/components/schemas/{name}")
    schemas = {name: _numbered(each) for name, each in described.items()}
    line: dict[str, Any] = dict(schemas[ScoreLine.__name__]["properties"])
    line["insights"] = {}  # topics hold topics: a tree has no columns
    return columns_of({"properties": line}, schemas)


def _numbered(schema: Any) -> Any:  # noqa: ANN401  (any part of a JSON Schema)
    """Return the schema with decimals as the numbers that they are written as."""
    if isinstance(schema, dict):
        known = cast("dict[str, Any]", schema)
        if known.get("format") == "decimal":
            return {"type": "number"}
        return {name: _numbered(each) for name, each in known.items()}
    return [_numbered(each) for each in cast("list[Any]", schema)] if isinstance(schema, list) else schema


def _document_column(schema: Any) -> str | None:  # noqa: ANN401  (pyarrow has no types)
    types: Any = import_module("pyarrow").types
    texts = [
        field.name
        for field in schema
        if types.is_string(field.type)
        or types.is_large_string(field.type)
        or types.is_binary(field.type)
        or types.is_large_binary(field.type)
        or types.is_string_view(field.type)
    ]
    if DOCUMENT in texts:
        return DOCUMENT
    return texts[0] if len(texts) == len(schema.names) == 1 else None


def _without_nulls(value: Any) -> Any:  # noqa: ANN401  (whatever a row holds)
    """Return a row as JSON has it: Arrow makes absent keys null, and instants without a zone are UTC."""
    match value:
        case Mapping():
            known = cast("Mapping[str, Any]", value)
            return {name: _without_nulls(each) for name, each in known.items() if each is not None}
        case list():
            return [_without_nulls(each) for each in cast("list[Any]", value)]
        case datetime():
            return (value.replace(tzinfo=UTC) if value.tzinfo is None else value).isoformat()
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC).isoformat()
        case _:
            return value
