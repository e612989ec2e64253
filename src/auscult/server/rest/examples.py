"""Examples in the description of the API: each is declared once, next to its record, and found by the record's type.

    @example({"session_id": "ca-77e1", "name": "April"})
    class ShownSession(Struct): ...

    example(DISPUTE)(Dispute)  # a record of the domain

A record without one is described by those of its fields: a page of sessions needs no example of its own.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from auscult.server.rest.lists import named

T = TypeVar("T")

_EXAMPLES: dict[object, Any] = {}
_SENTENCE = re.compile(r"(.+?\.)(?=\s|$)", re.DOTALL)


def example(shown: Any) -> Callable[[T], T]:  # noqa: ANN401  (JSON)
    """Declare the example of the decorated record, or of a list of records, in JSON. Raises ``ValueError`` if it has one already."""

    def declare(record: T) -> T:
        if record in _EXAMPLES:
            raise ValueError(f"{record!r} has an example already")
        _EXAMPLES[record] = shown
        return record

    return declare


def example_of(kind: Any) -> Any:  # noqa: ANN401  (a type, and JSON)
    """Return the example of a record, or one of its fields: their examples, else their defaults, null or nothing.

    Raises ``LookupError`` if a field has none of them.
    """
    if kind in _EXAMPLES:
        return _EXAMPLES[kind]
    record, _ = named(kind)
    if isinstance(each := get_origin(record) or record, type) and issubclass(each, Struct):
        return {field.encode_name: _of_field(field) for field in msgspec.structs.fields(record)}
    raise LookupError(f"no example of {kind!r}; declare one next to it with `example`")


def _of_field(field: msgspec.structs.FieldInfo) -> Any:  # noqa: ANN401  (the same)
    kind = field.type
    if kind in _EXAMPLES:
        return _EXAMPLES[kind]
    if not field.required:
        return msgspec.to_builtins(field.default if field.default is not msgspec.NODEFAULT else field.default_factory())
    if type(None) in get_args(kind):
        return None
    return [example_of(get_args(kind)[0])] if get_origin(kind) in (tuple, list) else example_of(kind)


def first_sentence(kind: Any) -> str:  # noqa: ANN401  (the same)
    """Return the first sentence of what a list has, or of a type's docstring, without marks of code; empty without one."""
    record, called = named(kind)
    found = _SENTENCE.match(called.about if called else getattr(record, "__doc__", None) or "")
    return " ".join(found[1].split()).replace("``", "`") if found else ""
