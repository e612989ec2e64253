"""Parquet: typed columns, nested where the report's rows are, compressed with zstd. Needs ``auscult[tables]``."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, BinaryIO, ClassVar

from auscult.domain.errors import EngineError
from auscult.tables._columns import as_texts
from auscult.tables._contract import Columns

ROWS_IN_A_GROUP = 20_000

_TEXT = {"type": "string"}


class Parquet:
    """For warehouses, and for everything that reads Arrow."""

    name: ClassVar[str] = "parquet"
    suffix: ClassVar[str] = ".parquet"

    def check(self) -> None:
        """Raise ``EngineError`` where pyarrow is not installed."""
        if find_spec("pyarrow") is None:
            raise EngineError(
                "Parquet is written with pyarrow, which is not installed: pip install 'auscult[tables]'",
                code="tables.missing",
                field="--format",
            )

    def open(self, stream: BinaryIO, columns: Columns) -> "RowGroups":
        """Begin a file. Columns of no one shape hold JSON as text."""
        self.check()
        return RowGroups(stream, columns)


class RowGroups:
    """A file of row groups, each written when it is full."""

    def __init__(self, stream: BinaryIO, columns: Columns) -> None:
        """Write the head."""
        self._arrow: Any = import_module("pyarrow")  # an extra, and without types
        self._json: Any = import_module("pyarrow.json")
        parquet: Any = import_module("pyarrow.parquet")
        self._open = frozenset(name for name, schema in columns.items() if not schema)
        self._schema = self._arrow.schema([(name, self._type(schema or _TEXT)) for name, schema in columns.items()])
        self._read = self._json.ParseOptions(
            explicit_schema=self._schema, unexpected_field_behavior="error", newlines_in_values=False
        )
        self._file = parquet.ParquetWriter(stream, self._schema, compression="zstd")
        self._rows: list[bytes] = []

    def write(self, rows: Sequence[bytes]) -> None:
        """Add rows."""
        self._rows += [as_texts(row, self._open) for row in rows] if self._open else rows
        if len(self._rows) >= ROWS_IN_A_GROUP:
            self._write_group()

    def close(self) -> None:
        """Write the last group, and the foot."""
        if self._rows:
            self._write_group()
        self._file.close()

    def _write_group(self) -> None:
        lines = b"\n".join(self._rows)
        self._rows = []
        # One block for the whole group: a row may be longer than a block of the reader's own choice.
        whole = self._json.ReadOptions(block_size=len(lines) + 1, use_threads=False)
        table = self._json.read_json(self._arrow.BufferReader(lines), read_options=whole, parse_options=self._read)
        self._file.write_table(table.cast(self._schema), row_group_size=ROWS_IN_A_GROUP)

    def _type(self, schema: Mapping[str, Any]) -> Any:  # noqa: ANN401  (pyarrow has no types)
        arrow = self._arrow
        match schema["type"]:
            case "string":
                return arrow.timestamp("us", "UTC") if schema.get("format") == "date-time" else arrow.string()
            case "integer":
                return arrow.int64()
            case "number":
                return arrow.float64()
            case "boolean":
                return arrow.bool_()
            case "array":
                return arrow.list_(self._type(schema["items"]))
            case _:
                return arrow.struct([(name, self._type(each)) for name, each in schema["properties"].items()])
