"""Codes of facets: counted as the facets themselves, in step with the rows, and recounted by ``auscult verify``."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from auscult.domain.conversation import Agent, Queue
from auscult.domain.evaluation import Qualification
from auscult.domain.record import Grouping
from auscult.services.conversations.latest import Sought, breakdown
from auscult.storage import Store
from auscult.storage.core.database import Database
from auscult.storage.core.tables.pages import facet_codes
from auscult.storage.pages import breakdown as pages_breakdown
from auscult.storage.pages.facet_codes import BLOCK
from auscult.storage.pages.faceting import ASPECTS
from auscult.storage.store import AppStore
from tests.contract.conversations.test_latest import put
from tests.contract.storing import STARTED, TENANT, conversation

ANSWERS: Sequence[tuple[Qualification, Qualification]] = (("YES", "YES"), ("YES", "NO"), ("NO", "NA"), ("NO", "NO"))
AGENTS = (Agent(id="a-1", name="Ana"), Agent(id="a-2"))
BANK, SHOP = (Queue(id="qu-1", name="Bank"),), (Queue(id="qu-2"),)
BOUNDS = (STARTED, STARTED + timedelta(hours=3), STARTED + timedelta(days=9))
CODED: tuple[Grouping, ...] = tuple(ASPECTS)
MIXED: tuple[Grouping, ...] = ("intent", "outcome")
ROWS = BLOCK + 40
BANKING = Sought(queues=("bank",))


def put_some(app: AppStore, first: int, last: int, turn: int = 0) -> None:
    """Conversations of two queues, with other answers each ``turn``."""
    made = [
        conversation(
            f"c{n:03}",
            n * timedelta(minutes=3),
            agents=AGENTS[: n % 3],
            queues=BANK if n % 2 else SHOP,
            custom_fields={"turn": str(turn)},
        )
        for n in range(first, last)
    ]
    put(app, [(each, ANSWERS[(n + turn) % 4]) for n, each in enumerate(made, start=first)])


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """More conversations than a block has, and those that are found by one agent alone."""
    for first in range(0, ROWS, 100):
        put_some(app, first, min(first + 100, ROWS))
    return app


def counted(app: AppStore, url: str, *groupings: Grouping) -> list[object]:
    """Numbers of one queue: as they are counted, and as they are once there are no codes."""
    shown = breakdown(app, BANKING, groupings, BOUNDS)
    database = Database(url)
    with database.writing() as connection:
        kept = connection.execute(sa.select(facet_codes)).all()
        connection.execute(sa.delete(facet_codes))
        connection.execute(sa.text("UPDATE listings SET version = version + 1"))
    without = breakdown(app, BANKING, groupings, BOUNDS)
    with database.writing() as connection:
        connection.execute(sa.insert(facet_codes), [row._asdict() for row in kept])
        connection.execute(sa.text("UPDATE listings SET version = version + 1"))
    database.close()
    return [shown, without]


def test_codes_count_as_facets_do(app: AppStore, database_url: str) -> None:
    """Of every grouping, alone and together; a grouping without codes is counted by facets."""
    alone: list[tuple[Grouping, ...]] = [(each,) for each in CODED]
    for groupings in (*alone, CODED, MIXED):
        shown, without = counted(app, database_url, *groupings)
        assert shown == without
    outcomes = breakdown(app, BANKING, ("outcome",), BOUNDS)["outcome"]
    assert sum(sum(numbers) for numbers in outcomes.values()) == ROWS // 2


def test_codes_far_from_each_other_count_alike(
    app: AppStore, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are sorted then, because a table of them could be large."""
    near, _ = counted(app, database_url, *CODED)
    monkeypatch.setattr(pages_breakdown, "_WIDEST", 0)
    far, without = counted(app, database_url, *CODED)
    assert near == far == without


def test_few_rows_far_from_each_other_are_read_themselves(store: Store, database_url: str) -> None:
    """Fewer than there are blocks from the first to the last."""
    store.ensure(TENANT)
    app = store.within(TENANT)
    put_some(app, 0, 4)
    database = Database(database_url)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE listings SET rows_given = :given"), {"given": BLOCK * 20})
    database.close()
    put_some(app, 4, 8)
    shown, without = counted(app, database_url, *CODED)
    assert shown == without
    outcomes = breakdown(app, BANKING, ("outcome",), BOUNDS)["outcome"]
    assert sum(sum(numbers) for numbers in outcomes.values()) == 4


def test_what_changes_is_counted_as_it_is_now(app: AppStore, store: Store, database_url: str) -> None:
    """Decided again, moved to another queue, and erased."""
    put_some(app, 0, 60, turn=1)
    put(app, [(conversation("c061", timedelta(hours=4), queues=SHOP), ANSWERS[0])])
    assert app.conversations.erase("c063")
    shown, without = counted(app, database_url, *CODED)
    assert shown == without
    assert store.recount(TENANT) == []
    scored = breakdown(app, BANKING, ("outcome",), BOUNDS)["outcome"]
    assert sum(sum(numbers) for numbers in scored.values()) == ROWS // 2 - 2


MISSING = "DELETE FROM facet_codes WHERE block = 1 AND aspect = 2"
WRONG = (
    "UPDATE facet_codes SET codes = (SELECT a.codes FROM facet_codes AS a WHERE a.aspect = 1 AND a.block = 0) "
    "WHERE aspect = 0 AND block = 0"
)


@pytest.mark.parametrize("damage", [MISSING, WRONG])
def test_wrong_codes_are_found_and_written_again(app: AppStore, store: Store, database_url: str, damage: str) -> None:
    """`auscult verify` recounts them, and `auscult rebuild` begins with writing them again."""
    database = Database(database_url)
    with database.writing() as connection:
        connection.execute(sa.text(damage))
    database.close()
    assert [each.what for each in store.recount(TENANT)] == ["codes of listing 1"]
    store.rebuild_tallies(TENANT)
    assert store.recount(TENANT) == []
    shown, without = counted(app, database_url, *CODED)
    assert shown == without
