"""Stored documents in fewer bytes: deflated, with a dictionary of what documents of their kind say again and again.

A packed document begins with the number of its dictionary, a byte that no JSON begins with: what was stored before is
read as it is. Dictionaries are files that come with the package and never change; a better one gets the next number.
`python -m tools.dictionaries` makes them.
"""

import zlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, TypeDecorator
from sqlalchemy.engine import Dialect

NUMBERS = {
    "account_rawdata": 1,
    "calldetails": 2,
    "conversations": 3,
    "rawdata": 4,
    "scorereporting": 5,
    "insights": 6,
    "documents": 7,
}
"""The dictionary with which each kind is packed: rows by their report, insights, and conversations themselves."""

FOLDER = Path(__file__).with_name("dictionaries")
DICTIONARIES = {int(path.stem): path.read_bytes() for path in FOLDER.glob("*.dict")}
_ROWS = NUMBERS.keys() - {"insights", "documents"}
_WINDOW, _MEMORY = -14, 5
"""A raw stream in a window of twice the dictionary, without a checksum; little memory, because it is copied each time."""
_OF_ROWS, _OF_OTHERS = 4, 6
"""Levels: of rows the lower one takes three quarters of the time, and a thirtieth more bytes."""


class CorruptError(ValueError):
    """A packed document that was changed or cut off."""


class Packed(TypeDecorator[bytes]):
    """Bytes that may be packed: read unpacked, and written as they are given."""

    impl = LargeBinary
    cache_ok = True

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Unpack what is packed."""
        del dialect
        return None if value is None else unpack(value)


def pack(body: bytes, kind: str) -> bytes:
    """Return a document in fewer bytes; one of a kind without a dictionary, or that gains nothing, as it is."""
    if kind not in NUMBERS:
        return body
    stream = _packer(kind).copy()
    packed = b"%c%b%b" % (NUMBERS[kind], stream.compress(body), stream.flush())
    return packed if len(packed) < len(body) else body


def unpack(body: bytes) -> bytes:
    """Return a stored document as JSON. Raises ``CorruptError`` where it cannot be read."""
    if body[:1] >= b" " or not body:
        return body
    try:
        stream = zlib.decompressobj(_WINDOW, DICTIONARIES[body[0]])
        whole = stream.decompress(body[1:])
    except (zlib.error, KeyError) as error:
        raise CorruptError("a packed document cannot be read") from error
    if not stream.eof:
        raise CorruptError("a packed document ends before its end")
    return whole


recent = lru_cache(1_024)(unpack)
"""The same of rows of pages, which are asked for again and again: the newest are remembered."""


@cache
def _packer(kind: str) -> Any:  # noqa: ANN401  (zlib names no type)
    # With the codes that the format has fixed a row is unpacked in half the time, and has a thirtieth more bytes.
    level, codes = (_OF_ROWS, zlib.Z_FIXED) if kind in _ROWS else (_OF_OTHERS, zlib.Z_DEFAULT_STRATEGY)
    return zlib.compressobj(level, zlib.DEFLATED, _WINDOW, _MEMORY, codes, DICTIONARIES[NUMBERS[kind]])
