"""Graded, sectioned and conditional metrics in the vendor's shapes: no key is added, and none is broken.

``python -m tests.golden.reports.test_graded`` writes the rows that are expected.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from auscult.domain.record import Record
from auscult.domain.scoring.stored import PendingConversation
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.metrics import METRICS
from auscult.reports import REPORTS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake.read import read_file

HERE = Path(__file__).parents[1]
EXPECTED = HERE / "graded.rows.json"
TENANT = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")
QUALITY = ("scorereporting", "rawdata", "account_rawdata")


def records() -> list[Record]:
    """The conversations as they were scored."""
    form = read_form((HERE / "graded.form.yaml").read_bytes(), 1)
    conversations = list(read_file(HERE / "graded.conversations.ndjson", TENANT.app_id, Limits()))
    batch = [PendingConversation(conversation=conversation, revision=1) for conversation in conversations]
    judged = Evaluator(METRICS, {}).evaluate(batch, [form], datetime(2026, 3, 24, tzinfo=UTC))
    return [
        Record(tenant=TENANT, conversation=pending.conversation, revision=1, evaluation=evaluation)
        for pending, (evaluation, _) in zip(batch, judged, strict=True)
    ]


def rows() -> dict[str, list[Any]]:
    """The rows of each quality report."""
    return {name: [msgspec.json.decode(REPORTS[name].row(record)) for record in records()] for name in QUALITY}


def test_the_rows_are_those_of_the_golden_file() -> None:
    """Byte for byte, the order of keys included."""
    assert msgspec.json.encode(rows()) == msgspec.json.encode(msgspec.json.decode(EXPECTED.read_bytes()))


def test_the_rows_are_in_the_vendors_shape() -> None:
    """YES where the level reaches the mark, NO below it, NA where a condition does not hold, the form's weights."""
    for name, keys in (("scorereporting", ("metrics", "qualification")), ("rawdata", ("metrics", "qualification"))):
        partial, missed = (_metrics(row, keys[0]) for row in rows()[name])
        assert [_value(one, keys[1]) for one in partial] == ["YES", "YES", "YES", "YES", "-"]
        assert [_value(one, keys[1]) for one in missed] == ["NO", "NA", "NO", "NO", "-"]
        assert [_value(one, "metricweight") for one in partial] == [40, 20, 40, 5, 10]


def test_the_scores_are_exact() -> None:
    """(20 + 20 + 40 + 5) of 100; (-10 + 20) of 80 is 12.5."""
    partial, missed = (record.evaluation for record in records())
    assert (partial.score, partial.passed) == (85, True)
    assert (missed.score, missed.passed) == (13, False)


def _metrics(row: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return next(value for name, value in row.items() if name.casefold() == key)


def _value(metric: dict[str, Any], key: str) -> Any:
    return next(value for name, value in metric.items() if name.replace(" ", "").casefold() == key)


if __name__ == "__main__":
    EXPECTED.write_bytes(msgspec.json.format(msgspec.json.encode(rows()), indent=2) + b"\n")
