"""Keywords that characterise a conversation: runs of rare words, the rarest and most frequent first. English.

Identities are left out: numbers, addresses, the words after "my name is", the names of those who take part.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from math import log1p, sqrt

from auscult.analyzers.topics._names import without_people
from auscult.analyzers.topics._words import ACTIONS, COUNTING, IDENTITY, NOUNS_IN_ING, SMALL_TALK, rarity
from auscult.domain.conversation import Conversation
from auscult.domain.memo import kept
from auscult.domain.said.text import spoken_words

MOST = 5
LONGEST = 3
SHORTEST_WORD = 3
LONG_ENOUGH = 5
"""From so many letters on, an ending tells what kind of word it is."""
NOUNS_IN_ED = frozenset({"speed", "breed", "embed", "exceed", "indeed", "hundred"})
NOUNS_IN_LY = frozenset({"supply", "family", "reply", "assembly", "monthly", "weekly", "yearly", "italy", "jelly"})
_KEEP = 2_048

_PLAIN = ACTIONS | IDENTITY | SMALL_TALK | COUNTING
_NO_WORD = re.compile(r"[^\s@\d]*+[@\d]\S*|\[[^\]]*\]")
"""Addresses, numbers, and what a transcriber put between brackets."""
_MAY_BE_NO_WORD = re.compile(r"[@\d\[]")


def keywords(conversation: Conversation, texts: Iterable[str]) -> tuple[str, ...]:
    """Return the most characteristic words of some texts of a conversation, at most five, the best first.

    Two or three adjacent words count as one.
    """
    people = _people(conversation)
    runs = Counter([run for text in texts for run in informative_runs(text) if people.isdisjoint(run)])
    if not runs:
        return ()
    said = _said(conversation)
    weights = {run: _weight(run, times, said) for run, times in runs.items()}
    chosen: list[tuple[str, ...]] = []
    for run in sorted(runs, key=lambda run: (-weights[run], run)):
        if not any(set(run) <= set(other) for other in chosen):
            chosen.append(run)
    return tuple([" ".join(run) for run in chosen[:MOST]])


@kept
def _said(conversation: Conversation) -> str:
    """All that people said in it."""
    return "".join([spoken_words(turn.text) for turn in conversation.turns if turn.speaker != "system"])


def _weight(run: tuple[str, ...], times: int, said: str) -> float:
    rare = sum([rarity(word) for word in run]) / sqrt(len(run))
    return rare * (1 + log1p(times) + log1p(min([said.count(f" {word} ") for word in run])))


def _people(conversation: Conversation) -> frozenset[str]:
    """The words of the names of those who take part."""
    names: Iterable[str | None] = (
        *(agent.name for agent in conversation.agents),
        conversation.customer.name if conversation.customer else None,
    )
    return frozenset(word for name in names if name for word in spoken_words(name).split())


@lru_cache(maxsize=_KEEP)
def informative_runs(text: str) -> tuple[tuple[str, ...], ...]:
    """Return adjacent words that could each be keywords; of longer runs the last three."""
    shown = _NO_WORD.sub(" ", text) if _MAY_BE_NO_WORD.search(text) else text
    words = without_people(spoken_words(shown)).split()
    runs: list[tuple[str, ...]] = []
    run: list[str] = []
    for word, after in pairwise([*words, "", ""]):
        if _may_tell(word) and after not in IDENTITY:
            run.append(word)
        elif run:
            runs.append(tuple(run[-LONGEST:]))
            run = []
    return tuple(runs)


@lru_cache(maxsize=_KEEP)
def _may_tell(word: str) -> bool:
    return len(word) >= SHORTEST_WORD and word.isalpha() and rarity(word) > 0 and word not in _PLAIN and _is_thing(word)


def _is_thing(word: str) -> bool:
    """Return whether a word may name a thing, by its ending: verbs and adverbs do not."""
    if len(word) < LONG_ENOUGH:
        return True
    if word.endswith("ly"):
        return word in NOUNS_IN_LY
    if word.endswith("ed"):
        return word in NOUNS_IN_ED
    return not word.endswith("ing") or word in NOUNS_IN_ING
