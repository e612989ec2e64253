"""From the kinds of tokens to spans: one value is one mask, whole, with what belongs to it on both sides."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

from auscult.domain.privacy.redaction import Found, Kind
from auscult.redactors._recogniser.numbers import IBAN_LENGTH
from auscult.redactors._recogniser.signs import Read
from auscult.redactors._recogniser.validators import CARD_LENGTHS
from auscult.wording.word_lists import read_words

_SPELLED = frozenset(
    {"card", "iban", "phone", "national_number", "account", "security_code", "expiry", "birth_date", "email"}
)
_NUMBERS = frozenset({"card", "iban", "phone", "national_number", "account"})
_DECIMAL = frozenset({"card", "phone"})
_WHOLE = {"card": ("card",), "iban": ("iban", "ibanlike"), "email": ("email", "maildomain", "mailat")}
"""Signs of validators by kinds: what they hold is masked as a whole."""
_APART, _JOINED, _NAMING = 8, 3, 3
"""Tokens between two parts of a value where one takes the other back, and otherwise; and from a name to its number."""
_PHONE_DIGITS = 9
_LEAST_NAME = 3
_JOINING = frozenset({"filler", "correct", "dot", "at", "last", "ordinal", "month"})


class Piece(NamedTuple):
    """Tokens of a turn that are one value: first and last, and the kind."""

    first: int
    last: int
    kind: str


@cache
def _edges() -> Mapping[str, frozenset[str]]:
    return read_words(Path(__file__).with_name("edges.txt"))


def pieces(read: Read, labels: Mapping[int, str]) -> list[Piece]:
    """Return the values of a turn from the kinds of its tokens.

    Two validators have the last word: what passes the check of an IBAN is one, and a card for tests is none.
    """
    labels = {at: kind for at, kind in labels.items() if "testcard" not in read.valid.get(at, ())}
    _without_amounts(read, labels)
    labels.update({at: "iban" for at, signs in read.valid.items() if "iban" in signs or _is_written_iban(read, at)})
    _complete(read, labels)
    _without_codes_behind(read, labels)
    _without_places_of_names(read, labels)
    found: list[Piece] = []
    for at in sorted(labels):
        kind, before = labels[at], found[-1] if found else None
        if before is not None and before.kind == kind and _belongs(read, before.last, at, kind):
            found[-1] = before._replace(last=at)
        else:
            found.append(Piece(at, at, kind))
    its = [piece for piece in _cards_whole(read, found) if not _is_of_other(read, piece)]
    return [_widened(read, piece, labels) for piece in its]


def _without_amounts(read: Read, labels: dict[int, str]) -> None:
    """Take the kind from numbers before a currency or a unit, and from words right behind these."""
    for run in read.turn.runs:
        behind = run[-1].last + 1
        is_short = sum(len(unit.chars) for unit in run) < _PHONE_DIGITS
        if is_short and behind < len(read.forms) and read.turn.words[behind] in _edges()["amounts"]:
            while behind in labels:
                behind += 1
            for at in range(run[0].first, behind):
                labels.pop(at, None)


def _without_codes_behind(read: Read, labels: dict[int, str]) -> None:
    """Take the kind from letters with digits right behind a whole card or telephone number, which are none of it."""
    for run in read.turn.runs:
        *number, last = run
        if last.is_said or last.chars.isdecimal() or len(last.chars) == 1 or labels.get(last.first) not in _DECIMAL:
            continue
        digits = "".join(unit.chars for unit in number)
        if digits.isdecimal() and len(digits) >= _PHONE_DIGITS:
            labels.pop(last.first)


def _without_places_of_names(read: Read, labels: dict[int, str]) -> None:
    """Take the kind from ``and`` between two names, and from ``of Northwind`` behind one."""
    for at in [at for at, kind in labels.items() if kind == "name"]:
        word = read.turn.words[at]
        if word in _edges()["names apart"] and not read.cap[at] and labels.get(at - 1) == "name":
            labels.pop(at)
    for at, word in enumerate(read.turn.words):
        if word in _edges()["names of"] and labels.get(at - 1) == "name":
            behind = at + 1
            while labels.get(behind) == "name" and not read.forms[behind].startswith("given"):
                labels.pop(behind)
                behind += 1


def _is_of_other(read: Read, piece: Piece) -> bool:
    """Return whether a number is named right before as that of an order, a part, or the like."""
    if piece.kind not in _NUMBERS or piece.kind == "iban":
        return False
    before = [cue for cue in read.turn.cues[max(0, piece.first - _NAMING) : piece.first] if cue not in ("", "filler")]
    return bool(before) and before[-1] in ("order", "product")


def _is_written_iban(read: Read, at: int) -> bool:
    """Return whether a token has the form of an IBAN, though a digit may be wrong, missing, or too many."""
    return "ibanlike" in read.valid[at] and len(read.turn.words[at]) >= min(IBAN_LENGTH.values())


def _cards_whole(read: Read, found: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the values; the parts of a card are one where a few words come between them: ``hold on the cat``."""
    last: Piece | None = None
    for piece in found:
        if last is not None and last.kind == piece.kind == "card" and piece.first - last.last <= _APART:
            sizes = [len(value_of(read, each.first, each.last, "card")) for each in (last, piece)]
            if max(sizes) < CARD_LENGTHS[0] and sum(sizes) <= CARD_LENGTHS[-1]:
                last = last._replace(last=piece.last)
                continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _complete(read: Read, labels: dict[int, str]) -> None:
    """Give one kind to what a validator holds as a whole, and to the units of a number of which most have one."""
    for at, signs in read.valid.items():
        kind = labels.get(at, "")
        for sign in _WHOLE.get(kind, ()):
            if sign in signs:
                for step in (-1, 1):
                    other = at + step
                    while sign in read.valid.get(other, ()):
                        labels[other] = kind
                        other += step
    for run in read.turn.runs:
        tokens = [token for unit in run for token in range(unit.first, unit.last + 1)]
        kinds = {labels.get(token, "") for token in tokens}
        if len(kinds) == 2 and "" in kinds:  # noqa: PLR2004  (one kind, and none)
            kind = next(each for each in kinds if each)
            has = [token for token in tokens if labels.get(token)]
            if kind in _NUMBERS and len(has) * 2 >= len(tokens):
                labels.update(dict.fromkeys(range(tokens[0], tokens[-1] + 1), kind))
            elif kind in _SPELLED and len(has) * 2 >= len(tokens):
                labels.update(dict.fromkeys(range(has[0], has[-1] + 1), kind))


def _belongs(read: Read, last: int, at: int, kind: str) -> bool:
    """Return whether a token goes on with a value: it is next to it, or what is between takes back or pauses."""
    if at == last + 1:
        gap = read.turn.gaps[at]
        return not (set(gap) & {"\n", ";", "|"}) or kind == "address"
    if kind in read.valid.get(last, ()) and kind in read.valid.get(at, ()):
        return False  # two whole ones
    between = range(last + 1, at)
    cues = [read.turn.cues[token] for token in between]
    if len(between) <= _APART and "correct" in cues and kind in _SPELLED:
        return True
    if (
        kind == "address"
        and len(between) <= _JOINED
        and all(read.forms[token] != "word" or read.turn.cues[token] == "street" for token in between)
    ):
        return True
    if kind == "name" and read.turn.words[last + 1] in _edges()["names apart"]:
        return False
    quiet = all(
        cue in _JOINING or token in read.turn.unit_of or read.turn.words[token] in _edges()["between"]
        for token, cue in zip(between, cues, strict=True)
    )
    return len(between) <= _JOINED and quiet and (kind in _SPELLED or len(between) == 1)


def _widened(read: Read, piece: Piece, labels: Mapping[int, str]) -> Piece:
    """Return a value with the words at its edges that belong to it: ``the`` ninth, ``plus`` four nine, extension 214."""
    first, last = piece.first, piece.last
    if piece.kind == "name":
        return _whole_name(read, piece, labels)
    before = _edges().get(f"before {piece.kind}", frozenset())
    while (
        first
        and first - 1 not in labels
        and read.turn.words[first - 1] in before
        and not read.turn.gaps[first].strip(" -")
    ):
        first -= 1
    after = _edges().get(f"after {piece.kind}", frozenset())
    if piece.kind == "address":
        while (
            last + 1 < len(read.forms)
            and last + 1 not in labels
            and last + 1 in read.run_of
            and not read.turn.gaps[last + 1].strip(" ,-/")
        ):
            last += 1
    while last + 1 < len(read.forms) and read.turn.words[last + 1] in after:
        unit = read.turn.unit_of.get(last + 2)
        if unit is None or last + 2 in labels:
            break
        run, _ = read.run_of[last + 2]
        last = run[-1].last
    return Piece(first, last, piece.kind)


def _whole_name(read: Read, piece: Piece, labels: Mapping[int, str]) -> Piece:
    """Return a name with initials before it, and given names beside it."""
    first, last, turn = piece.first, piece.last, read.turn
    while first and first - 1 not in labels and turn.gaps[first].strip(".") == " ":
        is_initial = len(turn.words[first - 1]) == 1 and bool(read.cap[first - 1])
        if not is_initial and not read.forms[first - 1].startswith("given"):
            break
        first -= 1
    while last + 1 < len(read.forms) and last + 1 not in labels and turn.gaps[last + 1] == " ":
        if read.forms[last + 1] != "given":
            break
        last += 1
    return Piece(first, last, piece.kind)


def found_in(read: Read, its: Sequence[Piece]) -> Iterator[Found]:
    """Yield the values with their places in the text."""
    turn = read.turn
    for first, last, kind in its:
        start, end = turn.starts[first], turn.ends[last]
        if kind == "phone":
            start -= len(turn.gaps[first]) - len(turn.gaps[first].rstrip("+("))
        yield Found(turn.number, start, end, cast("Kind", kind), value_of(read, first, last, kind))


def value_of(read: Read, first: int, last: int, kind: str) -> str:
    """Return what tokens are, written in one way."""
    turn = read.turn
    if kind in ("name", "address"):
        return " ".join(turn.words[first : last + 1])
    if kind == "email":
        return email_of(turn.words[first : last + 1], turn.cues[first : last + 1], turn.gaps[first + 1 : last + 1])
    chars, at = "", first
    while at <= last:
        unit = turn.unit_of.get(at)
        if unit is not None:
            chars += unit.chars
            at = unit.last
        elif kind in ("security_code", "birth_date", "expiry") and turn.cues[at] not in ("filler", "correct"):
            chars += turn.words[at]
        at += 1
    value = chars.upper()
    return value[-_PHONE_DIGITS:] if kind == "phone" and len(value) > _PHONE_DIGITS else value


_AT, _DOT = (
    frozenset({"at", "arroba", "arobase", "arobas", "ät", "klammeraffe"}),
    frozenset({"dot", "punkt", "punto", "point", "ponto"}),
)
_LINES = {
    "underscore": "_",
    "unterstrich": "_",
    "dash": "-",
    "hyphen": "-",
    "minus": "-",
    "bindestrich": "-",
    "guion": "-",
    "guión": "-",
    "tiret": "-",
    "plus": "+",
}


def email_of(words: Sequence[str], cues: Sequence[str], gaps: Sequence[str]) -> str:
    """Return an address as it is written, from words as they are said."""
    value = ""
    for place, word in enumerate(words):
        if place and any(sign in "@.-_+" for sign in gaps[place - 1].strip(" ")):
            value += gaps[place - 1].strip(" ")
        value += (
            "@" if word in _AT else "." if word in _DOT else _LINES.get(word, word) if cues[place] != "filler" else ""
        )
    return value
