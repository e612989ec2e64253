"""Words that do not characterise a conversation: common ones, and those of every service desk. English."""

from collections.abc import Mapping
from importlib.resources import files

from auscult.wording.word_lists import read_words

_HERE = files("auscult.analyzers.topics")
_BANDS = read_words(_HERE / "everyday_words.txt").values()
_BAND_OF: Mapping[str, int] = {word: band for band, words in enumerate(_BANDS) for word in words}
COMMON = frozenset(_BAND_OF)
"""Words that one in 1,500 comments has, or more."""
_PLAIN = read_words(_HERE / "plain_words.txt")

ACTIONS, IDENTITY, SMALL_TALK, COUNTING = (_PLAIN[title] for title in ("actions", "identity", "small talk", "counting"))
BOUNDARIES, MODIFIERS, HELPING_VERBS = (_PLAIN[title] for title in ("boundaries", "modifiers", "helping verbs"))
NOUNS_IN_ING = _PLAIN["nouns in -ing"]


def rarity(word: str) -> int:
    """Return how rare a word is, from 0 (one in 150 comments has it, or more) to 3 (fewer than one in 1,500)."""
    return _BAND_OF.get(word, len(_BANDS))
