"""Patterns over one way of reading turns, each for one bit: what words alone find in a turn, all in one look."""

from collections.abc import Iterable

from auscult.metrics._finding.patterns import line_searcher, searcher
from auscult.metrics._finding.reading import Reading, Way


class Lexicon:
    """Patterns over one way of reading a turn, each for one condition (a bit)."""

    def __init__(self, way: Way, bits: tuple[int, ...], patterns: tuple[str, ...]) -> None:
        self.way = way
        self._bits = bits
        self._search = searcher(patterns)
        self._search_lines = line_searcher(patterns)

    def has_any(self, reading: Reading, window: str) -> bool:
        """Return whether each turn has to be searched: false only where nothing is in any of them."""
        if self._search_lines is None:
            return True
        return bool(self._search_lines(reading.lines(self.way, window)))

    def bits(self, text: str) -> int:
        """The conditions of which something is in this text."""
        holds = 0
        for index in self._search(text) or ():
            holds |= self._bits[index]
        return holds


Reader = tuple[Lexicon, list[str]]


def lexicons(written: Iterable[tuple[Way, list[tuple[int, str]]]], wanted: int) -> list[Lexicon]:
    """One lexicon for each way of reading in which one of the wanted conditions (bits) is looked for."""
    found: list[Lexicon] = []
    for way, looked_for in written:
        patterns = [(bit, pattern) for bit, pattern in looked_for if bit & wanted]
        if patterns:
            found.append(Lexicon(way, tuple(bit for bit, _ in patterns), tuple(pattern for _, pattern in patterns)))
    return found
