"""Parameters that several operations have: their types define the valid values, and OpenAPI repeats them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from litestar.openapi.spec import Example, OpenAPIType, Schema
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

from auscult.domain.audits.audit import LONGEST_NAME
from auscult.domain.definitions.form_version import LONGEST_NOTE
from auscult.domain.stated import DAY_OR_INSTANT, stated, text
from auscult.server.rest.cursors import CURSOR

T = TypeVar("T")

LARGEST_VERSION = 2**31 - 1
LONGEST_WAIT_S = 60
_MOST_DIGITS = 16
NOT_EMPTY = {"min_length": 1}
"""Promised to clients; an empty text counts as absent."""


def path_id(description: str, example: str, **extra: Any) -> PathParameter:  # noqa: ANN401  (of Litestar's schemas)
    """Describe an id in a path; ``extra``: what else it has to be."""
    return PathParameter(description=description, schema_extra=NOT_EMPTY | extra, examples=[Example(value=example)])


def query(description: str, **bounds: Any) -> QueryParameter:  # noqa: ANN401  (of Litestar's parameters)
    """Describe a parameter of the query; ``ge`` and ``le`` are the bounds of a number."""
    return QueryParameter(description=description, **bounds)


def repeated(description: str, **of_each: Any) -> QueryParameter:  # noqa: ANN401  (of JSON Schema)
    """Describe a parameter that may occur several times in the query; ``of_each``: keywords of each of its texts."""
    extra = {"items": Schema(type=OpenAPIType.STRING, **of_each)} if of_each else None
    return QueryParameter(description=f"{description} May be given several times.", schema_extra=extra)


def each_once(values: Iterable[T]) -> tuple[T, ...]:
    """Return values without repetitions, in their order."""
    return tuple(dict.fromkeys(values))


Instant = Annotated[datetime, Meta(tz=True), DAY_OR_INSTANT]
"""Of a body: an instant with its zone, or a day, which is its beginning in UTC (``rest/bodies.py``)."""
InstantText = Annotated[str, DAY_OR_INSTANT]
"""The same, where the domain reads it."""
PersonName = Annotated[str, text(LONGEST_NAME)]
"""Of a body: an auditor, by e-mail address or another name."""
Share = Annotated[float, stated(minimum=0, maximum=1)]
ConversationId = Annotated[str, path_id("The conversation, percent-encoded.", "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11")]
FormId = Annotated[str, path_id("The form, percent-encoded.", "ef-billing")]
AssignmentId = Annotated[str, path_id("The assignment.", "as-3c4d")]
Limit = Annotated[int, query("Most items in one answer.", ge=1, le=1000)]
"""Default: 100."""
LEAST_FIRST = "The order: the least first, with a minus the greatest first."
PublishingNote = Annotated[str | None, query("Why, kept with the version.", min_length=1, max_length=LONGEST_NOTE)]
Cursor = Annotated[
    str | None,
    query("The next_cursor of the answer before, unchanged.", schema_extra=CURSOR),
]
_TIMES = "2026-03-01, or 2026-03-01T08:00:00Z"
Since = Annotated[datetime | None, query(f"Only conversations that start at this time or later: {_TIMES}.")]
Until = Annotated[datetime | None, query("Only conversations that start before this time.")]
Version = Annotated[int | None, query("Which version. Without it, the newest.", ge=1, le=LARGEST_VERSION)]


def number_in(text: str) -> int | None:
    """Return the whole number that a text is; None where it is none, or more than a database holds."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS else None
