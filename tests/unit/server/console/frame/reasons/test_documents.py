"""Faults of YAML documents in the reader's language."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from auscult.language import speaking
from auscult.server.console.frame.reasons import fault_in_words
from auscult.server.console.frame.reasons.documents import SENTENCES
from auscult.services.definitions.forms.reading import check_form, read_form
from auscult.services.definitions.scorecards import check_scorecard
from auscult.services.definitions.taxonomies import check_taxonomy
from tests.data_files import data_of
from tests.template_parts import constants_of

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
        translated(each.coded)


@pytest.mark.parametrize("document", ["", "- a", "a", "id: ef-1", "id: ef-1\nname: F\nchannel: voice\nmetrics: {}"])
def test_documents_that_are_no_form(document: str) -> None:
    """A text, a list and half a form are explained too."""
    for each in check_form(document.encode()).problems:
        translated(each.coded)


def test_a_rival_is_named() -> None:
    """The form that is for the same conversations already."""
    rival = read_form(FORM.encode())
    (fault,) = check_form(FORM.replace("ef-1", "ef-2").encode(), in_force=[rival]).problems
    assert translated(fault.coded) == (
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
        translated(each.coded)


def test_a_suggestion_follows_in_the_same_language() -> None:
    """What was meant, and words of the document as they are."""
    found = {each.reason: each.coded for each in check_form(FORM.replace("voice", "phone").encode()).problems}
    assert translated(found["must be voice or chat, not 'phone'; did you mean voice?"]) == (
        "muss voice oder chat sein, nicht 'phone'; meinten Sie voice?"
    )
    assert fault_in_words("is missing") == "is missing"


def test_no_sentence_names_a_key() -> None:
    """A manager reads no key of YAML: none has an underscore, and a key that is a word of its own is not meant as one."""
    assert [each for each in SENTENCES.values() if re.search(r"[a-z]_[a-z]|: true|\bmetrics?\b|\[\{", each)] == []


def test_each_sentence_is_for_a_fault() -> None:
    """A fault that is reworded has its sentence under its new code."""
    assert set(SENTENCES) <= constants_of("services", "metrics")
