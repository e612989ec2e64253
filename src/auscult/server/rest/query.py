"""Queries, checked against the parameters that OpenAPI promises: a misspelt one would otherwise be ignored silently.

The document is the only list of parameters: handlers' signatures define it, this module reads it.
"""

import re
from collections.abc import Mapping
from datetime import date
from operator import ge, gt, le
from typing import Any
from urllib.parse import parse_qsl, urlencode

from auscult.domain.errors import RequestError
from auscult.domain.schedules.instants import read_instant

RFC_3339 = "a time as RFC 3339 has it, 2026-03-23T10:17:54Z, or a day, 2026-03-23"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?([Ee][+-]?\d{1,3})?", re.ASCII)
_BOOLEANS = ("true", "false", "1", "0")
_BOUNDS = (("minimum", "from", ge), ("exclusiveMinimum", "above", gt), ("maximum", "at most", le))
_MOST_PARAMETERS = 1000
_CURSOR = "cursor"
"""Has a reason of its own where it is none of ours."""

Parameters = Mapping[str, Mapping[str, Any]]
"""Parameters of an operation by name, each with its schema, and ``required`` where it may not be left out."""


def check_query(query_string: bytes, parameters: Parameters) -> dict[str, str]:
    """Check a query string; return its values by name, the first of a repeated one.

    Raises ``RequestError``: ``parameter.unknown``, ``parameter.repeated``, ``request.invalid``, ``field.wrong_type``,
    ``field.out_of_range``, ``field.unknown_value``, ``date.unreadable``.
    """
    pairs = _pairs(query_string)
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in parameters:
            there = ", ".join(sorted(parameters))
            raise RequestError(
                f"{name}: this operation has no such parameter; it has {there}.",
                code="parameter.unknown",
                field=name,
                value=value,
            )
        if name in found and parameters[name].get("type") != "array":
            raise RequestError(f"{name}: give it once.", code="parameter.repeated", field=name, value=value)
        found.setdefault(name, value)
    for name, value in pairs:
        schema = parameters[name]
        _check(name, value, schema.get("items", schema))
    return found


def lacking_in(query: Mapping[str, str], parameters: Parameters) -> str | None:
    """Return the first required parameter that a query does not have, None where it has all."""
    return next((name for name, schema in parameters.items() if schema.get("required") and name not in query), None)


def with_instants(query_string: bytes, parameters: Parameters) -> bytes:
    """Return a checked query string with each day replaced by the instant of its beginning, UTC."""
    pairs = _pairs(query_string)
    if not any(_is_day(value) and _is_instant(parameters[name]) for name, value in pairs):
        return query_string
    return urlencode(
        [(name, instant_of_day(value) if _is_instant(parameters[name]) else value) for name, value in pairs]
    ).encode()


def instant_of_day(given: str) -> str:
    """Return a day as the instant of its beginning, UTC; anything else unchanged."""
    return f"{given}T00:00:00Z" if _is_day(given) else given


def _is_day(given: str) -> bool:
    return _DAY.fullmatch(given) is not None


def _is_instant(schema: Mapping[str, Any]) -> bool:
    return schema.get("items", schema).get("format") == "date-time"


def _pairs(query_string: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query_string.decode("latin-1"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except (ValueError, UnicodeError) as error:
        raise RequestError(
            f"The query must be at most {_MOST_PARAMETERS} parameters, in UTF-8 and percent-encoded.",
            code="request.invalid",
        ) from error


def _check(name: str, value: str, schema: Mapping[str, Any]) -> None:
    if "enum" in schema:
        if value not in schema["enum"]:
            raise _wrong(name, value, f"give {', '.join(schema['enum'])}", "field.unknown_value")
    elif schema.get("type") == "integer":
        _check_integer(name, value, schema)
    elif schema.get("type") == "number":
        _check_number(name, value, schema)
    elif schema.get("type") == "boolean":
        if value.lower() not in _BOOLEANS:
            raise _wrong(name, value, "give true or false", "field.wrong_type")
    elif schema.get("format") == "date-time":
        _check_instant(name, value)
    elif not value and schema.get("minLength") and name != _CURSOR:
        raise _wrong(name, value, "give a value, or leave the parameter out", "field.out_of_range")
    elif len(value) > (most := schema.get("maxLength", len(value))) and name != _CURSOR:
        raise _wrong(name, value, f"give at most {most} characters", "field.out_of_range")


def _check_integer(name: str, value: str, schema: Mapping[str, Any]) -> None:
    if not _INTEGER.fullmatch(value):
        raise _wrong(name, value, "give a whole number", "field.wrong_type")
    least, most = schema.get("minimum"), schema.get("maximum")
    if (least is not None and int(value) < least) or (most is not None and int(value) > most):
        bounds = f" from {least}" + (f" to {most}" if most is not None else "")
        raise _wrong(name, value, f"give a whole number{bounds}", "field.out_of_range")


def _check_number(name: str, value: str, schema: Mapping[str, Any]) -> None:
    if not _NUMBER.fullmatch(value):
        raise _wrong(name, value, "give a number", "field.wrong_type")
    bounds = [(word, fits, schema[key]) for key, word, fits in _BOUNDS if key in schema]
    if not all(fits(float(value), bound) for _, fits, bound in bounds):
        named = ", ".join(f"{word} {bound:g}" for word, _, bound in bounds)
        raise _wrong(name, value, f"give a number {named}", "field.out_of_range")


def _check_instant(name: str, value: str) -> None:
    try:
        if _DAY.fullmatch(value):
            date.fromisoformat(value)
            return
        if _INSTANT.fullmatch(value):
            read_instant(re.sub(r"(\.\d{6})\d+", r"\1", value.upper()))
            return
    except ValueError:
        pass
    raise _wrong(name, value, f"give {RFC_3339}; in a query a + must be written %2B", "date.unreadable")


def _wrong(name: str, value: str, right: str, reason: str) -> RequestError:
    return RequestError(f"{name}: {right}.", code=reason, field=name, value=value)
