"""Numbers in a turn, written, said or spelled in five languages: every run of them, with what lies between its parts."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auscult.redactors._fitted.proofs import JOINTS, Proof, is_number
from auscult.redactors._fitted.readings import SCALES, chars_of, value_of
from auscult.redactors._fitted.tokens import CLASS, LETTERS, LISTS, NUMBERS, Token

_DOUBTFUL = LISTS["doubtful"]
_PARTING = frozenset(",:")
_GAP, _GROUP, _SPELLED, _SHOWN = 3, 3, 3, 6
"""Words within a run, digits of a written group that a comma parts from another, letters of a spelled run, and groups
of which the sizes are a sign."""
_MIXED = re.compile(r"[^\W\d_]\S*\d|\d\S*[^\W\d_]")
_OPENS, _CLOSES, _OTHERS, _OF_WORD = frozenset("(\"'"), frozenset(",.;:?)\"'"), frozenset("@/"), (4, 24)
"""Signs behind a word that are none of it, those that no code has, and letters and digits of a word that may be one."""
_NINE, _WHOLE = 9, 7
"""Digits of a group at most, and those of a number that a letter with digits behind is none of: ``0151 23456789 a1``."""
EXPIRY = re.compile(r"(?:0?[1-9]|1[0-2])(?:20)?(?:2[5-9]|3\d)")
"""A month and a year in which a card expires."""
_YEAR, _MONTH = re.compile(r"(?:20)?(?:2[5-9]|3\d)"), CLASS["month"]
_OF_CARD, _BESIDE_CARD = (3, 4), 3
"""Digits of a card's security code, and tokens from a card to its date or code at most."""


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


def runs_of(tokens: Sequence[Token], low: str, proven: Sequence[Proof] = ()) -> Iterator[Run]:
    """Yield the runs of a turn; each that is proven is one."""
    at, ahead, card = 0, list(proven), -1
    while at < len(tokens):
        if ahead and at == ahead[0].first:
            one = ahead.pop(0)
            its = range(one.first, one.last + 1)
            members = [each for each in its if is_number(tokens, each)] or list(its)
            yield _of_members(tokens, members, is_corrected=False)._replace(
                first=one.first, last=one.last, chars=one.chars, letters=0
            )
            at = one.last + 1
            card = at + _BESIDE_CARD if one.kind == "card" else card
            continue
        if tokens[at].kind not in NUMBERS and not _is_letter(tokens, at):
            at += 1
            continue
        its = tokens[: ahead[0].first] if ahead else tokens
        members, is_corrected, at = _members(its, at, low)
        for each in _dated(tokens, members, is_behind_card=bool(members) and members[0] <= card):
            run = _run(tokens, each, is_corrected=is_corrected)
            if run is not None:
                yield run


def mixed_runs(tokens: Sequence[Token], low: str) -> Iterator[Run]:
    """Yield a run for each word between blanks of letters and digits, as codes and passwords are written: ``Summer21!``."""
    begin = 0
    for at in range(1, len(tokens) + 1) if _MIXED.search(low) else ():
        if at < len(tokens) and tokens[at].start == tokens[at - 1].end:
            continue
        first, last, begin = begin, at - 1, at
        while first < last and tokens[last].low in _CLOSES:
            last -= 1
        while first < last and tokens[first].low in _OPENS:
            first += 1
        its = tokens[first : last + 1]
        chars = "".join(token.low for token in its if token.low.isalnum())
        is_mixed = any(token.low.isdecimal() for token in its) and not chars.isdecimal()
        if is_mixed and _OF_WORD[0] <= len(chars) <= _OF_WORD[1] and _OTHERS.isdisjoint(token.low for token in its):
            shape = "".join("9" if token.low.isdecimal() else "w" if token.low.isalpha() else "-" for token in its)
            yield Run(first, last, chars.upper(), False, False, False, 3, f"m{shape}")  # noqa: FBT003


def _members(tokens: Sequence[Token], first: int, low: str) -> tuple[list[int], bool, int]:
    """Return the tokens of a run that begins at one, whether a word in it corrects, and where to go on."""
    at = _example(tokens, first)
    members, gap, is_corrected, at = sorted({first, at}), 0, False, at + 1
    while at < len(tokens):
        token = tokens[at]
        if is_number(tokens, at) or _is_letter(tokens, at):
            is_other = gap and token.low.isdecimal() != tokens[members[-1]].low.isdecimal()
            if is_other or (token.low.isalpha() and _is_next(tokens, members, at)):
                break
            shown = _example(tokens, at)
            members += sorted({at, shown})
            gap, at = 0, shown
        elif token.low in JOINTS:
            last = tokens[members[-1]].low
            is_parted = token.low in _PARTING and low[token.end : token.end + 1] == " " and len(last) >= _GROUP
            if is_parted and last.isdecimal() and at + 1 < len(tokens) and tokens[at + 1].low.isdecimal():
                break
        elif token.low in LISTS["between"] or token.low in LISTS["corrects"]:
            gap, is_corrected = gap + 1, is_corrected or token.low in LISTS["corrects"]
            if gap > _GAP or _is_next(tokens, members, at):
                break
        else:
            break
        at += 1
    behind = max(at, members[-1] + 1)
    while (
        members
        and tokens[members[0]].low in _DOUBTFUL
        and not (
            _is_near(tokens, members) and (len(tokens[members[0]].low) == 1 or tokens[members[0]].kind not in LETTERS)
        )
    ):
        members.pop(0)
    while len(members) > 1 and tokens[members[-1]].low in _DOUBTFUL and not _is_tied(tokens, *members[-2:]):
        members.pop()
    return members, is_corrected, behind


def _dated(tokens: Sequence[Token], members: list[int], *, is_behind_card: bool) -> list[list[int]]:
    """Return the members of a run, those of an expiry date apart from the security code next to it: ``09/27 481``."""
    for cut in range(1, len(members)):
        is_apart = members[cut] - members[cut - 1] > 1
        if tokens[members[cut - 1]].end == tokens[members[cut]].start or not (is_apart or cut > 1 or is_behind_card):
            continue
        parts = members[:cut], members[cut:]
        first, last = (chars_of([tokens[at] for at in part]) for part in parts)
        is_year = members[0] > 0 and tokens[members[0] - 1].kind == _MONTH and _YEAR.fullmatch(first)
        is_date = (is_year or EXPIRY.fullmatch(first)) and last.isdecimal() and len(last) in _OF_CARD
        is_behind = EXPIRY.fullmatch(last) and first.isdecimal() and len(first) in _OF_CARD
        if (is_date and (is_behind_card or is_year or cut > 1)) or (is_behind and is_behind_card):
            return list(parts)
    return [members] if members else []


def _is_next(tokens: Sequence[Token], members: Sequence[int], at: int) -> bool:
    """Return whether a letter begins a number of its own: behind a blank, with a digit joined to it, after enough digits."""
    behind = at + 1
    if tokens[at].start == tokens[at - 1].end or behind == len(tokens) or tokens[behind].start != tokens[at].end:
        return False
    its = [tokens[each].low for each in members]
    return all(map(str.isdecimal, its)) and len("".join(its)) >= _WHOLE


def _is_near(tokens: Sequence[Token], members: Sequence[int]) -> bool:
    """Return whether the next member is close to the first one, and no doubtful word either: ``one one six`` is a number."""
    if len(members) < 2 or members[1] - members[0] > 2:  # noqa: PLR2004
        return False
    is_said = members[1] == members[0] + 1 and all(tokens[each].kind in NUMBERS for each in members[:2])
    return tokens[members[1]].low not in _DOUBTFUL or (is_said and _is_near(tokens, members[1:]))


def _is_tied(tokens: Sequence[Token], before: int, at: int) -> bool:
    """Return whether a doubtful word is joined to the number before it: ``trente-six``, ``treinta y uno``; a name of a letter is not."""
    if tokens[at].kind in LETTERS and len(tokens[at].low) > 1 and tokens[before].kind not in LETTERS:
        return False
    between = [each.low for each in tokens[before + 1 : at]]
    is_ten = not tokens[before].low.isdecimal() and value_of(tokens[before]).endswith("0")
    return between in ([], ["-"]) or (is_ten and between in (["et"], ["y"], ["e"], ["-", "et", "-"]))


def _example(tokens: Sequence[Token], at: int) -> int:
    """Return the word that shows which letter a token is, ``m as in mango``, or the token."""
    its = at + 1 + (tokens[at + 1 : at + 2] != [] and tokens[at + 1].low == ",")
    its += 2 if [each.low for each in tokens[its : its + 2]] == ["as", "in"] else 1
    is_one = tokens[at].kind in LETTERS and its < len(tokens) and tokens[its - 1].low in LISTS["examples"]
    return its if is_one and len(tokens[its].low) > 2 and tokens[its].low[0] == value_of(tokens[at]).lower() else at  # noqa: PLR2004


def _is_letter(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a token is a letter of a run; one that is a word too is one before another part of it."""
    if tokens[at].kind not in LETTERS or tokens[at].low == "é" or any(each.low == "'" for each in _beside(tokens, at)):
        return False
    if tokens[at].low == "de" and at and tokens[at - 1].kind in NUMBERS:
        return False
    if tokens[at].low not in ("a", "e", "y", "o") or _example(tokens, at) > at:
        return True
    if at and tokens[at].low in ("e", "y") and tokens[at - 1].kind in NUMBERS and not tokens[at - 1].low.isdecimal():
        return False
    return at + 1 < len(tokens) and (tokens[at + 1].kind in NUMBERS or tokens[at + 1].kind in LETTERS)


def _beside(tokens: Sequence[Token], at: int) -> Iterator[Token]:
    """Yield the tokens that a token is joined to."""
    if at and tokens[at - 1].end == tokens[at].start:
        yield tokens[at - 1]
    if at + 1 < len(tokens) and tokens[at + 1].start == tokens[at].end:
        yield tokens[at + 1]


def _run(tokens: Sequence[Token], members: Sequence[int], *, is_corrected: bool) -> Run | None:
    letters = sum(tokens[each].kind in LETTERS for each in members)
    return None if letters == len(members) < _SPELLED else _of_members(tokens, members, is_corrected=is_corrected)


def _of_members(tokens: Sequence[Token], members: Sequence[int], *, is_corrected: bool) -> Run:
    its = [tokens[each] for each in members]
    return Run(
        members[0],
        members[-1],
        chars_of(its),
        any(not each.low.isdecimal() for each in its),
        is_corrected,
        any(each.low in SCALES or "hundert" in each.low or "tausend" in each.low for each in its),
        sum(each.kind in LETTERS for each in its),
        "-".join(str(min(len(each.low), _NINE)) if each.low.isdecimal() else "w" for each in its[:_SHOWN]),
    )
