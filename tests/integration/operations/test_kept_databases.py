"""Databases that earlier versions made (``upgrade/make.py``): migrated, they have every row, and the tables of a new one."""

import json
import re
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from auscult.storage import migrate, newest_version
from auscult.storage.core.baseline import missing_triggers
from auscult.storage.core.database import Database
from auscult.storage.core.migrations.alongside import NAME as ALONGSIDE
from auscult.storage.core.packing import unpack
from tests.databases import database
from tests.integration.operations.upgrade.make import ANN, APP, EVE, GONE, LEE, Commands, call

pytestmark = pytest.mark.landing

HERE = Path(__file__).parent / "upgrade"
CHANGED: dict[str, str] = {
    **{
        f"conversations.{column}": "0301_calls: events tool:NAME are calls"
        for column in ("body", "digest", "size", "delivered")
    },
    "tallies": "0309_days: rows are counted by the hour on days with many",
    "said.words": "0310_words: PostgreSQL indexes what the column was made of",
}
"""Tables and columns (``table.column``) whose rows a migration changes -> the migration and its effect."""


@pytest.fixture(params=sorted(HERE.glob("auscult-*.tar.xz")), ids=lambda path: path.name.removesuffix(".tar.xz"))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Commands]:
    """Each stored database, not yet migrated."""
    with tarfile.open(request.param) as tar:
        tar.extractall(tmp_path, filter="data")
    if ".sqlite." in request.param.name:
        yield Commands(f"sqlite:///{tmp_path / 'auscult.db'}", tmp_path)
        return
    dump = (tmp_path / "auscult.sql").read_text(encoding="utf-8")
    with database("postgresql", request.getfixturevalue("postgresql_server"), tmp_path, is_empty=True) as url:
        with psycopg.connect(url) as connection:  # without what only psql understands
            connection.execute(re.sub(r"^\\.*\n", "", dump, flags=re.MULTILINE).encode())
        yield Commands(url, tmp_path)


def rows_of(url: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table, in any order."""
    with closing(Database(url)) as opened, opened.reading() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if not name.startswith("said_words")]
        found = {name: list(connection.execute(sa.text(f'SELECT * FROM "{name}"')).mappings()) for name in names}  # noqa: S608
    return {name: [dict(row) for row in rows] for name, rows in found.items()}


def shape_of(url: str) -> dict[str, Any]:
    """Return tables with columns, keys, constraints and indexes, views, triggers and compression of a database."""
    with closing(Database(url)) as opened, opened.reading() as connection:
        found = sa.inspect(connection)
        tables = {
            name: {
                "columns": {one["name"]: (str(one["type"]), one["nullable"], one["default"]) for one in found.get_columns(name)},
                "key": sorted(found.get_pk_constraint(name)["constrained_columns"]),
                "references": sorted(str((one["constrained_columns"], one["referred_table"], one["options"])) for one in found.get_foreign_keys(name)),
                "indexes": sorted(str((one["name"], one["column_names"], one["unique"])) for one in found.get_indexes(name)),
                "unique": sorted(str(one["column_names"]) for one in found.get_unique_constraints(name)),
                "checks": sorted(str(one["sqltext"]) for one in found.get_check_constraints(name)),
            }
            for name in found.get_table_names()
        }  # fmt: skip
        views = {name: found.get_view_definition(name) for name in found.get_view_names()}
        more = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        if not opened.dialect.is_embedded:
            more = """SELECT attrelid::regclass::text, attname, attcompression::text FROM pg_attribute
                JOIN pg_class ON pg_class.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace AND attcompression <> ''
                UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger
                WHERE NOT tgisinternal ORDER BY 1, 2"""
        return {"tables": tables, "views": views, "more": [tuple(row) for row in connection.execute(sa.text(more))]}


def test_every_row_is_there_afterwards(kept: Commands) -> None:
    """Each row of each table has the values that it had, unless ``CHANGED`` names the migration that changes them."""
    before = rows_of(kept.url)
    assert sum(bool(rows) for rows in before.values()) > 60
    migrate(kept.url)
    after = rows_of(kept.url)
    assert after.pop("alembic_version") == [{"version_num": newest_version()}]
    after["counters"] = [row for row in after["counters"] if row["name"] != ALONGSIDE]
    for table in before.keys() - CHANGED.keys() - {"alembic_version"}:
        columns = [one for one in (before[table] or [{}])[0] if f"{table}.{one}" not in CHANGED]
        was, now = ([[row[one] for one in columns] for row in rows[table]] for rows in (before, after))
        assert sorted(map(repr, now)) == sorted(map(repr, was)), table


def test_its_tables_are_those_of_a_new_database(kept: Commands, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A definition that changes without a migration, or otherwise than by it, is found here."""
    kind = "sqlite" if kept.url.startswith("sqlite") else "postgresql"
    migrate(kept.url)
    server = "" if kind == "sqlite" else request.getfixturevalue("postgresql_server")
    (tmp_path / "new").mkdir()
    with database(kind, server, tmp_path / "new") as new:
        assert shape_of(kept.url) == shape_of(new)
    with closing(Database(kept.url)) as opened, opened.reading() as connection:
        assert missing_triggers(connection) == []


def test_the_product_reads_what_is_in_it(kept: Commands) -> None:
    """Scores of two versions, decided disputes, corrections, an erasure, a recording, who is disabled; ``verify`` passes."""
    kept("migrate")
    told = {name: kept(name, "list", *APP, "--json") for name in ("conversations", "disputes", "corrections", "users")}
    seen = {one["id"]: (one["form"]["version"], one["score"]) for one in told["conversations"].lines}
    assert {name: seen[name] for name in ("c-0", "c-2", "c-8")} == {"c-0": (1, 100), "c-2": (2, 50), "c-8": (2, 50)}
    assert seen.keys().isdisjoint({"c-6", "c-9"}), "one was erased, one was left out of figures"
    decided = {one["conversation_id"]: one["state"] for one in told["disputes"].last["items"]}
    assert decided == {"c-0": "accepted", "c-2": "denied"}
    assert {one["kind"] for one in told["corrections"].last["items"]} == {"queue", "excluded"}
    states = {one["email"]: one["state"] for one in told["users"].lines}
    assert states == {ANN: "active", LEE: "active", EVE: "active", GONE: "disabled"}
    assert kept("recordings", "list", "c-1", *APP, "--json").last["duration_ms"] == 1000
    (its,) = (one for one in rows_of(kept.url)["conversations"] if one["conversation_id"] == "c-0")
    stored = json.loads(unpack(its["body"]))
    assert stored["calls"] == [{"id": "c1", "name": "balance", "start_ms": 13000}]
    assert [each["type"] for each in stored["events"]] == ["hold"]
    again = kept("load", kept.file("again.ndjson", f"{call(0)}\n{call(7)}"), *APP, "--json").last
    assert (again["accepted"], again["unchanged"]) == (2, 2), "a call has the id and the digest that it is read with"
    assert "agree" in kept("verify").out
    assert "is whole" in kept("verify", "--log").out
