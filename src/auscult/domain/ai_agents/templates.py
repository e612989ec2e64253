"""Templates: what many texts share, in order, with gaps for what is each text's own.

A prompt that carries a customer's name and account is its template and these values. Everything in a template is in
each text that is made of it, so that nothing of one customer is kept for another.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

SHORTEST = 24
"""Characters of a shared stretch at least."""
MOST_OWN = 0.25
"""Share of a text that its own values are at most; beyond it, it shares too little with a template."""

_CLAUSE = re.compile(r"(?<=[\n.;:,!?])")
_LINE = re.compile(r"(?<=\n)")
_MOST_PARTS = 4_000
_GAP = "\0"

Template = tuple[str, ...]
"""Shared stretches in order; between two of them is a gap. One stretch alone is a whole text."""


def values_in(template: Template, text: str) -> tuple[str, ...] | None:
    """Return the values in the gaps of a template that make a text of it; None where it is not made of it."""
    first, last = template[0], template[-1]
    if len(template) == 1:
        return () if text == first else None
    end = len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last) or end < len(first):
        return None
    values: list[str] = []
    at = len(first)
    for stretch in template[1:-1]:
        found = text.find(stretch, at, end)
        if found < 0:
            return None
        values.append(text[at:found])
        at = found + len(stretch)
    values.append(text[at:end])
    return tuple(values) if sum(map(len, values)) <= MOST_OWN * len(text) else None


def filled(template: Template, values: Sequence[str]) -> str:
    """Return the text that a template and values make."""
    return template[0] + "".join(value + stretch for value, stretch in zip(values, template[1:], strict=True))


def shared(template: Template, text: str) -> Template | None:
    """Return the template that a text and another template have in common; None where they share too little."""
    known, given = _parts(_GAP.join(template)), _parts(text)
    if max(len(known), len(given)) > _MOST_PARTS:
        return None
    stretches = [""]
    blocks = SequenceMatcher(None, known, given).get_matching_blocks()
    at = 0, 0
    for start, other, length in blocks:
        left, right = "".join(known[at[0] : start]), "".join(given[at[1] : other])
        if left or right:
            head = _common(left.partition(_GAP)[0], right)
            tail = _common(left.rpartition(_GAP)[2][::-1], right[len(head) :][::-1])[::-1]
            tail = tail[max(0, len(head) + len(tail) - len(left)) :]
            stretches[-1] += head
            stretches.append(tail)
        stretches[-1] += "".join(given[other : other + length])
        at = start + length, other + length
    inner = [each for each in stretches[1:-1] if len(each) >= SHORTEST]
    ends = [each if len(each) >= SHORTEST else "" for each in (stretches[0], stretches[-1])]
    found = (ends[0], *inner, ends[1]) if len(stretches) > 1 else (text,)
    return found if any(found) and values_in(found, text) is not None else None


def _common(one: str, other: str) -> str:
    """Return what two texts begin with."""
    return one[
        : next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    ]


def _parts(text: str) -> list[str]:
    parts = _CLAUSE.split(text)
    return parts if len(parts) <= _MOST_PARTS else _LINE.split(text)
