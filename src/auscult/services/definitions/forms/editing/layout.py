"""Positions of keys, values and items in the text of a document."""

import re
from typing import NamedTuple, TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auscult.services.definitions.forms.document import Path

Holder: TypeAlias = "MappingNode | SequenceNode"


class Span(NamedTuple):
    """A part of a text: its first character, and the one behind its last."""

    start: int
    end: int


def root_of(text: str) -> Node | None:
    """Return the tree of a document that can be read; None of an empty one."""
    return yaml.compose(text, Loader=yaml.CSafeLoader)


def node_at(root: Node | None, path: Path) -> Node | None:
    """Return the node at a path; None where there is none."""
    node = root
    for part in path:
        if isinstance(node, SequenceNode) and isinstance(part, int) and 0 <= part < len(node.value):
            node = node.value[part]
        elif isinstance(node, MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        else:
            return None
    return node


def start_of(node: Node) -> int:
    """Return the first character of a node."""
    return node.start_mark.index


def end_of(text: str, node: Node) -> int:
    """Return where a node's own text ends: a block ends with the last of what is in it, not where the next begins."""
    end = node.end_mark.index
    if isinstance(node, ScalarNode):
        return start_of(node) + len(text[start_of(node) : end].rstrip()) if node.style in ("|", ">", None) else end
    if getattr(node, "flow_style", False) or not node.value:
        return end
    last = node.value[-1]
    last_value = last[1] if isinstance(node, MappingNode) else last
    if isinstance(last_value, ScalarNode) and start_of(last_value) == last_value.end_mark.index:  # nothing is written
        return _behind_mark(text, last[0]) if isinstance(node, MappingNode) else line_end(text, start_of(last_value))
    return end_of(text, last_value)


def _behind_mark(text: str, key: Node) -> int:
    """Return the position behind the colon of a key."""
    return text.index(":", key.end_mark.index) + 1


def line_start(text: str, at: int) -> int:
    """Return where the line of a position begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Return where the line of a position ends, before its line break."""
    found = text.find("\n", at)
    end = len(text) if found < 0 else found
    return end - 1 if text[at:end].endswith("\r") else end


def break_of(text: str) -> str:
    """Return the line break of a text."""
    return "\r\n" if "\r\n" in text else "\n"


def block_items(text: str, holder: SequenceNode) -> list[Span] | None:
    """Return the lines of each item of a block list: from the comment above its dash to the end of its last line.

    None where an item does not begin a line of its own.
    """
    column = holder.start_mark.column
    spans: list[Span] = []
    for item in holder.value:
        dash = _dash(text, start_of(item), column)
        if dash is None:
            return None
        spans.append(Span(_with_comment(text, dash, column), line_end(text, max(dash, end_of(text, item)))))
    return spans


def _dash(text: str, at: int, column: int) -> int | None:
    """Return where the line with the dash of an item begins."""
    begin = line_start(text, at)
    mark = " " * column + "-"
    while not text.startswith(mark, begin):
        if not begin or (text[begin:at].strip() and not text[begin : line_end(text, begin)].lstrip().startswith("#")):
            return None
        begin = line_start(text, begin - 1)
        at = line_end(text, begin)
    return begin


def _with_comment(text: str, begin: int, column: int) -> int:
    """Return where the comment directly above a line begins, as far as it is in the line's column."""
    comment = re.compile(" " * column + "#")
    while begin and comment.match(text, above := line_start(text, begin - 1)):
        begin = above
    return begin
