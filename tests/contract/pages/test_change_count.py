"""The count of changes: it differs after every transaction that wrote what pages show, and only then."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from auscult.domain.people.sessions import SEEN_EVERY, Session
from auscult.domain.people.users import User
from auscult.storage import migrate, new_secret_key
from auscult.storage.core.database import Database
from auscult.storage.core.tables.base import apps, workers
from auscult.storage.people import People
from auscult.storage.people.sessions import Sessions
from auscult.storage.work.workers import Workers
from tests.waiting import existing

AT = datetime(2026, 3, 28, tzinfo=UTC)
APP = {"account_id": "a-1", "org_id": "o-1", "created_at": 0}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with nothing in it."""
    migrate(database_url)
    database = Database(database_url)
    yield database
    database.close()


def test_counts_transactions_that_write(database: Database) -> None:
    """Each raises it by one, however much it wrote; what was rolled back or changed nothing does not count."""
    before = database.changes()
    with database.writing() as connection:
        connection.execute(sa.insert(apps), [{**APP, "app_id": f"st-{n}"} for n in range(3)])
    assert database.changes() == before + 1
    with database.writing() as connection:
        connection.execute(sa.delete(apps).where(apps.c.app_id == "st-9"))
        connection.execute(sa.select(apps))
    with pytest.raises(ZeroDivisionError):
        _fail(database)
    assert database.changes() == before + 1


def _fail(database: Database) -> None:
    """Write, and fail before the end."""
    with database.writing() as connection:
        connection.execute(sa.delete(apps))
        raise ZeroDivisionError


def test_is_one_for_all_processes(database: Database, database_url: str) -> None:
    """Another connection's writing is counted when it is committed, and not before."""
    other = Database(database_url)
    before = database.changes()
    with other.writing() as connection:
        connection.execute(sa.insert(apps).values(**APP, app_id="st-1"))
        assert database.changes() == before
    assert (database.changes(), other.changes()) == (before + 1, before + 1)
    other.close()


def test_writers_do_not_wait_for_each_other(postgresql_url: str) -> None:
    """Two transactions of a server that write at once are both counted."""
    migrate(postgresql_url)
    database = Database(postgresql_url)
    before = database.changes()
    with database.writing() as one, database.writing() as other:
        one.execute(sa.insert(apps).values(**APP, app_id="st-1"))
        other.execute(sa.insert(apps).values(**APP, app_id="st-2"))
    assert database.changes() == before + 2
    database.close()


def test_leaves_out_what_no_page_shows(database: Database) -> None:
    """Heartbeats, and that a session was used, come all the time."""
    user = User(user_id="u-1", account_id="a-1", email="ann@example.com", name="Ann", created_at=AT)
    People(database, new_secret_key()).users.add(user)
    sessions = Sessions(database)
    session = Session(
        session_id="s-1", user_id="u-1", method="password", created_at=AT, seen_at=AT, ends_at=AT + 9 * SEEN_EVERY
    )
    sessions.add(session, "hash")
    before = database.changes()
    Workers(database).beat("worker")
    sessions.see(session, AT + 2 * SEEN_EVERY)
    assert existing(sessions.by_hash("hash")).seen_at == AT + 2 * SEEN_EVERY
    with database.reading() as connection:
        assert connection.scalar(sa.select(workers.c.beats)) == 1
    assert database.changes() == before
