"""Numbers of connections to a database server, by kind of process, and networks that may be connected to."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

from typing import TYPE_CHECKING, NamedTuple

from auscult.config import Settings
from auscult.domain.delivery.addresses import Networks, opened
from auscult.domain.errors import SettingsError

if TYPE_CHECKING:
    from auscult.storage.core.database import Connections


def networks_of(settings: Settings) -> Networks:
    """Return the networks that addresses of tenants may lie in. Raises ``SettingsError`` where they cannot be read."""
    written = settings.outgoing_networks or ""
    try:
        return opened(written)
    except ValueError as error:
        raise SettingsError(
            f"AUSCULT_OUTGOING_NETWORKS {written!r} cannot be used: {error}; give networks as 10.0.0.0/8 fd00::/8",
            code="settings.invalid",
            field="AUSCULT_OUTGOING_NETWORKS",
            value=written,
        ) from error


class Share(NamedTuple):
    """Connections of a process: for the store, and for request counts or DBOS."""

    store: "Connections"
    beside: int


def of_server(settings: Settings) -> Share:
    """A quarter counts requests, a quarter looks clients up, the rest is for transactions; pages have their own."""
    from auscult.storage.core.database import Connections

    quarter = settings.server_connections // 4
    shared = settings.server_connections - 2 * quarter
    return Share(Connections(shared, quarter, settings.page_connections), quarter)


def of_worker(settings: Settings) -> Share:
    """Half is DBOS's, and over one it listens. Nothing in a worker reads pages."""
    from auscult.storage.core.database import Connections

    half = settings.worker_connections // 2
    return Share(Connections(settings.worker_connections - half - 1, 1, 1), half)
