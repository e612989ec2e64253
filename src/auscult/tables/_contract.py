"""Contract of a kind of table file. The contract suite in tests/contract runs over every kind in the table."""

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, ClassVar, Protocol

Columns = Mapping[str, Mapping[str, Any]]
"""Name and JSON Schema of each column, references resolved, in order."""


class TableWriter(Protocol):
    """One file on its way."""

    def write(self, rows: Sequence[bytes]) -> None:
        """Add rows, each a JSON object."""
        ...

    def close(self) -> None:
        """Write what is kept back. The stream stays open, for it is not the writer's."""
        ...


class Table(Protocol):
    """One kind of file that rows are written to, in memory that does not grow with them."""

    name: ClassVar[str]
    suffix: ClassVar[str]

    def check(self) -> None:
        """Raise ``EngineError`` where a library that it needs is not installed."""
        ...

    def open(self, stream: BinaryIO, columns: Columns) -> TableWriter:
        """Begin a file of these columns. Raises as ``check``."""
        ...
