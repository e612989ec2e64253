"""The wait for an order of passages: within a deadline, a few at a time, and none for a while after many late ones."""

import logging
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Lock, Thread
from time import monotonic
from typing import Literal

from auscult.domain.assist.knowledge import Passage

LOG = logging.getLogger(__name__)

Outcome = Literal["ordered", "late", "refused", "unavailable", "busy"]

AT_ONCE = 4
"""Orders that one process waits for at a time."""
LONGEST_S = 3
"""Seconds after which a call whose order came too late is given up, too."""
LATE_IN_A_ROW = 5
"""Late orders after which none is asked for a while: they cost the same, and nothing comes of them."""
PAUSE_S = 60.0


class _Pace:
    """Calls under way, and late ones in a row. Threads and copies of a ranker share it."""

    def __init__(self) -> None:
        self.free = BoundedSemaphore(AT_ONCE)
        self.counts: Counter[Outcome] = Counter()
        self._lock = Lock()
        self._late = 0
        self._paused_until = 0.0

    @property
    def is_paused(self) -> bool:
        return monotonic() < self._paused_until

    def count(self, outcome: Outcome) -> None:
        with self._lock:
            self.counts[outcome] += 1
            self._late = self._late + 1 if outcome == "late" else 0 if outcome == "ordered" else self._late
            if self._late >= LATE_IN_A_ROW:
                self._late, self._paused_until = 0, monotonic() + PAUSE_S


class TimedRanker(ABC):
    """Asks in a thread, and waits for an order no longer than it may. Threads may share it."""

    def __init__(self, version: str, within_s: float, report: Callable[[str], None]) -> None:
        """Wait ``within_s`` at most for each order, and call ``report`` with the outcome of each."""
        self.version = version
        self.report = report
        self._within_s = within_s
        self._pace = _Pace()

    @property
    def counts(self) -> Counter[Outcome]:
        """Return the number of orders by their outcome, over all apps of this process."""
        return self._pace.counts

    def order(self, question: str, passages: Sequence[Passage]) -> tuple[int, ...] | None:
        """Return the indices of passages, the best first; None where no order came in time, or none that is one.

        A call that is late goes on, and its order is dropped.
        """
        if self._pace.is_paused or not self._pace.free.acquire(blocking=False):
            return self._outcome("busy")
        until = monotonic() + self._within_s
        heard: SimpleQueue[tuple[int, ...] | Outcome] = SimpleQueue()
        Thread(target=self._ask, args=(question, tuple(passages), heard), name="ranking", daemon=True).start()
        try:
            found = heard.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            return self._outcome("late")
        if not isinstance(found, tuple):
            return self._outcome(found)
        if sorted(found) != list(range(len(passages))):
            return self._outcome("refused")
        self._outcome("ordered")
        return found

    @abstractmethod
    def ask(self, question: str, passages: Sequence[Passage]) -> tuple[int, ...] | Outcome:
        """Return what a model answers: indices, the best first, or why there are none."""

    def _ask(self, question: str, passages: Sequence[Passage], heard: "SimpleQueue[tuple[int, ...] | Outcome]") -> None:
        """Ask, whether or not anybody still waits."""
        found: tuple[int, ...] | Outcome = "unavailable"
        try:
            found = self.ask(question, passages)
        except Exception:
            LOG.exception("passages are not ordered")
        finally:
            self._pace.free.release()
            heard.put(found)

    def _outcome(self, outcome: Outcome) -> None:
        self._pace.count(outcome)
        self.report(outcome)
