"""Slots of the templates of reasons: which words one may hold, and how these are shown.

A slot whose name is a group of templates holds one of its texts, which is translated too; a number is written as the
reader writes it; everything else, such as quotations and names of a form, is shown as it is.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import cast

from babel.core import Locale, UnknownLocaleError
from markupsafe import Markup, escape

from auscult.language import ENGLISH, current
from auscult.server.console.frame.reader import clock, decimal
from auscult.server.console.frame.reasons.templates import LISTS, TEMPLATES

BEFORE = "before"
"""The slot that holds a text of its template's own group."""
AS_STORED = Markup('<span lang="en">{}</span>')
"""An English text on a page in another language."""
OTHERS = Markup("{}")
"""The words of others, in whatever language."""
LENIENT = {"fault": AS_STORED, "because": OTHERS, "judged": OTHERS}
"""Slots that may hold other words too, and how these are shown: a server's message, a form's excuse, a judge's reason."""
NUMBERS = frozenset({"n", "m", "s", "low", "high", "least", "most", "rate"})
TIME = "ms"
TURN = "turn"
"""The slot of a turn's id, which is one word."""
LANGUAGE = "language"
_NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_ANYTHING = r".*?"
_SLOT = re.compile(r"\{(\w+)\}")


def slots_of(template: str) -> list[str]:
    """Return the names of a template's slots, in order."""
    return _SLOT.findall(template)


def pattern_of(template: str) -> re.Pattern[str]:
    """Compile a template to the pattern of the texts that it may be filled to."""
    pieces = _SLOT.split(template)
    pattern = "".join(
        f"(?P<{piece}>{_held(piece)})" if is_slot else re.escape(piece)
        for piece, is_slot in zip(pieces, [False, True] * len(pieces), strict=False)
    )
    return re.compile(pattern, re.DOTALL)


def beginning_of(group: str) -> re.Pattern[str]:
    """Compile how the texts of a group begin: their templates up to the first slot that holds anything."""
    return re.compile(_beginning(group), re.DOTALL)


def weight_of(template: str) -> int:
    """Return how many characters of a template are its own; of two templates that fit, the heavier one is meant."""
    return len(_SLOT.sub("", template))


def shown(slot: str, words: str) -> Markup:
    """Return the words of a slot that is no group of templates, as the reader writes them."""
    if slot in NUMBERS:
        return escape(decimal(words))
    if slot == TIME:
        return escape(clock(int(words)))
    return escape(_language(words) if slot == LANGUAGE else words)


def _beginning(group: str) -> str:
    return "|".join(sorted({_beginning_of(each) for each in TEMPLATES[group]}, key=len, reverse=True))


def _beginning_of(template: str) -> str:
    beginning = ""
    for index, piece in enumerate(_SLOT.split(template)):
        if not index % 2:
            beginning += re.escape(piece)
        elif piece in TEMPLATES:
            return f"{beginning}(?:{_beginning(piece)})"
        elif (held := _held(piece)) == _ANYTHING:
            return beginning
        else:
            beginning += f"(?:{held})"
    return beginning


def _held(slot: str) -> str:
    """Return the pattern of the words that a slot may hold."""
    if slot in NUMBERS:
        return _NUMBER
    if slot in (TIME, TURN):
        return r"\d+" if slot == TIME else r"\S+"
    fixed = TEMPLATES.get(slot, ("{}",))
    if slot not in LISTS and slot not in LENIENT and not any("{" in each for each in fixed):
        return "|".join(re.escape(each) for each in sorted(fixed, key=len, reverse=True))
    return _ANYTHING


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
