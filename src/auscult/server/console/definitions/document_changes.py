"""Changes that any builder posts: the value of a field, words of a list, and the rows of a list."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar, cast

from auscult.domain.errors import AuscultError, RequestError
from auscult.language import gettext as _
from auscult.server.console.definitions.forms.editor_view import path_of
from auscult.server.console.frame.posted import Given, lines, one
from auscult.services.definitions.forms.document import NONE, Path, Value, value_at
from auscult.services.definitions.forms.editing.changes import Change, Insert, Move, Put, Remove, changed
from auscult.services.definitions.forms.editing.questions import value_of

_SEARCH = "new:find"
"""The field that finds a topic: its words are not added to anything."""
_Made = TypeVar("_Made")


def in_turn(
    begun: _Made, typed: Iterable[Callable[[_Made], _Made]], act: Callable[[_Made], _Made]
) -> tuple[_Made, AuscultError | None]:
    """Make each change that was typed, then that of the button unless one was refused; return it with the first refusal.

    So one change that cannot be made loses none of the others.
    """
    refused: AuscultError | None = None
    for change in typed:
        try:
            begun = change(begun)
        except AuscultError as error:
            refused = refused or error
    if refused is None:
        try:
            begun = act(begun)
        except AuscultError as error:
            refused = error
    return begun, refused


def with_words(data: Given, act: str, document: bytes, add: Callable[[bytes, str], bytes]) -> bytes:
    """Add the words that were typed and not yet added, all of them or none: no act loses them but one that discards.

    A look of the script leaves them in their fields. ``add`` returns a document with the words of a field, ``new:`` or
    ``pack:`` with a path. Raises ``RequestError`` whose field is that path.
    """
    if act == "discard" or (act == "look" and "part" in data):
        return document
    for name in data:
        if name.startswith(("new:", "pack:")) and name != _SEARCH and one(data, name):
            try:
                document = add(document, name)
            except RequestError as error:
                field = name.partition(":")[2]
                raise RequestError(error.coded, code=error.reason, field=field) from error
    return document


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
    """Add words, or other items, behind those of a list, which comes with its first; what it has is not added again."""
    current = value_at(values, path)
    if not isinstance(current, list):
        return (Put(path, [*items]),) if items else ()
    has = cast("list[object]", current)
    return tuple(
        Insert((*path, len(has) + n), item) for n, item in enumerate(each for each in items if each not in has)
    )


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


def _put(_data: Given, _values: Value, target: str) -> tuple[Change, ...]:
    """Read ``path=value``."""
    path, _equals, text = target.partition("=")
    return (Put(path_of(path), typed(text, "switch" if text in ("true", "false") else "any")),)


def _without(data: Given, values: Value, target: str) -> tuple[Change, ...]:
    """Remove keys, which a plus separates."""
    return tuple(change for each in target.split("+") for change in removal(data, values, each))


FIXING: Mapping[str, Callable[[Given, Value, str], tuple[Change, ...]]] = {"put": _put, "without": _without}
"""The actions of buttons that fix a fault of any document."""
