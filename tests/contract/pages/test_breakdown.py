"""Numbers of conversations by property and period: what one reading adds up equals what is counted one by one."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import product

import pytest
from msgspec.structs import replace

from auscult.domain.contact import Contact, Survey
from auscult.domain.conversation import Agent, Queue
from auscult.domain.evaluation import Qualification
from auscult.domain.people.visibility import Visibility
from auscult.domain.said.search import SaidQuery
from auscult.domain.scoring.list_fields import ListFields
from auscult.services.conversations.latest import Sought, breakdown, count, latest
from auscult.services.insights.quality import Adherence, adherence, by_name, by_period, numbers_of_intents, passed
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.conversations.test_latest import put
from tests.contract.storing import STARTED, TENANT, conversation

ANSWERS: Sequence[tuple[Qualification, Qualification]] = (("YES", "YES"), ("YES", "NO"), ("NO", "NA"), ("NO", "NO"))
ANA, BO = Agent(id="a-1", name="Ana"), Agent(id="a-2")
BANK, SHOP = (Queue(id="qu-1", name="Bank"),), (Queue(id="qu-2"),)
BEGINS = STARTED - timedelta(days=1)
STEPS = (7 * 24 * 60, 95, 17)
"""Minutes of a period: whole weeks and days, and such as end within an hour."""


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """Sixty conversations of a fortnight, seven of them within a minute."""
    starts = [n * timedelta(hours=5, minutes=37) for n in range(53)]
    starts += [timedelta(days=3, seconds=8 * n) for n in range(7)]
    made = [
        conversation(f"c{n:02}", start, agents=(ANA, BO)[: n % 3], queues=BANK if n % 2 else SHOP)
        for n, start in enumerate(starts)
    ]
    put(app, [(each, ANSWERS[n % 4]) for n, each in enumerate(made)])
    return app


SOUGHT = (
    Sought(),
    Sought(queues=("bank",), channels=("voice",)),
    Sought(agents=("ana", "a-2"), missed=("em-two",)),
    Sought(queues=("nowhere",)),
    Sought(fields=ListFields(score_from=50)),
    Sought(fields=ListFields(score_to=50, duration_from=1), queues=("bank",)),
    Sought(fields=ListFields(duration_from=100_000)),
)
SHIFTS = (timedelta(0), timedelta(hours=5, minutes=30))


@pytest.mark.landing
@pytest.mark.parametrize("sought", SOUGHT)
def test_adds_up_as_counted(app: AppStore, sought: Sought) -> None:
    """Of any periods and filters each number is that of the list of its conversations."""
    for minutes, shift in product(STEPS, SHIFTS):
        begins, length = BEGINS + shift, timedelta(minutes=minutes)
        if length < timedelta(hours=2):
            begins += timedelta(days=3, hours=23)  # where many begin within a minute
        spans = [(begins + length * n, begins + length * (n + 1)) for n in range(4)]
        for (since, until), period in list(zip(spans, by_period(app, sought, spans), strict=True))[1:3]:
            assert period.passed == passed(app, sought, since, until)
            for metric in ("em-one", "em-two"):
                counted = adherence(app, sought, metric, since, until)
                assert period.metrics.get(metric, Adherence(met=0, missed=0)) == counted
            rows = latest(app, replace(sought, since=since, until=until), limit=100).items
            assert period.scores == Counter(row.score for row in rows)


def test_shows_only_what_is_visible(app: AppStore) -> None:
    """Who sees one queue gets the numbers of that queue."""
    seen = app.seen_by(Visibility(queues=frozenset({"qu-1"})))
    spans = [(BEGINS, BEGINS + timedelta(days=30))]
    mine, bank, everything = (
        by_period(seen, Sought(), spans),
        by_period(app, Sought(queues=("bank",)), spans),
        by_period(app, Sought(), spans),
    )
    assert mine == bank != everything


def test_a_search_has_no_numbers_by_property(app: AppStore) -> None:
    """Words are found by another index."""
    with pytest.raises(ValueError, match="not of a search"):
        breakdown(app, Sought(said=SaidQuery(wanted=())), ("score",), (BEGINS, STARTED))


def test_answers_to_surveys_are_found(store: Store) -> None:
    """Conversations whose customer gave a number are found by the kind of survey."""
    store.ensure(TENANT)
    app = store.within(TENANT)
    surveys = (Survey(score=4), Survey(type="nps", score=9), Survey(feedback="fine"), None)
    made = [
        conversation(f"c{n}", n * timedelta(minutes=1), contact=Contact(survey=survey))
        for n, survey in enumerate(surveys)
    ]
    put(app, [(each, ("YES", "YES")) for each in made])
    assert [each.id for each in latest(app, Sought(surveys=("csat",))).items] == ["c0"]
    assert count(app, Sought(surveys=("csat", "nps"))) == 2


def test_names_add_up_as_counted(store: Store) -> None:
    """Queues and intents have the same numbers added up together, and each counted alone where a grant narrows."""
    store.ensure(TENANT)
    app = store.within(TENANT)
    for n, intent in enumerate(("Lost card", "lost card", "Fees")):
        made = conversation(f"c{n}", n * timedelta(days=1), queues=BANK if n else SHOP)
        put(app, [(made, ANSWERS[n % 2])], intent=intent)
    seen = app.seen_by(Visibility(queues=frozenset({"qu-1", "qu-2"})))
    spans = ((BEGINS, STARTED + timedelta(hours=30)), (STARTED + timedelta(hours=30), STARTED + timedelta(days=9)))
    bounds = (spans[0][0], *(until for _, until in spans))
    for each in (app, seen):
        queues = by_name(each, Sought(), "queue", ["Bank", "qu-2", "none"], spans)
        assert {name: [(one.passed, one.scored) for one in found] for name, found in queues.items()} == {
            "Bank": [(0, 1), (1, 1)],
            "qu-2": [(1, 1), (0, 0)],
            "none": [(0, 0), (0, 0)],
        }
        intents = by_name(each, Sought(), "intent", ["Lost card", "fees"], spans)
        assert {name: [(one.passed, one.scored) for one in found] for name, found in intents.items()} == {
            "Lost card": [(1, 2), (0, 0)],
            "fees": [(0, 0), (1, 1)],
        }
        assert numbers_of_intents(each, Sought(), ["Lost card", "x"], bounds) == {"Lost card": (2, 0), "x": (0, 0)}


@pytest.mark.landing
def test_names_of_few_among_many_add_up_as_counted(store: Store) -> None:
    """An intent of one queue has the numbers of the list, whether few or many of its conversations are of that queue."""
    store.ensure(TENANT)
    app = store.within(TENANT)
    for n in range(24):
        made = conversation(f"c{n:02}", n * timedelta(hours=1), queues=SHOP if n == 5 else BANK)
        put(app, [(made, ANSWERS[n % 2])], intent="Fees")
    spans = ((BEGINS, STARTED + timedelta(hours=4)), (STARTED + timedelta(hours=4), STARTED + timedelta(days=9)))
    bounds = (spans[0][0], *(until for _, until in spans))
    for queue, numbers in (("qu-2", (0, 1)), ("bank", (4, 19))):
        sought = Sought(queues=(queue,))
        assert numbers_of_intents(app, sought, ["fees", "none"], bounds) == {"fees": numbers, "none": (0, 0)}
        of_it = replace(sought, intents=("fees",))
        (found,) = by_name(app, sought, "intent", ["fees"], spans).values()
        assert list(found) == [passed(app, of_it, since, until) for since, until in spans]
        assert sum(each.scored for each in found) == sum(numbers)
