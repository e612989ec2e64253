"""Reads the transcripts inside vCons: what many tools write differently becomes segments with a label, text and times.

Known: lists of {speaker, message}; WebVTT and SRT; Whisper and the World Transcription Format ({segments: [...]}); Deepgram, whole
answers or one alternative (utterances, paragraphs, words); plain text with a label before each line; and our own.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from auscult.formats._documents import Json
from auscult.formats._vcon.parties import mapping

_LISTS = ("turns", "segments", "utterances", "conversation", "messages", "entries", "transcript", "transcription")
_LABELS = ("speaker", "role", "participant", "speaker_label", "speaker_name", "from", "author", "name")
_TEXTS = ("text", "message", "transcript", "utterance", "content", "body")
_STARTS = ("start", "start_time", "startTime", "begin", "offset")
_ENDS = ("end", "end_time", "endTime", "stop")
_CLOCK = r"\[?\(?(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,2}):(?P<seconds>\d{2}(?:[.,]\d{1,3})?)\)?\]?[\s,-]*"
_LONGEST = 1e12
"""No number from here on is a time within a recording, whatever its unit."""
_LINE = re.compile(rf"\s*(?:{_CLOCK})?(?P<label>[^:\n]{{1,60}}?)\s*:\s+(?P<text>.*)|\s*(?P<rest>.*)")

_CUE_CLOCK = r"(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_CUE = re.compile(rf"^[ \t]*(?P<start>{_CUE_CLOCK})[ \t]+-->[ \t]+(?P<end>{_CUE_CLOCK})[^\n]*", re.MULTILINE)
_VOICE = re.compile(r"(?:<v(?:\.[^\s>]*)?\s([^<>]*)>|\A)((?:[^<]|<(?!v[\s.]))+)")
_CUE_TAG = re.compile(r"<[^<>]*>")


class Segment(NamedTuple):
    """A stretch of speech: who (a label, or a party's index), what, and when in ms from the dialog's start.

    ``has_party`` is False where the transcript says that no party is meant.
    """

    text: str
    label: str | None = None
    party: int | None = None
    start_ms: float | None = None
    end_ms: float | None = None
    id: str | None = None
    has_party: bool = True


def segments_of(
    body: Json, is_label: Callable[[str], bool], channels: Sequence[int | None], duration_ms: float | None
) -> list[Segment]:
    """Read a transcript's body, decoded; none where its form is unknown.

    ``is_label`` decides whether the beginning of a line names a speaker; ``channels`` has the party of each channel
    of the recording. Times beyond twice the recording's length are read as ms, others as seconds.
    """
    found = [segment for segment in _read(body, is_label, channels) if segment.text.strip()]
    last = max((segment.end_ms or segment.start_ms or 0 for segment in found), default=0)
    if duration_ms and last > 2 * duration_ms + 60_000 and not isinstance(body, str):
        found = [
            segment._replace(start_ms=_scaled(segment.start_ms), end_ms=_scaled(segment.end_ms)) for segment in found
        ]
    return found


def is_conversation(body: Json) -> bool:
    """Return whether a body not marked as a transcript is one all the same: a list of speakers and their words."""
    items = _items(body)
    return bool(items) and all(
        isinstance(item.get("speaker"), str) and _first(item, _TEXTS) is not None for item in map(mapping, items)
    )


def _read(body: Json, is_label: Callable[[str], bool], channels: Sequence[int | None]) -> Iterable[Segment]:
    if isinstance(body, str):
        return _from_cues(body, is_label) if _CUE.search(body) else _from_text(body, is_label)
    if isinstance(body, list):
        return _from_list(body, {})
    fields = mapping(body)
    if results := mapping(fields.get("results")):
        return _from_deepgram(results, is_label, channels)
    return _from_fields(fields, is_label)


def _from_fields(fields: dict[str, Json], is_label: Callable[[str], bool]) -> Iterable[Segment]:
    for key in _LISTS:
        if items := _items(fields.get(key)):
            return _from_list(items, mapping(fields.get("speakers")))
    if paragraphs := _items(mapping(fields.get("paragraphs")).get("paragraphs")):
        return _from_paragraphs(paragraphs)
    words = _items(fields.get("words"))
    if any("speaker" in mapping(word) for word in words):
        return _from_words(words)
    transcript = fields.get("transcript")
    text = _first(mapping(transcript), _TEXTS) or transcript or fields.get("text")
    return _from_text(text, is_label) if isinstance(text, str) else ()


def _from_list(items: list[Json], speakers: dict[str, Json]) -> Iterator[Segment]:
    for item in map(mapping, items):
        text = _first(item, _TEXTS)
        if not isinstance(text, str):
            continue
        party, own_id = item.get("party"), item.get("id")
        start, end = _ms(item, _STARTS, "start_ms"), _ms(item, _ENDS, "end_ms")
        if end is None and start is not None and (length := _number(item.get("duration"))) is not None:
            end = start + length * 1000
        yield Segment(
            text,
            _label(_first(item, _LABELS), speakers),
            party if isinstance(party, int) else None,
            start,
            end,
            own_id if isinstance(own_id, str) and own_id else None,
            has_party=party is not None or "party" not in item,
        )


def _from_deepgram(
    results: dict[str, Json], is_label: Callable[[str], bool], channels: Sequence[int | None]
) -> Iterator[Segment]:
    """Yield segments whose speaker is given by the channel, where every channel is one party's."""
    heard = _items(results.get("channels"))
    parties = channels if len(heard) > 1 and len(heard) == len(channels) else ()
    if utterances := _items(results.get("utterances")):
        for item in map(mapping, utterances):
            channel = item.get("channel")
            for segment in _from_list([item], {}):
                if isinstance(channel, int) and 0 <= channel < len(parties):
                    yield segment._replace(party=parties[channel])
                else:
                    yield segment
        return
    found: list[Segment] = []
    for index, channel in enumerate(map(mapping, heard)):
        best = mapping(next(iter(_items(channel.get("alternatives"))), None))
        party = parties[index] if parties else None
        found += [segment._replace(party=party) for segment in _from_fields(best, is_label)]
    yield from sorted(found, key=lambda segment: segment.start_ms or 0) if len(heard) > 1 else found


def _from_paragraphs(paragraphs: list[Json]) -> Iterator[Segment]:
    for paragraph in map(mapping, paragraphs):
        texts = [mapping(sentence).get("text") for sentence in _items(paragraph.get("sentences"))]
        text = " ".join(text for text in texts if isinstance(text, str))
        label = _label(paragraph.get("speaker"), {})
        yield Segment(text, label, None, _ms(paragraph, _STARTS, "start_ms"), _ms(paragraph, _ENDS, "end_ms"))


def _from_words(words: list[Json]) -> Iterator[Segment]:
    for speaker, group in groupby(map(mapping, words), key=lambda word: word.get("speaker")):
        said = list(group)
        text = " ".join(str(word.get("punctuated_word") or word.get("word") or word.get("text") or "") for word in said)
        start, end = _ms(said[0], _STARTS, "start_ms"), _ms(said[-1], _ENDS, "end_ms")
        yield Segment(text, _label(speaker, {}), None, start, end)


def _from_text(text: str, is_label: Callable[[str], bool]) -> Iterator[Segment]:
    """Lines with a label before them; a line without one goes on with the turn before it."""
    segment: Segment | None = None
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None or not line.strip():
            continue
        label = match["label"]
        if label is not None and is_label(label.strip("*# ")):
            if segment is not None:
                yield segment
            segment = Segment(match["text"].strip("* "), label.strip("*# "), start_ms=_clock_ms(match))
        elif segment is not None:
            segment = segment._replace(text=f"{segment.text} {line.strip()}".strip())
        else:
            segment = Segment(line.strip())
    if segment is not None:
        yield segment


def _from_cues(text: str, is_label: Callable[[str], bool]) -> Iterator[Segment]:
    """Cues of WebVTT or SRT, whose voice tag or first word names the speaker."""
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        cue = _CUE.search(block)
        if cue is None:
            continue
        start, end = (_cue_ms(cue[name]) for name in ("start", "end"))
        for voice, said in _VOICE.findall(block[cue.end() :]):
            words = " ".join(_CUE_TAG.sub("", said).split())
            label, colon, rest = words.partition(":")
            if voice.strip():
                yield Segment(words, voice.strip(), start_ms=start, end_ms=end)
            elif colon and is_label(label.strip()):
                yield Segment(rest.strip(), label.strip(), start_ms=start, end_ms=end)
            else:
                yield Segment(words, start_ms=start, end_ms=end)


def _cue_ms(clock: str) -> float:
    seconds = 0.0
    for part in clock.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return round(seconds * 1000)


def _clock_ms(match: re.Match[str]) -> float | None:
    if match["minutes"] is None:
        return None
    minutes = int(match["hours"] or 0) * 60 + int(match["minutes"])
    return (minutes * 60 + float(match["seconds"].replace(",", "."))) * 1000


def _label(value: Json, speakers: dict[str, Json]) -> str | None:
    """Return the label as text; where the transcript names its speakers elsewhere, that name."""
    if isinstance(value, dict):
        value = _first(value, ("role", "name", "label", "id"))
    if value is None:
        return None
    named = _first(mapping(speakers.get(str(value))), ("label", "name", "role"))
    return named if isinstance(named, str) and named.strip() else str(value)


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _first(item: dict[str, Json], keys: tuple[str, ...]) -> Json:
    return next((item[key] for key in keys if item.get(key) is not None), None)


def _number(value: Json) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value.removesuffix("s"))
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < _LONGEST else None


def _ms(item: dict[str, Json], seconds: tuple[str, ...], ms: str) -> float | None:
    if (exact := _number(item.get(ms))) is not None:
        return exact
    value = _number(_first(item, seconds))
    return None if value is None else round(value * 1000)


def _scaled(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000
