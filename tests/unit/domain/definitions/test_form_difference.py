"""What differs between two forms, metric by metric."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from auscult.domain.definitions.form_difference import Change, FormDifference, differences, has_same_question
from auscult.domain.form import Assignment, Form, Metric
from tests.strategies import json_objects

PHRASES = {"any_of": [{"phrases": ["hello", "good morning"]}, {"similar": ["Hi"], "threshold": 0.55}]}
GREETING = Metric(id="em-1", name="Greeting", type="by_question", weight=Decimal(60), settings={"answer": PHRASES})
DEAD_AIR = Metric(id="em-2", name="Dead air", type="by_speech", weight=Decimal(40), settings={"min_duration": "10s"})
FORM = Form(id="ef-1", name="Form", channel="voice", metrics=(GREETING, DEAD_AIR), pass_score=Decimal(70))

weights = st.decimals(0, 100, places=2)
metrics = st.builds(
    Metric,
    id=st.sampled_from(["em-1", "em-2", "em-3", "em-4"]),
    name=st.sampled_from(["Greeting", "Closing"]),
    type=st.sampled_from(["by_question", "by_speech"]),
    weight=weights,
    negative_weight=weights,
    fatal=st.booleans(),
    settings=st.none()
    | st.dictionaries(st.sampled_from(["question", "answer", "window"]), json_objects() | st.lists(json_objects())),
)
forms = st.builds(
    Form,
    id=st.sampled_from(["ef-1", "ef-2"]),
    name=st.just("Form"),
    channel=st.sampled_from(["voice", "chat"]),
    version=st.integers(1, 3),
    pass_score=weights,
    metrics=st.lists(metrics, max_size=4, unique_by=lambda metric: metric.id).map(tuple),
    assignments=st.lists(st.builds(Assignment, queue=st.sampled_from(["*", "qu-1", "qu-2"])), max_size=3).map(tuple),
)


def values(form: Form) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """A form as a document has it, without its version: its own keys, and those of its metrics by id."""
    encoded = msgspec.json.Encoder(decimal_format="number").encode(form)
    own: dict[str, Any] = msgspec.json.Decoder(float_hook=Decimal).decode(encoded)
    own.pop("version")
    optional = [*Form.__struct_fields__[-7:], *Metric.__struct_fields__[-10:]]
    for each in (own, *own["metrics"]):
        for key in optional:
            if each.get(key, ...) in (None, False, "", []):
                del each[key]
    for each in own["assignments"]:
        if each["pass_score"] is None:
            del each["pass_score"]
    found: dict[str, dict[str, Any]] = {}
    for metric in own.pop("metrics"):
        settings = metric.pop("settings") or {}
        del metric["is_id_derived"]
        found[metric["id"]] = metric | settings
    return own, found


def applied(before: Any, changes: tuple[Change, ...]) -> Any:
    """A value with changes made to it, each at its path."""
    value = deepcopy(before)
    for change in changes:
        *way, last = change.path
        part_of = value
        for part in way:
            part_of = part_of[part]
        if change.after is UNSET:
            del part_of[last]
        else:
            part_of[last] = change.after
    return value


@pytest.mark.landing
@settings(max_examples=50)
@given(forms)
def test_a_form_does_not_differ_from_itself(form: Form) -> None:
    """Nor from itself under another version number, nor from what is read of it again."""
    assert differences(form, form).is_empty
    assert differences(form, replace(form, version=form.version + 1)).is_empty
    assert differences(form, msgspec.json.decode(msgspec.json.encode(form), type=Form)).is_empty


@pytest.mark.landing
@settings(max_examples=50)
@given(forms, forms)
def test_a_difference_is_complete(before: Form, after: Form) -> None:
    """What is told, applied to the one form, makes the other: nothing is left out, and nothing is told that is not so."""
    found = differences(before, after)
    own, metrics = values(before)
    wanted, wanted_metrics = values(after)
    assert applied(own, found.changes) == wanted
    for one in found.metrics:
        metrics[one.id] = applied(metrics.get(one.id, {}), one.changes)
        if one.change == "removed":
            assert metrics.pop(one.id) == {}
    assert metrics == wanted_metrics
    common = [each.id for each in before.metrics if each.id in wanted_metrics]
    assert found.is_reordered == (common != [each.id for each in after.metrics if each.id in common])


@pytest.mark.landing
@settings(max_examples=50)
@given(forms, forms)
def test_the_way_back_is_the_same_way(before: Form, after: Form) -> None:
    """Whatever came one way goes the other."""
    there, back = differences(before, after), differences(after, before)
    assert {(one.path, repr(one.before), repr(one.after)) for one in there.changes} == {
        (one.path, repr(one.after), repr(one.before)) for one in back.changes
    }
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(one.id, one.change) for one in there.metrics} == {(one.id, opposite[one.change]) for one in back.metrics}


def told(found: FormDifference) -> dict[str, list[str]]:
    """Metric id -> what is about it."""
    return {one.id: [change.aspect for change in one.changes] for one in found.metrics}


@pytest.mark.parametrize(
    ("changed", "aspects", "is_judged_anew"),
    [
        (replace(GREETING, weight=Decimal(50)), ["weight"], False),
        (replace(GREETING, negative_weight=Decimal(5)), ["weight"], False),
        (replace(GREETING, name="Opening"), ["identity"], False),
        (replace(GREETING, fatal=True, correct_answer="no"), ["right_answer", "right_answer"], False),
        (replace(GREETING, settings={"answer": {"any_of": [{"phrases": ["hi"]}]}}), ["settings"], True),
        (replace(GREETING, settings={"answer": PHRASES, "question": "Hello?"}), ["wording"], True),
        (replace(GREETING, settings={"answer": PHRASES | {"speaker": "agent"}}), ["settings"], True),
        (replace(GREETING, type="by_guess"), ["settings"], True),
    ],
)
def test_a_change_says_what_it_is_about(changed: Metric, aspects: list[str], is_judged_anew: bool) -> None:
    """Weight, wording, settings; and whether answers given before still stand."""
    found = differences(FORM, replace(FORM, metrics=(changed, DEAD_AIR)))
    assert told(found) == {"em-1": aspects}
    assert found.metrics[0].is_judged_anew == is_judged_anew
    assert has_same_question(GREETING, changed) != is_judged_anew
    assert found.changes == ()


def test_words_that_come_and_go() -> None:
    """Of a list its items are told, each as often as there are more of it."""
    words = deepcopy(PHRASES)
    words["any_of"][0]["phrases"] = ["hello", "hi", "hi"]
    found = differences(FORM, replace(FORM, metrics=(replace(GREETING, settings={"answer": words}), DEAD_AIR)))
    (change,) = found.metrics[0].changes
    assert (change.path, change.aspect) == (("answer", "any_of", 0, "phrases"), "wording")
    assert (change.gone, change.come) == (("good morning",), ("hi", "hi"))


def test_the_form_itself() -> None:
    """Pass score and assignments are told apart from the rest."""
    changed = replace(FORM, pass_score=Decimal(80), assignments=(Assignment(queue="qu-1"),), languages=("de",))
    found = differences(FORM, changed)
    assert {change.aspect: (change.before, change.after) for change in found.changes} == {
        "pass_score": (70, 80),
        "assignments": ([], [{"queue": "qu-1", "direction": "both"}]),
        "form": (["en"], ["de"]),
    }
    assert found.metrics == ()


def test_metrics_added_removed_and_moved() -> None:
    """An added or removed metric is told with all it says; what only moved is one word."""
    closing = Metric(id="em-3", name="Closing", type="manual")
    found = differences(FORM, replace(FORM, metrics=(DEAD_AIR, closing)))
    assert [(one.id, one.change, one.is_judged_anew) for one in found.metrics] == [
        ("em-3", "added", True),
        ("em-1", "removed", False),
    ]
    assert all(change.before is UNSET for change in found.metrics[0].changes)
    assert all(change.after is UNSET for change in found.metrics[1].changes)
    moved = differences(FORM, replace(FORM, metrics=(DEAD_AIR, GREETING)))
    assert (moved.metrics, moved.is_reordered, moved.is_empty) == ((), True, False)


def test_a_snapshot_asks_what_its_form_asks() -> None:
    """A snapshot's settings are plain JSON values; they compare as the settings of the type they came from."""
    from auscult.services.definitions.forms.reading import starter_forms  # noqa: PLC0415  (real settings of real types)

    for form in starter_forms():
        kept = msgspec.json.decode(msgspec.json.encode(form), type=Form)
        assert all(has_same_question(*pair) for pair in zip(form.metrics, kept.metrics, strict=True))
        assert not has_same_question(form.metrics[0], kept.metrics[1])
