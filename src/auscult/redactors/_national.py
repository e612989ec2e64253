"""National numbers of persons: patterns of those whose form gives them away, and check digits for those of digits alone."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, cast

from auscult.domain.privacy.redaction import Found
from auscult.redactors._digits import DOUBTFUL, Piece, Run, run_of
from auscult.redactors._patterns import searcher
from auscult.redactors._people.lists import EVERYDAY
from auscult.redactors._words import words_of


class _Form(NamedTuple):
    """A way of writing a number. ``module`` of python-stdnum checks it; without one the form itself is enough."""

    pattern: str
    module: str | None


_WRITTEN = (
    _Form(r"\d{3}-\d{2}-\d{4}", "us.ssn"),
    _Form(r"9\d{2}-[5-9]\d-\d{4}", "us.itin"),
    _Form(r"\d{3} \d{2} \d{4}", "us.ssn"),
    _Form(r"[a-ceghj-prstw-z][a-ceghj-nprstw-z][ -]?\d(?:[ -]?\d){5}[ -]?[a-d]", None),  # GB national insurance
    _Form(r"\d{8}-?[a-z]", "es.dni"),
    _Form(r"\d{2}\.?\d{3}\.?\d{3}-?[a-z]", "es.dni"),
    _Form(r"[xyz]-?\d{7}-?[a-z]", "es.nie"),
    _Form(r"[a-z]{3}[ -]?[a-z]{3}[ -]?\d{2} ?[a-ehlmprst] ?\d{2}[ -]?[a-z] ?\d{3} ?[a-z]", "it.codicefiscale"),
    _Form(r"[a-z]{3}[abcfghjlpt][a-z]\d{4}[a-z]", "in_.pan"),
    _Form(r"[a-z]{4}\d{6}[hmx][a-z]{5}[a-z0-9]\d", "mx.curp"),
    _Form(r"\d{3}\.\d{3}\.\d{3}-\d{2}", "br.cpf"),
    _Form(r"\d{6}[-+a]\d{3}[0-9a-y]", "fi.hetu"),
    _Form(r"756\.\d{4}\.\d{4}\.\d{2}", "ch.ssn"),
    _Form(r"\d{1,2}\.?\d{3}\.?\d{3}-[0-9k]", "cl.rut"),
    _Form(r"[stfgm]\d{7}[a-z]", None),  # Singapore
    _Form(r"\d{7}[a-w][a-i]?", "ie.pps"),
    _Form(r"\d{6}-\d{2}-\d{4}", "my.nric"),
    _Form(r"\d{6}-[1-4]\d{6}", "kr.rrn"),
    _Form(r"\d{5}-\d{7}-\d", "pk.cnic"),
    _Form(r"(?:19|20)?\d{6}[-+]\d{4}", "se.personnummer"),
    _Form(r"\d{6}-\d{4}", "dk.cpr"),
    _Form(r"\d{6}/\d{3,4}", "cz.rc"),
    _Form(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", "be.nn"),
    _Form(r"[12] ?\d{2} ?\d{2} ?\d[0-9ab] ?\d{3} ?\d{3}(?: ?\d{2})?", "fr.nir"),
    _Form(r"\d{17}x", "cn.ric"),
    _Form(r"\d{3}(?: \d{3} |-\d{3}-)\d{3}", "ca.sin"),
    _Form(r"[a-z9]{5}\d[0156]\d[0-3]\d{2}[a-z9]{2}[a-z0-9]{3}", None),  # GB driving licence
    _Form(
        r"[1-9][ac-hjkmnp-rt-y][ac-hjkmnp-rt-y0-9]\d-?[ac-hjkmnp-rt-y][ac-hjkmnp-rt-y0-9]\d-?[ac-hjkmnp-rt-y]{2}\d{2}",
        None,
    ),  # US Medicare
)
_ANY = searcher(r"\b(?:" + "|".join(f"({form.pattern})" for form in _WRITTEN) + r")\b")
_DOCUMENT = searcher(r"\b(?:[a-z]{1,3}\d{5,14}[a-z]?|\d{5,9}[a-z]{1,2}|[a-z]\d{2}[a-z0-9]{6})\b")
"""Passports and licences, which no check shows; only behind a cue."""
_IN_THREES = "ca.sin"
_GOES_ON = re.compile(r"[ -]\d")
"""Nine digits in threes that are the beginning of a longer number."""
_SPLIT = re.compile(r"[\s./-]")

_OF_DIGITS: Mapping[int, tuple[str, ...]] = {
    10: ("gb.nhs", "at.vnr"),
    11: ("pl.pesel", "no.fodselsnummer", "be.nn", "br.cpf", "tr.tckimlik", "de.idnr", "hr.oib", "ee.ik", "gr.amka"),
    12: ("in_.aadhaar", "se.personnummer"),
    13: ("za.idnr", "ro.cnp", "kr.rrn", "si.emso", "th.pin"),
    15: ("fr.nir",),
    18: ("cn.ric", "mx.curp"),
}
_SURE: Mapping[int, tuple[str, ...]] = {
    11: ("pl.pesel", "no.fodselsnummer", "be.nn", "ee.ik", "gr.amka"),
    13: ("za.idnr", "ro.cnp", "kr.rrn"),
    15: ("fr.nir",),
    18: ("cn.ric",),
}
"""Those with a date in them and check digits besides: a number that passes is one, whatever is said around it."""

SHORTEST, USUAL, LONGEST = 6, 9, 18
"""Characters of a number, and those that most have at least."""


_LISTS = words_of("words.txt")
_NO_PARTS = frozenset(
    [
        "ist",
        "lautet",
        "es",
        "est",
        "und",
        "y",
        "et",
        "le",
        "la",
        "il",
        "geht",
        "um",
        "mit",
        "für",
        "auf",
        "bei",
        "von",
        "der",
        "die",
        "das",
        "den",
        "por",
        "con",
        "para",
        "que",
        "pero",
        "no",
        "son",
        "los",
        "las",
        "del",
    ]
) | (_LISTS["no_names"] | _LISTS["fillers"] | _LISTS["between_digits"] | _LISTS["between_parts"] | _LISTS["corrects"])
_BETWEEN = _LISTS["between_digits"] | _LISTS["between_parts"] | _LISTS["corrects"]
_BETWEEN_PARTS, _LETTERS = 9, 6
"""Words between two parts of a number with letters, and letters of one part."""
_LEAST_DIGITS, _MOST = 4, 40
_LACKS_LETTER = re.compile(r"[a-z]{2}\d{6}|[xyz]?\d{7,8}")
"""A number whose last character is a letter, before it is said."""
_LETTER_NAMED = re.compile(
    r"(?:,? (?:and|then|with))*,? (?:an? |the )?(?:(?:final |last )?letter |suffix )(?:is )?([a-z])\b"
    r"|(?:,? (?:and|then|it|that))*,? (?:ends?|ending) (?:in|with) (?:an? )?[a-z]\b"
)
_FIRST_LETTER = re.compile(r"(?<![\w'])[xyz],? $")
_NO_FIRST = re.compile(r"\d{7}[A-Z]")
_SYLLABLE = 2
"""Letters of a usual word that may still be a part of a number."""


def with_letters(pieces: Sequence[tuple[int, Piece]], first: int) -> list[int]:
    """Return the pieces of a number with letters that begins at a piece, where one is expected; empty if none does.

    It is read to its end, whatever is taken back on the way, as far as nothing else is spoken of in between.
    """
    used: list[int] = []
    skipped = size = digits = 0
    for index in range(first, len(pieces)):
        chars = _part(pieces, index)
        if chars:
            used.append(index)
            size, digits = size + len(chars), digits + sum(map(str.isdecimal, chars))
            skipped = 0
        elif pieces[index][1].word[:1].isalnum():
            skipped += 1
            if not used or skipped > _BETWEEN_PARTS or pieces[index][1].word not in _BETWEEN:
                break
    while (
        used
        and pieces[used[-1]][1].word.isalpha()
        and len(pieces[used[-1]][1].word) > 1
        and not pieces[used[-1]][1].chars
    ):
        if any(pieces[index][0] == pieces[used[-1]][0] for index in used[:-1]):
            break
        used.pop()  # a word that is all of its turn ends no number
    while (
        len(used) > 1
        and pieces[used[-1]][1].word in ("i", "a")
        and pieces[used[-1] - 1][1].word in ("and", "but", "so")
        and not _LACKS_LETTER.fullmatch("".join(_part(pieces, index) for index in used[:-1]).lower())
    ):
        used.pop()  # it begins the next sentence
    if len(used) > 1 and _is_long(pieces[used[-2]][1]) and len(pieces[used[-1]][1].word) == 1:
        following = pieces[used[-2] + 1][1].word
        size -= following == ","
        used = used[:-1] if following == "," else used  # an initial: ``8406255515083, L. van Schalkwyk``
    is_one = digits >= _LEAST_DIGITS and digits < size and SHORTEST <= size <= _MOST
    return used if is_one else []


def without_i(run: Run) -> Run:
    """Return letters and digits without the ``i`` behind a letter that ends them: ``… thirty two a i think``."""
    if len(run.chars) > SHORTEST and run.units[-1].chars == "I" and run.units[-2].chars.isalpha():
        return run_of(run.turn, run.units[:-1], run.before, run.after + 1)
    return run


def whole(found: Iterable[Found], lows: Sequence[str]) -> list[Found]:
    """Return what was found, national numbers with a last letter that is named, and Spanish ones with their first."""
    return [_with_ends(one, lows[one.turn]) if one.kind == "national_number" else one for one in found]


def _with_ends(one: Found, low: str) -> Found:
    named = _LETTER_NAMED.match(low, one.end)
    first = _FIRST_LETTER.search(low, max(0, one.start - 3), one.start) if _NO_FIRST.fullmatch(one.value) else None
    return one._replace(
        start=one.start if first is None else first.start(), end=one.end if named is None else named.end()
    )


def _part(pieces: Sequence[tuple[int, Piece]], index: int) -> str:
    """Return what a piece is as a part of a number with letters, empty where it is a word."""
    turn, piece = pieces[index]
    near = [other for each, other in _near(pieces, index) if each == turn]
    if piece.chars and piece.word not in DOUBTFUL:
        is_word = piece.word in ("a", "i") and not any(other.chars for other in near)
        return "" if is_word else piece.chars
    if piece.word == "o":
        return "O"
    if not (piece.word.isalpha() and piece.word.isascii() and len(piece.word) <= _LETTERS):
        return ""
    if any(piece.start == other.end or piece.end == other.start for other in near if other.chars.isdecimal()):
        return piece.word
    is_near = not near or any(other.chars.isdecimal() for other in near)
    is_usual = len(piece.word) > _SYLLABLE and piece.word in EVERYDAY
    return piece.word if is_near and not is_usual and piece.word not in _NO_PARTS else ""


def _is_long(piece: Piece) -> bool:
    return piece.word.isdecimal() and len(piece.word) > _LETTERS


def _near(pieces: Sequence[tuple[int, Piece]], index: int) -> Iterator[tuple[int, Piece]]:
    """Yield the pieces before and after one, but for signs and words that say nothing."""
    for step in (-1, 1):
        other = index + step
        while 0 <= other < len(pieces) and _says_nothing(pieces[other][1]):
            other += step
        if 0 <= other < len(pieces):
            yield pieces[other]


def _says_nothing(piece: Piece) -> bool:
    return not piece.chars and (not piece.word[:1].isalnum() or piece.word in _BETWEEN)


def written(low: str, cue_at: Callable[[int, int], bool | None]) -> Iterator[tuple[int, int, str]]:
    """Yield numbers whose form gives them away: start, end, and the number without its separators.

    ``cue_at`` returns whether one is expected at an offset, None where something else is. One that fails its check where
    one is expected is one that was misheard.
    """
    for found in _ANY.finditer(low):
        number, has_cue = found.lastindex, cue_at(*found.span())
        if number is None or has_cue is None:
            continue
        form = _WRITTEN[number - 1]
        text = found[0]
        if form.module == _IN_THREES and _GOES_ON.match(low, found.end()):
            continue
        if has_cue or any(is_form(each, text) for each in _WRITTEN[number - 1 :]):
            yield found.start(), found.end(), _SPLIT.sub("", text).upper()
    for found in _DOCUMENT.finditer(low):
        if cue_at(*found.span()):
            yield found.start(), found.end(), _SPLIT.sub("", found[0]).upper()


def is_form(form: _Form, text: str) -> bool:
    """Return whether a text is a number of this form, right by its check: a text may have the form of several."""
    if re.fullmatch(form.pattern, text) is None:
        return False
    return form.module is None or is_valid(form.module, text) or is_valid(form.module, _SPLIT.sub("", text))


def is_sure(digits: str) -> bool:
    """Return whether digits alone show that this is a national number."""
    return any(is_valid(module, digits) for module in _SURE.get(len(digits), ()))


def is_known(digits: str) -> bool:
    """Return whether digits pass the checks of some country's numbers; one in ten others would too."""
    return any(is_valid(module, digits) for module in _OF_DIGITS.get(len(digits), ()))


def is_valid(module: str, number: str) -> bool:
    """Return whether a number passes the check of a module of python-stdnum: ``us.ssn``."""
    return _check(module)(number)


@cache
def _check(module: str) -> Callable[[str], bool]:
    """Load a module's check where it is needed first: each takes some milliseconds."""
    loaded: Any = import_module(f"stdnum.{module}")
    return cast("Callable[[str], bool]", loaded.is_valid)
