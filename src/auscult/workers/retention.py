"""Erases in the background what retention rules no longer keep."""

from collections.abc import Callable

from auscult.workers.background import BackgroundThread

RUN_EVERY_S = 3600.0


class RetentionRunner(BackgroundThread):
    """A thread that runs retention every hour. Several do no harm: what is erased is not erased again."""

    def __init__(self, run: Callable[[], None]) -> None:
        """Nothing is erased before it is opened."""
        super().__init__("retention", RUN_EVERY_S)
        self._run = run

    def _look(self) -> None:
        self._run()
