"""Warnings about valid conditions with likely mistakes: words that can never match."""

import re
from collections.abc import Iterator
from typing import Any, cast

from msgspec import Struct

from auscult.domain.errors import coded
from auscult.domain.said.text import LONG_WORDS, spoken_words
from auscult.metrics._finding.language import Entry, Finding, Problem, What
from auscult.metrics._finding.patterns import bare_words, one_line

_UNSAID = re.compile(r"[\x00-\x1f\x7f]")
_MEANT = {"\b": r"\b", "\a": r"\a", "\f": r"\f", "\v": r"\v"}
_SPECIAL = re.compile(r"[\\.^$*+?()\[\]{}|]")
_ESCAPED = re.compile(r"\\.|\[[^\]]*\]|\{[^}]*\}|\(\?[\w-]*[:)]")
_NEVER_BARE = re.compile("[-',!\";\u2018\u2019\u201c\u201d\u2026]")
_PLACEHOLDER = re.compile(r"\[[^\[\]]*\]")


def doubts(one: Struct, field: str) -> Iterator[Problem]:
    """Yield the warnings about a struct in a metric's settings: (field, doubt and what would be right)."""
    if isinstance(one, Finding | Entry):
        yield from _contradictions(one, field)
    if isinstance(one, What):
        yield from _of_condition(one, field)


def structs_in(settings: Any, field: str = "") -> Iterator[tuple[str, Struct]]:  # noqa: ANN401  (settings of any type)
    """Yield every struct in a metric's settings, with its field: ``answer.any_of[1]``."""
    if isinstance(settings, Struct):
        yield field, settings
        for name, key in zip(settings.__struct_fields__, settings.__struct_encode_fields__, strict=True):
            value = getattr(settings, name)
            if isinstance(value, tuple | Struct):
                yield from structs_in(value, f"{field}.{key}".removeprefix("."))
    elif isinstance(settings, tuple):
        for index, one in enumerate(cast("tuple[Any, ...]", settings)):
            if isinstance(one, tuple | Struct):
                yield from structs_in(one, f"{field}[{index}]")


def _contradictions(finding: Finding | Entry, field: str) -> Iterator[Problem]:
    for group, entries in (("any_of", finding.any_of), ("all_of", finding.all_of)):
        for index, entry in enumerate(entries):
            if entry in finding.none_of:
                yield f"{field}.{group}[{index}]", coded("stands under none_of too, so that it can never be found")


def _of_condition(condition: What, field: str) -> Iterator[Problem]:
    for kind in ("similar", "phrases", "wording"):
        written: tuple[str, ...] | str = getattr(condition, kind) or ()
        texts = written if isinstance(written, tuple) else ()
        first: dict[str, int] = {}
        for index, text in enumerate(texts):
            at = f"{field}.{kind}[{index}]"
            yield from _of_text(kind, text, at)
            said = one_line(text).casefold() if kind == "wording" else spoken_words(text)
            if first.setdefault(said, index) != index:
                yield at, coded("says the same as {name}; keep one", name=f"{kind}[{first[said]}]")
    if condition.pattern is not None:
        yield from _unsaid(condition.pattern, f"{field}.pattern")


def _of_text(kind: str, text: str, at: str) -> Iterator[Problem]:
    if kind == "wording":
        yield from _of_wording(one_line(text), at)
        return
    yield from _unsaid(text, at)
    without = _PLACEHOLDER.sub(" ", text)
    if "[" in without or "]" in without:
        yield at, coded("has a bracket without its other half; a placeholder is written [so]")
    elif spoken_words(without) == " ":
        yield at, coded("has nothing but placeholders, so that any words are like it")
    if kind == "similar" and (count := len(text.split())) > LONG_WORDS:
        yield at, coded("has {n} words, and is compared with one sentence at a time; write shorter samples", n=count)


def _of_wording(text: str, at: str) -> Iterator[Problem]:
    yield from _unsaid(text, at)
    if not _SPECIAL.search(text):
        bare = bare_words(text)
        if bare != text.casefold():
            yield (
                at,
                coded(
                    "can never match; words are compared without punctuation and fillers, so write {value!r}",
                    value=bare,
                ),
            )
    elif never := _NEVER_BARE.search(_ESCAPED.sub(" ", text)):
        yield (
            at,
            coded(
                "has {value!r}, which is never in the words that are compared: what's is whats there",
                value=never.group(),
            ),
        )


def _unsaid(text: str, at: str) -> Iterator[Problem]:
    for found in _UNSAID.finditer(text.replace("\n", " ")):
        meant = _MEANT.get(found.group())
        hint = "; " + coded("for {value} use single quotes, or write the backslash twice", value=meant) if meant else ""
        yield at, coded("holds the character {value}, which nobody says", value=f"U+{ord(found.group()):04X}") + hint
        return
