"""Seals the access log in the background, so that what was recorded cannot be changed unseen for longer than a minute."""

import logging
from collections.abc import Callable, Mapping

from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.operations.guarding import guarded
from auscult.workers.background.thread import BackgroundThread
from auscult.workers.webhook_sender import HttpSender

LOG = logging.getLogger(__name__)
SEAL_EVERY_S = 30.0


class LogSealer(BackgroundThread):
    """A thread that seals, for as long as it is open. Several do no harm: what is sealed is not sealed again."""

    def __init__(self, seal: Callable[[], int], keep_erased: Callable[[], None]) -> None:
        """Nothing is sealed before it is opened. ``keep_erased`` writes erasures to their second place."""
        super().__init__("access log", SEAL_EVERY_S)
        self._seal = seal
        self._keep_erased = keep_erased

    def _run_due(self) -> None:
        with guarded(LOG, "erasures in their second place"):
            self._keep_erased()
        self._seal()


def post_to(url: str) -> Callable[[bytes], None]:
    """Return what posts heads of seals to a URL; a status other than 2xx raises."""
    sender = HttpSender(OPERATOR)
    headers: Mapping[str, str] = {"content-type": "application/json"}

    def deliver(head: bytes) -> None:
        status, reason = sender.send(url, headers, head)
        if status is None or not 200 <= status < 300:  # noqa: PLR2004
            raise OSError(f"the seal could not be sent to {url}: {reason or status}")

    return deliver
