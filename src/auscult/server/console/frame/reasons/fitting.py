"""Texts of the product that were stored or made in English, in other words: by the first of some templates that fits."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from auscult.language import translation_of
from auscult.server.console.frame.reasons.slots import pattern_of, weight_of

Slot = Callable[[str, str], str]
"""Return what is shown in a slot, of its name and the words that it holds."""


def as_it_is(name: str, held: str) -> str:
    """Return the words of a slot."""
    del name
    return held


def fitting(templates: tuple[str, ...], words: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the templates that words are of, with what their slots hold; those with the most words of their own first."""
    for text, pattern in _patterns(templates):
        if found := pattern.fullmatch(words):
            yield text, found.groupdict()


def translated(templates: tuple[str, ...], words: str, slot: Slot = as_it_is) -> str | None:
    """Return the translation of the template that words are of, with its slots; None where none fits."""
    for text, held in fitting(templates, words):
        if translation := translation_of(text):
            return translation.format(**{name: slot(name, each) for name, each in held.items()})
    return None


@cache
def _patterns(templates: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    """Return templates with their patterns, those with the most words of their own first."""
    return [(text, pattern_of(text)) for text in sorted(templates, key=weight_of, reverse=True)]
