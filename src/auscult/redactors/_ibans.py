"""IBANs, written and said, in one turn or in several: read unit by unit along the form that their country gives them.

What is between two units is skipped, and after a correction reading goes on from each of the units before it: the
check digits decide which reading is right.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from stdnum import iban, numdb

from auscult.domain.privacy.redaction import Found
from auscult.redactors._digits import DOUBTFUL, WORDS, Piece, pieces_of
from auscult.redactors._patterns import TurnsOf, searcher
from auscult.redactors._words import words_of

_LISTS = words_of("words.txt")
_WORDS_TOO = _LISTS["countries_and_words"]
_COUNTRIES = _LISTS["countries"] | _WORDS_TOO
_DIGIT = rf"(?:\d|(?:{'|'.join(sorted(WORDS - DOUBTFUL))})\b)"
_CODES, _CODES_TOO, _ALPHABET = (
    "|".join(sorted(each)) for each in (_COUNTRIES - _WORDS_TOO, _WORDS_TOO, _LISTS["alphabet"])
)
_SPELLED = rf"\b[a-z],? (?:is for|as|for|like) [a-z]|\b(?:{_ALPHABET})[^a-z\n]{{1,3}}(?:{_ALPHABET}|[a-z]\b)"
_HEAD_WORDS = "(?:iban|konto|account)?"
BEGINNING = searcher(
    rf"\b{_HEAD_WORDS}(?:{_CODES})[^a-z\n]{{0,3}}(?:(?:um|uh|er|then|and)[^a-z\n]{{1,3}})?{_DIGIT}"
    rf"|\b{_HEAD_WORDS}(?:{_CODES_TOO})[^a-z\n]{{0,3}}\d\d|{_SPELLED}"
    rf"|\b[a-z][^a-z\d\n]{{1,3}}[a-z][^a-z\n]{{1,3}}(?:o\b|{_DIGIT})[^a-z\n]{{0,3}}(?:o\b|{_DIGIT})"
    rf"|\be,? ese,? {_DIGIT}"
)
"""A country that is followed by check digits, or is spelled by words."""
_ANY = searcher(
    rf"\b{_HEAD_WORDS}(?:{_CODES}|{_CODES_TOO})(?:\d|\b)|{_SPELLED}|\b[a-z]\b[^a-z\d\n]{{0,3}}\b(?:[a-z]|ese)\b"
)
"""Where IBANs are spoken of also a country by itself."""
_HEADED = re.compile(r"(?:iban|konto|account)([a-z]{2})$")
_CORRECTS = _LISTS["corrects"]
_LINKS = _LISTS["between_digits"] | _LISTS["between_parts"] | _CORRECTS
"""Words between parts of a number, which are no letters of a bank."""
_BEAM = 32
"""Readings that are followed at once."""
_SKIPPED = 9
"""Words that may be between two units."""
_DIGIT_SKIPPED = 4
"""Words for which a digit counts that is there."""
_TAKEN_BACK = 9
"""Units before a correction from which on an IBAN may be said again."""
_CORRECTED = 3
"""Words for which a correction counts, where there was none."""
_LEAST = 10
"""Letters and digits of one that is cut off, or has wrong check digits, and counts where an IBAN is expected."""
_BEFORE_REST = 4
"""Words before further digits of one that was not read to its end."""
_WITH_BANK, _OF_BANK = "aannaaaa", 4
"""How IBANs of countries begin that name the bank by four letters."""
_HEAD = 4
"""The country and the check digits."""

_Pieces = Sequence[tuple[int, Piece]]
"""Pieces with their turns."""


class _State(NamedTuple):
    """A reading: its characters, how many there were before each unit, the pieces that it used, and words skipped.

    ``cost`` counts the words skipped in all, and more for each correction.
    """

    chars: str
    bounds: tuple[int, ...]
    used: tuple[int, ...]
    skipped: int = 0
    cost: int = 0


class IbanReader:
    """Reads the IBANs of a conversation."""

    def __init__(
        self,
        lows: Sequence[str],
        following: Callable[[int], Iterable[int]],
        has_cue: Callable[[int], bool | None],
        turns_of: TurnsOf,
    ) -> None:
        """``following``: turns in which a number of a turn may go on. ``has_cue``: whether an IBAN is expected in a turn.

        It gives None where neither an IBAN nor anything else is. ``turns_of`` returns the turns with ``BEGINNING``.
        """
        self._turns_of = turns_of
        self._lows = lows
        self._following = following
        self._has_cue = has_cue
        self._pieces: dict[int, list[Piece]] = {}

    def find(self, turns: Iterable[int]) -> Iterator[Found]:
        """Yield the parts of the IBANs that begin in these turns, or in any where one is spoken of."""
        if any("iban" in low for low in self._lows):
            where = [turn for turn, low in enumerate(self._lows) if _ANY.search(low) is not None]
        else:
            shown = self._turns_of(BEGINNING)
            where = [turn for turn in turns if turn in shown]
        taken: set[tuple[int, int]] = set()
        for turn in where:
            pieces: list[tuple[int, Piece]] = [(turn, piece) for piece in self._of(turn)]
            size, is_longer = len(pieces), False
            for at in range(size):
                begun = None if (turn, pieces[at][1].start) in taken else _begun(pieces, at)
                if begun is None:
                    continue
                if not is_longer:
                    pieces += [(each, one) for each in self._following(turn) for one in self._of(each)]
                    is_longer = True
                read = _read(pieces, begun, has_cue=self._has_cue(turn)) or self._with_answer(pieces, begun, turn)
                if read is not None:
                    its = [pieces[index] for index in read.used]
                    taken |= {(each, one.start) for each, one in its}
                    yield from _found(its, read.chars)

    def _with_answer(self, pieces: list[tuple[int, Piece]], begun: _State, turn: int) -> _State | None:
        """Return the IBAN that one side begins and the next turn ends: ``I have ES94 2100, and the rest?``."""
        if turn + 1 == len(self._lows) or not _is_direct(pieces, begun):
            return None
        own = [(each, piece) for each, piece in pieces if each == turn]
        joined = [*own, *((turn + 1, piece) for piece in self._of(turn + 1))]
        form = form_of(begun.chars)
        ended = _walk(joined, begun, form, takes_back=False) if _has_digits(joined, begun, form) else ()
        its = next((state for state in ended if is_iban(state.chars)), None)
        if its is not None:
            pieces[:] = joined
        return its

    def _of(self, turn: int) -> list[Piece]:
        if turn not in self._pieces:
            self._pieces[turn] = pieces_of(self._lows[turn])
        return self._pieces[turn]


def _found(its: Sequence[tuple[int, Piece]], number: str) -> Iterator[Found]:
    by_turn: dict[int, list[Piece]] = {}
    for turn, piece in its:
        by_turn.setdefault(turn, []).append(piece)
    for turn, pieces in by_turn.items():
        start, end = min(piece.start for piece in pieces), max(piece.end for piece in pieces)
        yield Found(turn, start, end, "iban", number)


def _begun(pieces: _Pieces, at: int) -> _State | None:
    """Return the state behind a country, None where none begins at a piece."""
    piece = pieces[at][1]
    headed = _HEADED.match(piece.word)
    country, used = headed[1] if headed else piece.word, (at,)
    if country not in _COUNTRIES:
        if not _letter(piece):
            return None
        second = next(
            (index for index in range(at + 1, min(at + 5, len(pieces))) if not _is_sign(pieces[index][1])), at
        )
        country, used = (_letter(piece) + _letter(pieces[second][1])).lower(), (at, second)
        if second == at:
            return None
    return _State(country.upper(), (), used) if country in _COUNTRIES else None


def _read(pieces: _Pieces, begun: _State, *, has_cue: bool | None) -> _State | None:
    """Return the reading of the IBAN that begins so, None where there is none.

    One with wrong check digits, or without its end, is one where an IBAN is expected; elsewhere one of full length.
    """
    at, form = begun.used[0], form_of(begun.chars)
    if pieces[at][1].word in _WORDS_TOO and not has_cue and not _is_direct(pieces, begun):
        return None
    if not has_cue and not form.startswith(_WITH_BANK) and not _has_digits(pieces, begun, form):
        return None
    ended = _walk(pieces, begun, form, takes_back=has_cue is not False)
    right = next((state for state in ended if is_iban(state.chars)), None)
    if right is not None:
        between = (piece.word for _, piece in pieces[at : right.used[-1]])
        is_plain = right.chars == _plain(pieces, right.used) and _CORRECTS.isdisjoint(between)
        return right if is_plain else _with_rest(pieces, right)
    if not _is_direct(pieces, begun):
        return None
    if has_cue:
        ended += _walk(pieces, begun, form[:_HEAD] + "c" * (len(form) - _HEAD), takes_back=True)
    longest = max(ended, key=lambda state: (len(state.chars), state.used[-1]), default=begun)
    is_plain = has_cue or (has_cue is None and longest.cost == 0 and pieces[at][1].word not in _WORDS_TOO)
    is_whole = len(longest.chars) == len(form) and is_plain
    if not is_whole and not (has_cue and len(longest.chars) >= _LEAST):
        spelled = [state for state in ended if has_cue is not False and _is_spelled_bank(pieces, begun, state, form)]
        return min(spelled, key=lambda state: (-len(state.chars), state.cost), default=None)
    return _with_rest(pieces, longest)


def _is_spelled_bank(pieces: _Pieces, begun: _State, state: _State, form: str) -> bool:
    """Return whether a reading has the check digits and the four letters of a bank, which are spelled."""
    letters = [index for index in state.used[len(begun.used) :] if _letter(pieces[index][1])]
    return form.startswith(_WITH_BANK) and len(state.chars) >= len(_WITH_BANK) and len(letters) >= _OF_BANK


def _plain(pieces: _Pieces, used: Iterable[int]) -> str:
    """Return pieces as they are read first: without what a correction takes back, and without a second reading."""
    return "".join(
        _letter(pieces[index][1]).upper() or pieces[index][1].chars or pieces[index][1].word.upper() for index in used
    )


def _with_rest(pieces: _Pieces, state: _State) -> _State:
    """Add the digits that go on from a reading which may not have been to the end of the IBAN."""
    skipped, rest = 0, list[int]()
    for index in range(state.used[-1] + 1, len(pieces)):
        piece = pieces[index][1]
        if piece.chars.isdecimal() and piece.word not in DOUBTFUL:
            skipped = 0
            rest.append(index)
        elif not _is_sign(piece):
            skipped += 1
        if skipped > _BEFORE_REST:
            break
    return state._replace(used=(*state.used, *rest))


def _is_direct(pieces: _Pieces, begun: _State) -> bool:
    """Return whether a digit follows right on the country, as hardly after ``is`` or ``it``."""
    return any(piece.chars.isdecimal() for _, piece in pieces[begun.used[-1] + 1 : begun.used[-1] + 3])


def _has_digits(pieces: _Pieces, begun: _State, form: str) -> bool:
    """Return whether there are as many digits behind a country as a whole IBAN of its form has."""
    due = form.count("n")
    for _, piece in pieces[begun.used[-1] + 1 :]:
        due -= max(len(piece.chars), len(piece.other), piece.word == "o")
        if due <= 0:
            break
    return due <= 0


def _walk(pieces: _Pieces, begun: _State, form: str, *, takes_back: bool) -> list[_State]:
    """Return the readings that go no further, those of full length and right check digits first."""
    states, ended = [begun], [begun]
    for index in range(begun.used[-1] + 1, len(pieces)):
        states, longer = _after(pieces, index, states, form, takes_back=takes_back)
        ended += longer
        if not states:
            break
        right = [state for state in longer if len(state.chars) == len(form) and is_iban(state.chars)]
        if right:
            return right
    return ended


def _after(
    pieces: _Pieces, index: int, states: Sequence[_State], form: str, *, takes_back: bool
) -> tuple[list[_State], list[_State]]:
    """Return the readings behind a piece, and those of them that it made longer."""
    piece = pieces[index][1]
    following: dict[str, _State] = {}
    longer: list[_State] = []
    for state in states:
        is_read = False
        for chars in _readings(pieces, index, form[len(state.chars) :]):
            if _fits(form, len(state.chars), chars):
                bounds = (*state.bounds, len(state.chars))
                after = _State(state.chars + chars, bounds, (*state.used, index), cost=state.cost)
                longer.append(after)
                following.setdefault(after.chars, after)
                is_read = True
        if _is_sign(piece):
            following.setdefault(state.chars, state)
            continue
        is_digit = piece.chars.isdecimal() and piece.word not in DOUBTFUL
        cost = _DIGIT_SKIPPED if is_digit else 1
        if not (is_read and is_digit) and state.skipped + cost <= _SKIPPED:
            following.setdefault(state.chars, state._replace(skipped=state.skipped + cost, cost=state.cost + cost))
        if takes_back and piece.word in _CORRECTS:
            for size in state.bounds[-_TAKEN_BACK:]:
                its = state._replace(chars=state.chars[:size], bounds=tuple(b for b in state.bounds if b < size))
                following.setdefault(its.chars, its._replace(skipped=0, cost=state.cost + _CORRECTED))
    kept = sorted(following.values(), key=lambda state: (state.cost, -len(state.chars)))[:_BEAM]
    return kept, longer


def _readings(pieces: _Pieces, index: int, rest: str) -> Iterator[str]:
    """Yield what a piece may be where ``rest`` of a form is due: ``o`` is a letter or a digit, ``nwbk`` four letters."""
    turn, piece = pieces[index]
    is_last = index + 1 == len(pieces) or pieces[index + 1][0] != turn
    following = piece if is_last else pieces[index + 1][1]
    if piece.chars and not (
        piece.word in ("a", "i") and not is_last and not following.chars and following.word[:1].isalnum()
    ):
        yield piece.chars
        if piece.other:
            yield piece.other
    if piece.word == "o":
        yield "O" if piece.chars == "0" else "0"
    size = len(piece.word)
    is_word = piece.word in _LINKS or piece.chars.isdecimal()
    if size > 1 and piece.word.isalpha() and piece.word.isascii() and not is_word:
        is_bank = rest[:size] == "a" * size and rest[size : size + 1] != "a"
        if is_bank or any(
            piece.start == other.end or piece.end == other.start
            for _, other in pieces[max(0, index - 1) : index + 2]
            if other.word.isdecimal()
        ):
            yield piece.word.upper()


def _fits(form: str, size: int, chars: str) -> bool:
    """Return whether characters may follow ``size`` others."""
    kinds = form[size : size + len(chars)]
    if len(kinds) < len(chars):
        return False
    return all(kind == "c" or (kind == "a") == char.isalpha() for kind, char in zip(kinds, chars, strict=True))


def _letter(piece: Piece) -> str:
    """Return the letter that a piece is, empty where it is none."""
    if len(piece.word) == 1 and piece.word.isalpha():
        return piece.word
    if piece.word == "ese":
        return "s"  # of Spain's "e ese"
    return piece.chars if len(piece.chars) == 1 and piece.chars.isalpha() else ""


def _is_sign(piece: Piece) -> bool:
    return not piece.word[:1].isalnum() and not piece.chars


@lru_cache(maxsize=128)
def form_of(country: str) -> str:
    """Return the characters of a country's IBANs by kind, ``a`` letter, ``n`` digit, ``c`` either; empty if unknown."""
    known: Any = numdb.get("iban").info(country)
    bban: str = known[0][1].get("bban", "") if known else ""
    return "aann" + "".join(kind * int(size) for size, kind in re.findall(r"(\d+)!?([nac])", bban)) if bban else ""


@lru_cache(maxsize=1024)
def is_iban(number: str) -> bool:
    """Return whether letters and digits in capitals are an IBAN, by length and check digits."""
    return bool(iban.is_valid(number, check_country=False))
