"""Hints at the likeliest correction: for text that is not YAML, values of the wrong kind, and misplaced keys."""

from typing import Any

import pytest

from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.reading import check_form
from tests.unit.services.definitions.forms.test_reading import changed, problems, question


@pytest.mark.parametrize(
    ("document", "line", "likely"),
    [
        ("id: a\nmetrics:\n\t- id: b\n", 3, "begins with a tab; indent with spaces"),
        ("id: a\nmetrics:\n  - id: b\n\tname: c\n", 4, "begins with a tab"),
        ("question: Does he say: hello?\n", 1, "a text with a colon in it must be in quotes"),
        ("id:ef-1\nname: b\n", 1, "a space is missing after the colon: id: ef-1"),
        ("a:\n  b: 1\n  weight:10\n", 3, "a space is missing after the colon: weight: 10"),
        ("a:\n  weight:10\n  b: 1\n", 2, "a space is missing after the colon: weight: 10"),
        ("assignments:\n  - {queue: *, direction: both}\n", 2, "* begins a reference; put a text that begins with it"),
        ("phrases:\n  - [company] thank you\n", 2, "a text that begins with [ must be in quotes"),
        ("question: {name} here\n", 1, "a text that begins with { must be in quotes"),
        ("a: 1\nb: @x\n", 2, "'@' cannot begin a text; put the text in quotes"),
        ("a: 100\nb: %x\n", 2, "'%' cannot begin a text"),
        ('a: 1\nb: "hello\nc: 1\nd: 2\n', 2, "a quote is opened here and never closed"),
        ("a: 'it's'\n", 1, "something stands behind the closing quote"),
        ('a: "he said "hi" there"\n', 1, "something stands behind the closing quote"),
        ('pattern: "\\d+"\n', 1, "a backslash in double quotes begins an escape; use single quotes"),
        ("metrics:\n  - id: a\n   name: b\n", 3, "not indented like those it belongs to"),
        ("metrics:\n  - id: a\n      name: b\n", 3, "not indented like those it belongs to"),
        ("a: 1\nb: {c: 1 d: 2}\n", 2, "a comma is missing, or the { of line 2 is never closed"),
        ("a: [1,\n", 1, "something is missing in the list or mapping, or a [ or { above is never closed"),
        ("a: 1\nb: [x, , y]\n", 2, "something is missing in the list or mapping, or a [ or { above is never closed"),
        ("a: [1, 2\nb: 3\n", 2, "a comma is missing, or the [ of line 1 is never closed"),
        ("a: 1\nfoo\nb: 2\n", 2, "a key without a colon behind it"),
        ("a: 1\nb: [!x]\n", 2, "! begins a tag"),
        ("a: > 5 minutes\n", 1, "> and | announce text on the lines below"),
        ("a: 1\nb: \x07\n", 2, "the character U+0007 cannot be used; take it out"),
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
    ("path", "value", "reason"),
    [
        ("pass_score", "70%", "must be a number, not '70%'; write 70, without the percent sign"),
        ("pass_score", "70", "must be a number, not '70'; write 70, without quotes"),
        ("pass_score", "NaN", "must be a number, not 'NaN'"),
        ("pass_score", None, "must be a number, not nothing; write one, or leave the line out"),
        ("metrics.0.weight", "62,5", "must be a number, not '62,5'; write 62.5"),
        ("metrics.0.weight", "1_000", "must be a number, not '1_000'; write 1000, in digits alone"),
        ("metrics.0.fatal", "yes", "must be true or false, not text; write true"),
        ("metrics.0.fatal", 0, "must be true or false, not a whole number; write false"),
        ("metrics.0.correct_answer", False, "must be yes or no, not true or false; write no"),
        ("metrics.0.correct_answer", "Yes", "must be yes or no, not 'Yes'; did you mean yes?"),
        ("channel", "phone", "must be voice or chat, not 'phone'; did you mean voice?"),
        ("scoring", "percent", "must be percentage or points, not 'percent'; did you mean percentage?"),
        ("assignments.0.direction", "*", "not '*'; did you mean both?"),
        ("metrics.0.type", "by_questoin", "'by_questoin' is not a metric type; did you mean by_question?"),
        ("metrics.0.answer.speaker", "agnet", "not 'agnet'; did you mean agent?"),
        ("metrics.0.answer.speaker", "caller", "not 'caller'; did you mean customer?"),
        ("metrics.0.answer.any_of.0.phrases", "hello", "must be a list, not text; put it in brackets, like [this]"),
        ("metrics.0.answer.any_of", {"phrases": ["a"]}, "must be a list, not a mapping; begin each entry with a dash"),
        ("metrics.0.answer.any_of.0.phrases.0", 123, "must be text, not a whole number; put it in quotes"),
        ("metrics.0.answer.any_of.0.phrases.0", ["company"], "a text that begins with [ must be in quotes"),
        (
            "assignments.0.queue",
            ["a", "b"],
            "must be text, not a list; a text that begins with [ must be in quotes; of",
        ),
        ("metrics.0.answer.window", "first 2 turns", "must be a mapping of keys, not text; its keys are first, last"),
        ("metrics.0.answer.window", {"first": "0 turns"}, "'0 turns' must be from 1 to 20000 turns"),
        ("metrics.0.answer.window", {"last": "0 seconds"}, "'0 seconds' must be above 0"),
        ("metrics.0.answer.window", {"last": "2 turnes"}, "'2 turnes' is"),
        ("id", 7, "must be text, not a whole number; put it in quotes"),
        ("id", "my form", "without spaces, like em-greeting; did you mean my-form?"),
        ("languages", ["english"], "'english' is not a language tag like en or pt-BR; did you mean en?"),
        ("metrics.0.weight", 62, "on a percentage form they must total exactly 100: 0.5 is missing"),
        ("metrics.0.weight", 63, "on a percentage form they must total exactly 100: 0.5 is too much"),
        (
            "metrics.0.answer.any_of.0",
            {"similar": ["a"], "threshold": 55},
            "55 must be above 0 and at most 1, like 0.55; did you mean 0.55?",
        ),
    ],
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


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("em-greting", "is not a known key; known here: id, name"),
        ("pass-score", "did you mean pass_score?"),
        ("Languages", "did you mean languages?"),
        ("weight", "it belongs to a metric"),
        ("queue", "it belongs inside assignments"),
        ("metrics.0.pass_score", "it belongs to the form"),
        ("metrics.0.measure", "it belongs to by_speech metrics"),
        ("metrics.0.phrases", "it belongs inside answer.any_of"),
        ("metrics.0.window", "it belongs inside answer"),
        ("metrics.0.answer.first", "it belongs inside window"),
        ("metrics.0.answer.weight", "it belongs to a metric"),
        ("metrics.0.weight:10", "a space is missing after the colon: weight: 10"),
        ("metrics.0.-id", "a space is missing after the dash: - id"),
        ("metrics.0.<<", "what it merges must be written out"),
    ],
)
def test_a_misplaced_key_is_named_with_where_it_belongs(path: str, reason: str) -> None:
    """Nobody looks for a misplaced key where it is not known."""
    (told,) = problems(changed((path, 1))).values()
    assert told.startswith("is not a known key; ")
    assert reason in told


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("thank (you", "at character 7; a bracket that is meant as such is written"),
        ("you) too", "at character 4"),
        ("[(]x[)](y", "at character 8"),
        ("foo(?=bar)", "at character 4; patterns are RE2"),
        ("a**", "at character 2; what is meant as such is written with a backslash"),
        ("ha{2000}", "at character 3; a repetition is written {least,most}, at most 1000"),
        (r"\q", "at character 1"),
        ("[z-a]", "at character 2"),
    ],
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
        ("pass_score", 0.7, "pass_score", "is 0.7 of 100; did you mean 70?"),
        ("pass_score", ..., "pass_score", "is 0, so that every conversation passes"),
        ("min_duration", 15_000, "min_duration", "a bare number is seconds"),
        ("languages", ["xx"], "languages[0]", "no language of ISO 639-1"),
        ("languages", ["en", "en"], "languages[1]", "is there already"),
        ("metrics.1.name", "a", "metrics[1].name", "a is the name of metrics[0] too"),
        ("assignments.0.queue", "Sales ", "assignments[0].queue", "is the queue called so, or 'Sales'?"),
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
        ({"wording": ["What's up"]}, "wording[0]", "can never match; words are compared without punctuation"),
        ({"wording": ["what's (up|new)"]}, "wording[0]", "which is never in the words that are compared"),
        ({"wording": ["hello  you"]}, "wording[0]", "so write 'hello you'"),
        ({"wording": ["well um yes"]}, "wording[0]", "so write 'well yes'"),
        ({"phrases": ["hello", "Hello!"]}, "phrases[1]", "says the same as phrases[0]"),
        ({"phrases": ["[name]"]}, "phrases[0]", "has nothing but placeholders"),
        ({"phrases": ["hello [name"]}, "phrases[0]", "a bracket without its other half"),
        ({"similar": ["word " * 21]}, "similar[0]", "has 21 words, and is compared with one sentence"),
        ({"pattern": "\bgood"}, "pattern", r"U+0008, which nobody says; for \b use single quotes"),
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
