"""Examples of taxonomies on both databases: kept, replaced, tried, limited, and erased with their conversation."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from auscult.domain.conversation import Customer, Turn
from auscult.domain.definitions.taxonomy import Node, Taxonomy
from auscult.domain.directory import NO_ALIASES
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.domain.form_examples import NewExample, NewTopicExample, is_sorted_to
from auscult.domain.people.principal import operator
from auscult.domain.people.visibility import Visibility
from auscult.engines import embedded
from auscult.engines._contract import Engine
from auscult.reports import REPORTS
from auscult.services.form_examples import FormExamples, TopicExamples
from auscult.services.privacy.erasure import Erasing
from auscult.services.scoring.render import render
from auscult.storage import form_examples as room
from auscult.storage.store import AppStore
from tests.contract.definitions.test_form_examples import form
from tests.contract.storing import TENANT, conversation, put
from tests.data_files import tuples_of

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
LATE = Node(name="Late delivery", level=2, examples=("where is my parcel", "my order is late"))
HOURS = Node(name="Opening hours", level=1, examples=("when do you open on sunday", "are you open today"))
SHOP = Taxonomy(id="tx-shop", name="Shop", topics=(Node(name="Orders", level=1, topics=(LATE,)), HOURS))
WHERE_LATE = "Orders > Late delivery"


@pytest.fixture(scope="module")
def engines() -> Mapping[type, Engine]:
    """The engines of the base installation, by the kind of probe they answer."""
    return {engine.probe: engine for engine in embedded()}


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app with two conversations: in c-1 a parcel is late, c-2 is about opening hours and then a parcel."""
    open_ = (Turn("m1", "customer", "when do you open on Sunday?"), Turn("m2", "customer", "where is my parcel?"))
    put(
        app,
        conversation(
            "c-1", customer=Customer(id="u-1"), language="en", turns=(Turn("m1", "customer", "where is my parcel?"),)
        ),
        conversation("c-2", timedelta(hours=1), language="en", turns=open_),
    )
    return app


def examples(app: AppStore) -> TopicExamples:
    """The examples, as the operator keeps them."""
    return TopicExamples(app, lambda: NOW, operator())


def of(conversation_id: str, turn_id: str, wanted: str) -> NewTopicExample:
    """An example in a turn."""
    return NewTopicExample(conversation_id=conversation_id, turn_id=turn_id, wanted=wanted)


def test_a_taxonomy_is_tried_on_its_examples(app: AppStore, engines: Mapping[type, Engine]) -> None:
    """The topics of the turn are compared, not those of the whole conversation; a changed taxonomy answers otherwise."""
    work = examples(app)
    for name, turn, wanted in (
        ("c-1", "m1", WHERE_LATE),
        ("c-2", "m1", "Opening hours"),
        ("c-2", "m2", "Opening hours"),
    ):
        work.keep([SHOP], of(name, turn, wanted))
    found = work.tried(engines, [SHOP], SHOP)
    assert [(each.found, each.is_right) for each in found.tried] == [
        ((WHERE_LATE,), True),
        (("Opening hours",), True),
        ((WHERE_LATE,), False),
    ]
    assert (found.right, len(found.wrong), found.erased) == (2, 1, 0)
    without = replace(SHOP, topics=(HOURS,))
    assert [each.is_right for each in work.tried(engines, [SHOP], without).tried] == [False, True, False]
    moved = replace(SHOP, topics=(Node(name="Post", level=1, topics=(LATE,)), HOURS))
    assert [each.is_right for each in work.tried(engines, [SHOP], moved).tried] == [True, True, False]


def test_examples_of_a_form_and_of_a_taxonomy_do_not_mix(app: AppStore) -> None:
    """One of each in the same conversation, under the same id; each is removed alone."""
    work, forms = examples(app), FormExamples(app, lambda: NOW, operator())
    topic = work.keep([replace(SHOP, id="ef-1")], of("c-1", "m1", WHERE_LATE))
    asked = forms.keep(form(), NewExample(metric_id="em-hello", wanted="NO", conversation_id="c-1"))
    assert (work.of("ef-1"), forms.of("ef-1")) == ([topic], [asked])
    assert app.form_examples.of_conversations(["c-1"]) == [topic, asked]
    with pytest.raises(NotFoundError, match="unknown example"):
        forms.remove("ef-1", topic.example_id)
    work.remove("ef-1", topic.example_id)
    assert (work.of("ef-1"), forms.of("ef-1")) == ([], [asked])


def test_another_topic_takes_the_place_of_the_first(app: AppStore) -> None:
    """Of the same turn; both are in the access log and in the feed."""
    work, before = examples(app), app.feed.last()
    first = work.keep([SHOP], of("c-2", "m1", "Opening hours"))
    assert work.keep([SHOP], of("c-2", "m1", "Opening hours")) == first
    second = work.keep([SHOP], of("c-2", "m1", ""))
    other = work.keep([SHOP], of("c-2", "m2", ""))
    assert work.of("tx-shop") == [second, other]
    work.remove("tx-shop", second.example_id)
    assert [(each.action, each.target) for each in app.log.entries()] == [
        ("taxonomy.example_kept", "conversation:c-2"),
        ("taxonomy.example_kept", "conversation:c-2"),
        ("taxonomy.example_kept", "conversation:c-2"),
        ("taxonomy.example_removed", "conversation:c-2"),
    ]
    assert [each.kind for each in app.feed.after(before, 10)] == ["exemplified"] * 4


def test_an_erased_conversation_leaves_no_pointer(app: AppStore, engines: Mapping[type, Engine]) -> None:
    """The example stays as erased, is tried no more, and the certificate counts it; the log loses its target."""
    work = examples(app)
    work.keep([SHOP], of("c-1", "m1", WHERE_LATE))
    work.keep([SHOP], of("c-2", "m1", "Opening hours"))
    erasing = Erasing(app, lambda: NOW, partial(render, TENANT, reports=REPORTS, aliases=NO_ALIASES))
    receipt = erasing.run("erasure", erasing.of_customer("customer", "u-1"))
    assert (receipt.erased, receipt.examples) == (1, 1)
    gone, left = work.of("tx-shop")
    assert (gone.conversation_id, gone.turn_id, gone.is_erased) == (None, None, True)
    found = work.tried(engines, [SHOP], SHOP)
    assert ([each.example for each in found.tried], found.erased) == ([left], 1)
    assert "c-1" not in "".join(f"{each.target}{each.details}" for each in app.log.entries())


def test_what_is_not_there_for_one_cannot_be_an_example(app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown conversation or turn, one that may not be seen, and one too many are refused."""
    work = examples(app)
    with pytest.raises(NotFoundError, match="unknown conversation 'c-9'"):
        work.keep([SHOP], of("c-9", "m1", ""))
    with pytest.raises(NotFoundError, match="has no turn m9"):
        work.keep([SHOP], of("c-1", "m9", ""))
    with pytest.raises(RequestError, match="the taxonomy has no topic 'Late delivery'"):
        work.keep([SHOP], of("c-1", "m1", "Late delivery"))
    work.keep([replace(SHOP, topics=()), SHOP], of("c-1", "m1", "Orders"))
    narrow = examples(app.seen_by(Visibility()))
    assert narrow.of("tx-shop") == []
    with pytest.raises(NotFoundError, match="unknown conversation 'c-2'"):
        narrow.keep([SHOP], of("c-2", "m1", ""))
    monkeypatch.setattr(room, "MOST_EXAMPLES", 1)
    with pytest.raises(ConflictError, match="a taxonomy has at most"):
        work.keep([SHOP], of("c-2", "m1", ""))


@pytest.mark.parametrize(
    ("wanted", "found", "is_right"),
    tuples_of(__file__, "a_topic_is_the_expected_one"),
)
def test_a_topic_is_the_expected_one(wanted: str, found: tuple[str, ...], is_right: bool) -> None:
    """It, or one below it; a topic that was moved is known by its name, if no other has it."""
    assert is_sorted_to(wanted, found, ("A > B", "A > C", "D > D", "E > D")) is is_right
