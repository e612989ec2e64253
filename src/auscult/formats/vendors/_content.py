"""Files of other vendors, recognised by their content and read as a stream: one record in memory at a time."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

from auscult.domain.connectors import FoundAudit, Item, refused_audit
from auscult.domain.connectors.contract import Mapper
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats._contract import ByteStream, Rejected, Source
from auscult.formats._documents import documents
from auscult.formats._others.heads import Head
from auscult.formats._others.whole_files import refusal, whole

_HUMP = re.compile("(?<=[a-z])([A-Z])")


def snake(value: object) -> Any:  # noqa: ANN401  (any JSON value)
    """Return a JSON value with its keys in snake case: a vendor's libraries write the keys of its API in camel case."""
    if isinstance(value, list):
        return [snake(each) for each in cast("list[object]", value)]
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return {_HUMP.sub(r"_\1", name).lower(): snake(each) for name, each in pairs}
    return value


class VendorReader(NamedTuple):
    """A reader of the files of a mapper of connectors. ``is_mine`` returns whether a record is of the vendor.

    ``others`` are public samples and schemas by others than the vendor.
    """

    title: str
    mapper: type[Mapper]
    keys: frozenset[str]
    is_mine: Callable[[dict[str, Any]], bool]
    others: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the format."""
        return self.mapper.name

    @property
    def makers(self) -> tuple[str, ...]:
        """Return where the samples of the format are listed, and those by others."""
        return ("docs/reference/connectors-formats.md", *self.others)

    def fits(self, head: Head) -> bool:
        """Return whether the first record is of this vendor."""
        return bool(head.record) and self.is_mine(head.record)

    def read(self, stream: ByteStream, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order."""
        mapper = self.mapper(source.setup)
        for document in documents(stream, source.limits):
            if isinstance(document, Rejected):
                yield document
            else:
                yield from self._mapped(mapper, document.data, source, document.line)

    def _mapped(self, mapper: Mapper, data: bytes, source: Source, line: int) -> Iterator[Conversation | Rejected]:
        item = Item(source.name, None, len(data), data, source.siblings)
        for one in mapper.map(item):
            if isinstance(one, Conversation):
                yield one
                continue
            refused = refused_audit(one) if isinstance(one, FoundAudit) else one
            yield refusal(refused, self.title, line, data)


class VendorTableReader(VendorReader):
    """A reader whose file is a table, which is held in memory. Its keys are names of columns."""

    def fits(self, head: Head) -> bool:
        """Return whether the first line names the columns of this vendor."""
        first = head.lines[0] if head.lines else ""
        return not head.is_json and {cell.strip(' "') for cell in re.split("[,;\t]", first)} >= self.keys

    def read(self, stream: ByteStream, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order."""
        try:
            data = whole(stream, source.limits.document_bytes)
        except FormatError as fault:
            yield Rejected(error=fault, source=b"")
            return
        yield from self._mapped(self.mapper(source.setup), data, source, 1)
