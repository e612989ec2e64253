"""Rows counted by hours on crowded days, by minutes in crowded hours, and by seconds in crowded minutes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from auscult.domain.conversation import Queue
from auscult.storage import Store, migrate
from auscult.storage.core import migrations
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.pages import facets, tallies
from auscult.storage.pages.rollups import CROWD
from auscult.storage.store import AppStore
from tests.contract.storing import REPORT, STARTED, TENANT, conversation, names, put, query

MINUTE = timedelta(minutes=1)
ROWS = CROWD * 2
QUEUE = Queue("qu-1")


def starts() -> Iterator[timedelta]:
    """Of an hour, in order: every other row in its eighth minute, so that both are crowded."""
    for n in range(ROWS // 2):
        yield MINUTE * 7 * n / (ROWS // 2)
    for n in range(ROWS // 2 + 2):
        yield MINUTE * 7 + MINUTE * n / ROWS


def levels(store_url: str) -> dict[tuple[str, int], int]:
    """How many rows are counted at each level, of all and of queues."""
    name = sa.func.coalesce(facets.c.name, "all")
    database = Database(store_url)
    with database.reading() as connection:
        counts = sa.select(name, tallies.c.level, sa.func.sum(tallies.c.n))
        joined = counts.outerjoin_from(tallies, facets, facets.c.facet == tallies.c.facet)
        rows = list(connection.execute(joined.group_by(name, tallies.c.level)))
    database.close()
    return {(name, level): int(n) for name, level, n in rows if n and name in ("all", "queue")}


@pytest.mark.landing
def test_a_crowded_hour_is_counted_by_its_parts_until_it_is_not(store: Store, app: AppStore, database_url: str) -> None:
    """Batch after batch the parts agree with the rows and every position is found; what is erased is counted no more."""
    made = [
        conversation(f"c-{n:04}", after, queues=(QUEUE,) if n % 3 else (), channel="chat" if n % 5 else "voice")
        for n, after in enumerate(starts())
    ]
    keys = [one.id for one in made]
    for start in range(0, len(made), 300):
        put(app, *made[start : start + 300])
        for skip in (0, start // 2, start - 1, start, start + 100):
            found = app.conversations.page(query(skip=max(skip, 0), limit=2, until_ms=ms_of(STARTED + MINUTE * 9)))
            wanted = [f"{key}/1/{REPORT}".encode() for key in keys[: start + 300][max(skip, 0) :][:2]]
            assert (list(found.rows), found.total) == (wanted, min(start + 300, len(made)))
    queued = [one.id for one in made if one.queues]
    assert levels(database_url) == {
        **{("all", level): len(made) for level in (-1, 0, 1, 2, 3)},
        **{("queue", level): len(queued) for level in (-1, 0, 1, 2, 3)},
        ("all", -2): ROWS // 2 + 2,
    }
    assert names(app, queues=("qu-1",), skip=600, limit=2) == [f"{key}/1/{REPORT}" for key in queued[600:602]]
    assert store.recount(TENANT) == []

    put(app, *(conversation(one.id, MINUTE * 11) for one in made[-2:]))
    assert ("all", -2) not in levels(database_url), "half of them are no crowd"
    assert store.recount(TENANT) == []
    put(app, *(conversation(one.id, timedelta(days=n)) for n, one in enumerate(made[CROWD + 1 :], start=1)))
    assert store.recount(TENANT) == []
    assert {level for _, level in levels(database_url)} == {-1, 0, 1, 2, 3}
    assert app.conversations.erase(made[0].id)
    assert {level for _, level in levels(database_url)} == {0, 1, 2, 3}
    assert store.recount(TENANT) == []
    app.erasure.erase_all(keys[1 : CROWD // 4 * 3 + 2])
    assert {level for _, level in levels(database_url)} == {1, 2, 3}, "of so few that day not even the hours"
    assert store.recount(TENANT) == []


@pytest.mark.landing
def test_a_crowd_that_is_erased_at_once_is_counted_as_a_whole(store: Store, app: AppStore, database_url: str) -> None:
    """Hour and minute are crowded no more, and both parts go in the same step."""
    made = [conversation(f"c-{n:04}", after, queues=(QUEUE,) if n % 3 else ()) for n, after in enumerate(starts())]
    put(app, *made)
    assert {level for _, level in levels(database_url)} == {-2, -1, 0, 1, 2, 3}
    app.erasure.erase_all([one.id for one in made[ROWS // 4 : -10]])
    assert {level for _, level in levels(database_url)} == {0, 1, 2, 3}
    assert store.recount(TENANT) == []


@pytest.mark.landing
@pytest.mark.parametrize(
    "damage", ["DELETE FROM tallies WHERE level = -1", "UPDATE tallies SET n = n + 1 WHERE level = -1"]
)
def test_parts_that_are_wrong_are_told_and_made_anew(
    store: Store, app: AppStore, database_url: str, damage: str
) -> None:
    """`auscult verify` recounts them, `auscult rebuild` and `verify --repair` begin with counting them anew."""
    put(app, *(conversation(f"c-{n}", MINUTE * n / 20) for n in range(CROWD + 1)))
    database = Database(database_url)
    with database.writing() as connection:
        connection.execute(sa.text(damage))
    database.close()
    found = store.recount(TENANT)
    assert {each.what.partition("'cell'")[0] for each in found if "'facet': 0" in each.what} == {
        f"tally {{'listing': 1, 'facet': 0, 'level': -1, 'bucket': {ms_of(STARTED) // 60_000 + n}, " for n in range(26)
    }
    store.rebuild_tallies(TENANT)
    assert store.recount(TENANT) == []


@pytest.mark.landing
def test_hours_are_counted_again_on_the_way_back(store: Store, app: AppStore, database_url: str) -> None:
    """A step back counts the hours of every day, before 1970 too; migrating again leaves those of crowded days."""
    many = [conversation(f"c-{n}", MINUTE * n / 20, queues=(QUEUE,)) for n in range(CROWD // 4 + 1)]
    put(
        app,
        *many,
        *(conversation(f"o-{n}", -timedelta(days=30_000, minutes=n * 20), queues=(QUEUE,)) for n in range(9)),
    )
    counted = levels(database_url)
    assert counted["all", 0] == counted["queue", 0] == len(many)
    while migrations.plan_migrations(database_url).current != "0308":
        migrations.step_back(database_url)
    before = levels(database_url)
    assert before["all", 0] == before["queue", 0] == before["all", 1] == len(many) + 9
    migrate(database_url)
    assert levels(database_url) == counted
    assert store.recount(TENANT) == []
