"""Any accepted file, told by content; refused documents written down; constant memory (rule 26)."""

import gzip
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats import Limits, Rejected
from auscult.services.scoring.intake.read import RejectsWriter, read_file, read_stream, rejects_path

EXAMPLES = Path(__file__).parents[5] / "examples"
GOOD = b'{"id": "c-1", "channel": "voice", "started_at": "2026-03-23T10:17:54Z"}'
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}


def read(data: bytes) -> list[Conversation | Rejected]:
    """All that a file with these bytes gives."""
    return list(read_stream(io.BytesIO(data), "st-1", Limits()))


def loaded(found: list[Conversation | Rejected]) -> list[Conversation]:
    """The conversations among what was read."""
    return [one for one in found if isinstance(one, Conversation)]


def refused(found: list[Conversation | Rejected]) -> list[FormatError]:
    """The errors among what was read."""
    return [one.error for one in found if isinstance(one, Rejected)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "name", ["conversations/bank_calls.ndjson", "vcon/05cec3d4-0561-4010-9fb8-23cc7edef146.vcon.json"]
)
def test_a_file_is_told_by_its_content(way: str, name: str, tmp_path: Path) -> None:
    """Whatever it is packed in, and whatever it is called."""
    original = EXAMPLES / name
    path = tmp_path / "holiday.jpg"
    path.write_bytes(WAYS[way](original.read_bytes()))
    found = list(read_file(path, "st-1", Limits()))
    assert found == list(read_file(str(original), "st-1", Limits()))
    assert len(loaded(found)) == len(found) == (60 if "bank" in name else 1)


def test_a_dash_is_standard_input() -> None:
    """Read in a process of its own, through a pipe."""
    code = (
        "from auscult.services.scoring.intake.read import read_file; from auscult.formats import Limits;"
        "print([one.id for one in read_file('-', 'st-1', Limits())])"
    )
    done = subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, "-c", code], input=gzip.compress(GOOD), capture_output=True, check=True
    )
    assert done.stdout == b"['c-1']\n"


@pytest.mark.parametrize("data", [b"", b"\n \r\n", gzip.compress(b"", mtime=0), b"\xef\xbb\xbf"])
def test_nothing_gives_nothing(data: bytes) -> None:
    """An empty file is no error."""
    assert read(data) == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7\n\xe2\xe3", "PDF"),
        (b"\xfd7zXZ\x00...", "xz"),
        (b"\x89PNG\r\n\x1a\n\x00", "no accepted format"),
        (b" " * 70_000 + b"x", "no accepted format"),
    ],
)
def test_a_file_in_no_accepted_format_is_refused_as_a_whole(data: bytes, says: str) -> None:
    """Once, not once a line."""
    (rejected,) = read(data)
    assert isinstance(rejected, Rejected)
    assert (rejected.error.reason, rejected.error.line) == ("file.unknown_format", 1)
    assert says in rejected.error.message
    assert "NDJSON" in rejected.error.message
    assert len(rejected.source) <= 4096


@pytest.mark.parametrize("way", ["gzip", "zstd"])
def test_what_came_before_the_break_is_loaded(way: str) -> None:
    """A download that was cut short gives its good lines, and says what happened."""
    lines = b"\n".join(GOOD.replace(b"c-1", b"c-%d" % (number * 7919)) for number in range(20_000))
    packed = WAYS[way](lines)
    found = read(packed[: len(packed) // 2])
    (error,) = refused(found)
    assert error.reason == "file.truncated"
    assert error.line == len(loaded(found)) + 1
    assert len(loaded(found)) > 1000
    (error,) = refused(read(packed[:8]))
    assert (error.reason, error.line) == ("file.truncated", 1)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Which file, and why it cannot be read."""
    path = tmp_path / "none.ndjson"
    with pytest.raises(FormatError, match="cannot be read") as caught:
        list(read_file(path, "st-1", Limits()))
    assert caught.value.reason == "file.unreadable"
    assert str(path) in caught.value.message


def test_refused_documents_are_written_down(tmp_path: Path) -> None:
    """File, line, field, reason, code and source; for the owner's eyes only."""
    data = GOOD + b'\n{"id": "c-2", "channel": "fax", "started_at": 5}\r\n{"broken\xff\n' + GOOD
    with RejectsWriter(tmp_path / "x.rejects.ndjson") as rejects:
        for one in read(data):
            if isinstance(one, Rejected):
                rejects.add(one, "x.ndjson")
    assert rejects.count == 2
    assert rejects.path is not None
    assert stat.S_IMODE(rejects.path.stat().st_mode) == 0o600
    first, second = map(json.loads, rejects.path.read_bytes().splitlines())
    assert (first["file"], first["line"], first["field"], first["code"]) == ("x.ndjson", 2, "channel", "field.invalid")
    assert first["reason"] == 'channel is "fax"; it should be voice or chat'
    assert first["source"] == '{"id": "c-2", "channel": "fax", "started_at": 5}'
    assert (second["line"], second["field"]) == (3, None)
    assert second["source"] == '{"broken\\xff'


def test_a_mended_source_loads_again(tmp_path: Path) -> None:
    """What stands in ``source`` is a whole document."""
    rejects = RejectsWriter(tmp_path / "r.ndjson")
    (rejected,) = read(GOOD.replace(b"voice", b"Voice"))
    assert isinstance(rejected, Rejected)
    rejects.add(rejected)
    rejects.close()
    line = json.loads((tmp_path / "r.ndjson").read_bytes())
    assert len(loaded(read(line["source"].replace("Voice", "voice").encode()))) == 1


def test_without_refusals_there_is_no_file(tmp_path: Path) -> None:
    """And an older one is left alone; it gives way only to new refusals."""
    path = tmp_path / "r.ndjson"
    path.write_text("older")
    with RejectsWriter(path) as rejects:
        pass
    assert rejects.path is None
    assert path.read_text() == "older"
    with RejectsWriter(path) as rejects:
        rejects.add(Rejected(error=FormatError("no", line=1), source=b""))
    assert msgspec.json.decode(path.read_bytes())["reason"] == "no"


def test_rejects_are_named_after_their_input() -> None:
    """In the current folder unless told otherwise."""
    assert rejects_path("data/calls.ndjson.gz") == Path("calls.ndjson.gz.rejects.ndjson")
    assert rejects_path("-") == Path("stdin.rejects.ndjson")
    assert rejects_path(Path("calls.json"), Path("/var/log")) == Path("/var/log/calls.json.rejects.ndjson")


MEASURE = """
import pathlib, re
from auscult.formats import Limits
from auscult.services.scoring.intake.read import read_file
def peak():  # not ru_maxrss: a new process begins with that of the one that started it
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])
before = peak()
found = refused = 0
for one in read_file("-", "st-1", Limits(document_bytes=4 << 20)):
    found += 1
    refused += hasattr(one, "error")
grown = peak() - before
print(found, refused, grown // 1024)
"""


on_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")


def measured(write: Callable[[Any], None]) -> tuple[int, int, int]:
    """Read what ``write`` sends through a pipe, in a process of its own: (documents, refused, MB of memory it grew)."""
    with subprocess.Popen(  # noqa: S603  (our own interpreter)
        [sys.executable, "-c", MEASURE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        write(process.stdin)
        process.stdin.close()
        found, refused_count, grown = map(int, process.stdout.read().split())
    return found, refused_count, grown


LARGE = json.dumps(json.loads(GOOD) | {"turns": [{"speaker": "agent", "text": "x" * 5000}] * 8}).encode()


@pytest.mark.landing
@on_linux
@pytest.mark.parametrize(("shape", "groups"), [("ndjson", 50), ("array", 25)])
def test_a_large_file_is_read_in_constant_memory(shape: str, groups: int) -> None:
    """200 (100) MB of conversations through a pipe: memory grows by a few MB, and would not grow more with 2 GB."""
    opening, between, closing = (b"", b"\n", b"\n") if shape == "ndjson" else (b"[", b",\n", b"]")
    group = between.join([LARGE] * 100)

    def write(pipe: Any) -> None:
        pipe.write(opening)
        pipe.write(between.join([group] * groups))
        pipe.write(closing)

    found, refused_count, grown = measured(write)
    assert (found, refused_count) == (100 * groups, 0)
    assert grown < 40


@on_linux
def test_a_line_without_end_is_not_held() -> None:
    """200 MB on one line, packed into little: refused by its size, good lines around it read."""

    def write(pipe: Any) -> None:
        with zstandard.ZstdCompressor().stream_writer(pipe, closefd=False) as packed:
            packed.write(GOOD + b'\n{"id": "')
            for _ in range(200):
                packed.write(bytes(b"x" * 1_000_000))
            packed.write(b'"}\n' + GOOD)

    found, refused_count, grown = measured(write)
    assert (found, refused_count) == (3, 1)
    assert grown < 80
