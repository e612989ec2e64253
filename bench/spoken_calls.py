"""Calls of the examples as sound: each turn is spoken by espeak-ng at its time, on the channel of its side.

Speech fills its turn from the first audible sample to the last, so the times of turns are those of the sound. Every call
gets a pause without any sound and a hold with music, in its two longest gaps between turns; later turns move by their
length. Nothing is downloaded; the voices are espeak-ng's.
"""

import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import soundfile
from msgspec.structs import replace
from numpy.typing import NDArray

from auscult.domain.conversation import Conversation, Event, Turn
from auscult.domain.said.speech import Span, is_timed, talk_spans

SIDES = ("agent", "customer")
RATE, SPOKEN_RATE, HEAD_BYTES = 8_000, 22_050, 44
VOICES = {"agent": "en-us+m3", "customer": "en-us+f3"}
PACE, SLOWEST, FASTEST = 160, 100, 400
AUDIBLE = 300
LONGEST_PAUSE_MS = 100
"""Pauses within a turn are cut to this: the times of turns do not know them."""
PAUSE_MS, HOLD_MS, MARGIN_MS = 8_000, 12_000, 700
LOUDEST = 9_000


class SpokenCall(NamedTuple):
    """A call with its sound: a row for each frame, agent left. ``conversation`` has the times of the sound."""

    conversation: Conversation
    samples: NDArray[np.int16]
    music: Span

    @property
    def duration_ms(self) -> int:
        """The length of the sound."""
        return len(self.samples) * 1000 // RATE


def timed_calls(path: Path, count: int) -> list[Conversation]:
    """Return the first conversations of an NDJSON in which both sides have timed turns."""
    with path.open("rb") as lines:
        calls = [msgspec.json.decode(line, type=Conversation) for line in lines]
    return [call for call in calls if all(talk_spans(call, side) for side in SIDES)][:count]


def speak(conversation: Conversation, noise: float = 0.0) -> SpokenCall:
    """Return a call as sound, with white noise of this root mean square (of 1.0) on both channels."""
    spaced, music = with_pause_and_hold(conversation)
    duration_ms = max(turn.end_ms or 0 for turn in spaced.turns) + 1_500
    both = np.zeros((duration_ms * RATE // 1000, 2), np.float64)
    for channel, side in enumerate(SIDES):
        texts = [turn for turn in spaced.turns if turn.speaker == side and is_timed(turn)]
        for span in talk_spans(spaced, side):
            said = " ".join(turn.text for turn in texts if span.start_ms <= (turn.start_ms or 0) < span.end_ms)
            put(both[:, channel], span, fitted(said, VOICES[side], frames(span.end_ms) - frames(span.start_ms)))
    put(both[:, 0], music, chords(frames(music.end_ms) - frames(music.start_ms)))
    both += np.random.default_rng(len(both)).standard_normal(both.shape) * noise * 32_768
    return SpokenCall(spaced, both.round().clip(-32_768, 32_767).astype(np.int16), music)


def write(call: SpokenCall, path: Path, subtype: str = "PCM_16") -> None:
    """Write the sound of a call as WAV."""
    soundfile.write(path, call.samples, RATE, subtype=subtype, format="WAV")


def with_pause_and_hold(conversation: Conversation) -> tuple[Conversation, Span]:
    """Return a call with a pause and a hold in its two longest gaps, and where the hold's music plays."""
    talk = talk_spans(conversation, *SIDES)
    gaps = sorted(pairwise(talk), key=lambda gap: gap[0].end_ms - gap[1].start_ms)[:2]
    (first, longer), (second, other) = sorted(
        zip((gap[0].end_ms for gap in gaps), (HOLD_MS, PAUSE_MS), strict=True), key=lambda each: each[0]
    )
    added = {first: longer, second: other}
    turns = tuple(_moved(turn, added) for turn in conversation.turns if is_timed(turn))
    (start,) = (at for at, length in added.items() if length == HOLD_MS)
    start += sum(length for at, length in added.items() if at < start) + MARGIN_MS
    music = Span(start, start + HOLD_MS - MARGIN_MS)
    return replace(conversation, turns=turns, events=(Event("hold", *music),)), music


def _moved(turn: Turn, added: dict[int, int]) -> Turn:
    start, end = turn.start_ms or 0, turn.end_ms or 0
    by = sum(length for at, length in added.items() if at <= start)
    return replace(turn, start_ms=start + by, end_ms=end + by)


def frames(ms: int) -> int:
    """Return the number of frames in ``ms`` milliseconds."""
    return ms * RATE // 1000


def put(channel: NDArray[np.float64], span: Span, sound: NDArray[np.float64]) -> None:
    """Add sound to a channel where a span starts."""
    start = frames(span.start_ms)
    channel[start : start + len(sound)] += sound


def chords(length: int) -> NDArray[np.float64]:
    """Return music: chords of three notes with a beat, a second each."""
    time = np.arange(length) / RATE
    root = np.array([220.0, 174.6, 261.6, 196.0])[time.astype(int) % 4]
    tones = sum(np.sin(2 * np.pi * root * ratio * time) for ratio in (1.0, 1.25, 1.5))
    return np.asarray(tones) * (0.6 + 0.4 * np.exp(-4 * (time % 0.5))) * LOUDEST / 6


def fitted(text: str, voice: str, length: int) -> NDArray[np.float64]:
    """Return a text as speech of exactly ``length`` frames, audible from the first to the last."""
    words = re.findall(r"[\w']+", text) or ["hm"]
    said = spoken(" ".join(words), voice, PACE)
    pace = round(PACE * len(said) / length)
    if pace < SLOWEST:
        said = np.tile(said, 1 + length // len(said))[: length + RATE]
    while pace > FASTEST and len(words) > 1:
        words = words[: max(1, len(words) * FASTEST // pace)]
        pace = round(PACE * len(spoken(" ".join(words), voice, PACE)) / length)
    if pace >= SLOWEST:
        said = spoken(" ".join(words), voice, min(pace, FASTEST))
    return np.interp(np.linspace(0, len(said) - 1, length), np.arange(len(said)), said)


@cache
def spoken(text: str, voice: str, pace: int) -> NDArray[np.float64]:
    """Return the speech of espeak-ng at ``pace`` words a minute, from its first audible sample to its last."""
    order = [shutil.which("espeak-ng") or "espeak-ng", "-v", voice, "-s", str(pace), "--stdout", text]
    raw = subprocess.run(order, capture_output=True, check=True).stdout[HEAD_BYTES:]  # noqa: S603  (our own words)
    heard = np.frombuffer(raw[: len(raw) // 2 * 2], np.int16).astype(np.float64)
    heard = _without_pauses(heard)
    positions = np.arange(len(heard) * RATE // SPOKEN_RATE) * (SPOKEN_RATE / RATE)
    said = np.interp(positions, np.arange(len(heard)), heard)
    return said * (LOUDEST / np.abs(said).max())


def _without_pauses(heard: NDArray[np.float64]) -> NDArray[np.float64]:
    loud = np.flatnonzero(np.abs(heard) > AUDIBLE)
    longest = LONGEST_PAUSE_MS * SPOKEN_RATE // 1000
    cuts: Sequence[int] = np.flatnonzero(np.diff(loud) > longest).tolist()
    starts = [int(loud[0]), *(int(loud[cut + 1]) for cut in cuts)]
    ends = [*(int(loud[cut]) + longest for cut in cuts), int(loud[-1]) + 1]
    return np.concatenate([heard[start:end] for start, end in zip(starts, ends, strict=True)])
