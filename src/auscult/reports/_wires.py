"""Rows as a later version of the wire shows them, stored behind those of the samples, so that a page is cut, not rendered.

A row is stored as the samples have it. Where the later version shows more, a line break follows, ``[position, length, …]``,
another line break, and the additions: of these the first ``length`` bytes are inserted at ``position``, then the next.
Encoded JSON has no line break of its own, so that a reader of the samples only looks for one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from auscult.domain.errors import RequestError, sent
from auscult.domain.record import RecordPage
from auscult.domain.tenancy import Wire
from auscult.reports._contract import Added, ReportRequest

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_OBJECTS = msgspec.json.Decoder(list[dict[str, Raw]])
_HEAD = msgspec.json.Decoder(list[int])
_BREAK = ord("\n")
_encode = msgspec.json.Encoder(enc_hook=sent).encode


def stored(row: bytes, added: Added) -> bytes:
    """Return a row of the later version as it is stored."""
    base: list[bytes] = []
    more: list[bytes] = []
    head: list[int] = []
    position = 0
    for piece, is_added in _object(_OBJECT.decode(row), added):
        if is_added:
            head += (position, len(piece))
            more.append(piece)
        else:
            position += len(piece)
            base.append(piece)
    return b"\n".join((b"".join(base), _encode(head), b"".join(more)))


def shown(page: RecordPage, wire: Wire) -> RecordPage:
    """Return a page with its rows as a version of the wire shows them."""
    rows = page.rows
    if wire == "off":
        return replace(page, rows=tuple([row if (end := row.find(_BREAK)) < 0 else row[:end] for row in rows]))
    return replace(page, rows=tuple(map(_whole, rows)))


def check_known(request: ReportRequest, known: Mapping[str, Any], *others: str) -> None:
    """Refuse a key of the body that is none of these, where the client's wire is later than the samples (rule 22).

    Raises ``RequestError`` ``field.unknown``.
    """
    if request.wire == "off":
        return
    names = sorted({*known, *others})
    for field, value in request.body.items():
        if field not in names:
            message = f"{field}: there is no such field; available: {', '.join(names)}."
            raise RequestError(message, code="field.unknown", field=field, value=value)


def _whole(row: bytes) -> bytes:
    base, _, more = row.partition(b"\n")
    if not more:
        return base
    head, _, additions = more.partition(b"\n")
    shown: list[bytes] = []
    at = begin = 0
    numbers = iter(_HEAD.decode(head))
    for position, length in zip(numbers, numbers, strict=True):
        shown += (base[at:position], additions[begin : begin + length])
        at, begin = position, begin + length
    return b"".join((*shown, base[at:]))


def _object(row: Mapping[str, Raw], added: Added) -> Iterator[tuple[bytes, bool]]:
    """Yield an object in pieces, and whether each is an addition. Its first key is none."""
    before = b"{"
    for key, value in row.items():
        name = b"%b%b:" % (before, _encode(key))
        inner = added.get(key)
        if inner is None:
            yield name + bytes(value), key in added
        else:
            yield name + b"[", False
            for index, each in enumerate(_OBJECTS.decode(value)):
                if index:
                    yield b",", False
                yield from _object(each, inner)
            yield b"]", False
        before = b","
    yield b"}", False
