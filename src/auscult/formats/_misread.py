"""Words that a program misread: UTF-8 as Windows-1252 ("fÃ¼r"), a recogniser's loops, and languages by their names."""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby
from typing import cast

from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Turn

_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_].*)?", re.DOTALL)
_BYTES = {bytes((byte,)).decode("cp1252", "ignore") or chr(byte): byte for byte in range(128, 256)}
"""Byte of each character of Windows-1252; the five bytes without one map from control characters."""
_LOOP, _LOOP_WORDS = 5, 3
"""Turns that repeat each other, and words of each, where a recogniser repeats itself instead of hearing."""
_NAMED = ("ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "zh")
"""Languages that are known by their own names, too."""


def restored(conversation: Conversation) -> Conversation:
    """Return a conversation with its words as they were, if all its words were misread; any other as it is."""
    words = [turn.text for turn in conversation.turns if not turn.text.isascii()]
    if not words or None in map(_restored, words):
        return conversation
    customer = conversation.customer
    return replace(
        conversation,
        turns=tuple(replace(turn, text=_restored(turn.text) or turn.text) for turn in conversation.turns),
        agents=tuple(replace(each, name=_restored(each.name) or each.name) for each in conversation.agents),
        queues=tuple(replace(each, name=_restored(each.name) or each.name) for each in conversation.queues),
        customer=customer and replace(customer, name=_restored(customer.name) or customer.name),
    )


def _restored(text: str | None) -> str | None:
    """Return a text as it was; None where it was not misread."""
    try:
        return bytes(_BYTES[mark] if ord(mark) > 127 else ord(mark) for mark in text or "").decode()  # noqa: PLR2004
    except (KeyError, UnicodeDecodeError):
        return None


def with_loops_doubted(conversation: Conversation) -> Conversation:
    """Return a call in which turns of one speaker with the same words, five in a row and more, are marked as doubtful.

    Recognisers of speech repeat a sentence where there is only noise or music.
    """
    repeated = len(conversation.turns) - len({turn.text for turn in conversation.turns})
    if conversation.channel != "voice" or repeated < _LOOP - 1:
        return conversation
    turns: list[Turn] = []
    for _, each in groupby(conversation.turns, key=lambda turn: (turn.speaker, turn.text)):
        run = list(each)
        is_loop = len(run) >= _LOOP and len(run[0].text.split()) >= _LOOP_WORDS
        turns += [replace(turn, doubts=((0, len(turn.text)),)) for turn in run] if is_loop else run
    return replace(conversation, turns=tuple(turns))


def language_code(given: str | None) -> str:
    """Return the tag of a language, which may be given by its name in English or in itself; ``en`` for none.

    >>> language_code("German"), language_code("Português (Brasil)"), language_code("pt_BR")
    ('de', 'pt', 'pt_BR')
    """
    if given is None or _CODE.fullmatch(given):
        return given or "en"
    return _codes().get(given.partition("(")[0].strip().casefold(), given)


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, str]:
    """Return codes of languages by their names; of several with one name, the shortest."""
    from babel import Locale  # noqa: PLC0415  (90 ms, for the few documents that name a language)

    names = cast("Mapping[str, str]", Locale("en").languages)
    english = {names[code].casefold(): code for code in sorted(names, key=lambda code: (-len(code), code))}
    own = {code: cast("Mapping[str, str]", Locale(code).languages)[code] for code in _NAMED}
    return english | {name.casefold(): code for code, name in own.items()}
