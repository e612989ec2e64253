"""Words of a recording as a recogniser returned them, and the turns that they make."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from auscult.domain.conversation import Turn
from auscult.domain.recordings.recording import Speaker

TranscriptionState = Literal["waiting", "running", "done", "failed"]
_PAUSE_MS = 800
"""A pause of a speaker that begins a new turn."""
DOUBTFUL = 0.5
"""A word with a lower confidence is doubtful."""


class Word(Struct, frozen=True, kw_only=True):
    """A word on a channel. Times in ms from the start; ``confidence`` from 0 to 1, None where it is not known.

    ``speaker`` is the side that the recogniser named, None where it named none: then it is the channel's.
    """

    channel: int
    text: str
    start_ms: int
    end_ms: int
    confidence: float | None = None
    speaker: Speaker | None = None


class Transcription(Struct, frozen=True, kw_only=True):
    """The state of a recording's transcription, with the words once it is done, or the reason why it failed."""

    recording_id: str
    state: TranscriptionState
    reason: str | None = None
    engine: str | None = None
    words: tuple[Word, ...] = ()


class EarlierTranscript(Struct, frozen=True, kw_only=True):
    """A transcript that another one has replaced."""

    engine: str
    replaced_at: datetime
    words: tuple[Word, ...]


class Silence(Struct, frozen=True):
    """A stretch of a recording that is silenced, for a kind of personal data. Times in ms from its start."""

    start_ms: int
    end_ms: int
    kind: str


_TURN_ID = re.compile(r"r[0-9]+")


def are_of_words(turns: Sequence[Turn]) -> bool:
    """Return whether turns were made from words of recordings, so that other words may replace them."""
    return all(_TURN_ID.fullmatch(turn.id) for turn in turns)


def turns_of(words: Sequence[Word], speakers: Sequence[Speaker]) -> tuple[Turn, ...]:
    """Return the turns that words make, by time; of unknown speakers where neither channel nor recogniser shows them."""
    return tuple(_turn(turn_id, group, speakers) for turn_id, group in turn_groups(words, speakers))


def turn_groups(words: Sequence[Word], speakers: Sequence[Speaker]) -> Iterator[tuple[str, list[Word]]]:
    """Yield the id and the words of each turn."""
    for number, group in enumerate(groups_of(words, speakers), start=1):
        yield f"r{number}", group


def speaker_of(word: Word, speakers: Sequence[Speaker]) -> Speaker:
    """Return the speaker of a word: the one that the recogniser named, else that of its channel."""
    channel = speakers[word.channel]
    return (word.speaker or channel) if channel == "unknown" else channel


def groups_of(words: Sequence[Word], speakers: Sequence[Speaker]) -> list[list[Word]]:
    """Return the words of each turn, by time: a pause, or another speaker on the channel, begins a new one."""
    groups: list[list[Word]] = []
    for channel in range(len(speakers)):
        own = sorted((word for word in words if word.channel == channel), key=lambda word: word.start_ms)
        for index, word in enumerate(own):
            if index == 0 or _is_apart(own[index - 1], word, speakers):
                groups.append([])
            groups[-1].append(word)
    return sorted(groups, key=lambda each: each[0].start_ms)


def _is_apart(word: Word, following: Word, speakers: Sequence[Speaker]) -> bool:
    is_other = speaker_of(word, speakers) != speaker_of(following, speakers)
    return is_other or following.start_ms - word.end_ms >= _PAUSE_MS


def _turn(turn_id: str, group: Sequence[Word], speakers: Sequence[Speaker]) -> Turn:
    speaker = speaker_of(group[0], speakers)
    doubts: list[tuple[int, int]] = []
    length = 0
    for word in group:
        if word.confidence is not None and word.confidence < DOUBTFUL:
            doubts.append((length, length + len(word.text)))
        length += len(word.text) + 1
    text = " ".join(word.text for word in group)
    return Turn(turn_id, speaker, text, None, group[0].start_ms, group[-1].end_ms, tuple(doubts))
