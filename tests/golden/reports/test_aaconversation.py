"""Sample aaconversation (rules 23 and 25): the sample's conversation goes in as a native document and comes out as the sample shows it."""

from itertools import product
from typing import Any

import msgspec
import pytest

from auscult.domain.record import RecordPage
from auscult.domain.tenancy import Tenant
from auscult.reports._contract import ReportRequest
from auscult.reports.aaconversation import AssistConversations
from tests.golden.rendering import HERE, records

TENANT = Tenant(
    account_id="6798834e4e94062f7539xxxxx",
    org_id="o-7b3f9629-5766-578a-af50-7b623c1xxxxx",
    app_id="st-79a76d65-d540-5b33-96d5-9bf3eebxxxxx",
)
SAMPLE: dict[str, Any] = msgspec.json.decode((HERE / "aaconversation.response.json").read_bytes())
FLAGS = ("includeHistory", "includeAgenticHistory", "includeFeedback", "includeSummary")


def page(*flags: str) -> bytes:
    """The page of the golden conversation, with these flags."""
    report = AssistConversations()
    body = {"from": "2026-06-07", "to": "2026-06-07", "page": 1, "limit": 20} | dict.fromkeys(flags, True)
    request = ReportRequest(path={}, headers={}, query={}, body=body)
    query = report.query(request, (TENANT.app_id,), report.limits)
    rows = tuple(row for record in records("aaconversation", TENANT) if (row := report.row(record)) is not None)
    return report.page(request, query, RecordPage(rows=rows, total=SAMPLE["totalResults"], last=None))


def test_the_whole_page_is_the_samples() -> None:
    """Rule 23: byte for byte, but for `hasMore`: of six results the sample shows one and says that there are no more."""
    expected = msgspec.json.encode({**SAMPLE, "hasMore": True})
    assert page(*FLAGS) == expected


def without(row: dict[str, Any], flags: frozenset[str]) -> dict[str, Any]:
    """The sample's row without the keys of the flags that are not set (rule 25)."""
    row = msgspec.json.decode(msgspec.json.encode(row))
    history, agentic, feedback, summary = (flag in flags for flag in FLAGS)
    row["messages"] = [each for each in row["messages"] if (agentic if each.get("type") == "AGENTIC" else history)]
    if not feedback:
        for each in (*row["messages"], *row["searchHistory"], *row["summaries"]):
            each.pop("feedbackInfo", None)
    dropped = {
        "messages": history or agentic,
        "searchHistory": agentic,
        "agenticAssistSessionIds": agentic,
        "agenticSearchSessionIds": agentic,
        "widgetFeedbacks": feedback,
        "summaries": summary,
    }
    return {key: value for key, value in row.items() if dropped.get(key, True)}


@pytest.mark.parametrize("chosen", list(product((False, True), repeat=4)))
def test_each_flag_drops_its_keys(chosen: tuple[bool, ...]) -> None:
    """Rule 25: every combination of the four flags, byte for byte."""
    flags = frozenset(flag for flag, is_set in zip(FLAGS, chosen, strict=True) if is_set)
    shown = page(*flags).partition(b'{"results":[')[2].partition(b'],"skip":')[0]
    assert shown == msgspec.json.encode(without(SAMPLE["results"][0], flags))
