"""Names of people, which are not subjects of a conversation. English, bare words (``spoken_words``)."""

import re
from functools import lru_cache

from auscult.domain.said.text import spoken_words

_WORDS = r"(?: (?!(?:i|im|id|ive|and|but|so|we|my|from|with|calling|here)\b)[^\W\d]+){1,2}"
_NAMED = re.compile(rf" (?:my name is|my names|the name is){_WORDS}(?= )")
_GREETING = re.compile(r" (?:hi|hello|hey|good (?:morning|afternoon|evening|day))(?: there)?(?= )")
_PERSON = re.compile(
    rf" (?:(?:this is|i am|im|its|(?:first |last )?name is){_WORDS}(?="
    rf" (?:from|and|here|calling|speaking|i|im|id|ive|my|on) | $)"
    r"|(?:hi|hello|hey|dear) (?!(?:i|im|its|this|my|there|can|could|is|are)\b)[^\W\d]+(?= ))"
)
_GREETS = (" hi", " hello", " hey", " good ")
_INTRODUCES = (" this is ", " i am ", " im ", " its ", " name is ", " hi ", " hello ", " hey ", " dear ")
"""Words one of which is in every greeting, and in all that names a person."""
_KEEP = 2_048


@lru_cache(maxsize=_KEEP)
def without_introduction(text: str) -> str:
    """Return a sentence without its greeting and without "my name is"; unchanged where it has neither."""
    bare = rest = spoken_words(text)
    if " name" in bare:
        rest = _NAMED.sub("", rest)
    if any(word in bare for word in _GREETS):
        rest = _GREETING.sub("", rest)
    return text if rest == bare else rest.strip()


def without_people(bare: str) -> str:
    """Return bare words without those that are mostly names: the words after "this is", "it's", "hello"."""
    if " name" in bare:
        bare = _NAMED.sub(" i", bare)
    return _PERSON.sub(" i", bare) if any(words in bare for words in _INTRODUCES) else bare
