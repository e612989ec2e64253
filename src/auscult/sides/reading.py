"""Score of what one speaker says: above zero it sounds like an agent, below like a customer."""

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

import msgspec
from msgspec import Struct

from auscult.domain.said.text import spoken_words

GRAIN = 64
"""Steps of a weight in one unit of log odds."""
MOST = 3 * GRAIN
"""The most that one turn says for a side: a long turn is not worth ten short ones."""
SHORTEST_RUN, LONGEST_RUN = 3, 5
_KEPT_WORDS = 50_000
_BEGINNING, _END, _NUMBER = "^", "$", "0"


class Weights(Struct, frozen=True, forbid_unknown_fields=True):
    """Fitted weights of one language, in ``GRAIN`` of log odds: of words, pairs, and runs of characters within words.

    ``sharpness`` is in percent: how far the sum over turns is to be believed.
    """

    revision: int
    bias: int
    sharpness: int
    asks: int
    words: dict[str, int]
    pairs: dict[str, int]
    runs: dict[str, int]


class Reader:
    """Reader of one language. Threads may share it."""

    def __init__(self, weights: Weights, language: str) -> None:
        """Ready the lookups."""
        self.sharpness = weights.sharpness / 100
        self._bots = [spoken_words(sign) for tag, sign in lines_of("bots.txt") if tag == language]
        self._weights = weights
        self._of_word = lru_cache(maxsize=_KEPT_WORDS)(self._weigh)

    def score(self, text: str) -> int:
        """Return what a turn says for the agent, from -``MOST`` to ``MOST``; 0 where it has no word."""
        words = spoken_words(text).split()
        if not words:
            return 0
        pairs, of_word, before = self._weights.pairs, self._of_word, _BEGINNING
        total = self._weights.bias + self._weights.asks * text.count("?")
        for said in words:
            word = _NUMBER if said.isdigit() else said
            total += of_word(word) + pairs.get(f"{before} {word}", 0)
            before = word
        total += pairs.get(f"{before} {_END}", 0)
        return max(-MOST, min(MOST, total))

    def is_of_a_bot(self, text: str) -> bool:
        """Return whether whoever says this says that it is a machine."""
        spoken = spoken_words(text)
        return any(sign in spoken for sign in self._bots)

    def _weigh(self, word: str) -> int:
        runs = self._weights.runs
        return self._weights.words.get(word, 0) + sum(runs.get(run, 0) for run in runs_of(word))


def languages() -> frozenset[str]:
    """Return the ISO 639-1 codes of the languages that there are weights for."""
    folder = files("auscult.sides") / "weights"
    return frozenset(each.name.removesuffix(".json") for each in folder.iterdir() if each.name.endswith(".json"))


@cache
def reader(language: str) -> Reader | None:
    """Return the reader of a language, None where there are no weights for it."""
    if language not in languages():
        return None
    content = (files("auscult.sides") / "weights" / f"{language}.json").read_bytes()
    return Reader(msgspec.json.decode(content, type=Weights), language)


def features(text: str) -> Iterator[tuple[str, str]]:
    """Yield what the weights of a turn are of, each as often as it occurs: its kind, ``words``, ``pairs`` or ``runs``, and itself."""
    words = [_NUMBER if each.isdigit() else each for each in spoken_words(text).split()]
    for word in words:
        yield "words", word
        yield from (("runs", run) for run in runs_of(word))
    for before, after in pairwise((_BEGINNING, *words, _END)):
        yield "pairs", f"{before} {after}"


def lines_of(name: str) -> list[tuple[str, str]]:
    """Return the lines of a word list, each its head and the rest."""
    text = (files("auscult.sides") / name).read_text(encoding="utf-8")
    lines = [line.partition(": ") for line in text.splitlines() if line and not line.startswith("#")]
    return [(head, rest) for head, _, rest in lines]


def runs_of(word: str) -> Iterator[str]:
    """Yield the runs of 3 to 5 characters of a word between its brackets."""
    shown = f"<{word}>"
    for length in range(SHORTEST_RUN, LONGEST_RUN + 1):
        for start in range(len(shown) - length + 1):
            yield shown[start : start + length]
