"""Values set in a form document, all else left as its author wrote it: comments, order, spelling."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auscult.domain.errors import FormError, RequestError
from auscult.domain.said.spelling import did_you_mean
from auscult.services.definitions.forms.document import Path, read_document, text_of
from auscult.wording import available

_LONGEST_ID = 200


class _Mapping(NamedTuple):
    """Position of a mapping's first key, and the layout of its keys."""

    start: int
    column: int
    is_flow: bool


def with_numbers(document: bytes, numbers: Mapping[Path, str]) -> bytes:
    """Write numbers at these paths of a form document that can be read.

    A key that is not there is put before the others of its mapping, which must be there.
    """
    text = text_of(document)
    spans, mappings = _spans_and_mappings(text)
    edits: list[tuple[int, int, str]] = []
    for path, number in numbers.items():
        if path in spans:
            edits.append((*spans[path], number))
            continue
        mapping = mappings[path[:-1]]
        key = f'"{path[-1]}"' if text.lstrip().startswith("{") else str(path[-1])
        rest = ", " if mapping.is_flow else "\n" + " " * mapping.column
        edits.append((mapping.start, mapping.start, f"{key}: {number}{rest}"))
    for start, end, written in sorted(edits, reverse=True):
        text = text[:start] + written + text[end:]
    return text.encode()


def copied(document: bytes, new_id: str, name: str | None = None) -> bytes:
    """Return a form document with another id and, where given, another name. Raises ``FormError`` for an invalid id."""
    if not 0 < len(new_id) <= _LONGEST_ID or not new_id.isprintable() or any(map(str.isspace, new_id)):
        raise FormError(f"the id '{new_id}' must be 1 to 200 characters without spaces, like ef-billing")
    read = read_document(document)
    if not isinstance(read.value, dict) or read.problems:
        raise FormError("the form cannot be copied, because it cannot be read; see auscult forms check")
    if read.value.get("id") == new_id:
        raise FormError(f"the form has the id {new_id} already; choose another")
    changes: dict[Path, str] = {("id",): json.dumps(new_id, ensure_ascii=False)}
    changes |= {} if name is None else {("name",): json.dumps(name, ensure_ascii=False)}
    return with_numbers(document, changes)


def _spans_and_mappings(text: str) -> tuple[dict[Path, tuple[int, int]], dict[Path, _Mapping]]:
    """Return the position of each scalar (its first character, and behind its last), and of each mapping that is not empty."""
    spans: dict[Path, tuple[int, int]] = {}
    mappings: dict[Path, _Mapping] = {}
    open_paths: list[Path] = []
    is_flow: dict[Path, bool] = {}
    next_part: dict[Path, int | str | None] = {}

    def next_path() -> Path:
        """Return the path of the next value."""
        if not open_paths:
            return ()
        holder = open_paths[-1]
        part = next_part[holder]
        next_part[holder] = part + 1 if isinstance(part, int) else None
        return (*holder, *([] if part is None else [part]))

    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            path = next_path()
            open_paths.append(path)
            is_flow[path] = bool(event.flow_style)
            next_part[path] = None if isinstance(event, yaml.MappingStartEvent) else 0
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            open_paths.pop()
        elif isinstance(event, yaml.ScalarEvent) and event.start_mark and event.end_mark:
            start, end = event.start_mark, event.end_mark
            holder = open_paths[-1] if open_paths else ()
            if open_paths and next_part[holder] is None:
                next_part[holder] = event.value
                mappings.setdefault(holder, _Mapping(start.index, start.column, is_flow[holder]))
            else:
                spans[next_path()] = (start.index, end.index)
    return spans, mappings


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


class NewMetric(NamedTuple):
    """Metric described without YAML: met when the agent says one of these."""

    id: str
    name: str
    question: str
    weight: str
    phrases: Sequence[str]


def with_value(document: bytes, path: Path, value: str) -> bytes:
    """Set the value at a path, quoted where it has to be; a key that is not there is added to its mapping.

    Raises ``RequestError`` ``field.unknown_value`` where nothing at the path can have a value.
    """
    text = text_of(document)
    found = _at(text, path)
    if isinstance(found, ScalarNode):
        return _replaced(text, _start(found), _end(found), _scalar(value)).encode()
    holder = _at(text, path[:-1])
    if found is not None or not isinstance(holder, MappingNode) or not holder.value:
        raise _unknown(path)
    return _with_key(text, holder, f"{path[-1]}: {_scalar(value)}").encode()


def with_item(document: bytes, path: Path, value: str) -> bytes:
    """Add a value to the end of the list at a path. Raises ``RequestError`` where there is no list."""
    text = text_of(document)
    found = _at(text, path)
    if not isinstance(found, SequenceNode):
        raise _unknown(path)
    if not found.value:
        return _replaced(text, _start(found), _end(found), f"[{_quoted(value)}]").encode()
    last = _leaf_end(found.value[-1])
    if found.flow_style:
        return _replaced(text, last, last, f", {_quoted(value)}").encode()
    return _replaced(text, last, last, f"\n{' ' * found.start_mark.column}- {_quoted(value)}").encode()


def with_items(document: bytes, path: Path, values: Sequence[str]) -> bytes:
    """Add values to the list at a path; a list that is not there is added to its mapping.

    Raises ``RequestError`` ``field.unknown_value`` where nothing at the path can have a list.
    """
    if not values:
        return document
    text = text_of(document)
    holder = _at(text, path[:-1])
    if _at(text, path) is None and isinstance(holder, MappingNode) and holder.value:
        return _with_key(text, holder, f"{path[-1]}: [{', '.join(map(_quoted, values))}]").encode()
    for value in values:
        document = with_item(document, path, value)
    return document


def with_pack(document: bytes, path: Path, name: str) -> bytes:
    """Add a wording pack to the conditions of a search. Raises ``RequestError`` for a pack that is not known."""
    if name not in available():
        near = did_you_mean(name, list(available()))
        raise RequestError(
            f"there is no wording pack {name!r}" + (f"; {near}" if near else ""),
            code="field.unknown_value",
            field="pack",
        )
    text = text_of(document)
    found = _at(text, path)
    if not isinstance(found, SequenceNode) or not found.value:
        raise _unknown(path)
    last, written = _leaf_end(found.value[-1]), f"{{wording: {name}}}"
    if found.flow_style:
        return _replaced(text, last, last, f", {written}").encode()
    return _replaced(text, last, last, f"\n{' ' * found.start_mark.column}- {written}").encode()


def _with_key(text: str, holder: MappingNode, written: str) -> str:
    """Add a key with its value behind the others of a mapping."""
    last = _leaf_end(holder.value[-1][1])
    if holder.flow_style:
        return _replaced(text, last, last, f", {written}")
    return _replaced(text, last, last, f"\n{' ' * holder.value[0][0].start_mark.column}{written}")


def without_item(document: bytes, path: Path) -> bytes:
    """Remove an item of a list. Raises ``RequestError`` where there is none, or it is the only one."""
    text = text_of(document)
    holder = _at(text, path[:-1])
    index = path[-1]
    if not isinstance(holder, SequenceNode) or not isinstance(index, int) or not 0 <= index < len(holder.value):
        raise _unknown(path)
    if len(holder.value) == 1:
        raise RequestError("the last of a list stays; remove what holds it", code="field.out_of_range", field="path")
    item = holder.value[index]
    if holder.flow_style and index:
        return _replaced(text, _leaf_end(holder.value[index - 1]), _end(item), "").encode()
    if holder.flow_style:
        return _replaced(text, _start(item), _start(holder.value[1]), "").encode()
    begins = text.rindex("\n", 0, _start(item)) + 1 if "\n" in text[: _start(item)] else 0
    ends = _leaf_end(item)
    rest = text.find("\n", ends)
    return _replaced(text, begins, len(text) if rest < 0 else rest + 1, "").encode()


def with_metric(document: bytes, metric: NewMetric) -> bytes:
    """Add a metric behind the others. Raises ``RequestError`` where the document has no list of metrics."""
    text = text_of(document)
    found = _at(text, ("metrics",))
    if not isinstance(found, SequenceNode):
        raise _unknown(("metrics",))
    if found.flow_style and found.value:
        raise RequestError(
            "the metrics stand in one line; write each on lines of its own", code="field.unknown_value", field="metrics"
        )
    indent = " " * (found.start_mark.column if found.value else 2)
    phrases = ", ".join(map(_quoted, metric.phrases))
    lines = (
        f"- id: {metric.id}",
        f"  name: {_scalar(metric.name)}",
        "  type: by_question",
        f"  question: {_scalar(metric.question)}",
        f"  weight: {metric.weight}",
        f"  answer: {{speaker: agent, any_of: [{{phrases: [{phrases}]}}]}}",
    )
    block = "".join(f"\n{indent}{line}" for line in lines)
    if not found.value:
        return _replaced(text, _start(found), _end(found), block).encode()
    last = _leaf_end(found.value[-1])
    return _replaced(text, last, last, block).encode()


def _at(text: str, path: Path) -> Node | None:
    """Return the node at a path; None where there is none."""
    node: Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    for part in path:
        if isinstance(node, SequenceNode) and isinstance(part, int) and 0 <= part < len(node.value):
            node = node.value[part]
        elif isinstance(node, MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        else:
            return None
    return node


def _start(node: Node) -> int:
    return node.start_mark.index


def _end(node: Node) -> int:
    return node.end_mark.index


def _leaf_end(node: Node) -> int:
    """Return where a node's own text ends: a block ends with the last of what is in it, not where the next begins."""
    if isinstance(node, ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        return _end(node)
    last = node.value[-1]
    return _leaf_end(last[1] if isinstance(node, MappingNode) else last)


def _replaced(text: str, start: int, end: int, written: str) -> str:
    return text[:start] + written + text[end:]


def _scalar(value: str) -> str:
    """Return a value as YAML writes it: numbers and words as they are, all else quoted."""
    try:
        float(value)
    except ValueError:
        plain = value and value[0] in _PLAIN and not set(value) & set(":#{}[],&*!|>'\"%@`\n") and value.strip() == value
        is_word = value.lower() in ("yes", "no", "true", "false", "null", "on", "off")
        return value if plain and not is_word else _quoted(value)
    return value


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _unknown(path: Path) -> RequestError:
    shown = ".".join(map(str, path))
    return RequestError(f"nothing at {shown} can be changed like that", code="field.unknown_value", field=shown)
