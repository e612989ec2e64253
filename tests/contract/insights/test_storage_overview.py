"""Overviews over both databases: every number is how many conversations can be listed behind it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.conversation import Agent, Queue
from auscult.domain.definitions.taxonomy import BELOW
from auscult.domain.directory import NO_ALIASES
from auscult.domain.errors import RequestError
from auscult.domain.insight import Flag, Insights, Intent, Outcome, Resolution, Sentiment, Topic
from auscult.domain.insights.drivers import Bar
from auscult.domain.insights.overview import KINDS, KNOWN, NUMBERS
from auscult.domain.scoring.stored import EvaluatedConversation, PendingConversation, RenderedRows
from auscult.services.audits.workflow import Auditing
from auscult.services.insights import overview as room
from auscult.services.insights.overview import Behind, Overview, Wanted, answers, behind, overview
from auscult.services.scoring.render import render
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.storing import FORM, STARTED, TENANT, conversation, evaluation

COUNT = 60
NOW = Wanted(since=STARTED + timedelta(days=1), until=STARTED + timedelta(days=2))
BAR = Bar(conversations=3)


def found_in(number: int) -> Insights | None:
    """What analysis found: nothing in every seventh, late deliveries more and more, all of them sad."""
    if number % 7 == 3:
        return None
    is_late = number % 12 < 3 * (number // 10 - 2)
    score = Decimal(2) if is_late else Decimal(6)
    label = "negative" if is_late else "neutral"
    resolutions: tuple[Resolution, ...] = ("YES", "NO", "NA")
    leaf = Topic(name="Late", level=3, confidence=Decimal("0.9"), sentiment=2, is_resolved=False)
    shop = Topic(name="Shop", level=1, confidence=Decimal("0.9"), topics=(leaf,) if is_late else ())
    return Insights(
        language="en",
        sentiment=Sentiment(label=label, score=score, start=label, end=label, positive=0, neutral=0, negative=100),
        escalation=Flag(observed=is_late and number % 2 == 0),
        churn_risk=Flag(observed=number % 5 == 0),
        resolution=Outcome(resolution=resolutions[number % 3]),
        intents=(Intent(name="late delivery" if is_late else f"question {number % 4}"),),
        configured_intents=(shop,),
    )


def case(pending: PendingConversation) -> RenderedRows:
    """A finished conversation; every tenth is too short."""
    number = int(pending.conversation.id[2:])
    decided = evaluation(pending.conversation, pending.revision, "below_threshold" if number % 10 == 9 else "evaluated")
    one = EvaluatedConversation(conversation=pending.conversation, evaluation=decided, insights=found_in(number))
    return render(TENANT, one, {}, NO_ALIASES)


@pytest.fixture
def app(store: Store, monkeypatch: pytest.MonkeyPatch) -> AppStore:
    """An app with two days of conversations, read a few at a time. One of those too short was audited."""
    monkeypatch.setattr(room, "AT_A_TIME", 7)
    store.ensure(TENANT)
    app = store.within(TENANT)
    made = [
        conversation(
            f"c-{number:02}",
            number * timedelta(days=2) / COUNT,
            queues=(Queue(f"qu-{number % 3}", "Billing" if number % 3 else None),),
            agents=(Agent(f"a-{number % 2}", "Robert"),),
        )
        for number in range(COUNT)
    ]
    batch = app.conversations.accept(made).batch_id or ""
    app.conversations.record(batch, [case(each) for each in app.conversations.pending(batch)])
    auditing = Auditing(app, {}, lambda: STARTED)
    auditing.assign("c-39", "Ada")
    auditing.submit("c-39", [AuditAnswer(metric_id=each.id, answer="YES") for each in FORM.metrics])
    return app


def all_behind(app: AppStore, wanted: Wanted, number: Behind, limit: int = 5) -> list[str]:
    """Every conversation behind a number, page by page."""
    found: list[str] = []
    after = None
    while True:
        page = behind(app, wanted, number, after=after, limit=limit)
        assert len(page.found) <= limit
        found += [each.fact.conversation_id for each in page.found]
        after = page.next
        if after is None:
            return found


def check_each_number(app: AppStore, wanted: Wanted, found: Overview) -> None:
    """The law: what is listed behind a number is as many as the number says, the examples first, in order."""
    for figures, number in (
        (found.total, Behind()),
        *((group, Behind(kind=group.kind, name=group.name)) for group in found.groups),
    ):
        told = {name: getattr(figures, name, None) for name in NUMBERS}
        told |= {number: getattr(figures, measure).n for measure, number in KNOWN.items()}
        for only in NUMBERS:
            listed = all_behind(app, wanted, replace(number, only=only))
            assert len(listed) == told[only], (number, only)
            assert listed[:3] == figures.examples.get(only, [])
            assert listed == sorted(listed)


def test_every_number_is_what_is_listed_behind_it(app: AppStore) -> None:
    """Each number with the conversations behind it, of this period and of the one before."""
    found = overview(app, NOW, kinds=KINDS, most=50, bar=BAR)
    check_each_number(app, NOW, found)
    earlier = replace(NOW, since=found.previous.since, until=found.previous.until)
    assert (earlier.since, earlier.until) == (STARTED, NOW.since)
    assert found.previous.total == overview(app, earlier, bar=BAR).total
    for group in found.groups:
        assert group.before == len(all_behind(app, earlier, Behind(kind=group.kind, name=group.name)))


def test_who_was_renamed_is_one_group_with_the_latest_name(app: AppStore) -> None:
    """Also where the name changed between the periods; the conversations behind it are those of the id."""
    renamed = [
        conversation(f"d-{n}", timedelta(days=2, minutes=n - 60), agents=(Agent("a-0", name),), queues=(Queue("qu-1"),))
        for n, name in enumerate(("Bob", "Rob", None))
    ]
    batch = app.conversations.accept(renamed).batch_id or ""
    app.conversations.record(batch, [case(each) for each in app.conversations.pending(batch)])
    found = overview(app, NOW, kinds=("agent", "queue"), most=50, bar=BAR)
    assert found.names == {"agent": 2, "queue": 3}
    assert sorted(each.name for each in found.groups if each.kind == "agent") == ["Rob (a-0)", "Robert (a-1)"]
    assert "Billing (qu-1)" in {each.name for each in found.groups}
    check_each_number(app, NOW, found)
    by_name, by_id, old = (
        all_behind(app, NOW, Behind(kind="agent", name=name)) for name in ("Rob (a-0)", "a-0", "Robert (a-0)")
    )
    assert by_name == by_id == old
    assert {"d-0", "d-1", "d-2"} < set(by_name)


def test_weeks_end_with_the_period_and_add_up(app: AppStore) -> None:
    """Seven days each, the first as long as is left; no conversation is in two."""
    until = STARTED + timedelta(days=1)
    for since in (until - timedelta(days=16), STARTED + timedelta(hours=3)):
        found = overview(app, Wanted(since=since, until=until), bar=BAR)
        (week,) = found.weeks  # all begin on the last day: earlier weeks have nothing to show
        assert (week.since, week.until) == (max(since, until - timedelta(days=7)), until)
        assert (week.conversations, week.failed) == (found.total.conversations, found.total.failed)
    edge = overview(app, Wanted(since=STARTED, until=STARTED + timedelta(days=8)), bar=BAR)
    assert [each.since for each in edge.weeks] == [STARTED, STARTED + timedelta(days=1)]
    first, second = edge.weeks
    assert 0 < first.conversations < first.conversations + second.conversations == edge.total.conversations


@pytest.mark.landing
def test_filters_and_paging_change_nothing_in_that(app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """By queue, agent, channel and direction; however many are read for a page."""
    monkeypatch.setattr(room, "MOST_READ", 4)
    for wanted, left in (
        (replace(NOW, queues=("billing",)), lambda n: n % 3 > 0),
        (replace(NOW, queues=("qu-0",)), lambda n: n % 3 == 0),
        (replace(NOW, agents=("A-1",)), lambda n: n % 2 == 1),
        (replace(NOW, agents=("robert",), channels=("voice",), directions=("inbound",)), lambda _: True),
        (replace(NOW, channels=("chat",)), lambda _: False),
        (replace(NOW, directions=("outbound",)), lambda _: False),
    ):
        kept = [n for n in range(30, 60) if left(n) and (n % 10 != 9 or n == 39)]
        found = overview(app, wanted, bar=BAR)
        assert found.total.conversations == len(kept)
        assert all_behind(app, wanted, Behind()) == [f"c-{n}" for n in kept]
        check_each_number(app, wanted, found)


def test_what_is_too_short_is_left_out_unless_audited(app: AppStore) -> None:
    """Left out of all aggregates unless a person evaluated it; how many are is told."""
    found = overview(app, NOW, bar=BAR)
    assert (found.left_out.below_threshold, found.left_out.duration_unavailable) == (2, 0)
    assert "c-39" in all_behind(app, NOW, Behind())
    assert "c-49" not in all_behind(app, NOW, Behind())


def test_what_it_comes_to(app: AppStore) -> None:
    """Volume, sentiment, resolution and risk by what it was about; drivers and trends."""
    found = overview(app, NOW, bar=BAR)
    assert found.names == {"queue": 3, "agent": 2, "intent": 5, "topic": 0, "configured_intent": 2}
    late = next(group for group in found.groups if group.name == "late delivery")
    assert (late.sentiment.mean, late.negative) == (Decimal("2.00"), late.conversations)
    assert (late.before, late.conversations) == (0, 11)
    leaf = next(group for group in found.groups if group.name == f"Shop{BELOW}Late")
    assert (leaf.conversations, leaf.unresolved, leaf.resolution_rate) == (late.conversations, late.conversations, 0)
    low = {(each.kind, each.name) for each in found.drivers.sentiment.low}
    assert low == {("intent", "late delivery"), ("configured_intent", f"Shop{BELOW}Late")}
    assert found.total.analysed < found.total.conversations
    assert found.drivers.score.low == ()  # all have one score
    assert "late delivery" in {each.name for each in found.trends.new}
    few = overview(app, NOW, most=1, bar=BAR)
    assert [group.kind for group in few.groups] == ["queue", "agent", "intent", "configured_intent"]
    assert few.names == found.names


def test_an_empty_period(app: AppStore) -> None:
    """Nothing there is nothing, and no error; a period that ends before it begins is one."""
    nowhere = Wanted(since=STARTED - timedelta(days=9), until=STARTED - timedelta(days=8))
    found = overview(app, nowhere, bar=BAR)
    assert (found.total.conversations, found.total.sentiment.mean, found.groups) == (0, None, ())
    assert (found.trends.new, found.trends.rising, found.trends.falling) == ((), (), ())
    with pytest.raises(RequestError, check=lambda error: error.reason == "range.reversed"):
        overview(app, Wanted(since=NOW.until, until=NOW.since), bar=BAR)


def test_answers_are_counted_under_names_of_enough_conversations(app: AppStore) -> None:
    """Of rarer names nothing is counted; the total is that of all."""
    whole, some = answers(app, NOW, 1), answers(app, NOW, 8)
    often = {key: each.numbers for key, each in whole.groups.items() if each.numbers["conversations"] >= 8}
    assert {key: each.numbers for key, each in some.groups.items()} == often
    assert 0 < len(often) < len(whole.groups)
    assert some.total.numbers == whole.total.numbers
