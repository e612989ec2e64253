"""Processes beside the one that was started: workers, and servers where several are wanted.

They are started, started again when they die, and ended with it. Workers are processes of their own because evaluating
keeps a core busy: in the server's process it would hold up every reader.
"""

import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from auscult.jobs.ending import stop_on_signals

GOODBYE_S = 20.0
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
"""After so long a life the next death is not counted together with the last."""


class Crew:
    """So many processes that run ``target(*args, stop)``; ``target`` must be importable by name."""

    def __init__(self, size: int, target: Callable[..., None], *args: object) -> None:
        """Hire nobody yet."""
        self._places = [_Place(target, args) for _ in range(size)]
        self._ending = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="crew", daemon=True)

    def __enter__(self) -> Self:
        """Start them all."""
        for place in self._places:
            place.tend()
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ask them to end, and wait; after twenty seconds end them. What they had in hand is taken up later."""
        self.dismiss()
        until = time.monotonic() + GOODBYE_S
        for place in self._places:
            place.see_off(max(0.0, until - time.monotonic()))

    @property
    def deaths(self) -> int:
        """How many have died lately."""
        return sum(place.deaths for place in self._places)

    def dismiss(self) -> None:
        """Ask them all to end; nobody follows them. A second time changes nothing."""
        self._ending.set()
        self._keeper.join()
        for place in self._places:
            place.dismiss()

    def _keep(self) -> None:
        while not self._ending.wait(0.2):
            for place in self._places:
                place.tend()


class _Place:
    """One place in the crew. Who dies is followed by another after a pause that grows with each death in a row."""

    def __init__(self, target: Callable[..., None], args: tuple[object, ...]) -> None:
        self._work = (target, args)
        self._process: BaseProcess | None = None
        self._began = self._due = 0.0
        self.deaths = 0
        """In a row, each soon after the one before."""

    def tend(self) -> None:
        """Start a process where there is none and the pause is over."""
        now = time.monotonic()
        if self._process is not None and not self._process.is_alive():
            self.deaths = 1 if now - self._began > STEADY_S else self.deaths + 1
            self._due = now + min(LONGEST_PAUSE_S, 0.25 * 2**self.deaths)
            self._process = None
        if self._process is None and now >= self._due:
            # Spawned, not forked: a fork would share the parent's database connections and threads' locks.
            self._process = multiprocessing.get_context("spawn").Process(
                target=_run, args=self._work, name=self._work[0].__name__
            )
            self._process.start()
            self._began = now

    def dismiss(self) -> None:
        """Ask the process to end."""
        if self._process is not None:
            self._process.terminate()

    def see_off(self, patience_s: float) -> None:
        """Wait until it has ended, and make it when it does not."""
        if self._process is not None:
            self._process.join(patience_s)
            self._process.kill()
            self._process.join()


def _run(target: Callable[..., None], args: tuple[object, ...]) -> None:
    """What a process of the crew does: ``target``, until it is told to end or whoever started it is gone."""
    stop = threading.Event()
    stop_on_signals(stop, is_child=True)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), stop.set()), name="parent", daemon=True).start()
    target(*args, stop)
