"""APIs that connectors pull from: each is a place whose items are composed of several answers."""

from collections.abc import Mapping
from datetime import UTC, datetime

from auscult.domain.connectors.document import Connector
from auscult.domain.connectors.place import Place
from auscult.domain.delivery.addresses import Networks

__all__ = ["open_api"]


def open_api(connector: Connector, secrets: Mapping[str, str], since: datetime | None, networks: Networks) -> Place:
    """Open the API that is the place of a connector. Raises ``PlaceError``."""
    match connector.kind:
        case "zendesk":
            from auscult.storage.connectors.apis.zendesk import ZendeskPlace  # noqa: PLC0415  (one kind is used)

            return ZendeskPlace(connector.place, connector.access, secrets, since, datetime.now(UTC), networks=networks)
        case "twilio":
            from auscult.storage.connectors.apis.twilio import TwilioPlace  # noqa: PLC0415

            return TwilioPlace(connector.place, connector.access, secrets, since, networks)
        case "intercom":
            from auscult.storage.connectors.apis.intercom import IntercomPlace  # noqa: PLC0415

            return IntercomPlace(connector.place, connector.access, secrets, since, networks)
        case "zoom":
            from auscult.storage.connectors.apis.zoom import ZoomPlace  # noqa: PLC0415

            return ZoomPlace(connector.place, connector.access, secrets, since, datetime.now(UTC), networks=networks)
        case _:
            from auscult.storage.connectors.apis.genesys import GenesysPlace  # noqa: PLC0415

            return GenesysPlace(connector.place, connector.access, secrets, since, datetime.now(UTC), networks=networks)
