"""A short name for what a sentence asks for, in its own words: "repair grandfather clock". English.

For what no trained intent covers: a verb and its object. A noun alone names no request, so there is no name then.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from auscult.analyzers.outcome._trouble import TROUBLES
from auscult.analyzers.topics._words import ACTIONS, BOUNDARIES, COUNTING, HELPING_VERBS, MODIFIERS, SMALL_TALK
from auscult.domain.said.text import spoken_words

REACH = 4
"""An object begins within so many words after its verb."""
LONGEST_OBJECT = 3
SHORTEST_WORD = 3
LONGEST_NAME = 50
_KEEP = 2_048

VERBS: Mapping[str, str] = {
    verb: name
    for name, verbs in {
        "accept": "accept",
        "activate": "activate activating",
        "add": "add adding include",
        "apply for": "apply applying",
        "arrange": "arrange arranging organise organize",
        "book": "book booking reserve reserving schedule scheduling",
        "buy": "buy buying purchase purchasing order ordering",
        "cancel": "cancel cancelling canceling terminate",
        "change": "change changing edit modify amend update updating alter",
        "check": "check checking verify confirm confirming see",
        "choose": "choose choosing select",
        "clean": "clean cleaning",
        "close": "close closing",
        "collect": "collect collecting pick",
        "compare": "compare comparing",
        "complain about": "complain complaining",
        "connect": "connect connecting pair",
        "convert": "convert converting",
        "delete": "delete deleting erase",
        "deliver": "deliver delivering",
        "donate": "donate donating",
        "download": "download downloading",
        "exchange": "exchange exchanging swap",
        "explain": "explain understand",
        "extend": "extend extending",
        "find": "find finding search searching locate look looking",
        "fix": "fix fixing repair repairing mend",
        "get": "get getting obtain receive have",
        "hire": "hire hiring",
        "install": "install installing",
        "join": "join joining",
        "move": "move moving",
        "open": "open opening",
        "pay": "pay paying",
        "print": "print printing",
        "refund": "refund refunding",
        "register": "register registering enroll enrol",
        "remove": "remove removing",
        "renew": "renew renewing",
        "rent": "rent renting",
        "replace": "replace replacing",
        "report": "report reporting",
        "return": "return returning",
        "send": "send sending ship",
        "set up": "set setup",
        "sell": "sell selling",
        "share": "share sharing",
        "start": "start starting begin",
        "stop": "stop stopping end",
        "submit": "submit submitting file",
        "switch": "switch switching",
        "track": "track tracking",
        "transfer": "transfer transferring",
        "upload": "upload uploading",
        "use": "use using",
        "visit": "visit visiting",
        "watch": "watch watching",
    }.items()
    for verb in verbs.split()
}
"""Verbs that can name a request, each with the one that stands for it."""


_OPENING = re.compile(
    r" (?:(?:can|could|would|will) you(?: please)?|(?:want|wanted|need"
    r"|like|trying|try|how) to|how (?:do|can|would) i|help me)"
    r"(?= )"
)
"""What stands before a verb, also one that is not in the list."""
_NO_VERBS = BOUNDARIES | MODIFIERS | COUNTING | SMALL_TALK | HELPING_VERBS


@lru_cache(maxsize=_KEEP)
def name_of(text: str) -> str | None:
    """Return the name, in small letters and at most 50 characters; None without a verb that asks, and its object.

    A sentence that reports trouble has none: its verbs are about the failure, and not about the request.
    """
    if TROUBLES.first(text) is not None:
        return None
    bare = spoken_words(text)
    words = bare.split()
    opening = _OPENING.search(bare)
    asked = len(bare[: opening.end()].split()) if opening is not None else len(words)
    for index, word in enumerate(words):
        is_verb = word in VERBS or (index == asked and word.isalpha() and word not in _NO_VERBS)
        if is_verb and (thing := _object(words[index + 1 :])):
            return _short(VERBS.get(word, word), thing)
    return None


def object_of(name: str) -> str:
    """Return the object of a name that ``name_of`` made: the words behind its verb."""
    verb = max((one for one in VERBS.values() if name.startswith(one + " ")), key=len, default="")
    return name.removeprefix(verb).strip()


def _object(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words after a verb, up to the next clause."""
    thing: list[str] = []
    for index, word in enumerate(words):
        if not thing and index < REACH and (word in MODIFIERS or word in COUNTING):
            continue
        if word in BOUNDARIES or not _may_name(word) or len(thing) == LONGEST_OBJECT:
            break
        thing.append(word)
    return tuple(thing)


def _may_name(word: str) -> bool:
    return len(word) >= SHORTEST_WORD and word.isalpha() and word not in COUNTING | SMALL_TALK | ACTIONS


def _short(verb: str, thing: Sequence[str]) -> str:
    """Words until they are too many characters; the first of them at least."""
    name = verb
    for word in thing:
        if len(name) + 1 + len(word) > LONGEST_NAME:
            break
        name = f"{name} {word}"
    return name
