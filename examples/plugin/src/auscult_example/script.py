"""A format: transcripts as people type them.

    # c-4711 chat 2026-03-23T10:17:54Z 2026-03-23T10:19:00Z
    agent: Hello, how can I help you?
    customer: My card is lost.

A line with # begins a conversation: its id, channel, start and end.
"""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import FormatError
from auscult.formats import ByteStream, Limits, Rejected

SPEAKERS = ("agent", "customer", "bot", "system")
CHANNELS = ("voice", "chat")


class Script:
    """Reads them, one conversation in memory at a time."""

    name: ClassVar[str] = "script"

    def recognises(self, head: bytes) -> bool:
        """By its first line, which has five words."""
        first = head.lstrip().partition(b"\n")[0].split()
        return len(first) == 5 and first[0] == b"#" and first[2].decode("ascii", "replace") in CHANNELS

    def read(self, stream: ByteStream, app_id: str, limits: Limits) -> Iterator[Conversation | Rejected]:
        """Conversations and refusals, in the order they stand."""
        number, lines = 0, list[tuple[int, str]]()
        text = io.BufferedReader(_Raw(stream))
        while True:
            try:
                line = text.readline(limits.document_bytes)
            except FormatError as fault:
                fault.line = number or 1
                yield Rejected(error=fault, source=b"")
                return
            number += 1
            decoded = line.decode("utf-8", "replace")
            if lines and (not line or decoded.startswith("#")):
                yield _conversation(lines)
                lines = []
            if not line:
                return
            if decoded.strip():
                lines.append((number, decoded.strip()))


def _conversation(lines: list[tuple[int, str]]) -> Conversation | Rejected:
    (first, head), *rest = lines
    try:
        mark, name, channel, start, end = head.split()
        started_at, ended_at = datetime.fromisoformat(start), datetime.fromisoformat(end)
        is_right = mark == "#" and channel in CHANNELS and started_at.tzinfo and ended_at.tzinfo
    except ValueError:
        is_right = False
    if not is_right:
        return _refused("must be like '# c-1 chat 2026-03-23T10:17:54Z 2026-03-23T10:19:00Z'", first, lines)
    turns: list[Turn] = []
    for number, line in rest:
        speaker, colon, text = line.partition(": ")
        if not colon or speaker not in SPEAKERS:
            return _refused(f"{speaker!r} must be one of {', '.join(SPEAKERS)}, and a colon", number, lines)
        turns.append(Turn(f"m{len(turns) + 1}", speaker, text))
    return Conversation(id=name, channel=channel, started_at=started_at, ended_at=ended_at, turns=tuple(turns))


def _refused(message: str, line: int, lines: list[tuple[int, str]]) -> Rejected:
    return Rejected(error=FormatError(message, line=line), source="\n".join(text for _, text in lines).encode())


class _Raw(io.RawIOBase):
    """What ``io.BufferedReader`` wants below it."""

    def __init__(self, stream: ByteStream) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
