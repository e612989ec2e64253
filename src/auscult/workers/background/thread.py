"""Background thread of a worker."""

import logging
import threading
from abc import ABC, abstractmethod
from typing import Self

from auscult.domain.operations.guarding import guarded


class BackgroundThread(ABC):
    """Thread that does its work at intervals until it is stopped."""

    def __init__(self, after: str, every_s: float) -> None:
        """Store the work, ``after``, and the interval in seconds. Nothing runs before the thread is opened."""
        self._ending = threading.Event()
        self._every_s = every_s
        self._thread = threading.Thread(target=self._watch, name=after, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, when what is in hand is done."""
        self._ending.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ending.wait(self._every_s):
            with guarded(logging.getLogger(type(self).__module__), self._thread.name):
                self._run_due()

    @abstractmethod
    def _run_due(self) -> None:
        """Do what there is to do now, or as much of it as there is before ``_ending`` is set."""
