"""Validators: which tokens of a turn are a whole card, IBAN, national number, date or postcode by their check or form."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from auscult.redactors._recogniser.numbers import IBAN_LENGTH
from auscult.redactors._recogniser.tokens import Turn, Unit

CARD_LENGTHS = range(13, 20)
TEST_CARDS = frozenset(
    ["4242424242424242", "4111111111111111", "4000000000000002", "5555555555554444", "378282246310005",
     "371449635398431", "6011111111111117", "5105105105105100", "4012888888881881", "4000056655665556",
     "5200828282828210", "2223003122003222", "4000000000009995", "4000000000003220", "30569309025904"]
)  # fmt: skip
"""Cards by which payment is tried; everybody knows them."""
_POSTCODE = re.compile(
    r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}"  # GB
    r"|[a-z]\d[a-z]\d[a-z]\d"  # CA
    r"|\d{4}[a-z]{2}"  # NL
    r"|[ac-fhknpr-ty]\d[\dw][\dac-fhknpr-ty]{4}"  # IE
)
_DATE = re.compile(
    r"(?<![\d./-])(?:((?:19|20)\d\d)([-/.])(\d{1,2})\2(\d{1,2})"
    r"|(\d{1,2})([-/. ] ?)(\d{1,2})\6((?:19|20)\d\d|'?\d\d))(?!\d|[./-]\d)"
)
_MONTH_YEAR = re.compile(r"(?<![\d./-])(0?[1-9]|1[0-2]) ?[-/.] ?((?:20)?(?:2[4-9]|3\d))(?![\d/]|[.-]\d)")
_SPOKEN_DOMAIN = 8
_YEAR, _POSTCODE_MOST, _CENTURY = 4, 7, "30"
_BORN, _LATE, _NOW, _LAST = "2013", "2023", "2026", "2041"
"""Years: births are before the first, what is of late behind the second; cards expire from the third to the last."""
_MONTHS, _DAYS, _MONTH_YEARS = range(1, 13), range(1, 32), range(3, 7)
_WHOLE_MONTH_YEAR = re.compile(r"(?:0?[1-9]|1[0-2])(?:2[4-9]|3\d)")
_PLUS = frozenset({"plus", "más", "mais"})
_PERSON_LENGTHS = range(8, 19)
_PHONE_LENGTHS = range(8, 15)


def luhn(digits: str) -> bool:
    """Return whether digits pass the check of cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += sum(divmod(int(digit) * (1 + place % 2), 10))
    return total % 10 == 0


_CARDS = re.compile(r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|3[47]\d{13}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
                    r"|3[0568]\d{12,17}|5[06-9]\d{11,17}|6\d{12,18}")  # fmt: skip
_LEAST_DIFFERENT = 2


def is_card(digits: str) -> bool:
    """Return whether digits are a card's: length, first digits and check."""
    return _CARDS.fullmatch(digits) is not None and len(set(digits)) >= _LEAST_DIFFERENT and luhn(digits)


def is_iban(chars: str) -> bool:
    """Return whether small letters and digits are an IBAN."""
    if IBAN_LENGTH.get(chars[:2]) != len(chars) or not chars.isascii() or not chars[2:4].isdecimal():
        return False
    return int("".join(str(int(each, 36)) for each in chars[4:] + chars[:4])) % 97 == 1


@cache
def _forms() -> Sequence[tuple[re.Pattern[str], str]]:
    lines = Path(__file__).with_name("national.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split(" ", 1) for line in lines if line and not line.startswith("#")]
    return [(re.compile(form), module) for module, form in pairs if form != "x"]


@cache
def _check(module: str) -> Callable[[str], bool] | None:
    try:
        import stdnum  # noqa: PLC0415  (an extra)

        loaded: Any = import_module(f"{stdnum.__name__}.{module}")
    except ModuleNotFoundError:
        return None
    return cast("Callable[[str], bool]", loaded.is_valid)


def nationals(chars: str) -> Iterator[str]:
    """Yield the checks that a number without separators passes, ``-`` where its form alone tells."""
    for form, module in _forms():
        if form.fullmatch(chars):
            check = None if module == "-" else _check(module)
            if module == "-" or (check is not None and check(chars.upper())):
                yield module


def _windows(run: Sequence[Unit], least: int, most: int) -> Iterator[tuple[int, int, str]]:
    """Yield stretches of units whose characters are so many: first unit, unit behind, characters; longest first."""
    found: list[tuple[int, int, str]] = []
    for first in range(len(run)):
        chars = ""
        for behind in range(first + 1, len(run) + 1):
            chars += run[behind - 1].chars
            if len(chars) > most:
                break
            if len(chars) >= least:
                found.append((first, behind, chars))
    found.sort(key=lambda each: -len(each[2]))
    yield from found


COUNTRIES = {
    "en": ("US", "GB", "IE"), "de": ("DE", "AT", "CH"), "fr": ("FR", "BE", "CH"), "es": ("ES", "MX", "AR"), "it": ("IT",),
    "nl": ("NL", "BE"), "pt": ("BR", "PT"), "sv": ("SE",), "da": ("DK",), "no": ("NO",), "fi": ("FI",), "pl": ("PL",),
    "ja": ("JP",), "hi": ("IN",),
}  # fmt: skip
"""Countries whose telephone numbers are likely, by language."""


@cache
def _phones() -> Any:  # noqa: ANN401  (a module, or None where it is not installed)
    try:
        import phonenumbers  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        return None
    return phonenumbers


@lru_cache(4096)
def is_phone(digits: str, countries: tuple[str, ...], *, is_international: bool) -> bool:
    """Return whether digits are a telephone number of one of these countries, or of any behind a plus."""
    phones = _phones()
    if phones is None:
        return False
    for country in (None,) if is_international else countries:
        try:
            number = phones.parse(f"+{digits}" if is_international else digits, country)
        except phones.NumberParseException:
            continue
        if phones.is_valid_number(number):
            return True
    return False


Mark = tuple[str, int, int]
"""What a validator says, and the tokens of which it says it: first and last."""


def signs_of(turn: Turn, countries: tuple[str, ...] = ()) -> dict[int, list[str]]:
    """Return by token what the validators say."""
    found: dict[int, list[str]] = {}
    for sign, first, last in _marks(turn, countries):
        for token in range(first, last + 1):
            its = found.setdefault(token, [])
            if sign not in its:
                its.append(sign)
    return found


def _marks(turn: Turn, countries: tuple[str, ...]) -> Iterator[Mark]:
    for run in turn.runs:
        total = sum(len(unit.chars) for unit in run)
        if total >= CARD_LENGTHS[0]:
            yield from _cards(run)
            yield from _ibans(run)
        yield from _persons(run, total)
        yield from _short(run, total)
        if total in _PHONE_LENGTHS:
            yield from _telephones(turn, run, countries)
    if any(map(str.isdecimal, turn.low)):
        yield from _dates(turn)
    yield from _emails(turn)


def _cards(run: Sequence[Unit]) -> Iterator[Mark]:
    taken: list[tuple[int, int]] = []
    for first, behind, chars in _windows(run, CARD_LENGTHS[0], CARD_LENGTHS[-1]):
        if chars.isdecimal() and not any(first < b and f < behind for f, b in taken) and is_card(chars):
            taken.append((first, behind))
            yield ("testcard" if chars in TEST_CARDS else "card"), run[first].first, run[behind - 1].last


def _short(run: Sequence[Unit], total: int) -> Iterator[Mark]:
    """Yield postcodes, years, and months with years of four digits."""
    for first, behind, chars in _windows(run, _YEAR, _POSTCODE_MOST):
        if not chars.isdecimal():
            if _POSTCODE.fullmatch(chars):
                yield "postcode", run[first].first, run[behind - 1].last
        elif len(chars) == _YEAR and (age := _age(chars)):
            yield f"year:{age}", run[first].first, run[behind - 1].last
    whole = "".join(unit.chars for unit in run)
    if (
        total in _MONTH_YEARS
        and len(run) <= _MONTH_YEARS[0]
        and whole.isdecimal()
        and _WHOLE_MONTH_YEAR.fullmatch(whole)
    ):
        yield "mmyy", run[0].first, run[-1].last


def _age(year: str) -> str:
    """Return what a year is: of a birth, of late, of an expiry; empty where it is none."""
    if year[:2] not in ("19", "20"):
        return ""
    return next((age for age, end in (("old", _BORN), ("now", _NOW), ("next", _LAST)) if year < end), "")


def _telephones(turn: Turn, run: Sequence[Unit], countries: tuple[str, ...]) -> Iterator[Mark]:
    digits, first = "".join(unit.chars for unit in run), run[0].first
    if digits.isdecimal():
        is_far = "+" in turn.gaps[first] or (first > 0 and turn.words[first - 1] in _PLUS) or digits.startswith("00")
        if is_phone(digits.lstrip("0") if is_far else digits, countries, is_international=is_far):
            yield "phone", first, run[-1].last


def _dates(turn: Turn) -> Iterator[Mark]:
    hits = [(hit, _date_sign(hit)) for hit in _DATE.finditer(turn.low)]
    hits += [(hit, "monthyear") for hit in _MONTH_YEAR.finditer(turn.low)]
    for hit, sign in hits:
        its = [at for at, start in enumerate(turn.starts) if hit.start() <= start < hit.end()]
        if sign and its:
            yield sign, its[0], its[-1]


def _ibans(run: Sequence[Unit]) -> Iterator[tuple[str, int, int]]:
    chars = "".join(unit.chars for unit in run)
    owner = [unit for unit in run for _ in unit.chars]
    for at in range(len(chars) - 7):
        length = IBAN_LENGTH.get(chars[at : at + 2])
        if length and chars[at + 2 : at + 4].isdecimal():
            whole = chars[at : at + length]
            if len(whole) == length and is_iban(whole):
                yield "iban", owner[at].first, owner[at + length - 1].last
            else:
                yield "ibanlike", owner[at].first, owner[min(at + length, len(chars)) - 1].last


def _persons(run: Sequence[Unit], total: int) -> Iterator[tuple[str, int, int]]:
    if total < _PERSON_LENGTHS[0]:
        return
    seen: set[tuple[int, int]] = set()
    for first, behind, chars in _windows(run, _PERSON_LENGTHS[0], _PERSON_LENGTHS[-1]):
        is_whole = behind - first == len(run) or (first == behind - 1)
        if (is_whole or not chars.isdecimal()) and not any(f <= first and behind <= b for f, b in seen):
            for module in nationals(chars):
                seen.add((first, behind))
                yield f"nat:{module}", run[first].first, run[behind - 1].last
                yield ("natl" if not chars.isdecimal() else "natd"), run[first].first, run[behind - 1].last


def _date_sign(hit: re.Match[str]) -> str:
    """Return whether a date is of a birth, or of late, empty where it is none."""
    year, month, day = (hit[1], hit[3], hit[4]) if hit[1] else (hit[8].strip("'"), hit[7], hit[5])
    low, high = sorted((int(month), int(day)))
    if low not in _MONTHS or high not in _DAYS:
        return ""
    whole = year if len(year) == _YEAR else f"20{year}" if year < _CENTURY else f"19{year}"
    return "date:old" if whole < _BORN else "date:mid" if whole < _LATE else "date:now"


def _emails(turn: Turn) -> Iterator[Mark]:
    """Yield written addresses, and the stretch around ``at`` and ``dot`` of said ones."""
    for at, word in enumerate(turn.words):
        if "@" in word:
            yield "email", at, at
        elif turn.cues[at] == "at" or "@" in turn.gaps[at]:
            yield from _said_email(turn, at)


def _said_email(turn: Turn, at: int) -> Iterator[Mark]:
    """Yield the parts of an address around a word for @, where a domain follows on it."""
    right, count = at + (turn.cues[at] == "at"), len(turn.words)
    dots = [
        place
        for place in range(right, min(right + _SPOKEN_DOMAIN, count))
        if turn.cues[place] == "dot" or "." in turn.gaps[place].strip(" ")
    ]
    if not dots and (right >= count or turn.cues[right] != "provider"):
        return
    last = dots[-1] + (turn.cues[dots[-1]] == "dot") if dots else right
    yield "maildomain", right, min(last, count - 1)
    if right > at:
        yield "mailat", at, at
    for back in range(1, min(at, _SPOKEN_DOMAIN) + 1):
        yield f"mailbefore:{min(back, 5)}", at - back, at - back
