"""E-mail addresses, written and said: ``jane@mail.org``, ``jane dot doe at gmail dot com``, ``jane arroba gmail``."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher
from auscult.redactors._words import words_of

_LISTS = words_of("email_words.txt")
_ENDS = "|".join(sorted(_LISTS["ends"]))
_AT = r"(?:\b(?:at|arroba|arobase|arobas|chiocciola|apenstaartje)\b|@|[(\[]at[)\]])"
_DOT = r"(?:\s+(?:dot|period|point|punkt|punto|ponto|punt)\s+|\s?[(\[]dot[)\]]\s?|\.)"
_PROVIDER = "|".join(sorted(_LISTS["providers"]))

_WRITTEN = searcher(r"[a-zà-ÿ0-9][a-zà-ÿ0-9._%+'-]*\s?@\s?[a-zà-ÿ0-9-]+(?:\.[a-zà-ÿ0-9-]+)*\.[a-z]{2,24}")
_SAID_DOMAIN = searcher(
    rf"{_AT}\s*(?:\bthe\s+)?((?:(?:[a-z0-9à-ÿ-]+\s+){{0,3}}?[a-z0-9à-ÿ-]+(?:\s+(?:dash|hyphen)\s+[a-z0-9]+)?"
    rf"(?:{_DOT}[a-z0-9à-ÿ-]+){{0,3}}?{_DOT}(?:{_ENDS})(?:{_DOT}(?:{_ENDS}))?)|(?:{_PROVIDER})(?:\s+(?:com|net|org))?)\b"
)
HAS_EMAIL = searcher(
    rf"@|{_AT}[^\n]{{1,60}}(?:\b(?:dot|point|punkt|punto|ponto|punt)\b|[(\[]dot|\.[a-z]{{2}})|\b(?:at|arroba|arobase) (?:{_PROVIDER})\b"
)
"""Whether a text may hold an e-mail address."""
CUES = re.compile(r"\be-?mails?\b|\bcorreo\b|\bcourriel\b")

_SEPARATORS = {
    "dot": ".", "period": ".", "point": ".", "punkt": ".", "punto": ".", "ponto": ".", "punt": ".",
    "underscore": "_", "unterstrich": "_", "underline": "_",
    "dash": "-", "hyphen": "-", "minus": "-", "bindestrich": "-", "tiret": "-", "guion": "-", "guión": "-", "trattino": "-",
    "plus": "+",
}  # fmt: skip
_JOINTS = "._-+"
_TIMES = frozenset({"double", "triple", "treble"})
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?|[._-](?=\S)|[,;:?!.](?=\s|$)")
_BREAKS = frozenset(",;:?!")
_STOPS = _LISTS["stops"]
_VERBS = _LISTS["verbs"]
_AS_IN = re.compile(r"\b([a-z])(?:,? (?:that's|that is|with) (?:an? )?\1)? (?:as in|for|like) \1[a-z]+")
"""A letter with a word that begins with it: ``j as in john``."""
_MOST_WORDS = 16
_FIRST_WORDS = 3


class _Local(NamedTuple):
    """The part of an address before its ``at``: where it begins, and how it would be written."""

    start: int
    text: str


def emails(low: str, earlier: str | None = None) -> Iterator[tuple[int, int, str]]:
    """Yield e-mail addresses of a text in small letters: start, end, and the address as it would be written.

    ``earlier`` is what the same side said before, with which an address may begin: its ``start`` is negative then, as
    counted from the end of ``earlier``.
    """
    written: list[tuple[int, int]] = []
    for found in _WRITTEN.finditer(low):
        written.append(found.span())
        yield *found.span(), re.sub(r"\s", "", found[0])
    for found in _SAID_DOMAIN.finditer(low):
        if any(start < found.end() and found.start() < end for start, end in written):
            continue
        domain, place = found[1], found.start()
        inner = domain.rfind(" at ")
        if inner >= 0:  # of ``rob dot at dot work at gmail dot com``
            place, domain = found.start(1) + inner + 1, domain[inner + len(" at ") :]
        local = _local_part(low[:place])
        start = place if local is None else local.start
        if local is None and earlier is not None and not low[:place].strip(" ,.-"):
            local = _local_part(earlier)
            start = 0 if local is None else local.start - len(earlier)
        if local is not None:
            yield start, found.end(), f"{local.text}@{_said_domain(domain)}"


def _local_part(before: str) -> _Local | None:
    """Read back from the end: words joined by ``dot``, spelled letters, digits; and the few words before them."""
    words = _last_words(before)
    parts: list[str] = []
    start, needs_word, at = len(before), True, len(words)
    while at:
        word, begin = words[at - 1]
        is_inside = bool(parts) and (parts[-1] in _JOINTS or _is_spelled(parts[-1]))
        if word in _BREAKS:
            if not (parts and at > 1 and _goes_on(words[at - 2][0], is_inside=is_inside)):
                break
        elif word in _SEPARATORS or word in _JOINTS:
            if not parts:
                break
            parts.append(_SEPARATORS.get(word, word))
            needs_word = True
        elif needs_word or _is_spelled(word) or _is_spelled(parts[-1]) or word in _TIMES:
            if word in _STOPS and not (is_inside and (needs_word or len(word) <= len("to"))):
                break
            parts.append(ONES.get(word) or TEENS.get(word) or word)
            needs_word = False
        else:
            break
        start, at = begin, at - 1
    while parts and parts[-1] in _JOINTS:
        parts.pop()
    if not _is_local(parts):
        return None
    first = _first_words(words[:at]) if not _is_spelled(parts[-1]) else []
    return _Local(first[-1][1] if first else start, "".join(reversed([*parts, *(word for word, _ in first)])))


def _last_words(before: str) -> list[tuple[str, int]]:
    """Return the last words with their places, without the pause after them; ``b as in boy`` is ``b``."""
    plain = _AS_IN.sub(lambda found: found[1].ljust(len(found[0])), before)
    words = [(found[0], found.start()) for found in _WORD.finditer(plain)][-_MOST_WORDS:]
    while words and words[-1][0] in _BREAKS:
        words.pop()
    return words


def _goes_on(word: str, *, is_inside: bool) -> bool:
    """Return whether an address goes on before a pause after this word: it is being spelled."""
    return len(word) == 1 or (is_inside and _is_spelled(word))


def _is_local(parts: Sequence[str]) -> bool:
    """Return whether parts, the last first, are a local part, and no verb before ``at`` as in ``look at``."""
    return bool(parts) and not (parts[0] in _VERBS and not (len(parts) > 1 and parts[1] in _JOINTS))


def _first_words(words: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the few words that belong to the one after them, as in ``it's big dave at``; the last comes first."""
    found: list[tuple[str, int]] = []
    for word, begin in reversed(words):
        if word == "the":
            found.append((word, begin))
            continue
        if word in _STOPS or word in _BREAKS or not word.isalpha():
            return found
        if len(found) >= _FIRST_WORDS:
            return []
        found.append((word, begin))
    return found


def _is_spelled(word: str) -> bool:
    return len(word) == 1 or word in ONES or word in TEENS or word in TENS or word.isdecimal()


def _said_domain(text: str) -> str:
    if "." not in text and not re.search(r"\s", text):
        return f"{text}.com"
    words = [_SEPARATORS.get(word, word) for word in re.sub(r"[(\[]dot[)\]]", " . ", text).split()]
    return "".join(words) if "." in "".join(words) else ".".join(words)
