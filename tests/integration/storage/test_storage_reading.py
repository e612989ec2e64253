"""How much PostgreSQL reads for a page: about as much as the page shows, however much is stored."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from msgspec import structs

from auscult.domain.conversation import Queue
from auscult.storage import Store, new_secret_key, open_store
from auscult.storage.core.database import Database
from auscult.storage.core.dialect import Driver, Postgresql
from auscult.storage.core.instants import ms_of
from tests.contract.storing import STARTED, TENANT, conversation, put, query

pytestmark = pytest.mark.landing

ROWS = 3_000
LIMIT = 10
OTHER = structs.replace(TENANT, app_id="st-2")
QUEUES = {"queues": ("qu-0", "qu-1")}
SHAPES: tuple[dict[str, Any], ...] = (
    {},
    {"directions": ("outbound",)},
    {"queues": ("qu-0",)},
    QUEUES,
    {**QUEUES, "contact_channels": ("voice",)},
    {**QUEUES, "custom_fields": (("plan", "gold"),)},
)


READ = ("report_rows", "facet_rows")


def analyze(url: str) -> None:
    """Let PostgreSQL look at the tables that pages are read from."""
    with psycopg.connect(url, autocommit=True) as server:
        for table in READ:
            server.execute(f"VACUUM (ANALYZE) {table}".encode())


def fill(store: Store, first: int, last: int) -> None:
    """Put as many conversations into each of two apps."""
    for tenant in (TENANT, OTHER):
        store.ensure(tenant)
        made = (
            conversation(
                f"c-{n:04}",
                timedelta(minutes=n),
                queues=(Queue(f"qu-{n % 3}"),),
                direction="outbound" if n % 2 else "inbound",
                custom_fields={"plan": "gold" if n % 2 else "none"},
            )
            for n in range(first, last)
        )
        put(store.within(tenant), *made)


@pytest.fixture(params=["missing", "of a few rows", "true"])
def store(request: pytest.FixtureRequest, postgresql_url: str) -> Iterator[Store]:
    """Two apps with many rows each; statistics of them are missing, of a few rows, or true, and stay so."""
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        for table in READ:
            server.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)".encode())
    store = open_store(postgresql_url, new_secret_key())
    fill(store, 0, 4)
    if request.param == "of a few rows":
        analyze(postgresql_url)
    fill(store, 4, ROWS)
    if request.param == "true":
        analyze(postgresql_url)
    yield store
    store.close()


def rows_read(plan: dict[str, Any]) -> int:
    """How many rows the parts of a plan gave or passed over, all together."""
    mine = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return mine + sum(map(rows_read, plan.get("Plans", ())))


def scans(plan: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    """The parts of a plan that read a table."""
    if plan.get("Relation Name") == table:
        yield plan
    for each in plan.get("Plans", ()):
        yield from scans(each, table)


def plans_of(monkeypatch: pytest.MonkeyPatch, name: str) -> list[dict[str, Any]]:
    """The plan of each statement with a name in it that the server runs from now on."""
    plans: list[dict[str, Any]] = []
    fetch = Postgresql.fetch

    def explained(self: Postgresql, connection: Driver, text: str, values: dict[str, Any]) -> Any:
        if name in text:
            plan = connection.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + text, values, prepare=True).fetchone()
            plans.append(plan[0][0]["Plan"])
        return fetch(self, connection, text, values)

    monkeypatch.setattr(Postgresql, "fetch", explained)
    return plans


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The plan of each page of rows that was asked for."""
    return plans_of(monkeypatch, "body")


@pytest.mark.landing
def test_pages_read_about_what_they_show(store: Store, pages: list[dict[str, Any]]) -> None:
    """Asked for the first time, with values planned for and after many others, and again, wherever they begin.

    Whatever PostgreSQL's statistics say.
    """
    for apps in ((TENANT,), (TENANT, OTHER)):
        everything = query(app_ids=tuple(each.app_id for each in apps), limit=LIMIT)
        for shape in SHAPES:
            for skip in (*range(8), 600):
                wanted = structs.replace(everything, skip=skip, **shape)
                del pages[:]
                found = [store.across(apps, wanted).rows for _ in range(2)]
                assert len(found[0]) == LIMIT
                assert found[0] == found[1]
                read = list(map(rows_read, pages))
                if skip < LIMIT:
                    assert max(read) < ROWS / 3, (apps, wanted, read)
                elif len(apps) == 1:
                    assert read[-1] < ROWS / 3, (wanted, read)


def test_totals_of_several_queues_and_apps_read_their_tallies(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by queue and app, and not among those of all."""
    plans = plans_of(monkeypatch, "tallies")
    since_ms, until_ms = (ms_of(STARTED + timedelta(minutes=minutes)) for minutes in (90, ROWS - 90))
    for apps in ((TENANT,), (TENANT, OTHER)):
        for shape in ({}, QUEUES):
            everything = query(app_ids=tuple(each.app_id for each in apps), since_ms=since_ms, until_ms=until_ms)
            wanted = structs.replace(everything, limit=LIMIT, **shape)
            del plans[:]
            assert store.across(apps, wanted).total == len(apps) * (ROWS - 180) * (2 if shape else 3) // 3
            read = [each for plan in plans for each in scans(plan, "tallies")]
            assert read
            assert all("facet = " in each.get("Index Cond", "") for each in read), read


def test_readers_are_planned_for_little(postgresql_url: str) -> None:
    """A statement is planned once; what is worked out anew, by its values."""
    database = Database(postgresql_url)
    with database.reader() as reader:
        shown = [reader.fetch(f"SHOW {name}", {})[0][0] for name in ("plan_cache_mode", "jit")]
        with reader.snapshot():
            assert reader.fetch("SHOW plan_cache_mode", {}) == [("auto",)]
    database.close()
    assert shown == ["force_generic_plan", "off"]
