"""Hints at the likeliest correction: for text that is not YAML, values of the wrong kind, and misplaced keys."""

from typing import Any

import pytest

from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.reading import check_form
from tests.data_files import data_of
from tests.unit.services.definitions.forms.test_reading import changed, problems, question


@pytest.mark.parametrize(
    ("document", "line", "likely"),
    [
        *data_of(__file__, "text_that_cannot_be_read_is_told_by_its_slip"),
        ("a: " + "[ :" * 20_000, 1, ""),
    ],
)
def test_text_that_cannot_be_read_is_told_by_its_slip(document: str, line: int, likely: str) -> None:
    """The line of the slip, not that on which a parser gave up, and what would be right."""
    (problem,) = read_document(document.encode()).problems
    assert problem.reason.startswith("is neither YAML nor JSON: ") or "nested" in problem.reason
    assert likely in problem.reason
    assert problem.line == line


@pytest.mark.parametrize(
    ("path", "value", "reason"), data_of(__file__, "a_value_of_the_wrong_kind_is_told_with_what_was_meant")
)
def test_a_value_of_the_wrong_kind_is_told_with_what_was_meant(path: str, value: Any, reason: str) -> None:
    """Percent signs, commas, quotes, yes for true, the trade's words for ours."""
    (told,) = problems(changed((path, value))).values()
    assert reason in told


def test_what_weights_lack_is_told_beside_other_faults() -> None:
    """Only where a weight itself cannot be read, nobody knows what they total."""
    wrong = (("metrics.0.weight", 60), ("metrics.0.fatal", "yes"), ("metrics.1.measure", "laughter"))
    assert "2.5 is missing" in problems(changed(*wrong))["metrics"]
    assert "metrics" not in problems(changed(*wrong, ("metrics.1.weight", "10%")))


@pytest.mark.parametrize(("path", "reason"), data_of(__file__, "a_misplaced_key_is_named_with_where_it_belongs"))
def test_a_misplaced_key_is_named_with_where_it_belongs(path: str, reason: str) -> None:
    """Nobody looks for a misplaced key where it is not known."""
    (told,) = problems(changed((path, 1))).values()
    assert told.startswith("is not a known key; ")
    assert reason in told


@pytest.mark.parametrize(
    ("pattern", "reason"), data_of(__file__, "a_pattern_that_cannot_be_compiled_is_named_with_its_position")
)
def test_a_pattern_that_cannot_be_compiled_is_named_with_its_position(pattern: str, reason: str) -> None:
    """Pattern errors with position."""
    metric = question(weight=100, answer={"any_of": [{"pattern": pattern}]})
    (told,) = problems(changed(("metrics", [metric]))).values()
    assert reason in told


def warnings(*changes: tuple[str, Any]) -> dict[str, str]:
    """What is right and doubtful: field -> reason."""
    check = check_form(changed(*changes))
    assert check.form is not None, check.problems
    assert all(warning.line for warning in check.warnings)
    return {warning.field: warning.reason for warning in check.warnings}


@pytest.mark.parametrize(
    ("path", "value", "field", "reason"),
    [
        *data_of(__file__, "what_is_doubtful_in_a_form_is_a_warning"),
        ("pass_score", ..., "pass_score", "is 0, so that every conversation passes"),
        ("metrics.2", question(weight=0), "metrics[2]", "its answer changes nothing"),
    ],
)
def test_what_is_doubtful_in_a_form_is_a_warning(path: str, value: Any, field: str, reason: str) -> None:
    """It can be published, and should be looked at again."""
    found = warnings((path, value))
    assert reason in found[field]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("condition", "field", "reason"),
    [
        *data_of(__file__, "words_that_can_never_match_are_a_warning"),
        ({"similar": ["word " * 21]}, "similar[0]", "has 21 words, and is compared with one sentence"),
    ],
)
def test_words_that_can_never_match_are_a_warning(condition: dict[str, Any], field: str, reason: str) -> None:
    """Phrases that can never match; a backspace where the edge of a word was meant."""
    found = warnings(("metrics.0.answer.any_of.0", condition))
    assert reason in found[f"metrics[0].answer.any_of[0].{field}"]


@pytest.mark.parametrize(
    "wording", ["how (can|may) (i|we) help", r"\S+( \S+){0,3} please", "[a-c]x", "hello", "(?i:x)y"]
)
def test_wordings_that_match_are_not_doubted(wording: str) -> None:
    """Commas in counts and dashes in classes are no words."""
    assert warnings(("metrics.0.answer.any_of.0", {"wording": [wording]})) == {}


def test_contradictions_are_a_warning() -> None:
    """What must and must not be there; calls that the form is not for."""
    both = {"any_of": [{"phrases": ["a"]}], "none_of": [{"phrases": ["a"]}]}
    assert "can never be found" in warnings(("metrics.0.answer", both))["metrics[0].answer.any_of[0]"]
    outbound = {"direction": "outbound", "any_of": [{"phrases": ["a"]}]}
    inbound = ("assignments", [{"queue": "*", "direction": "inbound"}])
    found = warnings(("metrics.0.answer", outbound), inbound)
    assert found["metrics[0].answer.direction"] == "is outbound, and the form is for inbound conversations only"
    assert warnings(("metrics.0.answer", outbound)) == {}
