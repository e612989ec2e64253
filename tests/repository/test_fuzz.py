"""What `make fuzz` explains and reports; the run itself is a program of its own."""

from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
import pytest

from auscult.server.errors import REASONS
from tests.fuzz.findings import ACCEPTED, MOST_ROWS, Finding, Refusal, read_refusals, read_report, unexplained, unused
from tests.golden.interfaces import OPENAPI

FORBIDDEN = Finding("POST /api/v1/plans", "positive_data_acceptance", "plan.invalid", "")


def test_each_row_of_the_table_is_of_an_operation_and_a_reason() -> None:
    """A row whose operation or reason is gone explains nothing any more."""
    paths = msgspec.json.decode(OPENAPI.read_bytes())["paths"]
    operations = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    for row in read_refusals():
        assert any(fnmatchcase(each, row.operation) for each in operations), row
        assert any(fnmatchcase(each, row.reason) for each in (*REASONS, ACCEPTED)), row


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (["POST /api/v1/plans,plan.invalid,"], "lacks a value"),
        (["POST /api/v1/plans,plan.invalid,Shares total 100."] * (MOST_ROWS + 1), "rows"),
    ],
)
def test_a_table_is_short_and_says_why(tmp_path: Path, rows: list[str], what: str) -> None:
    """Each row has a rule, and there are at most 25."""
    file = tmp_path / "refusals.csv"
    file.write_text("\n".join(["operation,reason,rule", *rows]), encoding="utf-8")
    with pytest.raises(ValueError, match=what):
        read_refusals(file)


def test_a_finding_is_explained_by_its_operation_and_reason() -> None:
    """Either may have a star; a row that explains nothing is named."""
    rows = [Refusal("* /api/v1/plans*", "plan.*", "Shares total 100."), Refusal("*", "cursor.unreadable", "Opaque.")]
    other = FORBIDDEN._replace(reason="field.wrong_type")
    assert unexplained([FORBIDDEN, other], rows) == [other]
    assert unused([FORBIDDEN, other], rows) == [rows[1]]


def test_a_report_is_read_by_operation(tmp_path: Path) -> None:
    """Requests are counted; of a failed check the reason of the response is kept, of an accepted one that it was."""
    case = {"value": {"method": "POST", "path": "/api/v1/plans"}}
    body = {"$base64": "eyJyZWFzb24iOiAicGxhbi5pbnZhbGlkIn0="}
    failure = {"status": "failure", "failure_info": {"failure": {"message": "no"}}}
    recorder = {
        "label": "POST /api/v1/plans",
        "cases": {"a": case, "b": case},
        "interactions": {
            "a": {"request": {"method": "POST", "uri": "x"}, "response": {"content": body}},
            "b": {"request": {"method": "POST", "uri": "x"}, "response": {"content": None}},
        },
        "checks": {
            "a": [{"name": "not_a_server_error", "status": "success"}, {"name": FORBIDDEN.check, **failure}],
            "b": [{"name": "negative_data_rejection", **failure}],
        },
    }
    file = tmp_path / "report.ndjson"
    lines = [{"Initialize": {}}, {"ScenarioFinished": {"recorder": recorder}}, {"NonFatalError": {"message": "x"}}]
    file.write_bytes(msgspec.json.Encoder().encode_lines(lines))
    report = read_report(file)
    assert (report.requests.total(), report.operations) == (2, {"POST /api/v1/plans"})
    assert [each.reason for each in report.findings] == ["plan.invalid", ACCEPTED]
    assert len(report.errors) == 1
