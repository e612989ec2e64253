"""Pages of conversations in every order and by every filter of lists, on both databases."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct, json
from msgspec.structs import replace

from auscult.domain.audits.frame import Case as AuditCase
from auscult.domain.audits.frame import is_in_frame
from auscult.domain.audits.plan import Frame
from auscult.domain.conversation import Conversation, Queue, Turn
from auscult.domain.directory import NO_ALIASES
from auscult.domain.evaluation import Evaluation, MetricResult
from auscult.domain.insight import Flag, Insights, Outcome, Resolution, Sentiment, SentimentLabel
from auscult.domain.people.visibility import Visibility
from auscult.domain.record import Outcome as Result
from auscult.domain.record import RecordQuery
from auscult.domain.said.search import parse
from auscult.domain.scoring.list_fields import ListFields, Order, ResultFields
from auscult.domain.scoring.stored import EvaluatedConversation, RenderedRows
from auscult.domain.tenancy import Tenant
from auscult.services.scoring.listing import LISTING, ListedConversation
from auscult.services.scoring.render import render
from auscult.storage import Store
from auscult.storage.pages import sorted_rows
from auscult.storage.store import AppStore
from tests.contract.storing import FORM, STARTED
from tests.strategies import cited, evaluation_of

_NUMBERS = count()
ORDERS: tuple[Order, ...] = get_args(Order)


class Case(Struct, frozen=True):
    """A conversation with few values, so that many are equal."""

    name: str
    hour: int
    seconds: int | None
    score: int | None
    sentiment: int | None
    flags: tuple[bool | None, bool | None]
    resolution: Resolution | None
    confidence: int | None
    queue: str
    word: str


def label_of(sentiment: int) -> SentimentLabel:
    """Return the label of a score from 1 to 10."""
    return "negative" if sentiment < 4 else "positive" if sentiment > 6 else "neutral"


NAMES = [f"c-{letter}" for letter in "abcdefghij"]
_TWO = st.sampled_from([None, True, False])
CASES = st.builds(
    Case,
    st.sampled_from(NAMES),
    st.integers(0, 2),
    st.sampled_from([None, 0, 60, 61]),
    st.sampled_from([None, -100, 0, 70, 71, 100]),
    st.sampled_from([None, 1, 5, 10]),
    st.tuples(_TWO, _TWO),
    st.sampled_from([None, "YES", "NO", "NA"]),
    st.sampled_from([None, 51, 80]),
    st.sampled_from(["billing", "cards"]),
    st.sampled_from(["tea", "milk"]),
)
SEVERAL = st.lists(CASES, min_size=1, max_size=10, unique_by=lambda each: each.name)
_SCORES = st.sampled_from([None, -100, 0, 70, 100])
_SECONDS = st.sampled_from([None, 0, 60, 61])
FIELDS = st.builds(
    ListFields,
    score_from=_SCORES,
    score_to=_SCORES,
    duration_from=_SECONDS,
    duration_to=_SECONDS,
    sentiment=st.sampled_from([(), (), ("negative",), ("neutral", "positive")]),
    escalation=_TWO,
    churn_risk=_TWO,
    resolved=st.sampled_from([(), (), ("NO",), ("YES", "NA")]),
)


class Asked(Struct, frozen=True):
    """Filters and order of a list."""

    order: Order
    fields: ListFields = ListFields()
    queues: tuple[str, ...] = ()
    outcomes: tuple[Result, ...] = ()
    without: tuple[str, ...] = ()
    hours: tuple[int, int] = (0, 3)
    word: str = ""
    is_seen_by_queue: bool = False


ASKED = st.builds(
    Asked,
    st.sampled_from(ORDERS),
    st.just(ListFields()) | FIELDS,
    st.sampled_from([(), (), ("cards",), ("cards", "billing")]),
    st.sampled_from([(), (), ("passed",), ("failed", "unscored")]),
    st.just(()) | st.lists(st.sampled_from(NAMES), unique=True).map(tuple),
    st.sampled_from([(0, 3), (0, 3), (1, 2)]),
    st.sampled_from(["", "", "tea"]),
    st.booleans(),
)


def conversation_of(case: Case) -> Conversation:
    """Return the conversation of a case."""
    at = STARTED + timedelta(hours=case.hour)
    return Conversation(
        id=case.name,
        channel="voice",
        started_at=at,
        ended_at=None if case.seconds is None else at + timedelta(seconds=case.seconds),
        queues=(Queue(case.queue, case.queue),),
        turns=(Turn("m1", "agent", case.word),),
    )


def rendered(case: Case) -> RenderedRows:
    """Return the rows of a case."""
    about = conversation_of(case)
    passed = None if case.score is None else case.score >= 70
    confidence = None if case.confidence is None else Decimal(case.confidence) / 100
    sentiment, (escalation, churn_risk) = case.sentiment, case.flags
    evaluation = evaluation_of(
        case.name,
        form=FORM,
        status="evaluated",
        score=None if case.score is None else Decimal(case.score),
        passed=passed,
        results=(MetricResult(metric=FORM.metrics[0], verdict=cited("YES", confidence=confidence)),),
        evaluated_at=STARTED,
    )
    insights = Insights(
        sentiment=None
        if sentiment is None
        else Sentiment(
            label=label_of(sentiment),
            score=Decimal(sentiment),
            start="neutral",
            end="neutral",
            positive=0,
            neutral=100,
            negative=0,
        ),
        escalation=None if escalation is None else Flag(observed=escalation),
        churn_risk=None if churn_risk is None else Flag(observed=churn_risk),
        resolution=None if case.resolution is None else Outcome(resolution=case.resolution),
    )
    return render(
        TENANT, EvaluatedConversation(conversation=about, evaluation=evaluation, insights=insights), {}, NO_ALIASES
    )


TENANT = Tenant(account_id="ac-1", org_id="o-1", app_id="st-1")


def put(app: AppStore, cases: Sequence[Case]) -> None:
    """Accept and record cases that are new."""
    batch_id = app.conversations.accept([conversation_of(each) for each in cases]).batch_id
    assert batch_id
    app.conversations.record(batch_id, [rendered(each) for each in cases])


def query_of(app: AppStore, asked: Asked, limit: int) -> RecordQuery:
    """Return the query of the store."""
    begins = round(STARTED.timestamp() * 1000)
    hours = [begins + each * 3_600_000 for each in asked.hours]
    return RecordQuery(
        report=LISTING.name,
        app_ids=(app.tenant.app_id,),
        since_ms=hours[0],
        until_ms=hours[1],
        include_below_threshold=True,
        queues=asked.queues,
        outcomes=asked.outcomes,
        fields=asked.fields,
        without=asked.without,
        order=asked.order,
        limit=limit,
    )


def pages(app: AppStore, asked: Asked, limit: int) -> Iterator[tuple[list[str], int]]:
    """Yield the ids of each page, with the total."""
    query = query_of(app, asked, limit)
    found = app.conversations
    if asked.is_seen_by_queue:
        found = found.seen_by(Visibility(queues=frozenset({"cards"})))
    while True:
        page = found.search(query, parse(asked.word)) if asked.word else found.page(query)
        yield [json.decode(row, type=ListedConversation).id for row in page.rows], page.total
        if not page.more:
            return
        query = replace(query, after=page.last)


def is_wanted(case: Case, asked: Asked) -> bool:
    """Return whether a case is to be found."""
    fields = asked.fields

    def within(value: int | None, least: int | None, most: int | None) -> bool:
        if least is None and most is None:
            return True
        return value is not None and (least is None or value >= least) and (most is None or value <= most)

    label = None if case.sentiment is None else label_of(case.sentiment)
    outcome = "unscored" if case.score is None else "passed" if case.score >= 70 else "failed"
    return (
        within(case.score, fields.score_from, fields.score_to)
        and within(case.seconds, fields.duration_from, fields.duration_to)
        and (not fields.sentiment or label in fields.sentiment)
        and fields.escalation in (None, case.flags[0])
        and fields.churn_risk in (None, case.flags[1])
        and (not fields.resolved or case.resolution in fields.resolved)
        and (not asked.queues or case.queue in asked.queues)
        and (not asked.outcomes or outcome in asked.outcomes)
        and case.name not in asked.without
        and asked.hours[0] <= case.hour < asked.hours[1]
        and asked.word in ("", case.word)
        and (not asked.is_seen_by_queue or case.queue == "cards")
    )


def expected(cases: Sequence[Case], asked: Asked) -> list[str]:
    """Return the ids in their order: those without the number last."""
    sign = -1 if asked.order.startswith("-") else 1
    name = asked.order.lstrip("-")

    def value(case: Case) -> int | None:
        figures: dict[str, int | None] = {"score": case.score, "duration": case.seconds, "started_at": case.hour}
        return (figures | {"sentiment": case.sentiment, "confidence": case.confidence})[name]

    def key(case: Case) -> tuple[Any, ...]:
        return value(case) is None, sign * (value(case) or 0), sign * case.hour, sign * NAMES.index(case.name)

    return [each.name for each in sorted((each for each in cases if is_wanted(each, asked)), key=key)]


def fresh(store: Store) -> AppStore:
    """Return an app of its own."""
    tenant = Tenant(account_id="ac-1", org_id="o-1", app_id=f"st-sorted-{next(_NUMBERS)}")
    store.ensure(tenant)
    return store.within(tenant)


# Rows are gathered where at most so many match, and else walked to.
@pytest.mark.landing
@pytest.mark.parametrize("most", [sorted_rows.MOST_COUNTED, 0], ids=["gathered", "walked"])
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cases=SEVERAL, asked=st.lists(ASKED, min_size=4, max_size=8), limit=st.sampled_from([1, 2, 3, 100]))
def test_pages_of_any_order_and_filter_are_the_sorted_filtered_set(  # noqa: PLR0913, PLR0917  (drawn)
    store: Store, monkeypatch: pytest.MonkeyPatch, most: int, cases: list[Case], asked: list[Asked], limit: int
) -> None:
    """The pages of a list together are exactly what the filters leave, in the order, and so is the total."""
    monkeypatch.setattr(sorted_rows, "MOST_COUNTED", most)
    app = fresh(store)
    put(app, cases)
    for each in asked:
        found = list(pages(app, each, limit))
        wanted = expected(cases, each)
        assert [name for page, _ in found for name in page] == wanted
        counted = min(len(wanted), most + 1) if each.fields.bounds and not each.word else len(wanted)
        assert {total for _, total in found} == {counted}
    assert store.recount(app.tenant) == []


@pytest.mark.landing
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(cases=SEVERAL, added=st.lists(CASES, max_size=6), asked=ASKED)
def test_a_cursor_neither_repeats_nor_skips_in_any_order(
    store: Store, cases: list[Case], added: list[Case], asked: Asked
) -> None:
    """Conversations that arrive between two pages move none of those that were there."""
    app = fresh(store)
    put(app, cases)
    asked = replace(asked, without=())
    seen: list[str] = []
    coming = iter([replace(each, name=f"d-{n}") for n, each in enumerate(added)])
    for page, _ in pages(app, asked, 1):
        seen += page
        if (one := next(coming, None)) is not None:
            put(app, [one])
    assert [each for each in seen if each in NAMES] == expected(cases, asked)
    assert len(seen) == len(set(seen))


@pytest.mark.landing
@settings(max_examples=300, deadline=None)
@given(SEVERAL, FIELDS)
def test_plans_draw_from_what_lists_find(cases: list[Case], fields: ListFields) -> None:
    """The frame of a plan with filters of lists has the conversations that a list with them has."""
    at = STARTED - timedelta(days=1)
    frame = Frame(
        since=at,
        until=at + timedelta(days=3),
        **{name: getattr(fields, name) for name in ResultFields.__struct_fields__},
    )
    assert frame.needs_content or fields == ListFields()
    rows = [rendered(each) for each in cases]
    found = [each.conversation.id for each in rows if is_in_frame(AuditCase(*_decided(each)), frame)]
    assert found == [each.name for each in cases if is_wanted(each, Asked("started_at", fields))]


def _decided(rows: RenderedRows) -> tuple[Conversation, Evaluation, Insights | None]:
    return rows.conversation, rows.evaluation, rows.insights
