"""Features of a token for the second opinion: words and classes around it, what was asked, and what the rules found."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.privacy.redaction import PLACEHOLDER, Found, Utterance, kind_of
from auscult.redactors._learned.tokens import (
    CLASSES,
    IS_NUMERIC,
    IS_SIGN,
    LEARNED,
    LONGEST_RUN,
    SHAPES,
    TOPICS,
    Entry,
    Token,
    runs_of,
    tokens_of,
    topic_of,
)

_RANK = {kind: rank for rank, kind in enumerate(LEARNED, 1)}
_RANK["expiry"] = _RANK["security_code"]
_AROUND = 3
"""Tokens before and behind one that are weighed."""
_BACK = 2
"""Turns before one whose topic and finds are weighed."""
_CLASSES, _TOPICS, _MARKS, _RUNS = len(CLASSES), 2 * len(TOPICS) + 1, len(LEARNED) + 1, LONGEST_RUN + 1
_OTHERS = (0, 2, 5, 10)
"""Bounds of how many words of a turn are no part of a number."""
_SHARES = len(_OTHERS) + 1
_THREES = 32_749
_HASHED = 65_521
_ASKS = len(TOPICS) + 1
"""Values of three classes in a row, by the remainder of their number."""
_WORD, _CLASS, _MARK, _TOPIC, _RUN, _FULL, _NEAR, _SIDE, _ANY, _LONE, _HEAD, _TAIL, _ASKED = range(13)
"""Rows of what is known of a token; ``_LONE`` is its class outside of a run."""
_Term = tuple[int, int, int]
"""A row, how many tokens behind, and by what it is multiplied."""


def _pair(first: tuple[int, int], second: tuple[int, int], size: int) -> tuple[_Term, _Term]:
    return (*first, size), (*second, 1)


_COLUMNS: Sequence[tuple[int, Sequence[_Term]]] = (
    *((_CLASSES, [(_CLASS, by, 1)]) for by in range(-_AROUND, _AROUND + 1)),
    *((_MARKS, [(_MARK, by, 1)]) for by in range(-2, 3)),
    (_CLASSES**2, _pair((_CLASS, -1), (_CLASS, 0), _CLASSES)),
    (_CLASSES**2, _pair((_CLASS, 0), (_CLASS, 1), _CLASSES)),
    (_TOPICS * _CLASSES, _pair((_TOPIC, 0), (_CLASS, 0), _CLASSES)),
    (_TOPICS * _RUNS, _pair((_TOPIC, 0), (_RUN, 0), _RUNS)),
    (_RUNS * _SHARES, _pair((_RUN, 0), (_FULL, 0), _SHARES)),
    (
        _TOPICS * _SHARES * (_CLASSES + 1),
        ((_TOPIC, 0, _SHARES * (_CLASSES + 1)), (_FULL, 0, _CLASSES + 1), (_LONE, 0, 1)),
    ),
    (_MARKS * _CLASSES, _pair((_NEAR, 0), (_CLASS, 0), _CLASSES)),
    (_MARKS * _CLASSES, _pair((_MARK, -1), (_CLASS, 0), _CLASSES)),
    (_MARKS * _CLASSES, _pair((_MARK, 1), (_CLASS, 0), _CLASSES)),
    (_SHARES * _CLASSES * 2, ((_FULL, 0, _CLASSES * 2), (_CLASS, 0, 2), (_SIDE, 0, 1))),
    (_MARKS * _TOPICS, _pair((_NEAR, 0), (_TOPIC, 0), _TOPICS)),
    (2 * _CLASSES, _pair((_ANY, 0), (_CLASS, 0), _CLASSES)),
    (SHAPES, [(_HEAD, 0, 1)]),
    (SHAPES, [(_TAIL, 0, 1)]),
    (_ASKS * _CLASSES, _pair((_ASKED, 0), (_CLASS, 0), _CLASSES)),
    (_ASKS * _SHARES * _CLASSES, ((_ASKED, 0, _SHARES * _CLASSES), (_FULL, 0, _CLASSES), (_CLASS, 0, 1))),
    (_HASHED, ((_WORD, -1, _CLASSES), (_CLASS, 0, 1))),
    (_HASHED, ((_WORD, 1, _CLASSES), (_CLASS, 0, 1))),
    (_HASHED, ((_WORD, -1, 1009), (_WORD, -2, 7), (_CLASS, 0, 104729))),
    (_HASHED, ((_WORD, -2, _CLASSES), (_CLASS, 0, 1))),
    *((_THREES, ((_CLASS, by, _CLASSES**2), (_CLASS, by + 1, _CLASSES), (_CLASS, by + 2, 1))) for by in (-2, -1, 0)),
)
"""Features of a token except the words around it: the number of values of each, and the terms that add up to one."""
_GAP = (1, *[0] * 12) * _AROUND
"""Empty tokens between two turns."""
_FIXED = [size for size, _ in _COLUMNS]
_OF_WORDS = 5
Numbers = NDArray[np.int64]


class Turn(NamedTuple):
    """A turn with what is weighed of it; ``marks`` are the ranks of the kinds that were found, by token."""

    number: int
    tokens: Sequence[Token]
    marks: Sequence[int]
    topics: Sequence[int]
    near: int
    is_agent: bool
    asked: int


def turns_of(
    utterances: Sequence[Utterance],
    lows: Sequence[str],
    wanted: Sequence[int],
    found: Sequence[Found],
    table: Mapping[str, Entry],
) -> list[Turn]:
    """Return the wanted turns, in order, with what was spoken of and found in and shortly before them."""
    ranks: dict[int, list[tuple[int, int, int]]] = {}
    for one in found:
        ranks.setdefault(one.turn, []).append((one.start, one.end, _RANK[one.kind]))
    turns: list[Turn] = []
    last_topics: dict[int, int] = {}

    def last_topic(each: int) -> int:
        if each not in last_topics:
            last_topics[each] = topic_of(lows[each], table)
        return last_topics[each]

    for turn in wanted:
        before = range(turn - 1, max(-1, turn - 1 - _BACK), -1)
        earlier = next((its for each in before if (its := last_topic(each))), 0)
        topic = earlier + len(TOPICS) if earlier else 0
        tokens, topics = tokens_of(utterances[turn].text, lows[turn], table), list[int]()
        for token in tokens:
            topics.append(topic)
            topic = token.topic or topic
        asked = 0
        if turn and utterances[turn - 1].speaker != utterances[turn].speaker:
            asked = last_topic(turn - 1)
        near = min((rank for each in before for _, _, rank in ranks.get(each, ())), default=0)
        its = ranks.get(turn, [])
        marks = marks_of(tokens, [*its, *_placeholders(utterances[turn].text)])
        turns.append(Turn(turn, tokens, marks, topics, near, utterances[turn].speaker == "agent", asked))
    return turns


def _placeholders(text: str) -> list[tuple[int, int, int]]:
    """Return what was replaced in a text before: it counts as found."""
    if "[" not in text:
        return []
    return [(one.start(), one.end(), _RANK[kind_of(one)[0]]) for one in PLACEHOLDER.finditer(text)]


def marks_of(tokens: Sequence[Token], found: Sequence[tuple[int, int, int]]) -> list[int]:
    """Return for each token the rank of the kind that covers a part of it, 0 where none does."""
    marks = [0] * len(tokens)
    if not found:
        return marks
    ends = [token.end for token in tokens]
    for first, end, rank in sorted(found, key=lambda one: -one[2]):
        index = bisect_right(ends, first)
        while index < len(tokens) and tokens[index].start < end:
            marks[index] = rank
            index += 1
    return marks


def width(words: int) -> int:
    """Return how many weights a model with this number of words has."""
    return _OF_WORDS * (words + 2) + sum(_FIXED)


def is_open(turn: Turn, index: int) -> bool:
    """Return whether a token may be of a span that is to be added: nothing was found there, and it is no sign."""
    return not turn.marks[index] and not IS_SIGN[turn.tokens[index].kind]


def columns(turns: Sequence[Turn]) -> Numbers:
    """Return, for the open tokens of all turns in order, the indexes of the weights that count for each."""
    rows: list[int] = list(_GAP)
    kept: list[int] = []
    for turn in turns:
        tokens, runs = turn.tokens, runs_of(turn.tokens)
        others = sum(not IS_NUMERIC[one.kind] and not IS_SIGN[one.kind] for one in tokens)
        full, side, has_any = bisect_left(_OTHERS, others), int(turn.is_agent), int(any(turn.marks))
        for index, (token, mark, topic, run) in enumerate(zip(tokens, turn.marks, turn.topics, runs, strict=True)):
            if is_open(turn, index):
                kept.append(len(rows))
            kind = token.kind
            rows += (
                token.word,
                kind,
                mark,
                topic,
                run,
                full,
                turn.near,
                side,
                has_any,
                _CLASSES if run else kind,
                token.head,
                token.tail,
                turn.asked,
            )
        rows += _GAP
    each = np.array(rows, dtype=np.int64)
    values = each.take(np.array(kept, dtype=np.int64)[:, None] + _INPUTS)
    (inputs, factors), *others = _TERMS
    indexes = values.take(inputs, axis=1) * factors
    for inputs, factors in others:
        indexes[:, : len(factors)] += values.take(inputs, axis=1) * factors
    indexes[:, :_HASHES] %= _SIZES
    indexes += _BEGINS
    return indexes


def _terms() -> tuple[Numbers, Sequence[tuple[Numbers, Numbers]], Numbers, Numbers]:
    """Return where the inputs of a token are, the terms of columns, and where those begin and how many values they have.

    Columns with more terms are first, and of these the hashed ones, whose values are taken by their remainder.
    """
    hashed = [each for each in _COLUMNS if each[0] in (_THREES, _HASHED)]
    ordered = [*hashed, *(each for each in _COLUMNS if each not in hashed)]
    ordered += [(0, [(_WORD, by, _OF_WORDS)]) for by in range(-2, 3)]
    begins = np.cumsum([0, *(size for size, _ in ordered[:-1])])
    begins[-_OF_WORDS:] += range(_OF_WORDS)
    inputs = sorted({(row, by) for _, terms in ordered for row, by, _ in terms})
    terms: list[tuple[Numbers, Numbers]] = []
    for rank in range(max(len(its) for _, its in ordered)):
        last = max(column for column, (_, its) in enumerate(ordered) if len(its) > rank)
        known = [its[rank] if len(its) > rank else (*inputs[0], 0) for _, its in ordered[: last + 1]]
        terms.append(
            (np.array([inputs.index((row, by)) for row, by, _ in known]), np.array([by for _, _, by in known]))
        )
    places = np.array([by * (_ASKED + 1) + row for row, by in inputs])
    return places, terms, begins[None, :], np.array([size for size, _ in hashed])


_INPUTS, _TERMS, _BEGINS, _SIZES = _terms()
_HASHES = len(_SIZES)
"""Columns whose values are hashed."""
