"""A connector tried without storing anything: access, path, format, and the first rows mapped and refused."""

import math
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from msgspec import Struct

from auscult.domain.connectors.contract import Mapper
from auscult.domain.connectors.document import Connector
from auscult.domain.connectors.place import Found, Place
from auscult.domain.connectors.run import Counts, Order
from auscult.domain.conversation import Conversation
from auscult.domain.errors import AuscultError, coded
from auscult.services.connectors.fetching import Fetcher
from auscult.services.connectors.reading import Outcome, Reader

ROWS = 10

_LISTED = 10_000
"""Items that a check lists at most."""


class Extent(Struct, frozen=True, kw_only=True):
    """Bounds of a check: rows of a result, items that are read, and seconds, each at most; None: no bound."""

    rows: int = ROWS
    items: int | None = None
    seconds: float | None = None


DRY_RUN = Extent(rows=50, items=500, seconds=20)
"""A dry run of a document that is not stored: its reader waits for it."""


class Row(Struct, frozen=True, kw_only=True):
    """A conversation that a run would accept, or its refusal: ``reason`` is "" where it is accepted."""

    key: str
    where: str = ""
    reason: str = ""
    id: str = ""
    channel: str = ""
    started_at: datetime | None = None
    queue: str = ""
    agent: str = ""
    turns: int = 0


class Check(Struct, frozen=True, kw_only=True):
    """Result. ``access``, ``path`` and ``format`` are "ok", or what is wrong; "" where an earlier one failed.

    ``mapped`` and ``refused`` are the first ten rows of each. ``unknown`` is what the mapping table does not have.
    """

    name: str
    access: str
    path: str = ""
    format: str = ""
    mapped: tuple[Row, ...] = ()
    refused: tuple[Row, ...] = ()
    unknown: tuple[str, ...] = ()
    postponed: tuple[str, ...] = ()
    counts: Counts

    @property
    def is_ok(self) -> bool:
        """Return whether a run would read something."""
        return self.access == self.path == self.format == "ok"


def check(  # noqa: PLR0913  (all that a run needs, too)
    connector: Connector,
    mapper: Mapper,
    open_place: Callable[[], Place],
    now: Callable[[], datetime],
    *,
    order: Order | None = None,
    is_whole: bool = False,
    extent: Extent | None = None,
    refused: Callable[[str], str] = str,
) -> Check:
    """Try a connector: its first rows, what ``extent`` bounds, or with ``is_whole`` all that ``order`` asks for.

    Stores nothing.
    """
    name = connector.name
    try:
        place = open_place()
    except AuscultError as error:
        return Check(name=name, access=error.coded, counts=Counts())
    reader = Reader(connector, mapper, Fetcher(place, connector.rate), now, refused)
    try:
        listing = place.listing()
        first = next(listing, None)
        if first is None:
            return Check(name=name, access="ok", path=coded("nothing lies there; check the path"), counts=Counts())
        every = _after(first, listing)
        found = every if is_whole else islice(every, _LISTED)
        outcomes = reader.outcomes(found, order or Order(kind="manual"), _none)
        return _checked(name, reader, outcomes, extent or (Extent() if is_whole else None))
    except AuscultError as error:
        return Check(name=name, access=error.coded, counts=reader.counts)
    finally:
        place.close()


def _checked(name: str, reader: Reader, outcomes: Iterator[Outcome], extent: Extent | None) -> Check:
    """Read within ``extent``; without one, until there are enough rows to show."""
    rows, until = extent.rows if extent else ROWS, time.monotonic() + ((extent and extent.seconds) or math.inf)
    mapped: list[Row] = []
    refused: list[Row] = []
    unknown: dict[str, None] = {}
    for outcome in outcomes:
        reader.counts.new += len(outcome.conversations)
        mapped.extend(_row(outcome.found.key, one) for one in outcome.conversations[: rows - len(mapped)])
        refused.extend(
            Row(key=outcome.found.key, where=one.where, reason=one.reason)
            for one in outcome.refused[: rows - len(refused)]
        )
        unknown |= dict.fromkeys(outcome.unknown)
        read = reader.counts.read
        if extent is None and (len(mapped) >= ROWS or read >= 2 * ROWS):
            break
        if extent is not None and ((extent.items and read >= extent.items) or time.monotonic() > until):
            break
    counts = reader.counts
    path = "ok" if counts.read or counts.postponed or counts.known else _nothing(counts)
    is_read = path == "ok" and (mapped or not refused)
    return Check(
        name=name,
        access="ok",
        path=path,
        format="ok"
        if is_read
        else ""
        if path != "ok"
        else coded("nothing could be read: {fault}", fault=refused[0].reason),
        mapped=tuple(mapped),
        refused=tuple(refused),
        unknown=tuple(unknown),
        postponed=tuple(reader.postponed),
        counts=counts,
    )


def _nothing(counts: Counts) -> str:
    return coded(
        "{n} items lie there, and none is one of the format or fits include, exclude and since", n=counts.listed
    )


def _none(_found: list[Found]) -> set[str]:
    return set()


def _after(first: Found, rest: Iterator[Found]) -> Iterator[Found]:
    yield first
    yield from rest


def _row(key: str, one: Conversation) -> Row:
    return Row(
        key=key,
        where=one.custom_id or "",
        id=one.id,
        channel=one.channel,
        started_at=one.started_at,
        queue=one.queues[0].id if one.queues else "",
        agent=one.agents[0].id if one.agents else "",
        turns=len(one.turns),
    )
