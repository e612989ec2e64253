"""Places that connectors read: a folder, a store of objects, an SFTP server, an API."""

import logging
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from auscult.domain.connectors.document import PULLED, Connector
from auscult.domain.connectors.place import Found, Place, PlaceError
from auscult.domain.delivery.addresses import Networks
from auscult.domain.errors import AuscultError
from auscult.domain.operations.guarding import panics_as_errors
from auscult.storage.connectors.apis import open_api

__all__ = ["open_place"]

_LOG = logging.getLogger(__name__)
_LONGEST_REASON = 300


def open_place(
    connector: Connector, secrets: Mapping[str, str], networks: Networks, since: datetime | None = None
) -> Place:
    """Open the place of a connector, which is connected to in these networks alone. An API lists what changed from ``since`` on (None: everything), others everything.

    Whatever else a library raises is a ``PlaceError``, too. Raises ``SettingsError`` where an extra is not installed.
    """
    with _as_place_errors():
        return _GuardedPlace(_opened(connector, secrets, networks, since))


def _opened(connector: Connector, secrets: Mapping[str, str], networks: Networks, since: datetime | None) -> Place:
    if connector.kind in PULLED:
        return open_api(connector, secrets, since, networks)
    match connector.kind:
        case "folder":
            from auscult.storage.connectors.places.folder import FolderPlace  # noqa: PLC0415  (one kind is used)

            return FolderPlace(connector.place.removeprefix("folder:"))
        case "sftp":
            from auscult.storage.connectors.places.sftp import SftpPlace  # noqa: PLC0415

            return SftpPlace(connector.place, connector.access, secrets, networks)
        case _:
            from auscult.storage.connectors.places.objects import ObjectPlace  # noqa: PLC0415

            return ObjectPlace(connector.kind, connector.place, connector.access, secrets, networks)


class _GuardedPlace:
    """A place of which every failure is an error of this product's, whatever its library raises."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def listing(self) -> Iterator[Found]:
        with _as_place_errors():
            yield from self._place.listing()

    def fetch(self, found: Found) -> bytes:
        with _as_place_errors():
            return self._place.fetch(found)

    def read(self, key: str) -> bytes | None:
        with _as_place_errors():
            return self._place.read(key)

    def close(self) -> None:
        with _as_place_errors():
            self._place.close()


@contextmanager
def _as_place_errors() -> Generator[None]:
    try:
        with panics_as_errors():
            yield
    except AuscultError:
        raise
    except Exception as error:  # the traceback shows where
        _LOG.exception("a place failed")
        reason = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
        raise PlaceError("the place cannot be read: {fault}", fault=reason, field="place") from error
