"""Peaks of a recording, for a player that draws it without reading all of it."""

from pathlib import Path

from msgspec import Struct

from auscult.domain.recordings.recording import Sound
from auscult.services.recordings.sound.samples import interleaved

_LOUDEST = 32_768
_BLOCK = 1 << 16


class Peaks(Struct, frozen=True, kw_only=True):
    """For each channel the lowest and the highest sample of each of ``points`` parts, in turn, from -1 to 1."""

    duration_ms: int
    points: int
    peaks: tuple[tuple[float, ...], ...]


def peaks(path: Path, sound: Sound, points: int) -> Peaks:
    """Return the peaks of a file of sound in at most ``points`` parts of equal length; memory does not grow with it."""
    frames = max(1, sound.duration_ms * sound.sample_rate // 1000)
    size = -(-frames // points)
    found: list[list[float]] = [[] for _ in range(sound.channels)]
    for block in interleaved(path, max(size, _BLOCK // size * size)):
        for start in range(0, len(block), size):
            part = block[start : start + size]
            lows, highs = part.min(axis=0), part.max(axis=0)
            for channel, low, high in zip(found, lows, highs, strict=True):
                if len(channel) < 2 * points:
                    channel.extend((round(int(low) / _LOUDEST, 4), round(int(high) / _LOUDEST, 4)))
    return Peaks(duration_ms=sound.duration_ms, points=len(found[0]) // 2, peaks=tuple(map(tuple, found)))
