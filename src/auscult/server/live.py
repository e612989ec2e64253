"""Live conversations in a serving process: events are processed on arrival, and listeners are notified.

A crash loses nothing: open work is in the store, and a worker does the work that a crashed server left.
"""

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from auscult.domain.assist.live import Arrival
from auscult.domain.operations.guarding import guarded
from auscult.services.assist.assistant import Assistant
from auscult.services.assist.lines import Lines
from auscult.services.assist.live import LiveConversation
from auscult.storage.store import AppStore, Store

LOG = logging.getLogger(__name__)

RECEIVERS = 2
"""Threads that store arrivals; loads have other threads, so that they do not delay arrivals."""

Key = tuple[str, str]
"""App and conversation."""


class LiveService:
    """Receiver of events, which has them processed and notifies listeners. Threads may share it.

    A listener belongs to the event loop in which it listens.
    """

    def __init__(self, assistant: Assistant, now: Callable[[], datetime]) -> None:
        """Process events with ``assistant``."""
        self.assistant = assistant
        self.lines = Lines()
        self.now = now
        self._receiving = ThreadPoolExecutor(RECEIVERS, "receiving")
        self._processing = ThreadPoolExecutor(assistant.at_once, "processing")
        self._lock = threading.Lock()
        self._in_hand: set[Key] = set()
        self._again: set[Key] = set()
        self._listeners: dict[Key, set[Callable[[], None]]] = defaultdict(set)
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        """True while the server stops: no listener should start or continue."""
        return self._closed.is_set()

    def conversation(self, app: AppStore, conversation_id: str) -> LiveConversation:
        """Return a live conversation of an app."""
        return self.assistant.conversation(app, conversation_id)

    async def receive(
        self, open_app: Callable[[], AppStore], conversation_id: str, arrivals: Sequence[Arrival]
    ) -> None:
        """Store events from the hook, which are committed when this returns, and have them processed."""

        def store() -> None:
            app = open_app()
            if self.conversation(app, conversation_id).receive(arrivals).added:
                self.changed(app, conversation_id)

        await asyncio.get_running_loop().run_in_executor(self._receiving, store)

    def changed(self, app: AppStore, conversation_id: str) -> None:
        """Notify listeners, and queue the conversation; if it is being processed, process it again afterwards."""
        key = (app.tenant.app_id, conversation_id)
        self._notify(key)
        with self._lock:
            if key in self._in_hand:
                self._again.add(key)
                return
            if self.is_closed:
                return
            self._in_hand.add(key)
        self._processing.submit(self._assist, app, key)

    def prepare(self, store: Store) -> None:
        """Prepare the knowledge of apps for searches, in a separate thread."""

        def ready() -> None:
            with guarded(LOG, "knowledge"):  # what is not ready yet is prepared on its first use
                self.assistant.library.prepare([store.within(tenant) for tenant in store.tenants()])

        threading.Thread(target=ready, name="preparing", daemon=True).start()

    @contextmanager
    def listening(self, key: Key) -> Generator[asyncio.Event]:
        """Yield an event that is set whenever a conversation changes in this process."""
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def notify() -> None:
            loop.call_soon_threadsafe(changed.set)

        with self._lock:
            self._listeners[key].add(notify)
        try:
            yield changed
        finally:
            with self._lock:
                self._listeners[key].discard(notify)
                if not self._listeners[key]:
                    del self._listeners[key]

    def stop_listening(self) -> None:
        """End all listening: endless requests would delay the end of the server."""
        self._closed.set()
        with self._lock:
            keys = list(self._listeners)
        for key in keys:
            self._notify(key)

    def close(self) -> None:
        """Finish the processing in progress; a worker does the rest."""
        self.stop_listening()
        self._receiving.shutdown()
        self._processing.shutdown(cancel_futures=True)
        self.assistant.close()

    def _notify(self, key: Key) -> None:
        with self._lock:
            listeners = list(self._listeners.get(key, ()))
        for notify in listeners:
            notify()

    def _assist(self, app: AppStore, key: Key) -> None:
        while True:
            with guarded(LOG, f"live conversation {key[1]}"):  # a worker processes it again soon
                self.assistant.process(app, key[1], partial(self._notify, key))
            with self._lock:
                if key not in self._again or self.is_closed:
                    self._in_hand.discard(key)
                    return
                self._again.discard(key)
