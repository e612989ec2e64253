"""Scorecard documents: read and checked, every fault reported at its path."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.services.definitions.scorecards import check_scorecard
from tests.data_files import data_of

EXAMPLE = Path(__file__).parents[4] / "examples" / "scorecards" / "service.yaml"
CARD: dict[str, Any] = data_of(__file__, "card")  # fmt: skip


def problems(*changes: tuple[str, Any]) -> list[tuple[str, str]]:
    """What is wrong when these paths hold these values."""
    document = msgspec.json.decode(msgspec.json.encode(CARD))
    for path, value in changes:
        holder: Any = document
        *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
        for step in steps:
            holder = holder[step]
        holder[last] = value
    return [(one.field, one.reason) for one in check_scorecard(msgspec.json.encode(document)).problems]


def test_the_example_is_right() -> None:
    """And its metrics are those of the example form."""
    found = check_scorecard(EXAMPLE.read_bytes())
    assert found.problems == ()
    assert found.card is not None
    assert (found.card.id, found.card.is_default, len(found.card.attributes)) == ("sc-service", True, 2)
    assert found.card.attributes[1].metrics[1].fatal


@pytest.mark.parametrize(("path", "value", "field", "reason"), data_of(__file__, "faults_are_reported_at_their_path"))
def test_faults_are_reported_at_their_path(path: str, value: Any, field: str, reason: str) -> None:
    """Field, what is wrong, and what would be right."""
    found = problems((path, value))
    assert field in [where for where, _ in found]
    assert reason in dict(found)[field]


@pytest.mark.parametrize(("document", "reason"), [(b"[]", "must be a mapping"), (b"id: [", "neither YAML nor JSON")])
def test_what_is_no_scorecard(document: bytes, reason: str) -> None:
    """Refused with its reason."""
    (problem,) = check_scorecard(document).problems
    assert reason in problem.reason


def test_metrics_that_no_form_has_are_warned_about() -> None:
    """A slip of the pen is told, with what was most likely meant; so are metrics of people."""
    known = {"em-1": "by_question", "em-2": "manual", "em-33": "by_speech"}
    warnings = check_scorecard(msgspec.json.encode(CARD), known_metrics=known).warnings
    assert [(one.field, one.reason) for one in warnings] == [
        ("attributes[0].metrics[1].metric", "em-2 is answered by people, and does not count in a scorecard"),
        ("attributes[1].metrics[0].metric", "no form in force has em-3; did you mean em-33?"),
    ]
