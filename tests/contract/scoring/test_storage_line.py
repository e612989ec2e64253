"""The order of the work list, on both databases: live before backfill, apps in turn, each its oldest first."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.domain.conversation import Conversation
from auscult.domain.scoring.batches import Backlog, Priority
from auscult.domain.tenancy import Tenant
from auscult.storage import Store
from auscult.storage.core.tables.conversations import batches
from auscult.storage.store import AppStore
from auscult.storage.work.queue_order import in_turn
from tests.contract.storing import accept
from tests.waiting import wait_until

APPS = tuple(Tenant(account_id="a-1", org_id="o-1", app_id=f"st-{n}") for n in range(4))
PRIORITIES: tuple[Priority, ...] = ("live", "backfill")


class Made(NamedTuple):
    """A batch that is put there."""

    app: int
    priority: int
    state: str
    is_postponed: bool


MADE = st.builds(
    Made,
    st.integers(0, len(APPS) - 1),
    st.integers(0, 1),
    st.sampled_from(["accepted", "accepted", "accepted", "done", "failed", "cancelled"]),
    st.booleans(),
)


def put(store: Store, made: Sequence[Made]) -> None:
    """Have these batches and no other."""
    numbers = [store._apps.key(tenant) for tenant in APPS]
    rows = [
        {
            "batch": at,
            "batch_id": f"b-{at}",
            "app": numbers[one.app],
            "line": numbers[one.app],
            "size": at,
            "state": one.state,
            "starts": 0,
            "accepted_at": 0,
            "priority": one.priority,
            "not_before": 10**14 if one.is_postponed else None,
            "postponements": 0,
        }
        for at, one in enumerate(made, 1)
    ]
    with store._database.writing() as connection:
        connection.execute(sa.delete(batches))
        if rows:
            connection.execute(sa.insert(batches), rows)


def law(made: Sequence[Made]) -> list[str]:
    """The order, said slowly."""
    ordered: list[str] = []
    for priority in range(2):
        lines = [
            [
                at
                for at, one in enumerate(made, 1)
                if (one.app, one.priority, one.state, one.is_postponed) == (app, priority, "accepted", False)
            ]
            for app in range(len(APPS))
        ]
        while any(lines):
            ordered += [f"b-{at}" for at in sorted(line[0] for line in lines if line)]
            lines = [line[1:] for line in lines]
    return ordered


@pytest.fixture
def apps(store: Store) -> Store:
    """A store with some apps."""
    for tenant in APPS:
        store.ensure(tenant)
    return store


@pytest.mark.landing
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(made=st.lists(MADE, max_size=24), limit=st.integers(1, 30))
def test_the_list_keeps_the_order(apps: Store, made: list[Made], limit: int) -> None:
    """Whatever waits, and however much of it is asked for."""
    put(apps, made)
    assert [one.batch_id for one in apps.batches.waiting(limit)] == law(made)[:limit]
    each = [one for priority in PRIORITIES for one in apps.batches.waiting(priority=priority)]
    assert [one.batch_id for one in each] == law(made)
    waiting = {int(name[2:]) for name in law(made)}
    live = sum(at for at in waiting if made[at - 1].priority == 0)
    assert apps.batches.backlog() == Backlog(live=live, backfill=sum(waiting) - live)
    for n, tenant in enumerate(APPS):
        assert apps.batches.has_waiting(tenant) == any(made[at - 1].app == n for at in waiting)


@given(st.dictionaries(st.integers(1, 5), st.lists(st.integers(0, 10**6), unique=True), max_size=5), st.integers(0, 40))
def test_nobody_goes_twice_before_all_went_once(lines: dict[int, list[int]], limit: int) -> None:
    """Of two apps that both still wait, neither is more than one batch ahead."""
    lines = {app: sorted(number * 10 + app for number in line) for app, line in lines.items()}
    taken = in_turn(lines, limit)
    assert len(taken) == min(limit, sum(map(len, lines.values())))
    given_ = {app: [batch for batch in taken if batch % 10 == app] for app in lines}
    assert all(line == lines[app][: len(line)] for app, line in given_.items())
    for app, line in given_.items():
        if len(line) < len(lines[app]):
            assert all(len(other) <= len(line) + 1 for other in given_.values())


def test_a_long_list_is_looked_at_through_its_index(apps: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither database goes over the batches that wait to find the first of them."""
    put(apps, [Made(app, 1, "accepted", is_postponed=False) for app in (*[0] * 2_000, 1)])
    found: list[tuple[str, dict[str, Any]]] = []
    dialect = apps._database.dialect
    fetch = dialect.fetch

    def noted(connection: Any, text: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        found.append((text, values))
        return fetch(connection, text, values)

    monkeypatch.setattr(dialect, "fetch", noted)
    assert apps.work.next("backfill", 4) == ["b-1", "b-2001", "b-2", "b-3"]
    assert found
    is_file = apps._database.dialect.is_embedded
    with apps._database.reading() as connection:
        if not is_file:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for text, values in found:
            plan = connection.exec_driver_sql(f"{'EXPLAIN QUERY PLAN' if is_file else 'EXPLAIN'} {text}", values)
            steps = [str(row[-1]) for row in plan]
            assert any("ix_batches_line" in step for step in steps), steps
            assert not any("SCAN batches" in step and "ix_batches_line" not in step for step in steps), steps
            assert not any("Seq Scan on batches" in step for step in steps), steps


@pytest.mark.parametrize("is_watched", [True, False])
def test_who_waits_for_work_is_woken_when_some_is_accepted(
    store: Store, app: AppStore, monkeypatch: pytest.MonkeyPatch, *, is_watched: bool
) -> None:
    """Whichever connection it was accepted over, also where files cannot be watched; where nothing comes the wait ends."""
    if not is_watched:
        monkeypatch.setattr("auscult.storage.core.dialect.watch_of", lambda _path: None)
    with store.work.arrivals(lambda: time.sleep(0.01)) as wait:
        if is_watched:
            store.workers.beat("w-1")
            assert not wait(), "only work wakes"
        accept(app, Conversation(id="c-1", channel="chat", started_at=datetime(2026, 3, 23, tzinfo=UTC)))
        wait_until(wait)
        assert not wait()
