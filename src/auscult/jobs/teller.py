"""Tells webhooks what changed, beside a worker. Several workers do no harm: a webhook is one's for a while."""

from auscult.jobs.beside import Beside
from auscult.pipeline.tell import Telling

LOOK_EVERY_S = 0.5


class Teller(Beside):
    """A thread that sends what is due, for as long as it is open."""

    def __init__(self, telling: Telling) -> None:
        """Nothing is sent before it is opened."""
        super().__init__("webhooks", LOOK_EVERY_S)
        self._telling = telling

    def _look(self) -> None:
        while not self._ending.is_set() and self._telling.run_once():
            pass
