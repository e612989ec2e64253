"""Judge calls and open breakers in the figures for monitoring, on each database."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import pytest

from auscult.domain.scoring.judging import Allowance
from auscult.engines import _breaker
from auscult.engines._breaker import FAILURES
from auscult.engines.judge import Budget
from auscult.storage import Store
from tests.scripted_judge import Scripted, ScriptedJudge, scripted_judge
from tests.unit.engines.judging import HELLO, judge


@pytest.fixture
def server() -> Iterator[ScriptedJudge]:
    """A judge on a free port."""
    with scripted_judge() as found:
        yield found


def test_calls_failures_and_open_breakers_are_counted(
    store: Store, server: ScriptedJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that fails opens the breaker of this process; one that answers again closes it."""
    monkeypatch.setattr(_breaker, "FIRST_PAUSE_S", 600.0)
    budget = Budget(store.spending, Allowance(), None, partial(datetime.now, UTC), "host:1:-:1")
    of = judge(server, budget, at_once=1)
    list(of.ask([HELLO]))
    found = store.figures()
    assert (found.judge_requests_today, found.judge_failures_today, found.judge_breakers_open) == (1, 0, 0)
    server.always = Scripted(status=500)
    for _ in range(FAILURES + 1):
        list(of.ask([HELLO]))
    found = store.figures()
    assert (found.judge_requests_today, found.judge_failures_today, found.judge_breakers_open) == (
        1 + FAILURES,
        FAILURES,
        1,
    )
    budget.resume()
    assert store.figures().judge_breakers_open == 0
    of.close()


def test_a_pause_that_is_over_counts_no_longer(store: Store) -> None:
    """A process that died in its pause is forgotten by itself."""
    store.spending.pause("host:1:-:1", datetime(2026, 3, 23, tzinfo=UTC))
    assert store.figures().judge_breakers_open == 0
