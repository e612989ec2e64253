"""Places that connectors read: a folder, a store of objects, an SFTP server."""

from collections.abc import Mapping

from auscult.domain.connectors.document import Connector
from auscult.domain.connectors.place import Place

__all__ = ["open_place"]


def open_place(connector: Connector, secrets: Mapping[str, str]) -> Place:
    """Open the place of a connector. Raises ``PlaceError``, ``SettingsError`` where an extra is not installed."""
    match connector.kind:
        case "folder":
            from auscult.storage.connectors.places.folder import FolderPlace  # noqa: PLC0415  (one kind is used)

            return FolderPlace(connector.place.removeprefix("folder:"))
        case "sftp":
            from auscult.storage.connectors.places.sftp import SftpPlace  # noqa: PLC0415

            return SftpPlace(connector.place, connector.access, secrets)
        case _:
            from auscult.storage.connectors.places.objects import ObjectPlace  # noqa: PLC0415

            return ObjectPlace(connector.kind, connector.place, connector.access, secrets)
