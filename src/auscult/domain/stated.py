"""Constraints of what is sent that the domain checks, as OpenAPI states them.

msgspec would refuse such a value with ``field.wrong_type``, where the domain has a reason of its own. So these are for
the description alone, and are made of the constants that the checks use.
"""

from typing import Any

from msgspec import Meta


def stated(**schema: Any) -> Meta:  # noqa: ANN401  (JSON Schema)
    """State keywords of JSON Schema."""
    return Meta(extra_json_schema=schema)


CALENDAR_DAY = "(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
"""A pattern of a day; that a month has 31 of them is left to the calendar."""

DAY_OR_INSTANT = stated(anyOf=[{"format": "date-time"}, {"format": "date"}])
"""An instant with its zone, or a day, which is its beginning in UTC."""


def text(most: int, least: int = 1) -> Meta:
    """State a text of at most ``most`` characters; with ``least`` above 0 one of them is no space."""
    return stated(maxLength=most, **({"minLength": least, "pattern": r"\S"} if least else {}))


def between(least: float, most: float) -> Meta:
    """State a number with both bounds included."""
    return stated(minimum=least, maximum=most)


def at_least(least: int) -> Meta:
    """State a number with a lower bound."""
    return stated(minimum=least)
