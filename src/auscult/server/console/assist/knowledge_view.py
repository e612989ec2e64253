"""The knowledge base: documents with their validity, their passages, and the passages that a question finds."""

from collections.abc import Iterable, Mapping, Sequence
from unicodedata import normalize
from urllib.parse import quote

from msgspec import Struct

from auscult.domain.assist.knowledge import Document, Found, Passage
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


class StateView(Struct, frozen=True, kw_only=True):
    """The validity of a document: the word on its tag, the tag's kind, its days in words, and what states them."""

    word: str
    kind: str
    days: str
    stated: str


class DocumentRow(Struct, frozen=True, kw_only=True):
    """One document of the list."""

    name: str
    href: str
    language: str
    passages: str
    added: str
    state: StateView


class FoundRow(Struct, frozen=True, kw_only=True):
    """A passage that was found. ``tag`` shows whether it would be suggested."""

    heading: str
    text: str
    source: str
    href: str
    tag: str
    is_shown: bool


class KnowledgeView(Struct, frozen=True, kw_only=True):
    """The page. ``asked`` is the question; ``said`` sums up the results.

    ``languages`` have documents, and ``language`` is searched. ``choices`` are languages of a new document, and
    ``chosen`` is its own.
    """

    rows: tuple[DocumentRow, ...]
    languages: tuple[tuple[str, str], ...]
    language: str
    choices: tuple[tuple[str, str], ...]
    chosen: str
    asked: str
    said: str
    found: tuple[FoundRow, ...]
    may_edit: bool
    note: str
    problem: str


class DocumentView(Struct, frozen=True, kw_only=True):
    """The page of one document. ``is_stated``: a person stated from when to when it counts, ``since`` and ``until``.

    ``remove`` and ``dates`` are the addresses of its forms, empty for who may not use them.
    """

    name: str
    about: str
    state: StateView
    passages: tuple[Passage, ...]
    since: str
    until: str
    is_stated: bool
    remove: str = ""
    dates: str = ""
    problem: str = ""


def path_of(base: str, language: str, source: str) -> str:
    """Return the address of a document's page."""
    return f"{base}/knowledge/{language}/{quote(source, safe='')}"


def state_view(validity: Validity, reader: Reader, names: Names) -> StateView:
    """Show the validity of a document on the reader's day."""
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
    stated = ", ".join(_stated(each, names) for each in validity.sources)
    return StateView(word=word, kind=kind, days=_days(validity, reader), stated=stated)


def _stated(source: Source, names: Names) -> str:
    """Return who or what stated it; a person by name."""
    text = by_in_words(source.text, names) if source.place == "person" else source.text
    return _(_STATED[source.place]).format(text=_short(text))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _days(validity: Validity, reader: Reader) -> str:
    since = reader.day(validity.since) if validity.since else ""
    until = reader.day(validity.until) if validity.until else ""
    if since and until:
        return _("from {since} to {until}").format(since=since, until=until)
    if since:
        return _("from {since}").format(since=since)
    return _("to {until}").format(until=until) if until else ""


def document_rows(documents: Iterable[Document], reader: Reader, names: Names, base: str) -> tuple[DocumentRow, ...]:
    """Show the documents in force in the base."""
    return tuple(
        DocumentRow(
            name=each.source,
            href=path_of(base, each.language, each.source),
            language=language_name(each.language, reader),
            passages=reader.number(each.passages),
            added=reader.lately(each.added_at),
            state=state_view(each.validity, reader, names),
        )
        for each in documents
    )


def found_rows(found: Search, language: str, reader: Reader, base: str) -> tuple[FoundRow, ...]:
    """Show the passages that a question finds, the best first."""
    return tuple(_found_row(each, found, language, reader, base) for each in found.found)


def _found_row(each: Found, search: Search, language: str, reader: Reader, base: str) -> FoundRow:
    passage = each.passage
    state = state_view(search.validity.get(passage.id, _ALWAYS), reader, {})
    is_shown = each in search.fit
    tag = _("Would be suggested") if is_shown else state.word if state.kind else _("Only when searched for")
    return FoundRow(
        heading=passage.title,
        text=passage.text,
        source=passage.source,
        href=f"{path_of(base, language, passage.source)}#{passage.id}",
        tag=tag,
        is_shown=is_shown,
    )


def said_of(found: Search) -> str:
    """Return the sentence that sums up the passages found."""
    if not found.found:
        return _("Nothing fits. The agent would be shown nothing, and a search would find nothing.")
    if not found.fit:
        return _("The agent would be shown nothing: no passage fits well enough. A search would find these.")
    return _("The agent would be shown the first of these.")


def document_view(document: Document, passages: Sequence[Passage], reader: Reader, names: Names) -> DocumentView:
    """Show one document with its passages."""
    count = ngettext("{n} passage", "{n} passages", len(passages)).format(n=reader.number(len(passages)))
    added = _("added {moment}").format(moment=reader.moment(document.added_at))
    return DocumentView(
        name=document.source,
        about=f"{language_name(document.language, reader)}, {_FORMATS.get(document.format, document.format)}, {count}, {added}",
        state=state_view(document.validity, reader, names),
        passages=tuple(passages),
        since=str(document.validity.since or ""),
        until=str(document.validity.until or ""),
        is_stated=any(each.place == "person" for each in document.validity.sources),
    )


def language_choices(codes: Iterable[str], reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return languages with their names for the reader, by name."""
    named = {code: language_name(code, reader) for code in codes}
    return tuple(sorted(named.items(), key=lambda one: normalize("NFKD", one[1]).casefold()))
