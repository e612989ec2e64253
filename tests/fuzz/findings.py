"""Reports of Schemathesis as findings, and the table of refusals that no schema can say."""

import csv
import json
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

REFUSALS = Path(__file__).parent / "refusals.csv"
MOST_ROWS = 25
ACCEPTED = "accepted"
"""In place of a reason, where a request is accepted that the schema forbids."""


class Refusal(NamedTuple):
    """A row of the table: ``operation`` and ``reason`` (of errors.md) may have ``*``, ``rule`` says why no schema can."""

    operation: str
    reason: str
    rule: str

    def is_of(self, finding: "Finding") -> bool:
        """Return whether a finding is this refusal."""
        return fnmatchcase(finding.reason, self.reason) and fnmatchcase(finding.operation, self.operation)


class Finding(NamedTuple):
    """A check that failed: the operation, the check, the reason of the response or its status, and the particulars."""

    operation: str
    check: str
    reason: str
    particulars: str


class Report(NamedTuple):
    """Requests by method and path, the described operations, findings, and errors of the machine itself."""

    requests: Counter[str]
    operations: set[str]
    findings: list[Finding]
    errors: list[str]


def read_refusals(file: Path = REFUSALS) -> list[Refusal]:
    """Read the table. Raises ``ValueError`` for a table that is too long, and for a row without a rule."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [Refusal(**row) for row in csv.DictReader(lines)]
    if len(rows) > MOST_ROWS:
        raise ValueError(f"{file.name} has {len(rows)} rows; it may have {MOST_ROWS}")
    if lacking := [row for row in rows if not all(row)]:
        raise ValueError(f"{file.name}: {lacking[0]} lacks a value; give operation, reason and rule")
    return rows


def read_report(file: Path) -> Report:
    """Read a report of events (NDJSON)."""
    report = Report(Counter(), set(), [], [])
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            ((kind, event),) = json.loads(line).items()
            if kind == "ScenarioFinished":
                recorder: dict[str, Any] = event["recorder"]
                cases: dict[str, Any] = recorder.get("cases", {})
                report.requests.update(_operation(case) for case in cases.values())
                report.operations.add(recorder["label"])
                report.findings.extend(_failed(recorder))
            elif kind.endswith("Error"):
                report.errors.append(line.strip()[:1000])
    return report


def unexplained(findings: Iterable[Finding], refusals: Iterable[Refusal]) -> list[Finding]:
    """Return the findings that no row of the table is about."""
    rows = list(refusals)
    return [each for each in findings if not any(row.is_of(each) for row in rows)]


def unused(findings: Iterable[Finding], refusals: Iterable[Refusal]) -> list[Refusal]:
    """Return the rows of the table that no finding is."""
    found = list(findings)
    return [row for row in refusals if not any(row.is_of(each) for each in found)]


def _operation(case: dict[str, Any]) -> str:
    return f"{case['value']['method']} {case['value']['path']}"


def _failed(recorder: dict[str, Any]) -> Iterator[Finding]:
    for case_id, checks in recorder.get("checks", {}).items():
        exchange = recorder["interactions"].get(case_id) or {}
        for check in checks:
            if check["status"] != "failure":
                continue
            message: str = check["failure_info"]["failure"]["message"]
            body = _body(exchange)
            reason = ACCEPTED if check["name"] == "negative_data_rejection" else str(body.get("reason", check["name"]))
            request = exchange.get("request", {})
            told = (message.replace("\n", " ")[:300], _text(request.get("body"))[:300], json.dumps(body)[:300])
            where = f"{request.get('method')} {request.get('uri')}"
            yield Finding(_operation(recorder["cases"][case_id]), check["name"], reason, "\n    ".join((where, *told)))


def _body(exchange: dict[str, Any]) -> dict[str, Any]:
    """Return the problem in a response, also of the reports; empty where there is none."""
    response: dict[str, Any] = exchange.get("response") or {}
    try:
        body = json.loads(_text(response.get("content")))
    except ValueError:
        return {}
    if not isinstance(body, dict):
        return {}
    return body["errors"][0] if "reason" not in body and body.get("errors") else body


def _text(content: dict[str, str] | None) -> str:
    return b64decode(content["$base64"]).decode(errors="replace") if content else ""
