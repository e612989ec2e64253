"""Hits of the one search, their kinds, and how words match a name."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Literal, NamedTuple, TypeVar, get_args
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from auscult.domain.conversation import Speaker, Turn
from auscult.domain.said.search import SaidQuery, words_of

GroupName = Literal["said", "people", "forms", "reasons", "help"]
"""Group of hits: conversations by their words, people, forms with questions, reasons for contact and views, documentation."""
Kind = Literal[
    "conversation", "agent", "user", "form", "metric", "scorecard", "taxonomy", "intent", "queue", "view", "section"
]

GROUPS: tuple[GroupName, ...] = get_args(GroupName)
LONGEST = 200
"""Characters of a search."""
MOST_WORDS = 8
"""Words that names are compared with."""
SHORTEST_BEGINNING = 3
"""Letters of a last word from which it also finds longer words."""
_LONGEST_ID = 255
_LONGEST_QUOTE = 140
_BEFORE = 40
_ENOUGH = 4
_OPENED: dict[str, Kind] = {
    "conversations": "conversation",
    "audits": "conversation",
    "agents": "agent",
    "metrics": "metric",
    "forms": "form",
    "scorecards": "scorecard",
    "taxonomies": "taxonomy",
}
_ID = re.compile(r"[A-Za-z0-9][\w.:-]{2,254}")
_T = TypeVar("_T")


class Hit(Struct, frozen=True, kw_only=True):
    """One thing that was found. ``path`` is its page below the console's address.

    ``name`` is its name, or the words that were said; ``about`` the form of a metric, the agents and queues of a
    conversation, the e-mail address of a user, the page of a section of the documentation, or empty. ``at`` is the start
    of a conversation. ``speaker`` said the words ``offset_ms`` after it; both are null where they are not known.
    """

    kind: Kind
    id: str
    name: str
    path: str
    about: str = ""
    at: datetime | None = None
    speaker: Speaker | None = None
    offset_ms: int | None = None


class HitGroup(Struct, frozen=True, kw_only=True):
    """Hits of one group, the best first. ``has_more``: there are more than these."""

    name: GroupName
    hits: tuple[Hit, ...]
    has_more: bool


class SearchResult(Struct, frozen=True, kw_only=True):
    """The hits of a search by group, groups without one left out. ``exact`` is what a pasted link or id names, or null."""

    exact: Hit | None
    groups: tuple[HitGroup, ...]


class Opened(NamedTuple):
    """A thing that a link or an id names; with the part of its page."""

    kind: Kind
    id: str
    part: str = ""


def opened_by(text: str) -> Opened | None:
    """Return what a pasted link of the console names; a bare id may be that of a conversation. None for other words."""
    text = text.strip()
    _, found, rest = text.partition("/console/")
    if found:
        address = urlsplit(rest)
        kind, _, name = address.path.partition("/")
        name = unquote(name)
        is_one = kind in _OPENED and 0 < len(name) <= _LONGEST_ID and name.isprintable()
        return Opened(_OPENED[kind], name, unquote(address.fragment)) if is_one else None
    return Opened("conversation", text) if _ID.fullmatch(text) else None


def folded(text: str) -> tuple[str, ...]:
    """Return the words of a search as names are compared with them: casefolded, at most ``MOST_WORDS``."""
    return tuple(text.casefold().replace("*", " ").replace('"', " ").split()[:MOST_WORDS])


def best(
    words: Sequence[str], things: Iterable[_T], name: Callable[[_T], str], also: Callable[[_T], str] | None = None
) -> list[_T]:
    """Return the things with every word in their name, or in what ``also`` returns: beginnings first, then short names."""
    found: list[tuple[tuple[int, int, str], int, _T]] = []
    for n, each in enumerate(things):
        text = name(each).casefold()
        more = also(each).casefold() if also else ""
        if all(word in text or word in more for word in words):
            found.append(((_place(words[0], text), len(text), text), n, each))
    return [each for _, _, each in sorted(found, key=lambda one: one[:2])]


def _place(word: str, text: str) -> int:
    """Return how well a word is placed in a name: at its beginning, at that of a word, inside one, not at all."""
    if text.startswith(word):
        return 0
    return 1 if f" {word}" in text else 2 if word in text else 3


def turn_with(turns: Sequence[Turn], query: SaidQuery) -> Turn | None:
    """Return the first turn that has the most of the words of a search; None where none has any."""

    @cache
    def marks_of(side: str) -> list[tuple[str, bool]]:
        return words_in(SaidQuery(wanted=tuple(each for each in query.wanted if each.side in (None, side))))

    def number(turn: Turn) -> int:
        marks = marks_of("agent" if turn.speaker == "bot" else turn.speaker)
        said = words_of(turn.text)
        return sum(any(_is(word, each, is_beginning=long) for each in said) for word, long in marks)

    found = max(turns, key=number, default=None)
    return found if found is not None and number(found) else None


def opening(turns: Sequence[Turn]) -> Turn | None:
    """Return the customer's first turn of at least four words, else the first turn with any."""
    said = [each for each in turns if each.text.strip()]
    by_customer = (each for each in said if each.speaker == "customer" and len(each.text.split()) >= _ENOUGH)
    return next(by_customer, said[0] if said else None)


def words_in(query: SaidQuery) -> list[tuple[str, bool]]:
    """Return the words that a search wants, each with whether it may go on."""
    return [
        (word, term.is_prefix and n == len(term.words) - 1)
        for term in query.wanted
        for n, word in enumerate(term.words)
    ]


def quote(text: str, query: SaidQuery) -> str:
    """Return the words around the first that is wanted, with dots where some are left out."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST_QUOTE:
        return text
    wanted = [word for word, _ in words_in(query)]
    at = min((n for word in wanted if (n := text.casefold().find(word)) >= 0), default=0)
    begin = 0 if at <= _BEFORE else text.rfind(" ", 0, at - _BEFORE // 2) + 1
    end = min(len(text), begin + _LONGEST_QUOTE)
    if end < len(text):
        end = max(text.rfind(" ", begin + 1, end), begin + 1)
    return f"{'… ' if begin else ''}{text[begin:end]}{' …' if end < len(text) else ''}"


def _is(word: str, said: str, *, is_beginning: bool) -> bool:
    return said.startswith(word) if is_beginning else said == word
