"""Joining what a vendor tells: nothing invented, nothing lost without a word, and no page pulled twice."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.client import PARTS, Access, Connection, ExportRequest, Moving, no_losses
from auscult.client.vendor_import import Known, document_of
from auscult.domain.errors import ConflictError
from auscult.formats import Limits, Rejected
from auscult.services.scoring.intake.read import read_stream
from tests.unit.client.vendor import Answer, listening

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
ASKED = ExportRequest(url="x", report="all", account="acc-1", app="st-1", since=SINCE, until=SINCE + timedelta(days=9))
ACCESS = Access(client_id="cs-1", client_secret="s" * 32, account="acc-1", app="st-1", org="o-1")
RAW = {"conversationId": "c-1", "conversationStartTime": "2026-03-01T10:00:00.500Z"}
CALL = {"conversationId": "c-1", "channel": "voice", "sessionStartTime": "2026-03-01T10:00:00"}


def joined(known: Known | None = None, **rows: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, int]]:
    """The document of these rows, and all that was counted."""
    counts = no_losses()
    found = document_of("c-1", rows, known or Known(), counts)
    return found, dict(+(counts.lost + counts.left_out))


def test_the_more_exact_report_says_when() -> None:
    """Call details count in seconds; an end in the second of the beginning is no end before it."""
    document, _ = joined(rawdata=RAW, calldetails=CALL | {"sessionEndTime": "2026-03-01T10:00:00"})
    assert document is not None
    assert (document["started_at"], document.get("ended_at")) == ("2026-03-01T10:00:00.500Z", None)
    alone, _ = joined(calldetails=CALL | {"sessionEndTime": "2026-03-01T10:01:00"})
    assert alone is not None
    assert alone["ended_at"] == "2026-03-01T10:01:00"


@pytest.mark.parametrize(
    ("rows", "known", "channel"),
    [
        ({"calldetails": CALL | {"channel": "Voice"}}, Known(), "voice"),
        ({"calldetails": CALL | {"channel": "rtm"}}, Known(), "chat"),
        ({"calldetails": CALL | {"channel": "Web / Mobile Client"}}, Known(), "chat"),
        ({"calldetails": CALL | {"channel": "campaign"}}, Known(listed=["voice"]), "voice"),
        ({"calldetails": CALL | {"channel": "campaign"}}, Known(listed=["voice", "chat"]), None),
        ({"calldetails": CALL | {"channel": "Fax line"}}, Known(words={"faxline": "chat"}), "chat"),
        ({"rawdata": RAW}, Known(), None),
        ({"rawdata": RAW | {"channel": "chat"}}, Known(), "chat"),
        (
            {"rawdata": RAW, "aaconversation": {"convId": "c-1", "experience": "voice"}},
            Known(listed=["chat"]),
            "voice",
        ),
    ],
)
def test_a_channel_is_told_and_never_guessed(rows: dict[str, Any], known: Known, channel: str | None) -> None:
    """Who says it plainly is believed before a word; where nobody does, the conversation is left out, and counted."""
    document, counted = joined(known, **rows)
    assert (document or {}).get("channel") == channel
    assert any("channel is not known" in reason for reason in counted) is (channel is None)


def test_what_has_no_place_is_counted() -> None:
    """Scores and audits are made anew; parts that are no text, strangers' words and times before the start are named."""
    message = {"_id": "m1", "author": {"type": "USER", "id": "u-1"}, "createdOn": "2026-03-01T09:00:00Z"}
    told = {**message, "components": [{"data": {"text": "hello"}}, {"cT": "image", "data": {"url": "x"}}], "lang": "nl"}
    odd = [{"_id": "m2", "author": {"type": "OWL"}, "components": []}, {"_id": "m3"}]
    document, counted = joined(
        rawdata=RAW | {"AuditStatus": "Audited", "Metrics": [{"Qualification": "YES"}], "Language": "Klingonish"},
        aaconversation={"convId": "c-1", "experience": "chat", "messages": [told, *odd]},
    )
    assert document is not None
    assert document["turns"] == [{"id": "m1", "speaker": "customer", "text": "hello"}]
    assert (document["language"], document["customer"]) == ("nl", {"id": "u-1"})
    assert set(counted.values()) == {1}
    assert len(counted) == 6
    spoken, counted = joined(rawdata=RAW | {"channel": "voice", "Language": "Dutch"})
    assert spoken is not None
    assert spoken["language"] == "nl"
    assert list(counted) == ["the talk, which no report has for them"]


def test_only_the_accounts_report_is_not_enough() -> None:
    """It may list another app's conversations."""
    document, counted = joined(account_rawdata={"Conversation ID": "c-1"})
    assert (document, len(counted)) == (None, 1)


def test_documents_are_read_by_our_own_reader() -> None:
    """The contact part is the wire's own row, which the native document takes as it is."""
    call = {
        "sessionId": "s-1",
        "channel": "rtm",
        "sessionStartTime": "2026-03-01T10:00:00",
        "csatScore": 3,
        "reason": "x",
    }
    document, _ = joined(calldetails=call)
    (read,) = read_stream(__import__("io").BytesIO(msgspec.json.encode(document)), "st-1", Limits())
    assert not isinstance(read, Rejected)
    assert read.contact is not None
    assert read.contact.survey is not None
    assert (read.contact.is_bot_only, read.contact.channel, read.contact.survey.score) == (True, "rtm", 3)


class Vendor:
    """Two hundred calls, and which pages of them were asked for."""

    def __init__(self) -> None:
        """Nothing was asked."""
        self.asked: list[tuple[str, int]] = []

    def answer(self, path: str, body: dict[str, Any], _: dict[str, str]) -> Answer:
        """The same calls in every report but that of the account, where there are none."""
        skip = int(path.partition("offset=")[2] or body.get("offset") or (body.get("page", 1) - 1) * body["limit"])
        day = body.get("from") or body["startDate"]
        count = 0 if "RawData" in path or not day.startswith("2026-03-01") else 200
        name = "convId" if "aaconversation" in path else "conversationId"
        ids = range(skip, min(count, skip + body["limit"]))
        rows = [{name: f"c-{n:03}", "experience": "chat", "startTime": "2026-03-01T00:00:00Z"} for n in ids]
        self.asked += [(path.partition("?")[0], skip)] if rows else []
        if "calldetails" in path:
            return 200, {}, {"numResults": len(rows), "data": rows}
        return 200, {}, {"results": rows, "totalResults": count, "hasMore": skip + len(rows) < count}


def test_a_contact_that_the_bot_closed_alone_is_one_document(tmp_path: Path) -> None:
    """Call details name its session, the reports on quality its id: one document where the second of the start fits.

    Two sessions of one second are not told apart, and stay by themselves.
    """
    at = [f"2026-03-01T10:0{n}:00" for n in range(3)]
    quality = [
        {"conversationId": f"d-{n}", "channel": "voice", "conversationStartTime": f"{at[n]}.250Z"} for n in (0, 1, 2)
    ]
    calls = [{"sessionId": f"s-{n}", "channel": "voice", "sessionStartTime": at[n]} for n in (0, 1, 1)]
    calls[2]["sessionId"] = "s-1b"
    calls.append({"conversationId": "d-2", "sessionId": "s-2", "channel": "voice", "sessionStartTime": at[2]})
    told = {"rawdata": quality, "calldetails": calls}

    def answer(path: str, body: dict[str, Any], _: dict[str, str]) -> Answer:
        name = next((each for each in told if path.partition("?")[0].endswith(each)), "")
        day = body.get("startDate", "").startswith("2026-03-01")
        rows = told.get(name, []) if day and "account" not in name and "RawData" not in path else []
        key = "data" if "calldetails" in path else "results"
        return 200, {}, {key: rows, "totalResults": len(rows), "hasMore": False}

    with listening(answer) as url, closing(Connection(url, ACCESS)) as connection:
        moving = Moving(tmp_path / "moved.pull", ASKED)
        for part in PARTS:
            list(moving.pull(part, connection, lambda _: None))
        found = {each["id"]: each.get("contact", {}) for _ in range(2) for each in moving.documents({}, no_losses())}
        moving.close()
    assert set(found) == {"d-0", "d-1", "d-2", "s-1", "s-1b"}
    assert (found["d-0"]["sessionId"], found["d-0"]["is_bot_only"]) == ("s-0", True)
    assert (found["d-1"], found["d-2"].get("is_bot_only")) == ({}, None)


def test_an_interrupted_move_goes_on(tmp_path: Path) -> None:
    """Cut off after every second page, it goes on with the next: none is pulled twice, and all is joined in the end."""
    vendor, file = Vendor(), tmp_path / "moved.pull"
    with listening(vendor.answer) as url, closing(Connection(url, ACCESS)) as connection:
        for _ in range(200):
            with closing(Moving(file, ASKED)) as moving:
                pages = (page for part in PARTS for page in moving.pull(part, connection, print))
                if [next(pages, None), next(pages, None)][1] is None:
                    documents = list(moving.documents({}, no_losses()))
                    break
    assert [document["id"] for document in documents] == [f"c-{n:03}" for n in range(200)]
    assert len(set(vendor.asked)) == len(vendor.asked)


def test_a_file_of_another_move_is_left_alone(tmp_path: Path) -> None:
    """Another period, or no file of ours: refused with what to do."""
    file = tmp_path / "moved.pull"
    Moving(file, ASKED).close()
    with pytest.raises(ConflictError, match="another move"):
        Moving(file, msgspec.structs.replace(ASKED, app="st-2"))
    (tmp_path / "other.pull").write_bytes(b"x" * 5_000)
    with pytest.raises(ConflictError, check=lambda error: error.reason == "checkpoint.unreadable"):
        Moving(tmp_path / "other.pull", ASKED)
