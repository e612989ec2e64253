"""Sections, conditions, grades and bonus points of a form document: read, and every fault with its path."""

from decimal import Decimal

import pytest

from auscult.domain.questions.structure import Condition
from auscult.services.definitions.forms.reading import check_form, read_form

FORM = """
id: ef-1
name: Form
channel: voice
scoring: points
pass_score: 70
description: What we ask.
valid_from: 2026-01-31
bonus_cap: 5
bands: [{name: gold, at_least: 90}]
sections: [{id: se-a, name: A, weight: 20, pass_score: 50, required: true}]
metrics:
  - {id: em-1, name: One, type: manual, weight: 10, section: se-a, fails_section: true}
  - {id: em-2, name: Two, type: manual, weight: 10, section: se-a, when: {metric: em-1, is: [YES, NA]}}
  - {id: em-3, name: Three, type: manual, weight: 5, bonus: true, scale: {from: 0, to: 5}, met_at: 4}
  - id: em-4
    name: Four
    type: manual
    weight: 10
    not_applicable: award
    levels: [{name: Good, share: 100}, {name: Fair, share: 50}, {name: Poor, share: 0}]
    met_at: Fair
    reasons: [{code: late, name: Too late, reasons: [{code: day, name: By a day}]}]
    reason_required: true
    comments: [Well done]
"""


def test_a_form_says_what_its_document_says() -> None:
    """Every key is read; levels come from the lowest share to the highest."""
    form = read_form(FORM.encode())
    one, two, three, four = form.metrics
    assert form.valid_from is not None
    assert form.valid_from.isoformat() == "2026-01-31"
    assert (one.section, one.fails_section, three.bonus, four.not_applicable) == ("se-a", True, True, "award")
    assert two.when == Condition(metric="em-1", answers=("YES", "NA"))
    assert three.grades is not None
    assert [level.share for level in three.grades.levels] == [0, 20, 40, 60, 80, 100]
    assert three.grades.met_at == Decimal(80)
    assert four.grades is not None
    assert [level.name for level in four.grades.levels] == ["Poor", "Fair", "Good"]
    assert four.reasons[0].reasons[0].code == "day"


@pytest.mark.parametrize(
    ("there", "instead", "field", "reason"),
    [
        ("weight: 20,", "weight: 30,", "sections[0].weight", "is 30, and the weights of its metrics total 20"),
        ("section: se-a, when", "section: se-b, when", "metrics[1].section", "unknown section 'se-b'"),
        ("metric: em-1, is", "metric: em-2, is", "metrics[1].when.metric", "is a cycle: em-2 -> em-2"),
        ("metric: em-1, is", "metric: em-9, is", "metrics[1].when.metric", "unknown metric 'em-9'"),
        ("is: [YES, NA]", "is: MAYBE", "metrics[1].when.is", "must be YES or NO or NA, not 'MAYBE'"),
        ("bonus_cap: 5", "bonus_cap: 4", "metrics[2].weight", "5 is more than the bonus_cap of the form, 4"),
        ("to: 5}", "to: 3}", "metrics[2].scale", "has 3 steps, which do not divide 100 exactly"),
        ("met_at: 4", "met_at: 9", "metrics[2].met_at", "unknown level '9'"),
        ("name: Fair, share: 50", "name: Fair, share: 100", "metrics[3].levels", "have no order"),
        ("name: Good, share: 100", "name: Good, share: 90", "metrics[3].levels", "have no share of 100"),
        ("code: day", "code: late", "metrics[3].reasons", "'late' must be a code that no other reason has"),
        ("fails_section: true", "fatal: true, bonus: true", "metrics[0].bonus", "points only raise a score"),
        ("at_least: 90", "at_least: 190", "bands[0].at_least", "190 must be from -100 to 100"),
        ("2026-01-31", "soon", "valid_from", ""),
    ],
)
def test_a_fault_is_reported_at_its_path(there: str, instead: str, field: str, reason: str) -> None:
    """The bad cases: each a fault with its field and line."""
    found = check_form(FORM.replace(there, instead, 1).encode())
    told = {one.field: one for one in found.problems}
    assert field in told
    assert reason in told[field].reason
    assert told[field].line


def test_a_level_named_none_is_no_mark() -> None:
    """Without ``met_at`` the best level is YES, whatever the levels are called."""
    form = read_form(FORM.replace("name: Poor", "name: None").replace("    met_at: Fair\n", "").encode())
    assert form.metrics[3].grades is not None
    assert form.metrics[3].grades.met_at == 100
