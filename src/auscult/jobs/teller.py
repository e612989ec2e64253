"""Tells webhooks what changed, beside a worker. Several workers do no harm: a webhook is one's for a while."""

import logging

from auscult.jobs.beside import Beside
from auscult.pipeline.tell import Telling

LOG = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5


class Teller(Beside):
    """A thread that sends what is due, for as long as it is open."""

    def __init__(self, telling: Telling) -> None:
        """Nothing is sent before it is opened."""
        super().__init__("teller")
        self._telling = telling

    def _watch(self) -> None:
        while not self._ending.is_set():
            try:
                if not self._telling.run_once():
                    self._ending.wait(LOOK_EVERY_S)
            except Exception:  # a database that is away comes back
                LOG.warning("webhooks: will look again", exc_info=True)
                self._ending.wait(LOOK_EVERY_S)
