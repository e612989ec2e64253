"""Facets of rows as codes of fixed width, so that a filter's hundred thousand rows are counted without reading each.

A row has one facet set for each of four aspects: its outcome and score; the outcomes of its agents; its metrics met and
missed, in two parts. The number of the set is the row's code. A block has the codes of one aspect of 256 rows with
consecutive numbers: 0 for a row that has none. Most rows share their sets, and blocks are read in the order of rows.

Codes are written with the rows, in the same transaction. Rows without an outcome, as reports of others have them, have
no codes.
"""

import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

import msgspec
import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy import BigInteger, Connection, SmallInteger

from auscult.storage.core.database import Database, Reader
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.tables.base import NUMBER
from auscult.storage.core.tables.pages import facet_codes, facet_sets

ROWS_OF_A_LISTING = 2**32
"""Row numbers that each listing has for itself."""

BLOCK = 256
NUMBER_OF_ASPECTS = 4
_WIDTH = 4
_BYTES = BLOCK * _WIDTH
_NO_CODES = bytes(_BYTES)
_AT_ONCE = 500
_MOST_CACHED = 200_000
_DECODE = msgspec.json.Decoder(tuple[int, ...]).decode

_SETS = sa.select(facet_sets.c.digest, facet_sets.c.facet_set).where(
    facet_sets.c.listing == sa.bindparam("a_listing"),
    facet_sets.c.digest.in_(sa.bindparam("some_digests", expanding=True)),
)
_BLOCKS = sa.select(facet_codes.c.aspect, facet_codes.c.block, facet_codes.c.codes).where(
    facet_codes.c.listing == sa.bindparam("a_listing"),
    facet_codes.c.block.in_(sa.bindparam("some_blocks", expanding=True)),
)
_CODES = (
    sa.select(facet_codes.c.block, facet_codes.c.codes)
    .where(
        facet_codes.c.listing == sa.bindparam("listing", type_=NUMBER),
        facet_codes.c.aspect == sa.bindparam("aspect", type_=SmallInteger),
        facet_codes.c.block >= sa.bindparam("first", type_=BigInteger),
        facet_codes.c.block <= sa.bindparam("last", type_=BigInteger),
    )
    .order_by(facet_codes.c.block)
)
_ADD = "ON CONFLICT (listing, aspect, block) DO UPDATE SET codes = excluded.codes"

Sets = tuple[str, ...]
"""Facet sets of a row by aspect, each a JSON array of facet numbers, sorted."""


def sets_of(numbers: Iterable[int], aspects: Mapping[int, int]) -> Sets | None:
    """Return the facet sets of a row with facets of these numbers, sorted; None without an outcome."""
    some: list[list[str]] = [[] for _ in range(NUMBER_OF_ASPECTS)]
    for number in numbers:
        aspect = aspects.get(number)
        if aspect is not None:
            some[aspect].append(str(number))
    return tuple([f"[{','.join(each)}]" for each in some]) if some[0] else None


def write_codes(connection: Connection, dialect: Dialect, rows: Mapping[int, Sets | None]) -> None:
    """Write codes of rows by their numbers; those of None, which may have been there, are removed."""
    listings: defaultdict[int, dict[int, Sets | None]] = defaultdict(dict)
    for row, sets in rows.items():
        listing, index = divmod(row, ROWS_OF_A_LISTING)
        listings[listing][index] = sets
    for listing, found in listings.items():
        _write(connection, dialect, listing, found)


def coded_rows(listing: int, block: int, codes: bytes) -> Iterator[tuple[int, int]]:
    """Yield the numbers of the rows of a block that have a code, with the code."""
    begin = listing * ROWS_OF_A_LISTING + block * BLOCK
    return ((begin + index, code) for index, code in enumerate(_unpacked([codes]).tolist()) if code)


def _write(connection: Connection, dialect: Dialect, listing: int, rows: Mapping[int, Sets | None]) -> None:
    codes = _numbered(connection, dialect, listing, {each for sets in rows.values() for each in sets or ()})
    some = sorted({row // BLOCK for row in rows})
    stored: dict[tuple[int, int], bytes] = {}
    for at in range(0, len(some), _AT_ONCE):
        values = {"a_listing": listing, "some_blocks": some[at : at + _AT_ONCE]}
        stored.update({(aspect, block): body for aspect, block, body in connection.execute(_BLOCKS, values)})
    blocks = {key: bytearray(body) for key, body in stored.items()}
    for row, sets in rows.items():
        block, index = divmod(row, BLOCK)
        for aspect in range(NUMBER_OF_ASPECTS):
            if sets is not None:
                body = blocks.setdefault((aspect, block), bytearray(_BYTES))
                struct.pack_into("<I", body, index * _WIDTH, codes[sets[aspect]])
            elif (aspect, block) in blocks:
                struct.pack_into("<I", blocks[aspect, block], index * _WIDTH, 0)
    written = [(key, bytes(body)) for key, body in sorted(blocks.items())]
    changed = [(listing, *key, body) for key, body in written if body != stored.get(key)]
    dialect.insert_many(connection, facet_codes, ("listing", "aspect", "block", "codes"), changed, _ADD)


def _numbered(connection: Connection, dialect: Dialect, listing: int, texts: Collection[str]) -> dict[str, int]:
    """Numbers of facet sets; made where they are new."""
    digests = {blake2b(text.encode(), digest_size=16).digest(): text for text in texts}
    found = _numbers_of(connection, listing, sorted(digests))
    if missing := sorted(digests.keys() - found.keys()):
        made = [(listing, digest, digests[digest]) for digest in missing]
        dialect.insert_many(connection, facet_sets, ("listing", "digest", "facets"), made)
        found.update(_numbers_of(connection, listing, missing))
    return {text: found[digest] for digest, text in digests.items()}


def _numbers_of(connection: Connection, listing: int, digests: Sequence[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for at in range(0, len(digests), _AT_ONCE):
        values = {"a_listing": listing, "some_digests": digests[at : at + _AT_ONCE]}
        found.update({bytes(digest): number for digest, number in connection.execute(_SETS, values)})
    return found


class Codes(msgspec.Struct, frozen=True):
    """Codes of one aspect of rows, from the row ``first`` of a listing on."""

    first: int
    codes: npt.NDArray[np.uint32]


class FacetCodes:
    """Reads codes, and the facet sets of codes."""

    def __init__(self, database: Database) -> None:
        """Nothing is cached yet."""
        self._database = database
        self._sets: dict[int, tuple[int, ...]] = {}
        self._text = database.text(_CODES)

    def read(self, reader: Reader, aspect: int, span: tuple[int, int]) -> Codes:
        """Return the codes of one aspect of rows of one listing, from the first to the last."""
        listing, begins = divmod(span[0], ROWS_OF_A_LISTING)
        first, last = begins // BLOCK, span[1] % ROWS_OF_A_LISTING // BLOCK
        found = reader.fetch(self._text, {"listing": listing, "aspect": aspect, "first": first, "last": last})
        blocks = [codes for _, codes in found]
        if len(blocks) <= last - first:
            stored = dict(found)
            blocks = [stored.get(n, _NO_CODES) for n in range(first, last + 1)]
        return Codes(listing * ROWS_OF_A_LISTING + first * BLOCK, _unpacked(blocks))

    def facets(self, reader: Reader, codes: Collection[int]) -> Mapping[int, tuple[int, ...]]:
        """Return the facet sets of codes; there may be others among the result."""
        if len(self._sets) > _MOST_CACHED:
            self._sets = {}
        sets = self._sets
        missing = sorted(codes - sets.keys())
        for at in range(0, len(missing), _AT_ONCE):
            some = ", ".join(map(str, missing[at : at + _AT_ONCE]))
            chosen = facet_sets.c.facet_set.op("IN", is_comparison=True)(sa.literal_column(f"({some})"))
            query = self._database.text(sa.select(facet_sets.c.facet_set, facet_sets.c.facets).where(chosen))
            sets.update({number: _DECODE(facets) for number, facets in reader.fetch(query, {})})
        return sets


def _unpacked(blocks: Sequence[bytes]) -> npt.NDArray[np.uint32]:
    """Return the codes of consecutive blocks."""
    return np.frombuffer(b"".join(blocks), np.dtype("<u4"))
