"""Sections, conditions, grades and bonus points of a form document: read, and every fault with its path."""

from decimal import Decimal

import pytest

from auscult.domain.questions.structure import Condition
from auscult.services.definitions.forms.reading import check_form, read_form
from tests.data_files import data_of

FORM = data_of(__file__, "form")


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


@pytest.mark.parametrize(("there", "instead", "field", "reason"), data_of(__file__, "a_fault_is_reported_at_its_path"))
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
