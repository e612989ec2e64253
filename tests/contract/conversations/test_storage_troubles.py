"""Trouble of a database: named, so that a client comes again, and logged without the values of a statement."""

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.storing import conversation


def test_a_fault_of_a_statement_is_no_trouble_and_shows_no_value(store: Store) -> None:
    """What people said may be a value of a statement: the message of its error shows none (they are logged)."""
    wrong = sa.text("SELECT :said AS said FROM nowhere").bindparams(said="my secret words")
    with pytest.raises(DBAPIError) as caught, store._database.reading() as connection:
        connection.execute(wrong)
    assert "secret" not in str(caught.value)
    assert store.trouble_of(caught.value) is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # a file has no connection
def test_a_connection_that_is_cut_is_away(store: Store) -> None:
    """Though the database answers again when it is asked: the request did no harm, and may be sent again."""
    with store._database.reading() as connection:
        pid = connection.scalar(sa.select(sa.func.pg_backend_pid()))
        with store._database.reading() as other:
            other.execute(sa.select(sa.func.pg_terminate_backend(pid)))
        with pytest.raises(DBAPIError) as caught:
            connection.execute(sa.select(1))
    raised = RuntimeError("raised from it")
    raised.__cause__ = caught.value
    assert store.trouble_of(raised) == "away"
    assert store.is_ready()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the growth of a file can be limited here
def test_a_disk_that_is_full_is_named(store: Store, app: AppStore) -> None:
    """Nothing of what was sent is stored, and who sent it hears to come again."""

    def keep_small(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # it becomes what the file has

    event.listen(store._database.engine, "begin", keep_small)
    full: Exception | None = None
    for number in range(2_000):
        try:
            app.conversations.accept([conversation(f"c-{number}")])
        except DBAPIError as error:
            full = error
            break
    assert full is not None
    assert store.trouble_of(full) == "full"
