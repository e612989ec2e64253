"""Rows with wire 2026-10 (W): the golden conversations of the samples, audited, in the keys that the vendor added."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.audits.audit import Audit, AuditAnswer, AuditResult, Sheet
from auscult.domain.record import Record, RecordPage
from auscult.domain.scoring.stored import PendingConversation
from auscult.domain.tenancy import LATEST, Tenant
from auscult.formats import Limits
from auscult.metrics import METRICS
from auscult.reports import REPORTS, _wires
from auscult.reports._contract import ReportRequest
from auscult.reports._rows.agentic import history
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake.read import read_file
from tests.golden.rendering import records as golden
from tests.golden.reports.test_aaconversation import TENANT as SEED_004
from tests.golden.reports.test_calldetails import TENANT as SEED_003

HERE = Path(__file__).parents[1]
TENANT = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")
AT = datetime(2026, 3, 24, 12, 30, tzinfo=UTC)
NAMES = ("scorereporting", "rawdata")
WEEK = {"startDate": "2024-09-24", "endDate": "2024-09-30"}


def records(name: str) -> list[Record]:
    """The golden conversations of a report in order of start; the first is audited with other answers, the next assigned."""
    forms = [read_form(path.read_bytes(), 1) for path in sorted(HERE.glob(f"{name}.*.yaml"))]
    conversations = list(read_file(HERE / f"{name}.conversations.ndjson", TENANT.app_id, Limits()))
    batch = [PendingConversation(conversation=conversation, revision=1) for conversation in conversations]
    found: list[Record] = []
    judged = Evaluator(METRICS, {}).evaluate(batch, forms, AT)
    for pending, (evaluation, _) in zip(batch, judged, strict=True):
        found.append(Record(tenant=TENANT, conversation=pending.conversation, revision=1, evaluation=evaluation))
    found.sort(key=lambda record: (record.conversation.started_at, record.conversation.id))
    first, second, *others = found
    answers = tuple(AuditAnswer(metric_id=each.metric.id, answer="NO") for each in first.evaluation.results[:2])
    result = AuditResult(
        sheet=Sheet(answers=answers), revision=1, form_id="ef-1", form_version=1, score=Decimal(40), passed=False,
        fatal_errors=0, audited_at=AT,
    )  # fmt: skip
    audit = Audit(conversation_id=first.conversation.id, auditor="Ann", assigned_at=AT, result=result)
    assigned = Audit(conversation_id=second.conversation.id, auditor="Bob", assigned_at=AT)
    replace = msgspec.structs.replace
    return [replace(first, audit=audit), replace(second, audit=assigned), *others]


def pages(name: str) -> tuple[list[bytes], list[bytes]]:
    """The rows of a report as they are stored, shown with the wire off and with the latest."""
    report = REPORTS[name]
    rows = [report.row(record, LATEST) for record in records(name)]
    stored = tuple(_wires.stored(row, report.added) for row in rows if row is not None)
    page = RecordPage(rows=stored, total=len(rows), last=None)
    return list(_wires.shown(page, "off").rows), list(_wires.shown(page, LATEST).rows)


@pytest.mark.parametrize("name", NAMES)
def test_rows_of_the_later_wire(name: str) -> None:
    """Byte for byte; written again by `python -m tests.golden.reports.test_wires`."""
    assert pages(name)[1] == (HERE / f"{name}.2026-10.ndjson").read_bytes().splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_with_the_wire_off_rows_are_as_they_were(name: str) -> None:
    """Rule 23: what is stored beside a row changes none of its bytes."""
    off, later = pages(name)
    assert off == [REPORTS[name].row(record) for record in records(name)]
    assert later == [REPORTS[name].row(record, LATEST) for record in records(name)]


@pytest.mark.parametrize("name", NAMES)
def test_a_row_that_an_earlier_version_stored_is_shown_as_it_is(name: str) -> None:
    """Until workers have rendered it again."""
    off, _ = pages(name)
    page = RecordPage(rows=tuple(off), total=len(off), last=None)
    assert list(_wires.shown(page, LATEST).rows) == off


def test_what_is_new_has_its_source() -> None:
    """W: fatal errors from the evaluation, the audit's state, day and auditor, each answer of the auditor."""
    rows: list[dict[str, Any]] = [msgspec.json.decode(row) for row in pages("scorereporting")[1]]
    first, second, third, *_ = rows
    assert (first["AuditStatus"], first["AuditDate"], first["AuditorName"]) == ("Audited", "2026-03-24 12:30:00", "Ann")
    assert (second["AuditStatus"], second["AuditDate"], second["AuditorName"]) == ("Assigned", None, None)
    assert (third["AuditStatus"], third["contactDirection"] in ("inbound", "outbound")) == ("Not Assigned", True)
    assert [each["Auditor Response"] for each in first["Metrics"]][:3] == ["NO", "NO", None]
    for row in rows:
        assert row["fatalErrorCount"] == sum(each["isFatalError"] for each in row["Metrics"])


_KEYS = st.sampled_from(["a", "b", "c d", "é", '"', "list"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=2),
    max_leaves=5,
)
_OBJECTS = st.lists(st.dictionaries(_KEYS, _VALUES, max_size=3).map(lambda one: {"id": 1, **one}), max_size=3)
_ROWS = st.tuples(st.dictionaries(_KEYS, _VALUES, max_size=5), _OBJECTS)
_ADDED = st.sets(_KEYS), st.sets(_KEYS)


@given(_ROWS, *_ADDED)
def test_any_row_is_cut_into_both(parts: tuple[dict[str, Any], Any], outer: set[str], inner: set[str]) -> None:
    """Whatever is in it: without the additions it is the row without their keys, with them it is whole."""
    row, listed = parts
    row = {"id": 1, **row, "list": listed, "last": 0}
    added = {**dict.fromkeys(outer), "list": dict.fromkeys(inner)}
    whole = msgspec.json.encode(row)
    page = RecordPage(rows=(_wires.stored(whole, added),), total=1, last=None)
    assert _wires.shown(page, LATEST).rows == (whole,)
    plain = {key: value for key, value in row.items() if key not in outer or key == "list"}
    plain["list"] = [{key: value for key, value in each.items() if key not in inner} for each in listed]
    assert _wires.shown(page, "off").rows == (msgspec.json.encode(plain),)


def answers() -> dict[str, bytes]:
    """Answers of the other APIs to a client of the later wire, by the name of their golden file."""
    pages: dict[str, bytes] = {}
    for name, tenant, body in (
        ("aaconversation", SEED_004, {"from": "2026-06-07", "to": "2026-06-07", "widgetLoaded": True}),
        ("calldetails", SEED_003, {**WEEK, "selectedFields": ["skills", "customerinfo", "snoozeinfo"]}),
    ):
        report = REPORTS[name]
        request = ReportRequest(path={}, headers={}, query={}, body=body, wire=LATEST)
        found = golden(name, tenant) if name == "aaconversation" else [_snoozed(each) for each in golden(name, tenant)]
        rows = tuple(row for each in found if (row := report.row(each)) is not None)
        query = report.query(request, (tenant.app_id,), report.limits)
        pages[name] = report.page(request, query, RecordPage(rows=rows, total=len(rows), last=None))
    (assisted,) = golden("aaconversation", SEED_004)
    pages["agentic_history"] = history(assisted.conversation, SEED_004, 1, 10, searches_only=False)
    return pages


def _snoozed(record: Record) -> Record:
    """A contact with skills, set aside once where an agent answered, and translated."""
    replace, contact = msgspec.structs.replace, record.conversation.contact
    assert contact is not None
    destinations = contact.destinations and tuple(
        replace(each, responding_agent=replace(each.responding_agent, snoozes=({"duration": 30},), is_translated=True))
        if each.responding_agent
        else each
        for each in contact.destinations
    )
    contact = replace(contact, skills=("Cards",), destinations=destinations)
    return replace(record, conversation=replace(record.conversation, contact=contact))


@pytest.mark.parametrize("name", ["aaconversation", "calldetails", "agentic_history"])
def test_answers_of_the_later_wire(name: str) -> None:
    """Byte for byte; written again by `python -m tests.golden.reports.test_wires`."""
    assert answers()[name] + b"\n" == (HERE / f"{name}.2026-10.json").read_bytes()


def test_skills_and_snoozes_are_shown_by_no_other_wire() -> None:
    """Rule 22: a name that the samples do not know selects nothing, and the rows are as before."""
    report, body = REPORTS["calldetails"], {**WEEK, "selectedFields": ["skills", "snoozeinfo", "nope"]}
    request = ReportRequest(path={}, headers={}, query={}, body=body)
    query = report.query(request, (SEED_003.app_id,), report.limits)
    plain, snoozed = (
        report.page(request, query, RecordPage(rows=tuple(map(report.row, found)), total=3, last=None))  # type: ignore[arg-type]
        for found in (golden("calldetails", SEED_003), [_snoozed(each) for each in golden("calldetails", SEED_003)])
    )
    assert snoozed == plain


if __name__ == "__main__":
    for each in NAMES:
        (HERE / f"{each}.2026-10.ndjson").write_bytes(b"\n".join((*pages(each)[1], b"")))
    for each, answered in answers().items():
        (HERE / f"{each}.2026-10.json").write_bytes(answered + b"\n")
