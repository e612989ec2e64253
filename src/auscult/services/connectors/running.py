"""One run of a connector: a lease, groups accepted together with their manifest, the drift watch, and its end."""

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from auscult.domain.connectors.contract import Mapper
from auscult.domain.connectors.document import Connector
from auscult.domain.connectors.drift import drift, figures_of, subject
from auscult.domain.connectors.place import Place, PlaceError
from auscult.domain.connectors.run import Counts, Order
from auscult.domain.errors import AuscultError, coded
from auscult.domain.operations.guarding import panics_as_errors
from auscult.language import later
from auscult.services.connectors.evaluations import SubmitAudit, counted_only
from auscult.services.connectors.fetching import Fetcher
from auscult.services.connectors.reading import Outcome, Reader
from auscult.storage.connectors.manifest import LeaseLostError, ReadItem, RunRecord
from auscult.storage.store import AppStore

LOG = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)
"""For this long a run is taken to be under way after it last reported. Every minute those beyond it are ended."""

GROUP = 200
"""Conversations that are accepted in one transaction, at least."""

MOST_FOUND = 20
"""Refusals and unknown names that a dry run notes, and replaced conversations that a run names; all are counted."""

_UNMAPPED = {
    "queue": later("queue {name} is not in the mapping table"),
    "agent": later("agent {name} is not in the mapping table"),
}
_GROUP_ITEMS = 500
_GROUP_BYTES = 8 * 1024 * 1024


class StoppedError(AuscultError):
    """A run that was asked to stop; what is left is read by the next."""

    code = "connector.stopped"


class _Read(NamedTuple):
    counts: Counts
    postponed: tuple[str, ...]
    error: str


class Running:
    """One run."""

    def __init__(  # noqa: PLR0913  (all that a run needs)
        self,
        app: AppStore,
        connector: Connector,
        mapper: Mapper,
        open_place: Callable[[], Place],
        now: Callable[[], datetime],
        *,
        wait_for_room: Callable[[int], None] = lambda _size: None,
        lease: timedelta = LEASE,
        submit: SubmitAudit = counted_only,
    ) -> None:
        """``wait_for_room`` waits until conversations are processed that were accepted before; ``submit``: as in ``Reader``."""
        self._submit = submit
        self._app = app
        self._connector = connector
        self._mapper = mapper
        self._open_place = open_place
        self._now = now
        self._wait_for_room = wait_for_room
        self._lease = lease
        self._group: list[Outcome] = []
        self._found: dict[str, None] = {}
        self._replaced: dict[str, None] = {}
        self._first_batch: int | None = None
        self._lost = threading.Event()

    def run(self, order: Order, next_at: datetime | None) -> int:
        """Read what the order asks for, and return the number of the run. What fails is in the run, not raised.

        Raises ``ConflictError`` ``connector.running``, ``connector.lease_lost``.
        """
        name, version = self._connector.name, self._connector.version
        begun = self._now()
        record = self._app.connectors.begin(name, version, order, at=begun, lease=self._lease, next_at=next_at)
        with self._renewing(record):
            read = self._read(record, order)
            notes = self._notes(record, order)
            record.end(read.counts, at=self._now(), error=read.error, notes=notes, postponed=read.postponed)
        return record.number

    def _read(self, record: RunRecord, order: Order) -> _Read:
        try:
            place = self._open_place()
        except AuscultError as error:
            return _Read(Counts(), (), error.coded)
        fetcher = Fetcher(place, self._connector.rate)
        submit = counted_only if order.is_dry else self._submit
        reader = Reader(self._connector, self._mapper, fetcher, self._now, self._app.privacy.refused, submit=submit)
        error = ""
        try:
            error = self._read_all(reader, place, record, order)
        except LeaseLostError:
            raise
        except Exception as fault:  # a run ends with its reason, whatever it was
            LOG.exception("connector %s", self._connector.name)
            error = f"{type(fault).__name__}: {fault}"
        finally:
            place.close()
        return _Read(reader.counts, tuple(reader.postponed), error)

    @panics_as_errors()
    def _read_all(self, reader: Reader, place: Place, record: RunRecord, order: Order) -> str:
        """Read and store everything; return what ended it early. What was read before that is stored."""
        error = ""
        try:
            for outcome in reader.outcomes(place.listing(), order, record.known):
                self._group.append(outcome)
                if self._is_full():
                    self._commit(record, reader, order)
        except PlaceError as fault:
            error = fault.coded
        except StoppedError as fault:
            return fault.coded
        try:
            self._commit(record, reader, order)
        except StoppedError as fault:
            error = error or fault.coded
        return error

    def _is_full(self) -> bool:
        conversations = sum(len(each.conversations) for each in self._group)
        size = sum(each.found.size for each in self._group)
        return conversations >= GROUP or len(self._group) >= _GROUP_ITEMS or size >= _GROUP_BYTES

    def _commit(self, record: RunRecord, reader: Reader, order: Order) -> None:
        """Accept the group and its manifest in one transaction, then let others have theirs."""
        if self._lost.is_set():
            raise LeaseLostError("the run could not renew its lease; the next one goes on")
        group, self._group = self._group, []
        if not group:
            return
        if order.is_dry:
            self._count(record, reader, group)
            return
        conversations = [one for each in group for one in each.conversations]
        unknown = [name for each in group for name in each.unknown]
        figures = None if order.kind == "backfill" else figures_of(conversations, unknown)
        items = [ReadItem(each.found, each.refused, is_done=each.is_done) for each in group]
        self._wait_for_room(len(conversations))
        accepted = self._app.conversations.accept(
            conversations,
            "backfill",
            lambda connection, accepted: record.store(
                connection, items, counts=reader.counts, accepted=accepted, figures=figures, at=self._now()
            ),
            since=self._first_batch,
        )
        self._replaced |= dict.fromkeys(accepted.replaced[: MOST_FOUND - len(self._replaced)])
        self._first_batch = accepted.batch if self._first_batch is None else self._first_batch
        self._stop_if_paused()

    def _stop_if_paused(self) -> None:
        if self._app.connectors.get(self._connector.name).is_paused:
            raise StoppedError("the connector was paused; what is left is read after it is resumed")

    def _count(self, record: RunRecord, reader: Reader, group: list[Outcome]) -> None:
        """Count a group of a dry run, and note its first refusals and its unknown names."""
        reader.counts.new += sum(len(each.conversations) for each in group)
        for each in group:
            found: list[str] = [coded(_UNMAPPED[kind], name=name) for kind, _, name in map(_parted, each.unknown)]
            found += [" ".join(filter(None, (each.found.key, one.where, one.reason))) for one in each.refused]
            self._found |= dict.fromkeys(found[: MOST_FOUND - len(self._found)])
        record.count(reader.counts)
        self._stop_if_paused()

    def _notes(self, record: RunRecord, order: Order) -> tuple[str, ...]:
        if order.is_dry:
            return tuple(self._found)
        notes = () if order.kind == "backfill" else self._drift(record)
        for note in notes:
            LOG.warning("connector %s: %s", self._connector.name, note)
        if not self._replaced:
            return notes
        names = ", ".join(self._replaced)
        return (*notes, coded("replaced by another of the same id: {names}", names=names))

    def _drift(self, record: RunRecord) -> tuple[str, ...]:
        now = self._now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        reported = {subject(line) for line in record.notes_since(midnight)}
        found = drift(record.hours(now), now, self._connector.watch, self._connector.every_s)
        return tuple(line for line in found if subject(line) not in reported)

    @contextmanager
    def _renewing(self, record: RunRecord) -> Generator[None]:
        """Renew the lease in a thread for as long as this is open."""
        stop = threading.Event()

        def renew() -> None:
            while not stop.wait(self._lease.total_seconds() / 4):
                try:
                    record.renew(self._now(), self._lease)
                except LeaseLostError:
                    self._lost.set()
                    return
                except Exception:  # a database that is away comes back, and the lease may outlast that
                    LOG.warning("connector %s: its lease was not renewed", self._connector.name, exc_info=True)

        thread = threading.Thread(target=renew, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def _parted(unknown: str) -> tuple[str, str, str]:
    return unknown.partition(":")
