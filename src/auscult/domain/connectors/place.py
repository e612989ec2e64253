"""Contract of a place: what lies there, by key, and the content of each."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from auscult.domain.errors import AuscultError


class Found(Struct, frozen=True):
    """One item of a listing. ``modified_at`` is by the place's clock, None where it has none; ``size`` in bytes."""

    key: str
    etag: str | None
    size: int
    modified_at: datetime | None


class PlaceError(AuscultError):
    """A place that cannot be read at all: it does not answer, or refuses the credentials."""

    code = "connector.place_failed"


class AccessRefusedError(PlaceError):
    """A place that refuses the credentials; to try again is of no use before they are replaced."""

    code = "connector.access_refused"


class ItemError(AuscultError):
    """One item that cannot be read now: it is gone, was changed meanwhile, or may not be read. Others can."""

    code = "connector.item_failed"


class Place(Protocol):
    """A folder, a bucket, a server. Threads may share one."""

    def listing(self) -> Iterator[Found]:
        """Yield everything below the connector's path, in any order. Raises ``PlaceError``."""
        ...

    def fetch(self, found: Found) -> bytes:
        """Return the content that a listing found.

        Raises ``ItemError`` where it is gone or is not that content any more, ``PlaceError`` where nothing can be read.
        """
        ...

    def read(self, key: str) -> bytes | None:
        """Return the content of another item by its key, None where there is none. Raises as ``fetch`` does."""
        ...

    def close(self) -> None:
        """Close connections."""
        ...
