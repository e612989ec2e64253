"""Several conversations erased in one transaction leave the tables that erasing them one after the other leaves."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.calibration.session import Item, Rater, Session
from auscult.domain.coaching.item import Clip, Coaching, Note
from auscult.domain.conversation import Agent, Customer, Queue
from auscult.domain.disputes.dispute import Dispute
from auscult.domain.errors import ConflictError
from auscult.services.privacy.holds import place_hold
from auscult.services.privacy.log import record, verify
from auscult.storage import open_store
from auscult.storage.core.database import Database
from auscult.storage.core.packing import Packed
from auscult.storage.core.tables.base import METADATA
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.delivery import changes
from auscult.storage.core.tables.history import backfill_chunks, backfill_mentions
from auscult.storage.core.tables.recordings import recording_removals
from auscult.storage.store import AppStore
from tests.contract.storing import STARTED, TENANT, conversation, put
from tests.data_files import tuples_of
from tests.databases import KEY, Content, database

ANN = "user:ann@example.com"
NAMES = tuple(f"c-{n}" for n in range(1, 8))
ORDER = ("c-3", "c-4", "c-live", "c-1", "c-none", "c-6", "c-7", "c-2")
"""Conversations to erase. Of these, c-4 and c-6 are on hold; c-5 is not among them."""
ERASED = ("c-3", "c-live", "c-1", "c-7", "c-2")
ABOUT = [table for table in METADATA.sorted_tables if {"conversation", "conversation_id"} & set(table.c.keys())]
PARTS = [
    table
    for table in METADATA.sorted_tables
    if table not in ABOUT
    and any(key.column.table in ABOUT and key.column.name != "conversation" for key in table.foreign_keys)
]
"""Tables about conversations, and tables about their rows."""
MOVING = tuples_of(__file__, "moving")
"""Columns that depend on when something was written, and how often."""


def session() -> Session:
    """A calibration of conversations of which some are erased."""
    items = tuple(Item(number=n, conversation_id=name, why=name) for n, name in enumerate(NAMES[:5], start=1))
    raters = (Rater(name="ada"), Rater(name="bea"))
    made = {"form_id": "ef-1", "form_version": 1, "created_by": "ada", "created_at": STARTED}
    return Session(session_id="ca-1", name="Greetings", items=items, raters=raters, **made)


def coaching(name: str, *conversation_ids: str) -> Coaching:
    """An item that points at conversations."""
    clips = tuple(Clip(conversation_id=each, note=each) for each in conversation_ids)
    notes = (Note(by="sam", side="coach", at=STARTED, text="Zofia"),)
    return Coaching(
        coaching_id=name,
        agent_id="a-1",
        coach="sam",
        goal=f"Greet {name}",
        clips=clips,
        notes=notes,
        created_at=STARTED,
    )


def dispute(number: int, conversation_id: str) -> bytes:
    """A dispute that quotes a conversation."""
    found = Dispute(
        dispute_id=f"di-{number}",
        assignment_id=f"as-{number}",
        conversation_id=conversation_id,
        metric_id="em-1",
        round=1,
        state="open",
        form_id="ef-1",
        form_version=1,
        queue="qu-1",
        agent_id="a-1",
        auditor="ada",
        raised_by="bea",
        raised_at=STARTED,
        due_at=STARTED,
        comment=f"in {conversation_id}",
        answer="YES",
        proposed="NO",
        decided_by=None,
        decided_at=None,
        reason="",
        decided_answer=None,
    )
    return msgspec.json.encode(found)


def fill(url: str) -> None:
    """Put conversations in, and rows about each of them into every table that has any."""
    store = open_store(url, KEY)
    store.ensure(TENANT)
    app = store.within(TENANT)
    put(
        app,
        *(
            conversation(
                name,
                timedelta(minutes=n),
                customer=Customer(id="u-held" if name == "c-6" else f"u-{n}"),
                agents=(Agent(id="a-1"),),
                queues=(Queue(f"qu-{n % 2}"),),
                custom_fields={"plan": f"plan {n // 3}", "own": name},
            )
            for n, name in enumerate(NAMES)
        ),
    )
    failed = app.conversations.accept([conversation("c-7", language="de"), conversation("c-5", language="de")])
    app.conversations.record(failed.batch_id or "", [], failure="c-7: ValueError: secret")
    for name in (*NAMES, "c-3"):
        record(app, ANN, "conversation.read_unredacted", f"conversation:{name}", turn="m1")
    app.coaching.save([coaching("co-1", "c-1", "c-2", "c-5"), coaching("co-2", "c-3", "c-4"), coaching("co-3", "c-5")])
    app.calibrations.save(session())
    place_hold(app, ANN, "conversation", "c-4", "a lawsuit")
    place_hold(app, ANN, "customer", "u-held", "a lawsuit")
    store.close()
    tables = Database(url)
    with tables.writing() as connection:
        for table in (*ABOUT, *PARTS, METADATA.tables["exports"], METADATA.tables["export_parts"]):
            _fill(connection, table)
        every = sa.select(conversations.c.conversation, backfill_chunks.c.chunk).join(backfill_chunks, sa.true())
        missing = every.except_(sa.select(backfill_mentions.c.conversation, backfill_mentions.c.chunk))
        connection.execute(sa.insert(backfill_mentions).from_select(["conversation", "chunk"], missing))
        live = METADATA.tables["live_conversations"]
        connection.execute(sa.insert(live).values(_row(connection, live, 0, "c-live")))
        connection.execute(sa.insert(recording_removals).values(location="location-1", due_at=1))
    tables.close()


def _fill(connection: Connection, table: sa.Table) -> None:
    """Insert a row for each conversation, unless the table has some; those that it refers to first."""
    if connection.scalar(sa.select(sa.func.count()).select_from(table)):
        return
    for key in table.foreign_keys:
        _fill(connection, key.column.table)
    for number, name in enumerate(NAMES, start=1):
        with connection.begin_nested():
            if not _is_there(connection, table, row := _row(connection, table, number, name)):
                connection.execute(sa.insert(table).values(row))


def _is_there(connection: Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Return whether there is a row with this key already, as of what an app has one of."""
    keys = [column for column in table.primary_key if column.name in row]
    same = sa.select(sa.func.count()).select_from(table).where(*(column == row[column.name] for column in keys))
    return bool(keys) and bool(connection.scalar(same))


def _row(connection: Connection, table: sa.Table, number: int, name: str) -> dict[str, Any]:
    """Return a row about a conversation, the ``number``-th."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.foreign_keys:
            (key,) = column.foreign_keys
            there = list(connection.scalars(sa.select(key.column).order_by(key.column)))
            row[column.name] = there[(number - 1) % len(there)]
        elif column is not table.autoincrement_column:
            row[column.name] = _value(table, column, number, name)
    if table.name == "assignments" and number % 2:
        row["draw"] = None
    return row


def _value(table: sa.Table, column: sa.Column[Any], number: int, name: str) -> object:
    named = [{"conversation_id": each} for each in NAMES] + [f"{each}: no" for each in NAMES]
    own: dict[str, object] = {
        f"{table.name}.conversation_id": name,
        "disputes.body": dispute(number, name),
        "backfill_chunks.result": msgspec.json.encode(named),
        "pins.removed_at": None,
        "exports.state": ("done", "running", "waiting")[number % 3],
    }
    by_type = {sa.Boolean: False, sa.Integer: number, sa.Double: number / 10}
    by_type |= dict.fromkeys((sa.LargeBinary, Packed), b"%d" % number)
    usual = next((value for kind, value in by_type.items() if isinstance(column.type, kind)), f"{column.name}-{number}")
    return own.get(f"{table.name}.{column.name}", usual)


CONTENT = Content("conversations with rows in every table", fill)


def contents(url: str) -> dict[str, list[str]]:
    """Every table's rows, as text, without what moves."""
    tables, found = Database(url), {}
    with tables.reading() as connection:
        for table in METADATA.sorted_tables:
            columns = [column for column in table.columns if column.name not in MOVING.get(table.name, ())]
            rows = connection.execute(sa.select(*columns)).all() if table.name != "change_counts" else []
            found[table.name] = sorted(re.sub(r'"changes":\d+', "", repr(tuple(row))) for row in rows)
    tables.close()
    return found


def one_by_one(app: AppStore) -> Iterator[str]:
    """Erase in a transaction each; yield what stays for a hold."""
    for name in ORDER:
        try:
            assert app.erasure.erase(name, principal=ANN) is (name in ERASED)
        except ConflictError:
            yield name


def together(app: AppStore) -> Iterator[str]:
    """Erase in one transaction."""
    done = app.erasure.erase_all(ORDER, principal=ANN)
    assert tuple(done.ids) == ERASED
    yield from done.held


@pytest.mark.landing
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_together_as_one_after_the_other(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The same rows in every table, with the holds respected; every table about conversations has lost something."""
    server = request.getfixturevalue("postgresql_server") if kind == "postgresql" else ""
    ways: tuple[Callable[[AppStore], Iterator[str]], ...] = (one_by_one, together)
    left: list[dict[str, list[str]]] = []
    for way in ways:
        folder = tmp_path / way.__name__
        folder.mkdir()
        with database(kind, server, folder, content=CONTENT) as url:
            before = contents(url)
            store = open_store(url, KEY)
            app = store.within(TENANT)
            assert list(way(app)) == ["c-4", "c-6"]
            assert verify(store) == []
            with store._database.reading() as connection:
                fed = sa.select(changes.c.conversation_id).where(changes.c.kind == "erased").order_by(changes.c.change)
                assert list(connection.scalars(fed)) == [name for name in ERASED if name != "c-live"]
            store.close()
            left.append(contents(url))
        stays = [table.name for table in (*ABOUT, *PARTS) if before[table.name] == left[-1][table.name]]
        assert stays == []
        assert [name for name in ERASED if any(name in row for row in left[-1]["conversations"])] == []
    for name, rows in left[0].items():
        assert left[1][name] == rows, name
