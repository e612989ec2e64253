"""Captions of recordings, WebVTT and SubRip: cues with times, and who speaks in a tag or before a colon."""

import html
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auscult.formats._others.talk import Said
from auscult.formats._records import MissingError

_CLOCK = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
TIMING = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s([^<>]*))?>")
_TAG = re.compile(r"</?(?:[a-z]|lang|ruby|rt|font|\d{1,2}:\d\d)[^<>]*>", re.IGNORECASE)
NAMED = re.compile(r"\s*(?:[-\u2013]\s*|>>\s*)?(?P<name>[^\s:<>\[\]][^:<>\n]{0,59}?)\s*:\s+(?P<text>\S.*)", re.DOTALL)
_BRACKETED = re.compile(r"\s*\[(?P<name>[^\[\]\n]{1,60})\]:?\s+(?P<text>\S.*)", re.DOTALL)
_LEAST_NAMED = 0.5


class Cue(NamedTuple):
    """The times of a cue in ms, its payload, and the line of its times."""

    start_ms: int
    end_ms: int
    text: str
    line: int


def cues_of(lines: Sequence[str], title: str) -> Iterator[Cue]:
    """Yield the cues of a file. Raises ``MissingError`` for times that cannot be read."""
    at = 0
    while at < len(lines):
        if "-->" not in lines[at] or lines[at].startswith("NOTE"):
            at += 1
            continue
        times = TIMING.fullmatch(lines[at])
        if times is None:
            reason = f"the times {lines[at].strip()[:60]!r} of {title} cannot be read"
            raise MissingError(f"line {at + 1}", f"{reason}; they should be like 00:00:01.200 --> 00:00:05.000")
        begin = at + 1
        at = begin
        while at < len(lines) and lines[at].strip() and "-->" not in lines[at]:
            at += 1
        payload = lines[begin:at]
        if at < len(lines) and "-->" in lines[at] and payload and payload[-1].strip().isdigit():
            payload = payload[:-1]  # the number of the next cue, without a blank line before it
        yield Cue(_ms(times.groups()[:4]), _ms(times.groups()[4:8]), "\n".join(payload), begin)


def said_in(cues: Sequence[Cue]) -> list[Said]:
    """Return the turns of cues: a voice each, or a name before a colon or in brackets where at least half of the cues have one."""
    said: list[Said] = []
    for cue in cues:
        pieces = _VOICE.split(cue.text)
        if pieces[0].strip() or len(pieces) == 1:
            said.append(_said(cue, None, pieces[0]))
        for label, text in zip(pieces[1::2], pieces[2::2], strict=True):
            said.append(_said(cue, label, text))
    said = [one for one in said if one.text]
    if any(one.label for one in said):
        return said
    named = [NAMED.fullmatch(one.text) or _BRACKETED.fullmatch(one.text) for one in said]
    if not said or sum(one is not None for one in named) < _LEAST_NAMED * len(said):
        return said
    found: list[Said] = []
    label: str | None = None
    for one, match in zip(said, named, strict=True):
        label = match["name"] if match else label
        found.append(one._replace(label=label, text=match["text"] if match else one.text))
    return found


def _said(cue: Cue, label: str | None, text: str) -> Said:
    words = html.unescape(_TAG.sub("", text))
    name = html.unescape(label).strip() if label else None
    return Said(" ".join(words.split()), name or None, start_ms=cue.start_ms, end_ms=max(cue.start_ms, cue.end_ms))


def _ms(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, ms = parts
    return ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000 + int((ms or "0").ljust(3, "0"))
