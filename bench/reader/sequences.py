"""What the second reader reads of a turn: its pieces, the turn before and the turn after."""

from collections.abc import Sequence
from typing import NamedTuple

from auscult.domain.conversation import Turn
from bench.reader.wordpiece import WordPieces

OWN, BEFORE, AFTER = 56, 20, 14
"""Pieces at most, of the turn, of the end of the one before, and of the beginning of the one after."""


class ReadTurn(NamedTuple):
    """Numbers of pieces, the side of each (customer: 1), and how many of them are the turn's own after the first."""

    pieces: list[int]
    sides: list[int]
    own: int


def sequences(turns: Sequence[Turn], words: WordPieces) -> list[ReadTurn]:
    """Return what is read of each turn of a conversation."""
    texts = [words.ids(turn.text) for turn in turns]
    sides = [int(turn.speaker == "customer") for turn in turns]
    found: list[ReadTurn] = []
    for index, (text, side) in enumerate(zip(texts, sides, strict=True)):
        own = text[:OWN]
        before = texts[index - 1][-BEFORE:] if index else []
        after = texts[index + 1][:AFTER] if index + 1 < len(texts) else []
        pieces = [words.first, *own, words.end, *before, words.end, *after, words.end]
        side_before = sides[index - 1] if index else 0
        side_after = sides[index + 1] if index + 1 < len(texts) else 0
        of = [side] * (len(own) + 2) + [side_before] * (len(before) + 1) + [side_after] * (len(after) + 1)
        found.append(ReadTurn(pieces, of, len(own)))
    return found
