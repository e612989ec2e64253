"""What keeps statistics near the truth beside a worker."""

from queue import Queue

import pytest

from auscult.workers.background import statistics_refresher
from auscult.workers.background.statistics_refresher import StatisticsRefresher
from tests.waiting import PATIENCE_S


def test_it_goes_on_when_it_cannot_vacuum(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A database that is away comes back."""
    monkeypatch.setattr(statistics_refresher, "VACUUM_EVERY_S", 0.001)
    calls: Queue[int] = Queue()

    def vacuum() -> None:
        calls.put(1)
        if calls.qsize() == 1:
            raise OSError("away")

    with StatisticsRefresher(vacuum):
        calls.get(timeout=PATIENCE_S)
        calls.get(timeout=PATIENCE_S)
    assert "away" in caplog.text
