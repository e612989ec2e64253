"""Rows of a report as tables: Arrow, Parquet, pandas. Needs ``auscult[tables]``, and pandas only where it is asked for.

Columns are those of the report's type (``rows``), as ``auscult export`` writes them: nested where their shape is known,
JSON in a text where it is not. One more column, ``_other``, keeps as JSON what a row has beyond that: keys that a later
server adds, and values that are not of their column's type.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Any,
    Generic,
    Literal,
    NotRequired,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import msgspec

from auscult.client.rows import ROWS
from auscult.domain.errors import EngineError

OTHER = "_other"
ROWS_IN_A_GROUP = 20_000

Shape: TypeAlias = "type | tuple[Shape] | dict[str, Shape] | None"
"""What a column holds: a plain type, a list of something, an object, or, where it is open, any JSON."""

_PLAIN: Mapping[object, type] = {kind: kind for kind in (str, int, float, bool)}
_encode = msgspec.json.Encoder().encode

R = TypeVar("R", bound=Mapping[str, object])


class Rows(Generic[R]):
    """Rows on their way, to be iterated over or made a table, once. Pages are asked for as they are needed."""

    def __init__(self, report: str, rows: Iterator[Mapping[str, Any]]) -> None:
        """Made by ``Client.rows``."""
        self._report = report
        self._rows = rows

    def __iter__(self) -> Iterator[R]:
        """The rows that are left."""
        return self

    def __next__(self) -> R:
        """The next row, as the wire has it."""
        return cast("R", next(self._rows))

    def to_arrow(self) -> Any:  # noqa: ANN401  (pyarrow has no types)
        """A ``pyarrow.Table`` of them all. Raises ``EngineError`` without ``auscult[tables]``."""
        return Tabular(ROWS[self._report]).table(self._rows)

    def to_parquet(self, path: str | Path) -> int:
        """Write them to a Parquet file, some thousand in memory at a time; how many there were."""
        return Tabular(ROWS[self._report]).write(self._rows, Path(path))

    def to_pandas(self) -> Any:  # noqa: ANN401  (nor has pandas)
        """A ``pandas.DataFrame`` of them all. Raises ``EngineError`` where pyarrow or pandas is missing."""
        tabular = Tabular(ROWS[self._report])
        library("pandas", "pip install pandas")  # said before anything is asked for
        return tabular.table(self._rows).to_pandas()


def shapes_of(row: type) -> dict[str, Shape]:
    """The columns of a type of rows."""
    return {name: _shape(hint) for name, hint in get_type_hints(row).items()}


class Tabular:
    """Makes tables of rows of one type."""

    def __init__(self, row: type) -> None:
        """Raises ``EngineError`` where pyarrow is not installed."""
        self._arrow = library("pyarrow", "pip install 'auscult[tables]'")
        self._shapes = shapes_of(row)
        text = self._arrow.string()
        fields = [(name, text if shape is None else self._type(shape)) for name, shape in self._shapes.items()]
        self._schema = self._arrow.schema([*fields, (OTHER, text)])

    def table(self, rows: Iterable[Mapping[str, Any]]) -> Any:  # noqa: ANN401  (pyarrow has no types)
        """A ``pyarrow.Table`` of all rows."""
        return self._arrow.Table.from_batches(self._batches(rows), self._schema)

    def write(self, rows: Iterable[Mapping[str, Any]], path: Path) -> int:
        """Write a Parquet file in memory that does not grow with it; how many rows. It is there whole or not at all."""
        parquet = library("pyarrow.parquet", "pip install 'auscult[tables]'")
        new = path.with_name(path.name + ".new")
        count = 0
        with parquet.ParquetWriter(new, self._schema, compression="zstd") as file:
            for batch in self._batches(rows):
                file.write_batch(batch)
                count += batch.num_rows
        new.replace(path)
        return count

    def _batches(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
        found = iter(rows)
        while group := list(islice(found, ROWS_IN_A_GROUP)):
            yield self._batch(group)

    def _batch(self, rows: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401  (pyarrow has no types)
        others: list[dict[str, Any]] = [{name: row[name] for name in row.keys() - self._shapes.keys()} for row in rows]
        columns = [self._column(name, [row.get(name) for row in rows], others) for name in self._shapes]
        cells = [_encode(other).decode() if other else None for other in others]
        columns.append(self._arrow.array(cells, self._arrow.string()))
        return self._arrow.RecordBatch.from_arrays(columns, schema=self._schema)

    def _column(self, name: str, values: list[Any], others: list[dict[str, Any]]) -> Any:  # noqa: ANN401
        """One column; values that do not fit go to ``others`` under its name, and are null here."""
        kind = self._schema.field(name).type
        if self._shapes[name] is None:
            values = [None if value is None else _encode(value).decode() for value in values]
        try:
            return self._arrow.array(values, kind)
        except (self._arrow.ArrowInvalid, self._arrow.ArrowTypeError):
            for index, value in enumerate(values):
                if not self._fits(value, kind):
                    others[index][name], values[index] = value, None
            return self._arrow.array(values, kind)

    def _fits(self, value: object, kind: object) -> bool:
        try:
            self._arrow.array([value], kind)
        except (self._arrow.ArrowInvalid, self._arrow.ArrowTypeError):
            return False
        return True

    def _type(self, shape: Shape) -> Any:  # noqa: ANN401  (pyarrow has no types)
        arrow = self._arrow
        match shape:
            case (inner,):
                return arrow.list_(self._type(inner))
            case dict():
                return arrow.struct([(name, self._type(inner)) for name, inner in shape.items()])
            case _:
                plain = {str: arrow.string, int: arrow.int64, float: arrow.float64, bool: arrow.bool_}
                return plain[cast("type", shape)]()


def library(name: str, command: str) -> Any:  # noqa: ANN401  (an extra, and without types)
    """A library that not everybody has. Raises ``EngineError`` where it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        library = name.partition(".")[0]
        raise EngineError(
            f"this needs {library}, which is not installed: {command}", code="tables.missing", field=library
        ) from error


def _shape(hint: Any) -> Shape:  # noqa: ANN401  (whatever a type may be written as)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return _shape(inner[0])
    if origin in (Union, UnionType):
        return _joined([_shape(each) for each in inner if each is not NoneType])
    if origin is Literal:
        return _PLAIN[type(inner[0])]
    if origin is list:
        items = _shape(inner[0])
        return None if items is None else (items,)
    if is_typeddict(hint):
        keys = shapes_of(hint)
        return None if None in keys.values() else keys
    return _PLAIN.get(hint)


def _joined(shapes: Sequence[Shape]) -> Shape:
    """One shape for all of these, as far as there is one."""
    first, *more = shapes
    for shape in more:
        if isinstance(first, dict) and isinstance(shape, dict):
            keys = {name: _joined([first[name], each]) if name in first else each for name, each in shape.items()}
            first = None if None in keys.values() else first | keys
        elif first != shape:
            return None
    return first
