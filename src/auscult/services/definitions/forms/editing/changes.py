"""Changes to a form document: each edits the text's tree, and is checked against the same change of the values."""

import copy
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias, cast

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from auscult.domain.errors import RequestError, coded
from auscult.services.definitions.forms.document import Path, Value, field_name, read_document, reads_as, text_of
from auscult.services.definitions.forms.editing.comments import comments_of, has_lost
from auscult.services.definitions.forms.editing.layout import (
    Span,
    block_items,
    break_of,
    end_of,
    line_end,
    line_start,
    node_at,
    root_of,
    start_of,
)
from auscult.services.definitions.forms.editing.writing import block_lines, key_written, written

_BOM = b"\xef\xbb\xbf"


_root_of_base = lru_cache(maxsize=4)(root_of)
"""A document that changes begin from stays the same from change to change; nothing writes to its tree."""


class Put(NamedTuple):
    """Set the value at a path; a key that is not there is added behind the others of its mapping."""

    path: Path
    value: Value


class Remove(NamedTuple):
    """Remove a key, or an item of a list with the comment above it."""

    path: Path


class Insert(NamedTuple):
    """Put a new item into a list, before the item that has the index at the end of the path now."""

    path: Path
    value: Value


class Move(NamedTuple):
    """Move an item of a list, with the comment above it, to another index."""

    path: Path
    to: int


class Carry(NamedTuple):
    """Move an item of a list, with the comment above it, into another list, which is made where there is none.

    ``to`` is where it is once it is gone from ``path``. ``is_pruned``: a list that it leaves empty goes with its key.
    """

    path: Path
    to: Path
    is_pruned: bool = False


class Duplicate(NamedTuple):
    """Repeat an item of a list behind itself, without the comment above it."""

    path: Path


Change: TypeAlias = Put | Remove | Insert | Move | Carry | Duplicate


def changed(document: bytes, *changes: Change, base: bytes | None = None) -> bytes:
    """Return a document after changes; no other line of it differs.

    ``base`` is the document from which the changes began: where they cancel each other, it is returned as it was, unless
    comments were written or deleted meanwhile.
    Raises ``RequestError`` ``field.unknown_value`` where a change does not fit the document, or is not possible
    without rewriting other parts of it.
    """
    prefix = _BOM if document.startswith(_BOM) else b""
    text = text_of(document)
    values = _values(text, ())
    for change in changes:
        _change(values, change)
        text = _of_text(text, change, base)
        if _values(text, change.path) != values:
            raise _unfit(change.path)
    if base is not None and read_document(base).value == values:
        before = text_of(base)
        if not comments_of(text) - comments_of(before) and not has_lost(text_of(document), before):
            return base
    return prefix + text.encode()


def _values(text: str, path: Path) -> Value:
    read = read_document(text.encode())
    if read.problems:
        raise _unfit(path)
    return read.value


def _change(values: Value, change: Change) -> None:
    """Make the same change to the values. Raises ``RequestError`` where it does not fit."""
    if not change.path or any(isinstance(part, int) and part < 0 for part in change.path):
        raise _unfit(change.path)
    holder: Any = values
    try:
        for part in change.path[:-1]:
            holder = holder[part]
        last: Any = change.path[-1]
        match change:
            case Put(value=value):
                holder[last] = copy.deepcopy(value)
            case Remove():
                del holder[last]
            case Insert(value=value):
                _list(holder, last, len(holder)).insert(last, copy.deepcopy(value))
            case Move(to=to):
                items = _list(holder, max(last, to), len(holder) - 1)
                items.insert(to, items.pop(last))
            case Carry(to=to, is_pruned=is_pruned):
                _carry(values, change.path, to, is_pruned=is_pruned)
            case Duplicate():
                _list(holder, last, len(holder) - 1).insert(last, copy.deepcopy(holder[last]))
    except (LookupError, TypeError) as error:
        raise _unfit(change.path) from error


def _carry(found: Any, path: Path, to: Path, *, is_pruned: bool) -> None:  # noqa: ANN401  (any value of a document)
    """Move an item of the values from one list to another. Raises ``LookupError`` or ``TypeError`` where it does not fit."""
    last: Any = path[-1]
    items = _list(_held(found, path[:-1]), last, len(_held(found, path[:-1])) - 1)
    item = items.pop(last)
    if is_pruned and not items:
        del _held(found, path[:-2])[path[-2]]
    index: Any = to[-1]
    holder = _held(found, to[:-2])
    if isinstance(holder, dict):
        cast("dict[str, Value]", holder).setdefault(str(to[-2]), [])
    target = _held(found, to[:-1])
    _list(target, index, len(target)).insert(index, item)


def _held(value: Any, path: Path) -> Any:  # noqa: ANN401  (any value of a document)
    for part in path:
        value = value[part]
    return value


def _list(holder: object, index: int, most: int) -> list[Value]:
    if not isinstance(holder, list) or not 0 <= index <= most:
        raise LookupError
    return cast("list[Value]", holder)


def _of_text(text: str, change: Change, base: bytes | None) -> str:
    match change:
        case Put(path, value):
            return _put(text, path, value, base)
        case Remove(path):
            return _removed(text, path)
        case Insert(path, value):
            return _inserted(text, path, value)
        case Move(path, to):
            return _moved(text, path, to)
        case Carry(path, to, is_pruned):
            return _carried(text, path, to, is_pruned=is_pruned)
        case Duplicate(path):
            return _duplicated(text, path)


def _put(text: str, path: Path, value: Value, base: bytes | None) -> str:
    root = root_of(text)
    found, holder = node_at(root, path), node_at(root, path[:-1])
    is_json = text.lstrip().startswith("{")
    if found is None:
        if not isinstance(holder, MappingNode):
            raise _unfit(path)
        return _with_key(
            text, holder, f"{key_written(str(path[-1]), is_json=is_json)}: {written(value, is_json=is_json)}"
        )
    like = found if isinstance(found, ScalarNode) else None
    new = _as_in(base, path, value) or written(value, like, is_json=is_json)
    start, end = start_of(found), end_of(text, found)
    if start == found.end_mark.index:  # a key with nothing behind it
        return _replaced(text, Span(start, start), new if text[:start].endswith(" ") else f" {new}")
    if isinstance(found, MappingNode | SequenceNode) and not found.flow_style and isinstance(holder, MappingNode):
        key = next(key for key, node in holder.value if node is found)
        start = text.index(":", key.end_mark.index) + 1
        new = f" {new}"
    return _replaced(text, Span(start, end), new)


def _as_in(base: bytes | None, path: Path, value: Value) -> str:
    """Return a scalar as the base document writes it at the same path; empty where it has another value there."""
    if base is None:
        return ""
    try:
        text = text_of(base)
        node = node_at(_root_of_base(text), path)
    except yaml.YAMLError:
        return ""
    if not isinstance(node, ScalarNode) or node.style in ("|", ">"):
        return ""
    source = text[start_of(node) : end_of(text, node)]
    is_same = "\n" not in source and reads_as(f"- {source}", [value])
    return source if is_same and not isinstance(value, bool) else ""


def _with_key(text: str, holder: MappingNode, line: str) -> str:
    """Add a key behind the others of a mapping; in a block on a line of its own, behind a comment on the last line."""
    if not holder.value:
        return _replaced(text, Span(start_of(holder), holder.end_mark.index), f"{{{line}}}")
    last = end_of(text, holder.value[-1][1])
    if holder.flow_style:
        return _replaced(text, Span(last, last), f", {line}")
    last = line_end(text, max(last, end_of(text, holder)))
    return _replaced(text, Span(last, last), f"{break_of(text)}{' ' * holder.value[0][0].start_mark.column}{line}")


def _removed(text: str, path: Path) -> str:
    holder = node_at(root_of(text), path[:-1])
    if isinstance(holder, SequenceNode):
        return _without_item(text, holder, path)
    if not isinstance(holder, MappingNode):
        raise _unfit(path)
    index = next((at for at, (key, _) in enumerate(holder.value) if key.value == path[-1]), None)
    if index is None:
        raise _unfit(path)
    if len(holder.value) == 1:
        return _emptied(text, holder, "{}")
    pairs = [Span(start_of(key), end_of(text, value)) for key, value in holder.value]
    if holder.flow_style:
        return _without_part(text, pairs, index)
    key, value = holder.value[index]
    start, end = start_of(key), line_end(text, max(end_of(text, value), key.end_mark.index))
    begin = line_start(text, start)
    if text[begin:start].strip():  # its first key follows the dash of an item
        following = start_of(holder.value[index + 1][0]) if index + 1 < len(holder.value) else end
        return _replaced(text, Span(start, following if not text[end:following].strip() else end), "")
    return _without_lines(text, Span(begin, end))


def _without_item(text: str, holder: SequenceNode, path: Path) -> str:
    index = path[-1]
    if not isinstance(index, int):
        raise _unfit(path)
    if len(holder.value) == 1:
        return _emptied(text, holder, "[]")
    if holder.flow_style:
        return _without_part(text, _flow_items(text, holder), index)
    return _without_lines(text, _lines(text, holder, path)[index])


def _emptied(text: str, holder: MappingNode | SequenceNode, brackets: str) -> str:
    """Replace the last part of a list or mapping and all around it by brackets."""
    start = start_of(holder)
    if holder.flow_style:
        return _replaced(text, Span(start, holder.end_mark.index), brackets)
    before = text[:start].rstrip()
    is_key = before.endswith(":") and "\n" in text[len(before) : start]
    return _replaced(
        text, Span(len(before) if is_key else start, end_of(text, holder)), f" {brackets}" if is_key else brackets
    )


def _without_part(text: str, parts: list[Span], index: int) -> str:
    """Remove a part within brackets, with the comma behind it, or before it where it is the last."""
    if index:
        return _replaced(text, Span(parts[index - 1].end, parts[index].end), "")
    return _replaced(text, Span(parts[0].start, parts[1].start), "")


def _without_lines(text: str, lines: Span) -> str:
    end = text.find("\n", lines.end) + 1
    return _replaced(text, Span(lines.start, end or len(text)), "")


def _item_at(text: str, path: Path) -> tuple[SequenceNode, int]:
    """Return the list that an item is in, and its place there. Raises as ``changed`` does where there is no list."""
    holder, index = node_at(root_of(text), path[:-1]), path[-1]
    if not isinstance(holder, SequenceNode) or not isinstance(index, int):
        raise _unfit(path)
    return holder, index


def _inserted(text: str, path: Path, value: Value) -> str:
    holder, index = _item_at(text, path)
    is_json = text.lstrip().startswith("{")
    if not holder.value:
        return _first_item(text, holder, value, is_json=is_json)
    if holder.flow_style:
        new = written(value, is_json=is_json)
        items = _flow_items(text, holder)
        if index == len(items):
            return _replaced(text, Span(items[-1].end, items[-1].end), f", {new}")
        return _replaced(text, Span(items[index].start, items[index].start), f"{new}, ")
    items = _lines(text, holder, path)
    new = _as_item(value, holder.start_mark.column, break_of(text))
    if index == len(items):
        return _replaced(text, Span(items[-1].end, items[-1].end), break_of(text) + new)
    return _replaced(text, Span(items[index].start, items[index].start), new + break_of(text))


def _first_item(text: str, holder: SequenceNode, value: Value, *, is_json: bool) -> str:
    """Put an item into an empty list: a mapping onto lines of its own, where the list is the value of a key in a block."""
    start, end = start_of(holder), holder.end_mark.index
    key = text[line_start(text, start) : start]
    if not isinstance(value, dict) or is_json or not _holds_block(text, start, end):
        return _replaced(text, Span(start, end), f"[{written(value, is_json=is_json)}]")
    column = len(key) - len(key.lstrip(" -")) + 2
    new = break_of(text) + _as_item(value, column, break_of(text))
    return _replaced(text, Span(len(text[:start].rstrip(" ")), end), new)


def _holds_block(text: str, start: int, end: int) -> bool:
    """Return whether an empty list between two positions is the value of a key in a block, with nothing behind it."""
    key = text[line_start(text, start) : start]
    return key.strip(" -").endswith(":") and "{" not in key and not text[end : line_end(text, end)].strip()


def _as_item(value: Value, column: int, line_break: str) -> str:
    return line_break.join(f"{' ' * column}{'  ' if at else '- '}{line}" for at, line in enumerate(block_lines(value)))


def _moved(text: str, path: Path, to: int) -> str:
    """Reorder the items of a list; the blank lines or commas between them stay in their places."""
    holder, index = _item_at(text, path)
    spans = _flow_items(text, holder) if holder.flow_style else _lines(text, holder, path)
    items = [text[span.start : span.end] for span in spans]
    items.insert(to, items.pop(index))
    for span, item in reversed(list(zip(spans, items, strict=True))):
        text = _replaced(text, span, item)
    return text


def _carried(text: str, path: Path, to: Path, *, is_pruned: bool) -> str:
    """Move the lines of an item from a list to another, indented as there."""
    holder, index = _item_at(text, path)
    value = _held(_values(text, path), path)
    lines = None
    if not holder.flow_style:
        span = _lines(text, holder, path)[index]
        lines = _Lines(text[span.start : span.end], holder.start_mark.column)
    is_last = is_pruned and len(holder.value) == 1
    text = _removed(text, path[:-1] if is_last else path)
    if node_at(root_of(text), to[:-1]) is None:
        text = _put(text, to[:-1], [], None)
    plain = _inserted(text, to, value)
    if lines is None:
        return plain
    moved = _inserted_lines(text, to, lines)
    return moved if _values(moved, to) == _values(plain, to) else plain


class _Lines(NamedTuple):
    """An item of a block as it is written, and the column of its dash."""

    text: str
    column: int

    def at(self, column: int) -> str:
        """Return the lines with the dash in another column."""
        step = column - self.column
        lines = self.text.split("\n")
        if step >= 0:
            return "\n".join(f"{' ' * step}{line}" if line.strip() else line for line in lines)
        return "\n".join(line[min(-step, len(line) - len(line.lstrip(" "))) :] for line in lines)


def _inserted_lines(text: str, path: Path, lines: _Lines) -> str:
    """Put the lines of an item into a list; into one in brackets as its value only, which the caller does."""
    holder, index = _item_at(text, path)
    if not holder.value:
        start, end = start_of(holder), holder.end_mark.index
        key = text[line_start(text, start) : start]
        if not _holds_block(text, start, end):
            return text
        column = len(key) - len(key.lstrip(" -")) + 2
        return _replaced(text, Span(len(text[:start].rstrip(" ")), end), break_of(text) + lines.at(column))
    if holder.flow_style:
        return text
    items, new = _lines(text, holder, path), lines.at(holder.start_mark.column)
    if index == len(items):
        return _replaced(text, Span(items[-1].end, items[-1].end), break_of(text) + new)
    return _replaced(text, Span(items[index].start, items[index].start), new + break_of(text))


def _duplicated(text: str, path: Path) -> str:
    holder, index = _item_at(text, path)
    if holder.flow_style:
        span = _flow_items(text, holder)[index]
        return _replaced(text, Span(span.end, span.end), f", {text[span.start : span.end]}")
    span = _lines(text, holder, path)[index]
    item = text[span.start : span.end]
    while item.lstrip(" ").startswith("#"):
        item = item.partition("\n")[2]
    return _replaced(text, Span(span.end, span.end), break_of(text) + item)


def _flow_items(text: str, holder: SequenceNode) -> list[Span]:
    return [Span(start_of(item), end_of(text, item)) for item in holder.value]


def _lines(text: str, holder: SequenceNode, path: Path) -> list[Span]:
    found = block_items(text, holder)
    if found is None:
        raise _unfit(path)
    return found


def _replaced(text: str, span: Span, new: str) -> str:
    return text[: span.start] + new + text[span.end :]


def _unfit(path: Path) -> RequestError:
    shown = field_name(path)
    message = coded("{shown} cannot be changed here; change it in the text", shown=shown)
    return RequestError(message, code="field.unknown_value", field=shown)
