"""Conversations, the newest first: paged, counted and found by what was decided about them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation, Customer, Queue
from auscult.domain.directory import NO_ALIASES
from auscult.domain.evaluation import Evaluation, MetricResult, Qualification
from auscult.domain.form import Form, Metric
from auscult.domain.insight import Insights, Intent, Topic
from auscult.domain.people.visibility import Visibility
from auscult.domain.scoring.list_fields import ListFields
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.conversations.latest import Sought, count, details, latest
from auscult.services.insights.quality import by_agent
from auscult.services.scoring.render import render
from auscult.storage.store import AppStore
from tests.contract.storing import STARTED, TENANT, conversation
from tests.strategies import cited, evaluation_of

FORM = Form(
    id="ef-a",
    name="A",
    channel="voice",
    metrics=tuple(Metric(id=f"em-{each}", name=each, type="manual", weight=Decimal(50)) for each in ("one", "two")),
    pass_score=Decimal(60),
)


def decided(about: Conversation, revision: int, answers: Sequence[Qualification]) -> Evaluation:
    """Evaluate by hand."""
    results = tuple(
        MetricResult(metric=metric, verdict=cited(answer)) for metric, answer in zip(FORM.metrics, answers, strict=True)
    )
    met = sum(each.adhered is True for each in results)
    return evaluation_of(
        about.id,
        revision=revision,
        form=FORM,
        score=Decimal(50 * met),
        passed=met > 1,
        results=results,
        evaluated_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


SURE = Decimal("0.9")
BELOW_CARDS = tuple(Topic(name=name, level=2, confidence=SURE) for name in ("Lost", "Broken"))
TOPICS = (Topic(name="Cards", level=1, confidence=SURE, topics=BELOW_CARDS),)


def put(
    app: AppStore,
    about: Sequence[tuple[Conversation, Sequence[Qualification]]],
    intent: str = "",
    topics: tuple[Topic, ...] | None = None,
) -> None:
    """Accept and record these with their answers."""
    answers = {each.id: found for each, found in about}
    batch_id = app.conversations.accept([each for each, _ in about]).batch_id
    assert batch_id
    insights = Insights(intents=(Intent(name=intent),), configured_intents=topics) if intent else None
    rows = [
        render(
            TENANT,
            EvaluatedConversation(
                conversation=each.conversation,
                evaluation=decided(each.conversation, each.revision, answers[each.conversation.id]),
                insights=insights,
            ),
            {},
            NO_ALIASES,
        )
        for each in app.conversations.pending(batch_id)
    ]
    app.conversations.record(batch_id, rows)


def ids(app: AppStore, **sought: Any) -> list[str]:
    """The conversations of a first page, the newest first; their count agrees."""
    page = latest(app, Sought(**sought))
    found = [each.id for each in page.items]
    assert page.total == count(app, Sought(**sought)) == len(found)
    return found


def test_pages_of_newest(app: AppStore) -> None:
    """Pages of any size show each once, the newest first, also where many begin at one instant."""
    starts = [0, 1, 1, 1, 1, 1, 2, 2, 3, 60, 61, 61, 61, 300]
    made = [conversation(f"c{n:02}", timedelta(minutes=minutes)) for n, minutes in enumerate(starts)]
    put(app, [(each, ("YES", "YES")) for each in made])
    expected = sorted(made, key=lambda each: (each.started_at, each.id), reverse=True)
    for limit in (1, 2, 3, 5, 50):
        found: list[str] = []
        before = None
        while True:
            page = latest(app, Sought(), before=before, limit=limit)
            assert page.total == len(made)
            found += [each.id for each in page.items]
            if page.next is None:
                break
            assert page.next.id == page.items[-1].id
            before = page.next
        assert found == [each.id for each in expected]


def test_found_by_what_was_decided(app: AppStore) -> None:
    """Rows are found by agent, outcome, metric and intent, and by several of these at once."""
    ana, bo = Agent(id="a-1", name="Ana"), Agent(id="a-2")
    bank = (Queue(id="qu-1", name="Bank"),)
    put(app, [(conversation("good", agents=(ana,), queues=bank), ("YES", "YES"))], intent="Lost card", topics=TOPICS)
    put(app, [(conversation("bad", timedelta(1), agents=(bo,)), ("YES", "NO"))], intent="lost card")
    put(app, [(conversation("other", timedelta(2), agents=(ana, bo), queues=bank), ("NO", "NA"))])
    assert ids(app) == ["other", "bad", "good"]
    assert ids(app, agents=("ANA",)) == ["other", "good"]
    assert ids(app, agents=("a-2",)) == ["other", "bad"]
    assert ids(app, agents=("a-1", "a-2")) == ["other", "bad", "good"]
    assert ids(app, outcomes=("passed",)) == ["good"]
    assert ids(app, outcomes=("failed",), queues=("bank",)) == ["other"]
    assert ids(app, met=("em-one",)) == ["bad", "good"]
    assert ids(app, missed=("em-two",)) == ["bad"]
    assert ids(app, met=("em-one",), missed=("em-two",)) == ["bad"]
    assert ids(app, intents=("LOST CARD",)) == ["bad", "good"]
    assert ids(app, fields=ListFields(topic=("cards > LOST", "Branch"))) == ["good"]
    assert ids(app, fields=ListFields(topic=("Cards",))) == ["good"]
    assert ids(app, fields=ListFields(topic=("Lost",))) == []
    assert ids(app, agents=("nobody",)) == []
    assert ids(app, agent_outcomes=(("a-1", "passed"),)) == ["good"]
    assert ids(app, agent_outcomes=(("a-2", "failed"), ("a-1", "passed"))) == ["other", "bad", "good"]
    assert ids(app, agent_outcomes=(("A-1", "passed"),)) == []


def test_what_each_agent_passed(app: AppStore) -> None:
    """Each agent's scored conversations are counted, with grants and filters as without; names are no ids."""
    ana, bo, cy = Agent(id="a-1", name="Ana"), Agent(id="a-2", name="a-1"), Agent(id="a-3")
    bank = (Queue(id="qu-1", name="Bank"),)
    put(app, [(conversation("good", agents=(ana,), queues=bank), ("YES", "YES"))])
    put(app, [(conversation("bad", timedelta(1), agents=(bo,)), ("YES", "NO"))])
    put(app, [(conversation("both", timedelta(2), agents=(ana, bo), queues=bank), ("NO", "NA"))])
    sought = Sought(since=STARTED - timedelta(1), until=STARTED + timedelta(9))
    agents = [each.id for each in (ana, bo, cy)]

    def passed(seen: AppStore, **narrower: Any) -> dict[str, tuple[int, int]]:
        counted = by_agent(seen, replace(sought, **narrower), agents)
        return {agent: (each.passed, each.scored) for agent, each in counted.items()}

    assert passed(app) == {"a-1": (1, 2), "a-2": (0, 2)}
    assert passed(app, queues=("bank",)) == {"a-1": (1, 2), "a-2": (0, 1)}
    assert passed(app, until=STARTED + timedelta(1)) == {"a-1": (1, 1)}
    assert passed(app.seen_by(Visibility(agents=frozenset({"a-1"})))) == {"a-1": (1, 2), "a-2": (0, 1)}
    assert passed(app.seen_by(Visibility(queues=frozenset({"bank"})))) == {"a-1": (1, 2), "a-2": (0, 1)}
    assert passed(app.seen_by(Visibility(teams=frozenset({"no such"})))) == {}


def test_details_of_rows(app: AppStore) -> None:
    """What is kept of listed conversations is read at once, by id; one that is not recorded is left out."""
    put(app, [(conversation("one"), ("YES", "NO")), (conversation("two"), ("YES", "YES"))])
    app.conversations.accept([conversation("waiting")])
    known = details(app, latest(app, Sought()).items)
    assert sorted(known) == ["one", "two"]
    assert known["one"].evaluation.results[1].adhered is False
    assert sorted(app.conversations.recorded(["waiting", "one", "no such"])) == ["one"]


def test_found_by_repeated_contact_and_language(app: AppStore) -> None:
    """Within seven days, about the reason that is asked for, and among what a viewer sees."""
    days = ("a", 0, "Bank", "Lost", "en"), ("b", 7, "Bank", "Refund", "de-AT"), ("c", 15, "Shop", "Refund", "de")
    for name, day, queue, intent, language in (*days, ("d", 16, "Bank", "Refund", "en")):
        of = {"customer": Customer(id="cu-1"), "queues": (Queue(id=queue),), "language": language}
        put(app, [(conversation(name, timedelta(days=day), **of), ("YES", "YES"))], intent=intent)
    put(app, [(conversation("e", timedelta(days=16), customer=Customer(name="Ana")), ("YES", "YES"))])

    def found(seen: AppStore = app, **fields: Any) -> list[str]:
        sought = {name: fields.pop(name) for name in ("since", "intents") if name in fields}
        return [each.id for each in latest(seen, Sought(fields=ListFields(**fields), **sought)).items]

    assert found(repeated=True) == ["d", "b"]
    assert found(repeated=True, since=STARTED + timedelta(days=7)) == ["d", "b"]
    assert found(repeated=True, intents=("refund",)) == ["d"]
    assert found(app.seen_by(Visibility(queues=frozenset({"bank"}))), repeated=True) == ["b"]
    assert found(language=("de",)) == found(language=("DE-CH",)) == ["c", "b"]
    assert found(language=("de", "en"), repeated=True) == ["d", "b"]
