"""Heads of columns that sort a list, and positions in its order."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct, field

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


class Sorting(Struct, frozen=True, kw_only=True):
    """The order of a list, and the heads of its columns, which change it.

    ``columns`` has the orders that the head of each column leads through, ``names`` those of orders. ``sort`` and
    ``before`` are the parameters of order and position in the ``query`` of ``path``; a page with two lists has two of each.
    """

    columns: Mapping[str, Sequence[str]]
    order: str
    usual: str
    query: Query
    path: str
    names: Mapping[Any, str] = field(default_factory=lambda: _NAMES)
    sort: str = "sort"
    before: str = "before"

    def direction(self, column: str) -> str:
        """Return the direction of a column as ``aria-sort`` has it; empty where the list is not sorted by it."""
        if self.order not in self.columns[column]:
            return ""
        return "descending" if self.order.startswith("-") else "ascending"

    def href(self, column: str) -> str:
        """Return the address of the list in the order that the head of a column leads to."""
        follows = self._follows(column)
        changed = {self.before: "", self.sort: "" if follows == self.usual else follows}
        return address(self.path, self.query, **changed)

    def next(self, column: str) -> str:
        """Return the name of the order that the head of a column leads to."""
        return _(self.names[self._follows(column)])

    def _follows(self, column: str) -> str:
        """Return the next order of a column, and after the last one the usual order of the list."""
        orders = self.columns[column]
        follows = orders[(orders.index(self.order) + 1) % len(orders)] if self.order in orders else orders[0]
        return self.usual if follows == self.order else follows


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
