"""Numbers in a turn, written, said or spelled in five languages: every run of them, with what lies between its parts."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._fitted.tokens import LETTERS, LISTS, NUMBERS, Token
from auscult.redactors._spoken.abroad import FOREIGN

_DOUBTFUL = LISTS["doubtful"]
_VALUES = {**FOREIGN, **TEENS, **ONES, **{word: f"{ten}0" for word, ten in TENS.items()}} | dict(
    word.split("=") for word in LISTS["said too"]
)
_SCALES = dict(word.split("=") for word in LISTS["scales"])
_TIMES = {**dict.fromkeys(LISTS["times 2"], 2), **dict.fromkeys(LISTS["times 3"], 3)}
_JOINTS = frozenset("-\u2013./()'+·*|:,_")
_PARTING = frozenset(",:")
_GAP, _GROUP, _SPELLED, _SHOWN = 3, 3, 3, 6
"""Words within a run, digits of a written group that a comma parts from another, letters of a spelled run, and groups
of which the sizes are a sign."""
_NINE = 9


class Run(NamedTuple):
    """Tokens from ``first`` to ``last``, and their digits and capital letters as ``chars``."""

    first: int
    last: int
    chars: str
    is_said: bool
    is_corrected: bool
    is_sum: bool
    letters: int
    shape: str


def runs_of(tokens: Sequence[Token], low: str) -> Iterator[Run]:
    """Yield the runs of a turn."""
    at = 0
    while at < len(tokens):
        if tokens[at].kind not in NUMBERS and not _is_letter(tokens, at):
            at += 1
            continue
        members, is_corrected, at = _members(tokens, at, low)
        if members:
            run = _run(tokens, members, is_corrected=is_corrected)
            if run is not None:
                yield run


def _members(tokens: Sequence[Token], first: int, low: str) -> tuple[list[int], bool, int]:
    """Return the tokens of a run that begins at one, whether a word in it corrects, and where to go on."""
    members, gap, is_corrected, at = [first], 0, False, first + 1
    while at < len(tokens):
        token = tokens[at]
        if token.kind in NUMBERS or _is_letter(tokens, at):
            if gap and token.low.isdecimal() != tokens[members[-1]].low.isdecimal():
                break
            members.append(at)
            gap = 0
        elif token.low in _JOINTS:
            last = tokens[members[-1]].low
            is_parted = token.low in _PARTING and low[token.end : token.end + 1] == " " and len(last) >= _GROUP
            if is_parted and last.isdecimal() and at + 1 < len(tokens) and tokens[at + 1].low.isdecimal():
                break
        elif token.low in LISTS["between"] or token.low in LISTS["corrects"]:
            gap, is_corrected = gap + 1, is_corrected or token.low in LISTS["corrects"]
            if gap > _GAP:
                break
        else:
            break
        at += 1
    behind = max(at, members[-1] + 1)
    while members and tokens[members[0]].low in _DOUBTFUL and not _is_near(tokens, members):
        members.pop(0)
    while len(members) > 1 and tokens[members[-1]].low in _DOUBTFUL and members[-1] - members[-2] > 1:
        members.pop()
    return members, is_corrected, behind


def _is_near(tokens: Sequence[Token], members: Sequence[int]) -> bool:
    """Return whether the next member is close to the first one, and no doubtful word either."""
    return len(members) > 1 and members[1] - members[0] <= 2 and tokens[members[1]].low not in _DOUBTFUL  # noqa: PLR2004


def _is_letter(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a token is a letter of a run; one that is a word too is one before another part of it."""
    if tokens[at].kind not in LETTERS or (at and tokens[at - 1].low == "'" and tokens[at - 1].end == tokens[at].start):
        return False
    if tokens[at].low not in ("a", "e", "y", "o"):
        return True
    return at + 1 < len(tokens) and (tokens[at + 1].kind in NUMBERS or tokens[at + 1].kind in LETTERS)


def _run(tokens: Sequence[Token], members: Sequence[int], *, is_corrected: bool) -> Run | None:
    its = [tokens[each] for each in members]
    letters = sum(each.kind in LETTERS for each in its)
    if letters == len(its) < _SPELLED:
        return None
    return Run(
        members[0],
        members[-1],
        chars_of(its),
        any(not each.low.isdecimal() for each in its),
        is_corrected,
        any(each.low in _SCALES or "hundert" in each.low or "tausend" in each.low for each in its),
        letters,
        "-".join(str(min(len(each.low), _NINE)) if each.low.isdecimal() else "w" for each in its[:_SHOWN]),
    )


def chars_of(tokens: Sequence[Token]) -> str:
    """Return the digits and letters that tokens are; sums in words are taken as they are said, part by part."""
    text = before = ""
    times = 1
    for token in tokens:
        if token.low in _TIMES:
            times = _TIMES[token.low]
            continue
        value = _value(token)
        if token.low in _SCALES and not value.strip("0") and 0 < len(before) <= 2:  # noqa: PLR2004
            text, before = text + value, ""
            continue
        value, times = value[:1] * times + value[1:], 1
        is_one = len(value) == 1 and value.isdecimal() and value != "0"
        if is_one and re.fullmatch("[2-9]0", before):
            text, before = f"{text[:-1]}{value}", ""
            continue
        text, before = text + value, "" if token.low.isdecimal() else value
    return text


def _value(token: Token) -> str:
    if token.low.isdecimal():
        return token.low
    value = _VALUES.get(token.low) or _SCALES.get(token.low)
    if value is not None:
        return value
    return token.low[0].upper() if token.kind in LETTERS else "000" if token.kind in NUMBERS else ""
