"""Reads one field of a request's body, or refuses it with the field, the given value and what would be right.

Numbers may be written as JSON writes whole numbers (``100`` and ``100.0`` are one value); a text that spells
a number is not a number, and null is not the same as leaving a field out.
"""

from collections.abc import Mapping
from typing import Any, cast

from auscult.domain.errors import RequestError

Body = Mapping[str, Any]

LARGEST = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""


def refuse(field: str, value: object, right: str, code: str = "field.wrong_type") -> RequestError:
    """Return the error for a field that cannot be used; ``right`` describes an accepted value."""
    return RequestError(f"{field}: {right}.", code=code, field=field, value=value)


def first_given(body: Body, *names: str) -> str | None:
    """Name under which a field with several spellings is given: the first that is there."""
    return next((name for name in names if name in body), None)


def whole_number(body: Body, field: str, default: int, *, least: int, most: int = LARGEST) -> int:
    """Read a whole number from ``least`` to ``most``."""
    if field not in body:
        return default
    value = body[field]
    right = (
        f"give a whole number, {least} or more" if most == LARGEST else f"give a whole number from {least} to {most}"
    )
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise refuse(field, value, right)
    if value > most:
        raise refuse(field, value, f"give a whole number from {least} to {most}", "field.out_of_range")
    if value < least:
        raise refuse(field, value, right, "field.out_of_range")
    return value


def truth(body: Body, field: str, *, default: bool) -> bool:
    """Read true or false."""
    value = body.get(field, default)
    if not isinstance(value, bool):
        raise refuse(field, value, "give true or false, without quotes")
    return value


def text(value: object, field: str, right: str) -> str:
    """``value`` itself when it is a text that a database can look for, which rules out U+0000."""
    if not isinstance(value, str) or "\0" in value:
        raise refuse(field, value, right)
    return value


def texts(body: Body, field: str, right: str, *, most: int, is_strict: bool = False) -> tuple[str, ...]:
    """Read an array of texts, each kept once, in order; a single text counts as an array of one, unless strict."""
    value = body.get(field, [])
    if isinstance(value, str) and not is_strict:
        value = [value]
    if not isinstance(value, list):
        raise refuse(field, value, right)
    values = cast("list[object]", value)
    if len(values) > most:
        raise refuse(field, len(values), f"give at most {most} values", "field.out_of_range")
    return tuple(dict.fromkeys(text(each, f"{field}[{index}]", right) for index, each in enumerate(values)))
