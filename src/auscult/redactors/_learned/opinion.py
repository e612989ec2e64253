"""Spans that the rules miss, by weights that were fitted to labelled utterances; they are added to what rules find.

The weights are whole numbers in ``weights.json``, fitted by ``bench.redaction.fit``, and are added as whole numbers, so
that what is found is the same on any machine.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from auscult.domain.privacy.redaction import KINDS, Found, Kind, Utterance, is_taken
from auscult.redactors._cues import cue_before, is_named
from auscult.redactors._learned.features import Turn, columns, turns_of, width
from auscult.redactors._learned.tokens import CLASS, IS_NUMERIC, IS_SIGN, NUMBER_WORDS, TOPICS, Token, table_of
from auscult.redactors._patterns import searcher
from auscult.redactors._people.lists import BUSINESS, EVERYDAY, GIVEN, KNOWN
from auscult.redactors._people.patterns import words_in
from auscult.redactors._words import lines_of

_HINTS = lines_of("hints.txt")
MAY_HOLD = searcher(_HINTS["read again"][0])
"""Words in turns that are read a second time."""
_AMOUNT = searcher(_HINTS["amounts"][0])
"""Amounts, times, counts, expiries and last digits: where a turn has no other number, it is not read."""
_USUAL = (KNOWN - GIVEN) | EVERYDAY | NUMBER_WORDS
"""Words that are part of no name, unless those around say so."""
_SHORTEST, _LONG = 3, 8
_FIRM, _WORDS_OF_FIRM = 32, 3
"""Characters and words behind a word in which one of firms is looked for."""
_OF_THINGS = ("tion", "tions", "ment", "ments", "ness", "ity", "ence", "ance", "able", "ible", "ive", "ous", "ical")
_ENDINGS = ("s", "es", "ed", "ing", "ly", "er")
_FILE = Path(__file__).with_name("weights.json")
_FIELDS = frozenset(("key", "field", ""))
"""Speakers of what is no talk."""
_OTHERS = frozenset((0, len(TOPICS), 2 * len(TOPICS)))
"""No topic, and that of other things, of the turn or of an earlier one."""
_JOINT = re.compile(r"[\W_]*")
_OF_EMAIL = frozenset(CLASS[each] for each in ("at", "dot", "domain", "@"))
_NUMERIC: frozenset[Kind] = frozenset(
    ("card", "iban", "national_number", "security_code", "phone", "account", "birth_date")
)
_DOMAIN = re.compile(
    r"\b(?:at|arroba|arobase|ät)\b.*\b(?:dot|punkt|punto|point|ponto)\W+"
    rf"(?!(?:{'|'.join(sorted(NUMBER_WORDS))})\b)[^\W\d]"
)
"""Words for the signs of an address, and no number behind the last."""


class Model(Struct, frozen=True):
    """Weights by column, and the sums from which a number or a word begins a span and any token goes on in one.

    All are times ``scale``.
    """

    version: int
    scale: int
    begins: int
    begins_as_word: int
    goes_on: int
    words: Sequence[str]
    places: Sequence[int]
    weights: Sequence[int]


def is_read(low: str) -> bool:
    """Return whether a turn in small letters is read a second time."""
    return _is_numbered(low) or bool(strangers(frozenset(words_in(low))))


def _is_numbered(low: str) -> bool:
    return MAY_HOLD.search(low) is not None and _is_more(low)


def _is_still_numbered(low: str, found: Sequence[Found]) -> bool:
    """Return whether a turn that may hold something has more than what was found in it, and amounts and times."""
    return _is_numbered(_left(low, found)) if found else _is_more(low)


def _is_left(low: str, word: str, found: Sequence[Found]) -> bool:
    """Return whether a word of a turn is in no span, and begins no firm: ``Harper Valley Bank``."""
    start = low.find(word)
    end = start + len(word)
    if is_taken(found, start, end):
        return False
    return BUSINESS.isdisjoint(words_in(low[end : end + _FIRM])[:_WORDS_OF_FIRM])


def strangers(words: frozenset[str]) -> list[str]:
    """Return the words that may be of a name or a place: given names, and those that no list knows."""
    return sorted(word for word in words - _USUAL if _is_strange(word))


@lru_cache(maxsize=8192)
def _is_strange(word: str) -> bool:
    """Return whether a word that is no usual one is no form of one either, and has no ending of nouns that name a thing."""
    if len(word) < _SHORTEST or not word.isalpha():
        return False
    if word in GIVEN:
        return True
    if len(word) >= _LONG and word.endswith(_OF_THINGS):
        return False
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and not {stem, f"{stem}e", stem[:-1], f"{stem[:-1]}y"}.isdisjoint(EVERYDAY):
            return False
    return True


def _is_more(low: str) -> bool:
    """Return whether a turn that may hold something has more than amounts and times."""
    rest = low
    for amount in _AMOUNT.finditer(low):
        rest = _without(rest, *amount.span())
    return rest is low or MAY_HOLD.search(rest) is not None


class SecondOpinion:
    """Adds to what the rules found."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.table = table_of(model.words)
        self._weights = np.zeros(width(len(model.words)), dtype=np.int16)
        self._weights[np.array(model.places, dtype=np.int64)] = np.array(model.weights, dtype=np.int16)

    def find(
        self,
        utterances: Sequence[Utterance],
        lows: Sequence[str],
        turns: Sequence[int],
        rare: frozenset[str],
        found: Sequence[Found],
    ) -> list[Found]:
        """Return what rules missed, given all that they found.

        ``turns`` are those with ``MAY_HOLD``, ``rare`` the words of the conversation that are not ``ORDINARY``.
        """
        spans: dict[int, list[Found]] = {}
        for one in found:
            spans.setdefault(one.turn, []).append(one)
        strange: dict[int, list[str]] = {}
        for word in strangers(rare):
            for turn, low in enumerate(lows):
                if word in low:
                    strange.setdefault(turn, []).append(word)
        hinted = frozenset(turns)
        wanted = [
            turn
            for turn in sorted(hinted.union(strange))
            if utterances[turn].speaker not in _FIELDS
            and (
                (turn in hinted and _is_still_numbered(lows[turn], spans.get(turn, ())))
                or any(_is_left(lows[turn], word, spans.get(turn, ())) for word in strange.get(turn, ()))
            )
        ]
        if not wanted:
            return []
        read = [turn for turn in turns_of(utterances, lows, wanted, found, self.table) if not _is_of_others(turn)]
        if not read:
            return []
        sums = iter(self._weights.take(columns(read)).sum(axis=1).tolist())
        added: list[Found] = []
        for turn in read:
            low = lows[turn.number]
            for first, last in self._spans(turn, sums):
                if not _is_other(turn.tokens, first, low):
                    one = _found(turn, first, last, low, found)
                    added += [one] if one.kind != "email" or _may_be_email(one, turn.topics[first], low) else ()
        return added

    def _spans(self, turn: Turn, sums: Iterator[int]) -> Iterator[tuple[int, int]]:
        """Yield the first and the last token of each span: tokens in a row, one of them likely, signs between them.

        ``sums`` are those of the tokens that are open.
        """
        first = last = -1
        highest = -1
        for index, token in enumerate(turn.tokens):
            if IS_SIGN[token.kind] and not turn.marks[index]:
                continue
            likely = None if turn.marks[index] else next(sums)
            if likely is not None and likely >= self.model.goes_on:
                is_sure = IS_NUMERIC[token.kind] or token.kind in _OF_EMAIL
                above = likely - (self.model.begins if is_sure else self.model.begins_as_word)
                first, highest = (index, above) if first < 0 else (first, max(highest, above))
                last = index
            else:
                if first >= 0 and highest >= 0:
                    yield first, last
                first = -1
        if first >= 0 and highest >= 0:
            yield first, last


def _is_of_others(turn: Turn) -> bool:
    """Return whether the numbers of a turn are of what is no person's, such as an order, by what was last spoken of."""
    its = {turn.topics[index] for index, token in enumerate(turn.tokens) if IS_NUMERIC[token.kind]}
    return bool(its) and its <= _OTHERS and its != {0}


def _is_other(tokens: Sequence[Token], first: int, low: str) -> bool:
    """Return whether the number in which a span begins is named as something else, such as an order."""
    while first and (IS_NUMERIC[tokens[first - 1].kind] or IS_SIGN[tokens[first - 1].kind]):
        first -= 1
    start = tokens[first].start
    return cue_before(low, start) == "other" and is_named(low, start)


def _left(low: str, found: Sequence[Found]) -> str:
    """Return a turn without what was found in it."""
    for one in found:
        low = _without(low, one.start, one.end)
    return low


def _without(low: str, start: int, end: int) -> str:
    return f"{low[:start]}{'.' * (end - start)}{low[end:]}"


def _found(turn: Turn, first: int, last: int, low: str, found: Sequence[Found]) -> Found:
    """Return a span: with what it touches, where that is of one kind, it is a whole."""
    tokens = turn.tokens[first : last + 1]
    start, end = tokens[0].start, tokens[-1].end
    kind = _kind(tokens, turn.topics[first])
    for one in found:
        if one.turn == turn.number and one.kind == kind:
            is_next = one.end <= start and _JOINT.fullmatch(low, one.end, start)
            if is_next or (end <= one.start and _JOINT.fullmatch(low, end, one.start)):
                start, end = min(start, one.start), max(end, one.end)
    return Found(turn.number, start, end, kind, "".join(filter(str.isalnum, low[start:end])))


def _may_be_email(one: Found, topic: int, low: str) -> bool:
    """Return whether an address was spoken of, or has a sign and a domain: ``at four point one`` is a rate."""
    text = low[one.start : one.end]
    return _name_of(topic) == "email" or "@" in text or _DOMAIN.search(text) is not None


def _name_of(topic: int) -> str:
    return TOPICS[(topic - 1) % len(TOPICS)] if topic else "other"


def _kind(tokens: Sequence[Token], topic: int) -> Kind:
    """Return the kind that was spoken of where the tokens may be of it, else the one that they look like."""
    name = _name_of(topic)
    kinds = {token.kind for token in tokens}
    has_numbers = any(IS_NUMERIC[kind] for kind in kinds)
    if not kinds.isdisjoint(_OF_EMAIL):
        return "email"
    if name in KINDS and (has_numbers or name not in _NUMERIC) and not (has_numbers and name == "name"):
        return name
    return "account" if has_numbers else "address" if CLASS["street"] in kinds else "name"


@cache
def second_opinion() -> SecondOpinion:
    """Return the one that comes along."""
    return SecondOpinion(msgspec.json.decode(_FILE.read_bytes(), type=Model))
