"""Contract of a format of another program: recognised by content, read as a stream, one conversation at a time."""

from collections.abc import Iterator
from typing import ClassVar, Protocol

from auscult.domain.conversation import Conversation
from auscult.formats._contract import ByteStream, Rejected, Source
from auscult.formats._others.heads import Head


class Reader(Protocol):
    """One way in which another program writes conversations down."""

    name: ClassVar[str]
    title: ClassVar[str]
    """Its name in sentences."""
    makers: ClassVar[tuple[str, ...]] = ()
    """Public samples or schemas that it was written from, by different makers."""
    keys: ClassVar[frozenset[str]] = frozenset()
    """Outermost keys, where it is JSON; by them the nearest format of a file that none fits is found."""

    def fits(self, head: Head) -> bool:
        """Return whether the beginning of a file is of this format."""
        ...

    def read(self, stream: ByteStream, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order."""
        ...
