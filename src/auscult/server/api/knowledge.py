"""What an app knows: documents added, listed, read, taken out, and searched."""

from typing import Any

from msgspec import Struct

from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.knowledge import Document, Passage
from auscult.pipeline.knowledge import add_document, language_of, remove_document
from auscult.server.api import _query, _shown
from auscult.server.api._contract import Answer, Body, Call, Operation, Parameter, Shown, reading, writing

LARGEST = 32 << 20
MOST_FOUND = 20


class KnowledgeListing(Struct, frozen=True, kw_only=True):
    """The documents in force, and the version of each language's base."""

    items: tuple[Document, ...]
    versions: dict[str, int]


class KnowledgeChange(Struct, frozen=True, kw_only=True):
    """What became of a document, and the version of the base that has it."""

    document: Document
    version: int


class KnowledgeDocument(Struct, frozen=True, kw_only=True):
    """A document as it is read: its passages."""

    source: str
    language: str
    passages: tuple[Passage, ...]


class FoundPassage(Struct, frozen=True, kw_only=True):
    """A passage that was found. ``is_enough``: it would be suggested."""

    passage: Passage
    score: float
    is_enough: bool


class KnowledgeSearch(Struct, frozen=True, kw_only=True):
    """What was found, the best first, in which version of the base, and by what."""

    items: tuple[FoundPassage, ...]
    version: int
    engine: str


def listing(call: Call) -> Answer:
    """List documents."""
    language = _query.text(call.query, "language")
    found = call.app.knowledge.documents(None if language is None else language_of(language))
    return Answer(200, _shown.encode(KnowledgeListing(items=tuple(found), versions=call.app.knowledge.versions())))


def show(call: Call) -> Answer:
    """Show a document's passages."""
    source, language = call.path["source"], language_of(call.path["language"])
    passages = call.app.knowledge.passages(source, language)
    if not passages:
        raise NotFoundError(
            f"there is no document {source} in the app's knowledge in {language}",
            code="document.unknown",
            field="source",
            value=source,
        )
    told = KnowledgeDocument(source=source, language=language, passages=tuple(passages))
    return Answer(200, _shown.encode(told))


def add(call: Call) -> Answer:
    """Add a document, or put it in the place of the one of that name."""
    kind = _query.text(call.query, "kind")
    change = add_document(call.app, call.path["source"], call.body, call.path["language"], kind)
    told = KnowledgeChange(document=change.document, version=change.version)
    return Answer(201 if change.is_new else 200, _shown.encode(told))


def remove(call: Call) -> Answer:
    """Take a document out. Where there is none, what was asked for is so already."""
    try:
        remove_document(call.app, call.path["source"], call.path["language"])
    except NotFoundError:
        return Answer(204)
    return Answer(204)


def search(call: Call) -> Answer:
    """Search, to try it out: nothing is kept."""
    question = _query.text(call.query, "query")
    if not question:
        raise RequestError("query: say what to look for.", code="field.missing", field="query")
    limit = _query.whole_number(call.query, "limit", 3, least=1, most=MOST_FOUND)
    library = call.services.live.assistant.library
    found = library.search(call.app, _query.text(call.query, "language") or "en", question, limit)
    told = KnowledgeSearch(
        items=tuple(
            FoundPassage(passage=each.passage, score=each.score, is_enough=each in found.fit) for each in found.found
        ),
        version=found.version,
        engine=library.retriever.version,
    )
    return Answer(200, _shown.encode(told))


_DOCUMENT: dict[str, Any] = {
    "source": "promotions.md",
    "language": "en",
    "format": "markdown",
    "passages": 12,
    "since_version": 4,
    "until_version": None,
    "added_at": "2026-06-01T08:00:00Z",
}
_PASSAGE: dict[str, Any] = {
    "id": "kp-7-3",
    "source": "promotions.md",
    "heading": ["Promotions", "Codes"],
    "text": "All promo codes expire after 7 days.",
}
_PATH = "/api/v1/knowledge"
_ONE = _PATH + "/{language}/{source}"
_LANGUAGE = Parameter("language", {"type": "string", "minLength": 1}, "A language by its code, as en.")

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="list_knowledge",
        summary="List what an app knows",
        text="The documents in force, by language and name, and the version of each language's base.",
        scopes=reading("knowledge"),
        handle=listing,
        parameters=(_LANGUAGE,),
        answers={200: Shown("The documents.", KnowledgeListing, {"items": [_DOCUMENT], "versions": {"en": 4}})},
    ),
    Operation(
        method="GET",
        path=_PATH + "/search",
        name="search_knowledge",
        summary="Search what an app knows",
        text="As the assistant searches, to try it out; nothing is kept of it.",
        scopes=reading("knowledge"),
        handle=search,
        parameters=(
            Parameter("query", {"type": "string", "minLength": 1}, "What to look for. Required."),
            _LANGUAGE,
            Parameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST_FOUND, "default": 3}, "Most passages."
            ),
        ),
        answers={
            200: Shown(
                "What was found.",
                KnowledgeSearch,
                {
                    "items": [{"passage": _PASSAGE, "score": 1.21, "is_enough": True}],
                    "version": 4,
                    "engine": "hybrid 1 on bm25s 0.3.16 and wordllama 0.4.0.post1 l2_supercat 256/2",
                },
            )
        },
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="get_document",
        summary="One document",
        text="Its passages, as the assistant quotes them.",
        scopes=reading("knowledge"),
        handle=show,
        answers={
            200: Shown(
                "The document.",
                KnowledgeDocument,
                {"source": "promotions.md", "language": "en", "passages": [_PASSAGE]},
            )
        },
    ),
    Operation(
        method="PUT",
        path=_ONE,
        name="put_document",
        summary="Add a document",
        text="Markdown, HTML, CSV with the columns question and answer, or PDF (where its reader is installed). "
        "The kind is told by how the name ends, else by the content, or by `kind`. A document of the same name takes the "
        "place of the one before: a new version of the base. The same content again changes nothing.",
        scopes=writing("knowledge"),
        handle=add,
        parameters=(
            Parameter("kind", {"type": "string", "enum": ["markdown", "html", "csv", "pdf"]}, "What kind it is of."),
        ),
        body=Body(
            "document",
            {"type": "string"},
            "# Promotions\n\n## Codes\n\nAll promo codes expire after 7 days.\n",
            "The document.",
            ("text/markdown", "text/html", "text/csv", "application/pdf", "application/octet-stream"),
            LARGEST,
        ),
        answers={
            200: Shown("It was there already.", KnowledgeChange, {"document": _DOCUMENT, "version": 4}),
            201: Shown("A new version of the base has it.", KnowledgeChange, {"document": _DOCUMENT, "version": 4}),
        },
        statuses={
            413: "The document is too large.",
            422: "The document cannot be read.",
            503: "No PDF reader is installed.",
        },
        may_take_long=True,
    ),
    Operation(
        method="DELETE",
        path=_ONE,
        name="delete_document",
        summary="Take a document out",
        text="A new version of the base is without it; what was quoted from it before stays known. "
        "What is not there is answered in the same way.",
        scopes=writing("knowledge"),
        handle=remove,
        answers={204: Shown("The base is without it.")},
        may_take_long=True,
    ),
)
