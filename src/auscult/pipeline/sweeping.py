"""Portions of sweeps, from looked at to written: what a worker does beside batches. Safe to do twice."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from auscult.domain.audit import AuditMovedError
from auscult.domain.judging import Postponed
from auscult.pipeline.ports import AppStore, Store
from auscult.pipeline.sweep_ports import Portion, Rescored, SweepKind

PAUSE_S = 30.0
"""Before a portion is tried again whose judge could not say when it can answer."""

_MOST_TRIES = 5
"""Times that a portion is written anew because audits in it went on meanwhile, before its whole step is tried again."""


class Looked(NamedTuple):
    """What a portion comes to, not yet written.

    ``result`` is told of how many of ``rescored`` nothing was written; ``mentions`` are the conversations that it
    names. ``postponed`` is there while a far engine has not answered for all of it.
    """

    rescored: tuple[Rescored, ...]
    result: Callable[[int], bytes]
    mentions: frozenset[str] = frozenset()
    postponed: Postponed | None = None


class SweepWork(Protocol):
    """What is done with the conversations of one kind of sweep."""

    def look(self, app: AppStore, portion: Portion, *, may_ask: bool) -> Looked:
        """What a portion comes to; with ``may_ask`` false no far engine is asked."""
        ...

    def again(self, app: AppStore, looked: Looked) -> Looked:
        """The same, with the audits as they stand now."""
        ...


class Swept(NamedTuple):
    """A portion that is looked at, and what it comes to."""

    portion: Portion
    looked: Looked

    @property
    def must_ask(self) -> bool:
        """Whether a far engine has to be asked first."""
        return self.looked.postponed is not None


class Sweeping:
    """Takes portions from waiting to done. Threads may share it."""

    def __init__(self, store: Store, kinds: Mapping[SweepKind, SweepWork], now: Callable[[], datetime]) -> None:
        """Work on ``store``; ``now`` gives aware UTC time."""
        self._store = store
        self._kinds = kinds
        self._now = now

    def look(self, portion_id: str) -> Swept | None:
        """Look at a portion as far as no far engine is needed; None when it is done already, or its sweep is over."""
        portion = self._store.sweeps.get(portion_id)
        return None if portion is None else self._looked(portion, may_ask=False)

    def ask(self, swept: Swept) -> Swept:
        """Ask the judge about what it has to be asked, which may take its time.

        What it cannot answer is left for later; what it did answer is kept, and is not asked again then.
        """
        return self._looked(swept.portion, may_ask=True)

    def record(self, swept: Swept) -> None:
        """Write what a portion comes to, and that it is done; or leave it for later."""
        portion, looked = swept
        if looked.postponed is not None:
            after_s = PAUSE_S if looked.postponed.after_s is None else looked.postponed.after_s
            until = self._now() + timedelta(seconds=after_s)
            self._store.sweeps.postpone(portion.portion_id, looked.postponed.reason, until)
            return
        app = self._store.within(portion.sweep.tenant)
        for _ in range(_MOST_TRIES - 1):
            try:
                app.sweeps.record(portion.portion_id, looked.rescored, looked.result, looked.mentions)
            except AuditMovedError:
                looked = self._kinds[portion.sweep.kind].again(app, looked)
            else:
                return
        app.sweeps.record(portion.portion_id, looked.rescored, looked.result, looked.mentions)

    def _looked(self, portion: Portion, *, may_ask: bool) -> Swept:
        app = self._store.within(portion.sweep.tenant)
        return Swept(portion, self._kinds[portion.sweep.kind].look(app, portion, may_ask=may_ask))
