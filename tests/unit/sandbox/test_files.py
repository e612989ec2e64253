"""Strangers' files in a process of their own: read as here; what ends the process is refused, and all else comes in."""

import io
import os
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.domain.connectors import Item, Refused, Setup
from auscult.domain.conversation import Conversation
from auscult.formats import Given, Rejected, Source
from auscult.formats.vendors.genesys import Genesys
from auscult.sandbox.file_child import LENGTH, Frame, Request, received
from auscult.sandbox.files import MOST_ENDED, Allowance, FileReader
from auscult.sandbox.reading import Noted
from auscult.services.scoring.intake.read import read_given, read_source, sibling_in
from tests.contract.test_files_of_others import FILES, RIGHT

SMALL = b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Agent>Good morning\n\n00:03.000 --> 00:04.000\n<v Customer>Hello\n"
SLOW = b"call_id,start_time,role,message\n" + b"".join(
    b"c-%d,2026-03-23T10:00:00Z,agent,Good morning\n" % (at % 2) for at in range(100_000)
)
"""A table whose rows lie apart, so that all of it is read before the first conversation."""
WIDE = b'{"segments": [{"start": 0, "end": 1, "text": "a", "speaker": "S1"}' + b",[]" * 4_000_000 + b"]}"
"""Small as text, large once it is decoded."""


def zipped(**files: bytes) -> io.BytesIO:
    """An archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return packed


def seen(found: Iterator[Conversation | Rejected]) -> list[Any]:
    """All that was found, in a form that can be compared."""
    return [
        (one.error.message, one.error.reason, one.error.line, one.error.field, one.source, one.file)
        if isinstance(one, Rejected)
        else one
        for one in found
    ]


@pytest.fixture
def hurried() -> Iterator[FileReader]:
    """A reader whose files have a third of a second of processor time for each conversation."""
    made = FileReader(Allowance(cpu_s=0.3))
    yield made
    made.close()


def child_of_this_process() -> int:
    """The process that reads files for this one; of several the one that began last, as numbers are used again."""
    found: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # ended meanwhile
            is_child = b"auscult.sandbox.file_child" in (path / "cmdline").read_bytes()
            _state, parent, *more = (path / "stat").read_text().rpartition(")")[2].split()
            found |= {int(more[17]): int(path.name)} if is_child and parent == str(os.getpid()) else {}
    return found[max(found)]


@pytest.mark.parametrize("name", [name for name in RIGHT if (FILES / name).is_file()])
def test_a_file_is_read_as_here(name: str) -> None:
    """Conversations, refusals, formats and columns of every golden file are the same from both sides."""
    source = Source(app_id="st-1", name=name, given=Given(time_zone="Europe/Berlin"))
    here, there = Noted(), Noted()
    data = (FILES / name).read_bytes()
    assert seen(read_given(io.BytesIO(data), source, there)) == seen(
        read_source(io.BytesIO(data), source, here, is_bounded=True)
    )
    assert (there.formats, there.counts, there.table) == (here.formats, here.counts, here.table)


def test_what_a_file_needs_beside_it_is_sent() -> None:
    """A table that names its transcripts reads them through this process, also one that is missing."""
    folder = FILES.parent / "connectors" / "kore-express"
    source = Source(app_id="st-1", name="batch.csv", siblings=partial(sibling_in, folder))
    data = (folder / "batch.csv").read_bytes() + (folder / "batch.csv").read_bytes().splitlines()[1].replace(
        b"v-1", b"v-2"
    )
    found = seen(read_given(io.BytesIO(data), source, Noted()))
    assert found == seen(read_source(io.BytesIO(data), source, is_bounded=True))
    assert [isinstance(one, Conversation) for one in found] == [True, True, False]


def test_an_item_of_a_connector_is_mapped_as_here(hurried: FileReader) -> None:
    """With its options and what lies beside it; an item that ends the process is refused with the limit."""
    data = (FILES / "20-genesys-transfer.json").read_bytes()
    item = Item("a.json", None, len(data), data, lambda _key: None)
    setup = Setup(app_id="st-1")
    assert hurried.mapped("genesys", setup, item) == Genesys(setup).map(item)
    (refused,) = hurried.mapped("described", setup, Item("b.csv", None, len(SLOW), SLOW, lambda _key: None))
    assert isinstance(refused, Refused)
    assert "b.csv cannot be read: it takes more than 0.3 s" in refused.reason


def test_a_file_that_takes_too_long_takes_no_other_with_it(hurried: FileReader) -> None:
    """It is refused by name, with the limit; the files of the archive before and after it come in."""
    archive = zipped(a_vtt=SMALL, b_csv=SLOW, c_vtt=SMALL + b"\n\n00:05.000 --> 00:06.000\n<v Agent>Bye\n")
    found = list(hurried.read(archive, Source(app_id="st-1", name="all.zip"), Noted()))
    assert [isinstance(one, Conversation) for one in found] == [True, False, True]
    (refused,) = (one for one in found if isinstance(one, Rejected))
    assert (refused.file, refused.error.reason) == ("b.csv", "file.unreadable")
    assert "b.csv cannot be read: it takes more than 0.3 s of processor time" in refused.error.message


def test_many_such_files_do_not_hold_a_server_up(hurried: FileReader) -> None:
    """After some of them the rest of the archive is refused, which is stated."""
    archive = zipped(**{f"{letter}_csv": SLOW for letter in "abcd"}, z_vtt=SMALL)
    *each, last = hurried.read(archive, Source(app_id="st-1", name="all.zip"), Noted())
    assert len(each) == MOST_ENDED
    assert isinstance(last, Rejected)
    assert "are not read; load it in parts" in last.error.message


def test_a_file_that_takes_too_much_memory_is_refused() -> None:
    """The reason has the limit, and the next file is read."""
    reader = FileReader(Allowance(memory_bytes=256 << 20))
    source = Source(app_id="st-1", name="wide.json")
    (refused,) = reader.read(io.BytesIO(WIDE), source, Noted())
    assert isinstance(refused, Rejected)
    assert "wide.json cannot be read: it takes more than 256 MB of memory" in refused.error.message
    assert len(list(reader.read(io.BytesIO(SMALL), Source(app_id="st-1"), Noted()))) == 1
    reader.close()


def test_a_child_that_is_killed_loses_nothing_in_silence(hurried: FileReader) -> None:
    """What came before stays, and how much that was is stated; the next file is read by another process."""
    rows = b"\n".join(b'{"id": "c-%d", "messages": [{"role": "user", "content": "hi"}]}' % at for at in range(90_000))
    found = hurried.read(io.BytesIO(rows), Source(app_id="st-1", name="m.ndjson"), Noted())
    assert isinstance(next(found), Conversation)
    os.kill(child_of_this_process(), signal.SIGKILL)
    *before, last = found
    assert all(isinstance(one, Conversation) for one in before)
    assert isinstance(last, Rejected)
    assert f"{len(before) + 1:,} conversations before this place are read" in last.error.message
    assert len(list(hurried.read(io.BytesIO(SMALL), Source(app_id="st-1"), Noted()))) == 1


def test_a_child_has_no_secrets(hurried: FileReader, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of this process, passwords among them, are not in its environment."""
    monkeypatch.setenv("AUSCULT_DATABASE_URL", "postgresql://me:hush@db/x")
    list(hurried.read(io.BytesIO(SMALL), Source(app_id="st-1"), Noted()))
    assert b"hush" not in Path(f"/proc/{child_of_this_process()}/environ").read_bytes()


DISHONEST = """
import os, socket, subprocess, sys
from pathlib import Path
from auscult.domain.connectors import Refused
from auscult.sandbox import file_child

class Dishonest:
    def __init__(self, setup):
        pass

    def map(self, item):
        folder = Path(item.key)
        attempts = {
            "read": lambda: open("/etc/passwd"),
            "write": lambda: (folder / "a").write_text("x"),
            "write low": lambda: os.open(folder / "b", os.O_WRONLY | os.O_CREAT),
            "write given": lambda: os.write(3, b"x"),
            "remove": lambda: (folder / "kept").unlink(),
            "run": lambda: subprocess.run(["true"]),
            "fork": os.fork,
            "connect": lambda: socket.create_connection(("127.0.0.1", 5432)),
            "ask for a name": lambda: socket.getaddrinfo("example.com", 80),
        }
        refused = []
        for name, attempt in attempts.items():
            try:
                attempt()
            except OSError:
                refused.append(name)
        return [Refused(", ".join(name for name in attempts if name not in refused) or "none", "")]

file_child.FORMATS["dishonest"] = Dishonest
sys.argv = ["", str(2 << 30)]
file_child.main()
"""


def test_a_dishonest_reader_is_confined(tmp_path: Path) -> None:
    """It reads no file of this machine, changes none, those it was given included, starts nothing and connects nowhere."""
    (tmp_path / "kept").touch()
    mine, theirs = socket.socketpair()
    with mine, theirs, (tmp_path / "given").open("w+b") as given:
        given.write(b"content")
        given.flush()
        asked = Request(cpu_s=9, name=str(tmp_path), mapper="dishonest")
        order = [sys.executable, "-P", "-c", DISHONEST]
        with subprocess.Popen(order, stdin=theirs.fileno()) as child:  # noqa: S603  (our own interpreter)
            data = msgspec.json.encode(asked)
            socket.send_fds(mine, [LENGTH.pack(len(data))], [given.fileno()])
            mine.sendall(data)
            answer = received(mine, LENGTH.unpack(received(mine, LENGTH.size))[0])
            child.kill()
    assert msgspec.json.decode(answer, type=Frame) == Frame(refused=Refused("none", ""))
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "given"}
    assert (tmp_path / "given").read_bytes() == b"content"
