"""Overviews by rollups, over both databases: the same as those that read every conversation, whatever was written."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditAnswer, rescored
from auscult.domain.contact import Contact, Survey
from auscult.domain.conversation import Agent, Conversation, Queue
from auscult.domain.corrections import NewCorrection
from auscult.domain.directory import Merge, PartyKind, Rename
from auscult.domain.errors import AuscultError
from auscult.domain.history.backfills import BackfillScope, Rescored
from auscult.domain.insight import Insights, Intent, Outcome, Resolution, Sentiment, Topic
from auscult.domain.insights.changes import Sample
from auscult.domain.insights.drivers import Bar
from auscult.domain.insights.overview import KINDS
from auscult.domain.people.principal import operator
from auscult.domain.people.visibility import Visibility
from auscult.domain.scoring.stored import EvaluatedConversation, PendingConversation, RenderedRows
from auscult.domain.tenancy import Tenant
from auscult.services.audits.workflow import Auditing
from auscult.services.conversations.latest import Sought
from auscult.services.corrections import Correcting
from auscult.services.directory.naming import Naming
from auscult.services.insights import drivers
from auscult.services.insights import overview as room
from auscult.services.insights.drivers import Compared, FigureChange, figure_change
from auscult.services.insights.overview import Wanted, basis_of, overview, roll_up
from auscult.services.scoring.render import render
from auscult.storage import Store
from auscult.storage.pages import rollups
from auscult.storage.store import AppStore
from tests.contract.storing import FORM, STARTED, conversation, evaluation

NOW = datetime(2027, 1, 1, tzinfo=UTC)
SECOND = replace(FORM, version=2)
WHOLE = Wanted(since=STARTED - timedelta(days=5), until=STARTED + timedelta(days=90, minutes=17))
APPS = count()

CALLS = st.tuples(
    st.integers(0, 9), st.integers(0, 80), st.sampled_from((0, 0, 1, 59, 61, 600, 1439)), st.integers(0, 2**30)
)
"""Numbers, days and minutes after the first, and what all else is made of."""
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("load"), st.lists(CALLS, min_size=4, max_size=14)),
        st.tuples(st.just("roll"), st.just(())),
        st.tuples(st.sampled_from(("rescore", "audit", "leave out", "erase", "rename", "merge")), CALLS),
    ),
    min_size=4,
    max_size=14,
)
BOUNDS = st.tuples(st.integers(-3_000, 130_000), st.integers(0, 130_000))
"""Minutes after the first: the beginning, and the length."""


class Made(NamedTuple):
    """An app, and what changes its conversations."""

    app: AppStore

    def do(self, step: str, what: Any) -> None:
        """Do one thing; what the rules refuse changes nothing."""
        if step == "load":
            self.load([call(*each) for each in what])
        elif step == "roll":
            roll_up(self.app, NOW, lambda _: False)
        else:
            number, _, _, seed = what
            with suppress(AuscultError):
                self._change(step, f"c-{number:02}", seed)

    def load(self, calls: list[Conversation]) -> None:
        """Accept and record conversations; one that is there is revised."""
        if batch := self.app.conversations.accept(calls).batch_id:
            done = [self.rendered(found(each)) for each in self.app.conversations.pending(batch)]
            self.app.conversations.record(batch, done)

    def rendered(self, case: EvaluatedConversation) -> RenderedRows:
        """Render a case under the names that are in force."""
        return render(self.app.tenant, case, {}, self.app.aliases.in_force())

    def _change(self, step: str, name: str, seed: int) -> None:
        app, auditing = self.app, Auditing(self.app, {}, lambda: NOW)
        if step == "erase":
            app.conversations.erase(name)
        elif step == "audit":
            auditing.assign(name, "Ada")
            auditing.submit(name, [AuditAnswer(metric_id=each.id, answer="NO") for each in FORM.metrics])
        elif step == "leave out":
            wanted = NewCorrection(kind="excluded", after=None, reason="a test call")
            Correcting(app, {}, lambda: NOW, operator()).add(name, wanted)
        elif step in ("rename", "merge"):
            naming = Naming(app, lambda: NOW, operator())
            kind: PartyKind = "queue" if seed % 2 else "agent"
            at = f"{kind[0]}-{seed // 2 % 3}"
            if step == "rename":
                naming.rename(Rename(kind=kind, id=at, name=f"Name {seed % 5}"))
            else:
                naming.merge(Merge(kind=kind, id=at, into=f"{kind[0]}-{seed // 6 % 3}"))
        else:
            self._rescore(name, seed)

    def _rescore(self, name: str, seed: int) -> None:
        """Decide one anew, filed again or only rewritten."""
        backfills = self.app.backfills
        begun = backfills.begin("rescore", b"{}", backfills.ranges(BackfillScope(), 100))
        done = [
            self._rescored(case, seed, begun.backfill_id) for case in self.app.conversations.recorded([name]).values()
        ]
        assert not done or backfills.record(f"{begun.backfill_id}-1", done, lambda _: b"")

    def _rescored(self, case: EvaluatedConversation, seed: int, backfill_id: str) -> Rescored:
        score, passed = Decimal(seed % 100), bool(seed % 2)
        decided = replace(
            case.evaluation, form=SECOND, status="evaluated", score=score, passed=passed, evaluated_at=NOW
        )
        return Rescored(
            case=case,
            rendered=self.rendered(replace(case, evaluation=decided)),
            entry=rescored(case.evaluation, decided, backfill_id, "Ada"),
            stays_filed=bool(seed // 2 % 2),
        )


def call(number: int, days: int, minutes: int, seed: int) -> Conversation:
    """A conversation of a few queues and agents, some of them of AI agents, some with an answer to a survey."""
    machine, person = Agent("ai-1", "Bot", kind="ai", version="2"), Agent(f"a-{seed % 3}", f"Agent {seed % 4}")
    agents = ((person,), (machine,), (person, machine), (person, Agent("a-2", None)))[seed // 7 % 4]
    survey = (Survey(type="csat", score=seed % 5 + 1), Survey(type="nps", score=seed % 11), None)[seed // 11 % 3]
    return conversation(
        f"c-{number:02}",
        timedelta(days=days, minutes=minutes),
        channel=("voice", "chat")[seed // 3 % 2],
        direction=("inbound", "outbound")[seed // 5 % 2],
        queues=tuple(Queue(f"q-{each}", f"Queue {seed % 3}") for each in {seed // 13 % 3, seed // 17 % 3}),
        agents=agents,
        contact=Contact(survey=survey) if survey else None,
        custom_id=str(seed),
    )


def found(pending: PendingConversation) -> EvaluatedConversation:
    """What is decided and found, by the seed of a conversation."""
    of = pending.conversation
    seed = int(of.custom_id or 0)
    status = ("evaluated", "evaluated", "below_threshold", "sides_unknown")[seed // 19 % 4]
    decided = evaluation(of, pending.revision, status)
    resolutions: tuple[Resolution, ...] = ("YES", "NO", "NA")
    score = Decimal(seed % 91 + 10) / 10
    label = "negative" if score < 4 else "positive" if score > 6 else "neutral"
    leaf = Topic(name="Late", level=2, confidence=Decimal("0.9"), sentiment=seed % 9 + 1, is_resolved=seed % 2 == 0)
    insights = Insights(
        language="en",
        sentiment=Sentiment(label=label, score=score, start=label, end=label, positive=0, neutral=0, negative=100),
        resolution=Outcome(resolution=resolutions[seed // 23 % 3]),
        intents=(Intent(name=f"intent {seed % 4}", score=seed % 10 + 1), Intent(name="both", score=None)),
        configured_intents=(Topic(name="Shop", level=1, confidence=Decimal("0.9"), topics=(leaf,)),),
    )
    if decided.score is not None:
        decided = replace(decided, score=Decimal(seed % 100), passed=seed % 3 > 0)
    return EvaluatedConversation(
        conversation=of, evaluation=decided, insights=insights if seed % 6 else None, audit=pending.audit
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, bounds=BOUNDS)
def test_an_overview_is_the_same_with_and_without_rollups(
    store: Store, steps: list[tuple[str, Any]], bounds: tuple[int, int]
) -> None:
    """Loads, revisions at other starts, re-scores, audits, erasures, names, merges and what figures leave out."""
    number = next(APPS)
    tenant = Tenant(account_id=f"ac-{number}", org_id=f"o-{number}", app_id=f"st-{number}")
    store.ensure(tenant)
    made = Made(store.within(tenant))
    since = STARTED + timedelta(minutes=bounds[0])
    some = Wanted(since=since, until=since + timedelta(minutes=bounds[1], milliseconds=bounds[1] % 2))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(room, "LEAST", 2)
        patched.setattr(room, "LEAST_OF_PARTS", 3)
        patched.setattr(room, "AT_A_TIME", 3)
        for step in steps:
            made.do(*step)
        compare(made.app, some)
        made.do("roll", ())
        compare(made.app, some)
        compare(made.app, WHOLE)


def compare(app: AppStore, wanted: Wanted) -> None:
    """Compare overviews of a period with filters that rollups know."""
    for each in (
        wanted,
        replace(wanted, channels=("chat",)),
        replace(wanted, directions=("outbound",), handled_by=("ai", "both")),
    ):
        rolled = overview(app, each, kinds=KINDS, most=50, bar=Bar(conversations=2))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Wanted, "has_rollups", False)
            assert rolled == overview(app, each, kinds=KINDS, most=50, bar=Bar(conversations=2))


def test_spans_with_many_conversations_are_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once they are over; hours of days with many, days and 32 days. What is written takes away only its own."""
    monkeypatch.setattr(rollups, "CROWD", 80)
    tenant = Tenant(account_id="ac-r", org_id="o-r", app_id="st-r")
    store.ensure(tenant)
    made = Made(store.within(tenant))
    made.load([call(n, n // 40, n % 40 // 20 * 60, n) for n in range(160)])
    spans = STARTED - timedelta(days=40), STARTED + timedelta(days=40)

    def counted() -> dict[int, int]:
        since, until = (int(each.timestamp() * 1000) for each in spans)
        buckets = made.app.insight_tallies.counted("parts", basis_of(made.app), since, until)
        return {level: len(its) for level, its in buckets.items()}

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(room, "LEAST", 20)
        patched.setattr(room, "LEAST_OF_PARTS", 20)
        roll_up(made.app, STARTED + timedelta(days=2), lambda _: False)
        assert counted() == {0: 4, 1: 2, 2: 0}
        roll_up(made.app, NOW, lambda _: False)
        assert counted() == {0: 8, 1: 4, 2: 1}
        made.app.conversations.erase("c-00")
        assert counted() == {0: 7, 1: 3, 2: 0}
        roll_up(made.app, NOW, lambda _: True)
        assert counted() == {0: 7, 1: 4, 2: 0}
        compare(made.app, WHOLE)


def test_who_sees_some_has_the_figures_of_these(store: Store) -> None:
    """Though rollups count all; and filters by queue leave the same."""
    tenant = Tenant(account_id="ac-s", org_id="o-s", app_id="st-s")
    store.ensure(tenant)
    made = Made(store.within(tenant))
    made.load([call(n, 0, n, n) for n in range(60)])
    roll_up(made.app, NOW, lambda _: False)
    seen = made.app.seen_by(Visibility(is_everything=False, queues=frozenset({"q-0"})))
    some, narrowed, every = (
        overview(app, wanted, bar=Bar()).total
        for app, wanted in ((seen, WHOLE), (made.app, replace(WHOLE, queues=("q-0",))), (made.app, WHOLE))
    )
    assert some == narrowed
    assert 0 < some.conversations < every.conversations


def test_drivers_of_very_many_are_those_of_rollups(store: Store) -> None:
    """The same figures of all and of queues, reasons, agents and channels as by reading each conversation."""
    tenant = Tenant(account_id="ac-d", org_id="o-d", app_id="st-d")
    store.ensure(tenant)
    made = Made(store.within(tenant))
    made.load([replace(call(n, n // 60, n % 60, n * 7), agents=(Agent(f"a-{n % 3}", "Ada"),)) for n in range(120)])
    roll_up(made.app, NOW, lambda _: False)
    middle = STARTED + timedelta(days=1)
    compared = Compared(since=middle, until=middle + timedelta(days=1), before=timedelta(days=1))
    for figure in ("score", "resolved"):
        read = figure_change(made.app, Sought(), compared, figure)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(drivers, "MOST_READ", 10)
            rolled = figure_change(made.app, Sought(), compared, figure)
        assert rolled.samples == read.samples
        assert rolled.samples[0].n > 10
        assert groups(rolled) == {key: each for key, each in groups(read).items() if key in groups(rolled)}
        assert {kind for kind, _, _ in groups(rolled)} == {"queue", "reason", "agent", "channel"}


def groups(found: FigureChange) -> dict[tuple[str, str, str], tuple[Sample, Sample]]:
    """Return what is known of each group in both periods."""
    assert found.change is not None
    known = (each.group for each in found.change.drivers if each.group.id)
    return {(each.kind, each.id, each.name): (each.before, each.now) for each in known}
