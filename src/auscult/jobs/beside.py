"""What goes on in a thread beside a worker, for as long as it is open."""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Beside(ABC):
    """A thread that looks for work until it is told to end."""

    def __init__(self, name: str) -> None:
        """Nothing is looked for before it is opened."""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=name, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, when what is in hand is done."""
        self._ending.set()
        self._thread.join()

    @abstractmethod
    def _watch(self) -> None:
        """Look and work until ``_ending`` is set."""
