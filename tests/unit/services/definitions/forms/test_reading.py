"""Form documents checked: everything that is wrong, at once, with its line and what would be right (rule 6)."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.errors import FormError
from auscult.domain.form import Assignment, Form
from auscult.domain.probe import Judgement, Similarity
from auscult.metrics import METRICS
from auscult.services.definitions.forms.document import MOST_PROBLEMS
from auscult.services.definitions.forms.reading import (
    check_form,
    check_forms,
    read_form,
    starter_documents,
    starter_forms,
)
from tests.data_files import data_of, tuples_of

HELLO = data_of(__file__, "hello")
FORM: dict[str, Any] = data_of(__file__, "form")
MANUAL = {"id": "em-m", "name": "M", "type": "manual", "weight": 0}


def changed(*changes: tuple[str, Any]) -> bytes:
    """The form with values set at paths like ``metrics.0.weight``; ``...`` takes the key away."""
    form = deepcopy(FORM)
    for path, value in changes:
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        holder: Any = form
        for part in way:
            holder = holder[part]
        if value is ...:
            del holder[last]
        elif isinstance(last, int) and last == len(holder):
            holder.append(value)
        else:
            holder[last] = value
    unshared = msgspec.json.decode(msgspec.json.encode(form))  # or what stands twice would be written as an alias
    return yaml.safe_dump(unshared, sort_keys=False).encode()


def problems(document: bytes, **kwargs: Any) -> dict[str, str]:
    """What is wrong: field -> reason."""
    check = check_form(document, **kwargs)
    assert (check.form is None) == bool(check.problems)
    return {problem.field: problem.reason for problem in check.problems}


def points(*metrics: dict[str, Any]) -> bytes:
    """A points form of these metrics."""
    return changed(("scoring", "points"), ("metrics", list(metrics)))


def question(**changes: Any) -> dict[str, Any]:
    """A metric by question."""
    return {"id": "em-q", "name": "Q", "type": "by_question", "weight": 10, "answer": HELLO} | changes


def test_a_right_form_is_read_whole() -> None:
    """Every key arrives; decimals are exact, durations are ms, settings are those of the metric type."""
    form = read_form(changed(), 3)
    assert (form.id, form.name, form.channel, form.version) == ("ef-1", "First form", "voice", 3)
    assert (form.scoring, form.pass_score, form.min_duration_ms) == ("percentage", Decimal(70), 90_000)
    assert (form.not_applicable, form.languages) == ("award", ("en",))
    assert form.assignments == (Assignment(queue="*", direction="both"),)
    first, second = form.metrics
    assert (first.id, first.name, first.weight, first.fatal) == ("em-a", "A", Decimal("62.5"), True)
    assert (second.negative_weight, second.correct_answer) == (Decimal(5), "yes")
    assert isinstance(first.settings, METRICS["by_question"].settings_type)
    assert isinstance(second.settings, METRICS["by_speech"].settings_type)


def test_what_is_left_out_has_its_default() -> None:
    """Only id, name, channel and metrics must be there."""
    form = read_form(
        changed(
            *(
                (key, ...)
                for key in ("languages", "scoring", "pass_score", "min_duration", "not_applicable", "assignments")
            )
        )
    )
    assert (form.languages, form.scoring, form.pass_score, form.min_duration_ms) == (("en",), "percentage", 0, 0)
    assert (form.not_applicable, form.assignments) == ("exclude", (Assignment(),))


def test_json_and_yaml_are_one_form() -> None:
    """Two spellings of the same document."""
    assert read_form(msgspec.json.encode(FORM)) == read_form(changed())


def test_weights_are_exact() -> None:
    """Rule 2: 33.3333 + 33.3333 + 33.3334 is 100, which floats do not promise."""
    metrics = [question(id=f"em-{n}", weight=weight) for n, weight in enumerate((33.3333, 33.3333, 33.3334))]
    assert problems(changed(("metrics", metrics))) == {}
    tenths = [question(id=f"em-{n}", weight=0.1) for n in range(10)]
    assert problems(changed(("metrics", [*tenths, question(weight=99)]))) == {}


@pytest.mark.parametrize(
    ("path", "value", "field", "reason"),
    [
        *data_of(__file__, "each_fault_is_reported_at_its_path"),
        ("id", ..., "id", "is missing"),
        ("channel", ..., "channel", "is missing"),
        ("metrics", ..., "metrics", "is missing"),
        ("metrics.0.id", ..., "metrics[0].id", "is missing"),
        ("metrics.0.type", ..., "metrics[0].type", "is missing"),
        ("metrics.0.answer", ..., "metrics[0].answer", "is missing"),
    ],
)
def test_each_fault_is_reported_at_its_path(path: str, value: Any, field: str, reason: str) -> None:
    """One fault, one problem: the field that is wrong, and what would be right."""
    found = problems(changed((path, value)))
    assert list(found) == [field]
    assert reason in found[field]


def test_all_faults_are_told_at_once_in_the_order_of_lines() -> None:
    """Whoever repairs a form wants to do it once."""
    document = changed(
        ("name", ""),
        ("channel", "phone"),
        ("pass_score", 700),
        ("metrics.0.answer.any_of.0.phrases", []),
        ("metrics.1.max_instances", -1),
        ("metrics.1.fatal", "perhaps"),
    )
    check = check_form(document)
    lines = document.decode().splitlines()
    told = [
        (problem.field.rpartition(".")[2], lines[(problem.line or 0) - 1].strip("- ").partition(":")[0])
        for problem in check.problems
    ]
    assert told == [(key, key) for key in ("name", "channel", "pass_score", "phrases", "max_instances", "fatal")]


def test_problems_print_as_file_line_field_reason() -> None:
    """As compilers do, so that editors jump there."""
    with pytest.raises(FormError) as raised:
        read_form(
            b"id: ef\nname: F\nchannel: voice\nscoring: points\nmetrics:\n  - id: a\n    name: A\n    type: manual\n    weight: 1.5\n"
        )
    assert raised.value.reason == "form.invalid"
    assert raised.value.problems == ("form:9: metrics[0].weight: 1.5 must be a whole number on a points form",)


def test_an_id_may_be_made_of_the_name() -> None:
    """Where the form says so with null; leaving it out is a fault as before, and so is the same id twice."""
    form = read_form(changed(("metrics.0.id", None), ("metrics.0.name", "Recommend/explain  other options (UK)")))
    assert [(metric.id, metric.is_id_derived) for metric in form.metrics] == [
        ("em-recommend-explain-other-options-uk", True),
        ("em-b", False),
    ]
    assert problems(changed(("metrics.0.id", ...))) == {"metrics[0].id": "is missing"}
    twice = problems(changed(("metrics.0.id", None), ("metrics.0.name", "B")))
    assert twice == {"metrics[1].id": "em-b is the id of metrics[0] too; give each its own"}


def test_percentage_forms_have_no_manual_metrics() -> None:
    """Rule 6."""
    assert "are for points forms" in problems(changed(("metrics.2", MANUAL)))["metrics[2].type"]
    assert problems(points(MANUAL | {"weight": 5})) == {}


def test_points_forms_lose_no_more_than_they_give() -> None:
    """Rule 6: whole numbers, negative weights total at most what the weights total."""
    assert problems(points(question(negative_weight=10))) == {}
    assert "may not total more" in problems(points(question(negative_weight=11)))["metrics"]
    assert "whole number" in problems(points(question(negative_weight=0.5)))["metrics[0].negative_weight"]


def test_one_speech_metric_of_each_measure() -> None:
    """Rule 6: the second is told where the first is; another measure is none of its business."""
    second = {"id": "em-c", "name": "C", "type": "by_speech", "measure": "dead_air", "weight": 0}
    assert "second dead_air metric beside metrics[1]" in problems(changed(("metrics.2", second)))["metrics[2]"]
    assert problems(changed(("metrics.2", second | {"measure": "cross_talk"}))) == {}


def test_no_voice_metrics_on_chat_forms() -> None:
    """Rule 6."""
    assert problems(changed(("channel", "chat"))) == {
        "metrics[1].type": "by_speech metrics are for voice forms, not for chat"
    }


def test_languages_of_the_form_are_those_of_its_questions() -> None:
    """Rule 6: a metric that names its languages must name the form's; a language covers its regions."""
    form = ("languages", ["en", "de-AT"])
    assert problems(changed(form)) == {}
    assert "lack de-AT" in problems(changed(form, ("metrics.0.languages", ["en"])))["metrics[0].languages"]
    assert problems(changed(form, ("metrics.0.languages", ["en", "de", "fr"]))) == {}


@pytest.mark.parametrize(
    ("one", "other", "collide"),
    tuples_of(__file__, "one_form_for_each_queue_channel_and_direction"),
)
def test_one_form_for_each_queue_channel_and_direction(
    one: tuple[str, str], other: tuple[str, str], *, collide: bool
) -> None:
    """Rule 6, within a form and among the forms in force; an earlier version of the form itself is no rival."""
    ours, theirs = ({"queue": queue, "direction": direction} for queue, direction in (one, other))
    assert bool(problems(changed(("assignments", [ours, theirs])))) == collide
    rival = read_form(changed(("id", "ef-2"), ("assignments", [theirs])))
    document = changed(("assignments", [ours]))
    assert bool(problems(document, in_force=[rival])) == collide
    assert problems(document, in_force=[msgspec.structs.replace(rival, id="ef-1")]) == {}
    assert problems(document, in_force=[msgspec.structs.replace(rival, channel="chat")]) == {}


def test_a_judge_that_is_not_configured_is_told() -> None:
    """The form is right, and says which metric nobody can answer yet."""
    document = changed(("metrics.0.answer", {"any_of": [{"judge": "The agent is kind."}]}))
    check = check_form(document)
    assert check.form is not None
    (problem,) = check.unanswered
    assert (problem.field, document.decode().splitlines()[(problem.line or 0) - 1]) == ("metrics[0]", "- id: em-a")
    assert problem.reason.startswith("asks a judgement, and no engine")
    assert check_form(document, answered={Similarity, Judgement}).unanswered == ()


def test_what_is_useless_and_not_wrong_is_a_warning() -> None:
    """A form for no conversation, a form without weight."""
    idle = check_form(changed(("assignments", [])))
    assert [warning.field for warning in idle.warnings] == ["assignments"]
    weightless = check_form(points(question(weight=0)))
    assert [warning.field for warning in weightless.warnings] == ["metrics"]
    assert check_form(changed()).warnings == ()


def test_a_queue_can_be_taken_over_on_a_day_to_come() -> None:
    """Rule 6: until the first day of the version without the queue, the other form may not begin to score it."""
    old = check_form(changed(), version=1).form
    moved = check_form(changed(("assignments", [{"queue": "qu-9"}]), ("valid_from", "2027-01-01")), version=2).form
    assert old is not None
    assert moved is not None
    now = check_form(changed(("id", "ef-2")), in_force=[moved, old])
    (fault,) = now.problems
    assert fault.reason == (
        "queue *, direction both has the form ef-1 for voice until 2027-01-01; "
        "begin on that day (valid_from), or leave the queue there"
    )
    assert check_form(changed(("id", "ef-2"), ("valid_from", "2027-01-01")), in_force=[moved, old]).form is not None


def test_several_documents_are_checked_beside_each_other() -> None:
    """Rule 6 across files: the second of two forms for the same calls, or of one id, is told with the first's file."""
    same_calls = changed(("id", "ef-2"))
    same_id = changed(("assignments", [{"queue": "qu-9"}]))
    found = check_forms({"a.yaml": changed(), "b.yaml": same_calls, "c.yaml": same_id, "d.yaml": b"x"})
    assert found["a.yaml"].form is not None
    (rival,), (twin,) = found["b.yaml"].problems, found["c.yaml"].problems
    assert rival.reason == ("queue *, direction both has the form ef-1 in a.yaml for voice already; one form for each")
    assert (rival.field, twin.field, twin.line) == ("assignments[0]", "id", 1)
    assert twin.reason == "ef-1 is the id of the form in a.yaml too; give each its own"
    assert found["d.yaml"].problems
    assert all(
        check.form
        for check in check_forms(
            {
                "a": changed(),
                "b": changed(("id", "b"), ("channel", "chat"), ("metrics.1", ...), ("metrics.0.weight", 100)),
            }
        ).values()
    )


@pytest.mark.landing
@pytest.mark.parametrize(
    "document",
    [
        b"assignments: [" + b"{}, " * 50_000 + b"{}]",
        b"metrics: [" + b"{}, " * 50_000 + b"{}]",
        b"metrics: [{type: by_question, answer: {any_of: [{phrases: [" + b"x, " * 50_000 + b"y]}]}}]",
        b"\n".join(b"metrcs%d: 1" % n for n in range(20_000)),
        b"languages: [" + b"english, " * 30_000 + b"e]",
    ],
    ids=["assignments", "metrics", "phrases", "unknown keys", "languages"],
)
def test_a_document_full_of_faults_is_told_of_by_its_first(document: bytes) -> None:
    """Whoever sends mistakes by the ten thousand gets the first two hundred, not ten thousand lines, and not after minutes."""
    told = check_form(b"id: ef\nname: F\nchannel: voice\n" + document).problems
    assert 1 <= len(told) <= MOST_PROBLEMS + 1
    assert all(problem.line for problem in told)


def test_a_document_that_cannot_be_read_is_one_problem() -> None:
    """What is wrong in it cannot be known before it can be read."""
    assert problems(b"a: [") != {}
    assert problems(b"- 1\n")[""].startswith("must be a mapping of keys like id, name and metrics, not a list")


def test_starter_forms_are_right() -> None:
    """What comes along is checked like everything else, and fits one another."""
    documents = starter_documents()
    assert len(starter_forms()) == len(documents)
    for document in documents.values():
        assert check_form(document, in_force=starter_forms()).problems == ()


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.sampled_from(["", "x", "agent", "yes", "trigger", "2 turns"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["any_of", "phrases", "speaker", "window", "similar", "first"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
paths = st.sampled_from(
    [
        *FORM,
        *(f"metrics.{at}.{key}" for at in (0, 1) for key in FORM["metrics"][at]),
        "metrics.0.answer.any_of",
        "metrics.0.trigger",
        "metrics.0.answer.window",
        "metrics.1",
        "metrics.2",
    ]
)


@given(paths, junk)
def test_any_document_is_a_form_or_has_problems(path: str, value: Any) -> None:
    """Never an error of another kind, whatever stands where; and a form that is read can be used."""
    check = check_form(changed((path, value)))
    assert isinstance(check.form, Form) != bool(check.problems)
    for metric in check.form.metrics if check.form else ():
        METRICS[metric.type].needs(metric.settings)


@pytest.mark.parametrize("path", ["metrics.0.weight", "metrics.0.fatal", "metrics.0.name", "metrics.0.answer.any_of"])
def test_what_was_read_before_is_read_alike(path: str) -> None:
    """Questions without faults are kept from form to form; with a table of types of its own, each is read by itself."""
    documents = [changed((path, value)) for value in (1, True, 1.0, "1", "true", 0, False, None, HELLO["any_of"])]
    for document in (*documents, *documents):
        assert check_form(document) == check_form(document, types=dict(METRICS))
