"""Reasons of the engine's in the reader's language: matched with their templates, whose translation is filled.

Nothing is kept of a reason, for it may quote a customer; only the patterns are. A text that fits no template, and one
whose template has no translation, is shown as it is stored, and marked as English.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from markupsafe import Markup, escape

from auscult.language import ENGLISH, current, translation_of
from auscult.server.console.frame.reasons import slots
from auscult.server.console.frame.reasons.templates import LISTS, TEMPLATES

REASON = "reason"
PLACE = "place"
WHY = "whys"


class _Template(NamedTuple):
    """A template, the pattern of its texts, and the names of its slots."""

    text: str
    pattern: re.Pattern[str]
    slots: tuple[str, ...]


def in_words(stored: str, group: str = REASON, *, may_be_of_others: bool = False) -> Markup:
    """Return a reason, or another text of a group of templates, in the reader's language; empty for none.

    ``may_be_of_others``: without a template it is in the words of a model or an agent, which may not be English.
    """
    if not stored or current() == ENGLISH:
        return escape(stored)
    return _translated(stored, group) or (slots.OTHERS if may_be_of_others else slots.AS_STORED).format(stored)


def is_known(stored: str, group: str = REASON) -> bool:
    """Return whether a text of the engine's has a template, and that a translation in the current language."""
    return _translated(stored, group) is not None


def _translated(text: str, group: str) -> Markup | None:
    """Return the translation of a text of a group; None where no template fits."""
    for template in _templates().get(group, ()):
        found = template.pattern.fullmatch(text)
        shown = None if found is None else _filled(template, found, group)
        if shown is not None:
            return shown
    if group not in LISTS:
        return None
    joint, one = LISTS[group]
    return _list(text, joint, one)


def _filled(template: _Template, found: re.Match[str], group: str) -> Markup | None:
    """Return the translation of a template with its slots filled; None where one of them holds something else."""
    translation = translation_of(template.text)
    if translation is None:
        return None
    values: dict[str, Markup] = {}
    for slot in template.slots:
        value = _value(slot, found[slot], group)
        if value is None:
            return None
        values[slot] = value
    return escape(translation).format(**values)


def _value(slot: str, words: str, group: str) -> Markup | None:
    """Return the words of a slot in the reader's language; None where they belong to no template of its group."""
    if slot == slots.BEFORE:
        return _translated(words, group)
    if slot in slots.LENIENT:
        return _translated(words, slot) or slots.LENIENT[slot].format(words)
    return _translated(words, slot) if slot in TEMPLATES or slot in LISTS else slots.shown(slot, words)


def _list(text: str, joint: str, one: str) -> Markup | None:
    """Return a list of texts of a group, joined as in the reader's language; the first that fits, from the left."""
    ends = [at for at in _positions(text, joint) if _beginnings()[one].match(text, at + len(joint))]
    shown: dict[int, Markup | None] = {}
    for start in reversed([0, *(at + len(joint) for at in ends)]):
        shown[start] = _translated(text[start:], one)
        for at in (at for at in ends if at > start):
            rest = shown[at + len(joint)]
            first = None if rest is None else _translated(text[start:at], one)
            if first is not None and rest is not None:
                shown[start] = first + (translation_of(joint) or joint) + rest
                break
    return shown[0]


def _positions(text: str, joint: str) -> Iterator[int]:
    """Yield where a joint is in a text."""
    at = text.find(joint)
    while at >= 0:
        yield at
        at = text.find(joint, at + 1)


@cache
def _beginnings() -> dict[str, re.Pattern[str]]:
    """Return for each group of which there may be lists how its texts begin: other joints are within quotations."""
    return {one: slots.beginning_of(one) for _, one in LISTS.values()}


@cache
def _templates() -> dict[str, tuple[_Template, ...]]:
    """Return the templates of each group, the most specific first."""
    return {
        group: tuple(
            _Template(each, slots.pattern_of(each), tuple(slots.slots_of(each)))
            for each in sorted(dict.fromkeys(texts), key=slots.weight_of, reverse=True)
        )
        for group, texts in TEMPLATES.items()
    }
