"""Sample rawdata (rule 23): the sample's four conversations go in as native documents, are audited, and come out as it shows.

Two things stand between our rows and the sample's, and both are its own doing: keys that stand only in its table are
behind the others here, and the metric lists of its first and fourth row are cut (their scores need more metrics than
they print), so that what it leaves out is left out here before comparing.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.storage import Store
from tests.golden.rendering import HERE
from tests.golden.storing import TENANT, conversations, process, publish, rows, without

SAMPLE: list[dict[str, Any]] = msgspec.json.decode((HERE / "rawdata.response.json").read_bytes())["results"]
IN_TABLE_ONLY = ("conversationStartTime", "conversationEndTime", "duration")
LEFT_OUT = {"em-left-out-1", "em-left-out-2"}
DAY = {"startDate": "2026-03-23 10:17:54", "endDate": "2026-03-23 23:00:35", "include_below_threshold": True}
AUDITS = {  # conversation -> auditor, and when they submitted
    SAMPLE[0]["conversationId"]: ("John Doe", datetime(2026, 3, 23, 12, 30, tzinfo=UTC)),
    SAMPLE[2]["conversationId"]: ("Jane Supervisor", datetime(2026, 3, 23, 15, 10, tzinfo=UTC)),
}


@pytest.fixture(scope="module")
def loaded(store: Store) -> Store:
    """The sample's conversations, loaded, scored and audited."""
    publish(store, *(f"rawdata.{name}.yaml" for name in ("voice-inbound", "voice-outbound", "chat-inbound", "public")))
    process(store, conversations("rawdata"))
    app = store.within(TENANT)
    for conversation_id, (auditor, at) in AUDITS.items():
        auditing = Auditing(app, REPORTS, lambda at=at: at)
        auditing.assign(conversation_id, auditor)
        auditing.submit(conversation_id, as_machine=True)
    Auditing(app, REPORTS, lambda: datetime(2026, 3, 24, tzinfo=UTC)).assign(SAMPLE[3]["conversationId"], "Max")
    return store


def as_printed(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what the sample does not print."""
    shown = without(row, *IN_TABLE_ONLY)
    return shown | {"Metrics": [metric for metric in row["Metrics"] if metric["Metric ID"] not in LEFT_OUT]}


def test_the_page_is_the_samples(loaded: Store) -> None:
    """Rules 1 to 5, 8, 23 and 28: every row byte for byte, the order of keys included, on both databases."""
    found = rows(loaded, "rawdata", **DAY)
    assert [msgspec.json.encode(as_printed(row)) for row in found] == [msgspec.json.encode(row) for row in SAMPLE]
    assert [list(row)[-3:] for row in found] == [list(IN_TABLE_ONLY)] * 4
    assert [{metric["Metric ID"] for metric in row["Metrics"]} & LEFT_OUT for row in found] == [
        LEFT_OUT,
        set(),
        set(),
        LEFT_OUT,
    ]


def test_what_stands_in_the_table_only(loaded: Store) -> None:
    """Rule 23: under the table's names, from what was loaded."""
    found = rows(loaded, "rawdata", **DAY)
    assert {key: found[0][key] for key in IN_TABLE_ONLY} == {
        "conversationStartTime": "2026-03-23T10:17:54.000Z",
        "conversationEndTime": "2026-03-23T10:18:54.000Z",
        "duration": 60_000,
    }
    assert [row["duration"] for row in found] == [60_000, 11_000, 45_000, 90_000]


def test_a_zone_moves_its_times(loaded: Store) -> None:
    """Rule 21: with an offset the dates asked for and the times told are local, without a suffix, and all else stays."""
    local = {"startDate": "2026-03-23 15:47:54", "endDate": "2026-03-24 04:30:35", "timeZoneOffset": -330}
    found = rows(loaded, "rawdata", **local, include_below_threshold=True)
    assert found[0]["audit_date"] == "2026-03-23 18:00:00"
    assert found[0]["conversationStartTime"] == "2026-03-23T15:47:54.000"
    assert found[0]["conversationEndTime"] == "2026-03-23T15:48:54.000"
    assert found[1]["audit_date"] is None
    times = ("audit_date", "conversationStartTime", "conversationEndTime")
    assert [without(row, *times) for row in found] == [without(row, *times) for row in rows(loaded, "rawdata", **DAY)]
