"""Comments of a document: which there are, what each is about, and which of them were deleted."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from auscult.services.definitions.forms.document import Path, Value, read_document
from auscult.services.definitions.forms.editing.layout import root_of

_COMMENT = re.compile(r"#[^\n\x85\u2028\u2029]*")


class _Comment(NamedTuple):
    """A comment, with the path of what it follows or precedes; empty at the end of the document."""

    text: str
    about: Path


def comments_of(text: str) -> Counter[str]:
    """Return the comments of a text: what is between its tokens and no space."""
    return Counter(comment for _, comment in _found(text))


def has_lost(text: str, base: str) -> bool:
    """Return whether a comment of the base is gone from a text that still has what it is about: it was deleted.

    A comment that went with its key or its item is not lost, as it comes back with them.
    """
    missing = comments_of(base) - comments_of(text)
    if not missing:
        return False
    before, after = read_document(base.encode()).value, read_document(text.encode()).value
    gone = Counter(each.text for each in _about(base) if not _is_there(before, after, each.about))
    return bool(missing - gone)


def _found(text: str) -> Iterator[tuple[int, str]]:
    """Yield each comment with its place."""
    end = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        for match in _COMMENT.finditer(text, end, token.start_mark.index):
            yield match.start(), match[0].rstrip()
        end = token.end_mark.index


def _about(text: str) -> Iterator[_Comment]:
    """Yield each comment with what it is about: on a line of its own what follows, else what precedes it."""
    parts = sorted(_parts(root_of(text), ()))
    for at, comment in _found(text):
        if text[text.rfind("\n", 0, at) + 1 : at].strip():
            found = [path for start, _, path in parts if start < at][-1:]
        else:
            found = [path for start, _, path in parts if start > at][:1]
        yield _Comment(comment, found[0] if found else ())


def _parts(node: Node | None, path: Path) -> Iterator[tuple[int, int, Path]]:
    """Yield where each key and each item begins, how deep it is, and its path."""
    inside: list[tuple[int, Node, str | int]] = []
    if isinstance(node, MappingNode):
        inside = [(key.start_mark.index, value, str(key.value)) for key, value in node.value]
    elif isinstance(node, SequenceNode):
        inside = [(each.start_mark.index, each, number) for number, each in enumerate(node.value)]
    for start, value, part in inside:
        here = (*path, part)
        yield start, len(here), here
        yield from _parts(value, here)


def _is_there(before: Value, after: Value, path: Path) -> bool:
    """Return whether what the base has at a path is also in the other values: items of lists by their id, or as they are."""
    for part in path:
        one: Any = before
        other: Any = after
        if isinstance(before, dict) and isinstance(after, dict):
            if not _stayed(list(before), list(after), str(part)):
                return False
            before, after = one[part], other[part]
        elif isinstance(before, list) and isinstance(after, list):
            same = [each for each in after if _are_one(one[part], each)]
            if not same:
                return False
            before, after = one[part], same[0]
        else:
            return False
    return True


def _stayed(before: list[str], after: list[str], key: str) -> bool:
    """Return whether a key stayed where it was: one that was removed and put back comes last."""
    there, here = [each for each in before if each in after], [each for each in after if each in before]
    return key in there and there.index(key) == here.index(key)


def _are_one(one: Value, other: Value) -> bool:
    if isinstance(one, dict) and isinstance(other, dict) and "id" in one:
        return one["id"] == other.get("id")
    return one == other
