"""Examples of forms and taxonomies over HTTP, those of forms as commands too: kept, listed, removed, and tried."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.errors import unknown
from auscult.domain.form import Form
from auscult.domain.form_examples import Example, NewExample, NewTopicExample, TopicExample
from auscult.domain.operations.records import made_from
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Server, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import FormId, path_id
from auscult.services.definitions.forms.drafts import document_in_use
from auscult.services.definitions.forms.reading import read_form
from auscult.services.definitions.taxonomies import check_taxonomy, read_taxonomy
from auscult.services.form_examples import FormExamples, TopicExamples
from auscult.services.scoring.classification import in_force
from auscult.storage.store import AppStore

TaxonomyId = Annotated[str, path_id("The taxonomy, percent-encoded.", "tx-shop")]
ExampleId = Annotated[str, path_id("The example.", "ex-2b7c90d4a1f3")]
Work = Use[FormExamples]
Topics = Use[TopicExamples]


def work(app: App, rights: Rights, server: Basis) -> FormExamples:
    """Return the examples of the app's forms as the caller keeps them."""
    return FormExamples(app, server.now, rights)


def topics(app: App, rights: Rights, server: Basis) -> TopicExamples:
    """Return the examples of the app's taxonomies as the caller keeps them."""
    return TopicExamples(app, server.now, rights)


Examples = Annotated[
    Items[Example],
    Called(
        "Examples",
        "The examples of a form, the oldest first. One with neither a conversation nor a transcript lost it to an erasure.",
    ),
]


class TriedExample(Struct, frozen=True, kw_only=True):
    """An example with the form's answer, which is empty where it has none without a judge or a person."""

    example: Example
    answer: str
    is_right: bool


class TriedExamples(Struct, frozen=True, kw_only=True):
    """A form tried on its examples. ``erased``: those that lost their conversation, and are in no other count."""

    right: int
    count: int
    erased: int
    items: tuple[TriedExample, ...]


EXAMPLE: dict[str, Any] = {
    "example_id": "ex-2b7c90d4a1f3",
    "form_id": "ef-billing",
    "metric_id": "em-greeting",
    "wanted": "NO",
    "conversation_id": "c-7f8b1f0e",
    "turn_id": None,
    "transcript": None,
    "by": "ann@example.com",
    "at": "2026-04-01T09:00:00Z",
}
example(EXAMPLE)(Example)
example({"right": 0, "count": 1, "erased": 0, "items": [{"example": EXAMPLE, "answer": "YES", "is_right": False}]})(
    TriedExamples
)
_REFUSED = {
    403: "The caller may not read conversations.",
    409: "The form has as many examples as it can have.",
    422: "The question, its answer, the transcript or the pointer cannot be used.",
}
example({"metric_id": "em-greeting", "wanted": "NO", "conversation_id": "c-7f8b1f0e"})(NewExample)
example({"conversation_id": "c-7f8b1f0e", "turn_id": "m2", "wanted": "Orders > Late"})(NewTopicExample)


@operation.get(
    "/forms/{form_id}/examples",
    may=reading("forms"),
    summary="The examples of a form",
    command="examples list",
    columns=("example_id", "metric_id", "wanted", "conversation_id", "turn_id"),
)
def list_form_examples(form_id: FormId, app: App, work: Work) -> Examples:
    """Return the examples in conversations that the caller may read, and those with a transcript."""
    _form(app, form_id)
    return Items(items=tuple(work.of(form_id)))


@operation.post(
    "/forms/{form_id}/examples",
    may=writing("forms", "form.edit"),
    status=201,
    refuses=_REFUSED,
    command="examples keep",
)
def keep_form_example(form_id: FormId, data: JSONBody[NewExample], app: App, work: Work) -> Example:
    """Keep an example of a form. It is the expected answer of a question in a conversation, or in a transcript.

    A transcript is stored redacted. Another answer to the same question in the same words takes the place of the first.
    It disappears with its conversation.
    """
    return work.keep(_form(app, form_id), data)


@operation.delete(
    "/forms/{form_id}/examples/{example_id}", may=writing("forms", "form.edit"), command="examples remove"
)
def remove_form_example(form_id: FormId, example_id: ExampleId, work: Work) -> None:
    """Remove an example of a form."""
    work.remove(form_id, example_id)


@operation.post("/forms/{form_id}/examples/try", may=reading("forms"))
def try_form_examples(form_id: FormId, app: App, server: Server, work: Work) -> TriedExamples:
    """Try a form on its examples. Its draft, or its newest version where there is none.

    Nothing is stored, and no judge is asked.
    """
    found = work.tried(server.trying(), _form(app, form_id))
    items = tuple(made_from(TriedExample, each) for each in found.tried)
    return made_from(TriedExamples, found, count=len(items), items=items)


TopicExampleList = Annotated[
    Items[TopicExample],
    Called(
        "TopicExampleList",
        "The examples of a taxonomy, the oldest first. One without a conversation lost it to an erasure.",
    ),
]


class TriedTopicExample(Struct, frozen=True, kw_only=True):
    """An example with the topics that are found in its turn."""

    example: TopicExample
    found: tuple[str, ...]
    is_right: bool


class TriedTopicExamples(Struct, frozen=True, kw_only=True):
    """A taxonomy tried on its examples. ``erased``: those that lost their conversation, and are in no other count."""

    right: int
    count: int
    erased: int
    items: tuple[TriedTopicExample, ...]


TOPIC_EXAMPLE: dict[str, Any] = {
    "example_id": "ex-2b7c90d4a1f3",
    "taxonomy_id": "tx-shop",
    "wanted": "Orders > Late",
    "conversation_id": "c-7f8b1f0e",
    "turn_id": "m2",
    "by": "ann@example.com",
    "at": "2026-04-01T09:00:00Z",
}
example(TOPIC_EXAMPLE)(TopicExample)
example(
    {
        "right": 1,
        "count": 1,
        "erased": 0,
        "items": [{"example": TOPIC_EXAMPLE, "found": ["Orders > Late"], "is_right": True}],
    }
)(TriedTopicExamples)
_REFUSED_TOPIC = {
    403: "The caller may not read conversations.",
    409: "The taxonomy has as many examples as it can have.",
    422: "The conversation has no such turn.",
}


@operation.get("/taxonomies/{taxonomy_id}/examples", may=reading("forms"), summary="The examples of a taxonomy")
def list_taxonomy_examples(taxonomy_id: TaxonomyId, app: App, topics: Topics) -> TopicExampleList:
    """Return the examples in conversations that the caller may read, and those that were erased."""
    _documents(app, taxonomy_id)
    return Items(items=tuple(topics.of(taxonomy_id)))


@operation.post(
    "/taxonomies/{taxonomy_id}/examples", may=writing("forms", "form.edit"), status=201, refuses=_REFUSED_TOPIC
)
def keep_taxonomy_example(
    taxonomy_id: TaxonomyId, data: JSONBody[NewTopicExample], app: App, topics: Topics
) -> TopicExample:
    """Keep an example of a taxonomy. It is the topic of a turn; another topic of the same turn takes its place.

    No taxonomy learns from it. It disappears with its conversation.
    """
    documents = _documents(app, taxonomy_id)
    versions = [found for each in documents if (found := check_taxonomy(each).taxonomy)]
    return topics.keep(versions or [read_taxonomy(documents[0])], data)


@operation.delete("/taxonomies/{taxonomy_id}/examples/{example_id}", may=writing("forms", "form.edit"))
def remove_taxonomy_example(taxonomy_id: TaxonomyId, example_id: ExampleId, topics: Topics) -> None:
    """Remove an example of a taxonomy."""
    topics.remove(taxonomy_id, example_id)


@operation.post("/taxonomies/{taxonomy_id}/examples/try", may=reading("forms"))
def try_taxonomy_examples(taxonomy_id: TaxonomyId, app: App, server: Server, topics: Topics) -> TriedTopicExamples:
    """Try a taxonomy on its examples. Its draft, or its newest version where there is none. Nothing is stored."""
    engines = server.trying().for_app(app.tenant.app_id, agent_emotions=False).engines
    draft = read_taxonomy(_documents(app, taxonomy_id)[0])
    found = topics.tried(engines, in_force(app.definitions).values(), draft)
    items = tuple(made_from(TriedTopicExample, each) for each in found.tried)
    return made_from(TriedTopicExamples, found, count=len(items), items=items)


def _documents(app: AppStore, taxonomy_id: str) -> list[bytes]:
    """Return the draft of a taxonomy and its newest version, where they are. Raises ``NotFoundError``."""
    stored = (app.definitions.draft("taxonomy", taxonomy_id), app.definitions.get("taxonomy", taxonomy_id))
    found = [each.document for each in stored if each is not None]
    if not found:
        raise unknown("taxonomy", taxonomy_id)
    return found


def _form(app: AppStore, form_id: str) -> Form:
    """Return the draft of a form, else its newest version. Raises ``NotFoundError``, ``FormError``."""
    return read_form(document_in_use(app.forms, form_id))


ROUTER = operation.router(__name__, work=work, topics=topics)
