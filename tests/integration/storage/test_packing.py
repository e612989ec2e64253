"""Packed documents: what is read is what was stored, in fewer bytes, and dictionaries never change."""

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256

import pytest
import sqlalchemy as sa

from auscult import bootstrap
from auscult.config import Settings
from auscult.reports import REPORTS
from auscult.services.scoring.rebuild import render_outdated
from auscult.storage.core.database import Database
from auscult.storage.core.packing import DICTIONARIES, NUMBERS, CorruptError, pack, unpack
from tests.golden.storing import TENANT, conversations, page, process
from tools.dictionaries import DICTIONARY_BYTES, made

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
DIGEST = "ce4a2f71d2dc17349aca6afa87779a857dcf81f138894fb4db0d828034b14142"
"""Of the first seven dictionaries: one that changed would make what was packed with it unreadable."""
WHOLE = {"startDate": "2026-01-01", "endDate": "2026-12-31"}
TABLES = ("report_rows", "conversations", "insights")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database whose bytes are read as they are stored."""
    with closing(Database(database_url)) as database:
        yield database


def raw(database: Database, table: str) -> list[bytes]:
    """Bodies as they are stored."""
    with database.reading() as connection:
        return [bytes(body) for (body,) in connection.execute(sa.text(f"SELECT body FROM {table}"))]  # noqa: S608


def test_dictionaries_are_those_that_stored_documents_need() -> None:
    """Every number has its file, and no file ever changes."""
    assert sha256(b"".join(DICTIONARIES[number] for number in range(1, 8))).hexdigest() == DIGEST
    assert set(NUMBERS.values()) <= DICTIONARIES.keys()


def test_a_document_is_unpacked_as_it_was() -> None:
    """Of any kind, in any letters; plain JSON is read as it is, and what was cut off is refused."""
    body = '{"turns":[{"text":"Grüße, 日本"}],"id":"c-1"}'.encode() + DICTIONARIES[4][:900]
    for kind in NUMBERS:
        packed = pack(body, kind)
        assert unpack(packed) == body
        assert len(packed) < len(body)
        with pytest.raises(CorruptError):
            unpack(packed[:-3])
    assert (pack(body, "aaconversation"), pack(b"{}", "rawdata"), unpack(b"[]"), unpack(b"")) == (
        body,
        b"{}",
        b"[]",
        b"",
    )
    with pytest.raises(CorruptError):
        unpack(b"\x1fnothing")


def test_stored_documents_are_packed_in_the_background_and_unpacked_on_the_way_back(
    database_url: str, database: Database, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of an earlier version can be read; workers pack them in steps, verify compares them, a step back unpacks them."""
    monkeypatch.setattr("auscult.services.scoring.rebuild.AT_ONCE", 3)
    settings = Settings(database_url=database_url, secret_key=KEY, state_dir=str(tmp_path))
    with bootstrap.open(settings) as application:
        store = application.store
        store.ensure(TENANT)
        process(store, conversations("rawdata"), bootstrap.evaluator(settings))
        shown = {report: page(store, report, **WHOLE) for report in ("rawdata", "scorereporting")}
        packed = {table: raw(database, table) for table in TABLES}
        assert all(min(body[0] for body in packed[table]) < ord(" ") for table in TABLES)
        with database.writing() as connection:
            for table in TABLES:
                for body in packed[table]:
                    plain = {"plain": unpack(body), "packed": body}
                    connection.execute(sa.text(f"UPDATE {table} SET body = :plain WHERE body = :packed"), plain)  # noqa: S608
            for table in TABLES[1:]:
                connection.execute(sa.text(f"UPDATE {table} SET readable = NULL"))  # noqa: S608
            connection.execute(sa.text("UPDATE apps SET rows_version = 5"))
        assert {report: page(store, report, **WHOLE) for report in shown} == shown
        assert render_outdated(store, REPORTS, lambda _s: True) == 3
        assert store.outdated() is not None
        assert render_outdated(store, REPORTS, lambda _s: False) == len(packed["conversations"]) - 3
        assert {table: sorted(raw(database, table)) for table in TABLES} == {k: sorted(v) for k, v in packed.items()}
        assert application.verify() == []
        with database.writing() as connection:
            connection.execute(sa.text("UPDATE insights SET readable = :by_hand"), {"by_hand": b"{}"})
        assert {each.split(" of ")[0] for each in application.verify()} == {"insights"}
    while bootstrap.plan_migrations(settings).current != "0307":
        bootstrap.step_back(settings)
    with database.reading() as connection:
        assert connection.scalar(
            sa.text("SELECT count(*) FROM v_insights JOIN v_conversations USING (conversation_id)")
        )
    assert {table: sorted(raw(database, table)) for table in TABLES} == {
        table: sorted(map(unpack, bodies)) for table, bodies in packed.items()
    }


def test_a_dictionary_is_the_end_of_the_documents_that_it_is_made_of() -> None:
    """It is no longer than the window allows."""
    bodies = [b'{"n":%d,"text":"%b"}' % (n, b"word " * 400) for n in range(9)]
    assert made(bodies) == b"".join(bodies)[-DICTIONARY_BYTES:]
