"""Redaction of many conversations in processes of their own: in the server's, it would block every reader.

A conversation that is sent alone, or among few, is redacted where it arrives.
"""

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain
from multiprocessing.connection import wait

import msgspec

from auscult.domain.conversation import Conversation
from auscult.domain.privacy.conversations import RedactedConversation
from auscult.storage.privacy.redaction import Redact, redact_here
from auscult.workers.shutdown import stop_on_signals

LOG = logging.getLogger(__name__)

AT_A_TIME = 25
"""Conversations that a process redacts at a time; fewer are not worth the way to it and back."""

_Packed = list[RedactedConversation | None]
_CONVERSATIONS = msgspec.msgpack.Decoder(list[Conversation])
_REDACTED = msgspec.msgpack.Decoder(_Packed)


class RedactingProcesses:
    """Processes that redact, started when they are first needed. Threads may share them."""

    def __init__(self, size: int, begin: Callable[[], None]) -> None:
        """Set how many there are at most, and what readies each; ``begin`` must be importable by name."""
        self._size, self._begin = size, begin
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None

    def redact(self, redact: Redact, conversations: Sequence[Conversation]) -> Sequence[RedactedConversation]:
        """Redact each with a function that can be pickled. Where a process crashes, this one does its work."""
        if len(conversations) < AT_A_TIME:
            return redact_here(redact, conversations)
        executor = self._running()
        starts = range(0, len(conversations), AT_A_TIME)
        packed = [msgspec.msgpack.encode(conversations[start : start + AT_A_TIME]) for start in starts]
        try:
            done = [_REDACTED.decode(each) for each in executor.map(partial(_redacted, redact), packed)]
        except RuntimeError:  # a process crashed, or another thread has ended all of them for that
            LOG.warning("a process that redacts has ended; the server redacts %s conversations", len(conversations))
            self._end(executor)
            return redact_here(redact, conversations)
        return [
            RedactedConversation(before, {}, {}) if after is None else after
            for before, after in zip(conversations, chain.from_iterable(done), strict=True)
        ]

    def close(self) -> None:
        """End the processes; what is redacted meanwhile is redacted to its end."""
        with self._lock:
            executor = self._executor
        if executor is not None:
            self._end(executor)

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._executor is None:
                # Spawned, not forked: a fork would share the parent's database connections and threads' locks.
                context = multiprocessing.get_context("spawn")
                self._executor = ProcessPoolExecutor(self._size, context, _be_child, (self._begin,))
            return self._executor

    def _end(self, executor: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._executor is executor:
                self._executor = None
        executor.shutdown()


def _be_child(begin: Callable[[], None]) -> None:
    """Ready a process that redacts until its parent ends, however that ends."""
    begin()
    stop_on_signals(threading.Event(), is_child=True)  # the parent ends it in order
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(0)), name="parent", daemon=True).start()


def _redacted(redact: Redact, packed: bytes) -> bytes:
    """Redact conversations; None for one that stays as it was."""
    after: _Packed = []
    for before in _CONVERSATIONS.decode(packed):
        one = redact(before)
        after.append(None if one.conversation is before else one)
    return msgspec.msgpack.encode(after)
