"""Blocks put together to passages: long enough to make sense, short enough to be read to a customer."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from auscult.documents._contract import Block
from auscult.domain.assist.knowledge import Piece
from auscult.domain.said.text import sentences

MOST_WORDS = 60
"""Words of a passage, about: measured, docs/decisions/0070-agent-assist.md."""

LONGEST_BLOCK = 150
"""A block of more words is cut between sentences, or, where it has none, between words."""


def passages(blocks: Iterable[Block]) -> Iterator[Piece]:
    """Put blocks under one heading together as long as they are few words; a heading without text says nothing."""
    for heading, group in groupby(blocks, key=lambda block: block.heading):
        yield from _together(heading, list(group))


def _together(heading: tuple[str, ...], blocks: Sequence[Block]) -> Iterator[Piece]:
    held: list[str] = []
    words = 0
    for block in blocks:
        for part in _parts(block.text):
            count = len(part.split())
            if held and (block.is_whole or words + count > MOST_WORDS):
                yield Piece(heading, "\n".join(held))
                held, words = [], 0
            held.append(part)
            words += count
        if block.is_whole and held:
            yield Piece(heading, "\n".join(held))
            held, words = [], 0
    if held:
        yield Piece(heading, "\n".join(held))


def _parts(text: str) -> Iterator[str]:
    """A block, or the pieces of one that is too long."""
    if len(text.split()) <= LONGEST_BLOCK:
        if text:
            yield text
        return
    held: list[str] = []
    words = 0
    for piece in _short(text):
        count = len(piece.split())
        if held and words + count > MOST_WORDS:
            yield " ".join(held)
            held, words = [], 0
        held.append(piece)
        words += count
    if held:
        yield " ".join(held)


def _short(text: str) -> Iterator[str]:
    """Lines, or words where a line has too many of them."""
    for line in text.split("\n"):
        for sentence in _sentences(line):
            words = sentence.split()
            for start in range(0, len(words), MOST_WORDS):
                yield " ".join(words[start : start + MOST_WORDS])


def _sentences(line: str) -> list[str]:
    """The sentences of a line, each with what ends it; nothing of it is lost."""
    found: list[str] = []
    rest = line
    for sentence in sentences(line):
        end = rest.find(sentence) + len(sentence)
        if end < len(sentence):
            return [line]  # a long one, given in windows that overlap
        found.append(rest[:end].strip())
        rest = rest[end:]
    if rest.strip():
        found.append(rest.strip())
    return found
