"""A shelf: variants by name, those that come along and those that plug-ins add when a process begins."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


class Shelf(Mapping[str, T]):
    """The variants of one kind. What there is is a fact of the installation, and the same for the whole process."""

    def __init__(self, built_in: Mapping[str, T]) -> None:
        """Begin with those that come along."""
        self._variants = dict(built_in)
        self.built_in = frozenset(built_in)

    def plug_in(self, added: Mapping[str, T]) -> None:
        """Add those of plug-ins, behind the others. Only bootstrap does, before anything is read or judged."""
        self._variants.update(added)

    def __getitem__(self, name: str) -> T:
        """The variant of this name."""
        return self._variants[name]

    def __iter__(self) -> Iterator[str]:
        """The names, in order."""
        return iter(self._variants)

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._variants)
