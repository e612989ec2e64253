"""Numbers of connections to a database server, by kind of process and by use within it."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

from typing import TYPE_CHECKING, NamedTuple

from auscult.config import Settings

if TYPE_CHECKING:
    from auscult.storage.core.database import Connections


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
    """Half is DBOS's. Nothing in a worker reads pages."""
    from auscult.storage.core.database import Connections

    half = settings.worker_connections // 2
    return Share(Connections(settings.worker_connections - half, 1, 1), half)
