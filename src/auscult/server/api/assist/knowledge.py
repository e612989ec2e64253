"""The knowledge of an app: documents are added, listed, read, removed and searched."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from litestar.params import RawBody
from msgspec import UNSET, Struct

from auscult.domain.assist.knowledge import Document, Passage
from auscult.domain.assist.validity import Validity, Wish
from auscult.domain.errors import NotFoundError, unknown
from auscult.domain.stated import CALENDAR_DAY
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import NOT_EMPTY, path_id, query
from auscult.server.rest.request import ApiResponse, Takes
from auscult.services.assist.knowledge import add_document, day_of, language_of, remove_document

LARGEST = 32 << 20
MOST_FOUND = 20


class KnowledgeListing(Struct, frozen=True, kw_only=True):
    """The documents in force, and the version of each language's base."""

    items: tuple[Document, ...]
    versions: dict[str, int]


class KnowledgeChange(Struct, frozen=True, kw_only=True):
    """A document after the change, and the version of the base that contains it."""

    document: Document
    version: int


class KnowledgeDocument(Struct, frozen=True, kw_only=True):
    """The passages of a document."""

    source: str
    language: str
    passages: tuple[Passage, ...]


class FoundPassage(Struct, frozen=True, kw_only=True):
    """A passage that was found. ``is_enough``: its score is high enough for a suggestion. ``validity``: when it counts.

    ``answer`` is the part of its text that answers the question best: a sentence, or a list.
    """

    passage: Passage
    answer: str
    score: float
    is_enough: bool
    validity: Validity


class KnowledgeSearch(Struct, frozen=True, kw_only=True):
    """The passages found, the best first, with the version of the base and the search engine."""

    items: tuple[FoundPassage, ...]
    version: int
    engine: str


_DOCUMENT: dict[str, Any] = {
    "source": "promotions.md",
    "language": "en",
    "format": "markdown",
    "passages": 12,
    "since_version": 4,
    "until_version": None,
    "added_at": "2026-06-01T08:00:00Z",
    "validity": {
        "since": "2026-06-01",
        "until": None,
        "superseded_by": "",
        "is_over": False,
        "sources": [{"place": "text", "text": "Valid from 1 June 2026."}],
    },
}
_PASSAGE: dict[str, Any] = {
    "id": "kp-7-3",
    "source": "promotions.md",
    "heading": ["Promotions", "Codes"],
    "text": "All promo codes expire after 7 days.",
    "since_version": 4,
}
Language = Annotated[str, path_id("The language of the base, by its code.", "en")]
Source = Annotated[str, path_id("The name of the document, percent-encoded.", "promotions.md")]
_DAY = "The {} day on which it counts, as 2026-03-01; none for no such day, read for what it states itself."
DAY = {"pattern": f"^({CALENDAR_DAY}|none|read)$"}
OfLanguage = Annotated[str | None, query("A language by its code, as en.", schema_extra=NOT_EMPTY)]
example({"items": [_DOCUMENT], "versions": {"en": 4}})(KnowledgeListing)
example({"source": "promotions.md", "language": "en", "passages": [_PASSAGE]})(KnowledgeDocument)
example(
    {
        "items": [
            {
                "passage": _PASSAGE,
                "answer": _PASSAGE["text"],
                "score": 1.21,
                "is_enough": True,
                "validity": _DOCUMENT["validity"],
            }
        ],
        "version": 4,
        "engine": "hybrid 1 on bm25s 0.3.16 and wordllama 0.4.0.post1 l2_supercat 256/2",
    }
)(KnowledgeSearch)


@operation.get("/knowledge", may=reading("knowledge"))
def list_knowledge(app: App, language: OfLanguage = None) -> KnowledgeListing:
    """List the documents of an app. Those in force, by language and name, and the version of each language's base."""
    found = app.knowledge.documents(None if language is None else language_of(language))
    return KnowledgeListing(items=tuple(found), versions=app.knowledge.versions())


@operation.get("/knowledge/{language}/{source}", may=reading("knowledge"), summary="One document")
def get_document(language: Language, source: Source, app: App) -> KnowledgeDocument:
    """Return the passages of a document, as the assistant quotes them."""
    language = language_of(language)
    passages = app.knowledge.passages(source, language)
    if not passages:
        raise unknown(
            "document",
            source,
            "there is no document {value} in the app's knowledge in {language}",
            field="source",
            language=language,
        )
    return KnowledgeDocument(source=source, language=language, passages=tuple(passages))


@operation.put(
    "/knowledge/{language}/{source}",
    may=writing("knowledge"),
    status=201,
    refuses={
        413: "The document is too large.",
        422: "The document cannot be read.",
        503: "No PDF reader is installed.",
    },
    answers={
        201: answer("A new version of the base has it.", KnowledgeChange, {"document": _DOCUMENT, "version": 4}),
        200: answer("It was there already.", KnowledgeChange, {"document": _DOCUMENT, "version": 4}),
    },
    takes=Takes(
        "The document.",
        "# Promotions\n\n## Codes\n\nAll promo codes expire after 7 days.\n",
        {"type": "string", "format": "binary"},
        ("text/markdown", "text/html", "text/csv", "application/pdf", "application/octet-stream"),
        LARGEST,
    ),
)
def put_document(
    language: Language,
    source: Source,
    body: RawBody,
    app: App,
    rights: Rights,
    kind: Annotated[Literal["markdown", "html", "csv", "pdf"] | None, query("What kind it is of.")] = None,
    since: Annotated[str | None, query(_DAY.format("first"), name="from", schema_extra=DAY)] = None,
    until: Annotated[str | None, query(_DAY.format("last"), schema_extra=DAY)] = None,
) -> ApiResponse[Any]:
    """Add a document. Markdown, HTML, CSV with the columns question and answer, or PDF (if its reader is installed).

    `kind` states the format; without it, the end of the name decides, else the content. A document replaces one of the
    same name in a new version of the base. The same content again changes nothing, except for `from` and `until`.

    A document counts by what it states of itself; `from` and `until` override that, and stay when it is replaced.
    """
    wish = Wish(
        since=UNSET if since is None else day_of(since, "from"),
        until=UNSET if until is None else day_of(until, "until"),
        by=rights.label,
        at=datetime.now(UTC),
    )
    change = add_document(app, source, body, language, kind, wish=wish, by=rights.label)
    shown = KnowledgeChange(document=change.document, version=change.version)
    return ApiResponse(shown, status_code=201 if change.is_new else 200)


@operation.delete("/knowledge/{language}/{source}", may=writing("knowledge"))
def delete_document(language: Language, source: Source, app: App, rights: Rights) -> None:
    """Remove a document. A new version of the base is without it; earlier quotations from it stay known.

    The answer for an unknown document is the same.
    """
    with suppress(NotFoundError):
        remove_document(app, source, language, rights.label)


@operation.get("/knowledge/search", may=reading("knowledge"), is_slow=True)
def search_knowledge(
    app: App,
    server: Server,
    question: Annotated[str, query("What to look for.", name="query", schema_extra=NOT_EMPTY)],
    language: OfLanguage = None,
    limit: Annotated[int, query("Most passages.", ge=1, le=MOST_FOUND)] = 3,
) -> KnowledgeSearch:
    """Search the documents of an app. As the assistant does, to try it out; nothing is stored."""
    library = server.live.assistant.library
    found = library.search(app, language or "en", question, limit)
    return KnowledgeSearch(
        items=tuple(
            FoundPassage(
                passage=each.passage,
                answer=found.answers[each.passage.id],
                score=each.score,
                is_enough=each in found.fit,
                validity=found.validity[each.passage.id],
            )
            for each in found.found
        ),
        version=found.version,
        engine=found.engine,
    )


ROUTER = operation.router(__name__)
