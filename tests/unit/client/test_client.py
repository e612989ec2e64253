"""The client against a server that behaves as the vendor's pages say: what ours would never do to it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.client import WIRE, Access, Client, ExportRequest, Page, RemoteError, saving
from auscult.domain.errors import ConflictError, RequestError
from tests.unit.client.vendor import Answer, listening

ACCESS = Access(client_id="cs-1", client_secret="s" * 32, account="acc-1", app="st-1", org="o-1")
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Vendor:
    """Some conversations, an hour apart, and what was asked about them."""

    def __init__(self, count: int) -> None:
        """``count`` conversations from SINCE on."""
        self.starts = {f"c-{n:05}": SINCE + n * HOUR for n in range(count)}
        self.asked: list[dict[str, Any]] = []
        self.refusals: list[Answer] = []
        self.inserted_after: int | None = None

    def answer(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> Answer:
        """One page, by the vendor's rules: inclusive ends, offset before page, unknown keys passed over."""
        assert jwt.decode(headers["auth"], ACCESS.client_secret, algorithms=["HS256"])["appId"] == "cs-1"
        if self.refusals:
            return self.refusals.pop(0)
        self.asked.append(body | {"path": path})
        if self.inserted_after is not None and len(self.asked) > self.inserted_after:
            self.inserted_after = None
            self.starts = {"c-late": SINCE, **self.starts}
        if "from" in body:
            first = datetime.fromisoformat(body["from"]).replace(tzinfo=UTC)
            last = datetime.fromisoformat(body["to"]).replace(tzinfo=UTC) + timedelta(days=1, microseconds=-1)
        else:
            first, last = (_read(body[name]) for name in ("startDate", "endDate"))
        assert last - first <= timedelta(days=7)
        found = [id_ for id_, start in self.starts.items() if first <= start <= last]
        skip = int(path.partition("offset=")[2] or body.get("offset") or (body.get("page", 1) - 1) * body["limit"])
        ids = found[skip : skip + body["limit"]]
        if "calldetails" in path:
            return 200, {}, {"numResults": len(ids), "data": [{"conversationId": id_} for id_ in ids]}
        name = "convId" if "aaconversation" in path else "Conversation ID" if "RawData" in path else "conversationId"
        rows = [{name: id_} for id_ in ids]
        return 200, {}, {"results": rows, "totalResults": len(found), "hasMore": skip + len(ids) < len(found)}


def _read(told: str) -> datetime:
    at = datetime.fromisoformat(told)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def pulled(vendor: Vendor, report: str, until: datetime, **more: Any) -> list[str]:
    """The ids that a pull gives, in order."""
    with listening(vendor.answer) as url, Client(url, ACCESS, **more) as client:
        return [str(WIRE[report].id_of(row)) for row in client.rows(report, SINCE, until)]


@pytest.mark.parametrize("report", WIRE)
def test_all_five_are_pulled_whole(report: str) -> None:
    """Pages and 7-day windows are taken care of; each row comes once, in order."""
    vendor = Vendor(1_000)
    assert pulled(vendor, report, SINCE + timedelta(days=42)) == list(vendor.starts)
    limits = {body["limit"] for body in vendor.asked}
    assert limits == {20 if report == "aaconversation" else 100}


@settings(max_examples=30, deadline=None)
@given(count=st.integers(0, 450), days=st.integers(1, 16))
def test_a_range_gives_what_starts_in_it(count: int, days: int) -> None:
    """``since`` <= start < ``until``, whatever the numbers of pages and windows."""
    vendor = Vendor(count)
    until = SINCE + timedelta(days=days)
    assert pulled(vendor, "scorereporting", until) == [id_ for id_, start in vendor.starts.items() if start < until]


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    """Its rows would look complete, and be none. A range of no time is only empty, as between two pulls."""
    with Client("http://127.0.0.1:9", ACCESS) as client:
        with pytest.raises(RequestError) as error:
            next(client.rows("rawdata", SINCE, SINCE - HOUR))
        assert (error.value.reason, error.value.field) == ("range.reversed", "until")
        assert list(client.rows("rawdata", SINCE, SINCE)) == []


@pytest.mark.parametrize(
    ("report", "hours", "reason"),
    [("rawdata", -1, "range.reversed"), ("aaconversation", 1, "range.not_days"), ("rowdata", 1, "report.unknown")],
)
def test_what_cannot_be_asked_for_leaves_no_file(report: str, hours: int, reason: str, tmp_path: Path) -> None:
    """An empty file would look like a report without rows, and its place would refuse the corrected call."""
    with Client("http://127.0.0.1:9", ACCESS) as client, pytest.raises(RequestError) as error:
        client.save(report, SINCE, SINCE + hours * HOUR, tmp_path / "rows.ndjson")
    assert error.value.reason == reason
    assert list(tmp_path.iterdir()) == []


def test_call_details_are_asked_for_in_whole_seconds() -> None:
    """A day ends with its last second, so that what starts at midnight comes once, with the next day."""
    report, day = WIRE["calldetails"], timedelta(days=1)
    asked = report.asks(SINCE, SINCE + day)
    assert (asked["startDate"], asked["endDate"]) == ("2026-03-01 00:00:00", "2026-03-01 23:59:59")
    half = timedelta(milliseconds=500)
    asked = report.asks(SINCE + half, SINCE + half + timedelta(milliseconds=1))
    assert (asked["startDate"], asked["endDate"]) == ("2026-03-01 00:00:00", "2026-03-01 00:00:00")
    assert pulled(Vendor(48), "calldetails", SINCE + day) == [f"c-{n:05}" for n in range(24)]


def test_rows_that_move_while_they_are_read_come_once() -> None:
    """Domain 10.3: an offset shifts when a row comes in before it. The window is read again; nothing comes twice."""
    vendor = Vendor(168)
    vendor.inserted_after = 1
    ids = pulled(vendor, "scorereporting", SINCE + timedelta(days=7))
    assert sorted(ids) == sorted(vendor.starts)


def test_the_rate_limit_is_obeyed() -> None:
    """A 429 is waited for as long as it says, or for a minute; the pull is whole."""
    vendor, slept, lines = Vendor(120), list[float](), list[str]()
    vendor.refusals = [(429, {"Retry-After": "7"}, {}), (429, {}, {"errors": [{"msg": "later"}]})]
    ids = pulled(vendor, "rawdata", SINCE + timedelta(days=5), sleep=slept.append, notify=lines.append)
    assert (ids, slept, len(lines)) == (list(vendor.starts), [7.0, 60.0], 2)


def test_what_the_server_is_to_blame_for_is_tried_again() -> None:
    """A 502 passes; a server that is away ends the pull with where it was asked."""
    vendor, slept = Vendor(3), list[float]()
    vendor.refusals = [(502, {}, b"<html>bad gateway</html>")] * 2
    assert len(pulled(vendor, "rawdata", SINCE + HOUR * 9, sleep=slept.append)) == 3
    assert len(slept) == 2
    with Client("http://127.0.0.1:9", ACCESS, sleep=slept.append) as client, pytest.raises(RemoteError) as error:
        next(client.rows("rawdata", SINCE, SINCE + HOUR))
    assert error.value.reason == "remote.unreachable"


def test_a_server_that_has_no_room_is_waited_for_and_then_told_in_its_own_words() -> None:
    """Back pressure: 503 says when to come again. Who gives up says why, and not that nobody is there."""
    vendor, slept, lines = Vendor(3), list[float](), list[str]()
    full = {"detail": "500000 conversations wait", "reason": "backlog.full"}
    vendor.refusals = [(503, {"Retry-After": "10"}, full)] * 2
    assert len(pulled(vendor, "rawdata", SINCE + HOUR * 9, sleep=slept.append, notify=lines.append)) == 3
    assert (slept, lines) == ([10.0, 10.0], ["the server answers 503: waiting 10 s"] * 2)
    vendor.refusals = [(503, {"Retry-After": "10"}, full)] * 99
    with pytest.raises(RemoteError, match=r"503: 500000 conversations wait \(backlog.full\); tried 6 times") as error:
        pulled(vendor, "rawdata", SINCE + HOUR, sleep=slept.append)
    assert error.value.status == 503


def test_a_refusal_says_why() -> None:
    """401 and 400 are not tried again: what the server said is the error."""
    vendor = Vendor(1)
    vendor.refusals = [(401, {}, {"errors": [{"msg": "Invalid SDK credentials", "code": 4002}]})]
    with pytest.raises(RemoteError, match="401: Invalid SDK credentials") as error:
        pulled(vendor, "rawdata", SINCE + HOUR)
    assert (error.value.status, vendor.asked) == (401, [])
    vendor.refusals = [(200, {}, b"<html>")]
    with pytest.raises(RemoteError, check=lambda error: error.reason == "remote.unreadable"):
        pulled(vendor, "rawdata", SINCE + HOUR)


def test_what_cannot_be_asked_is_refused_before_anything_is_sent() -> None:
    """A report nobody knows; a part of a day of a report that is asked for by days."""
    with Client("http://127.0.0.1:9", ACCESS) as client:
        with pytest.raises(RequestError) as unknown:
            next(client.rows("scores", SINCE, SINCE + HOUR))
        with pytest.raises(RequestError) as hours:
            next(client.rows("aaconversation", SINCE, SINCE + HOUR))
    assert (unknown.value.reason, hours.value.reason) == ("report.unknown", "range.not_days")


def test_an_interrupted_pull_goes_on(tmp_path: Path) -> None:
    """Killed between any two pages, even with half a line written, the file ends up whole."""
    vendor, file = Vendor(700), tmp_path / "rows.ndjson"
    until = SINCE + timedelta(days=30)
    with listening(vendor.answer) as url, Client(url, ACCESS) as client:
        asked = ExportRequest(url=url, report="rawdata", account="acc-1", app="st-1", since=SINCE, until=until)
        for _ in range(20):
            with saving(file, asked) as saved:
                pages: Iterator[Page] = client.pages("rawdata", SINCE, until, saved.place)
                saving_pages = saved.save(pages, asked)
                for _ in range(2):
                    if next(saving_pages, None) is None:
                        break
                else:
                    with file.open("ab") as half:
                        half.write(b'{"conversationId":"c-0')
                    continue
                break
    ids = [line.split('"')[3] for line in file.read_text().splitlines()]
    assert ids == list(vendor.starts)
    assert not file.with_name("rows.ndjson.pull").exists()


def test_a_file_of_another_pull_is_not_gone_on_with(tmp_path: Path) -> None:
    """A checkpoint of another range, or one that cannot be read, is refused and left as it is."""
    vendor, file = Vendor(300), tmp_path / "rows.ndjson"
    until = SINCE + timedelta(days=20)
    with listening(vendor.answer) as url, Client(url, ACCESS) as client:
        asked = ExportRequest(url=url, report="rawdata", account="acc-1", app="st-1", since=SINCE, until=until)
        with saving(file, asked) as saved:
            next(saved.save(client.pages("rawdata", SINCE, until), asked))
    other = ExportRequest(url=url, report="rawdata", account="acc-1", app="st-1", since=SINCE, until=until - HOUR)
    with pytest.raises(ConflictError), saving(file, other):
        pass
    checkpoint = file.with_name("rows.ndjson.pull")
    checkpoint.write_bytes(b"{")
    with pytest.raises(ConflictError), saving(file, asked):
        pass
    assert checkpoint.read_bytes() == b"{"
