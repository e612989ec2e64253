"""Files that a person gives in a browser: read as a request to load is; of a table, its columns are shown and chosen."""

import io
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.connectors import Item
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats import Head, Rejected, Source
from auscult.formats._others.json_records import whole
from auscult.formats.tables._described import sampled
from auscult.formats.tables.csv_rows import CsvRows
from auscult.services.scoring.intake.decompression import decompressed
from auscult.services.scoring.intake.read import Noted, in_utf8, read_source
from auscult.services.scoring.intake.sided import each_sided

NEEDED = ("speaker", "text")
"""Columns that a table of turns must have; all else may be assumed."""


class Table(Struct, frozen=True, kw_only=True):
    """A table of turns: the names of its columns, which holds what (``id``, ``text``, and so on), and what none holds."""

    names: tuple[str, ...]
    columns: Mapping[str, str]
    missing: tuple[str, ...] = ()


class Dropped(Struct, frozen=True, kw_only=True):
    """The content of a file, to be read once. ``table`` is set where it is a table; ``noted`` receives the formats."""

    documents: Iterator[Conversation | Rejected]
    noted: Noted
    table: Table | None = None


def read_dropped(file: BinaryIO, source: Source) -> Dropped:
    """Read a file by its content. What it unpacks to is bounded; a table is held in memory.

    ``source.given.columns`` name the column of a table by what it holds, where its own name does not show it; "" for none.
    """
    noted = Noted()
    try:
        peeked = in_utf8(decompressed(file, is_bounded=True), source.name)
    except FormatError as fault:
        return Dropped(documents=iter([Rejected(error=fault, source=b"")]), noted=noted)
    if not CsvRows().fits(Head(peeked.head, source.name)):
        file.seek(0)
        return Dropped(documents=read_source(file, source, noted, is_bounded=True), noted=noted)
    try:
        data = whole(peeked, source.limits.document_bytes)
    except FormatError as fault:
        return Dropped(documents=iter([Rejected(error=fault, source=b"")]), noted=noted)
    sample = sampled(Item("table.csv", None, len(data), data, lambda _key: None))
    names, guessed = sample.columns, {**sample.likely, **sample.guessed}
    given = source.given.columns
    chosen = {what: column for what, column in given.items() if not column or column in names}
    found = {what: column for what, column in (guessed | chosen).items() if column}
    has_talk = any(found.get(what) for what in ("turns", "text")) and "speaker" not in given
    missing = () if has_talk else tuple(what for what in NEEDED if what not in found)
    noted.add(source.name, CsvRows.name)
    table = Table(names=names, columns=found, missing=missing) if names else None
    if table and missing:
        return Dropped(documents=iter(()), table=table, noted=noted)
    own = replace(source, given=replace(source.given, columns=chosen))
    found = CsvRows().read(io.BytesIO(data), own)
    return Dropped(documents=each_sided(found), table=table, noted=noted)
