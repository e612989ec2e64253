"""Validators: which tokens of a turn are a whole card, IBAN, national number, date or postcode by their check or form."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from auscult.redactors._recogniser.tokens import Turn, Unit

IBAN_LENGTH = {
    country: int(length)
    for country, length in re.findall(
        r"([a-z]{2})(\d\d)",
        "ad24ae23al28ao25at20az28ba20be16bg22bh22bi27br29bh22by28ch21cr22cv25cy28cz24de22dj27dk18do28dz26ee20eg29es24fi18"
        "fk18fo18fr27gb22ge22gi23gl18gr27gt28hr21hu28ie22il23iq23is26it27jo30kw30kz20lb28lc32li21lt20lu20lv21ly25"
        "ma28mc27md24me22mg27mk19mn20mr27mt31mu30mz25ni28nl18no15om23pk24pl28ps29pt25qa29ro24rs22sa24sc31sd18se24si19"
        "sk24sm27sn28st25sv28tl23tn24tr26ua29va22vg24xk20ci28cm27bj28bf28ml28",
    )
}
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
    r"(?<![\d./-])(?:((?:19|20)\d\d)([-/.])(\d{1,2})\2(\d{1,2})|(\d{1,2})([-/. ] ?)(\d{1,2})\6((?:19|20)\d\d|'?\d\d))(?!\d|[./-]\d)"
)
_MONTH_YEAR = re.compile(r"(?<![\d./-])(0?[1-9]|1[0-2]) ?[-/.] ?((?:20)?(?:2[4-9]|3\d))(?![\d/]|[.-]\d)")
_SPOKEN_DOMAIN = 8
_PHONE_LENGTHS = range(8, 15)


def luhn(digits: str) -> bool:
    """Return whether digits pass the check of cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """Return whether digits are a card's: length, first digits and check."""
    return (
        len(digits) in CARD_LENGTHS
        and (digits[0] in "456" or digits[:2] in ("34", "37", "30", "36", "38", "35") or "2221" <= digits[:4] <= "2720")
        and not (digits[0] == "4" and len(digits) not in (13, 16, 19))
        and not (digits[0] == "5" and digits[1] in "12345" and len(digits) != 16)
        and not (digits[:2] in ("34", "37") and len(digits) != 15)
        and len(set(digits)) > 2
        and luhn(digits)
    )


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
        loaded: Any = import_module(f"stdnum.{module}")
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
        return import_module("phonenumbers")
    except ModuleNotFoundError:
        return None


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


def signs_of(turn: Turn, countries: tuple[str, ...] = ()) -> dict[int, list[str]]:
    """Return by token what the validators say."""
    found: dict[int, list[str]] = {}

    def mark(sign: str, first: int, last: int) -> None:
        for token in range(first, last + 1):
            its = found.setdefault(token, [])
            if sign not in its:
                its.append(sign)

    for run in turn.runs:
        for each in _of_run(run):
            mark(*each)
        size = sum(len(unit.chars) for unit in run)
        if size in _PHONE_LENGTHS:
            digits = "".join(unit.chars for unit in run)
            first = run[0].first
            is_plus = "+" in turn.gaps[first] or (first and turn.words[first - 1] in ("plus", "más", "mais"))
            is_plus = is_plus or digits.startswith("00")
            if digits.isdecimal() and is_phone(digits.lstrip("0") if is_plus else digits, countries, is_international=bool(is_plus)):
                mark("phone", first, run[-1].last)
    if any(map(str.isdecimal, turn.low)):
        for pattern, sign_of in ((_DATE, _date_sign), (_MONTH_YEAR, _month_sign)):
            for hit in pattern.finditer(turn.low):
                sign = sign_of(hit)
                if sign:
                    its = [i for i, start in enumerate(turn.starts) if hit.start() <= start < hit.end()]
                    if its:
                        mark(sign, its[0], its[-1])
    for each in _emails(turn):
        mark(*each)
    return found


def _of_run(run: Sequence[Unit]) -> Iterator[tuple[str, int, int]]:
    total = sum(len(unit.chars) for unit in run)
    taken: list[tuple[int, int]] = []
    if total >= CARD_LENGTHS[0]:
        for first, behind, chars in _windows(run, CARD_LENGTHS[0], CARD_LENGTHS[-1]):
            if chars.isdecimal() and not any(first < b and f < behind for f, b in taken) and is_card(chars):
                taken.append((first, behind))
                yield ("testcard" if chars in TEST_CARDS else "card"), run[first].first, run[behind - 1].last
        yield from _ibans(run)
    yield from _persons(run, total)
    for first, behind, chars in _windows(run, 4, 7):
        if not chars.isdecimal() and _POSTCODE.fullmatch(chars):
            yield "postcode", run[first].first, run[behind - 1].last
    for first, behind, chars in _windows(run, 4, 4):
        if chars.isdecimal() and chars[:2] in ("19", "20"):
            age = "old" if chars < "2013" else "now" if chars < "2026" else "next" if chars < "2041" else ""
            if age:
                yield f"year:{age}", run[first].first, run[behind - 1].last
    if len(run) <= 3 and 3 <= total <= 6 and all(u.chars.isdecimal() for u in run):
        month, year = "".join(u.chars for u in run)[:-2], "".join(u.chars for u in run)[-2:]
        if month and int(month[:2]) in range(1, 13) and len(month) <= 2 and "24" <= year <= "39":
            yield "mmyy", run[0].first, run[-1].last


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
    if total < 8:
        return
    seen: set[tuple[int, int]] = set()
    for first, behind, chars in _windows(run, 8, 18):
        is_whole = behind - first == len(run) or (first == behind - 1)
        if (is_whole or not chars.isdecimal()) and not any(f <= first and behind <= b for f, b in seen):
            for module in nationals(chars):
                seen.add((first, behind))
                yield f"nat:{module}", run[first].first, run[behind - 1].last
                yield ("natl" if not chars.isdecimal() else "natd"), run[first].first, run[behind - 1].last


def _date_sign(hit: re.Match[str]) -> str:
    year, month, day = (hit[1], hit[3], hit[4]) if hit[1] else (hit[8].strip("'"), hit[7], hit[5])
    numbers = sorted((int(month), int(day)))
    if not 1 <= numbers[0] <= 12 or not 1 <= numbers[1] <= 31:
        return ""
    value = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 30 else 1900)
    return "date:old" if value < 2013 else "date:mid" if value < 2023 else "date:now"


def _month_sign(hit: re.Match[str]) -> str:
    return "monthyear"


def _emails(turn: Turn) -> Iterator[tuple[str, int, int]]:
    """Yield written addresses and the stretch around ``at`` and ``dot`` of said ones."""
    for at, word in enumerate(turn.words):
        if "@" in word:
            yield "email", at, at
        elif turn.cues[at] == "at" or "@" in turn.gaps[at]:
            first_right = at + 1 if turn.cues[at] == "at" else at
            dots = [
                place
                for place in range(first_right, min(first_right + _SPOKEN_DOMAIN, len(turn.words)))
                if (turn.cues[place] == "dot" or "." in turn.gaps[place].strip(" ")) and place >= first_right
            ]
            if dots or (first_right < len(turn.words) and turn.cues[first_right] == "provider"):
                last = dots[-1] + (1 if turn.cues[dots[-1]] == "dot" else 0) if dots else first_right
                last = min(last, len(turn.words) - 1)
                yield "maildomain", first_right, last
                if first_right > at:
                    yield "mailat", at, at
                for back in range(1, 9):
                    left = at - back if turn.cues[at] == "at" else at - back
                    if left < 0:
                        break
                    yield f"mailbefore:{min(back, 5)}", left, left
