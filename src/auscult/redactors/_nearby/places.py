"""The rest of a written address: its house, village or town with capital letters, on either side between commas."""

import re
from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found, is_taken
from auscult.redactors._people.lists import EVERYDAY, NO_NAMES
from auscult.redactors._postal.around import HOUSES
from auscult.redactors._tails import PLACES
from auscult.redactors._words import words_of

_LISTS = words_of("address_words.txt")
_CAPITAL = r"(?:[A-ZÀ-ÞĀ-Ž][\w'\u2019.-]*)"
_NUMBER = r"(?:#?\d{1,4}[A-Za-z]?(?:[/-]\d{1,4}[A-Za-z]?)?|[A-Z]\d{1,3})"
_SMALL = r"(?:of|on|the|an|upon|under|in|le|la|y|de|del|den|der|am|st|co)"
_WORDS = rf"(?:{_CAPITAL}|{_NUMBER})(?: (?:{_CAPITAL}|{_NUMBER}|{_SMALL}(?= ))){{0,4}}"
_BEFORE = re.compile(rf"(?:(?<=[\s(:])|(?<![^\n])){_WORDS}, ?$")
_BEHIND = re.compile(rf", ?({_WORDS})(?=[,.;)\n]|$| - )")
_TOKEN = re.compile(r"[^\s,]+")
_IS_WORD = re.compile(r"[^\W\d_]{2,}")
_KINDS = PLACES | HOUSES | _LISTS["units"] | {"bay", "wing", "tower", "block", "phase", "sector", "plot"}
_MOST, _REACH = 4, 60
_NEVER = frozenset(
    ("tel", "mob", "email", "mail", "phone", "dob", "iban", "nino", "ssn", "ref", "card", "thanks", "regards", "cheers")
)


def around(text: str, low: str, found: Sequence[Found]) -> Iterator[Found]:
    """Yield the addresses of a turn with the parts before and behind them that no other span has."""
    for one in found if "," in low and text != low else ():
        if one.kind != "address":
            continue
        others = [each for each in found if each is not one]
        start, end = one.start, one.end
        for _ in range(_MOST):
            before = _beginning(text, start, others)
            if before is None:
                break
            start = before
        for _ in range(_MOST):
            behind = _BEHIND.match(text, end)
            if behind is None or is_taken(others, *behind.span(1)) or not _is_place(behind[1]):
                break
            end = behind.end(1)
        if (start, end) != (one.start, one.end):
            yield Found(one.turn, start, end, "address", re.sub(r"\W+", " ", low[start:end]))


def _beginning(text: str, start: int, others: Sequence[Found]) -> int | None:
    """Return where the part before an offset begins, behind words that only introduce it; None where there is none."""
    found = _BEFORE.search(text, max(0, start - _REACH), start)
    if found is None or not text[:start].rstrip().endswith(","):
        return None
    tokens = [(one[0], found.start() + one.start()) for one in _TOKEN.finditer(found[0])]
    while tokens and _is_usual(tokens[0][0]):
        tokens = tokens[1:]
    if not tokens or is_taken(others, tokens[0][1], start):
        return None
    return tokens[0][1] if _is_place(" ".join(each for each, _ in tokens)) else None


def _is_usual(token: str) -> bool:
    word = token.lower().strip(".")
    return word in EVERYDAY and word not in _KINDS and word != "the"


def _is_place(words: str) -> bool:
    """Return whether words with capital letters may be of an address: none names something else."""
    each = [word.lower() for word in _IS_WORD.findall(words)]
    if not each or not _NEVER.isdisjoint(each):
        return False
    is_usual = each[0] in EVERYDAY or each[0] in NO_NAMES
    return not (is_usual and _KINDS.isdisjoint(each) and each[0] != "the")
