"""Work on many values at once: in the thread that asks, or in a process that gives way to everything else.

In a server's own threads it would hold the interpreter, and a core, while others ask for something quick.
"""

import logging
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")

LOG = logging.getLogger(__name__)
MANY = 20
"""Fewer values are not worth sending to another process."""


class Bulk:
    """Applies functions to many values. Threads may share it."""

    def __init__(self) -> None:
        """Apply them in the thread that asks."""
        self._make: Callable[[], Executor] | None = None
        self._executor: Executor | None = None
        self._lock = Lock()

    @contextmanager
    def by(self, make: Callable[[], Executor]) -> Generator[None]:
        """Apply them by what ``make`` returns, which is made when it is first needed, for as long as this is open."""
        self._make = make
        try:
            yield
        finally:
            self._make, executor = None, self._executor
            if executor is not None:
                executor.shutdown(cancel_futures=True)

    def map(self, act: Callable[[T], U], values: Sequence[T]) -> list[U]:
        """Return what a function of a module, or a ``partial`` of one, makes of each value; equal, not the same, objects.

        Where the process fails it is done here, so that what ``act`` raises reaches the caller.
        """
        if self._make is None or len(values) < MANY:
            return _each(act, values)
        with self._lock:
            self._executor = executor = self._executor or self._make()
        try:
            return executor.submit(_each, act, values).result()
        except (BrokenExecutor, RuntimeError):  # it was killed, or is shut down
            LOG.warning("the process for loads has failed; another takes its place", exc_info=True)
            self._executor = None
            return _each(act, values)


def _each(act: Callable[[T], U], values: Sequence[T]) -> list[U]:
    return [*map(act, values)]


BULK = Bulk()
"""Given a process once, by a server."""
