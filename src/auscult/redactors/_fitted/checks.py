"""Checks by which a number shows what it is: check digits, numbering plans, and the forms of what is written."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from auscult.domain.privacy.redaction import Kind
from auscult.redactors._cards import CARD_LONGEST, CARD_SHORTEST, has_card_form, is_luhn
from auscult.redactors._fitted.proofs import is_iban
from auscult.redactors._fitted.tokens import LISTS
from auscult.redactors._patterns import searcher
from auscult.redactors._words import lines_of

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_LISTS = lines_of("_fitted/forms.txt")
_FORMS = [(pattern, module) for module, _, pattern in (line.partition(" ") for line in _LISTS["written"])]
"""Patterns of national numbers, each with the module of python-stdnum that checks it, - where none does."""
_ANY = re.compile(r"\b(?:" + "|".join(f"({pattern})" for pattern, _ in _FORMS) + r")\b")
_OF_DIGITS = {int(size): modules.split() for size, _, modules in (line.partition(" ") for line in _LISTS["digits"])}
_SURE = {int(size): modules.split() for size, _, modules in (line.partition(" ") for line in _LISTS["sure"])}
"""Modules by the number of digits; ``_SURE`` are those with a date in them and check digits besides."""
_EXAMPLES = LISTS["example cards"]
_COUNTRIES = tuple(" ".join(_LISTS["countries"]).split())
_PHONE_SHORTEST, _PHONE_LONGEST, _IBAN_SHORTEST, _MOST = 8, 13, 15, 3
_AS_DATE, _EAN, _YEAR = (6, 8), 13, 4
_ADDRESSES, _MAILS, _NAMES = (
    [re.compile(pattern) for pattern in _LISTS[name]] for name in ("addresses", "mails", "names")
)
_MAY_BE_NAMED = searcher(r"\bn[ao]m|heiße|llamo|m'appelle|chamo")
_NUMBER = re.compile(r"\d(?:[ -]?\d){3,22}\b")
_NAMED: dict[Kind, tuple[str, ...]] = {
    kind: tuple(f"{words} " for words in _LISTS[f"named {kind}"]) for kind in ("account", "address")
}
"""Words that name the number after them as one of a kind."""
_SPLIT = re.compile(r"[\s./-]")
_IBAN = re.compile(r"\b[a-z]{2}\d\d(?:[ -]?[a-z0-9]{2,4}){3,8}\b")
_DATE = re.compile(r"(?<!\d)(\d{1,4})[-/. ]{1,2}(\d{1,2})[-/. ]{1,2}(\d{2,4})(?!\d)")
_LAST_BIRTH, _THIS, _AHEAD = 2012, 26, 34
"""The last year of a date that is rather one of birth, and the last two digits of this year and of one far ahead."""
_PATTERNS = {name: re.compile(lines[0]) for name, lines in lines_of("_fitted/patterns.txt").items()}
"""Forms of texts with digits, by name."""
_MAY_BE_EMAIL = re.compile(r" (?:dot|punkt|punto|point|ponto) |@")
_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_AROUND = re.compile(r"\(\?<?[=!][^()]*\)")


def _guard(patterns: Iterable[re.Pattern[str]]) -> Callable[[str], bool]:
    """Return a predicate of texts that may have one of several patterns, whatever these ask of their surroundings."""
    return searcher("|".join(f"(?:{_AROUND.sub('', each.pattern)})" for each in patterns))


_ANY_ADDRESS = _guard(_ADDRESSES)
_ANY_FORM = _guard((_DATE, _IBAN, _ANY, *(each for name, each in _PATTERNS.items() if name != "mixed")))
CODES = {
    name: number
    for number, name in enumerate(
        (
            "card", "card misheard", "luhn", "example card", "sure", "known", "phone", "phone of some", "nought",
            "day first", "ean", "year", "month and year", "iban", "iban misheard", "form", "email", "birth", "date",
            "of a thing", "iban-like", "written", "written misheard", "card over runs", "phone over runs",
            "said birth", "said date", "said part of date", "service number", "recent", "said email", "ending",
            "mailbox", *_PATTERNS,
        ),
        1,
    )
}  # fmt: skip
"""Numbers of the signs that checks give."""


@lru_cache(maxsize=16384)
def phone_countries(digits: str, more: tuple[str, ...] = ()) -> int:
    """Return in how many countries, three at most, digits are a valid telephone number; ``more`` are likely ones."""
    return sum(1 for _ in islice(_phones(digits, more), _MOST))


def is_service(digits: str, more: tuple[str, ...] = ()) -> bool:
    """Return whether a telephone number is one that no person has, in any country: it costs nothing, or the same everywhere."""
    if not digits.startswith(tuple(LISTS["service"])):
        return False
    from phonenumbers import PhoneNumberType, number_type  # noqa: PLC0415  (see below)

    services = PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN
    return any(number_type(number) in services for number in _phones(digits, more))


def _phones(digits: str, more: tuple[str, ...]) -> "Iterator[PhoneNumber]":
    """Yield what digits are in each country where they are a valid telephone number."""
    import phonenumbers  # noqa: PLC0415  (an extra, which codes alone do without)

    countries = dict.fromkeys((*more, *_COUNTRIES)) if _PHONE_SHORTEST <= len(digits) <= _PHONE_LONGEST else ()
    for country in countries:
        try:
            number = phonenumbers.parse(digits, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            yield number


@lru_cache(maxsize=16384)
def signs_of(chars: str, countries: tuple[str, ...] | None = ()) -> tuple[int, ...]:
    """Return what checks say of the digits and letters of a run; without countries those that need no other package."""
    if chars.isdecimal():
        return tuple(CODES[name] for name in _of_digits(chars, countries))
    return () if countries is None else tuple(CODES[name] for name in _of_letters(chars))


def _of_digits(digits: str, countries: tuple[str, ...] | None) -> Iterator[str]:
    size = len(digits)
    if CARD_SHORTEST <= size <= CARD_LONGEST:
        yield from _as_card(digits)
    if countries is not None:
        yield from _by_packages(digits, countries)
    if digits[0] == "0":
        yield "nought"
    if size in _AS_DATE and 1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12:  # noqa: PLR2004  a day and a month
        yield "day first"
    if size == _YEAR:
        yield from _of_four(digits)


def _by_packages(digits: str, countries: tuple[str, ...]) -> Iterator[str]:
    size = len(digits)
    if any(is_valid(module, digits) for module in _SURE.get(size, ())):
        yield "sure"
    elif any(is_valid(module, digits) for module in _OF_DIGITS.get(size, ())):
        yield "known"
    phones = phone_countries(digits, countries)
    if phones:
        yield "phone" if phones == 1 else "phone of some"
        if is_service(digits, countries):
            yield "service number"
    if size == _EAN and is_valid("ean", digits):
        yield "ean"


def _of_four(digits: str) -> Iterator[str]:
    if digits[:2] in ("19", "20"):
        yield "year"
    if 1 <= int(digits[:2]) <= 12 and 24 <= int(digits[2:]) <= 39:  # noqa: PLR2004  an expiry
        yield "month and year"


def _as_card(digits: str) -> Iterator[str]:
    if digits in _EXAMPLES:
        yield "example card"
    elif has_card_form(digits):
        yield "card" if is_luhn(digits) else "card misheard"
    elif is_luhn(digits):
        yield "luhn"


def _of_letters(chars: str) -> Iterator[str]:
    if len(chars) >= _IBAN_SHORTEST and chars[:2].isalpha() and chars[2:4].isdecimal():
        yield "iban" if is_iban(chars) else "iban misheard"
    low = chars.lower()
    if any(_is_form(pattern, module, low) for pattern, module in _FORMS):
        yield "form"


def forms_in(low: str, *, has_digit: bool, has_packages: bool = True) -> Iterator[tuple[int, int, int]]:
    """Yield the forms that are written in a turn in small letters: start, end and sign."""
    if "@" in low:
        yield from ((*found.span(), CODES["email"]) for found in _EMAIL.finditer(low))
    may = has_digit and _may_have(_ANY_FORM, low)
    for name, pattern in _PATTERNS.items() if has_digit else ():
        if may or name == "mixed":
            yield from ((*found.span(), CODES[name]) for found in pattern.finditer(low))
    if not may:
        return
    for found in _DATE.finditer(low):
        year = found[3] if len(found[1]) < 4 else found[1]  # noqa: PLR2004
        yield *found.span(), CODES["birth" if is_long_ago(year) else "recent" if is_recent(year) else "date"]
    for found in _IBAN.finditer(low):
        yield *found.span(), CODES["iban-like"]
    for found in _ANY.finditer(low):
        its = _FORMS[(found.lastindex or 1) - 1 :]
        is_right = has_packages and any(_is_form(pattern, module, found[0]) for pattern, module in its)
        yield *found.span(), CODES["written" if is_right else "written misheard"]


def _may_have(guard: Callable[[str], bool], low: str) -> bool:
    """Return whether a text may have one of the patterns of a guard, which reads words of ASCII alone as they do."""
    return not low.isascii() or guard(low)


def shapes_in(low: str, *, has_digit: bool) -> Iterator[tuple[int, int, Kind]]:
    """Yield streets, named numbers, mail addresses that are said, and names behind an introduction: start, end and kind."""
    for pattern in _ADDRESSES if has_digit and _may_have(_ANY_ADDRESS, low) else ():
        yield from _spans(pattern, low, "address")
    for found in _NUMBER.finditer(low) if has_digit else ():
        for kind, words in _NAMED.items():
            if low.endswith(words, 0, found.start()):
                yield *found.span(), kind
    for pattern in _MAILS if _MAY_BE_EMAIL.search(low) else ():
        yield from _spans(pattern, low, "email")
    for pattern in _NAMES if _MAY_BE_NAMED(low) else ():
        yield from _spans(pattern, low, "name")


def _spans(pattern: re.Pattern[str], low: str, kind: Kind) -> Iterator[tuple[int, int, Kind]]:
    for found in pattern.finditer(low):
        yield found.start(), found.end(), kind


def is_long_ago(digits: str) -> bool:
    """Return whether a year of two or four digits is rather one of a birth."""
    year = int(digits)
    return (year if year > 99 else year + (1900 if year > _THIS else 2000)) <= _LAST_BIRTH  # noqa: PLR2004


def is_recent(digits: str) -> bool:
    """Return whether a year of two or four digits is this one, the last or one ahead, in which hardly a caller is born."""
    return _THIS - 1 <= int(digits[-2:]) <= _AHEAD and (len(digits) == 2 or digits[:2] == "20")  # noqa: PLR2004


def _is_form(pattern: str, module: str, text: str) -> bool:
    """Return whether a text is a number of this form, right by its check: a text may have the form of several."""
    if re.fullmatch(pattern, text) is None:
        return False
    return module == "-" or is_valid(module, text) or is_valid(module, _SPLIT.sub("", text))


def is_valid(module: str, number: str) -> bool:
    """Return whether a number passes the check of a module of python-stdnum: ``us.ssn``."""
    try:
        return _check(module)(number)
    except LookupError:  # cn.ric raises one where its list names a place without counties
        return False


@cache
def _check(module: str) -> Callable[[str], bool]:
    """Load a module's check where it is needed first: each takes some milliseconds."""
    loaded: Any = import_module(f"stdnum.{module}")
    return cast("Callable[[str], bool]", loaded.is_valid)
