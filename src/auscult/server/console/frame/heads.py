"""Heads of columns that sort a list, and positions in its order."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from auscult.domain.errors import RequestError
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.filters import Query, address
from auscult.storage.core.sorting import SortKey

Order = TypeVar("Order", bound=str)
_NAMES = {
    "-raised_at": later("Newest first"),
    "-decided_at": later("Newest first"),
    "decided_at": later("Oldest first"),
    "-ended_at": later("Newest first"),
    "ended_at": later("Oldest first"),
    "-accepted_at": later("Newest first"),
    "accepted_at": later("Oldest first"),
    "due_at": later("Earliest date first"),
    "-due_at": later("Latest date first"),
    "round": later("First round first"),
    "-round": later("Last round first"),
    "-answered": later("Most answered first"),
    "answered": later("Least answered first"),
    "score": later("Lowest score first"),
    "-score": later("Highest score first"),
    "-conversations": later("Most conversations first"),
    "conversations": later("Fewest conversations first"),
    "-attempts": later("Most often begun first"),
    "attempts": later("Least often begun first"),
    "todo": later("Begun first, then by date"),
}
"""Names of the orders of lists."""


class HeadView(Struct, frozen=True, kw_only=True):
    """The head of a column that sorts: an address, the order that it leads to, and the direction that is in force, if any."""

    href: str
    next: str
    direction: str


class Parameters(NamedTuple):
    """Names of the parameters of a list's order and position; a page with two lists has two of each."""

    sort: str = "sort"
    before: str = "before"


USUAL_PARAMETERS = Parameters()


def head_view(  # noqa: PLR0913, PLR0917  (an order, and the address that it is part of)
    orders: Sequence[str],
    here: str,
    usual: str,
    query: Query,
    path: str,
    names: Mapping[Any, str] = _NAMES,
    named: Parameters = USUAL_PARAMETERS,
) -> HeadView:
    """Show the head of a column: it leads through its orders, and then to the usual one."""
    follows = orders[(orders.index(here) + 1) % len(orders)] if here in orders else orders[0]
    if follows == here:
        follows = usual
    direction = ("descending" if here.startswith("-") else "ascending") if here in orders else ""
    changed = {named.before: "", named.sort: "" if follows == usual else follows}
    return HeadView(href=address(path, query, **changed), next=_(names[follows]), direction=direction)


def order_of(query: Query, orders: Sequence[Order], usual: Order, name: str = "sort") -> Order:
    """Return the order in an address; the usual one where it has none that exists."""
    given = next(iter(query.get(name, ())), "")
    return next((each for each in orders if each == given), usual)


def read_key(query: Query, name: str = "before") -> SortKey | None:
    """Read the position in a list: ``<number>[_<value>]``. Raises ``RequestError`` ``cursor.invalid``."""
    given = next(iter(query.get(name, ())), "")
    if not given:
        return None
    number, _line, value = given.partition("_")
    if not _is_number(number) or not _is_number(value or "0"):
        message = _("{name} is not a position in the list").format(name=name)
        raise RequestError(message, code="cursor.invalid", field=name, value=given)
    return SortKey(int(number), int(value) if value else None)


def write_key(key: SortKey) -> str:
    """Return a position as ``read_key`` reads it."""
    return str(key.number) if key.value is None else f"{key.number}_{key.value}"


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 19  # noqa: PLR2004  (what a database holds)
