"""Places that connectors read: a folder, a store of objects, an SFTP server, an API."""

from collections.abc import Mapping
from datetime import datetime

from auscult.domain.connectors.document import PULLED, Connector
from auscult.domain.connectors.place import Place
from auscult.domain.delivery.addresses import Networks
from auscult.storage.connectors.apis import open_api

__all__ = ["open_place"]


def open_place(
    connector: Connector, secrets: Mapping[str, str], networks: Networks, since: datetime | None = None
) -> Place:
    """Open the place of a connector, which is connected to in these networks alone. An API lists what changed from ``since`` on (None: everything), others everything.

    Raises ``PlaceError``, ``SettingsError`` where an extra is not installed.
    """
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
