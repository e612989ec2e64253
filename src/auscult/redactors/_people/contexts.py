"""Words around a word that make it a person's name: ``my neighbour Ivo``, ``passed me on to Hamza``, ``Zdenka told me``."""

from typing import NamedTuple

from auscult.redactors._words import words_of

_CUES = words_of("name_cues.txt")
_AT_ONCE = _CUES["titles"] | _CUES["people"] | _CUES["verbs"] | _CUES["greets"]
_AGREES, _DEALINGS, _LINKS, _SAYS, _FOLLOWS = (
    _CUES[title] for title in ("agrees", "dealings", "links", "says", "follows")
)
_BELONGS, _FAMILY = _CUES["belongs"], _CUES["family"]
_ANY = _AT_ONCE | _AGREES | _CUES["loosely"]
_SELF = {
    "this is": True,
    "it is": False,
    "i am": True,
    "here is": True,
    "is this": True,
    "is that": True,
    "are you": True,
    "ich bin": True,
    "je suis": True,
    "i'm": True,
    "its": False,
    "it's": False,
    "that's": False,
}
"""Words before a name that is introduced; whether a name that ends its clause needs nothing after it."""
_BEFORE, _AFTER = 48, 30
_STOPS = ".?!:"
_SHORT_LINK = 4
"""Letters of a word within ``passed me on to``."""
_DAYTIMES = frozenset({"morning", "afternoon", "evening", "day", "welcome"})
"""Greetings after which a company may be named."""
_BEGINS = frozenset(
    [
        "i",
        "i'm",
        "i've",
        "i'll",
        "i'd",
        "let",
        "let's",
        "we",
        "we'll",
        "we've",
        "you",
        "you're",
        "can",
        "could",
        "that's",
        "thank",
        "thanks",
        "your",
        "one",
        "just",
        "may",
        "what",
        "how",
        "is",
        "are",
        "do",
    ]
)
"""First words of a sentence that may follow on a name that was called without a sign."""
_ROLES = _CUES["people"] | {"account", "policy", "main", "named", "primary", "registered", "name"}
_SIZES = frozenset({"big", "little", "old", "young", "poor", "our"})
_UNDER = frozenset(
    [
        "it's",
        "is",
        "was",
        "booked",
        "listed",
        "registered",
        "filed",
        "it",
        "reservation",
        "booking",
        "that's",
        "name",
        "account",
        "booking's",
        "account's",
        "name's",
    ]
)
_THERE = frozenset({"here", "speaking", "calling", "there"})


class Around(NamedTuple):
    """The words before a word of a line, the nearest last, those after it, and the signs right before and after it."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    gap: str
    end: str

    @property
    def is_first(self) -> bool:
        """True where the word begins its sentence."""
        return not self.before or self.gap in tuple(_STOPS)


def around(low: str, line: int, start: int, end: int) -> Around:
    """Return what is around a word of a text in small letters; ``line`` is where its line begins."""
    before = low[max(line, start - _BEFORE) : start].replace("\u2019", "'").split()[-4:]
    right = low[end : end + _AFTER].partition("\n")[0].replace("\u2019", "'")
    after = right.split()[:4]
    last = before[-1][-1] if before else ""
    return Around(
        tuple(word.strip(".,?!;:\"'()-\u2013\u2014") for word in before),
        tuple(plain for word in after if (plain := word.strip('.,?!;:"()'))),
        "" if last.isalnum() else last,
        "." if not after else right[0] if right[0] in ".,?!;:" else "",
    )


def is_person(word: Around, *, is_listed: bool, is_followed: bool) -> bool:
    """Return whether a capitalised word that no list knows is a name.

    ``is_listed`` says that it may be one of several that are listed, of whatever kind: ``in Leeds, Yorkshire``;
    ``is_followed`` that another capitalised word follows, as a surname does.
    """
    if _is_spelled(word) or _is_somebody(word):
        return True
    if word.is_first and is_followed:
        return not is_listed
    if word.after and not word.end and word.after[0] in (_SAYS | _FAMILY):
        return not word.before or word.before[-1] not in _LINKS
    if word.is_first:
        return bool(word.after) and not word.end and word.after[0] in _THERE
    return _is_called(word, is_listed=is_listed) or _is_met(word) or _is_introduced(word, is_followed=is_followed)


def _is_called(word: Around, *, is_listed: bool) -> bool:
    """Return whether a word behind a comma is the name of who is spoken to: ``Thanks, Ivo.``."""
    if word.gap != ",":
        return False
    return (word.end in (".", "?", "!", ",") and word.before[-1] in _AGREES) or (
        word.end in (".", "?", "!") and not is_listed
    )


def _is_met(word: Around) -> bool:
    """Return whether the word before makes a name: a greeting, a relative, a title, or a verb of dealing."""
    last = word.before[-1]
    if last in _DAYTIMES:
        return bool(word.end)
    if last in _AT_ONCE:
        return True
    if last in _AGREES and word.gap == "" and last not in ("not", "that"):
        return bool(word.end) or (bool(word.after) and word.after[0] in _BEGINS)
    return last in _LINKS and word.gap == "" and _dealt(word.before)


def _is_spelled(word: Around) -> bool:
    """Return whether letters follow one by one: ``Clarke, C L A``."""
    return (
        len(word.after) > 2  # noqa: PLR2004
        and word.end in (",", ".", "")
        and all(len(each) == 1 and each.isalpha() for each in word.after)
    )


def _is_somebody(word: Around) -> bool:
    """Return whether a sentence introduces a person: ``Anoushka is the account holder``, ``Bartek is my husband``."""
    if word.after[:2] in (("this", "side"), ("is", "fine"), ("will", "do")):
        return True
    if len(word.after) < 3 or word.end or word.after[0] not in ("is", "was"):  # noqa: PLR2004
        return False
    return word.after[1] in ("my", "our", "the", "his", "her") and word.after[2] in _ROLES


def is_owner(word: Around) -> bool:
    """Return whether a word with ``'s`` owns what a person does: ``Hendrik's phone``."""
    return bool(word.after) and not word.end and word.after[0] in _BELONGS


def is_likely(word: Around) -> bool:
    """Return whether the words around suffice for a known given name in small letters."""
    if word.after and word.after[0] in (_SAYS | _FAMILY | _THERE):
        return True
    if _is_somebody(word) or _is_spelled(word) or _is_of_next(word):
        return True
    if word.is_first:
        return not word.after or word.end == ","
    last = word.before[-1]
    if last == "in":
        return False
    if last in _SIZES and len(word.before) > 1:
        last = word.before[-2]
    if last in _ANY or word.end in ("?", "!") or not word.after or (word.gap == "," and word.end == "."):
        return True
    return last in _SELF or " ".join(word.before[-2:]) in _SELF


def _is_of_next(word: Around) -> bool:
    """Return whether what follows belongs to who is named: ``lorraine her phone's``."""
    return word.after[:1] in (("her",), ("his",)) and not word.end and word.after[1:2] != () and _owned(word.after[1])


def _owned(word: str) -> bool:
    return word.removesuffix("'s") in _BELONGS


def _dealt(before: tuple[str, ...]) -> bool:
    """Return whether the words before are of dealing with a person: ``spoke to``, ``put me through to``."""
    if before[-2:-1] and before[-2] in _DEALINGS:
        return True
    return len(before) > 2 and before[-3] in _DEALINGS and len(before[-2]) <= _SHORT_LINK  # noqa: PLR2004


def _is_introduced(word: Around, *, is_followed: bool) -> bool:
    """Return whether a name is introduced: ``I'm Zdenka.``, ``it's Jaroslav again``, ``it's under Fitzgibbon``."""
    if word.before[-1] == "under" and word.before[-2:-1] and word.before[-2] in _UNDER:
        return not word.gap
    ends = _SELF.get(word.before[-1], _SELF.get(" ".join(word.before[-2:])))
    if ends is None or word.gap:
        return False
    if is_followed:
        return True
    return (bool(word.after) and not word.end and word.after[0] in _FOLLOWS) or (ends and bool(word.end))
