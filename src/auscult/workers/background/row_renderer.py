"""Renders in the background what an earlier version rendered, so that an upgrade needs no further command."""

from collections.abc import Callable

from auscult.workers.background.thread import BackgroundThread

LOOK_EVERY_S = 10.0


class RowRenderer(BackgroundThread):
    """A thread that renders outdated rows, for as long as it is open. Several share the work."""

    def __init__(self, render: Callable[[Callable[[float], bool]], int]) -> None:
        """Store ``render``, which takes a pause that returns whether to stop."""
        super().__init__("rows", LOOK_EVERY_S)
        self._render = render

    def _run_due(self) -> None:
        self._render(self._ending.wait)
