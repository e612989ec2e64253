"""gzip and Zstandard, told by their first bytes: whole, in several parts, cut short, damaged, and bombs."""

import gzip
import io
import tracemalloc
from collections.abc import Callable
from functools import partial

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.errors import FormatError
from auscult.formats import ByteStream
from auscult.sandbox.decompression import FREE_BYTES, decompressed

SKIPPABLE = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"notes"
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": lambda data: zstandard.ZstdCompressor(write_checksum=True).compress(data),
}
compressions = pytest.mark.parametrize("pack", [WAYS["gzip"], WAYS["zstd"]], ids=["gzip", "zstd"])


class Pieces:
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        """Give ``data`` in pieces of ``size``."""
        self._inner = io.BytesIO(data)
        self._size = size

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes."""
        return self._inner.read(min(size, self._size))


def drained(stream: ByteStream, size: int = 4096) -> bytes:
    """All that is left in the stream."""
    pieces: list[bytes] = []
    while piece := stream.read(size):
        assert len(piece) <= size
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("way", WAYS)
@given(data=st.binary(max_size=5000), piece=st.integers(1, 400), size=st.integers(1, 5000))
def test_gives_what_was_packed(way: str, data: bytes, piece: int, size: int) -> None:
    """Whatever the pieces it comes in and goes out in."""
    if way == "plain" and data.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"P*M\x18")):
        return
    assert drained(decompressed(Pieces(WAYS[way](data), piece)), size) == data


@compressions
def test_several_in_a_row_are_one(pack: Callable[[bytes], bytes]) -> None:
    """As `cat a.gz b.gz` makes them, and with the zeros that tapes leave behind."""
    assert drained(decompressed(io.BytesIO(pack(b"one\n") + pack(b"") + pack(b"two\n") + bytes(512)))) == b"one\ntwo\n"


def test_skippable_frames_are_skipped() -> None:
    """Parallel compressors put their notes before, between and behind."""
    packed = WAYS["zstd"](b"data")
    assert drained(decompressed(io.BytesIO(SKIPPABLE + packed + SKIPPABLE + packed + SKIPPABLE))) == b"datadata"


@compressions
@pytest.mark.parametrize("cut", [6, 40, -1])
def test_data_that_breaks_off_says_so_at_its_end(pack: Callable[[bytes], bytes], cut: int) -> None:
    """All that came before is given first."""
    text = b"".join(b"%d %d\n" % (number, number * number) for number in range(100_000))
    stream = decompressed(io.BytesIO(pack(text)[:cut]))
    given_bytes: list[bytes] = []
    with pytest.raises(FormatError, match="breaks off") as caught:
        given_bytes.extend(iter(lambda: stream.read(65_536), b""))
    got = b"".join(given_bytes)
    assert caught.value.reason == "file.truncated"
    assert text.startswith(got)
    assert len(got) > 100_000 or cut != -1


@compressions
def test_damage_is_named(pack: Callable[[bytes], bytes]) -> None:
    """Something else behind the data, or in it."""
    packed = pack(bytes(range(256)) * 100)
    for damaged in (packed + b"garbage", packed[:30] + b"\xff" * 30 + packed[60:]):
        with pytest.raises(FormatError, check=lambda error: error.reason == "file.damaged"):
            drained(decompressed(io.BytesIO(damaged)))


@pytest.mark.landing
@compressions
def test_a_bomb_does_not_fill_the_memory(pack: Callable[[bytes], bytes]) -> None:
    """150 MB from some KB: what is held at a time stays small."""
    bomb = pack(bytes(150_000_000))
    stream = decompressed(io.BytesIO(bomb))
    tracemalloc.start()
    total = 0
    while piece := stream.read(65_536):
        total += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 150_000_000
    assert peak < 80_000_000


@pytest.mark.landing
@compressions
def test_a_stranger_unpacks_no_more_than_is_plausible(pack: Callable[[bytes], bytes]) -> None:
    """Some KB may become 64 MiB and not a minute's work; files of the operator are unpacked whatever they become."""
    bomb = pack(b"\n" * 150_000_000)
    made: list[int] = []
    with pytest.raises(FormatError, check=lambda error: error.reason == "file.too_compressed"):
        made.extend(map(len, iter(partial(decompressed(io.BytesIO(bomb), is_bounded=True).read, 65_536), b"")))
    assert FREE_BYTES * 0.8 < sum(made) <= FREE_BYTES
    transcripts = b"".join(b'{"text":"call %d, please"}\n' % number for number in range(3_000_000))
    assert drained(decompressed(io.BytesIO(pack(transcripts)), is_bounded=True)) == transcripts


def test_a_window_too_large_is_refused() -> None:
    """A frame may not make us set 2 GB aside."""
    parameters = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    packed = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    data = packed.compress(b"x" * 1000) + packed.flush()
    with pytest.raises(FormatError, check=lambda error: error.reason == "file.damaged"):
        drained(decompressed(io.BytesIO(data)))
