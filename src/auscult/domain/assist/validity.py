"""Validity of a document of a knowledge base, by its name, first heading and first sentences."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime

from msgspec import Struct

from auscult.domain.assist.knowledge import BEGINNING, Passage, is_superseded
from auscult.domain.said.dates import MONTH_NAMES

_MONTH = "|".join(MONTH_NAMES)
_DATE = rf"(\d{{4}}-\d\d-\d\d|\d{{1,2}} (?:{_MONTH}),? \d{{4}}|(?:{_MONTH}) \d{{1,2}},? \d{{4}})"
_HOLDS = r"\b(?:valid|effective|in force|in effect|applies|apply|applicable)\b"
_FROM = re.compile(rf"{_HOLDS}(?: date)?(?: from| since| as of| on)?:?\s+(?:the )?{_DATE}", re.IGNORECASE)
_UNTIL = re.compile(
    rf"(?:{_HOLDS}[^.\n]{{0,60}}?\b(?:until|till|through|up to|to)|\b(?:expires|expired|expiry date"
    rf"|withdrawn)(?: on)?):?"
    rf"\s+(?:the )?{_DATE}",
    re.IGNORECASE,
)
_BY = re.compile(r"\b(?:superseded|replaced) by\s+(?:the )?([\w./-]+\.[a-z]{2,5}\b|[^.;,\n]{1,80})", re.IGNORECASE)


class Validity(Struct, frozen=True, kw_only=True):
    """When a document holds: both days included, None where it does not say. ``is_over``: it says that it is over.

    ``superseded_by`` names the document that took its place, in its own words; empty where it names none.
    """

    since: date | None = None
    until: date | None = None
    superseded_by: str = ""
    is_over: bool = False

    def holds(self, on: date) -> bool:
        """Return whether the document is in force on a day."""
        is_begun = self.since is None or self.since <= on
        return is_begun and not self.is_over and (self.until is None or on <= self.until)


def validity_of(passages: Sequence[Passage]) -> Validity:
    """Return how long a document holds, by its first passage."""
    first = passages[0]
    said = f"{first.title}\n{first.text[:BEGINNING]}"
    by = _BY.search(said)
    return Validity(
        since=_day(_FROM.search(said)),
        until=_day(_UNTIL.search(said)),
        superseded_by=by[1].strip() if by else "",
        is_over=by is not None or is_superseded(passages),
    )


def impossible_day(beginning: str) -> str:
    """Return the day that the beginning of a document names as its first or last and that does not exist; else nothing.

    Such a document would hold always: with 31 February, the end of that month was meant.
    """
    for found in (_FROM.search(beginning), _UNTIL.search(beginning)):
        if found is not None and _day(found) is None:
            return found[1]
    return ""


def _day(found: re.Match[str] | None) -> date | None:
    if found is None:
        return None
    written = found[1].replace(",", "")
    with suppress(ValueError):  # no such day: the document does not say
        if written[4] == "-":
            return date.fromisoformat(written)
        words = written.split()
        order = "%d %B %Y" if words[0].isdigit() else "%B %d %Y"
        return datetime.strptime(written.title(), order).date()  # noqa: DTZ007  (a day has no time zone)
    return None
