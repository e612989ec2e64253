"""JSON bodies of a given shape, read strictly: a misspelt key would otherwise be ignored silently."""

import re
from datetime import datetime
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect

from auscult.domain.errors import RequestError
from auscult.domain.schedules.instants import in_utc
from auscult.formats._faults import EXPECTED, WORDS
from auscult.server.bodies import read_object
from auscult.server.rest.query import RFC_3339, instant_of_day

T = TypeVar("T")

_FIELD = re.compile(r" - at `\$\.?(.*)`$")
_NAMED = re.compile(r"field `(.*?)`")
_WHOLE = re.compile(r"Expected `int(?: \| null)?`, got `float`")
_BOUND = re.compile(r"(>=|<=) (\S+)")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_KINDS = {**WORDS, "datetime": RFC_3339}


def decode_body(body: bytes, shape: type[T]) -> T:
    """Read a JSON object of this shape, without other keys.

    Raises ``RequestError``: ``body.malformed``, ``body.wrong_type``, ``field.missing``, ``field.unknown``, ``field.wrong_type``.
    """
    value = read_object(body)
    while True:
        try:
            found = msgspec.convert(value, shape)
        except msgspec.ValidationError as error:
            if not _set_other_spelling(value, str(error)):
                raise refused(str(error), value, shape) from error
        else:
            _check_calendar(found, "")
            return found


def _check_calendar(value: Any, path: str) -> None:  # noqa: ANN401  (JSON as the shape has it)
    """Raise ``RequestError`` for an instant that the calendar does not have in UTC, wherever it is in a body."""
    match value:
        case datetime():
            try:
                in_utc(value)
            except ValueError as error:
                message = f"{path}: give {RFC_3339}, from the year 1 to 9999 in UTC."
                raise RequestError(message, code="field.wrong_type", field=path, value=value.isoformat()) from error
        case msgspec.Struct():
            for name in value.__struct_fields__:
                _check_calendar(getattr(value, name), f"{path}.{name}".lstrip("."))
        case list() | tuple():
            for at, each in enumerate(cast("list[Any]", value)):
                _check_calendar(each, f"{path}[{at}]")
        case dict():
            for name, each in cast("dict[str, Any]", value).items():
                _check_calendar(each, f"{path}.{name}".lstrip("."))
        case _:
            pass


def _set_other_spelling(value: Any, message: str) -> bool:  # noqa: ANN401  (JSON)
    """Replace a value that msgspec refuses for its spelling alone; return whether there was one.

    A day is the instant of its beginning, and 53.0 is the whole number that JSON Schema takes it for.
    """
    if "RFC3339" not in message and not _WHOLE.match(message):
        return False
    found = _FIELD.search(message)
    steps = _STEP.findall(found[1]) if found else []
    if not steps:
        return False
    for name, index in steps[:-1]:
        value = value[name or int(index)]
    name, index = steps[-1]
    key = name or int(index)
    given = value[key]
    if isinstance(given, str):
        value[key] = instant_of_day(given)
    elif isinstance(given, float) and given.is_integer():
        value[key] = int(given)
        return True
    return value[key] != given


def refused(message: str, value: object, shape: type) -> RequestError:
    """Return the error for msgspec's message on a body, with field, given value, and valid values (rule 17)."""
    found = _FIELD.search(message)
    path = found[1] if found else ""
    what = message[: found.start()] if found else message
    if named := _NAMED.search(what):
        field = ".".join(part for part in (path, named[1]) if part)
        if "unknown" in what:
            return RequestError(f"{field}: there is no such field here.", code="field.unknown", field=field)
        return RequestError(f"{field} is missing.", code="field.missing", field=field)
    given = _given(value, path)
    right = f"give {', '.join(_choices(shape, path))}" if "enum value" in what else _right(what)
    return RequestError(f"{path}: {right}.", code="field.wrong_type", field=path, value=given)


def _right(what: str) -> str:
    if expected := EXPECTED.match(what):
        kinds = [_KINDS.get(kind.strip(), kind.strip()) for kind in expected["kind"].split("|")]
        bound = _BOUND.sub(r"\2 or \1", expected["bound"]).replace(">=", "more").replace("<=", "less")
        return f"give {' or '.join(kinds)}{bound}"
    return f"give {RFC_3339}" if "RFC3339" in what else what


def _choices(shape: type, path: str) -> tuple[str, ...]:
    """Return the words that are valid at a path of this shape."""
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
    """Return the scalar at a path as msgspec writes it, or None without one."""
    for name, index in _STEP.findall(path):
        if name and isinstance(value, dict):
            value = cast("dict[str, object]", value).get(name)
        elif index and isinstance(value, list):
            value = cast("list[object]", value)[int(index)]
    return value if isinstance(value, str | int | float) else None
