"""The samples of a recording, channel by channel in blocks, whatever its codec: 16-bit signed integers."""

import wave
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auscult.services.recordings.sound.containers import decoded, is_for_pyav

Samples = NDArray[np.int16]
"""The samples of one channel."""

_WIDTH = 2


def blocks(path: Path, frames: int) -> Iterator[list[Samples]]:
    """Yield the samples of each channel, ``frames`` at a time; the last block may be shorter."""
    for block in interleaved(path, frames):
        yield [np.ascontiguousarray(block[:, channel]) for channel in range(block.shape[1])]


def interleaved(path: Path, frames: int) -> Iterator[Samples]:
    """Yield blocks of at most ``frames`` frames: a row for each frame, a column for each channel."""
    if is_for_pyav(path):
        yield from decoded(path, frames)
    elif find_spec("soundfile"):
        yield from _by_soundfile(path, frames)
    else:
        yield from _by_wave(path, frames)


def _by_soundfile(path: Path, frames: int) -> Iterator[Samples]:
    import soundfile  # noqa: PLC0415  (an extra)  # pyright: ignore[reportMissingTypeStubs]

    with soundfile.SoundFile(str(path)) as sound:
        while True:
            block: Any = sound.read(frames, dtype="int16", always_2d=True)  # pyright: ignore[reportUnknownMemberType]
            if not len(block):
                return
            yield block


def _by_wave(path: Path, frames: int) -> Iterator[Samples]:
    with wave.open(str(path), "rb") as sound:
        channels, width = sound.getnchannels(), sound.getsampwidth()
        while data := sound.readframes(frames):
            yield _in_16_bits(data, width).reshape(-1, channels)


def _in_16_bits(data: bytes, width: int) -> Samples:
    if width == 1:
        return (np.frombuffer(data, np.uint8).astype(np.int16) - 128) << 8
    if width == _WIDTH:
        return np.frombuffer(data, "<i2").astype(np.int16)
    return np.frombuffer(data, np.uint8).reshape(-1, width)[:, width - 2 :].copy().view("<i2")[:, 0].astype(np.int16)
