"""Items of other programs' formats, mapped by another process: strangers write them."""

from typing import ClassVar

from auscult.domain.connectors import Item, Mapped, Setup
from auscult.domain.connectors.contract import Mapper
from auscult.formats.tables._described import Described
from auscult.sandbox.files import file_reader


class Apart:
    """Mapper that hands its items to the process in which files of strangers are read."""

    name: ClassVar[str] = "apart"

    def __init__(self, setup: Setup, kind: type[Mapper] = Described) -> None:
        """Make the mapper of a kind, which checks the options. Raises ``RequestError``."""
        self._setup = setup
        self._mapper = kind(setup)

    def accepts(self, key: str) -> bool:
        """Return whether an item is mapped by itself."""
        return self._mapper.accepts(key)

    def map(self, item: Item) -> list[Mapped]:
        """Return what an item holds, in its order; an item that ends the process is refused."""
        return file_reader().mapped(self._mapper.name, self._setup, item)
