"""Redaction of sound: where it must be silent, the copy that is silent there, and the proof that it is."""

import wave
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.privacy.conversations import Redaction
from auscult.domain.privacy.redaction import NEVER_KEPT, PLACEHOLDER, Span, kind_of, placeholder
from auscult.domain.recordings.recording import Sound, Speaker
from auscult.domain.recordings.words import Silence, Word, groups_of, speaker_of, turn_groups
from auscult.services.recordings.sound.samples import Samples, interleaved
from auscult.storage.store import AppStore

MARGIN_MS = 250
"""Silence before and after a redacted word."""
_EXPECTED_SIDES: Mapping[Speaker, str] = {"agent": "agent", "customer": "customer", "unknown": "customer"}


class RedactedWords(Struct, frozen=True):
    """Words with placeholders for personal data, where the sound must be silent, and what is kept by placeholder."""

    words: tuple[Word, ...]
    silences: tuple[Silence, ...]
    masks: Mapping[str, str] = {}
    originals: Mapping[str, str] = {}


class Proof(Struct, frozen=True, kw_only=True):
    """The proof of a redacted copy: it was transcribed again by ``engine``, and this much was found in ``words`` words.

    ``engine`` is null where no recogniser is set.
    """

    silences: tuple[Silence, ...]
    engine: str | None = None
    words: int = 0
    findings: int = 0


def redacted_words(
    app: AppStore, conversation: Conversation, words: Sequence[Word], speakers: Sequence[Speaker]
) -> RedactedWords:
    """Redact words as the app redacts turns. Without redaction only security codes and the like are replaced."""
    groups = groups_of(words, speakers)
    turns = tuple(
        Turn(f"r{number}", _EXPECTED_SIDES[speaker_of(group[0], speakers)], " ".join(word.text for word in group))  # type: ignore[arg-type]
        for number, group in enumerate(groups, start=1)
    )
    admitted = app.privacy.admitted([replace(conversation, turns=turns)])
    kept = admitted.redactions.get(conversation.id)
    kept = kept or Redaction()
    masks = admitted.conversations[0].masks
    after: list[Word] = []
    silences: list[Silence] = []
    for turn, group in zip(turns, groups, strict=True):
        found, silent = _replaced(group, kept.spans.get(turn.id, ()))
        after += found
        silences += silent
    after.sort(key=lambda word: (word.start_ms, word.channel))
    return RedactedWords(tuple(after), tuple(silences), masks, kept.originals)


def silences_of_words(words: Sequence[Word]) -> list[Silence]:
    """Return where words with placeholders must be silent."""
    marks = ((word, PLACEHOLDER.fullmatch(word.text)) for word in words)
    return [
        Silence(max(0, word.start_ms - MARGIN_MS), word.end_ms + MARGIN_MS, kind_of(mark)[0])
        for word, mark in marks
        if mark
    ]


def spans_of(
    words: Sequence[Word], speakers: Sequence[Speaker], originals: Mapping[str, str]
) -> dict[str, tuple[Span, ...]]:
    """Return the spans of the turns that redacted words make, with the times of the words.

    Offsets in the original are those in the text with ``originals``; where these are not kept, with placeholders.
    """
    found: dict[str, tuple[Span, ...]] = {}
    for turn_id, group in turn_groups(words, speakers):
        at = original_at = 0
        spans: list[Span] = []
        for word in group:
            end, original_end = at + len(word.text), original_at + len(originals.get(word.text, word.text))
            if mark := PLACEHOLDER.fullmatch(word.text):
                kind, number = kind_of(mark)
                spans.append(
                    Span(
                        kind=kind,
                        number=number,
                        start=at,
                        end=end,
                        original_start=original_at,
                        original_end=original_end,
                        start_ms=word.start_ms,
                        end_ms=word.end_ms,
                    )
                )
            at, original_at = end + 1, original_end + 1
        if spans:
            found[turn_id] = tuple(spans)
    return found


def _replaced(group: Sequence[Word], spans: Sequence[Span]) -> tuple[list[Word], list[Silence]]:
    """Replace the words that spans touch, each span by one word, its placeholder."""
    words: list[Word] = []
    silences: list[Silence] = []
    length = 0
    open_span: Span | None = None
    for word in group:
        start, end = length, length + len(word.text)
        length = end + 1
        span = next((each for each in spans if each.original_start < end and start < each.original_end), None)
        if span is None:
            words.append(word)
            open_span = None
            continue
        silences.append(Silence(max(0, word.start_ms - MARGIN_MS), word.end_ms + MARGIN_MS, span.kind))
        if span is open_span:
            words[-1] = replace(words[-1], end_ms=word.end_ms)
        else:
            words.append(replace(word, text=placeholder(span.kind, span.number), confidence=None))
        open_span = span
    return words, silences


def silences_of_turns(conversation: Conversation, known: Sequence[Silence]) -> list[Silence] | None:
    """Return where turns with placeholders must be silent: whole turns, unless words of them are known to be.

    None where the times of such a turn are not known, so that nothing can be said to be safe.
    """
    found: list[Silence] = []
    for turn in conversation.turns:
        marks = PLACEHOLDER.findall(turn.text)
        if not marks:
            continue
        if turn.start_ms is None or turn.end_ms is None:
            if len(known) >= len(marks):
                continue
            return None
        kinds = {kind.replace(" ", "_") for kind, _ in marks}
        within = {each.kind for each in known if each.start_ms < turn.end_ms and turn.start_ms < each.end_ms}
        if kinds - within:
            kind = min(kinds - within, key=lambda each: (each not in NEVER_KEPT, each))
            found.append(Silence(max(0, turn.start_ms - MARGIN_MS), turn.end_ms + MARGIN_MS, kind))
    return found


def write_silenced(source: Path, sound: Sound, silences: Sequence[Silence], target: Path) -> str:
    """Write a copy of the same length that is silent there, and return its media type: FLAC, or WAV without the extra."""
    if find_spec("soundfile"):
        import soundfile  # noqa: PLC0415  (an extra)  # pyright: ignore[reportMissingTypeStubs]

        with soundfile.SoundFile(
            str(target), "w", sound.sample_rate, sound.channels, subtype="PCM_16", format="FLAC"
        ) as copy:
            written: Any = copy
            for block in silenced(source, sound, silences):
                written.write(block)
        return "audio/flac"
    with wave.open(str(target), "wb") as file:
        file.setparams((sound.channels, 2, sound.sample_rate, 0, "NONE", ""))
        for block in silenced(source, sound, silences):
            file.writeframes(block.astype("<i2").tobytes())
    return "audio/wav"


def silenced(source: Path, sound: Sound, silences: Sequence[Silence]) -> Iterator[Samples]:
    """Yield the samples of a recording with zeros where it must be silent, on every channel."""
    rate, first = sound.sample_rate, 0
    spans = [(each.start_ms * rate // 1000, -(-each.end_ms * rate // 1000)) for each in silences]
    for block in interleaved(source, rate * 10):
        copied = np.array(block)
        for start, end in spans:
            if start < first + len(copied) and first < end:
                copied[max(0, start - first) : max(0, end - first)] = 0
        first += len(copied)
        yield copied
