"""Queries and bodies of our own API: read strictly, for what is misspelt is otherwise silently not done."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl

import msgspec
from msgspec import inspect

from auscult.domain.errors import RequestError
from auscult.server.api._contract import Parameter
from auscult.server.bodies import read_object

T = TypeVar("T")
Query = Mapping[str, list[str]]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_FIELD = re.compile(r" - at `\$\.?(.*)`$")
_NAMED = re.compile(r"field `(.*?)`")
_EXPECTED = re.compile(r"Expected `(?P<kind>[^`]*)`(?P<bound>[^,]*)")
_BOUND = re.compile(r"(>=|<=) (\S+)")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_RFC_3339 = "a time as RFC 3339 has it, 2026-03-23T10:17:54Z"
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "datetime": _RFC_3339,
}
_MOST_PARAMETERS = 1000
_LARGEST = 2**53 - 1
_LONGEST_CURSOR = 4096

LIMIT = Parameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, "Most items in one answer."
)
CURSOR = Parameter(
    "cursor", {"type": "string", "maxLength": _LONGEST_CURSOR}, "The next_cursor of the answer before, unchanged."
)


def read_query(query_string: bytes, known: Iterable[Parameter]) -> dict[str, list[str]]:
    """Read a query string. Raises ``RequestError``: ``parameter.unknown``, ``parameter.repeated``, ``request.invalid``."""
    parameters = {each.name: each for each in known}
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            query_string.decode("latin-1"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except (ValueError, UnicodeError) as error:
        raise RequestError(
            f"The query must be at most {_MOST_PARAMETERS} parameters, in UTF-8 and percent-encoded.",
            code="request.invalid",
        ) from error
    for name, value in pairs:
        if name not in parameters:
            there = ", ".join(sorted(parameters))
            raise RequestError(
                f"{name}: this operation has no such parameter; it has {there}.",
                code="parameter.unknown",
                field=name,
                value=value,
            )
        if name in found and not parameters[name].is_repeatable:
            raise RequestError(f"{name}: give it once.", code="parameter.repeated", field=name, value=value)
        found.setdefault(name, []).append(value)
    return found


def text(query: Query, name: str) -> str | None:
    """One value, or None."""
    return query[name][0] if name in query else None


def whole_number(query: Query, name: str, default: int, *, least: int, most: int) -> int:
    """A whole number. Raises ``RequestError``: ``field.wrong_type``, ``field.out_of_range``."""
    given = text(query, name)
    if given is None:
        return default
    if not re.fullmatch(r"-?\d{1,18}", given, re.ASCII):
        raise RequestError(f"{name}: give a whole number.", code="field.wrong_type", field=name, value=given)
    if not least <= int(given) <= most:
        raise RequestError(
            f"{name}: give a whole number from {least} to {most}.", code="field.out_of_range", field=name, value=given
        )
    return int(given)


def limit(query: Query) -> int:
    """How many items are asked for."""
    return whole_number(query, "limit", 100, least=1, most=1000)


def choices(query: Query, name: str, known: Sequence[T]) -> tuple[T, ...]:
    """Values of a list, each once. Raises ``RequestError`` ``field.unknown_value``."""
    right: dict[str, T] = {str(each): each for each in known}
    for given in query.get(name, ()):
        if given not in right:
            raise RequestError(f"{name}: give {', '.join(right)}.", code="field.unknown_value", field=name, value=given)
    return tuple(dict.fromkeys(right[given] for given in query.get(name, ())))


def instant(query: Query, name: str) -> datetime | None:
    """A point in time. Raises ``RequestError`` ``date.unreadable``."""
    given = text(query, name)
    if given is None:
        return None
    try:
        if _INSTANT.fullmatch(given):
            # Python's clock has microseconds.
            return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", given.upper()))
    except ValueError:
        pass
    raise RequestError(
        f"{name}: give {_RFC_3339}; in a query a + must be written %2B.",
        code="date.unreadable",
        field=name,
        value=given,
    )


def write_cursor(*key: str | int) -> str:
    """An opaque cursor for a key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def read_cursor(query: Query, shape: type[T]) -> T | None:
    """The key in a cursor, or None at the beginning. Raises ``RequestError`` ``cursor.unreadable``."""
    given = text(query, "cursor")
    if given is None:
        return None
    try:
        padded = given.encode() + b"=" * (-len(given) % 4)
        key = msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=shape)
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise _unreadable(given) from error
    parts: Any = key
    if len(given) > _LONGEST_CURSOR or any(_is_odd(part) for part in parts):
        raise _unreadable(given)
    return key


def _unreadable(given: str) -> RequestError:
    return RequestError(
        "cursor: give the next_cursor of the answer before, unchanged.",
        code="cursor.unreadable",
        field="cursor",
        value=given,
    )


def _is_odd(part: str | int) -> bool:
    """Whether no cursor of ours has this in it."""
    return abs(part) > _LARGEST if isinstance(part, int) else "\0" in part


def read_body(body: bytes, shape: type[T]) -> T:
    """Read a JSON object of this shape; other keys are refused.

    Raises ``RequestError``: ``body.malformed``, ``body.wrong_type``, ``field.missing``, ``field.unknown``, ``field.wrong_type``.
    """
    value = read_object(body)
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise _refused(str(error), value, shape) from error


def _refused(told: str, value: object, shape: type) -> RequestError:
    """What msgspec says of a body, with field, given value, and what would be right (rule 17)."""
    place = _FIELD.search(told)
    path = place[1] if place else ""
    what = told[: place.start()] if place else told
    if named := _NAMED.search(what):
        field = ".".join(part for part in (path, named[1]) if part)
        if "unknown" in what:
            return RequestError(f"{field}: there is no such field here.", code="field.unknown", field=field)
        return RequestError(f"{field} is missing.", code="field.missing", field=field)
    given = _given(value, path)
    right = f"give {', '.join(_choices(shape, path))}" if "enum value" in what else _right(what)
    return RequestError(f"{path}: {right}.", code="field.wrong_type", field=path, value=given)


def _right(what: str) -> str:
    if expected := _EXPECTED.match(what):
        kinds = [_KINDS.get(kind.strip(), kind.strip()) for kind in expected["kind"].split("|")]
        bound = _BOUND.sub(r"\2 or \1", expected["bound"]).replace(">=", "more").replace("<=", "less")
        return f"give {' or '.join(kinds)}{bound}"
    return f"give {_RFC_3339}" if "RFC3339" in what else what


def _choices(shape: type, path: str) -> tuple[str, ...]:
    """The words of which one can stand at a path of this shape."""
    kind = inspect.type_info(shape)
    for name, index in _STEP.findall(path):
        kind = _not_null(kind)
        if index and isinstance(kind, inspect.ListType | inspect.VarTupleType):
            kind = kind.item_type
        elif isinstance(kind, inspect.StructType):
            kind = next((field.type for field in kind.fields if field.encode_name == name), kind)
    kind = _not_null(kind)
    return tuple(map(str, kind.values)) if isinstance(kind, inspect.LiteralType) else ("one of the values described",)


def _not_null(kind: inspect.Type) -> inspect.Type:
    if isinstance(kind, inspect.UnionType):
        return next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    return kind


def _given(value: object, path: str) -> str | float | None:
    """The scalar that stands at a path as msgspec writes it, or None where there is none."""
    for name, index in _STEP.findall(path):
        if name and isinstance(value, dict):
            value = cast("dict[str, object]", value).get(name)
        elif index and isinstance(value, list):
            value = cast("list[object]", value)[int(index)]
    return value if isinstance(value, str | int | float) else None
