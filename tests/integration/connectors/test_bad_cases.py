"""Connectors on bad days: nothing is lost, nothing is doubled, and each fault is reported once."""

import gzip
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.domain.connectors.contract import Item, Mapped
from auscult.domain.connectors.place import Found
from auscult.domain.connectors.run import Counts, Order
from auscult.domain.conversation import Speaker
from auscult.domain.errors import ConflictError
from auscult.formats.vendors import FORMATS
from auscult.formats.vendors.documents import Native
from auscult.services.connectors.documents import make_mapper
from auscult.services.connectors.running import Running
from auscult.storage.connectors.manifest import LeaseLostError, ReadItem
from auscult.storage.connectors.places.folder import FolderPlace
from auscult.storage.store import AppStore
from tests.contract.storing import conversation
from tests.integration.connectors.placing import document, fill, native, service, stored

MANUAL = Order(kind="manual")
FILES = Path(__file__).parents[2] / "golden" / "files"


def read_through(app: AppStore, folder: Path, place: FolderPlace) -> Counts:
    """Apply a connector on a folder, and run it through another view of the same folder."""
    connectors = service(app)
    connectors.apply(document(f"folder:{folder}"))
    connector = connectors.get("inbox")
    mapper = make_mapper(connector, app.tenant.app_id)
    Running(app, connector, mapper, lambda: place, partial(datetime.now, UTC)).run(MANUAL, None)
    return app.connectors.runs("inbox")[0].counts


def test_each_item_has_its_effect_once(app: AppStore, tmp_path: Path) -> None:
    """A second run finds everything known; a new file alone is read; a changed one is a new revision."""
    fill(tmp_path / "in", 5)
    connectors = service(app)
    connectors.apply(document(f"folder:{tmp_path / 'in'}"))
    assert connectors.run("inbox", MANUAL).counts.new == 5
    assert connectors.run("inbox", MANUAL).counts == Counts(listed=5, known=5)
    fill(tmp_path / "in", 1, start=5)
    (tmp_path / "in" / "00000.json").write_bytes(native("call-0", language="de"))
    run = connectors.run("inbox", MANUAL)
    assert (run.counts.known, run.counts.new, run.counts.changed) == (4, 1, 1)
    assert stored(app) == {f"call-{number}" for number in range(6)}


def test_legs_are_joined_and_a_redacted_copy_stays(app: AppStore, tmp_path: Path) -> None:
    """Two files of a call, then another of it in a later run; a copy and its original, of which the run names one."""
    connectors = service(app)
    connectors.apply(document(f"folder:{tmp_path / 'legs'}", "legs", format="genesys"))
    for number, leg in enumerate(("b2", "a1", "c3")):
        phrase = {"participantPurpose": "internal", "startTimeMs": number, "text": leg}
        about = {"conversationId": "cv", "communicationId": leg, "conversationStartTime": 1792400000000}
        _write(tmp_path / "legs" / f"{leg}.json", about | {"transcripts": [{"phrases": [phrase]}]})
        if number:
            counts = connectors.run("legs", MANUAL).counts
            assert (counts.new, counts.changed, counts.replaced) == ((1, 0, 0) if number == 1 else (0, 1, 0))
    connectors.apply(document(f"folder:{tmp_path / 'lens'}", "lens", format="amazon-contact-lens"))
    for words, name in (("4539 1488 0343 6467", "z"), ("[PII]", "a_redacted")):
        said = {"ParticipantRole": "AGENT", "Content": words, "AbsoluteTime": "2026-10-19T08:00:00Z"}
        _write(tmp_path / "lens" / f"{name}.json", {"JobName": "k-1", "Transcript": [said]})
    run = connectors.run("lens", MANUAL)
    assert (run.counts.new, run.counts.replaced, run.notes) == (1, 1, ("replaced by another of the same id: k-1",))
    texts = {one.custom_id: [turn.text for turn in one.turns] for one, _ in app.erasure.all()}
    assert texts == {"cv": ["b2", "a1", "c3"], "k-1": ["[PII]"]}


def _write(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.encode(value))


def test_a_half_written_file_is_read_when_it_is_whole(app: AppStore, tmp_path: Path) -> None:
    """While it is young it is postponed, and an old one that breaks off is refused until it is completed."""
    folder = tmp_path / "in"
    fill(folder, 1)
    connectors = service(app)
    connectors.apply(document(f"folder:{folder}", settle_s=3600))
    run = connectors.run("inbox", MANUAL)
    assert (run.counts.read, run.counts.postponed) == (0, 1)
    assert "00000.json: it was written a moment ago" in run.postponed[0]
    whole = native("call-0")
    (folder / "00000.json").write_bytes(whole[:40])
    (folder / "later.json.part").write_bytes(whole[:40])
    os.utime(folder / "00000.json", (1_700_000_000, 1_700_000_000))
    run = connectors.run("inbox", MANUAL)
    assert (run.counts.refused, run.counts.left_out) == (1, 1)
    assert connectors.run("inbox", MANUAL).counts.refused == 0  # reported once
    (folder / "00000.json").write_bytes(whole)
    os.utime(folder / "00000.json", (1_700_000_001, 1_700_000_001))
    assert connectors.run("inbox", MANUAL).counts.new == 1
    assert app.connectors.refusals("inbox") == []


def test_a_clock_that_is_ahead_does_not_keep_a_file_waiting(app: AppStore, tmp_path: Path) -> None:
    """An item from the future is read now: its age says nothing."""
    fill(tmp_path / "in", 1)
    ahead = time.time() + 86_400
    os.utime(tmp_path / "in" / "00000.json", (ahead, ahead))
    connectors = service(app)
    connectors.apply(document(f"folder:{tmp_path / 'in'}", settle_s=60))
    assert connectors.run("inbox", MANUAL).counts.new == 1


class _Changing(FolderPlace):
    """A folder in which one file grows between listing and reading."""

    def fetch(self, found: Found) -> bytes:
        if found.key == "00001.json":
            with (self._path / found.key).open("ab") as file:
                file.write(b"\n")
        return super().fetch(found)


def test_a_file_that_changes_while_it_is_read_is_left_to_the_next_run(app: AppStore, tmp_path: Path) -> None:
    """Neither half of it is stored."""
    fill(tmp_path / "in", 3)
    counts = read_through(app, tmp_path / "in", _Changing(str(tmp_path / "in")))
    assert (counts.new, counts.postponed) == (2, 1)
    assert stored(app) == {"call-0", "call-2"}
    assert service(app).run("inbox", MANUAL).counts.new == 1
    assert stored(app) == {"call-0", "call-1", "call-2"}


class _Doubled(FolderPlace):
    """A folder that lists every key twice, as a store does that is written to while its pages are read."""

    def listing(self) -> Iterator[Found]:
        for found in super().listing():
            yield found
            yield found


def test_a_key_that_is_listed_twice_is_read_once(app: AppStore, tmp_path: Path) -> None:
    """And its refusals are stored once."""
    fill(tmp_path / "in", 3)
    (tmp_path / "in" / "bad.json").write_bytes(b"{")
    counts = read_through(app, tmp_path / "in", _Doubled(str(tmp_path / "in")))
    assert (counts.listed, counts.read, counts.known, counts.new, counts.refused) == (8, 4, 4, 3, 1)
    assert len(app.connectors.refusals("inbox")) == 1


def test_lines_behind_a_broken_one_are_read(app: AppStore, tmp_path: Path) -> None:
    """Each refused line is listed with its reason; the corrected item of the same name is read again (D-1)."""
    item = tmp_path / "in" / "day.ndjson"
    item.parent.mkdir()
    lines = (FILES / "46-truncated-line.ndjson").read_bytes().splitlines(keepends=True)
    item.write_bytes(b"".join(lines))
    connectors = service(app)
    connectors.apply(document(f"folder:{item.parent}", format="intercom"))
    run = connectors.run("inbox", MANUAL)
    assert (run.counts.read, run.counts.new, run.counts.refused) == (1, 4, 1)
    (refused,) = app.connectors.refusals("inbox")
    assert (refused.key, refused.where, "it may be cut off" in refused.reason) == ("day.ndjson", "line 3", True)
    assert connectors.run("inbox", MANUAL).counts == Counts(listed=1, known=1)
    item.write_bytes(b"".join(lines).replace(lines[2], lines[1].replace(b'"I-1"', b'"I-2"')))
    run = connectors.run("inbox", MANUAL)
    assert (run.counts.new, run.counts.unchanged, run.counts.refused) == (1, 4, 0)
    assert stored(app) == {f"I-{number}" for number in range(5)}
    assert app.connectors.refusals("inbox") == []


def test_sides_of_a_source_are_those_that_were_set(app: AppStore, tmp_path: Path) -> None:
    """Also against what the words show: then a speaker beside them is not taken for another agent, but waits for a person."""
    connectors = service(app)
    (tmp_path / "in").mkdir()
    call = (FILES / "03-speakers.vtt").read_bytes()
    connectors.apply(document(f"folder:{tmp_path / 'in'}", format="any"))
    given: list[tuple[str, dict[str, Speaker]]] = [
        ("all", {}),
        ("b", {"Speaker 0": "agent"}),
        ("both", {"Speaker 1": "customer"}),
    ]
    for name, sides in given:
        if sides:
            connectors.set_sides("inbox", sides)
        (tmp_path / "in" / f"{name}.vtt").write_bytes(call.replace(b"15:34", f"15:{len(name) + 10}".encode()))
        assert connectors.run("inbox", MANUAL).counts.new == 1
    read = sorted((one for one, _ in app.erasure.all()), key=lambda one: one.started_at)
    assert [({turn.speaker_label: turn.speaker for turn in one.turns}, one.assumed.get("sides")) for one in read] == [
        ({"Speaker 0": "agent", "Speaker 1": "unknown"}, None),
        ({"Speaker 0": "customer", "Speaker 1": "agent"}, "words"),
        ({"Speaker 0": "agent", "Speaker 1": "customer"}, None),
    ]


class _Explosive(Native):
    """A format with a defect."""

    def map(self, item: Item) -> list[Mapped]:
        if b"boom" in item.data:
            raise ZeroDivisionError("division by zero")
        return super().map(item)


def test_one_poisonous_file_among_good_ones(app: AppStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is in it, the others are read, and the reason is kept."""
    folder = tmp_path / "in"
    fill(folder, 4)
    monkeypatch.setitem(FORMATS, "explosive", _Explosive)
    poison = {
        "a-bomb.json.gz": gzip.compress(b" " * (70 << 20)),
        "b-broken.json.gz": gzip.compress(native("gone"))[:-9],
        "c-binary.json": os.urandom(2_000),
        "d-boom.json": native("boom"),
        "e-empty.json": b"",
        "f-nul.json": native("nul", turns=[{"speaker": "agent", "text": "a\0b"}]),
    }
    for name, content in poison.items():
        (folder / name).write_bytes(content)
    connectors = service(app)
    connectors.apply(document(f"folder:{folder}", format="explosive"))
    run = connectors.run("inbox", MANUAL)
    assert (run.state, run.counts.new) == ("done", 4)
    reasons = {each.key: each.reason for each in app.connectors.refusals("inbox")}
    assert set(reasons) == set(poison)
    assert "ZeroDivisionError" in reasons["d-boom.json"]
    assert "empty" in reasons["e-empty.json"]


def test_two_runs_at_once(app: AppStore, tmp_path: Path) -> None:
    """The second is refused with the reason, and the first brings each conversation once."""
    fill(tmp_path / "in", 3)
    connectors = service(app)
    connectors.apply(document(f"folder:{tmp_path / 'in'}"))
    reading, refused = threading.Event(), threading.Event()

    def wait_for_room(_size: int) -> None:
        reading.set()
        refused.wait(60)

    first = threading.Thread(target=connectors.run, args=("inbox", MANUAL, wait_for_room))
    first.start()
    try:
        assert reading.wait(60)
        with pytest.raises(ConflictError, match="is running since"):
            connectors.run("inbox", MANUAL)
    finally:
        refused.set()
        first.join()
    (run,) = app.connectors.runs("inbox")
    assert (run.state, run.counts.new) == ("done", 3)


def test_a_run_that_was_taken_for_crashed_writes_nothing_more(app: AppStore) -> None:
    """Conversations and manifest are rolled back together, and the other run has them."""
    connectors = service(app)
    connectors.apply(document("folder:/nowhere"))
    now = datetime.now(UTC)
    begin = partial(app.connectors.begin, "inbox", 1, MANUAL, at=now, lease=timedelta(0), next_at=None)
    slow, quick = begin(), begin()
    item = ReadItem(Found("1.json", "e", 1, None), ())
    for record in (slow, quick):
        store_it = partial(record.store, items=[item], counts=Counts(read=1), figures=None, at=now)
        with pytest.raises(LeaseLostError) if record is slow else _nothing():
            app.conversations.accept(
                [conversation(f"c-{record.number}")],
                "backfill",
                lambda connection, accepted, write=store_it: write(connection, accepted=accepted),
            )
    assert [one.id for one, _ in app.erasure.all()] == [f"c-{quick.number}"]
    assert app.connectors.items("inbox") == 1
    assert [run.state for run in app.connectors.runs("inbox")] == ["running", "crashed"]


class _nothing:  # noqa: N801  (reads as a context)
    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


def test_a_paused_connector_does_not_run(app: AppStore, tmp_path: Path) -> None:
    """Neither when asked nor by schedule; resumed, it does."""
    fill(tmp_path / "in", 2)
    connectors = service(app)
    connectors.apply(document(f"folder:{tmp_path / 'in'}", every="15m"))
    connectors.order("inbox", MANUAL)
    app.connectors.pause("inbox", is_paused=True)
    assert connectors.run_due() == []
    with pytest.raises(ConflictError, match="resume it first"):
        connectors.run("inbox", MANUAL)
    app.connectors.pause("inbox", is_paused=False)
    assert [run.counts.new for run in connectors.run_due()] == [2]
    assert connectors.run_due() == []


def test_an_unknown_queue_is_kept_apart_and_named(app: AppStore, tmp_path: Path) -> None:
    """Its conversations are not refused."""
    fill(tmp_path / "in", 2)
    (tmp_path / "in" / "x.json").write_bytes(native("other", queues=[{"id": "q-77"}]))
    connectors = service(app)
    connectors.apply(document(f"folder:{tmp_path / 'in'}", mapping={"queues": {"billing": {"id": "bill"}}}))
    assert connectors.run("inbox", MANUAL).counts.new == 3
    assert app.connectors.unknown("inbox") == {"queue:q-77": 1}
    found = {one.custom_id: one for one, _ in app.erasure.all()}
    assert [queue.id for queue in found["call-0"].queues] == ["bill"]
    assert [queue.id for queue in found["other"].queues] == ["unknown"]
    assert found["other"].custom_fields == {"source_queue_id": "q-77"}


def test_a_backfill_reads_a_range_once(app: AppStore, tmp_path: Path) -> None:
    """What is older than the document's `since` comes only so; read again, nothing is doubled."""
    folder = tmp_path / "in"
    fill(folder, 4)
    for number in range(4):
        at = 1_700_000_000 + number * 86_400
        os.utime(folder / f"{number:05}.json", (at, at))
    connectors = service(app)
    connectors.apply(document(f"folder:{folder}", since="2026-01-01"))
    assert connectors.run("inbox", MANUAL).counts.left_out == 4
    first = datetime.fromtimestamp(1_700_000_000, UTC)
    order = Order(kind="backfill", since=first, until=first + timedelta(days=2))
    assert connectors.run("inbox", order).counts.new == 2
    repeated = Order(kind="backfill", since=first, is_repeated=True)
    counts = connectors.run("inbox", repeated).counts
    assert (counts.new, counts.unchanged, counts.read) == (2, 2, 4)
