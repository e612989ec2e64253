"""Removes in the background the files of recordings that were erased."""

from collections.abc import Callable

from auscult.workers.background.thread import BackgroundThread

RUN_EVERY_S = 15.0


class RecordingRemover(BackgroundThread):
    """A thread that removes files that are due. Several do no harm: a removed file is not there again."""

    def __init__(self, run: Callable[[], object]) -> None:
        """Nothing is removed before it is opened."""
        super().__init__("recordings", RUN_EVERY_S)
        self._run = run

    def _run_due(self) -> None:
        self._run()
