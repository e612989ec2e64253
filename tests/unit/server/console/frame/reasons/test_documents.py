"""Faults of YAML documents in the reader's language."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from auscult.language import speaking
from auscult.server.console.frame.reasons import fault_in_words
from auscult.server.console.frame.reasons.documents import FAULTS, HINTS, KINDS, SENTENCES, SYNTAX
from auscult.services.definitions.forms.reading import check_form, read_form
from auscult.services.definitions.scorecards import check_scorecard
from auscult.services.definitions.taxonomies import check_taxonomy
from tests.data_files import data_of, tuples_of
from tests.template_parts import outdated_parts, texts_written

WRITING = ("services/definitions", "services/connectors", "metrics", "domain/said")
COMPOSED = tuples_of(__file__, "composed")
"""Parts that a module composes of several."""
FORM = data_of(__file__, "form")
METRIC = FORM[FORM.index("  - id: em-greeting") :]
CHANGES = {
    "name: Form\n": ["", "name: [a]\n", "name: 12\n", "name:\n", 'name: ""\n'],
    "channel: voice": ["channel: phone", "channel: true"],
    "languages: [en]": ["languages: [english]", "languages: []", "languages: en", "languages: {a: b}"],
    "scoring: percentage": ["scoring: percent"],
    "pass_score: 70": ["pass_score: 170", "pass_score: high", "pass_score: 70%", 'pass_score: "70"', "pass_score: 0.7"],
    "id: ef-1": ["id: ef 1", "id: ''", "ident: ef-1"],
    'queue: "*"': ['queue: ""', "queues: a"],
    "direction: both": ["direction: inwards"],
    "assignments:\n": ["assignments:\n  - {queue: '*', direction: both}\n"],
    "weight: 100": data_of(__file__, "weights"),
    "by_question": ["by_qestion"],
    "en/greeting": ["en/greetin"],
    "speaker: agent": ["speaker: agnt", "window: {}"],
    "first: 3 turns": ["first: 3 trns", "first: 0 turns", "first: 3 turns, last: 3 turns"],
    "any_of: [{wording: en/greeting}]": [
        "any_of: []",
        "any_of: [{phrases: []}]",
        "any_of: [{phrases: ['!']}]",
        "phrases: [a]",
    ],
    "  - id": ["\t- id", "  -id"],
    "    name: Greeting": ["   name: Greeting", '    name: "Greeting', "    name: 'a' b", "    name: a: b"],
    "{first: 3 turns}, any_of": ["{first: 3 turns, any_of"],
    METRIC: [METRIC * 2, "", METRIC.replace("100", "0")],
}


def translated(reason: str) -> str:
    """Return a fault in German; it must differ from the English one."""
    with speaking("de"):
        found = fault_in_words(reason)
    assert found != reason, reason
    return found


@pytest.mark.parametrize(("old", "new"), [(old, new) for old, all_new in CHANGES.items() for new in all_new])
def test_faults_of_a_form(old: str, new: str) -> None:
    """What authors do wrong most often is explained in their language."""
    assert old in FORM
    check = check_form(FORM.replace(old, new, 1).encode())
    faults = (*check.problems, *check.warnings)
    assert faults
    for each in faults:
        translated(each.reason)


@pytest.mark.parametrize("document", ["", "- a", "a", "id: ef-1", "id: ef-1\nname: F\nchannel: voice\nmetrics: {}"])
def test_documents_that_are_no_form(document: str) -> None:
    """A text, a list and half a form are explained too."""
    for each in check_form(document.encode()).problems:
        translated(each.reason)


def test_a_rival_is_named() -> None:
    """The form that is for the same conversations already."""
    rival = read_form(FORM.encode())
    (fault,) = check_form(FORM.replace("ef-1", "ef-2").encode(), in_force=[rival]).problems
    assert translated(fault.reason) == (
        "diese Gespräche bewertet schon das Formular ef-1; ein Gespräch hat ein Formular"
    )


@pytest.mark.parametrize(
    ("check", "document"),
    [
        (check_scorecard, "id: sc-1\nname: S\nattributes: []"),
        (
            check_scorecard,
            "id: sc-1\nname: S\npass_score: 700\nagents: []\nattributes:\n  - {id: a, name: A, weight: 50, metrics: []}",
        ),
        (
            check_scorecard,
            "id: sc 1\nname: ''\nattributes:\n  - {id: a, name: A, weight: 100, metrics: [{metric: m, weight: 0}]}",
        ),
        (check_taxonomy, "id: tx-1\nname: T\nlanguages: [english]\ntopics: []"),
        (check_taxonomy, "id: tx 1\nname: T\nlanguages: []\ntopics: [{name: A, topics: [{name: B}, {name: b}]}]"),
        (
            check_taxonomy,
            "id: tx-1\nname: T\nlanguages: [en]\ntopics: [{name: A, examples: [x], topics: [{name: B}]}, a]",
        ),
    ],
)
def test_faults_of_scorecards_and_taxonomies(check: Callable[[bytes], Any], document: str) -> None:
    """Both have faults of their own."""
    problems = check(document.encode()).problems
    assert problems
    for each in problems:
        translated(each.reason)


def test_a_suggestion_follows_in_the_same_language() -> None:
    """What was meant, and words of the document as they are."""
    assert translated("must be voice or chat, not 'phone'; did you mean voice?") == (
        "muss voice oder chat sein, nicht 'phone'; meinten Sie voice?"
    )
    assert translated("must be text, not a list") == "muss ein Text sein, nicht eine Liste"
    with speaking("de"):
        assert fault_in_words("is of no template") == "is of no template"
    assert fault_in_words("is missing") == "is missing"


def test_no_template_is_out_of_date() -> None:
    """Each part of a template is still in the code, so that a message that is reworded is noticed."""
    assert outdated_parts((*FAULTS, *SENTENCES, *HINTS, *SYNTAX, *KINDS), WRITING, COMPOSED) == []


CHECKS = (
    *(f"services/definitions/forms/{name}.py" for name in ("document", "rules", "shape", "suggestions", "syntax")),
    "services/definitions/forms/warnings.py",
    "services/definitions/questions/rules.py",
)
"""Modules whose every text is a fault, a suggestion or a part of one."""
READING = (
    "services/definitions/forms/reading.py",
    *(
        f"metrics/{name}.py"
        for name in ("_values/addresses", "_events/parts", "by_ai_agent", "by_dialog", "by_playbook", "by_question")
    ),
    *(f"metrics/{name}.py" for name in ("by_speech", "by_value", "graded", "_events/etiquette", "_finding/language")),
    *(f"metrics/{name}.py" for name in ("_finding/warnings", "_values/said", "_values/source")),
)
CHECKING = "check_form$|^_read|_unanswered|problem|faults|_strangers|doubts|_contradictions|_of_text|_of_wording|_unsaid|_shares"
"""The functions of these that find faults."""
PARTS = {
    *("did not find expected", "cannot start any token", "end of stream while scanning a quoted", "mapping values"),
    *("escape character", "scanning an alias", "scanning an anchor", "scanning a tag", "parsing a flow node"),
    *("block scalar", " in 1", ", without quotes", "1 already; one form for each", "1 has the form 11 for 1"),
    *("1 is missing", "1 is too much", "1 until 1; begin on that day (valid_from), or leave the queue there"),
    *data_of(__file__, "parts"),
    *("queue 1, direction 1", "the form", "a metric", "write percent, 25 and not 0.25", "needs exactly one of 1; it 1"),
    *("needs exactly one of 1", "counts from the event, so it is 1, like {1: 20 seconds}"),
    "weights total 1; on a percentage form they must total exactly 100: 1",
}
"""Messages of the YAML parser that are only read, and pieces of sentences whose templates contain the whole sentence."""


@pytest.mark.parametrize("reason", sorted({*texts_written(CHECKS), *texts_written(READING, CHECKING)} - PARTS))
def test_every_fault_has_a_template(reason: str) -> None:
    """Every message about a form has a German translation: faults, suggestions, syntax errors and kinds of values."""
    said = re.sub(r"(?<=\S)1$", "", reason.removeprefix("; ").removesuffix("; 1"))  # without what may follow it
    with speaking("de"):
        found = [
            fault_in_words(before + said)
            for before in ("", "is missing; ", "is neither YAML nor JSON: ", "must be text, not ")
        ]
    assert any(said not in each for each in found)


def test_no_sentence_names_a_key() -> None:
    """A manager reads no key of YAML: none has an underscore, and a key that is a word of its own is not meant as one."""
    shown = [SENTENCES.get(text, text) for text in (*FAULTS, *SENTENCES)]
    assert [each for each in SENTENCES.values() if re.search(r"[a-z]_[a-z]|: true|\bmetrics?\b|\[\{", each)] == []
    assert {each for each in shown if re.search(r"[a-z]_[a-z]", each)} <= TEXT_ONLY


TEXT_ONLY = {
    "belongs to a metric without sub_weights, whose parts are decided by words",
    "is one search; put its conditions under any_of, all_of or none_of",
}
"""Faults of what only the tab Text has, whose author knows the keys: votes of trained heads, and nested conditions."""
