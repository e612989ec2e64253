"""Rows of periods, read once for a page: counted as the lists, in whichever order and parts they were read."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from auscult.domain.conversation import Queue
from auscult.domain.evaluation import Qualification
from auscult.services.conversations.latest import Sought, count
from auscult.services.insights.quality import Passed, by_name, by_period, numbers_of_intents, passed
from auscult.storage.core.database import Database
from auscult.storage.core.tables.pages import facet_codes
from auscult.storage.pages.facet_codes import BLOCK
from auscult.storage.store import AppStore
from tests.contract.conversations.test_latest import put
from tests.contract.storing import STARTED, conversation
from tests.data_files import data_of

ANSWERS: Sequence[tuple[Qualification, Qualification]] = (("YES", "YES"), ("YES", "NO"), ("NO", "NA"), ("NO", "NO"))
BANK, SHOP, DESK = Queue(id="qu-1", name="Bank"), Queue(id="qu-2"), Queue(id="qu-3")
LONG = "Lost card " * 25
"""A name of more letters than an index holds."""
HOUR = timedelta(hours=1)
BANKING = Sought(queues=("bank",))


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """Forty conversations, one an hour; most in the queue of the bank, some in several queues, about two intents."""
    for intent in ("Fees", LONG):
        made = [
            conversation(f"c{n:02}", n * HOUR, queues=((BANK,), (BANK, SHOP), (SHOP, DESK), (BANK, SHOP, DESK))[n % 4])
            for n in range(0 if intent == "Fees" else 1, 40, 2)
        ]
        put(app, [(each, ANSWERS[(n // 2) % 4]) for n, each in enumerate(made)], intent=intent)
    return app


def hours(app: AppStore, *bounds: int) -> list[Passed]:
    """Count who passed between hours since the first conversation."""
    spans = [(STARTED + since * HOUR, STARTED + until * HOUR) for since, until in pairwise(bounds)]
    return [each.passed for each in by_period(app, BANKING, spans, ("outcome",))]


@pytest.mark.parametrize("asked", data_of(__file__, "any_parts_add_up_to_a_period"))
def test_any_parts_add_up_to_a_period(app: AppStore, asked: Sequence[tuple[int, ...]]) -> None:
    """Periods with gaps, overlapping and empty ones: each has the numbers of its list."""
    for bounds in asked:
        found = hours(app, *bounds)
        assert found == [passed(app, BANKING, each.since, each.until) for each in found]
        for each in found:
            within = replace(BANKING, since=each.since, until=each.until)
            assert each.passed == count(app, replace(within, outcomes=("passed",)))
            assert each.scored == each.passed + count(app, replace(within, outcomes=("failed",)))


@pytest.mark.parametrize("is_coded", [True, False])
def test_names_have_the_outcomes_of_their_lists(app: AppStore, database_url: str, *, is_coded: bool) -> None:
    """Names that are too long for an index too; and all names where rows have no codes."""
    if not is_coded:
        database = Database(database_url)
        with database.writing() as connection:
            connection.execute(sa.delete(facet_codes))
        database.close()
    _are_as_listed(app)


def test_names_of_rows_far_from_each_other_have_the_outcomes_of_their_lists(app: AppStore, database_url: str) -> None:
    """Fewer rows than there are blocks from the first to the last: their codes are not read."""
    database = Database(database_url)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE listings SET rows_given = :given"), {"given": BLOCK * 1_000})
    database.close()
    put(app, [(conversation("far", HOUR, queues=(BANK,)), ANSWERS[0])], intent="Fees")
    _are_as_listed(app)


def _are_as_listed(app: AppStore) -> None:
    bounds = (STARTED, STARTED + 13 * HOUR, STARTED + 60 * HOUR)
    spans = tuple(pairwise(bounds))
    for name, (before, now) in by_name(app, BANKING, "intent", ["fees", LONG, "none"], spans).items():
        of_it = replace(BANKING, intents=(name,))
        assert [before, now] == [passed(app, of_it, *span) for span in spans]
        numbers = tuple(count(app, replace(of_it, since=since, until=until)) for since, until in spans)
        assert numbers_of_intents(app, BANKING, ["fees", LONG, "none"], bounds)[name] == numbers
        assert bool(numbers[1]) == (name != "none")
    about = Sought(intents=("fees",))
    for name, found in by_name(app, about, "queue", ["Bank", "qu-2", "none"], spans).items():
        assert list(found) == [passed(app, replace(about, queues=(name,)), *span) for span in spans]


@pytest.mark.parametrize(
    ("queues", "number"),
    [(("bank", "qu-2"), 40), (("bank", "qu-1"), 30), (("qu-2", "qu-3"), 30), (("bank", "qu-2", "qu-3"), 40)],
)
def test_a_conversation_of_several_queues_is_counted_once(app: AppStore, queues: tuple[str, ...], number: int) -> None:
    """Among two queues as among three; the name and the id of a queue are two of its facets."""
    assert count(app, Sought(queues=queues)) == number
    assert (
        count(app, Sought(queues=queues, intents=("fees",))) + count(app, Sought(queues=queues, intents=(LONG,)))
        == number
    )
