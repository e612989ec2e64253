"""Changes that any builder posts: the value of a field, words of a list, and the rows of a list."""

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import cast

from auscult.domain.errors import RequestError
from auscult.server.console.language import gettext as _
from auscult.server.console.posted import Given, lines, one
from auscult.server.console.views.setup.forms import path_of
from auscult.services.definitions.forms.document import NONE, Path, Value, value_at
from auscult.services.definitions.forms.editing.changes import Change, Insert, Move, Put, Remove, changed
from auscult.services.definitions.forms.editing.questions import value_of


def fields_changed(data: Given) -> list[str]:
    """Return the paths of the fields whose value is another one than the page had, in the page's order."""
    targets = (name.removeprefix("set:") for name in data if name.startswith("set:"))
    return [each for each in targets if one(data, f"set:{each}") != one(data, f"was:{each}")]


def with_value(data: Given, document: bytes, base: bytes, target: str, also: tuple[Change, ...] = ()) -> bytes:
    """Set the value of a field; a key that the field leaves at its default is not written, unless the base has it.

    ``also`` are changes that follow from it.
    """
    path, text = path_of(target), one(data, f"set:{target}").replace("\r\n", "\n")
    stored = value_at(value_of(base), path)
    if isinstance(stored, str) and stored.strip() == text:  # a field shows no blanks at the ends, so it keeps them
        text = stored
    is_default = f"un:{target}" in data and text == one(data, f"un:{target}")
    if is_default and (stored is NONE or (not text and stored != "")):
        is_there = value_at(value_of(document), path) is not NONE
        return changed(document, Remove(path), base=base) if is_there else document
    return changed(document, Put(path, typed(text, one(data, f"as:{target}", "any"))), *also, base=base)


def typed(text: str, kind: str) -> Value:
    """Return what was entered as a value of the document."""
    if kind == "switch":
        return text == "true"
    if kind == "choice" and "," in text:
        return [*text.split(",")]
    if kind in ("number", "any"):
        try:
            found = Decimal(text.replace(",", ".") if kind == "number" else text)
        except InvalidOperation:
            return text
        return (
            text
            if not found.is_finite()
            else int(found)
            if found == found.to_integral_value() and "." not in text
            else found
        )
    return text


def length_of(value: object) -> int | None:
    """Return the length of a list; None for anything else."""
    return len(cast("list[object]", value)) if isinstance(value, list) else None


def words_added(data: Given, values: Value, target: str) -> tuple[Change, ...]:
    """Add words to a list, which comes with its first."""
    return appended(values, path_of(target), lines(data, f"new:{target}"))


def appended(values: Value, path: Path, items: Sequence[Value]) -> tuple[Change, ...]:
    """Add words, or other items, behind those of a list, which comes with its first."""
    length = length_of(value_at(values, path))
    if length is not None:
        return tuple(Insert((*path, length + n), each) for n, each in enumerate(items))
    return (Put(path, [*items]),) if items else ()


def removal(_data: Given, values: Value, target: str) -> tuple[Change, ...]:
    """Remove a key or an item; the last item of a list goes with the list's key."""
    path = path_of(target)
    is_last = isinstance(path[-1], int) and length_of(value_at(values, path[:-1])) == 1
    if is_last and path[-2:-1] == ("any_of",):
        raise RequestError(
            _("The last of a list stays; remove what it is for."), code="field.out_of_range", field="path"
        )
    return (Remove(path[:-1] if is_last else path),)


def row_moved(step: int) -> Callable[[Given, Value, str], tuple[Change, ...]]:
    """Return the action that moves an item of a list by one place up (-1) or down (1)."""

    def move(_data: Given, values: Value, target: str) -> tuple[Change, ...]:
        path = path_of(target)
        index, length = path[-1], length_of(value_at(values, path[:-1])) or 0
        fits = isinstance(index, int) and 0 <= index + step < length
        return (Move(path, int(index) + step),) if fits else ()

    return move
