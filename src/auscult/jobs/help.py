"""Workers for one command: called in when it turns out that nobody works on this database."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from auscult.jobs.crew import Crew
from auscult.jobs.pulse import Pulse
from auscult.pipeline.batch_ports import Workers

LOOK_S = 0.5


class Help:
    """Sees to it that somebody works, for as long as it is open."""

    def __init__(self, workers: Workers, hire: Callable[[], Crew]) -> None:
        """``hire`` makes a crew that is not started yet."""
        self._pulse = Pulse(workers)
        self._hire = hire
        self._crew: Crew | None = None
        self._looked_at = float("-inf")

    def tend(self) -> None:
        """Start a crew of our own when no worker is alive. To be called often; it looks now and then."""
        now = time.monotonic()
        if self._crew is None and now - self._looked_at >= LOOK_S:
            self._looked_at = now
            if not self._pulse.look().alive:
                self._crew = self._hire().__enter__()

    def __enter__(self) -> Self:
        """Nobody is called yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send the crew home, if there is one."""
        if self._crew is not None:
            self._crew.__exit__(kind, error, trace)
