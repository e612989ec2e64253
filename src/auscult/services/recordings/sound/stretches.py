"""Speech and music of a channel, from the level and the probability of speech of each of its chunks.

What counts as audible depends on the line: noise that lasts is silence, however loud it is.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.recordings.voice import Span, joined

CHUNK_MS = 32
"""The length of a chunk: 512 samples at 16 kHz."""
Chunks = NDArray[np.float32]
"""A value for each chunk of a channel."""

_BEGINS, _ENDS = 0.5, 0.35
"""Probabilities of speech at which a stretch begins, and below which it ends."""
_GAP_MS = 250
_LEAST_MS = 96
_AUDIBLE = 0.004
"""Root mean square of a chunk that is not silent, at most: -48 dB of the loudest."""
_OF_SPEECH = 0.1
_OF_NOISE = 2.0
_NOISE_OF_SPEECH = 0.35
_FLOOR, _LOUD = 5, 75
"""Percentiles: of all levels, taken for noise; of the levels where there is speech, taken for how loud it is."""
_MUSIC_OF_SPEECH = 0.06
_MUSIC_GAP_MS = 1_000
_PAUSE_MS = 64
"""Audible chunks that are at most this far apart are one sound, as a word with a stop in it."""
_EARLIER_MS, _LATER_MS = 512, 320
"""How far a stretch of speech grows at its start and its end, to where the sound begins and ends."""
_BURST_MS, _BURST_SHARE, _BURST_LEVEL = 1_000, 0.15, 2.0
"""What sounds like speech in music is at most this long, this part of it, and this much louder."""


class Heard(NamedTuple):
    """A channel: root mean square (of 1.0) and probability of speech of each chunk."""

    levels: Chunks
    probabilities: Chunks


class Stretches(NamedTuple):
    """Spans of a channel with speech, and spans that are loud enough for music without speech."""

    speech: list[Span]
    loud: list[Span]


def stretches(channels: Sequence[Heard]) -> list[Stretches]:
    """Return the stretches of each channel of a recording."""
    loudest = max((_speech_level(heard) for heard in channels), default=0.0)
    return [_of_channel(heard, loudest) for heard in channels]


def _of_channel(heard: Heard, loudest: float) -> Stretches:
    threshold = _audible_level(heard)
    sounds = _spans(heard.levels >= threshold, _PAUSE_MS)
    spoken = [
        span for span in _spoken(heard.probabilities) if _levels(heard, span.start_ms, span.end_ms).max() >= threshold
    ]
    speech = joined([_grown(span, sounds) for span in spoken], _GAP_MS, _LEAST_MS)
    speech = [span for span in speech if not _is_burst(span, sounds, heard)]
    loud = heard.levels >= max(threshold, _MUSIC_OF_SPEECH * loudest)
    for span in speech:
        loud[span.start_ms // CHUNK_MS : span.end_ms // CHUNK_MS] = False
    return Stretches(speech, _spans(loud, _MUSIC_GAP_MS))


def _speech_level(heard: Heard) -> float:
    spoken = heard.levels[heard.probabilities >= _BEGINS]
    return float(np.percentile(spoken, _LOUD)) if len(spoken) else 0.0


def _audible_level(heard: Heard) -> float:
    """Return the level from which a chunk is audible: above the noise of the line, and below its speech."""
    speech = _speech_level(heard)
    if not speech:
        return _AUDIBLE
    noise = _OF_NOISE * float(np.percentile(heard.levels, _FLOOR))
    return max(min(_AUDIBLE, _OF_SPEECH * speech), min(noise, _NOISE_OF_SPEECH * speech))


def _spoken(probabilities: Chunks) -> list[Span]:
    """Return where the model finds speech."""
    found: list[Span] = []
    begun: int | None = None
    for index, probability in enumerate(probabilities.tolist()):
        if begun is None and probability >= _BEGINS:
            begun = index
        elif begun is not None and probability < _ENDS:
            found.append(Span(begun * CHUNK_MS, index * CHUNK_MS))
            begun = None
    if begun is not None:
        found.append(Span(begun * CHUNK_MS, len(probabilities) * CHUNK_MS))
    return found


def _grown(span: Span, sounds: Sequence[Span]) -> Span:
    """Return a stretch of speech from where its sound begins up to where it ends.

    The model needs a while to be sure of the first word, and goes on for a while after the last one.
    """
    start, end = span.start_ms, span.end_ms
    first = _sound_at(sounds, start)
    if first is not None and start - first.start_ms <= _EARLIER_MS:
        start = first.start_ms
    last = _sound_at(sounds, end - 1, or_before=True)
    if last is not None and start < last.end_ms <= end + _LATER_MS:
        end = last.end_ms
    return Span(start, end)


def _sound_at(sounds: Sequence[Span], ms: int, *, or_before: bool = False) -> Span | None:
    """Return the sound at a time, or the last one before it."""
    low, high = 0, len(sounds)
    while low < high:
        middle = (low + high) // 2
        if sounds[middle].start_ms <= ms:
            low = middle + 1
        else:
            high = middle
    if not low:
        return None
    found = sounds[low - 1]
    return found if or_before or found.end_ms > ms else None


def _is_burst(span: Span, sounds: Sequence[Span], heard: Heard) -> bool:
    """Return whether a stretch is of music: a small part of one sound that goes on as loudly."""
    sound = _sound_at(sounds, span.start_ms)
    if sound is None or span.length_ms > min(_BURST_MS, _BURST_SHARE * sound.length_ms):
        return False
    rest = np.concatenate([_levels(heard, sound.start_ms, span.start_ms), _levels(heard, span.end_ms, sound.end_ms)])
    burst = _levels(heard, span.start_ms, span.end_ms)
    return _BURST_LEVEL * float(np.median(rest)) >= float(np.median(burst))


def _levels(heard: Heard, start_ms: int, end_ms: int) -> Chunks:
    return heard.levels[start_ms // CHUNK_MS : end_ms // CHUNK_MS]


def _spans(chunks: NDArray[np.bool_], gap_ms: int) -> list[Span]:
    """Return where chunks are true, with gaps of at most ``gap_ms`` closed."""
    indexes = np.flatnonzero(chunks)
    return joined([Span(at, at + CHUNK_MS) for at in (indexes * CHUNK_MS).tolist()], gap_ms + 1, 1)
