"""How many connections to a database server each kind of process may have, and how they are shared out within it."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

from typing import TYPE_CHECKING, NamedTuple

from auscult.config import Settings

if TYPE_CHECKING:
    from auscult.storage.database import Connections


class Share(NamedTuple):
    """What the store of a process may have, and what stands beside it: the counts of requests, or DBOS."""

    store: "Connections"
    beside: int


def of_server(settings: Settings) -> Share:
    """A quarter counts requests, a quarter looks clients up, the rest is for transactions; pages have their own."""
    from auscult.storage.database import Connections

    quarter = settings.server_connections // 4
    shared = settings.server_connections - 2 * quarter
    return Share(Connections(shared, quarter, settings.page_connections), quarter)


def of_worker(settings: Settings) -> Share:
    """Half is DBOS's. Nothing in a worker reads pages."""
    from auscult.storage.database import Connections

    half = settings.worker_connections // 2
    return Share(Connections(settings.worker_connections - half, 1, 1), half)
