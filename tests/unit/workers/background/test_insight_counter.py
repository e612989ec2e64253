"""Background count of insights."""

from collections.abc import Callable
from queue import Queue
from threading import Event

import pytest

from auscult.workers.background import insight_counter
from auscult.workers.background.insight_counter import InsightCounter
from tests.waiting import PATIENCE_S


def test_counting_pauses_only_while_conversations_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a load, when nothing waits any more, the count does not pause, so that dashboards are fast again soon."""
    monkeypatch.setattr(insight_counter, "LOOK_EVERY_S", 0.001)
    begun, is_ending = Event(), Queue[bool]()

    def count(pause: Callable[[float], bool]) -> None:
        begun.set()
        is_ending.put(pause(3600))

    with InsightCounter(count, lambda: False):
        assert not is_ending.get(timeout=PATIENCE_S)
    begun.clear()
    with InsightCounter(count, lambda: True):
        assert begun.wait(PATIENCE_S)
        is_ending.queue.clear()
    assert is_ending.get(timeout=PATIENCE_S), "it did not pause until it was stopped"
