"""The knowledge base: documents with their validity, their passages, and the passages that a question finds."""

from collections.abc import Iterable, Mapping
from unicodedata import normalize
from urllib.parse import quote

from msgspec import Struct

from auscult.domain.assist.knowledge import Document, Found
from auscult.domain.assist.validity import Source, Validity
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.naming import by_in_words, language_name
from auscult.server.console.frame.reader import Reader
from auscult.services.assist.knowledge import Search

Names = Mapping[str, str]
"""Names of people by e-mail address."""
_ALWAYS = Validity()
_STATED = {
    "person": later("stated by {text}"),
    "metadata": later("read in its metadata: “{text}”"),
    "title": later("read in its title: “{text}”"),
    "heading": later("read in its heading: “{text}”"),
    "text": later("read in its text: “{text}”"),
    "name": later("read in its name"),
}
_LONGEST_SHOWN = 90
_FORMATS = {"markdown": "Markdown", "html": "HTML", "csv": "CSV", "pdf": "PDF"}


class KnowledgeView(Struct, frozen=True, kw_only=True):
    """The page. ``asked`` is the question, and ``search`` its result.

    ``languages`` have documents, and ``language`` is searched. ``choices`` are languages of a new document, and
    ``chosen`` is its own.
    """

    documents: list[Document]
    languages: tuple[tuple[str, str], ...]
    language: str
    choices: tuple[tuple[str, str], ...]
    chosen: str
    asked: str
    search: Search | None
    may_edit: bool
    note: str
    problem: str


def path_of(base: str, language: str, source: str) -> str:
    """Return the address of a document's page."""
    return f"{base}/knowledge/{language}/{quote(source, safe='')}"


def state_of(validity: Validity, reader: Reader) -> tuple[str, str]:
    """Return whether a document counts on the reader's day, as a word, and the kind of its tag."""
    on = reader.today
    is_early = validity.since is not None and on < validity.since
    kind = "" if validity.holds(on) else "due" if is_early and not validity.is_over else "late"
    if validity.superseded_by:
        word = _("Superseded by {name}").format(name=validity.superseded_by)
    elif validity.is_over:
        word = _("Says it is over")
    elif validity.holds(on):
        word = _("In force")
    else:
        word = _("Not in force yet") if is_early else _("Expired")
    return word, kind


def stated_by(validity: Validity, names: Names) -> str:
    """Return who or what stated a validity, empty where that is not known. ``names`` are those of people."""
    return ", ".join(_stated(each, names) for each in validity.sources)


def _stated(source: Source, names: Names) -> str:
    """Return who or what stated it; a person by name."""
    text = by_in_words(source.text, names) if source.place == "person" else source.text
    return _(_STATED[source.place]).format(text=_short(text))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def days_of(validity: Validity, reader: Reader) -> str:
    """Return from when to when a document counts, in words; empty where it always does."""
    since = reader.day(validity.since) if validity.since else ""
    until = reader.day(validity.until) if validity.until else ""
    if since and until:
        return _("from {since} to {until}").format(since=since, until=until)
    if since:
        return _("from {since}").format(since=since)
    return _("to {until}").format(until=until) if until else ""


def about_of(document: Document, reader: Reader) -> str:
    """Return the line below the name of a document."""
    count = ngettext("{n} passage", "{n} passages", document.passages).format(n=reader.number(document.passages))
    added = _("added {moment}").format(moment=reader.moment(document.added_at))
    return f"{language_name(document.language, reader)}, {_FORMATS.get(document.format, document.format)}, {count}, {added}"


def tag_of(found: Found, search: Search, reader: Reader) -> str:
    """Return whether an agent would be shown a passage that was found."""
    if found in search.fit:
        return _("Would be suggested")
    word, kind = state_of(search.validity.get(found.passage.id, _ALWAYS), reader)
    return word if kind else _("Only when searched for")


def language_choices(codes: Iterable[str], reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return languages with their names for the reader, by name."""
    named = {code: language_name(code, reader) for code in codes}
    return tuple(sorted(named.items(), key=lambda one: normalize("NFKD", one[1]).casefold()))
