"""Dates right behind a person: ``she's 4 June 2016``, ``our baby, 11.08.2025``, ``I'm the 3rd of the 9th, '72``."""

import re
from collections.abc import Iterator

from auscult.redactors._born.dates import WHOLE, canonical
from auscult.redactors._patterns import searcher

_KIN = (
    "baby|infant|newborn|child|kid|toddler|sons?|daughters?|twins?|wife|husband|partner|spouse|mother|father|mum"
    "|mom|dad|brother|sister|"
    "gran|nan|grandson|granddaughter|niece|nephew|eldest|youngest|oldest|dependant|dependent|applicant"
)
NEAR_PERSON = searcher(
    rf"\b(?:(?:(?:s?he)(?:'s|\x{{2019}}s|s| is)|(?:i'm|i\x{{2019}}m|im|i am)|(?:hers|his|mine)(?: is|'s))"
    rf"|(?:{_KIN})(?:'s|\x{{2019}}s| is| was)?[,:]?(?: both| all)?(?: \p{{L}}[\p{{L}}'-]+,?){{0,3}}?),? (?:also "
    rf"|like )?({WHOLE})\b"
)
"""A whole date behind a person, with a name or two words between at most."""
_SELF = re.compile(r"i(?:['\u2019]?m| am)\b")
_OLD = re.compile(
    r"\b(?:19[2-9]\d|200\d)\b|['\u2019][3-9]\d$|[/.-][3-9]\d$|\bnineteen\b|\b(?:forty|fifty|sixty|seventy|eighty"
    r"|ninety)(?:[ -][a-z]+)?$"
)
"""A year in which who calls may have been born."""
_PLANNED = re.compile(
    r"\W*(?:appointments?|flights?|bookings?|orders?|delivery|visit|party|wedding|trip|train|bill|statement"
    r"|invoice|payment|lesson|class|"
    r"exam|school|term|ticket|in|to|until|till|at|from|for|through|onwards|-|\u2013)(?!\w)"
)
"""Text after a date of something planned."""
_WORDS = re.compile(r"[^\W\d_][\w'\u2019-]*")


def dates(text: str, low: str) -> Iterator[tuple[int, int, str]]:
    """Yield the dates of birth of a turn that a person is before: start, end, and the date as ``canonical`` writes it."""
    for found in NEAR_PERSON.finditer(low):
        start, end = found.span(1)
        if _PLANNED.match(low, end) or (_SELF.match(found[0]) and not _OLD.search(found[1])):
            continue
        if _is_named(text[found.start() : start]):
            yield start, end, canonical(found[1])


def _is_named(before: str) -> bool:
    """Return whether the words before a date are a person by a verb, a comma or a name with a capital letter."""
    words = _WORDS.findall(before)
    last = words[-1].lower()
    if len(words) > 1 and words[-1][0].isupper() and not words[0][0].isupper():
        return True
    return (
        before.rstrip()[-1] in ",:"
        or last in ("is", "was", "both", "all")
        or last.endswith(("'s", "\u2019s", "'m", "\u2019m"))
        or last in ("shes", "hes", "im", "am")
    )
