"""The knowledge base: documents with their validity, their passages, and the passages that a question finds."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from unicodedata import normalize
from urllib.parse import quote

from babel import Locale, UnknownLocaleError
from msgspec import Struct

from auscult.domain.assist.knowledge import Document, Found, Passage
from auscult.domain.assist.validity import Validity
from auscult.server.console.language import gettext as _
from auscult.server.console.language import ngettext
from auscult.server.console.reader import Reader
from auscult.services.assist.knowledge import Search

_ALWAYS = Validity()
_FORMATS = {"markdown": "Markdown", "html": "HTML", "csv": "CSV", "pdf": "PDF"}


class StateView(Struct, frozen=True, kw_only=True):
    """The validity of a document: the word on its tag, the tag's kind, and its days in words."""

    word: str
    kind: str
    days: str


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


class PassageView(Struct, frozen=True, kw_only=True):
    """A passage as the assistant quotes it."""

    id: str
    heading: str
    text: str


class DocumentView(Struct, frozen=True, kw_only=True):
    """The page of one document."""

    name: str
    about: str
    state: StateView
    passages: tuple[PassageView, ...]
    remove: str


def path_of(base: str, language: str, source: str) -> str:
    """Return the address of a document's page."""
    return f"{base}/knowledge/{language}/{quote(source, safe='')}"


def state_view(validity: Validity, on: date, reader: Reader) -> StateView:
    """Show the validity of a document on a day."""
    days = _days(validity, reader)
    if validity.superseded_by:
        return StateView(word=_("Superseded by {name}").format(name=validity.superseded_by), kind="late", days=days)
    if validity.is_over:
        return StateView(word=_("Says it is over"), kind="late", days=days)
    if validity.holds(on):
        return StateView(word=_("In force"), kind="", days=days)
    is_early = validity.since is not None and on < validity.since
    word = _("Not in force yet") if is_early else _("Expired")
    return StateView(word=word, kind="due" if is_early else "late", days=days)


def _days(validity: Validity, reader: Reader) -> str:
    since = reader.day(validity.since) if validity.since else ""
    until = reader.day(validity.until) if validity.until else ""
    if since and until:
        return _("from {since} to {until}").format(since=since, until=until)
    if since:
        return _("from {since}").format(since=since)
    return _("to {until}").format(until=until) if until else ""


def document_rows(
    documents: Iterable[Document], validity: Mapping[str, Mapping[str, Validity]], reader: Reader, base: str
) -> tuple[DocumentRow, ...]:
    """Show the documents in force in the base. ``validity`` is by language and name."""
    return tuple(
        DocumentRow(
            name=each.source,
            href=path_of(base, each.language, each.source),
            language=language_word(each.language, reader),
            passages=reader.number(each.passages),
            added=reader.lately(each.added_at),
            state=state_view(validity.get(each.language, {}).get(each.source, _ALWAYS), reader.today, reader),
        )
        for each in documents
    )


def found_rows(found: Search, language: str, reader: Reader, base: str) -> tuple[FoundRow, ...]:
    """Show the passages that a question finds, the best first."""
    return tuple(_found_row(each, found, language, reader, base) for each in found.found)


def _found_row(each: Found, search: Search, language: str, reader: Reader, base: str) -> FoundRow:
    passage = each.passage
    state = state_view(search.validity.get(passage.source, _ALWAYS), reader.today, reader)
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


def document_view(document: Document, passages: Sequence[Passage], state: StateView, reader: Reader) -> DocumentView:
    """Show one document with its passages."""
    count = ngettext("{n} passage", "{n} passages", len(passages)).format(n=reader.number(len(passages)))
    added = _("added {moment}").format(moment=reader.moment(document.added_at))
    return DocumentView(
        name=document.source,
        about=f"{language_word(document.language, reader)}, {_FORMATS.get(document.format, document.format)}, {count}, {added}",
        state=state,
        passages=tuple(PassageView(id=each.id, heading=each.title, text=each.text) for each in passages),
        remove="",
    )


def language_choices(codes: Iterable[str], reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return languages with their names for the reader, by name."""
    named = {code: language_word(code, reader) for code in codes}
    return tuple(sorted(named.items(), key=lambda one: normalize("NFKD", one[1]).casefold()))


def language_word(language: str, reader: Reader) -> str:
    """Return the name of a language: ``English`` for ``en``; its code where it has none."""
    try:
        return Locale(language).get_display_name(reader.locale) or language
    except (UnknownLocaleError, ValueError):
        return language
