"""Contract of a kind of document: bytes in, blocks with their headings out."""

from collections.abc import Iterator
from typing import ClassVar, NamedTuple, Protocol


class Block(NamedTuple):
    """Coherent block of text: a paragraph, an item of a list with all that is under it, an answer.

    ``heading`` is the path of headings above it. Where ``is_whole``, it is a passage by itself.
    """

    heading: tuple[str, ...]
    text: str
    is_whole: bool = False


class Front(NamedTuple):
    """Parts of a document that are no text of it: its title and metadata, and first lines that its blocks do not show."""

    title: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()


class Kind(Protocol):
    """One way that documents are written down."""

    name: ClassVar[str]
    endings: ClassVar[tuple[str, ...]]
    """How the names of such files end, in small letters."""

    def recognises(self, head: bytes) -> bool:
        """Return whether a document whose name has no known ending begins like one of these."""
        ...

    def read(self, data: bytes) -> Iterator[Block]:
        """Its blocks, in order. Raises ``DocumentError`` where it is none of these."""
        ...

    def front(self, data: bytes) -> Front:
        """Return the title and the metadata of a document that ``read`` can read."""
        ...
