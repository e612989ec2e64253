"""Configured intents: what an app wants its conversations sorted by, as a tree of at most three levels.

Level 1 is the business, level 2 the product, level 3 the reason for the contact.
"""

from collections.abc import Iterator

from msgspec import Struct

LEVELS = 3
BELOW = " > "
"""Is written between the name of a topic and of the one above it."""


class Node(Struct, frozen=True, kw_only=True):
    """Topic of a taxonomy. Conversations are sorted into topics that have none below.

    ``examples`` are ways to express it. ``has_resolution``: reports show whether the request was met (level 3).
    """

    name: str
    level: int
    description: str = ""
    examples: tuple[str, ...] = ()
    has_resolution: bool = False
    topics: tuple["Node", ...] = ()

    def ends(self, above: tuple["Node", ...] = ()) -> Iterator[tuple["Node", ...]]:
        """The paths from here down to each topic that has none below it, this one first."""
        path = (*above, self)
        if not self.topics:
            yield path
        for node in self.topics:
            yield from node.ends(path)


class Taxonomy(Struct, frozen=True, kw_only=True):
    """A published taxonomy. It is never edited: a change is a new ``version``, for conversations that come later.

    ``languages`` are ISO 639-1 codes: conversations in others are not sorted by it.
    """

    id: str
    name: str
    topics: tuple[Node, ...]
    version: int = 1
    languages: tuple[str, ...] = ("en",)

    def names(self) -> Iterator[tuple[str, ...]]:
        """Yield the names of each topic, from the first level down to it."""
        yield from _names(self.topics)

    def ends(self) -> Iterator[tuple[Node, ...]]:
        """Yield the path of each topic that has none below it, from the first level down to it."""
        for node in self.topics:
            yield from node.ends()

    def end_names(self) -> set[tuple[str, ...]]:
        """Return the names of each topic that has none below it, from the first level down to it."""
        return {tuple(node.name for node in path) for path in self.ends()}

    def counts(self) -> tuple[int, ...]:
        """Return the number of topics on each level."""
        levels: list[tuple[Node, ...]] = [self.topics]
        for _ in range(1, LEVELS):
            levels.append(tuple(below for node in levels[-1] for below in node.topics))
        return tuple(map(len, levels))


def _names(nodes: tuple[Node, ...], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for node in nodes:
        here = (*above, node.name)
        yield here
        yield from _names(node.topics, here)
