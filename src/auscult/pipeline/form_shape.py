"""From plain values to typed settings, with every fault named and placed, not only the first."""

import difflib
import types
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from auscult.pipeline.form_document import Document, Path, Value

_NAMES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "null": "nothing",
    "array": "a list",
    "object": "a mapping",
}


class Unread:
    """Stands for a value that could not be read; what was wrong is noted in the document."""


UNREAD = Unread()


def read_struct(  # noqa: PLR0913 what is read, and three ways in which a caller may be lenient
    document: Document,
    kind: type[msgspec.Struct],
    value: Value,
    path: Path,
    *,
    elsewhere: tuple[str, ...] = (),
    stand_ins: Mapping[str, object] | None = None,
    allow_others: bool = False,
) -> Any:  # noqa: ANN401 the caller names the kind
    """Read a mapping into a struct, noting what is wrong with every key.

    What could not be read has its default, so that the rest can be looked at too; ``stand_ins`` are defaults for
    keys that have none. Without them such a key leaves nothing but ``UNREAD``. ``elsewhere`` are further keys that
    this mapping may have and that somebody else reads; with ``allow_others`` that is any key.
    """
    if not isinstance(value, Mapping):
        document.unread(path, f"must be a mapping of keys, not {name_of(value)}")
        return UNREAD
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    if not allow_others:
        _refuse_unknown_keys(document, value, (*fields, *elsewhere), path)
    read: dict[str, Any] = {}
    for key, field in fields.items():
        found: Any = UNREAD
        if key in value:
            found = _read(document, field.type, value[key], (*path, key))
        elif field.required:
            document.unread((*path, key), "is missing")
        if found is not UNREAD:
            read[field.name] = found
        elif field.required and stand_ins is not None and key in stand_ins:
            read[field.name] = stand_ins[key]
        elif field.required:
            return UNREAD
    return kind(**read)


def _refuse_unknown_keys(document: Document, value: Mapping[str, Value], known: tuple[str, ...], path: Path) -> None:
    """Note every key that nobody reads, and the nearest that somebody does."""
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
            document.unread((*path, key), f"is not a known key; {hint}")


def name_of(value: object) -> str:
    """What kind of thing a value is, in the words of those who write forms."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a whole number"),
        (Decimal, "a decimal number"),
        (list, "a list"),
        (dict, "a mapping"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "nothing")


def _read(document: Document, kind: Any, value: Value, path: Path) -> Any:  # noqa: ANN401 types of fields are values here
    options = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    if value is None and types.NoneType in options:
        return None
    inner = [option for option in options if option is not types.NoneType]
    only = inner[0] if len(inner) == 1 else None
    if isinstance(only, type) and issubclass(only, msgspec.Struct):
        return read_struct(document, only, value, path)
    if get_origin(only) is tuple:
        return _read_list(document, get_args(only)[0], value, path)
    choices = [choice for option in inner if get_origin(option) is Literal for choice in get_args(option)]
    if choices and value not in choices:
        given = repr(value) if isinstance(value, str) else name_of(value)
        document.unread(path, f"must be {' or '.join(choices)}, not {given}")
        return UNREAD
    try:
        return msgspec.convert(_number(only, value), kind, strict=True)
    except msgspec.ValidationError as error:
        told = f"must be a number, not {value!r}" if only is Decimal and isinstance(value, str) else str(error)
        document.unread(path, _in_plain_words(told))
        return UNREAD


def _number(kind: Any, value: Value) -> object:  # noqa: ANN401 as above
    """Numbers as the field keeps them: a document holds whole ones and exact decimals."""
    if kind is float and isinstance(value, Decimal):
        return float(value)
    return Decimal(value) if kind is Decimal and isinstance(value, int) and not isinstance(value, bool) else value


def _read_list(document: Document, kind: Any, value: Value, path: Path) -> Any:  # noqa: ANN401 as above
    if not isinstance(value, list):
        document.unread(path, f"must be a list, not {name_of(value)}")
        return UNREAD
    read = [_read(document, kind, one, (*path, place)) for place, one in enumerate(value)]
    return UNREAD if any(one is UNREAD for one in read) else tuple(read)


def _in_plain_words(told: str) -> str:
    """``Expected `str`, got `int` `` becomes ``must be text, not a whole number``."""
    expected, got, found = told.removeprefix("Expected ").partition(", got ")
    if not told.startswith("Expected ") or not got:
        return told

    def words(names: str) -> str:
        return " or ".join(_NAMES.get(name.strip(), name.strip()) for name in names.strip("`").split("|"))

    return f"must be {words(expected)}, not {words(found)}"
