"""Poller of live conversations: work that a crashed server left, and silences that are ends."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from auscult.domain.assist.live_log import LiveDue, RestingState
from auscult.domain.operations.guarding import guarded, panics_as_errors
from auscult.services.assist.assistant import Assistant
from auscult.storage.store import Store
from auscult.workers.background.thread import BackgroundThread

LOG = logging.getLogger(__name__)

POLL_EVERY_S = 2.0
AGAIN_AFTER = timedelta(minutes=1)
"""Time until a conversation that could not be processed is tried again."""


class LiveConversationPoller(BackgroundThread):
    """A thread that processes what is due, for as long as it is open. Several may run: each piece of work is done once."""

    def __init__(self, store: Store, assistant: Assistant, now: Callable[[], datetime]) -> None:
        """``now`` gives aware UTC times."""
        super().__init__("live conversations", POLL_EVERY_S)
        self._store = store
        self._assistant = assistant
        self._now = now

    def process_due(self) -> None:
        """Process everything that is due now."""
        for due in self._store.live_work.due(self._now()):
            if self._ending.is_set():
                return
            with guarded(LOG, f"live conversation {due.conversation_id}"):
                self._process(due)

    def _run_due(self) -> None:
        self.process_due()

    def _process(self, due: LiveDue) -> None:
        try:
            with panics_as_errors():
                self._assistant.process(self._store.within(due.tenant), due.conversation_id)
        except Exception:  # a conversation that cannot be processed delays no other
            LOG.exception("live conversation %s: will be processed again", due.conversation_id)
            self._postpone(due)

    def _postpone(self, due: LiveDue) -> None:
        live = self._store.within(due.tenant).live
        later = RestingState(events=live.count(due.conversation_id), due_at=self._now() + AGAIN_AFTER, is_ended=False)
        live.store_resting_state(due.conversation_id, later)
