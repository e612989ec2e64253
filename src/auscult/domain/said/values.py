"""Values that are said, and the same values as a source of truth writes them: found, put into one form, compared."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from auscult.domain.said.dates import DATE_WORDS, dates, written_date
from auscult.domain.said.numbers import SMALL, Token, digit_runs, number_at, numbers, tokens
from auscult.domain.said.text import spoken_words

Kind = Literal["text", "number", "amount", "percentage", "date", "digits", "phone", "email"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_CURRENCIES = {
    **dict.fromkeys(("$", "dollar", "dollars", "buck", "bucks", "usd", "cad", "aud"), "dollars"),
    **dict.fromkeys(("€", "euro", "euros", "eur"), "euros"),
    **dict.fromkeys(("£", "pound", "pounds", "quid", "gbp"), "pounds"),
    **dict.fromkeys(("₹", "rupee", "rupees", "inr"), "rupees"),
    **dict.fromkeys(("¥", "yen", "jpy"), "yen"),
}
_HUNDREDTHS = frozenset({"cent", "cents", "pence", "p", "penny", "paise"})
_PERCENT = frozenset({"%", "percent", "pct", "percentage"})
_EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE | re.ASCII)
_SPOKEN_SIGNS = {"dot": ".", "underscore": "_", "dash": "-", "hyphen": "-", "plus": "+", "at": "@"}
_FEWEST_DIGITS = 3
_MASKED_AS: Mapping[Kind, str] = {
    "digits": "card|iban|national number|security code|account|phone",
    "phone": "phone",
    "email": "email",
    "date": "birth date",
}
"""Kinds of placeholders that stand for values of a kind, where redaction replaced them."""
_PHONE_DIGITS = range(7, 16)
_MOST_TOKENS = 24


class Locale(NamedTuple):
    """Context for reading a date: the day of the conversation, and whether 3/5 is the third of May."""

    around: date
    is_day_first: bool

    @classmethod
    def of(cls, language: str, around: date) -> "Locale":
        """The month goes first in English but for ``en-GB`` and its like."""
        return cls(around, language.casefold() not in ("en", "en-us", "en-ph"))


class Value(NamedTuple):
    """Value in one form: the key it is compared by, and for an amount its currency, where that is known."""

    plain: str
    number: Decimal | None = None
    currency: str = ""

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.plain} {self.currency}".strip()


class Mention(NamedTuple):
    """A value, and the slice of the text that says it."""

    start: int
    end: int
    value: Value


def mentions(kind: Kind, text: str, locale: Locale) -> list[Mention]:
    """Return every value of a kind in a text, in order. Of ``text`` none, as any words may be meant."""
    finder = _FINDERS.get(kind)
    if finder is None:
        return []
    masked = list(_masked(kind, text)) if "[" in text else []
    if masked:
        text = _MASKS[kind].sub(lambda mark: "." * len(mark[0]), text)
    found = finder(text, tokens(text), locale) if _HINTS[kind].search(text) else ()
    return sorted([*found, *masked])


def is_masked(value: Value) -> bool:
    """Return whether a value is a placeholder of redaction, which equals only itself within its conversation."""
    return value.plain.startswith("[")


def _masked(kind: Kind, text: str) -> Iterator[Mention]:
    """Yield the placeholders of values of a kind."""
    if kind in _MASKS:
        yield from (Mention(mark.start(), mark.end(), Value(mark[0])) for mark in _MASKS[kind].finditer(text))


def read(kind: Kind, written: str, locale: Locale) -> Value | None:
    """A value as a source of truth, a judge or a pattern gives it, bare or with its unit; None when it is none."""
    text = written.strip()
    if kind == "text":
        plain = spoken_words(text).strip()
        return Value(plain) if plain else None
    if kind in _MASKS and (mark := _MASKS[kind].fullmatch(text)):
        return Value(mark[0])
    if kind == "date":
        found = written_date(
            text, locale.around, is_day_first=locale.is_day_first, words=tokens(text.partition("T")[0])
        )
        return None if found is None else Value(found.isoformat())
    if kind in ("digits", "phone"):
        runs = list(digit_runs(tokens(text)))
        return Value(runs[0].digits) if len(runs) == 1 else None
    said = mentions(kind, text, locale)
    if len(said) == 1:
        return said[0].value
    bare = list(numbers(tokens(text))) if kind in ("amount", "percentage") and not said else []
    return _numeric(bare[0].value) if len(bare) == 1 else None


def is_same(kind: Kind, one: Value, other: Value, tolerance: Decimal = Decimal(0)) -> bool:
    """Return whether two values are one: numbers within the tolerance, amounts of one currency, phones by their end."""
    if one.number is not None and other.number is not None:
        is_near = abs(one.number - other.number) <= tolerance
        return is_near and ("" in (one.currency, other.currency) or one.currency == other.currency)
    if kind == "phone" and not (is_masked(one) or is_masked(other)):
        shorter, longer = sorted((one.plain.lstrip("0"), other.plain.lstrip("0")), key=len)
        return len(shorter) in _PHONE_DIGITS and longer.endswith(shorter)
    return one.plain == other.plain


def _numeric(number: Decimal, currency: str = "") -> Value:
    return Value(f"{number.normalize():f}" if number else "0", number, currency)


def _dates(text: str, words: Sequence[Token], locale: Locale) -> Iterator[Mention]:
    for one in dates(text, words, locale.around, is_day_first=locale.is_day_first):
        yield Mention(one.start, one.end, Value(one.date.isoformat()))


def _numbers(_text: str, words: Sequence[Token], _locale: Locale) -> Iterator[Mention]:
    for one in numbers(words):
        yield Mention(words[one.first].start, words[one.behind - 1].end, _numeric(one.value))


def _digits(_text: str, words: Sequence[Token], _locale: Locale) -> Iterator[Mention]:
    for run in digit_runs(words):
        if len(run.digits) >= _FEWEST_DIGITS:
            yield Mention(words[run.first].start, words[run.behind - 1].end, Value(run.digits))


def _phones(text: str, words: Sequence[Token], locale: Locale) -> Iterator[Mention]:
    return (one for one in _digits(text, words, locale) if len(one.value.plain) in _PHONE_DIGITS)


def _percentages(_text: str, words: Sequence[Token], _locale: Locale) -> Iterator[Mention]:
    for one in numbers(words):
        at = one.behind
        if at + 1 < len(words) and (words[at].text, words[at + 1].text) == ("per", "cent"):
            yield Mention(words[one.first].start, words[at + 1].end, _numeric(one.value))
        elif at < len(words) and words[at].text in _PERCENT:
            yield Mention(words[one.first].start, words[at].end, _numeric(one.value))


def _amounts(_text: str, words: Sequence[Token], _locale: Locale) -> Iterator[Mention]:
    at = 0
    while at < len(words):
        found = _amount_at(words, at)
        if found is None:
            at += 1
        else:
            value, behind = found
            yield Mention(words[at].start, words[behind - 1].end, value)
            at = behind


def _amount_at(words: Sequence[Token], at: int) -> tuple[Value, int] | None:
    """``$25.50``, ``25 euros``, ``twenty dollars and fifty cents``, ``twenty dollars fifty``, ``fifty cents``."""
    before = _CURRENCIES.get(words[at].text, "")
    number = number_at(words, at + 1 if before else at)
    if number is None:
        return None
    value, behind = number.value, number.behind
    currency = before
    if behind < len(words) and words[behind].text in _HUNDREDTHS and not before:
        return _numeric(value / 100), behind + 1
    if behind < len(words) and words[behind].text in _CURRENCIES and before in ("", _CURRENCIES[words[behind].text]):
        currency, behind = _CURRENCIES[words[behind].text], behind + 1
    if not currency:
        return None
    following = behind + 1 if behind < len(words) and words[behind].text == "and" else behind
    cents = number_at(words, following) if behind > number.behind else None
    if cents is not None and cents.value < 100 and value == int(value):  # noqa: PLR2004 hundredths of it
        has_unit = cents.behind < len(words) and words[cents.behind].text in _HUNDREDTHS
        is_bare = following == behind and not (cents.behind < len(words) and _is_unit(words[cents.behind]))
        if has_unit or is_bare:
            value, behind = value + cents.value / 100, cents.behind + has_unit
    return _numeric(value, currency), behind


def _is_unit(token: Token) -> bool:
    """Return whether a number before this token counts something else: ``twenty dollars 12 months``."""
    return token.text[0].isalpha() or token.text in _PERCENT or token.text in _CURRENCIES


def _emails(text: str, words: Sequence[Token], _locale: Locale) -> Iterator[Mention]:
    for match in _EMAIL.finditer(text):
        yield Mention(match.start(), match.end(), Value(match[0].casefold()))
    yield from _spoken_emails(words)


def _spoken_emails(words: Sequence[Token]) -> Iterator[Mention]:
    """``john dot smith at example dot com``: grows from each ``at`` to both sides over words joined by signs."""
    for index, token in enumerate(words):
        if token.text != "at" or not 0 < index < len(words) - 1:
            continue
        first = _name_start(words, index - 1)
        last = _name_end(words, index + 1)
        said = [words[at].text for at in range(first, last + 1)]
        if "dot" in said[index - first :] and len(said) <= _MOST_TOKENS:
            plain = "".join(_SPOKEN_SIGNS.get(one, one) for one in said)
            if _EMAIL.fullmatch(plain):
                yield Mention(words[first].start, words[last].end, Value(plain))


def _name_start(words: Sequence[Token], at: int) -> int:
    while at >= 2 and words[at - 1].text in _SPOKEN_SIGNS and words[at - 1].text != "at":  # noqa: PLR2004 a word and a sign
        at -= 2
    return at


def _name_end(words: Sequence[Token], at: int) -> int:
    while at + 2 < len(words) and words[at + 1].text in ("dot", "dash", "hyphen"):
        at += 2
    return at


_FINDERS: Mapping[Kind, Callable[[str, Sequence[Token], Locale], Iterator[Mention]]] = {
    "number": _numbers,
    "amount": _amounts,
    "percentage": _percentages,
    "date": _dates,
    "digits": _digits,
    "phone": _phones,
    "email": _emails,
}


def _any_word(words: Iterable[str]) -> str:
    """Return a pattern of whole words, with digits allowed next to them (``50p``)."""
    return rf"(?<![^\W\d_])(?:{'|'.join(sorted(words, key=len, reverse=True))})(?![^\W\d_])"


# What no mention of a kind is without: most turns are done with in one look.
_NUMBER_HINT = rf"\d|{_any_word(['a', 'an', *SMALL, 'double', 'triple', 'oh', 'o', 'nought'])}"
_CURRENCY_HINT = (
    rf"[$\u20ac\u00a3\u20b9\u00a5]|{_any_word(one for one in {*_CURRENCIES, *_HUNDREDTHS} if one.isalpha())}"
)
_HINT_PATTERNS: Mapping[Kind, str] = {
    "number": _NUMBER_HINT,
    "amount": _CURRENCY_HINT,
    "percentage": "%|percent|pct|cent",
    "date": rf"\d[-/.]|{_any_word(DATE_WORDS)}",
    "digits": _NUMBER_HINT,
    "phone": _NUMBER_HINT,
    "email": "@|dot",
}
_MASKS = {kind: re.compile(rf"\[(?:{kinds}) \d+\]") for kind, kinds in _MASKED_AS.items()}
_HINTS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _HINT_PATTERNS.items()}
