"""Changes to a taxonomy as people think of them: topics in a tree, added, moved to any place of it, and removed."""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from auscult.domain.definitions.taxonomy import LEVELS
from auscult.services.definitions.forms.document import Path, Value
from auscult.services.definitions.forms.editing.changes import Carry, Change, Insert, Move, Put, Remove
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.editing.writing import written


class TopicChanged(NamedTuple):
    """Changes to a document, and the path of the topic that they were about; empty where it is gone."""

    changes: tuple[Change, ...]
    path: Path


class Placed(NamedTuple):
    """A topic of a document, with its path."""

    path: Path
    value: dict[str, Any]


def new_tree(tree_id: str, name: str) -> bytes:
    """Return the document of a taxonomy without topics."""
    return f"id: {written(tree_id)}\nname: {written(name)}\ntopics: []\n".encode()


def topics_of(value: Value, path: Path = ()) -> Iterator[Placed]:
    """Yield the topics of a document, each before those below it."""
    for at, topic in enumerate(mappings(value, "topics")):
        here: Path = (*path, "topics", at)
        yield Placed(here, topic)
        yield from topics_of(cast("Value", topic), here)


def level_of(path: Path) -> int:
    """Return the level of the topic at a path, from 1."""
    return len(path) // 2


def depth_of(topic: Value) -> int:
    """Return the number of levels of a topic and of those below it."""
    return 1 + max((depth_of(cast("Value", each)) for each in mappings(topic, "topics")), default=0)


def topic_at(value: Value, path: Path) -> dict[str, Any] | None:
    """Return the topic at a path; None where the document has none."""
    return next((each.value for each in topics_of(value) if each.path == path), None)


def topic_added(value: Value, above: Path, name: str) -> TopicChanged:
    """Add a topic behind those below another one, or behind those of the first level."""
    holder = cast("Value", topic_at(value, above)) if above else value
    siblings = mappings(holder, "topics")
    taken = {str(each.get("name")).casefold() for each in siblings}
    names = (name, *(f"{name} {number}" for number in range(2, len(siblings) + 3)))
    free = next(each for each in names if each.casefold() not in taken)
    path: Path = (*above, "topics", len(siblings))
    is_list = isinstance(holder, dict) and isinstance(holder.get("topics"), list)
    made: tuple[Change, ...] = () if is_list else (Put(path[:-1], []),)
    return TopicChanged((*made, Insert(path, {"name": free})), path)


def topic_removed(value: Value, path: Path) -> TopicChanged:
    """Remove a topic with those below it; a list that it leaves empty goes with its key."""
    siblings = mappings(cast("Value", topic_at(value, path[:-2])) if path[:-2] else value, "topics")
    is_last = len(siblings) == 1 and level_of(path) > 1
    return TopicChanged((Remove(path[:-1] if is_last else path),), ())


def placed(value: Value, path: Path, above: Path, before: int | None) -> TopicChanged | None:
    """Move a topic below another one, or to the first level, before one of the topics there or behind them all.

    None where it has no place: below itself, or on a level that there is not.
    """
    topic = topic_at(value, path)
    holder = cast("Value", topic_at(value, above)) if above else value
    if topic is None or not isinstance(holder, dict) or above[: len(path)] == path:
        return None
    if level_of(above) + depth_of(cast("Value", topic)) > LEVELS:
        return None
    length, at = len(mappings(holder, "topics")), _place(path)
    if path[:-2] == above:
        to = length - 1 if before is None else before - (before > at)
        return TopicChanged((Move(path, to),) if to != at else (), (*path[:-1], to))
    to_path = (*_once_gone(path, above), "topics", length if before is None else before)
    return TopicChanged((Carry(path, to_path, is_pruned=level_of(path) > 1),), to_path)


def stepped(value: Value, path: Path, step: str) -> TopicChanged:
    """Move a topic one place: ``up`` or ``down`` among its siblings, ``in`` below the one above it, ``out`` of its parent."""
    at = _place(path)
    siblings = mappings(cast("Value", topic_at(value, path[:-2])) if path[:-2] else value, "topics")
    done: TopicChanged | None = None
    if step in ("up", "down"):
        to = at + (1 if step == "down" else -1)
        done = TopicChanged((Move(path, to),), (*path[:-1], to)) if 0 <= to < len(siblings) else None
    elif step == "in" and at:
        done = placed(value, path, (*path[:-1], at - 1), None)
    elif step == "out" and level_of(path) > 1:
        done = placed(value, path, path[:-4], _place(path[:-2]) + 1)
    return done or TopicChanged((), path)


def sentences_handed(value: Value, path: Path) -> TopicChanged:
    """Move the sentences of a topic to the first topic below it."""
    topic: dict[str, Any] = topic_at(value, path) or {}
    below = next(iter(mappings(cast("Value", topic), "topics")), dict[str, Any]())
    own, others = topic.get("examples"), below.get("examples")
    moved = [*(cast("list[Value]", others) if isinstance(others, list) else []), *cast("list[Value]", own or [])]
    first: Path = (*path, "topics", 0, "examples")
    return TopicChanged((Put(first, moved), Remove((*path, "examples"))), path)


def _place(path: Path) -> int:
    return path[-1] if isinstance(path[-1], int) else 0


def _once_gone(path: Path, other: Path) -> Path:
    """Return where another topic is once one is gone."""
    n = len(path) - 1
    if other[:n] == path[:-1] and len(other) > n and isinstance(other[n], int) and int(other[n]) > _place(path):
        return (*other[:n], int(other[n]) - 1, *other[n + 1 :])
    return other
