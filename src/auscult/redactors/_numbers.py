"""Kind of a run of digits, by its check digits, its form and the words around it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import phonenumbers

from auscult.domain.privacy.redaction import Kind
from auscult.redactors import _national
from auscult.redactors._cues import Cue
from auscult.redactors._digits import Unit
from auscult.redactors._numeric.cards import CARD_LONGEST, CARD_SHORTEST, USUAL_CARD, has_card_form, is_card, is_luhn

SHORTEST = 3
"""Digits of the shortest number that may be somebody's: a card's security code."""
_CARD_SHORT = 15
"""Digits of a usual card of which one is missing."""
_PHONE_SHORTEST, _PHONE_LONGEST = 7, 15
_MOBILE, _LOCAL = 11, 7
"""Digits of a British mobile number, and of an American number without its area."""

_PUBLIC = re.compile(
    r"1?8(?:00|33|44|55|66|77|88)\d{7}|(?:0|0?0?44)(?:800|808|3[0347]\d|84[2-5]|87[0-3])\d{6,7}|0800\d{5,8}"
    r"|1(?:300|800|850|890)\d{6}"
)
"""Numbers that are free to call, or have a rate of their own, in North America, Britain, Ireland and Australia."""
_SERVICE = re.compile(
    r"\b(?:help ?(?:line|desk)|hot ?line|(?:support|emergency|information|leak|complaints?|claims?|breakdown"
    r"|bookings?|sales|order|advice|crisis|service|fraud) (?:line|number)|number for (?:lost|stolen|missing)"
    r"|web ?site|web ?page|site says|switchboard"
    r"|toll[ -]?free|free ?phone|free (?:from|to call)|free of charge|customer (?:service|care|support)|emergency"
    r"|call cent(?:re|er) number)"
)
"""Words of a service whose number is everybody's."""
_CALLED = re.compile(
    r"\b(?:call|called|calling|ring|rang|ringing|phone|phoned|phoning|dial|dialled|dialed|tried|try|hold on)"
    r"(?: (?:you|the|them|on|your|number|line|at|to)){0,3} $"
)
"""Words right before a number that was called."""
_EXPIRY = re.compile(r"(?:0?[1-9]|1[0-2]) ?[/-] ?(?:20)?\d\d|(?:0[1-9]|1[0-2]) 20[2-4]\d")
_SINCE = re.compile(r"\b(?:since|in|from|until|till|by|before|after|seit|desde|depuis|dal|year)\s+$")
_NUMBER_BEFORE = re.compile(r"\d{3}[^\n]*[,.;\w]\s")
"""A number and the end of its clause: a cue before it belongs to that number."""
_JOINED = re.compile(r"\s*(?:,|/|;|(?:,\s*)?(?:and|und|et|y|e|plus|or))\s*")
"""Separator of two numbers of one kind."""
_SUM = re.compile(r"(?:\.\d\d\d)*(?:,\d\d)?\s?(?:€|£|\$|eur\b|euros?\b|kr\b|zł|chf\b|dollars?\b|pounds?\b)")
_SHORT_SUM = 6
"""Digits of a sum of money at most that is named nothing else."""
_YEAR, _YEAR_REACH, _SOCIAL = 4, 10, 9
_AMERICAN = (3, 3, 4)
"""Groups of a number in North America."""
_NHS, _NHS_PAUSES, _AADHAAR = 10, 2, 12
_ABROAD = ("DE", "AT", "CH", "FR", "BE", "NL", "AU", "NZ", "SE", "ZA", "IT", "GB")
"""Countries whose numbers begin with a nought that is written where they are called from."""


class Part(NamedTuple):
    """Units of a run, from ``first`` up to ``behind``, and what they are."""

    first: int
    behind: int
    kind: Kind
    value: str


class Setting(NamedTuple):
    """The words around a run: the nearest cue in its turn, or else the nearest one in the turns before.

    ``is_named``: the cue here names the run, rather than something else in the same sentence.
    """

    here: Cue | None
    earlier: Cue | None
    text: str
    countries: tuple[str, ...]
    is_named: bool = True

    @property
    def cue(self) -> Cue | None:
        """The cue that counts."""
        return self.here or self.earlier


def parts_of(units: Sequence[Unit], setting: Setting) -> Iterator[Part]:
    """Yield what is personal in a run."""
    digits = "".join(unit.chars for unit in units)
    if len(digits) < SHORTEST:
        return
    cue = setting.cue
    if setting.here == "other" or (setting.here is None and cue == "other"):
        is_named = setting.is_named if setting.here == "other" else len(digits) < CARD_SHORTEST
        if not is_named and _is_mobile(digits, setting.countries):
            yield Part(0, len(units), "phone", _phone_value(digits))
            return
        has_card = "card" in setting.text[: units[0].start] and "gift" not in setting.text
        is_named = is_named and not (has_card and _is_in_fours(units) and is_card(digits))
        if is_named or (found := _card(units, None)) is None or not is_luhn(found.value):
            return
        yield found
        return
    card = (
        None
        if cue in ("account", "phone") and len(digits) < CARD_LONGEST and not is_luhn(digits)
        else _card(units, cue)
    )
    if (
        card is not None
        and (cue == "card" or (len(digits) == USUAL_CARD and has_card_form(digits)))
        and len(digits) <= CARD_LONGEST
        and len(digits) - len(card.value) < SHORTEST + 1
    ):
        value = digits if len(digits) == USUAL_CARD else card.value
        yield Part(0, len(units), "card", value)  # one of them was misheard
        return
    if card is not None:
        yield from parts_of(units[: card.first], setting)
        yield card
        for part in parts_of(units[card.behind :], Setting(None, None, setting.text, setting.countries)):
            yield part._replace(first=part.first + card.behind, behind=part.behind + card.behind)
        return
    kind = _kind(units, digits, setting)
    if kind is None:
        yield from _both(units, digits, setting) or _behind_said(units, setting)
    else:
        yield Part(0, len(units), kind, _phone_value(digits) if kind == "phone" else digits)


def _behind_said(units: Sequence[Unit], setting: Setting) -> Iterator[Part]:
    """Yield the phone in figures that follows on a number which is said: ``born June seventy-four, 07911 123456``."""
    for index in range(1, len(units)):
        is_said = not any(map(str.isdecimal, setting.text[units[index - 1].start : units[index - 1].end]))
        if is_said and setting.text[units[index].start : units[index].end].isdecimal():
            digits = "".join(unit.chars for unit in units[index:])
            if _is_phone(units[index:], digits, setting):
                yield Part(index, len(units), "phone", _phone_value(digits))
            return


def _kind(units: Sequence[Unit], digits: str, setting: Setting) -> Kind | None:
    """Return what a run is that holds no card: by its cue where it has one, else by its form."""
    cue, size = setting.cue, len(digits)
    is_phone_like = digits[0] == "0" or tuple(len(unit.chars) for unit in units) == _AMERICAN
    if cue in ("birth_date", "security_code") and _SOCIAL < size <= _PHONE_LONGEST and is_phone_like:
        cue = None  # too long for what is spoken of
    kind: Kind | None = None
    if cue in KIND_BY_CUE:
        kind, least, most = KIND_BY_CUE[cue]
        kind = kind if least <= size <= most and (cue != "card" or not _is_phone(units, digits, setting)) else None
    is_date = _is_expiry(units, setting) or _is_year(units, digits, setting)
    is_sum = size <= _SHORT_SUM and _SUM.match(setting.text, units[-1].end) is not None
    if is_date or is_sum or (kind in (None, "phone") and _is_public(units, digits, setting)):
        return None
    if kind is not None or cue in ("birth_date", "security_code"):
        return kind
    if cue is None and _is_said_social(units, digits, setting):
        return "national_number"
    if _is_phone(units, digits, setting):
        return "phone"
    is_in_fours = size == 12 and _is_in_fours(units)  # noqa: PLR2004  Aadhaar
    if (
        size == _AADHAAR
        and cue is None
        and _is_said_in_fours(units, setting)
        and _national.is_valid("in_.aadhaar", digits)
    ):
        return "national_number"
    is_known = _national.is_sure(digits) or (is_in_fours and _national.is_known(digits))
    return "national_number" if is_known or (cue is None and _is_said_nhs(units, digits, setting)) else None


def _is_mobile(digits: str, countries: Sequence[str]) -> bool:
    """Return whether digits are a British mobile number by their form alone, whatever else is spoken of."""
    return digits.startswith("07") and len(digits) == _MOBILE and "GB" in countries


def _both(units: Sequence[Unit], digits: str, setting: Setting) -> tuple[Part, Part] | None:
    """Return the two numbers of ``82… and 88…``: of one length, with a word or a comma between them; None for others."""
    ends = list(accumulate(len(unit.chars) for unit in units))
    if len(digits) <= _national.LONGEST or len(digits) % 2 or len(digits) // 2 not in ends:
        return None
    at = ends.index(len(digits) // 2) + 1
    if _JOINED.fullmatch(setting.text, units[at - 1].end, units[at].start) is None:
        return None
    halves = ((0, at), (at, len(units)))
    values = ["".join(unit.chars for unit in units[slice(*half)]) for half in halves]
    kinds = [_kind(units[slice(*half)], value, setting) for half, value in zip(halves, values, strict=True)]
    if kinds[0] != "national_number" or kinds[1] != "national_number":
        return None
    first, second = (Part(*half, "national_number", value) for half, value in zip(halves, values, strict=True))
    return first, second


def _is_expiry(units: Sequence[Unit], setting: Setting) -> bool:
    """Return whether digits are a card's date of expiry, where a card or its code is spoken of."""
    if setting.cue not in ("security_code", "card"):
        return False
    return _EXPIRY.fullmatch(setting.text, units[0].start, units[-1].end) is not None


def _is_year(units: Sequence[Unit], digits: str, setting: Setting) -> bool:
    """Return whether digits are the year of ``since 2019``, rather than a part of what was asked for before."""
    if len(digits) != _YEAR or digits[:2] not in ("19", "20"):
        return False
    if setting.here is not None and not _NUMBER_BEFORE.search(setting.text, 0, units[0].start):
        return False
    return _SINCE.search(setting.text, max(0, units[0].start - _YEAR_REACH), units[0].start) is not None


def _is_said_social(units: Sequence[Unit], digits: str, setting: Setting) -> bool:
    """Return whether nine digits that are said, named by nothing, have the form of an American number."""
    if len(digits) != _SOCIAL or any(map(str.isdecimal, setting.text[units[0].start : units[-1].end])):
        return False
    return units[0].start < units[-1].start and "US" in setting.countries and _national.is_valid("us.ssn", digits)


def _is_said_nhs(units: Sequence[Unit], digits: str, setting: Setting) -> bool:
    """Return whether ten digits that are said, named by nothing, in threes and four, are a British health number by its check."""
    if len(digits) != _NHS or "GB" not in setting.countries or not _national.is_valid("gb.nhs", digits):
        return False
    said = setting.text[units[0].start : units[-1].end]
    return not any(map(str.isdecimal, said)) and said.count(",") == _NHS_PAUSES


def _is_said_in_fours(units: Sequence[Unit], setting: Setting) -> bool:
    """Return whether twelve digits that are said have a pause behind each four."""
    ends = list(accumulate(len(unit.chars) for unit in units))
    breaks = [end for end, unit in zip(ends, units, strict=True) if setting.text[unit.end : unit.end + 1] == ","]
    return breaks == [4, 8]


def _is_public(units: Sequence[Unit], digits: str, setting: Setting) -> bool:
    """Return whether digits are a number of a service, by their beginning and by words around them."""
    return _PUBLIC.fullmatch(digits) is not None and (
        _SERVICE.search(setting.text) is not None or _CALLED.search(setting.text, 0, units[0].start) is not None
    )


KIND_BY_CUE: Mapping[Cue | None, tuple[Kind, int, int]] = {
    "security_code": ("security_code", 3, 8),
    "national_number": ("national_number", 4, 18),
    "account": ("account", 5, 18),
    "iban": ("iban", 10, 34),
    "card": ("card", 6, 19),
    "phone": ("phone", 7, 15),
}
"""Kind of a run of digits by its cue, with its minimum and maximum length."""


def _card(units: Sequence[Unit], cue: Cue | None) -> Part | None:
    """Return the first card in a run: right by Luhn; or, as misheard, of a card's length and beginning.

    After a cue for a card, all of a run that can be one is one: a misheard digit spoils check digits and beginning.
    """
    ends = list(accumulate(len(unit.chars) for unit in units))
    digits = "".join(unit.chars for unit in units)
    if ends[-1] < CARD_SHORTEST:
        return None
    misheard: Part | None = None
    for first, start in enumerate([0, *ends[:-1]]):
        for behind in range(len(units), first, -1):
            number = digits[start : ends[behind - 1]]
            if len(number) < CARD_SHORTEST:
                break
            if len(number) > CARD_LONGEST or not has_card_form(number):
                continue
            if is_luhn(number):
                return Part(first, behind, "card", number)
            is_usual = behind - first == len(units) and len(number) == USUAL_CARD
            is_grouped = _is_in_fours(units[first:behind]) and (first == 0 or len(number) == USUAL_CARD)
            if misheard is None and (cue == "card" or is_usual or is_grouped):
                misheard = Part(first, behind, "card", number)
    sizes = [len(unit.chars) for unit in units]
    is_short = sizes[:3] == [4, 4, 4] and len(sizes) == 4 and ends[-1] == _CARD_SHORT and digits[0] in "45"  # noqa: PLR2004
    if misheard is None and (cue == "card" or is_short) and ends[-1] <= CARD_LONGEST:
        return Part(0, len(units), "card", digits)
    return misheard


def is_phone(digits: str, countries: Sequence[str]) -> bool:
    """Return whether digits by themselves are a telephone number of one of these countries."""
    if _is_mobile(digits, countries):
        return True
    return _SOCIAL < len(digits) <= _PHONE_LONGEST and any(_is_valid(digits, country) for country in countries)


def _is_in_fours(units: Sequence[Unit]) -> bool:
    """Return whether digits are written in groups as on a card: 4-4-4-4, 4-6-5."""
    sizes = [len(unit.chars) for unit in units]
    return len(sizes) > 2 and (all(size == 4 for size in sizes[:-1]) or sizes == [4, 6, 5])  # noqa: PLR2004


def _is_phone(units: Sequence[Unit], digits: str, setting: Setting) -> bool:
    """Return whether a run is a telephone number: by its form, or by the numbering plan of a likely country."""
    if not _PHONE_SHORTEST <= len(digits) <= _PHONE_LONGEST:
        return False
    before = setting.text[max(0, units[0].start - len("plus ")) : units[0].start]
    is_abroad = before.rstrip().endswith(("+", "plus")) or (digits.startswith("00") and len(digits) > 10)  # noqa: PLR2004
    if is_abroad or (digits.startswith("07") and is_phone(digits, setting.countries)):
        return True  # by its form alone: numbers that are kept for examples are in no numbering plan
    between = setting.text[units[0].end : units[-1].start]
    sizes = tuple(len(unit.chars) for unit in units)
    is_grouped = sizes in _GROUPS or (before.endswith("(") and ")" in between)
    if is_grouped and len(digits) >= 10 and (sizes not in _GROUPS_AFTER_0 or digits[0] == "0"):  # noqa: PLR2004
        return True
    if digits.startswith("555") and (digits[3] == "0" if len(digits) == _LOCAL else sizes == (3, 4) and "-" in between):
        return True
    is_apart = len(sizes) > 1 and digits[0] == "0" and digits[1] != "0" and max(sizes) > 1
    return is_phone(digits, _ABROAD if is_apart else setting.countries)


_GROUPS = {
    (3, 3, 4),
    (1, 3, 3, 4),
    (5, 6),
    (5, 3, 3),
    (4, 3, 4),
    (3, 4, 4),
    (3, 8),
    (4, 3, 3),
    (2, 2, 2, 2, 2),
    (2, 2, 3, 3),
}
_GROUPS_AFTER_0 = {(4, 3, 3), (2, 2, 3, 3), (2, 2, 2, 2, 2), (5, 6), (5, 3, 3), (4, 3, 4), (3, 4, 4), (3, 8)}
"""Groups in which telephone numbers are written. Ten digits at least, and not as cards are."""


@lru_cache(maxsize=4096)
def _is_valid(digits: str, country: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, country))
    except phonenumbers.NumberParseException:
        return False


def _phone_value(digits: str) -> str:
    """Return the last nine digits, which a national and an international spelling have in common."""
    return digits[-9:]
