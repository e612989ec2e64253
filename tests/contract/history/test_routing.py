"""Counts of conversations by the form that is for them, on both databases, with one form as written."""

from collections import Counter
from datetime import timedelta

import pytest
from msgspec.structs import replace

from auscult.domain.conversation import Queue
from auscult.domain.form import Assignment, Form
from auscult.domain.people.visibility import Visibility
from auscult.services.history import coverage
from auscult.services.history import routing as counting
from auscult.services.history.coverage import Older, older
from auscult.services.history.routing import routing
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.storing import FORM, STARTED, conversation
from tests.golden.storing import TENANT, process

BILLING, SALES, NEW = Queue(id="qu-1", name="Billing"), Queue(id="qu-2", name="Sales"), Queue(id="qu-3")


def form(form_id: str, *assignments: Assignment, **changes: object) -> Form:
    """A form for these queues and directions."""
    return replace(FORM, id=form_id, channel="voice", languages=("en",), assignments=assignments, **changes)


def for_queue(queue: str, direction: str = "both") -> Assignment:
    """An assignment."""
    return Assignment(queue=queue, direction=direction)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def app(store: Store) -> AppStore:
    """Two calls in Billing, one of them short, one in Sales, one in a queue without a name, a chat, and an old call."""
    store.ensure(TENANT)
    app = store.within(TENANT)
    long = {"ended_at": STARTED + timedelta(minutes=9), "language": "en"}
    calls = [
        conversation("c-1", queues=(BILLING,), **long),
        conversation("c-2", queues=(BILLING,), ended_at=STARTED + timedelta(seconds=5), language="en"),
        conversation("c-3", queues=(SALES,), **long),
        conversation("c-4", queues=(NEW,), **long),
        conversation("c-5", queues=(BILLING,), channel="chat", **long),
        conversation("c-6", -timedelta(days=9), queues=(BILLING,), ended_at=STARTED, language="en"),
    ]
    process(store, calls)
    return app


def test_conversations_are_counted_by_form(app: AppStore) -> None:
    """Those for the form by queue, too short, for others, and for none; other channels and earlier days are left out."""
    mine = form("ef-mine", for_queue("Billing"), min_duration_ms=15_000)
    found = routing(app, mine, [form("ef-sales", for_queue("qu-2"))], STARTED - timedelta(days=7))
    assert (found.came, found.here, found.short, found.is_least) == (4, Counter({"Billing": 2}), 1, False)
    assert (found.elsewhere, found.nowhere, found.wanted) == (Counter({"ef-sales": 1}), Counter({"qu-3": 1}), Counter())


def test_what_a_document_takes_from_another_form(app: AppStore) -> None:
    """A form that names the queue goes before one for every queue, which would have scored it without."""
    every = form("ef-all", for_queue("*"))
    found = routing(app, form("ef-mine", for_queue("Sales")), [every], STARTED - timedelta(days=7))
    assert (found.here, found.wanted) == (Counter({"Sales": 1}), Counter({"ef-all": 1}))
    assert (found.elsewhere, found.nowhere) == (Counter({"ef-all": 3}), Counter())


def test_a_language_that_no_form_is_for(app: AppStore) -> None:
    """Such conversations are in no form, as the evaluation refuses them."""
    german = replace(form("ef-mine", for_queue("*")), languages=("de",))
    found = routing(app, german, [], STARTED - timedelta(days=7))
    assert (found.here.total(), found.nowhere.total()) == (0, 4)


def test_counts_end_at_a_bound_and_at_what_one_may_see(app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound it is said that there are more; of what may not be seen nothing is counted."""
    mine = form("ef-mine", for_queue("*"))
    assert routing(app.seen_by(Visibility()), mine, [], STARTED - timedelta(days=7)).came == 0
    monkeypatch.setattr(counting, "MOST_READ", 2)
    found = routing(app, mine, [], STARTED - timedelta(days=7))
    assert found.is_least
    assert found.came <= 2


def test_older_conversations_are_counted(app: AppStore) -> None:
    """All that a form would score, or those since a day. Short ones count, because a re-score scores them."""
    mine, sales = form("ef-mine", for_queue("*")), form("ef-sales", for_queue("Sales"))
    assert older(app, mine, [sales], None) == Older(4, is_estimate=False)
    assert older(app, mine, [sales], STARTED - timedelta(days=7)) == Older(3, is_estimate=False)
    assert older(app, mine, [sales], STARTED + timedelta(days=7)) == Older(0, is_estimate=False)
    assert older(app.seen_by(Visibility()), mine, [], None) == Older(0, is_estimate=False)


def test_many_older_conversations_are_estimated(app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a sample over the whole period, which is said."""
    monkeypatch.setattr(coverage, "_SAMPLED", 3)
    monkeypatch.setattr(coverage, "_PARTS", 3)
    found = older(app, form("ef-mine", for_queue("*")), [], None)
    assert found.is_estimate
    assert 0 < found.count <= 6
