"""Knowledge: the documents that the assistant quotes, with a preview of the passages for a question."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any
from unicodedata import normalize
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from msgspec import UNSET, UnsetType

from auscult.domain.assist.knowledge import Document, Found
from auscult.domain.assist.validity import Source, Validity, Wish
from auscult.domain.errors import AuscultError
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.naming import by_in_words, language_name
from auscult.server.console.frame.posted import Given, Posted, day, one, sentence
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.people.names import names_of_people
from auscult.services.assist.knowledge import (
    Library,
    Search,
    add_document,
    language_of,
    remove_document,
    restate_document,
)

_LARGEST = 32 << 20
_SHOWN = 5
_HERE = "Knowledge base"
_NOTES = {
    "added": later("Added. The assistant quotes it from now on."),
    "removed": later("Removed. Suggestions that quoted it stay on record."),
}
Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
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


class KnowledgePage(Controller):
    """The documents of an app's knowledge base, and each alone."""

    path = "/knowledge"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """List the documents; with a question, preview the passages that an agent would see."""
        visit.require("knowledge.read")
        return _page(visit)

    @post(sync_to_thread=True, request_max_body_size=_LARGEST)
    def add(self, data: Upload, visit: TheVisit) -> Response[str] | Redirect:
        """Add a document, or replace the one of the same name."""
        visit.require_everywhere("knowledge.edit")
        file: object = data.get("file")
        language = str(data.get("language", "en"))
        if not isinstance(file, UploadFile) or not file.filename:
            return _page(visit, _("Choose a file first."), language)
        try:
            wish, by = _wish(visit, data), visit.principal.label
            add_document(visit.app, file.filename, file.file.read(), language, wish=wish, by=by)
        except AuscultError as error:
            return _page(visit, sentence(error.coded), language)
        return Redirect(f"{BASE}/knowledge?done=added", status_code=303)

    @get("/{language:str}/{source:str}", sync_to_thread=True)
    def one(self, language: FromPath[str], source: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show one document as the assistant quotes it."""
        visit.require("knowledge.read")
        found = _document(visit, language, source)
        return _document_page(visit, found)

    @post("/{language:str}/{source:str}/dates", sync_to_thread=True)
    def dates(
        self,
        language: FromPath[str],
        source: FromPath[str],
        data: Posted,
        visit: TheVisit,
    ) -> Response[str] | Redirect:
        """State from when to when the document counts, or leave that to what it states itself."""
        visit.require_everywhere("knowledge.edit")
        found = _document(visit, language, source)
        try:
            is_read = one(data, "by") == "document"
            wish = _read_again(visit) if is_read else _wish(visit, data, is_whole=True)
            restate_document(visit.app, source, language, wish, visit.principal.label)
        except AuscultError as error:
            return _document_page(visit, found, sentence(error.coded), 422)
        return Redirect(path_of(BASE, found.language, source), status_code=303)

    @post("/{language:str}/{source:str}/remove", sync_to_thread=True)
    def remove(self, language: FromPath[str], source: FromPath[str], visit: TheVisit) -> Redirect:
        """Remove a document from the base."""
        visit.require_everywhere("knowledge.edit")
        remove_document(visit.app, source, language, visit.principal.label)
        return Redirect(f"{BASE}/knowledge?done=removed", status_code=303)


def _wish(visit: Visit, data: Given, *, is_whole: bool = False) -> Wish:
    """Return the days in two fields. An empty one is no statement, or, where both are ``is_whole``, no such day."""

    def bound(name: str, label: str) -> date | UnsetType | None:
        if one(data, name):
            return day(data, name, label)
        return None if is_whole else UNSET

    return Wish(
        since=bound("from", _("Counts from")),
        until=bound("until", _("Counts until")),
        by=visit.principal.label,
        at=datetime.now(UTC),
    )


def _read_again(visit: Visit) -> Wish:
    return Wish(since="read", until="read", by=visit.principal.label, at=datetime.now(UTC))


def _library(visit: Visit) -> Library:
    return visit.services.live.assistant.library


def _document(visit: Visit, language: str, source: str) -> Document:
    documents = visit.app.knowledge.documents(language_of(language))
    found = next((each for each in documents if each.source == source), None)
    if found is None:
        raise missing("document", source)
    return found


def _document_page(visit: Visit, found: Document, problem: str = "", status: int = 200) -> Response[str]:
    """Show one document with its passages."""
    return visit.page(
        "assist/document",
        _HERE,
        found,
        status,
        passages=visit.app.knowledge.passages(found.source, found.language),
        may_edit=visit.principal.may_everywhere("knowledge.edit"),
        problem=problem,
        about=about_of(found, visit.reader),
        **_shows(visit),
    )


def _shows(visit: Visit) -> dict[str, Any]:
    """Return what a template needs to show documents."""
    written = {"path_of": path_of, "state_of": state_of, "days_of": days_of, "stated_by": stated_by}
    return {**written, "names": names_of_people(visit)}


def _page(visit: Visit, problem: str = "", chosen: str = "") -> Response[str]:
    """Show the documents. ``chosen`` is the language of a document that was refused."""
    reader, library = visit.reader, _library(visit)
    bases = sorted(visit.app.knowledge.versions()) or ["en"]
    asked = visit.asked("q")
    wanted = visit.asked("language")
    language = wanted if wanted in bases else "en" if "en" in bases else bases[0]
    offered = {*library.retriever.languages, *bases}

    more: Mapping[str, Any] = _shows(visit) | {"tag_of": tag_of, "language_name": language_name}
    return visit.page(
        "assist/knowledge",
        _HERE,
        documents=visit.app.knowledge.documents(),
        languages=tuple((each, language_name(each, reader)) for each in bases),
        language=language,
        choices=language_choices(offered, reader),
        chosen=chosen if chosen in offered else language,
        asked=asked,
        result=library.search(visit.app, language, asked, _SHOWN) if asked else None,
        may_edit=visit.principal.may_everywhere("knowledge.edit"),
        note=visit.note(_NOTES),
        problem=problem,
        status=422 if problem else 200,
        **more,
    )


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
