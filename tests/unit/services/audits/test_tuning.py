"""Thresholds fitted to what people answered. The engine of these tests reads each likeness from the words themselves."""

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.audits.judge_confidence import JudgedAnswer
from auscult.domain.form import Form
from auscult.domain.probe import Acts, ActsAnswer, Answer, Closest, Judgement, Probe, Similarity, SimilarityAnswer
from auscult.engines._acts.reading import ACTS
from auscult.metrics import METRICS
from auscult.services.audits.tuning import Labelled, Tuning, tune
from auscult.services.definitions.forms.document import path_of
from auscult.services.definitions.forms.edit import with_numbers
from auscult.services.definitions.forms.reading import read_form
from auscult.services.definitions.forms.thresholds import fitted_in, number_at, with_fitted
from tests.strategies import talk


class Told:
    """An engine for texts like ``like 42``, which are as like to every sample as they say, in percent."""

    probe: ClassVar[type[Probe]] = Similarity
    version = "told 1"

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """What the texts say."""
        return [
            SimilarityAnswer(tuple(Closest(int(text.split()[-1]) / 100, 0) for text in probe.texts), self.version)
            for probe in probes
            if isinstance(probe, Similarity)
        ]


class Greeting:
    """Heads for texts like ``like 42``: the higher the number, the likelier it is a greeting."""

    probe: ClassVar[type[Probe]] = Acts
    version = "told 1"

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """Score what the texts say."""
        asked = [[turn.text.split() for turn in probe.turns] for probe in probes if isinstance(probe, Acts)]
        greeting = [[int(text[-1]) - 50 if text[0] == "like" else -96 for text in texts] for texts in asked]
        return [
            ActsAnswer(ACTS, tuple(tuple(n if act == "greeting" else -96 for act in ACTS) for n in scores), "told 1")
            for scores in greeting
        ]


def form(*answers: dict[str, Any]) -> Form:
    """A form with a metric for each of these: em-0, em-1 and so on."""
    metrics = [
        {"id": f"em-{index}", "name": f"M{index}", "type": "by_question", "weight": 1, "answer": answer}
        for index, answer in enumerate(answers)
    ]
    return read_form(
        msgspec.json.encode({"id": "ef", "name": "F", "channel": "voice", "scoring": "points", "metrics": metrics})
    )


def similar(threshold: float) -> dict[str, Any]:
    """An answer that is found where something is so similar."""
    return {"any_of": [{"similar": ["sample"], "threshold": threshold}]}


def labelled(*cases: tuple[int, str]) -> list[Labelled]:
    """Conversations in which the agent says one thing of this likeness, and what people answered."""
    return [
        Labelled(talk(f"agent: like {likeness}", id=f"c-{index:03}"), {"em-0": gold})
        for index, (likeness, gold) in enumerate(cases)
    ]


def tuned(form: Form, cases: Sequence[Labelled], **options: Any) -> Tuning:
    """Fit."""
    return tune(form, cases, types=METRICS, engines={Similarity: Told()}, **options)


FORM_OF_JUDGE = """id: ef   # ours
name: F
channel: voice
scoring: points
metrics:
  - {id: em-0, name: M, type: by_question, weight: 1, answer: {any_of: [{judge: so it is}]}}
"""
CLEAR = [(likeness, "YES" if likeness >= 60 else "NO") for likeness in range(20, 95)]


def test_a_threshold_that_tells_the_answers_apart_is_found() -> None:
    """What it would change, kappa before and after, in-sample and cross-validated, and n."""
    (found,) = tuned(form(similar(0.9)), labelled(*CLEAR)).metrics
    (threshold,) = found.thresholds
    assert (found.id, found.n, found.answers) == ("em-0", 75, {"NO": 40, "YES": 35})
    assert (found.kappa_fitted, threshold.field, threshold.samples) == (1.0, "answer.any_of[0]", ("sample",))
    assert (threshold.old, threshold.new) == (0.9, 0.6)
    assert found.kappa_before is not None
    assert found.kappa_cross_validated is not None
    assert found.kappa_before < 0.2
    assert found.kappa_cross_validated > 0.9
    assert (found.is_better, found.warnings, len(threshold.folds)) == (True, (), 5)


def test_among_equally_good_thresholds_the_middle_is_taken_and_the_present_one_stays() -> None:
    """As far from either side as can be; and nothing is changed for nothing."""
    cases = labelled(*[(20, "NO"), (80, "YES")] * 20)
    assert [one.new for one in tuned(form(similar(0.9)), cases).metrics[0].thresholds] == [0.51]
    (stays,) = tuned(form(similar(0.79)), cases).metrics
    assert (stays.thresholds[0].new, stays.is_better) == (0.79, False)


def test_two_thresholds_of_one_metric_are_fitted_together() -> None:
    """One after the other, until none gets better."""
    both = {"all_of": [{"similar": ["a"], "threshold": 0.95}, {"similar": ["b"], "threshold": 0.3}]}
    (found,) = tuned(form(both), labelled(*CLEAR)).metrics
    assert found.kappa_fitted == 1.0
    assert max(one.new for one in found.thresholds) == 0.6


def test_a_vote_leans_as_people_answer() -> None:
    """Heads that find too few greetings, by the house's audits, lean to a Yes, as far as helps on conversations left out."""
    document = b"""{id: ef, name: F, channel: voice, scoring: points, metrics: [{id: em-0, name: M, type: by_question,
      weight: 1, vote: em-greeting, answer: {any_of: [{phrases: [hello]}]}}]}"""
    cases = [
        Labelled(talk(f"agent: like {n}", "customer: so", id=f"c-{n}"), {"em-0": "YES" if n >= 40 else "NO"})
        for n in range(20, 95)
    ]
    asked = read_form(document)
    found = tune(asked, cases, types=METRICS, engines={Acts: Greeting()})
    (metric,) = found.metrics
    (lean,) = metric.thresholds
    assert (metric.is_better, lean.field, lean.samples, lean.old) == (True, "lean", (), 0.0)
    again = read_form(with_numbers(document, found.changes(asked)))
    assert again.metrics[0].settings.lean == lean.new != 0


def test_too_few_labels_are_told_and_change_nothing() -> None:
    """A fit to a handful follows chance, however well it looks."""
    few = tuned(form(similar(0.9)), labelled((30, "NO"), (70, "YES"), (80, "YES"))).metrics[0]
    assert (few.is_better, few.kappa_fitted) == (False, 1.0)
    assert few.warnings == (
        "only 3 answers; below 30 a fit follows chance",
        "only 1 of 3 answers is NO; a fit needs 5 or more",
    )


def test_what_cannot_be_fitted_is_named_with_its_reason() -> None:
    """Nobody answered it, everybody answered alike, no engine for what it asks; what has no threshold is passed over."""
    judged = {"all_of": [{"similar": ["a"]}, {"judge": "so it is"}]}
    asked = form(similar(0.9), similar(0.9), judged, {"any_of": [{"phrases": ["like"]}]})
    found = tuned(asked, labelled((30, "YES"), (70, "YES")))
    assert found.metrics == ()
    assert {one.id: one.reason for one in found.skipped} == {
        "em-0": "people always answer YES, so that there is nothing to distinguish",
        "em-1": "nobody answered it",
        "em-2": f"asks a {Judgement.__name__.lower()} too, and no engine here answers one at once",
    }
    assert tuned(asked, labelled((30, "YES"), (70, "NO")), only=frozenset({"em-1"})).metrics == ()


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(0, 99), st.sampled_from(["YES", "NO", "NA"])), min_size=2, max_size=40),
    st.sampled_from([0.3, 0.55, 0.9]),
    st.integers(2, 7),
)
def test_a_fit_is_never_worse_where_it_was_made_and_always_the_same(
    cases: list[tuple[int, str]], threshold: float, folds: int
) -> None:
    """Laws: in-sample kappa does not fall; thresholds are ones a form may have; the order of reading does not matter."""
    asked, read = form(similar(threshold)), labelled(*cases)
    found = tuned(asked, read, folds=folds)
    assert tuned(asked, read[::-1], folds=folds) == found
    for metric in found.metrics:
        assert (metric.kappa_fitted or 0) >= (metric.kappa_before or 0)
        assert all(0 < one.new < 1 and all(0 < each < 1 for each in one.folds) for one in metric.thresholds)


SETTINGS: list[dict[str, Any]] = [
    {"answer": similar(0.5)},
    {"answer": similar(0.5), "vote": "em-greeting"},
    {"answer": {"any_of": [{"similar": ["a"]}, {"phrases": ["b"]}, {"similar": ["c"], "threshold": 0.7}]}},
    {
        "trigger": {"any_of": [{"all_of": [{"similar": ["a"]}]}, {"any_of": [{"similar": ["b"], "threshold": 0.2}]}]},
        "answer": similar(0.6),
        "not_when": {"any_of": [{"phrases": ["x"]}], "none_of": [{"similar": ["d"]}]},
    },
]


@pytest.mark.parametrize("written", SETTINGS)
@given(data=st.data())
def test_thresholds_are_set_where_they_stand(written: dict[str, Any], data: st.DataObject) -> None:
    """Law: what is set is read back, at every depth, and nothing else changes."""
    read = msgspec.convert(written, METRICS["by_question"].settings_type)
    paths = [path for path, _ in fitted_in(read)]
    chosen = {path: data.draw(st.sampled_from([0.11, 0.5, 0.99])) for path in paths}
    changed = with_fitted(read, chosen)
    assert {path: number_at(changed, path) for path in paths} == chosen
    assert with_fitted(changed, {path: number_at(read, path) for path in paths}) == with_fitted(
        read, {path: number_at(read, path) for path in paths}
    )


def test_changes_are_named_by_their_path_in_the_form() -> None:
    """As the form's document has them."""
    found = tuned(form({"any_of": [{"phrases": ["x"]}]}, similar(0.9)), [
        Labelled(one.conversation, {"em-1": one.answers["em-0"]}) for one in labelled(*CLEAR)
    ])  # fmt: skip
    changes = found.changes(form({"any_of": [{"phrases": ["x"]}]}, similar(0.9)))
    assert changes == {path_of("metrics[1].answer.any_of[0].threshold"): "0.6"}


@pytest.mark.parametrize("document", [FORM_OF_JUDGE, msgspec.json.encode(yaml.safe_load(FORM_OF_JUDGE)).decode()])
def test_the_confidence_of_the_judge_is_written_into_the_form(document: str) -> None:
    """Before its other keys, or in place of an earlier fit; nothing else is changed."""
    written = document.encode()
    for right in (30, 44):
        read = read_form(written)
        answers = [JudgedAnswer("judge 1 m-1", 0.97, at < right) for at in range(60)]
        cases = [Labelled(talk("agent: hi", id=f"c-{at}"), {}, (each,)) for at, each in enumerate(answers)]
        found = tuned(read, cases)
        assert found.judge
        changes = found.changes(read)
        written = with_numbers(written, changes)
        after = read_form(written)
        assert after.judge_calibration == found.judge.calibration
        assert replace(after, judge_calibration=read.judge_calibration) == read
    assert written.decode().replace("judge_calibration", "", 1).count("judge_calibration") == 0
