"""Reasons of the machine in the reader's language: the translations of their codes, filled with their parts.

Of a part a number is written as the reader writes it, a text with a code is translated, and everything else, such as
quotations and names of a form, is shown as it is.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import cast

from babel.core import Locale, UnknownLocaleError
from markupsafe import Markup, escape

from auscult.domain.errors import PART, Coded
from auscult.language import ENGLISH, current, translation_of
from auscult.server.console.frame.reader import clock, decimal

_BEGINNING = re.compile(r'(?P<tag><span lang="en">)?(?P<letter>[^\W\d_])')
_ENDS = (".", "!", "?", ".</span>", "!</span>", "?</span>")
_AS_STORED = Markup('<span lang="en">{}</span>')
"""An English text on a page in another language."""
NUMBERS = frozenset({"n", "m", "s", "low", "high", "least", "most", "rate"})
"""Parts that are numbers; in ``ms`` there is a time, and in ``language`` a code or an English name."""


def in_words(reason: str, *, may_be_of_others: bool = False) -> Markup:
    """Return a reason in the reader's language; empty for none.

    One without a translation stays as it is, and is marked as English unless ``may_be_of_others``: a model or an agent
    may have written it, in any language.
    """
    if not reason or current() == ENGLISH:
        return escape(str(reason))
    found = translation_of(reason)
    if found is None and isinstance(reason, Coded) and not PART.sub("", reason.code).strip(" ;:,"):
        found = reason.code, reason.parts
    if found is None:
        return escape(str(reason)) if may_be_of_others else _AS_STORED.format(str(reason))
    template, parts = found
    shown = {name: _shown(name, each) for name, each in parts.items()}
    return Markup(PART.sub(lambda part: shown.get(part[1], part[0]), escape(template)))  # noqa: S704  (escaped already)


def _shown(name: str, part: object) -> Markup:
    """Return a part as the reader writes it."""
    if isinstance(part, Coded):
        return in_words(part)
    words = str(part)
    if name in NUMBERS:
        return escape(decimal(words))
    if name == "ms":
        return escape(clock(int(words)))
    return escape(_language(words) if name == "language" else words)


def _language(words: str) -> str:
    """Return the name of a language for the reader, from its English name or its code."""
    try:
        return Locale.parse(_codes().get(words, words), sep="-").get_display_name(current()) or words
    except (UnknownLocaleError, ValueError):
        return words


@cache
def _codes() -> dict[str, str]:
    """Return the codes of languages by their English names."""
    languages = cast("Mapping[str, str]", Locale(ENGLISH).languages)
    return {name: code for code, name in languages.items()}


def filled(text: str, **values: str) -> Markup:
    """Return a text with its placeholders filled; values that are no markup are escaped."""
    return escape(text).format(**values)


def sentence_of(reason: Markup) -> Markup:
    """Return a reason as a sentence: with a capital first, and a full stop."""
    found = _BEGINNING.match(reason)
    if found is not None:
        at = found.start("letter")
        reason = Markup(f"{reason[:at]}{found['letter'].upper()}{reason[at + 1 :]}")  # noqa: S704 escaped already
    return reason if reason.endswith(_ENDS) else reason + "."
