"""Counts in the background what insights take together, so that an overview reads no conversation of whole hours."""

from collections.abc import Callable

from auscult.workers.background.thread import BackgroundThread

LOOK_EVERY_S = 60.0
_PAUSE = 3
"""Length of the pause after each span, as a multiple of the time that it took, while conversations wait to be scored."""


class InsightCounter(BackgroundThread):
    """A thread that counts the spans that are due, for as long as it is open. Several do no harm."""

    def __init__(self, count: Callable[[Callable[[float], bool]], None], is_busy: Callable[[], bool]) -> None:
        """Store ``count``, which takes a pause that returns whether to stop, and whether conversations wait, ``is_busy``."""
        super().__init__("insights", LOOK_EVERY_S)
        self._count, self._is_busy = count, is_busy

    def _run_due(self) -> None:
        self._count(lambda took_s: self._ending.wait(_PAUSE * took_s if took_s and self._is_busy() else 0))
