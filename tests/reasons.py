"""Reasons that the console would show in English to a German reader."""

from collections.abc import Iterable, Iterator

from auscult.domain.errors import Coded, from_store, to_store
from auscult.language import speaking
from auscult.server.console.frame.reasons import in_words

OTHERS = frozenset({"because", "fault", "judged"})
"""Parts that may be the words of others."""
TEXTS = frozenset({"answer", "before", "doubt", "kind", "place", "span", "step", "who", "whole", "whose", "whys"})
"""Parts that are texts with codes themselves."""


def left_in_english(reasons: Iterable[str]) -> list[str]:
    """Return those of the machine's reasons that are not in German in every part, also after they were stored."""
    with speaking("de"):
        return sorted({reason for reason in reasons if reason and not _is_german(reason)})


def _is_german(reason: str) -> bool:
    if any(name in TEXTS and each and not isinstance(each, Coded) for name, each in _parts(reason)):
        return False
    german = in_words(reason)
    return "<span" not in german and in_words(from_store(to_store(reason))) == german


def _parts(reason: object) -> Iterator[tuple[str, object]]:
    for name, part in reason.parts.items() if isinstance(reason, Coded) else ():
        yield name, part
        if name not in OTHERS:
            yield from _parts(part)
