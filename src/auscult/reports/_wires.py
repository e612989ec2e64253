"""Rows as a later version of the wire shows them, stored behind those of the samples, so that a page is cut, not rendered.

A row is stored as the samples have it. Where the later version shows more, a line break follows, ``[position, length, …]``,
another line break, and the additions: of these the first ``length`` bytes are inserted at ``position``, then the next.
Encoded JSON has no line break of its own, so that a reader of the samples only looks for one.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from auscult.domain.errors import RequestError, sent
from auscult.domain.record import RecordPage
from auscult.domain.tenancy import Wire
from auscult.reports._contract import Added, ReportRequest

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_ROWS = msgspec.json.Decoder(list[Raw])
_HEAD = msgspec.json.Decoder(list[int])
_BREAK = ord("\n")
_encode = msgspec.json.Encoder(enc_hook=sent).encode


def stored(row: bytes, added: Added) -> bytes:
    """Return a row of the later version as it is stored."""
    base: list[bytes] = []
    more: list[bytes] = []
    head: list[int] = []
    position = begin = 0
    for start, end in reversed(_additions(row, added, 0)):
        if head and start == begin:
            head[-1] += end - start
        else:
            base.append(row[begin:start])
            position += start - begin
            head += (position, end - start)
        more.append(row[start:end])
        begin = end
    return b"\n".join((b"".join((*base, row[begin:])), _encode(head), b"".join(more)))


def shown(page: RecordPage, wire: Wire) -> RecordPage:
    """Return a page with its rows as a version of the wire shows them."""
    rows = page.rows
    if wire == "off":
        return replace(page, rows=tuple([row if (end := row.find(_BREAK)) < 0 else row[:end] for row in rows]))
    return replace(page, rows=tuple(map(whole, rows)))


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


def whole(row: bytes) -> bytes:
    """Return a stored row as the later version shows it."""
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


def _additions(row: bytes | Raw, added: Added, start: int) -> list[tuple[int, int]]:
    """Return where the additions to an object that begins at ``start`` lie, the last one first. Its first key is none."""
    found: list[tuple[int, int]] = []
    values = _OBJECT.decode(row)
    left = len(added.keys() & values.keys())
    end = start + len(row) - len("}")
    for key in reversed(values):
        if not left:
            break
        begin = end - len(values[key]) - _length_of(key)
        if key in added:
            inner, at = added[key], end - len("]")
            if inner is None:
                found.append((begin, end))
            else:
                for each in reversed(_ROWS.decode(values[key])):
                    found += _additions(each, inner, at - len(each))
                    at -= len(each) + len(",")
            left -= 1
        end = begin
    return found


@cache
def _length_of(key: str) -> int:
    """Return the length of a key as it is encoded, with what separates it from what comes before and from its value."""
    return len(_encode(key)) + len(",:")
