"""Scorecard documents: read and checked, every fault reported at its path."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.services.definitions.scorecards import check_scorecard

EXAMPLE = Path(__file__).parents[4] / "examples" / "scorecards" / "service.yaml"
CARD: dict[str, Any] = {
    "id": "sc-1",
    "name": "Service",
    "attributes": [
        {"id": "at-1", "name": "Kind", "weight": 60, "metrics": [{"metric": "em-1", "weight": 40}, {"metric": "em-2", "weight": 60}]},
        {"id": "at-2", "name": "Able", "weight": 40, "metrics": [{"metric": "em-3", "weight": 100}]},
    ],
}  # fmt: skip


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


@pytest.mark.parametrize(
    ("path", "value", "field", "reason"),
    [
        ("id", "a b", "id", "without spaces"),
        ("name", "", "name", "on one line"),
        ("pass_score", 101, "pass_score", "from -100 to 100"),
        ("agents", [], "agents", "is empty"),
        ("direction", "up", "direction", "inbound or outbound or both"),
        ("min_duration", "soon", "min_duration", "no span of time"),
        ("attributes", [], "attributes", "is empty"),
        ("attributes.0.weight", 50, "attributes", "weights total 90"),
        ("attributes.1.id", "at-1", "attributes[1].id", "id of another attribute"),
        ("attributes.0.metrics.0.weight", 50, "attributes[0].metrics", "weights total 110"),
        ("attributes.1.metrics", [], "attributes[1].metrics", "is empty"),
        (
            "attributes.1.metrics.0.metric",
            "em-1",
            "attributes[1].metrics[0].metric",
            "is in this scorecard already",
        ),
        ("attributes.1.metrics.0.negative_weight", 101, "attributes[1].metrics[0].negative_weight", "from 0 to 100"),
        ("attributes.1.metrics.0.wieght", 1, "attributes[1].metrics[0].wieght", "did you mean weight"),
    ],
)
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
