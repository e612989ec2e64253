"""Background delivery of webhooks, several at a time. One worker owns a webhook for a while."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from auscult.domain.delivery.webhook_work import Due
from auscult.domain.operations.guarding import guarded
from auscult.services.delivery.webhooks import WebhookDispatch
from auscult.workers.background.thread import BackgroundThread

LOG = logging.getLogger(__name__)
POLL_EVERY_S = 1.0

AT_ONCE = 8
"""Webhooks that are sent to at the same time."""

GOODBYE_S = 3.0
"""How long exchanges in hand may go on when the worker ends."""


class WebhookDispatcher(BackgroundThread):
    """A thread that finds what is due, and a few that send it, for as long as it is open."""

    def __init__(self, dispatch: WebhookDispatch) -> None:
        """Nothing is sent before it is opened."""
        super().__init__("webhooks", POLL_EVERY_S)
        self._dispatch = dispatch
        self._free = threading.Semaphore(AT_ONCE)
        self._sending = ThreadPoolExecutor(AT_ONCE, "webhook")

    def __exit__(self, *raised: object) -> None:
        """End: what is in hand has a few seconds, and is then cut off and sent again by another worker."""
        self._ending.set()
        cut = threading.Timer(GOODBYE_S, self._dispatch.close)
        cut.start()
        try:
            super().__exit__(*raised)
            self._sending.shutdown()
        finally:
            cut.cancel()
            self._dispatch.close()

    def _run_due(self) -> None:
        while not self._ending.is_set() and self._free.acquire(timeout=POLL_EVERY_S):
            due = None
            try:
                due = self._dispatch.claim()
            finally:
                if due is None:
                    self._free.release()
            if due is None:
                return
            self._sending.submit(self._deliver, due)

    def _deliver(self, due: Due) -> None:
        try:
            with guarded(LOG, f"webhook {due.webhook.id}"):  # whose lease ends by itself
                self._dispatch.deliver(due)
        finally:
            self._free.release()
