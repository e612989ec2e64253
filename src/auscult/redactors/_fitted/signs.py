"""Signs of every token: what it is, what is around it and around its number, who speaks, what was asked, what checks say.

Every sign is a column of weights: what its terms are, hashed. All is computed for some tokens at once.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from auscult.domain.privacy.redaction import KINDS, PLACEHOLDER, Kind, Utterance
from auscult.redactors._digits import lowered
from auscult.redactors._fitted.checks import (
    CODES,
    forms_in,
    is_long_ago,
    is_recent,
    phone_countries,
    shapes_in,
    signs_of,
)
from auscult.redactors._fitted.proofs import is_proven_card, is_usual, proofs
from auscult.redactors._fitted.runs import EXPIRY, Run, mixed_runs, runs_of
from auscult.redactors._fitted.tokens import (
    CLASS,
    COARSE,
    CUES,
    LISTS,
    NAMES_CODES,
    NUMBERS,
    SIDES,
    SORTS,
    STRONG,
    Table,
    Token,
    look,
    tokens_of,
)

BITS = 18
WIDTH = 1 << BITS
"""Columns of weights."""
Numbers = NDArray[np.int64]
Columns = NDArray[np.int32]
_NEVER = re.compile(
    r"\b20(?:\d\d-\d\d-\d\d[T ]\d\d:\d\d\S*|(?:2[4-9]|3\d)-\d\d-\d\d\b)"
    r"|(?<![\d.])(?:(?:2[0-4]|1?\d)?\d\.){3}(?:2[0-4]|1?\d)?\d(?![\d.])"
)
"""A date with its time or of these years, and the address of a computer, which are no person's data."""
_SIDE = {"agent": 0, "bot": 0, "customer": 1}
_CHAINED, _REACH, _APART, _LONGEST = 6, 4, 25, 19
"""Runs, turns, tokens and digits over which a number goes on."""
_OVER_RUNS = (9, 10, 11)
_SHAPES, _SIGNS, _MOST = 0xFFF, 5, 24
_MONTH, _AT, _NEXT, _ENDS = CLASS["month"], CLASS["at"], 2, 3
"""Tokens between a month and a day or a year at most, the one behind included, and those in which a number is said to end."""
_ANSWERS, _LONG_AGO, _FORGOTTEN = (3, 8), 4, 8
"""Digits of what answers a question for a code, turns after which it is long ago, and after which it is forgotten."""
_OF_THINGS, _NAMED, _FEW = 4, 6, 3
"""Digits of a number that may be a thing's, words before it that name it, and those with which it answers a question."""
_OF_PLACES, _POSTCODE = (LISTS["street"] - LISTS["of no place"]) | LISTS["of a place"], CODES["postcode"]
_OF_CARDS = frozenset((CODES["card"], CODES["card over runs"]))
CLASSES: Mapping[str, int] = {kind: number for number, kind in enumerate(KINDS, 1)}
"""Classes of tokens that are personal, by kind; 0 is that of the others."""
_ALONE = frozenset((SORTS["back"], SORTS["digits"]))
_OF_CARD_CODES = _ALONE | {SORTS["expiry"], SORTS["card"]}
"""Those that may be answered with a code, and all of which two name a card's code together."""
_OF_CODES = NAMES_CODES | _OF_CARD_CODES
_LONG, _REACH_OF_CARD = re.compile(r"\d(?:\W{0,3}\d){11}"), 2
"""Digits that may be a card's, and turns behind it in which its code may follow."""
_ROOM = 16
"""Empty tokens around all others."""
_LENGTHS, _FAR, _REST = np.array((1, 2, 3, 5, 8, 12, 20, 30)), 6, 4
_COARSE = np.array(COARSE)
_IS_LARGE = np.array([name.endswith((" large", " capital")) for name in CLASS])
_FARS = np.array((2, 3, 4, 6, 9, 15))
"""Tokens to a word that asks, from which on it is farther."""
_AROUND, _CLOSE, _NEXT_TO = np.arange(-6, 5), np.arange(-4, 5), np.arange(-1, 2)
"""Places of tokens around one whose words, classes and endings are signs."""


class Placed(NamedTuple):
    """A run with its turn; its tokens are numbered throughout the conversation."""

    run: Run
    turn: int


_HOUSE = re.compile(r"\[name(?: \d+)?\] (?:of|from|at|with) \w+")
"""A masked name with the speaker's company after it, which stays when masked text is redacted again."""


class Read:
    """Conversations as arrays of their tokens; before each turn is one of its side."""

    def __init__(self, *, has_packages: bool = True) -> None:
        """Begin with nothing. Without packages that the base install lacks, turns far from any word for a code are not read."""
        self._has_packages = has_packages
        self.rows: list[tuple[int, int, int, int]] = []
        self.start: list[int] = []
        self.end: list[int] = []
        self.turn: list[int] = []
        self.begins: list[int] = []
        self.sides: list[int] = []
        self.is_first: list[bool] = []
        self.open: list[bool] = []
        self.whole: list[bool] = []
        self.runs: list[Placed] = []
        self.numbers: list[tuple[int, int]] = []
        self.lows: list[str] = []
        self.checked: dict[int, set[int]] = {}
        self.proven: dict[int, Kind] = {}
        self.shaped: dict[int, Kind] = {}
        self.of_places: list[bool] = []
        self.dates: list[tuple[int, int]] = []
        self.kept: set[int] = set()
        self.cues: dict[int, int] = {}
        self.asked: list[tuple[int, int, int, int, int]] = []

    def add(self, utterances: Sequence[Utterance], table: Table, countries: tuple[str, ...] = ()) -> None:
        """Read one more conversation."""
        first = len(self.runs)
        looks = [look(text, table) for _, text in utterances]
        is_whole = [
            (asks and _SIDE.get(speaker) != 0) or (index > 0 and looks[index - 1][1])
            for index, ((_, asks, _), (speaker, _)) in enumerate(zip(looks, utterances, strict=True))
        ]
        is_open = [is_marked or whole for (is_marked, _, _), whole in zip(looks, is_whole, strict=True)]
        if not self._has_packages:
            is_open = [its and near for its, near in zip(is_open, _near_codes(utterances, looks), strict=True)]
            if not any(is_open):
                return
        for index, (speaker, text) in enumerate(utterances):
            low = lowered(text)
            side = _SIDE.get(speaker, SIDES - 1)
            self.begins.append(len(self.rows))
            self.sides.append(side)
            self.is_first.append(index == 0)
            self.lows.append(low)
            turn = len(self.begins) - 1
            tokens = tokens_of(text, low, table) if any(is_open[index : index + 2]) else []
            self.rows.append((0, side, 0, 0))
            if looks[index][2]:
                self.cues.update({at: CUES[t.low] for at, t in enumerate(tokens, len(self.rows)) if t.low in CUES})
            self.rows += [token[3:] for token in tokens]
            self.start += [0, *(token.start for token in tokens)]
            self.end += [0, *(token.end for token in tokens)]
            self.turn += [turn] * (len(tokens) + 1)
            self.open.append(is_open[index])
            self.whole.append(is_whole[index])
            if is_open[index]:
                self._check(tokens, low, turn, countries)
            self.of_places.append(self._names_a_place(tokens, turn))
            for pattern in (PLACEHOLDER, _HOUSE, _NEVER) if is_open[index] else ():
                for found in pattern.finditer(text):
                    self.kept.update(self._within(turn, *found.span()))
        self._chain(self.runs[first:], countries)
        self._hear([cues for _, _, cues in looks], self.runs[first:])
        self._follow(self.runs[first:])

    def _follow(self, runs: Sequence[Placed]) -> None:
        """Note for each run which numbers its side said last: what they are or how long, and whether in the same turn."""
        for index, (_, turn) in enumerate(runs):
            earlier = [
                self._sort(one.run) * 2 + (one.turn == turn)
                for one in runs[max(0, index - _CHAINED) : index]
                if self.sides[one.turn] == self.sides[turn] and turn - one.turn <= _REACH
            ]
            before, last = [0, 0, *earlier][-2:]
            self.numbers.append((last, before))

    def _sort(self, run: Run) -> int:
        """Return what a number is by its checks, or how long."""
        kind = self.proven.get(run.first)
        if kind is not None or not _OF_CARDS.isdisjoint(self.checked.get(run.first, ())):
            return _MOST + 1 + CLASSES[kind or "card"]
        return _MOST + 1 if EXPIRY.fullmatch(run.chars) else 1 + min(len(run.chars), _MOST - 1)

    def _hear(self, cues: Sequence[Sequence[int]], runs: Sequence[Placed]) -> None:
        """Note for each turn of a conversation what was asked for before, how long ago, and what is named behind it.

        ``cues`` are sorts of words by turn: the last one of a sort that asks for codes by itself counts, or the last one.
        """
        base = len(self.begins) - len(cues)
        sides = [*self.sides[base:], SIDES]
        answers = {turn - base for run, turn in runs if _ANSWERS[0] <= len(run.chars) <= _ANSWERS[1]}
        last = before = sorts = 0
        by = at = -1
        is_answered = False
        for index, its in enumerate(cues):
            ago = min(index - at, _LONG_AGO) if last and index - at <= _FORGOTTEN else 0
            if not ago:
                last = before = sorts = 0
            asked = (last * (_LONG_AGO + 1) + ago) * 4 + 2 * (by == sides[index]) + is_answered
            behind = [*cues[index + 1], 0][0] if index + 1 < len(cues) else 0
            is_other = index + 1 < len(cues) and sides[index + 1] != sides[index]
            self.asked.append((last, asked, before, 2 * behind + is_other, sorts))
            is_answered = is_answered or (index in answers and sides[index] != by)
            if its:
                new = [*its, *(each for each in its if each in STRONG)][-1]
                before, last = (before, last) if new == last else (last, new)
                by, at, is_answered = sides[index], index, False
                sorts = sum(1 << each for each in set(its))

    def _check(self, tokens: Sequence[Token], low: str, turn: int, countries: tuple[str, ...]) -> None:
        """Note the runs of a turn, and what checks say of them and of what is written."""
        base, first = self.begins[turn] + 1, len(self.runs)
        if any(token.kind in NUMBERS or token.kind == _AT or COARSE[token.kind] == COARSE[3] for token in tokens):
            proven = {each.first: each for each in proofs(tokens, has_packages=self._has_packages)}
            for run in runs_of(tokens, low, list(proven.values())):
                its = range(run.first + base, run.last + base + 1)
                self.runs.append(Placed(run._replace(first=its[0], last=its[-1]), turn))
                for sign in signs_of(run.chars, countries if self._has_packages else None) if run.chars else ():
                    self._mark(its, sign)
                near = {each.low for each in tokens[max(0, run.first - _ENDS) : run.first]}
                if len(run.chars) == _OF_THINGS and not LISTS["ending"].isdisjoint(near):
                    self._mark(its, CODES["ending"])
                is_thing = len(run.chars) >= _OF_THINGS and self._is_of_a_thing(tokens, run.first, turn)
                if is_thing:
                    self._mark(its, CODES["of a thing"])
                elif run.first in proven:
                    self.proven.update(dict.fromkeys(its, proven[run.first].kind))
                    self._mark(its if proven[run.first].kind == "email" else (), CODES["said email"])
        for mixed in mixed_runs(tokens, low):
            self._join(mixed._replace(first=mixed.first + base, last=mixed.last + base), first, turn)
        for at, token in enumerate(tokens, base):
            if token.kind == _MONTH:
                self._date(at, self.runs[first:])
        self._shapes(low, turn)

    def _join(self, mixed: Run, first: int, turn: int) -> None:
        """Put a run of a word of letters and digits in place of those in it, where none is proven or goes beyond it."""
        inner = [one for one in self.runs[first:] if one.run.first <= mixed.last and mixed.first <= one.run.last]
        is_known = any(
            one.run.first < mixed.first
            or mixed.last < one.run.last
            or (one.run.first, one.run.last) == (mixed.first, mixed.last)
            for one in inner
        )
        if not is_known and self.proven.keys().isdisjoint(range(mixed.first, mixed.last + 1)):
            its = [*(one for one in self.runs[first:] if one not in inner), Placed(mixed, turn)]
            self.runs[first:] = sorted(its, key=lambda one: one.run.first)

    def _shapes(self, low: str, turn: int) -> None:
        """Note the forms and shapes of what is written in a turn."""
        has_digit = any(map(str.isdecimal, low))
        for start, end, kind in shapes_in(low, has_digit=has_digit and self.sides[turn] != _SIDE["agent"]):
            self.shaped.update(dict.fromkeys(self._within(turn, start, end), kind))
        for start, end, sign in forms_in(low, has_digit=has_digit, has_packages=self._has_packages):
            its = self._within(turn, start, end)
            self._mark(its, sign)
            if sign == CODES["email"] and low[start:end].partition("@")[0] in LISTS["mailboxes"]:
                self._mark(its, CODES["mailbox"])
            elif sign == CODES["email"]:
                self.proven.update(dict.fromkeys(its, "email"))

    def _names_a_place(self, tokens: Sequence[Token], turn: int) -> bool:
        """Return whether a turn has a street, a postcode or a word that goes with a place."""
        its = range(self.begins[turn] + 1, len(self.rows))
        return not _OF_PLACES.isdisjoint(token.low for token in tokens) or any(
            self.shaped.get(at) == "address" or _POSTCODE in self.checked.get(at, ()) for at in its
        )

    def _is_of_a_thing(self, tokens: Sequence[Token], first: int, turn: int) -> bool:
        """Return whether the words before a number, or the question, name a thing rather than a card or an account."""
        words = [token.low for token in tokens[max(0, first - _NAMED) : first]]
        if first <= _FEW and turn and not self.is_first[turn]:
            asked = range(self.begins[turn - 1] + 1, self.begins[turn])
            words = [self.lows[turn - 1][self.start[at] : self.end[at]] for at in asked] + words
        for word in reversed(words):
            if word in LISTS["of a card"]:
                return False
            if word in LISTS["of a thing"]:
                return True
        return False

    def _date(self, month: int, runs: Sequence[Placed]) -> None:
        """Note a date around the name of a month, by what is known of its year."""
        before = next((run for run, _ in runs if 0 < month - run.last <= _NEXT), None)
        behind = next((run for run, _ in runs if 0 < run.first - month <= _NEXT), None)
        if before is None and behind is None:
            return
        digits = "" if behind is None else behind.chars[-4:] if len(behind.chars) > 3 else behind.chars[-2:]  # noqa: PLR2004
        is_year = digits.isdecimal() and len(digits) in (2, 4)
        name = "said birth" if is_year and is_long_ago(digits) else "said date" if is_year else "said part of date"
        name = "recent" if is_year and is_recent(digits) else name
        first, last = month if before is None else before.first, month if behind is None else behind.last
        self._mark(range(first, last + 1), CODES[name])
        self.dates.append((first, last))

    def _within(self, turn: int, start: int, end: int) -> Iterable[int]:
        """Return the tokens of a turn that overlap a span of it."""
        last = self.begins[turn + 1] if turn + 1 < len(self.begins) else len(self.start)
        its = range(self.begins[turn] + 1, last)
        return [at for at in its if self.start[at] < end and start < self.end[at]]

    def _mark(self, tokens: Iterable[int], sign: int) -> None:
        for at in tokens:
            self.checked.setdefault(at, set()).add(sign)

    def _chain(self, runs: Sequence[Placed], countries: tuple[str, ...]) -> None:
        """Note runs of one side that are a card or a telephone number only together."""
        for index, (run, turn) in enumerate(runs):
            if not run.chars.isdecimal():
                continue
            digits, its, last = run.chars, [run], turn
            for later, its_turn in runs[index + 1 : index + _CHAINED]:
                is_far = its_turn - last > _REACH or later.first - its[-1].last > _APART
                if is_far or len(digits) + len(later.chars) > _LONGEST:
                    break
                if self.sides[its_turn] != self.sides[turn]:
                    continue
                if not later.chars.isdecimal():
                    break
                digits, last = digits + later.chars, its_turn
                its.append(later)
                may_be_phone = self._has_packages and len(digits) in _OVER_RUNS
                is_phone = may_be_phone and phone_countries(digits, countries)
                name = (
                    "card over runs"
                    if is_proven_card(digits) and is_usual(digits)
                    else "phone over runs"
                    if is_phone
                    else ""
                )
                for each in its if name else ():
                    self._mark(range(each.first, each.last + 1), CODES[name])


def _near_codes(utterances: Sequence[Utterance], looks: Sequence[tuple[bool, bool, list[int]]]) -> list[bool]:
    """Return for each turn whether a code is spoken of, or may follow a card's number, in it or close before or behind it.

    Where nothing in the conversation names a code, only what follows ``on the back`` or ``digits`` at once is near.
    """
    near, sorts = [False] * len(looks), {each for _, _, cues in looks for each in cues}
    numbers = [_LONG.search(text) is not None for _, text in utterances]
    is_likely = any(numbers) or not NAMES_CODES.isdisjoint(sorts) or len(_OF_CARD_CODES & sorts) > 1
    for index, (is_number, (_, _, cues)) in enumerate(zip(numbers, looks, strict=True)):
        reach = _LONG_AGO if not _OF_CODES.isdisjoint(cues) else _REACH_OF_CARD if is_number else -1
        if not is_likely:
            reach = -1 if _ALONE.isdisjoint(cues) else 1
        for at in range(max(0, index - is_likely), min(index + reach + 1, len(near))):
            near[at] = True
    return near


_BAGS = (10, 5, 12)
_BEFORE, _AFTER = np.arange(1, _BAGS[0] + 1), np.arange(1, _BAGS[1] + 1)
"""Words before, behind and in the turn before that count wherever they are."""
_TERMS: list[tuple[str, ...]] = [
    (), *((f"w{by}",) for by in range(-6, 5)), *((f"c{by}",) for by in range(-4, 5)),
    ("c-1", "c0"), ("c0", "c1"), ("c-1", "c0", "c1"), ("c-2", "c-1", "c0"), ("c0", "c1", "c2"), ("w-1", "c0"),
    ("w-2", "w-1", "c0"), ("w1", "c0"), ("head",), ("t0",), ("head", "c0"), ("t0", "c0"), ("w-2", "c0"),
    ("w-3", "w-2", "w-1"), ("t-1", "c0"), ("t1", "c0"),
    *((f"before{by}", "size") for by in range(1, 5)), *((f"before{by}", "coarse") for by in range(1, 7)),
    ("class before1", "size"), ("class before1", "class before2", "coarse"),
    *((f"behind{by}", "coarse") for by in range(1, 4)), *((f"behind{by}", "size") for by in range(1, 4)),
    ("class behind1", "size"), ("class behind1", "class before1", "coarse"), ("size", "c0"), ("size", "shape"),
    ("size", "place"), ("size", "side"), ("size", "how"), ("how", "coarse"), ("how", "before1"),
    ("before1", "before2", "coarse"), ("size", "shape", "before1"), ("size", "how", "rest"),
    ("length", "coarse", "side"), ("length", "size"), ("at", "coarse", "side"), ("first", "coarse", "at"),
    ("rest", "size", "side"), ("side", "c0"),
    *((f"before{by}", "coarse", "#before") for by in range(1, _BAGS[0] + 1)),
    *((f"behind{by}", "coarse", "#behind") for by in range(1, _BAGS[1] + 1)),
    *((f"asked{by}", "coarse", "#asked") for by in range(_BAGS[2])),
    *((f"asked{by}", "size", "#asked size") for by in range(_BAGS[2])),
    *((f"check{by}", "coarse", "#check") for by in range(_SIGNS)),
    *((f"check{by}", "before1", "#check before") for by in range(_SIGNS - 1)),
    ("checks", "coarse"), ("checks", "size"), ("start", "size"),
    ("cue near", "size"), ("cue near", "coarse"), ("cue", "size", "side"), ("cue", "how", "size"),
    ("cue", "c0", "chunk"), ("cue behind near", "size"), ("cue behind", "coarse"), ("ask", "size"),
    ("ask", "coarse"), ("asked for", "size", "rest"), ("asked for", "size", "length"),
    ("asked for", "cue", "size"), ("asked for", "c0", "rest"), ("named next", "size"),
    ("named next", "coarse", "rest"), ("ask", "shape"), ("asked earlier", "asked for", "size"),
    ("cue", "w-1", "coarse"), ("asked for", "coarse", "at"), ("chunk", "coarse"),
    ("chunk", "asked for", "coarse"), ("cue", "cue behind", "size"), ("asked for", "chunk", "cue"),
    ("sorts", "coarse"), ("sorts", "size"), ("sorts", "c0", "rest"), ("cue near", "chunk"),
    ("sorts", "rest", "size"), ("last number", "size"), ("last number", "number before", "size"),
    ("last number", "coarse"), ("last number", "before1", "size"), ("last number", "cue", "size"),
    ("last number", "asked for", "size"),
]  # fmt: skip
"""Signs, each as what its terms are; those with one name behind # are of one sort, whatever their places."""
_BLOCKS = (
    "", "coarse", "size", "shape", "place", "how", "last number", "number before", "side", "first", "start", "length",
    "at", "rest", "head", *(f"check{by}" for by in range(_SIGNS)), "checks", *(f"w{by}" for by in range(-6, 5)),
    *(f"c{by}" for by in range(-4, 5)), *(f"t{by}" for by in range(-1, 2)),
    *(f"before{by}" for by in range(1, _BAGS[0] + 1)), "class before1", "class before2", "class behind1",
    *(f"behind{by}" for by in range(1, _BAGS[1] + 1)), *(f"asked{by}" for by in range(_BAGS[2])),
    "cue", "cue near", "cue behind", "cue behind near", "asked for", "ask", "asked earlier", "named next", "sorts",
    "chunk",
)  # fmt: skip
"""Inputs of the signs, in the order in which ``_values`` has them."""
_PLACES = {name: place for place, name in enumerate(_BLOCKS)}


def _layout() -> tuple[Numbers, NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the inputs of each sign, the factors of its terms, and a number of its own."""
    inputs = np.zeros((3, len(_TERMS)), dtype=np.int64)
    own: list[int] = []
    for index, terms in enumerate(_TERMS):
        names = [name for name in terms if name[0] != "#"]
        inputs[: len(names), index] = [_PLACES[name] for name in names]
        sort = terms[-1] if terms and terms[-1][0] == "#" else str(index)
        own.append(crc32(sort.encode()) * 0x9E3779B97F4A7C15 % 2**64)
    factors = [crc32(b"%d" % index) * 0xD6E8FEB86659FD93 % 2**64 | 1 for index in range(3)]
    return inputs, np.array(factors, dtype=np.uint64), np.array(own, dtype=np.uint64)


_INPUTS, _FACTORS, _OWN = _layout()


def columns(read: Read, kept: Numbers) -> Columns:
    """Return the columns of weights of some tokens, one row a token."""
    table = _values(read, kept).astype(np.uint64)
    table[:, 1:] += np.uint64(1)
    hashed: NDArray[np.uint64] = table[:, _INPUTS[0]] * _FACTORS[0]
    hashed += table[:, _INPUTS[1]] * _FACTORS[1]
    hashed += table[:, _INPUTS[2]] * _FACTORS[2]
    hashed += _OWN
    hashed ^= hashed >> np.uint64(29)
    hashed *= np.uint64(0xBF58476D1CE4E5B9)
    hashed >>= np.uint64(64 - BITS)
    return hashed.astype(np.int32)


def _values(read: Read, kept: Numbers) -> Numbers:
    """Return the inputs of the signs, one row a token, in the order of ``_BLOCKS``."""
    count = len(read.rows)
    rows = np.zeros((4, count + 2 * _ROOM), dtype=np.int64)
    rows[:, _ROOM : count + _ROOM] = np.array(read.rows, dtype=np.int64).T
    words, classes, heads, tails = rows
    turn = np.array(read.turn, dtype=np.int64).take(kept)
    begins = np.array([*read.begins, count], dtype=np.int64)
    first, behind = begins.take(turn), begins.take(turn + 1)
    is_first = np.array(read.is_first, dtype=np.int64).take(turn)
    begin, last, *of_run, start = _of_runs(read, kept)
    at, length = kept + _ROOM, behind - first - 1
    alone = (
        np.zeros_like(kept), _COARSE.take(classes.take(at)), *of_run, np.array(read.sides).take(turn), is_first, start,
        np.searchsorted(_LENGTHS, length, side="right"), np.minimum(kept - first, _FAR),
        np.minimum(length - (last - begin + 1), _REST), heads.take(at),
    )  # fmt: skip
    after = last[:, None] + _AFTER
    asked = first[:, None] - 1 - np.arange(_BAGS[2])
    before = np.where(is_first > 0, count, begins.take(np.maximum(turn - 1, 0)))[:, None]
    return np.concatenate(
        (
            np.array(alone).T,
            _of_checks(read, kept),
            words.take(at[:, None] + _AROUND),
            classes.take(at[:, None] + _CLOSE),
            tails.take(at[:, None] + _NEXT_TO),
            words.take(begin[:, None] + _ROOM - _BEFORE),
            classes.take(begin[:, None] + _ROOM - _BEFORE[:2]),
            classes.take(last[:, None] + _ROOM + 1),
            np.where(after < behind[:, None], words.take(after + _ROOM), 0),
            np.where(asked > before, words.take(np.maximum(asked, -_ROOM) + _ROOM), 0),
            _of_cues(read, begin, last, first, behind),
            np.array(read.asked, dtype=np.int64).take(turn, axis=0),
            _of_words(read, kept)[:, None],
        ),
        axis=1,
    )


def _of_cues(read: Read, begin: Numbers, last: Numbers, first: Numbers, behind: Numbers) -> Numbers:
    """Return the nearest words that ask before and behind the run of each token, in its turn: their sort, with how far."""
    count = len(read.rows)
    places = np.array(list(read.cues), dtype=np.int64)
    sort, before, after = np.zeros(count + 1, dtype=np.int64), np.full(count + 1, -1), np.full(count + 1, count)
    sort[places] = list(read.cues.values())
    before[places] = after[places] = places
    earlier = np.maximum.accumulate(before).take(np.maximum(begin - 1, 0))
    later = np.minimum.accumulate(after[::-1])[::-1].take(last + 1)
    is_before, is_behind = earlier > first, later < behind
    cue, cue_behind = sort.take(earlier) * is_before, sort.take(later) * is_behind
    far, far_behind = (np.searchsorted(_FARS, by, side="right") for by in (begin - earlier, later - last))
    return np.array((cue, cue * 8 + far * is_before, cue_behind, cue_behind * 8 + far_behind * is_behind)).T


def _of_words(read: Read, kept: Numbers) -> Numbers:
    """Return what the word between blanks of each token has: digits, letters, a sign within, a capital."""
    starts, ends, classes = np.array(read.start), np.array(read.end), np.array([row[1] for row in read.rows])
    coarse = _COARSE.take(classes)
    is_new = np.ones(len(starts), dtype=bool)
    is_new[1:] = (starts[1:] != ends[:-1]) | (starts[1:] == 0)
    is_within = (coarse == 0) & ~is_new & ~np.append(is_new[1:], True)
    has = (coarse == 1) + 2 * (coarse > 1) + 4 * is_within + 8 * _IS_LARGE.take(classes)
    return np.bitwise_or.reduceat(has, np.flatnonzero(is_new)).take((np.cumsum(is_new) - 1).take(kept))


def _of_runs(read: Read, kept: Numbers) -> Sequence[Numbers]:
    """Return where the run of each token begins and ends, and how it is; a token outside of one is its own."""
    count = len(read.rows)
    facts = np.zeros((9, count), dtype=np.int64)
    facts[0] = facts[1] = np.arange(count)
    for (run, _), numbers in zip(read.runs, read.numbers, strict=True):
        how = 1 + run.is_said + 2 * run.is_corrected + 4 * run.is_sum + 8 * min(run.letters, 3)
        its = slice(run.first, run.last + 1)
        facts[:, its] = np.array(
            (
                run.first,
                run.last,
                min(len(run.chars), _MOST),
                crc32(run.shape.encode()) & _SHAPES,
                3,
                how,
                *numbers,
                _start(run),
            )
        )[:, None]
        facts[4, run.first], facts[4, run.last] = 1, 2
    return list(facts.take(kept, axis=1))


def _start(run: Run) -> int:
    """Return a number of the first three digits or letters of a run: ranges of numbers begin with them."""
    return crc32(run.chars[:3].encode()) & _SHAPES


def _of_checks(read: Read, kept: Numbers) -> Numbers:
    """Return the first signs of checks of each token, and a number of all together."""
    checks = np.zeros((len(read.rows), _SIGNS + 1), dtype=np.int64)
    for at, signs in read.checked.items():
        its = sorted(signs)
        checks[at, : min(len(its), _SIGNS)] = its[:_SIGNS]
        checks[at, _SIGNS] = crc32(bytes(its)) & 0xFFFF
    return checks.take(kept, axis=0)
