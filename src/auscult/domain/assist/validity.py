"""Validity of a document of a knowledge base: what a person stated, else what the document states of itself.

What a document states is read in its metadata, title, first headings, first lines and file name, in this order: the first
place that names a day decides, and any place may say that the document is over.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from msgspec import UNSET, Struct, UnsetType

if TYPE_CHECKING:
    from auscult.domain.assist import validity_reading as reading

BEGINNING = 300
"""Characters of a document's text that may state how long it counts."""

Place = Literal["person", "metadata", "title", "heading", "text", "name"]


class Opening(Struct, frozen=True, kw_only=True):
    """Beginning of a document: ``fields`` are its metadata, by name; ``lines`` its first lines of text."""

    title: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    headings: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


class Stated(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Statement of a person: the first day and the last. None is without an end; an absent day is read in the document.

    ``by`` names the person as the access log does.
    """

    since: date | UnsetType | None = UNSET
    until: date | UnsetType | None = UNSET
    by: str
    at: datetime


class Wish(Struct, frozen=True, kw_only=True):
    """Wish of a person: a day, None for no end, ``read`` for what the document states; an absent day stays."""

    since: date | Literal["read"] | UnsetType | None = UNSET
    until: date | Literal["read"] | UnsetType | None = UNSET
    by: str
    at: datetime

    def applied(self, before: Stated | None) -> Stated | None:
        """Return what is stated after this; None where nothing is."""
        if self.since is UNSET and self.until is UNSET:
            return before
        since, until = (before.since, before.until) if before else (UNSET, UNSET)
        if self.since is not UNSET:
            since = UNSET if self.since == "read" else self.since
        if self.until is not UNSET:
            until = UNSET if self.until == "read" else self.until
        if since is UNSET and until is UNSET:
            return None
        return Stated(since=since, until=until, by=self.by, at=self.at)


class Source(Struct, frozen=True, kw_only=True):
    """Place that stated a validity. ``text`` is the text of the place, or the person."""

    place: Place
    text: str


class Validity(Struct, frozen=True, kw_only=True):
    """When a document counts: both days included, None without one. ``is_over``: it states that it is over.

    ``superseded_by`` names the document that replaced it, in its own words; empty where it names none.
    ``sources`` are the places that stated it.
    """

    since: date | None = None
    until: date | None = None
    superseded_by: str = ""
    is_over: bool = False
    sources: tuple[Source, ...] = ()

    def holds(self, on: date) -> bool:
        """Return whether the document is in force on a day."""
        is_begun = self.since is None or self.since <= on
        return is_begun and not self.is_over and (self.until is None or on <= self.until)

    @property
    def is_open(self) -> bool:
        """Return whether nothing limits it."""
        return self.since is None and self.until is None and not self.is_over


def validity_of(source: str, opening: Opening, stated: Stated | None = None, language: str = "en") -> Validity:
    """Return how long a document counts. What a person stated overrides what is read.

    A day that the person did not state is read in the document, unless it contradicts the day that they did state.
    """
    read = _merged(_statements(source, opening, language))
    if stated is None:
        return read
    since = read.since if stated.since is UNSET else stated.since
    until = read.until if stated.until is UNSET else stated.until
    if since is not None and until is not None and until < since:
        since, until = (since, None) if stated.until is UNSET else (None, until)
    return Validity(since=since, until=until, sources=(Source(place="person", text=stated.by),))


def validity_of_heading(heading: str) -> Validity:
    """Return how long a section counts, by its heading."""
    from auscult.domain.assist import validity_reading as reading  # noqa: PLC0415  (as below)

    return _merged(_at("heading", reading.of_label(heading)))


def impossible_day(opening: Opening, source: str = "") -> str:
    """Return the day that a document names as its first or last and that does not exist; else nothing.

    Such a document would count always: with 31 February, the end of that month was meant.
    """
    return next((each.impossible for _, each in _statements(source, opening, "en") if each.impossible), "")


def _statements(source: str, opening: Opening, language: str) -> Iterator[tuple[Place, "reading.Statement"]]:
    from auscult.domain.assist import validity_reading as reading  # noqa: PLC0415  (0.1 s of patterns, for documents alone)

    for name, value in opening.fields:
        yield from _at("metadata", reading.of_field(name, value))
    yield from _at("title", reading.of_label(opening.title))
    for heading in opening.headings:
        yield from _at("heading", reading.of_label(heading))
    for number, line in enumerate(opening.lines):
        if reading.is_label(number, line):
            yield from _at("text", reading.of_label(line))
        yield from _at("text", reading.of_line(line))
    yield from _at("name", reading.of_name(source, language))


def _at(place: Place, statements: Iterable["reading.Statement"]) -> Iterator[tuple[Place, "reading.Statement"]]:
    for each in statements:
        yield place, each


def _merged(statements: Iterable[tuple[Place, "reading.Statement"]]) -> Validity:
    since = until = None
    is_over = False
    by = ""
    sources: list[Source] = []
    for place, each in statements:
        is_new = (
            (each.since and not since)
            or (each.until and not until)
            or (each.is_over and not is_over)
            or (each.superseded_by and not by)
        )
        if is_new:
            sources.append(Source(place=place, text=each.text))
        since, until = since or each.since, until or each.until
        is_over, by = is_over or each.is_over, by or each.superseded_by
    return Validity(since=since, until=until, superseded_by=by, is_over=is_over, sources=tuple(sources))


def headings_of(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the headings that are of a whole document: the first one, and those that all of its text is under."""
    if not paths:
        return ()
    common: list[str] = []
    for level in zip(*paths, strict=False):
        if any(each != level[0] for each in level):
            break
        common.append(level[0])
    return tuple(dict.fromkeys((*paths[0][:1], *common)))
