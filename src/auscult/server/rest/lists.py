"""Answers that are lists: all there is, or a page of it, of whatever record.

    AbsenceList = Annotated[Items[Absence], Called("AbsenceList", "Absences that have not ended, by first day.")]

``Called`` names the answer in the description of the API, and states its content and in which order.
"""

from typing import Annotated, Any, Generic, NamedTuple, TypeVar, get_args, get_origin

from msgspec import Struct

T = TypeVar("T")


class Called(NamedTuple):
    """The name of a list in the description of the API, and what is in it.

    A name with a module before it is that of a list of which another module has one of the same name.
    """

    name: str
    about: str = "One page. ``next_cursor`` is null after the last."


class Items(Struct, Generic[T], frozen=True, kw_only=True):
    """Everything that was asked for."""

    items: tuple[T, ...]


class Page(Items[T], Generic[T], frozen=True, kw_only=True):
    """One page. ``next_cursor`` is null after the last."""

    next_cursor: str | None


class OnePage(Items[T], Generic[T], frozen=True, kw_only=True):
    """Everything that was asked for, as a page without another one after it."""

    next_cursor: None = None


def named(kind: Any) -> tuple[Any, Called | None]:  # noqa: ANN401  (a type)
    """Return the type of an answer, and how it is called if it is a list."""
    if get_origin(kind) is not Annotated:
        return kind, None
    record, called = get_args(kind)
    return record, called
