"""Conditions that name a wording pack: each reading of the pack has bits of its own, for its phrases and its exceptions."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from auscult.domain.said.text import straighten_quotes
from auscult.metrics._finding.language import What
from auscult.metrics._finding.patterns import bare_words, matched_words, one_line, wording_pattern
from auscult.metrics._finding.reading import Way
from auscult.wording import Reading, pack

_UNSPOKEN = re.compile("['`\u2019\u2018,!;]")

Line = tuple[int, str]
"""A bit, and a pattern that sets it."""


class _Bits(NamedTuple):
    """One reading of a pack, with its bits: ``said`` where it is said, ``off`` where something calls it off."""

    reading: Reading
    said: int
    off: int

    def holds(self, bits: int) -> bool:
        return bool(bits & self.said) and not bits & self.off


class Packed(NamedTuple):
    """A condition that names a pack, compiled: its readings, all their bits, and the patterns that set these."""

    readings: tuple[_Bits, ...]
    said: int
    off: int
    bare: list[Line]
    written: list[Line]

    def holds(self, bits: int) -> bool:
        """Return whether one of the readings holds."""
        return any(reading.holds(bits) for reading in self.readings)

    def shown(self, bits: int, text: str) -> tuple[What, str]:
        """Return the plain condition that matched in a turn, and its pattern where that is of bare words."""
        reading = next(one.reading for one in self.readings if one.holds(bits))
        bare = wording_pattern(reading.says_so) if reading.says_so else ""
        if bare and matched_words(bare, bare_words(text)):
            return What(wording=reading.says_so), bare
        pattern = next(line for line in reading.written if matched_words(line, straighten_quotes(text)))
        return What(pattern=pattern), ""


def packed_in(conditions: Sequence[tuple[int, What]]) -> dict[int, Packed]:
    """Compile the conditions that name packs, by their bits. Further bits are taken above those of all conditions."""
    free = 1 << len(conditions)
    found: dict[int, Packed] = {}
    for bit, condition in conditions:
        if isinstance(condition.wording, str):
            readings = readings_of(condition)
            found[bit] = _compiled(readings, free)
            free <<= 2 * len(readings)
    return found


def readings_of(condition: What) -> tuple[Reading, ...]:
    """Return the readings of a condition's pack, with what the form adds (``also``) and takes out (``never``)."""
    if not isinstance(condition.wording, str):
        return ()
    never = tuple(map(as_spoken, condition.never))
    added = (Reading(says_so=tuple(map(as_spoken, condition.also)), unless=never),) if condition.also else ()
    known = tuple(
        Reading(
            says_so=one.says_so,
            written=one.written,
            unless=(*one.unless, *never),
            unless_written=one.unless_written,
        )
        for one in pack(condition.wording).readings
    )
    return (*known, *added)


def written_in(reading: Reading) -> tuple[tuple[Way, str], ...]:
    """Return the patterns of a reading, each with the way of reading that it is written for."""
    bare: tuple[tuple[Way, str], ...] = ((bare_words, wording_pattern(reading.says_so)),) if reading.says_so else ()
    return (*bare, *((str, line) for line in reading.written))


def as_spoken(line: str) -> str:
    """Return a line of a form as packs have it, without apostrophes and commas: ``we're closed`` is ``were closed``."""
    return _UNSPOKEN.sub("", one_line(line))


def _compiled(readings: Iterable[Reading], free: int) -> Packed:
    bits: list[_Bits] = []
    bare: list[Line] = []
    written: list[Line] = []
    for reading in readings:
        said, off = free, free << 1
        free <<= 2
        bits.append(_Bits(reading, said, off))
        bare += [(said, wording_pattern(reading.says_so))] if reading.says_so else []
        bare += [(off, wording_pattern(reading.unless))] if reading.unless else []
        written += [(said, line) for line in reading.written]
        written += [(off, line) for line in reading.unless_written]
    return Packed(tuple(bits), sum(one.said for one in bits), sum(one.off for one in bits), bare, written)
