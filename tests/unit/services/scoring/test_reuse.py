"""Answers of an earlier evaluation that stand under another version of the form (answers reused)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evaluation, MetricResult
from auscult.domain.form import Form, Metric
from auscult.domain.probe import Probe, Similarity
from auscult.domain.scoring.stored import PendingConversation, ReusedVerdicts
from auscult.engines.wordllama import WordLlama
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.reuse import NOTHING, VerdictReuse
from tests.data_files import data_of

NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)
ENGINE = WordLlama()
EVALUATOR = Evaluator(METRICS, {Similarity: ENGINE})
FORM = read_form(data_of(__file__, "form").encode())
ANOTHER = read_form(msgspec.json.encode({"id": "ef-2", "name": "x", "channel": "voice", "scoring": "points", "metrics": [
    {"id": "em-greeting", "name": "Greeting", "type": "by_question", "weight": 3,
     "answer": {"any_of": [{"phrases": ["good day"]}]}},
    {"id": "em-new", "name": "New", "type": "by_question", "weight": 1, "answer": {"any_of": [{"similar": ["bye now"]}]}},
]}))  # fmt: skip

lines = st.tuples(
    st.sampled_from(["agent", "customer"]),
    st.sampled_from(["hello", "good morning to you", "it is broken", "so sorry", "shut up", "good day", "bye now"]),
    st.integers(0, 40_000),
)
weights = st.decimals(0, 9, places=1)


@st.composite
def spoken(draw: st.DrawFn) -> Conversation:
    """A call of thirty seconds, or one that is too short."""
    turns = tuple(
        Turn(f"m{at}", speaker, text, start_ms=start, end_ms=start + 1000)  # type: ignore[arg-type]
        for at, (speaker, text, start) in enumerate(draw(st.lists(lines, max_size=6)))
    )
    started = NOW - timedelta(hours=1)
    seconds = draw(st.sampled_from([10, 30]))
    return Conversation(
        id="c-1", channel="voice", started_at=started, ended_at=started + timedelta(seconds=seconds), turns=turns
    )


@st.composite
def versions(draw: st.DrawFn) -> Form:
    """The form with some metrics changed, left out, or put into another order, and others in their place."""
    metrics: list[Metric] = [
        replace(
            metric,
            weight=draw(weights),
            negative_weight=draw(weights),
            fatal=draw(st.booleans()),
            correct_answer=draw(st.sampled_from(["yes", "no"])),
            name=draw(st.sampled_from([metric.name, "Other"])),
        )
        for metric in draw(st.permutations(FORM.metrics))
        if draw(st.booleans())
    ]
    replaced = draw(st.booleans())
    known = {metric.id for metric in metrics}
    if replaced:
        metrics = [next((one for one in ANOTHER.metrics if one.id == metric.id), metric) for metric in metrics]
        metrics += [one for one in ANOTHER.metrics if one.id not in known]
    return replace(
        FORM,
        version=2,
        metrics=tuple(metrics),
        pass_score=draw(weights),
        min_duration_ms=draw(st.sampled_from([0, 20_000])),
        not_applicable=draw(st.sampled_from(["exclude", "award"])),
    )


def evaluate(
    conversation: Conversation, form: Form, known: ReusedVerdicts = NOTHING, by: Evaluator = EVALUATOR
) -> Evaluation:
    """One evaluation."""
    return by.evaluate([PendingConversation(conversation=conversation, revision=1, known=known)], [form], NOW)[
        0
    ].evaluation


def kept(evaluation: Evaluation) -> Evaluation:
    """The same as the store gives it back: settings are plain JSON values."""
    assert evaluation.form is not None
    form = msgspec.json.decode(msgspec.json.encode(evaluation.form), type=Form)
    metrics = {metric.id: metric for metric in form.metrics}
    results = tuple(
        MetricResult(metric=metrics[result.metric.id], verdict=result.verdict) for result in evaluation.results
    )
    return replace(evaluation, form=form, results=results)


@pytest.mark.landing
@settings(max_examples=150)
@given(spoken(), versions(), versions())
def test_what_is_reused_is_what_would_be_found_again(conversation: Conversation, before: Form, after: Form) -> None:
    """With what is known of one version, every other version comes out as if everything were judged anew."""
    decided = kept(evaluate(conversation, before))
    full = evaluate(conversation, after)
    short = evaluate(conversation, after, VerdictReuse().known(decided, after))
    assert replace(short, engines=()) == replace(full, engines=())
    assert set(full.engines) <= set(short.engines) <= {*full.engines, *decided.engines}


class Silent:
    """An engine that must not be asked."""

    probe = Similarity
    version = "silent"

    def answer(self, probes: Sequence[Probe]) -> Any:
        """Fail."""
        raise AssertionError(probes)


@settings(max_examples=50)
@given(spoken(), st.lists(weights, min_size=5, max_size=5), weights)
def test_changed_weights_ask_and_match_nothing(
    conversation: Conversation, given_: list[Decimal], least: Decimal
) -> None:
    """Where only weights or the pass score changed, nobody is asked and no metric looks at a word."""
    decided = kept(evaluate(conversation, FORM))
    metrics = tuple(replace(metric, weight=weight) for metric, weight in zip(FORM.metrics, given_, strict=True))
    after = replace(FORM, version=2, metrics=metrics, pass_score=least)
    full = evaluate(conversation, after)
    idle = EVALUATOR._replace(engines={Similarity: Silent()}, types={})
    if decided.status == "evaluated":
        assert evaluate(conversation, after, VerdictReuse().known(decided, after), idle) == full


def test_nothing_is_known_of_what_was_not_judged() -> None:
    """A conversation without a form, or too short, has no answers to keep."""
    short = evaluate(Conversation(id="c-1", channel="voice", started_at=NOW, ended_at=NOW, turns=()), FORM)
    assert short.status == "below_threshold"
    assert VerdictReuse().known(short, FORM) == NOTHING
    assert VerdictReuse().known(replace(short, form=None), FORM) == NOTHING


def test_an_answer_with_a_confidence_is_asked_again_where_the_form_abstains_otherwise() -> None:
    """The form decides below which confidence the machine abstains; answers without a confidence are reused."""
    call = Conversation(id="c-1", channel="voice", started_at=NOW, ended_at=NOW + timedelta(minutes=1), turns=())
    decided = kept(evaluate(call, FORM))
    first, *others = decided.results
    doubted = replace(first, verdict=replace(first.verdict, confidence=Decimal("0.55")))
    decided = replace(decided, results=(doubted, *others))
    whole = {metric.id for metric in FORM.metrics}
    lost = whole - set(VerdictReuse().known(decided, replace(FORM, abstain_below=Decimal("0.7"))).verdicts)
    assert first.metric.id in lost
    assert lost < whole
    assert set(VerdictReuse().known(decided, replace(FORM, abstain="audit")).verdicts) == whole, "it never abstains"


def test_forms_are_told_apart_as_they_come_and_go() -> None:
    """Two forms are compared once, and never taken for others that came later."""
    reuse = VerdictReuse()
    conversation = Conversation(
        id="c-1", channel="voice", started_at=NOW, ended_at=NOW + timedelta(minutes=1), turns=()
    )
    for _ in range(50):
        decided = kept(evaluate(conversation, FORM))
        assert set(reuse.known(decided, FORM).verdicts) == {metric.id for metric in FORM.metrics}
        assert set(reuse.known(decided, replace(ANOTHER)).verdicts) == set()
