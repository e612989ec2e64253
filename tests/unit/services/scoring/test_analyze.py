"""Stage 3: what analyzers find is gathered, whatever stands in the table."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from auscult.analyzers import ANALYZERS
from auscult.analyzers._contract import Unknown
from auscult.domain.conversation import Conversation
from auscult.domain.engines import Engine
from auscult.domain.insight import Flag, Insights
from auscult.domain.probe import Acts, Answer, Answers, Classification, Judgement, Probe, Similarity
from auscult.domain.scoring.stored import PendingConversation
from auscult.engines import embedded
from auscult.metrics import METRICS
from auscult.reports import REPORTS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.analyze import analyze, open_analysis
from auscult.services.scoring.evaluate import AT_A_TIME, Evaluator
from auscult.services.scoring.process import Processing
from auscult.services.scoring.rebuild import rebuild
from auscult.services.scoring.score import score_group
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.integration.working import FORM, conversation
from tests.unit.analyzers.conversations import analyzed, talk
from tests.waiting import existing

NOW = datetime(2026, 3, 24, tzinfo=UTC)
LEAVING = (
    "A: welcome",
    "C: I want to speak to your manager",
    "A: no, sorry",
    "C: then I'm cancelling my contract, bye",
)
JAPANESE = ("A: お電話ありがとうございます", "C: 請求書について質問があります。ひどいです")


class Counting:
    """An engine that counts how often it is asked, and of how many questions."""

    def __init__(self, engine: Engine) -> None:
        """Nothing was asked yet."""
        self.engine = engine
        self.probe = engine.probe
        self.version = engine.version
        self.asked: list[int] = []

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """What the engine answers."""
        self.asked.append(len(probes))
        return self.engine.answer(probes)


@pytest.fixture(scope="module")
def engines() -> Mapping[type[Probe], Counting]:
    """The engines of the base installation, counting: heads do not vote there."""
    return {engine.probe: Counting(engine) for engine in embedded() if engine.probe is not Acts}


@pytest.fixture
def evaluator(engines: Mapping[type[Probe], Counting]) -> Evaluator:
    """Every metric type, every analyzer."""
    for engine in engines.values():
        engine.asked.clear()
    return Evaluator(METRICS, engines, analyzers=ANALYZERS)


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app with one form."""
    app.forms.publish("ef-1", FORM)
    return app


def named(name: str, *lines: str) -> Conversation:
    """A conversation of lines, under this id."""
    said = talk(*lines)
    return Conversation(id=name, channel="chat", started_at=said.started_at, turns=said.turns)


def test_one_pass_of_each_engine_serves_analyzers_and_metrics(evaluator: Evaluator) -> None:
    """One embedding pass serves them all, for as many conversations as are looked at together."""
    batch = [
        PendingConversation(conversation=named(f"c-{number}", *LEAVING, f"C: order {number}"), revision=1)
        for number in range(2 * AT_A_TIME + 1)
    ]
    judged = evaluator.evaluate(batch, [read_form(FORM)], NOW)
    assert [len(each.asked) for each in evaluator.engines.values() if isinstance(each, Counting)] == [3, 3, 0, 0, 0]
    assert [each.evaluation.conversation_id for each in judged] == [each.conversation.id for each in batch]
    for each in judged:
        assert each.insights is not None
        assert each.insights.churn_risk == judged[0].insights.churn_risk if judged[0].insights else None
        assert each.insights.churn_risk is not None
        assert each.insights.churn_risk.observed


def test_finds_what_the_analyzers_find_one_by_one(evaluator: Evaluator) -> None:
    """The stage adds nothing and leaves nothing out: each field or its reason, and who answered."""
    for asked in (talk(*LEAVING), talk(*JAPANESE, language="ja"), talk()):
        ((_, found),) = evaluator.evaluate([PendingConversation(conversation=asked, revision=1)], [], NOW)
        alone = analyzed(asked, evaluator.engines)  # type: ignore[arg-type]
        assert found is not None
        assert {name: getattr(found, name) for name in ANALYZERS} == {name: getattr(alone, name) for name in ANALYZERS}
        assert found.unknown == alone.unknown
    ((_, found),) = evaluator.evaluate([PendingConversation(conversation=talk(*LEAVING), revision=1)], [], NOW)
    assert found is not None
    assert evaluator.engines[Classification].version in found.engines


def test_language_decides_who_asks() -> None:
    """Nothing is asked about text that no analyzer reads, whatever language the document gives."""
    opened = open_analysis(talk(*JAPANESE, language="en"), ANALYZERS, {Classification})
    assert opened.known.language == "ja"
    assert opened.probes == ()
    assert open_analysis(talk(*LEAVING), ANALYZERS, {Classification}).probes


def test_is_analysed_without_a_form_and_below_the_threshold_too(evaluator: Evaluator) -> None:
    """Intelligence stands beside any form: what is not scored is analysed all the same."""
    form = read_form(FORM.replace(b"pass_score: 50", b"pass_score: 50\nmin_duration: 10 min"))
    for forms in ([], [form]):
        ((evaluation, insights),) = evaluator.evaluate(
            [PendingConversation(conversation=talk(*LEAVING), revision=1)], forms, NOW
        )
        assert evaluation.score is None
        assert insights is not None
        assert insights.escalation is not None
        assert insights.escalation.observed


class Asking:
    """An analyzer that asks a judge, and does without where there is none."""

    field: ClassVar[str] = "churn_risk"
    languages: frozenset[str] = frozenset()

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """One question."""
        return (Judgement("leaves", conversation.id, ()), Similarity(("a",), ("b",)))

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Flag | Unknown:
        """Unknown where nobody answered; fails on whoever is called bad."""
        if "bad" in conversation.id:
            raise ZeroDivisionError(conversation.id)
        del known
        return Flag(observed=True) if len(answers) > 1 else Unknown(f"{len(answers)} answers")


def test_what_no_engine_answers_is_not_asked() -> None:
    """Offline by default: an analyzer may ask an engine that is not configured, and is told nothing."""
    opened = [open_analysis(talk(*LEAVING), {"churn_risk": Asking()}, {Similarity})]
    assert [type(probe) for probe in opened[0].probes] == [Similarity]
    (found,) = analyze([opened[0]._replace(probes=())], {"churn_risk": Asking()}, {})
    assert found.unknown == {"churn_risk": "0 answers"}


def test_one_that_breaks_an_analyzer_holds_nobody_up(store: Store, app: AppStore) -> None:
    """It is named in the batch's failure, as one that breaks a metric is, and the others are recorded."""
    engines = {engine.probe: engine for engine in embedded()}
    broken = Evaluator(METRICS, engines, analyzers={**ANALYZERS, "churn_risk": Asking()})
    work = Processing(store, broken, REPORTS, lambda: NOW)
    batch = app.conversations.accept([conversation("c-1"), conversation("bad-1"), conversation("c-2")]).batch_id or ""
    finished = existing(work.evaluate(batch))
    assert [one.conversation.id for one in finished.rendered] == ["c-1", "c-2"]
    assert finished.faults == ("bad-1: ZeroDivisionError: bad-1",)


def test_what_was_found_stays_without_analysing_again(store: Store, app: AppStore, evaluator: Evaluator) -> None:
    """Rebuild and audits render from what is kept: no engine is asked, and no row changes."""
    work = Processing(store, evaluator, REPORTS, lambda: NOW)
    finished = existing(work.evaluate(app.conversations.accept([named("c-1", *LEAVING)]).batch_id or ""))
    work.record(finished)
    (kept,) = app.conversations.rerender("", 9)
    assert kept.insights == finished.rendered[0].insights
    detail, case = app.conversations.get("c-1"), app.audits.case("c-1")
    assert detail is not None
    assert case is not None
    assert detail.insights == case.insights == kept.insights
    asked = [list(each.asked) for each in evaluator.engines.values() if isinstance(each, Counting)]
    assert rebuild(store, REPORTS, lambda _done, _total: None) == 1
    assert [list(each.asked) for each in evaluator.engines.values() if isinstance(each, Counting)] == asked


def test_a_line_of_score_has_the_promised_shape(evaluator: Evaluator) -> None:
    """spec/interfaces.md: customer_sentiment, escalation, churn_risk with evidence, resolution; the rest beside them."""
    line: dict[str, Any] = json.loads(score_group([talk(*LEAVING)], [], evaluator, NOW))["insights"]
    assert line["customer_sentiment"].keys() == {"label", "score"}
    assert line["customer_sentiment"]["label"] == "negative"
    assert 1 <= line["customer_sentiment"]["score"] < 4
    assert line["escalation"]["observed"] is True
    (evidence,) = line["escalation"]["evidence"]
    assert (evidence["turn_id"], evidence["text"]) == ("m2", "I want to speak to your manager")
    assert evidence.keys() == {"turn_id", "start_ms", "end_ms", "text", "why"}
    assert line["churn_risk"]["evidence"][0]["turn_id"] == "m4"
    assert line["resolution"] == "NO"
    assert line["resolution_evidence"]
    assert [turn["turn_id"] for turn in line["sentiment_course"]["turns"]] == ["m2", "m4"]
    assert isinstance(line["sentiment_course"]["turns"][0]["score"], float)
    assert line["language"] == "en"
    assert all(line[name] is not None or line["unknown"][name] for name in ("emotions", "language"))


def test_a_line_of_score_says_what_it_cannot_know(evaluator: Evaluator) -> None:
    """Null, with a reason, never an English guess on Japanese text."""
    line = json.loads(score_group([talk(*JAPANESE)], [], evaluator, NOW))["insights"]
    for name, reason_of in {
        "customer_sentiment": "sentiment",
        "escalation": "escalation",
        "churn_risk": "churn_risk",
        "resolution": "resolution",
    }.items():
        assert line[name] is None
        assert line["unknown"][reason_of] == "Japanese is not supported"


def test_what_was_never_analysed_can_be(store: Store, app: AppStore, evaluator: Evaluator) -> None:
    """An upgraded store: rebuilding with an analyst finds what was missing, once; who breaks it stays as they were."""
    plain = Processing(store, evaluator._replace(analyzers={}), REPORTS, lambda: NOW)
    finished = plain.evaluate(
        app.conversations.accept([named("c-1", *LEAVING), named("bad-1", *LEAVING)]).batch_id or ""
    )
    assert finished is not None
    plain.record(finished)
    assert [one.insights for one in app.conversations.rerender("", 9)] == [None, None]
    broken = evaluator._replace(analyzers={**ANALYZERS, "churn_risk": Asking()})
    assert rebuild(store, REPORTS, lambda _done, _total: None, broken) == 2
    found = {one.conversation.id: one.insights for one in app.conversations.rerender("", 9)}
    assert found["bad-1"] is None
    assert found["c-1"] is not None
    rebuild(store, REPORTS, lambda _done, _total: None, evaluator)
    again = {one.conversation.id: one.insights for one in app.conversations.rerender("", 9)}
    assert again["c-1"] == found["c-1"]
    assert again["bad-1"] is not None
    assert store.recount() == []
