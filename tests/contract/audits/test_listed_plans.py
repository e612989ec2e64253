"""Plans of lists of assignments, disputes and jobs: every order is read along an index, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, get_args

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from auscult.domain.audits.assignment import AssignmentOrder
from auscult.domain.disputes.dispute import DisputeOrder
from auscult.domain.scoring.batches import JobOrder
from auscult.services.scoring.batches import list_jobs
from auscult.storage import Store
from auscult.storage.audits.queue import QueueQuery
from auscult.storage.core.database import Database
from auscult.storage.disputes import DisputeQuery
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT

MINE = "ann@example.com"
LISTS: dict[str, tuple[tuple[str, ...], Callable[[AppStore, Any], object]]] = {
    "assignments": (
        (*get_args(AssignmentOrder), "answered", "-answered"),
        lambda app, order: app.queue.page(QueueQuery(order=order)),
    ),
    "disputes": (get_args(DisputeOrder), lambda app, order: app.disputes.disputes(DisputeQuery(order=order))),
    "jobs": (get_args(JobOrder), lambda app, order: list_jobs(app, order=order)),
}
ASKED = [(name, order) for name, (orders, _) in LISTS.items() for order in orders]


@pytest.mark.parametrize(("name", "order"), ASKED)
def test_every_order_is_read_along_an_index(store: Store, database_url: str, name: str, order: str) -> None:
    """Rows that have the number are found in its order: neither database sorts them, or reads a table as a whole."""
    store.ensure(TENANT)
    with asked() as statements:
        LISTS[name][1](store.within(TENANT), order)
    known = [each for each in statements if "IS NOT NULL" in each[0] and "ORDER BY" in each[0]]
    assert len(known) == 1, statements
    steps = plan_of(database_url, *known[0])
    assert any("USING INDEX ix_" in each or "Index Scan" in each for each in steps), steps
    assert not [each for each in steps if "TEMP B-TREE" in each or "Sort" in each or "Seq Scan" in each], steps
    assert not [each for each in steps if each.startswith("SCAN")], steps


def test_work_to_do_is_found_by_its_rater(store: Store, database_url: str) -> None:
    """What one person has to do is found by an index, and then sorted: begun first is no order of a column."""
    store.ensure(TENANT)
    with asked() as statements:
        store.within(TENANT).queue.page(QueueQuery.to_do(MINE))
    for statement, values in statements:
        if "FROM assignments" in statement:
            steps = plan_of(database_url, statement, values)
            assert any("ix_assignments_" in each for each in steps), steps
            assert not [each for each in steps if "Seq Scan on assignments" in each or "SCAN assignments" in each], (
                steps
            )


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are executed meanwhile, with their values."""
    found: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        found.append((given[2], given[3]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def plan_of(database_url: str, statement: str, values: Any) -> list[str]:
    """Return the steps of the plan of a statement; of PostgreSQL the one that does without sorting, if there is one."""
    database = Database(database_url)
    try:
        with database.reading() as connection:
            if not database.dialect.is_embedded:
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
                connection.exec_driver_sql("SET LOCAL enable_sort = off")
                connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            how = "EXPLAIN QUERY PLAN" if database.dialect.is_embedded else "EXPLAIN"
            return [str(row[-1]).strip() for row in connection.exec_driver_sql(f"{how} {statement}", values)]
    finally:
        database.close()
