"""Beginning of a file, from which formats are recognised: its text, its lines, its first JSON record."""

import re
from functools import cached_property
from typing import Any, cast

import msgspec

from auscult.formats._contract import HEAD_BYTES
from auscult.formats._faults import DECODE_ERRORS

_BOM = b"\xef\xbb\xbf"
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],"]', re.DOTALL)
_LINES, _TRIED = 80, 8
_CLOSING = {ord("{"): b"}", ord("["): b"]"}


class Head:
    """First bytes of a file, in UTF-8. What formats need of it is made when one first asks for it."""

    def __init__(self, data: bytes, name: str = "") -> None:
        """Keep the first bytes (at most ``HEAD_BYTES``) of a file with this name."""
        self.data = data.removeprefix(_BOM)
        self.name = name
        self.is_whole = len(data) < HEAD_BYTES

    @cached_property
    def text(self) -> str:
        """Return it as text; bytes that are no UTF-8 are U+FFFD."""
        return self.data.decode(errors="replace")

    @cached_property
    def lines(self) -> list[str]:
        """Return the first lines that are not blank, without a last one that is cut."""
        lines = self.text.splitlines()
        return [line for line in (lines if self.is_whole else lines[:-1])[: 4 * _LINES] if line.strip()][:_LINES]

    @cached_property
    def is_json(self) -> bool:
        """Return whether it begins like a JSON object or array."""
        return self.data.lstrip()[:1] in (b"{", b"[")

    @cached_property
    def value(self) -> Any:  # noqa: ANN401  (any JSON value)
        """Return its first JSON value, of one that is cut off what is whole of it; None for none.

        Of NDJSON, that is its first line that is JSON.
        """
        if not self.is_json:
            return None
        text = self.data.lstrip()
        lines = [line for line in text.split(b"\n", _TRIED)[:_TRIED] if line[:1] in (b"{", b"[")]
        for whole in (text, *lines) if self.is_whole else lines:
            try:
                return msgspec.json.decode(whole)
            except DECODE_ERRORS:
                continue
        return _completed(text)

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """Return the objects of its first value: the object, or those of the array."""
        found: object = self.value
        return dicts_in(found) or dicts_in([found])

    @property
    def record(self) -> dict[str, Any]:
        """Return the first object; an empty one where there is none."""
        return self.records[0] if self.records else {}


def _completed(text: bytes) -> Any:  # noqa: ANN401  (any JSON value)
    """Return a JSON value that is cut off, as far as it goes; None where it is none."""
    open_: list[int] = []
    cut, left = 0, list[int]()
    for token in _TOKEN.finditer(text):
        mark = text[token.start()]
        if mark in _CLOSING:
            open_.append(mark)
        elif mark in b"}]":
            if not open_:
                break
            open_.pop()
            cut, left = token.end(), open_.copy()
            if not open_:
                break
        elif mark == ord(","):
            cut, left = token.start(), open_.copy()
        elif token.end() == token.start() + 1:
            break
    try:
        return msgspec.json.decode(text[:cut] + b"".join(_CLOSING[mark] for mark in reversed(left)))
    except DECODE_ERRORS:
        return None


def dicts_in(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list; none where it is no list."""
    each = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", one) for one in each if isinstance(one, dict)]


def first_of(record: dict[str, Any], *path: str) -> dict[str, Any]:
    """Return the object at a path, in lists that of their first element; an empty one where there is none."""
    value: Any = record
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if isinstance(value, list):
            value = value[0] if value else None  # pyright: ignore[reportUnknownVariableType]
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
