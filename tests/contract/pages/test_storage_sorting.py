"""Lists of assignments, disputes and jobs in every order: pages are the whole list, each row once, by indexes."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, get_args

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audits.assignment import AssignmentOrder, WorkOrder
from auscult.domain.disputes.dispute import Dispute, DisputeOrder, in_order
from auscult.domain.scoring.batches import JobOrder
from auscult.services.scoring.batches import Job, list_jobs
from auscult.storage import Store
from auscult.storage.audits.queue import QueueQuery
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.audits import assignments, audits
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.conversations import batches, conversations
from auscult.storage.core.tables.reviews import disputes
from auscult.storage.disputes import DisputeQuery
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT, conversation

Item = TypeVar("Item")
Value = TypeVar("Value", int, datetime)
AT = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = 23
"""Not a multiple of the page, with values that repeat, and rows without one."""
PAGE = 5


def _instant(number: int, every: int) -> int:
    return ms_of(AT + timedelta(hours=number % every))


@pytest.fixture
def database(store: Store, database_url: str) -> Iterator[Database]:
    """The database of the store."""
    store.ensure(TENANT)
    found = Database(database_url)
    yield found
    found.close()


@pytest.fixture
def listed(store: Store, database: Database) -> AppStore:
    """An app with assignments, disputes and jobs, their values repeated and missing."""
    app = store.within(TENANT)
    for number in range(ROWS):
        app.conversations.accept([conversation(f"c-{number:02}")])
    with database.writing() as connection:
        _write(connection)
    return app


def _write(connection: Connection) -> None:
    mine = connection.scalar(sa.select(apps.c.app).where(apps.c.app_id == TENANT.app_id))
    numbers = list(connection.scalars(sa.select(conversations.c.conversation).where(conversations.c.app == mine)))
    for number, its in enumerate(numbers):
        id_, conversation_id = f"as-{(number * 7) % ROWS:02}", f"c-{number:02}"
        assignment: dict[str, Any] = {
            "app": mine,
            "assignment_id": id_,
            "conversation": its,
            "segment": 0,
            "agent_id": "",
            "rater": "ann@example.com",
            "role": "audit",
            "state": "begun" if number % 3 == 0 else "assigned",
            "stratum": "",
            "hidden": "[]",
            "reason": "",
            "created_at": _instant(number, 4),
            "due_at": _instant(number, 5) if number % 4 else None,
            "begun_at": _instant(number // 3, 3) if number % 3 == 0 else None,
            "ended_at": _instant(number // 2, 2) if number % 2 else None,
        }
        key = connection.scalar(sa.insert(assignments).values(assignment).returning(assignments.c.assignment))
        if number % 3 == 0:
            audit: dict[str, Any] = {
                "assignment": key,
                "conversation": its,
                "app": mine,
                "assignment_id": id_,
                "conversation_id": conversation_id,
                "state": "assigned",
                "auditor": "ann@example.com",
                "is_shown": 0,
                "answers": number // 3 % 4,
                "score": number // 3 % 5 * 10 if number % 2 else None,
                "changes": 1,
                "body": b"{}",
            }
            connection.execute(sa.insert(audits).values(audit))
        _write_dispute(connection, mine, its, _dispute(number, id_, conversation_id))
        _write_job(connection, its, number)
    connection.execute(sa.update(audits).values(body=_AUDIT))


def _write_job(connection: Connection, conversation_: int, number: int) -> None:
    job = sa.update(batches).where(batches.c.batch == connection.scalar(_batch_of(conversation_)))
    connection.execute(
        job.values(
            size=number % 3 + 1,
            starts=number % 2,
            accepted_at=_instant(number, 4),
            not_before=_instant(number, 3) if number % 4 == 0 else None,
            state="failed" if number % 5 == 0 else "accepted",
            ended_at=_instant(number, 2) if number % 5 == 0 else None,
        )
    )


_AUDIT = msgspec.json.encode(
    {
        "assignment_id": "as-00",
        "conversation_id": "c-00",
        "auditor": "ann@example.com",
        "assigned_at": AT,
        "form": {"id": "ef-1", "version": 1},
    }
)


def _batch_of(number: int) -> sa.Select[tuple[int]]:
    return sa.select(conversations.c.batch).where(conversations.c.conversation == number)


def _dispute(number: int, assignment_id: str, conversation_id: str) -> Dispute:
    raised = AT + timedelta(hours=number % 4)
    return Dispute(
        dispute_id=f"di-{(number * 5) % ROWS:02}",
        assignment_id=assignment_id,
        conversation_id=conversation_id,
        metric_id="em-a",
        round=number % 3 + 1,
        state="accepted" if number % 2 else "open",
        form_id="ef-1",
        form_version=1,
        queue="",
        agent_id=None,
        auditor="ann@example.com",
        raised_by="lee@example.com",
        raised_at=raised,
        due_at=raised + timedelta(hours=number % 5),
        comment="No.",
        answer="NO",
        proposed=None,
        decided_by=None,
        decided_at=raised + timedelta(hours=number % 3) if number % 2 else None,
        reason="",
        decided_answer=None,
    )


def _write_dispute(connection: Connection, app: int | None, conversation_: int, found: Dispute) -> None:
    columns = ("dispute_id", "assignment_id", "conversation_id", "metric_id", "state", "auditor", "queue", "round")
    values: dict[str, Any] = {name: getattr(found, name) for name in columns}
    values |= {
        name: None if (at := getattr(found, name)) is None else ms_of(at)
        for name in ("raised_at", "due_at", "decided_at")
    }
    values |= {"app": app, "conversation": conversation_, "body": msgspec.json.encode(found)}
    connection.execute(sa.insert(disputes).values(values))


def _pages(read: Callable[[Any], tuple[Sequence[Item], Any]]) -> list[Item]:
    found: list[Item] = []
    items, after = read(None)
    while items:
        assert len(items) <= PAGE
        found += items
        items, after = read(after)
    return found


@pytest.mark.parametrize("order", get_args(DisputeOrder))
def test_disputes_in_every_order(listed: AppStore, order: DisputeOrder) -> None:
    """Pages are what sorting all of them gives; ties are in the order of arrival, or in its reverse."""

    def read(after: Any) -> tuple[list[Dispute], Any]:
        found = listed.disputes.disputes(DisputeQuery(order=order, after=after, limit=PAGE))
        return [each.dispute for each in found], found[-1].key if found else None

    oldest = sorted(listed.disputes.all(DisputeQuery()), key=lambda each: int(each.conversation_id[2:]))  # type: ignore[index]
    arrived = oldest[::-1] if order.startswith("-") else oldest
    assert len(oldest) == ROWS
    expected = in_order(arrived, order)
    found = _pages(read)
    assert [each.dispute_id for each in found] == [each.dispute_id for each in expected]


@pytest.mark.parametrize("order", get_args(JobOrder))
def test_jobs_in_every_order(listed: AppStore, order: JobOrder) -> None:
    """Pages are what sorting all of them gives, those without the time last in both directions."""

    def read(after: Any) -> tuple[Sequence[Job], Any]:
        if after == "end":
            return (), None
        page = list_jobs(listed, order=order, after=after, limit=PAGE)
        return page.jobs, page.next_position or "end"

    found = _pages(read)
    assert len({each.id for each in found}) == len(found) == ROWS
    values = [getattr(each, order.removeprefix("-")) for each in found]
    assert values == _sorted(values, order)


@pytest.mark.parametrize("order", [*get_args(AssignmentOrder), "todo", "answered", "-answered"])
def test_assignments_in_every_order(listed: AppStore, database: Database, order: WorkOrder) -> None:
    """Pages hold each assignment once, sorted by the number of the order, those without it last in both directions."""

    def read(after: Any) -> tuple[list[str], Any]:
        found = listed.queue.page(QueueQuery(order=order, after=after, limit=PAGE))
        values.extend(each.key.value for each in found)
        return [each.assigned.assignment.assignment_id for each in found], found[-1].key if found else None

    values: list[int | None] = []
    ids = _pages(read)
    assert len(set(ids)) == len(ids) == ROWS
    assert values == _sorted(values, order)
    assert len({*values}) > 2, "the order has several values"
    if order in {"due_at", "-due_at"}:
        with database.reading() as connection:
            due = dict(connection.execute(sa.select(assignments.c.assignment_id, assignments.c.due_at)).all())
        assert values == [due[each] for each in ids]


def test_what_is_to_do_is_counted_on_all_pages(listed: AppStore) -> None:
    """Counts of what waits, and of what is late, do not depend on the page."""
    at = AT + timedelta(hours=2, minutes=30)
    every = listed.queue.listing(QueueQuery.to_do("ann@example.com")._replace(limit=ROWS))
    late = [each for each in every if each.assignment.due_at and each.assignment.due_at < at]
    assert 0 < len(late) < ROWS
    assert listed.queue.count_waiting("ann@example.com") == ROWS
    assert listed.queue.count_waiting("ann@example.com", late_at=at) == len(late)
    assert listed.disputes.count(DisputeQuery(has_ended=False)) == listed.disputes.count_open()
    whole = listed.disputes.count(DisputeQuery())
    assert listed.disputes.count(DisputeQuery(has_ended=True)) == whole - listed.disputes.count_open()


def _sorted(values: Sequence[Value | None], order: str) -> list[Value | None]:
    known = sorted((each for each in values if each is not None), reverse=order.startswith("-"))
    return [*known, *(None for _ in range(len(values) - len(known)))]
