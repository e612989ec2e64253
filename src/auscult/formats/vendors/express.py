"""The vendor's batch upload: a CSV of metadata with a transcript file for each conversation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from auscult.domain.connectors import Item, Mapped
from auscult.formats._records import Fields, MissingError, Records, check_sides, offset_ms
from auscult.formats.tables._rows import rows_of

_PROVIDER = ("asProvider", "asrProvider", "asprovider")
"""Spellings of one column in the vendor's own pages."""
_KNOWN = frozenset(_PROVIDER).union(
    ("conversationId", "agentEmail", "agentId", "conversationStartTime", "conversationEndTime", "channelType"),
    ("recordingType", "queueId", "language", "direction", "transcriptPath", "agentChannel", "customerChannel"),
    ("recordingUrl", "chatScriptUrl", "transcriptUrl", "agentRecordings", "customerRecordings"),
)
_TICKS_PER_MS = 10_000
_SPEAKERS = {"AGENT": "agent", "USER": "customer", "SYSTEM": "system"}
_EARLIEST_UNIX_S = 1e8
"""A smaller timestamp of a chat counts from its start."""


class Express(Records):
    """One row a conversation. Columns that the vendor does not name become custom fields."""

    name: ClassVar[str] = "kore-express"

    def accepts(self, key: str) -> bool:
        """Return whether the key is a CSV; transcripts are its siblings."""
        return key.lower().endswith(".csv")

    def map(self, item: Item) -> list[Mapped]:
        """Return conversations and refusals in the order of the rows."""
        try:
            rows = list(rows_of(item.data))
        except MissingError as missing:
            return [missing.refused]
        return [one for line, row in rows for one in self._mapped(f"line {line}", row, item)]

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        start = record.at("conversationStartTime", "a time, as 2026-03-23T10:17:54Z")
        channel = record.text("channelType", "voice or chat").lower()
        if record.text("recordingType", "transcription") != "transcription":
            raise MissingError(
                record.path_of("recordingType"),
                f"recordingType is {record.get('recordingType')!r}; only transcription is read, with transcriptPath: "
                "load recordings by their addresses instead",
            )
        transcript = _transcript(record, item)
        email, queue = record.maybe_text("agentEmail"), record.maybe_text("queueId")
        agent = record.maybe_text("agentId") or email
        turns = _voice(transcript, record) if channel == "voice" else _chat(transcript, start)
        writers = list(dict.fromkeys(turn["agent_id"] for turn in turns if turn.get("agent_id")))
        if len(writers) <= 1:  # the row names the one agent, with an e-mail address
            writers = []
            turns = [turn | {"agent_id": agent if turn["speaker"] == "agent" else None} for turn in turns]
        return {
            "custom_id": record.text("conversationId", "the id of the conversation"),
            "channel": channel,
            "source": next(filter(None, map(record.maybe_text, _PROVIDER)), None),
            "language": record.maybe_text("language"),
            "direction": record.maybe_text("direction"),
            "started_at": start,
            "ended_at": record.maybe_at("conversationEndTime"),
            "queues": [{"id": queue}] if queue else [],
            "agents": [{"id": each} for each in writers] or ([{"id": agent, "email": email}] if agent else []),
            "turns": turns,
            "custom_fields": {name: value for name, value in record.items() if name not in _KNOWN and value},
        }


def _transcript(record: Fields, item: Item) -> Fields:
    path = record.text("transcriptPath", "the path of the transcript file")
    folder = item.key.rpartition("/")[0]
    beside = f"{folder}/{path.lstrip('/')}" if folder else path.lstrip("/")
    data = item.siblings(beside) or item.siblings(path.lstrip("/"))
    if data is None:
        raise MissingError(record.path_of("transcriptPath"), f"there is no file {path}; it should lie next to the CSV")
    try:
        return Fields(msgspec.json.decode(data), path)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MissingError(path, f"the transcript is no JSON ({error}); it may be cut off") from error


def _voice(transcript: Fields, record: Fields) -> list[dict[str, Any]]:
    agent = record.maybe_text("agentChannel") or "0"
    return [
        {
            "speaker": "agent" if phrase.text("channel", "0 or 1") == agent else "customer",
            "text": _best(phrase),
            "start_ms": round(phrase.number("offsetInTicks", "a number of ticks of 100 ns") / _TICKS_PER_MS),
            "end_ms": _end(phrase),
        }
        for phrase in transcript.required_list("recognizedPhrases", "the list of phrases")
    ]


def _best(phrase: Fields) -> str:
    best = phrase.required_list("nBest", "a list whose first entry is the best guess")
    if not best:
        raise MissingError(phrase.path_of("nBest"), "nBest is empty; it should hold at least one guess")
    return best[0].maybe_text("display") or best[0].words("lexical", "the words of the phrase")


def _end(phrase: Fields) -> int | None:
    words = [word for best in list(phrase.each("nBest"))[:1] for word in best.each("words")]
    if phrase.get("durationInTicks") is not None:
        end = phrase.number("offsetInTicks", "ticks") + phrase.number("durationInTicks", "ticks")
    elif words and words[-1].get("durationInTicks") is not None:
        end = words[-1].number("offsetInTicks", "ticks") + words[-1].number("durationInTicks", "ticks")
    else:
        return None
    return round(end / _TICKS_PER_MS)


def _chat(transcript: Fields, start: datetime) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    messages: list[Fields] = []
    for name in sorted(transcript.names(), key=lambda one: (not one.isdecimal(), int(one) if one.isdecimal() else 0)):
        message = Fields(transcript.get(name), transcript.path_of(name))
        messages.append(message)
        at = message.number("timestamp", "seconds from the start, or a Unix time")
        is_unix = at >= _EARLIEST_UNIX_S
        turns.append(
            {
                "speaker": _SPEAKERS.get(message.maybe_text("type") or "", "unknown"),
                "agent_id": message.maybe_text("userId") if message.get("type") == "AGENT" else None,
                "text": message.words("text", "the words of the message"),
                "start_ms": offset_ms(start, message.at("timestamp", "a time")) if is_unix else round(at * 1000),
            }
        )
    check_sides(turns, messages, "type", "it should be AGENT, USER or SYSTEM")
    return turns
