"""Numbers in the current language."""

from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, format_percent

from auscult.language import current

MINUS = "\u2212"
WHOLE = "#,##0"
"""The pattern of a whole number."""


def number(value: float | Decimal, digits: int = 0, *, signed: bool = False, language: str = "") -> str:
    """Return a number with ``digits`` decimals, a true minus sign, and a plus sign where it is ``signed``."""
    value = round(value, digits)  # so that what is shown as 0 has no sign
    text = decimal(abs(value), _pattern(digits), language or current())
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    return sign + text


@lru_cache(maxsize=4096)
def share(value: float | Decimal, digits: int, language: str) -> str:
    """Return a share of 1 as a percentage: ``0.912`` is ``91.2%``."""
    locale = locale_of(language)
    return format_percent(value + 0, percent_pattern(locale, _pattern(digits)), locale=locale)  # minus zero is zero


def language_name(code: str) -> str:
    """Return the name of a language in the current one: ``German``; its code where it has none."""
    try:
        name = Locale.parse(code, sep="-").get_display_name(current())
    except (UnknownLocaleError, ValueError):
        name = None
    return name[:1].upper() + name[1:] if name else code


def percent_pattern(locale: Locale, text: str) -> str:
    """Return the pattern of percentages with a number in it, or the pattern of one."""
    return str(locale.percent_formats[None].pattern).replace(WHOLE, text)


@lru_cache
def locale_of(language: str) -> Locale:
    """Return the locale of a language."""
    return Locale.parse(language, sep="-")


@lru_cache(maxsize=4096)
def decimal(value: float | Decimal, pattern: str, language: str) -> str:
    """Return a number in a pattern: lists show the same ones in row after row."""
    return format_decimal(value, pattern, locale=locale_of(language))


def _pattern(digits: int) -> str:
    return WHOLE + ("." + "0" * digits if digits else "")
