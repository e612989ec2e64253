"""Live conversations in a serving process: what comes in is tended at once, and who listens hears of it.

All of it can be lost: what is to be done stands in the store, and a worker does what a server that died has not done.
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
from auscult.services.assist.assistant import Assistant
from auscult.services.assist.lines import Lines
from auscult.services.assist.live import LiveConversation
from auscult.storage.store import AppStore, Store

LOG = logging.getLogger(__name__)

TAKING = 2
"""Threads that take in: loads, which have threads of their own, must not hold it up."""

Key = tuple[str, str]
"""App and conversation."""


class LiveService:
    """Takes in, has tended, and tells. Threads may share it; listeners belong to the event loop that they listen in."""

    def __init__(self, assistant: Assistant, now: Callable[[], datetime]) -> None:
        """Tend with ``assistant``."""
        self.assistant = assistant
        self.lines = Lines()
        self.now = now
        self._taking = ThreadPoolExecutor(TAKING, "taking")
        self._tending = ThreadPoolExecutor(assistant.at_once, "tending")
        self._lock = threading.Lock()
        self._in_hand: set[Key] = set()
        self._again: set[Key] = set()
        self._listeners: dict[Key, set[Callable[[], None]]] = defaultdict(set)
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        """Whether the server is ending, so that nobody should listen any longer."""
        return self._closed.is_set()

    def conversation(self, app: AppStore, conversation_id: str) -> LiveConversation:
        """A live conversation of an app."""
        return self.assistant.conversation(app, conversation_id)

    async def taken(self, open_app: Callable[[], AppStore], conversation_id: str, arrivals: Sequence[Arrival]) -> None:
        """Take in what came by the hook; it is committed when this returns, and tended soon."""

        def take() -> None:
            app = open_app()
            if self.conversation(app, conversation_id).take(arrivals).added:
                self.changed(app, conversation_id)

        await asyncio.get_running_loop().run_in_executor(self._taking, take)

    def changed(self, app: AppStore, conversation_id: str) -> None:
        """Tell whoever listens, and have it tended: once more where somebody is at it already."""
        key = (app.tenant.app_id, conversation_id)
        self._notify(key)
        with self._lock:
            if key in self._in_hand:
                self._again.add(key)
                return
            if self.is_closed:
                return
            self._in_hand.add(key)
        self._tending.submit(self._assist, app, key)

    def prepare(self, store: Store) -> None:
        """Make what apps know ready to be searched, in a thread of its own."""

        def ready() -> None:
            try:
                self.assistant.library.prepare([store.within(tenant) for tenant in store.tenants()])
            except Exception:  # what is not ready now is made ready when it is asked for
                LOG.warning("knowledge is not ready yet", exc_info=True)

        threading.Thread(target=ready, name="preparing", daemon=True).start()

    @contextmanager
    def listening(self, key: Key) -> Generator[asyncio.Event]:
        """Give an event that is set whenever something happens to a conversation in this process."""
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def tell() -> None:
            loop.call_soon_threadsafe(changed.set)

        with self._lock:
            self._listeners[key].add(tell)
        try:
            yield changed
        finally:
            with self._lock:
                self._listeners[key].discard(tell)
                if not self._listeners[key]:
                    del self._listeners[key]

    def stop_listening(self) -> None:
        """Let nobody listen any longer: requests that go on without end would hold up the end of the server."""
        self._closed.set()
        with self._lock:
            keys = list(self._listeners)
        for key in keys:
            self._notify(key)

    def close(self) -> None:
        """End what is in hand; the rest is done by a worker."""
        self.stop_listening()
        self._taking.shutdown()
        self._tending.shutdown(cancel_futures=True)
        self.assistant.close()

    def _notify(self, key: Key) -> None:
        with self._lock:
            listeners = list(self._listeners.get(key, ()))
        for tell in listeners:
            tell()

    def _assist(self, app: AppStore, key: Key) -> None:
        while True:
            try:
                self.assistant.tend(app, key[1], partial(self._notify, key))
            except Exception:  # a worker looks at it again soon
                LOG.exception("live conversation %s: will be looked at again", key[1])
            with self._lock:
                if key not in self._again or self.is_closed:
                    self._in_hand.discard(key)
                    return
                self._again.discard(key)
