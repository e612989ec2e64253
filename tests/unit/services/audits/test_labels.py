"""Gold labels: both shapes are read, what is no label is refused, and only what both decided is compared."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auscult.domain.errors import FormatError
from auscult.domain.evaluation import Evaluation, MetricResult, Qualification
from auscult.domain.form import Metric
from auscult.formats import Limits
from auscult.services.audits.labels import compare_labels, read_labels
from tests.data_files import data_of
from tests.strategies import cited, evaluation_of

NOW = datetime(2026, 3, 23, tzinfo=UTC)
CONVERSATION = {"id": "c-9", "channel": "chat", "started_at": "2026-03-23T10:17:54Z"}


def written(folder: Path, *lines: Any) -> Path:
    """A file of labels; a text stands as it is."""
    path = folder / "labels.ndjson"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def evaluation(name: str, **answers: Qualification) -> Evaluation:
    """What the machine said: metric -> qualification."""
    results = [
        MetricResult(metric=Metric(id=metric, name=metric, type="by_question"), verdict=cited(said))
        for metric, said in answers.items()
    ]
    return evaluation_of(name, status="evaluated", results=tuple(results), evaluated_at=NOW)


def test_both_shapes_are_read(tmp_path: Path) -> None:
    """Labels with an id, and labels that bring their conversation along; the deciding turn may be left out."""
    file = written(
        tmp_path,
        {"id": "c-1", "metrics": {"em-a": ["YES", "m1"], "em-b": "na"}, "resolved": "YES"},
        "",
        {"conversation": CONVERSATION, "gold": {"metrics": {"em-a": ["NO", None]}}, "aim": "a trap"},
    )
    labels = read_labels(file, Limits())
    assert labels.answers == {"c-1": {"em-a": "YES", "em-b": "NA"}, "c-9": {"em-a": "NO"}}
    assert [conversation.id for conversation in labels.conversations] == ["c-9"]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        *data_of(__file__, "what_is_no_label_is_refused_with_its_line"),
        ({"conversation": CONVERSATION | {"channel": "fax"}, "gold": {"metrics": {}}}, "conversation.channel"),
    ],
)
def test_what_is_no_label_is_refused_with_its_line(tmp_path: Path, line: Any, field: str | None) -> None:
    """Half a comparison misleads, so one bad line refuses the file."""
    with pytest.raises(FormatError) as refusal:
        read_labels(written(tmp_path, {"id": "c-1", "metrics": {"em-a": "YES"}}, line), Limits())
    assert (refusal.value.line, refusal.value.field, refusal.value.reason) == (2, field, "label.invalid")


def test_only_what_both_decided_is_compared(tmp_path: Path) -> None:
    """Labels without a conversation are missing, without verdicts unjudged; metrics of one side only do not count."""
    file = written(
        tmp_path,
        {"id": "c-1", "metrics": {"em-a": "YES", "em-b": "YES"}},
        {"id": "c-2", "metrics": {"em-a": "NO"}},
        {"id": "c-3", "metrics": {"em-a": "NO"}},
        {"id": "c-4", "metrics": {"em-a": "NO"}},
    )
    evaluations = [
        evaluation("c-1", **{"em-a": "YES", "em-c": "YES"}),
        evaluation("c-1", **{"em-a": "NO"}),
        evaluation("c-2", **{"em-a": "NA"}),
        evaluation("c-4"),
        evaluation("c-0", **{"em-a": "YES"}),
    ]
    compared = compare_labels(read_labels(file, Limits()), evaluations)
    assert compared.report.metrics["em-a"].confusion == {"YES": {"YES": 1}, "NO": {"NA": 1}}
    assert compared.report.metrics["em-b"].n == 0
    assert set(compared.report.metrics) == {"em-a", "em-b"}
    assert (compared.labels, compared.missing, compared.unjudged) == (4, ("c-3",), ("c-4",))
