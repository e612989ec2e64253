"""Limit of concurrent questions, over all processes and hosts: a slot is claimed before a question, and released after."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from auscult.storage.judge.slots import JudgeSlots

POLL_EVERY_S = 0.05
POLL_SELDOM_S = 0.5
"""Seconds between two attempts to claim a slot: at first, and after a while."""


class DistributedSemaphore:
    """Semaphore over all processes. Threads may share it."""

    def __init__(self, slots: JudgeSlots, holder: str, most: int, lease_s: float) -> None:
        """Claim ``slots`` as ``holder``; a running holder releases its slot before ``lease_s`` are over."""
        self._slots = slots
        self._holder = holder
        self._most = most
        self._lease_s = lease_s

    @contextmanager
    def slot(self, is_over: Callable[[], bool]) -> Generator[bool]:
        """Wait for a slot and have it for as long as this is open; False where it ``is_over`` before there is one."""
        wait_s = POLL_EVERY_S
        while (slot := self._slots.claim(self._holder, self._most, self._lease_s)) is None:
            if is_over():
                yield False
                return
            time.sleep(wait_s)
            wait_s = min(POLL_SELDOM_S, wait_s * 1.5)
        try:
            yield True
        finally:
            self._slots.release(self._holder, slot)
