"""Readable sentences of a turn: without fillers, with capitals and stops. English.

Words are left out, and letters and stops are set; nothing is added or rephrased.
"""

import re
from functools import lru_cache
from itertools import islice, pairwise
from operator import eq

from auscult.domain.said.numbers import SMALL
from auscult.domain.said.text import FILLERS, straighten_quotes

MAX_WORDS = 30
MAX_CHARACTERS = 1_000
MOST_AGAIN = 3
"""Length of the longest repeated run of words that is removed."""
_KEEP = 2_048

_NUMBERS = frozenset(SMALL) | {"oh", "nought", "double", "triple"}
_STOP = re.compile(r"[.!?]+(?=\s|$)|\n+")
_MAY_STOP = re.compile(r"[.!?\n]")
_ABBREVIATIONS = ("Mr", "Ms", "Dr", "Mrs")
_SOUND = re.compile(r"\[[^\[\]]{0,60}\]|<[^<>]{0,60}>|(?<!\S)[\w'-]{1,60}~(?!\S)")
"""Noises in brackets, and words broken off (``wou~``)."""
_FILLER = re.compile(rf"(?<![\w'-])(?:{'|'.join(sorted(FILLERS))}|h?mm+|uhh+|umm+)(?![\w'-]),?", re.IGNORECASE)
_QUOTES = re.compile(r"""(?<![\w'"])"+|"+(?![\w'"])""")
"""Around words, where they become apostrophes. Inside of one that would make one word of two."""
_DOTS = re.compile(r"\s*(?:\.{2,}|\u2026)\s*")
_NAME = r"[\w'-]+(?: [\w'-]+)?"
_HEAD = re.compile(
    r"(?:(?:hiya|hi|hello|hey)(?: there)?|good (?:morning|afternoon"
    r"|evening|day)|yes|yeah|yep|yup|okay|ok|right|well|so|and|but|"
    r"oh|ah|alright|all right|sure(?: thing)?|great|perfect|fantastic|wonderful|excellent|lovely|certainly|of course|"
    r"absolutely|definitely|no problem|understood|actually|basically|please|i see|got it|let me see|sir|ma'?am|madam|"
    r"(?:thank you|thanks)(?: (?:so|very) much| a lot)?(?: for (?:[\w']+"
    r" ?){1,6}?(?=[,.!?;]|$| (?:and|but|i|my|we|it|what|can|"
    r"could|is|how)\b))?|one (?:moment|second|sec)(?: please)?|how are you(?: today| doing)?|"
    rf"(?:(?:[\w']+ )?my name is(?: also)?|this is|my name's) {_NAME}(?: here| speaking)?(?: and(?= i)|(?=[,;:]"
    rf"| i\b| i'))"
    r")(?:[,;:!.?\s-]+|$)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[,;\s]+(?:(?:and |so |but |okay |ok |now )?(?:(?:is|was) there"
    r" |do you (?:have|need) )?(?:anything|something) (?:else|more)\b"
    r".*|(?:and |so )?(?:can|could|may) i (?:help|assist) (?:you"
    r" )?with (?:anything|something)\b.*|(?:and )?(?:have|enjoy) "
    r"(?:a|your|the) [\w ]{0,20}(?:day|evening|weekend|afternoon|night|one)\b.*|please|okay|ok|thanks|thank you|bye|"
    r"goodbye|alright|all right|then|though|and|so|you know)[.!?,\s]*$",
    re.IGNORECASE,
)
_TAIL_ENDS = ("please", "ok", "okay", "thanks", "you", "bye", "right", "then", "though", "and", "so", "know")
_AFTER_TAIL = ".!?, \t\n\r\f\v\x1c\x1d\x1e\x1f"
_LONE_I = re.compile(r"(?<![\w'])i(?=$|[\s,.!?]|'(?:m|ve|ll|d)\b)")
_QUESTION = re.compile(
    r"(?:can|could|would|will|may|do|does|did|is|are|was|were|have"
    r"|has|should|shall|what|when|where|who|why|how|which) ",
    re.IGNORECASE,
)


def written_sentences(text: str) -> list[str]:
    """Return a turn's sentences as written; speech without stops is one."""
    shown = text[:MAX_CHARACTERS]
    if _MAY_STOP.search(shown) is None:
        return [piece] if (piece := shown.strip()) else []
    stops = [stop.end() for stop in _STOP.finditer(shown) if not shown[: stop.start()].endswith(_ABBREVIATIONS)]
    cuts = [0, *stops, len(shown)]
    return [piece for start, end in pairwise(cuts) if (piece := shown[start:end].strip())]


@lru_cache(maxsize=_KEEP)
def readable(sentence: str) -> str:
    """A sentence as it would be written down, at most ``MAX_WORDS`` words of it; empty when nothing is left."""
    said = straighten_quotes(sentence)
    if '"' in said:
        said = _QUOTES.sub("'", said).replace('"', " ")
    if "[" in said or "<" in said or "~" in said:
        said = _SOUND.sub(" ", said)
    if ".." in said or "\u2026" in said:
        said = _DOTS.sub(" ", said)
    said = _said_once(_FILLER.sub(" ", said).split()).strip(" ,;:-")
    while (head := _HEAD.match(said)) is not None:
        said = said[head.end() :]
    while _may_have_tail(said) and (tail := _TAIL.search(said)) is not None:
        said = said[: tail.start()]
    if not any(map(str.isalnum, said)):
        return ""
    words = said.split()
    if len(words) > MAX_WORDS:
        return _capital(" ".join(words[:MAX_WORDS]).rstrip(",;:.!?")) + "\u2026"
    if not said.endswith((".", "!", "?")):
        ends_asking = sentence.rstrip().endswith("?") or _QUESTION.match(said) is not None
        said = said.rstrip(" ,;:-") + ("?" if ends_asking else ".")
    return _capital(said)


def _may_have_tail(said: str) -> bool:
    """Return whether there may be a tail: its last word, or one that is in every other. Most have none."""
    low = said.lower()
    is_last = low.rstrip(_AFTER_TAIL).endswith(_TAIL_ENDS)
    return is_last or "thing" in low or "have " in low or "enjoy " in low or not said.isascii()


def _said_once(words: list[str]) -> str:
    """Words without those that only say again what was just said: ``i've i've had a a text``; numbers stay whole."""
    plain = [word.strip(",").lower() for word in words]
    if not any(any(map(eq, plain, islice(plain, length, None))) for length in range(1, MOST_AGAIN + 1)):
        return " ".join(words)
    kept: list[str] = []
    bare: list[str] = []
    for word in words:
        kept.append(word)
        bare.append(word.strip(",").lower())
        for length in range(1, min(MOST_AGAIN, len(bare) // 2) + 1):
            again = bare[-length:]
            if again == bare[-2 * length : -length] and not any(map(_is_number, again)):
                del kept[-2 * length : -length], bare[-length:]
                break
    return " ".join(kept)


def _is_number(word: str) -> bool:
    """Return whether a word is part of a number, in which a repetition means something: ``1111 1111``, ``oh five five``."""
    return word in _NUMBERS or any(map(str.isdecimal, word))


def _capital(said: str) -> str:
    return _LONE_I.sub("I", said[0].upper() + said[1:])
