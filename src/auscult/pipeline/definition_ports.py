"""What the pipeline needs of the store for what apps define beside forms: tables of values, scorecards, taxonomies."""

from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

DefinitionKind = Literal["table", "scorecard", "taxonomy"]


class Definition(Struct, frozen=True, kw_only=True):
    """A document as it was put into force. The newest version of each name is in force, unless it was removed."""

    kind: DefinitionKind
    name: str
    version: int
    document: bytes
    published_at: datetime
    removed_at: datetime | None = None


class Definitions(Protocol):
    """The definitions of one app, each kind by itself. Versions are never edited."""

    def publish(self, kind: DefinitionKind, name: str, document: bytes) -> Definition:
        """Store a new version; the same document as the version in force stores nothing and gives that one."""
        ...

    def in_force(self, kind: DefinitionKind) -> list[Definition]:
        """The newest version of each name that is not removed, by name."""
        ...

    def get(self, kind: DefinitionKind, name: str, version: int | None = None) -> Definition | None:
        """One version, or the newest, removed or not."""
        ...

    def versions(self, kind: DefinitionKind, name: str) -> list[Definition]:
        """Every version of a name, the newest first; none when it is unknown."""
        ...

    def remove(self, kind: DefinitionKind, name: str) -> Definition | None:
        """Put a name out of force; None when there is none. Its versions stay; publishing it again makes a new one."""
        ...
