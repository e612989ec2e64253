"""Examples of forms and taxonomies over HTTP, those of forms as commands too: kept, listed, removed, and tried."""

from typing import Annotated, Any

from litestar import Router, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation
from msgspec import Struct

from auscult.domain.errors import unknown
from auscult.domain.form import Form
from auscult.domain.form_examples import Example, NewExample, NewTopicExample, TopicExample
from auscult.server.rest.context import App, Basis, Rights, Server
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import FormId, path_id
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.definitions.forms.drafts import document_in_use
from auscult.services.definitions.forms.reading import read_form
from auscult.services.definitions.taxonomies import check_taxonomy, read_taxonomy
from auscult.services.form_examples import FormExamples, TopicExamples
from auscult.services.scoring.classification import in_force
from auscult.storage.store import AppStore

TaxonomyId = Annotated[str, path_id("The taxonomy, percent-encoded.", "tx-shop")]
ExampleId = Annotated[str, path_id("The example.", "ex-2b7c90d4a1f3")]
Work = NamedDependency[SkipValidation[FormExamples]]
Topics = NamedDependency[SkipValidation[TopicExamples]]


def work(app: App, rights: Rights, server: Basis) -> FormExamples:
    """Return the examples of the app's forms as the caller keeps them."""
    return FormExamples(app, server.now, rights)


def topics(app: App, rights: Rights, server: Basis) -> TopicExamples:
    """Return the examples of the app's taxonomies as the caller keeps them."""
    return TopicExamples(app, server.now, rights)


class Examples(Struct, frozen=True, kw_only=True):
    """The examples of a form, the oldest first. One with neither a conversation nor a transcript lost it to an erasure."""

    items: tuple[Example, ...]


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
_TRIED = {"right": 0, "count": 1, "erased": 0, "items": [{"example": EXAMPLE, "answer": "YES", "is_right": False}]}
_REFUSED = {
    403: "The caller may not read conversations.",
    409: "The form has as many examples as it can have.",
    422: "The question, its answer, the transcript or the pointer cannot be used.",
}


@get(
    "/forms/{form_id:str}/examples",
    operation_id="list_form_examples",
    summary="The examples of a form",
    guards=[reading("forms")],
    responses={200: answer("The examples.", Examples, {"items": [EXAMPLE]})},
    command="examples list",
    columns=("example_id", "metric_id", "wanted", "conversation_id", "turn_id"),
)
@in_thread
def listing(form_id: FormId, app: App, work: Work) -> Examples:
    """Return the examples in conversations that the caller may read, and those with a transcript."""
    _form(app, form_id)
    return Examples(items=tuple(work.of(form_id)))


@post(
    "/forms/{form_id:str}/examples",
    operation_id="keep_form_example",
    summary="Keep an example of a form",
    guards=[writing("forms", "form.edit")],
    responses={201: answer("The example.", Example, EXAMPLE), **refusals(_REFUSED)},
    takes=Takes("The example.", {"metric_id": "em-greeting", "wanted": "NO", "conversation_id": "c-7f8b1f0e"}),
    command="examples keep",
)
@in_slow_thread
def keep(form_id: FormId, data: JSONBody[NewExample], app: App, work: Work) -> Example:
    """Keep the expected answer of a question in a conversation, or in a transcript, which is stored redacted.

    Another answer to the same question in the same words takes the place of the first. It disappears with its
    conversation.
    """
    return work.keep(_form(app, form_id), data)


@delete(
    "/forms/{form_id:str}/examples/{example_id:str}",
    operation_id="remove_form_example",
    summary="Remove an example of a form",
    guards=[writing("forms", "form.edit")],
    responses={204: answer("The example is removed.")},
    command="examples remove",
)
@in_slow_thread
def remove(form_id: FormId, example_id: ExampleId, work: Work) -> None:
    """Remove an example."""
    work.remove(form_id, example_id)


@post(
    "/forms/{form_id:str}/examples/try",
    operation_id="try_form_examples",
    summary="Try a form on its examples",
    guards=[reading("forms")],
    status_code=200,
    responses={200: answer("The answers.", TriedExamples, _TRIED)},
)
@in_slow_thread
def attempt(form_id: FormId, app: App, server: Server, work: Work) -> TriedExamples:
    """Try the draft of a form, or its newest version where there is none. Nothing is stored, and no judge is asked."""
    assert server.trying is not None  # noqa: S101  (every server has it)
    found = work.tried(server.trying(), _form(app, form_id))
    return TriedExamples(
        right=found.right,
        count=len(found.tried),
        erased=found.erased,
        items=tuple(
            TriedExample(example=each.example, answer=each.answer, is_right=each.is_right) for each in found.tried
        ),
    )


class TopicExampleList(Struct, frozen=True, kw_only=True):
    """The examples of a taxonomy, the oldest first. One without a conversation lost it to an erasure."""

    items: tuple[TopicExample, ...]


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
_TRIED_TOPICS = {
    "right": 1,
    "count": 1,
    "erased": 0,
    "items": [{"example": TOPIC_EXAMPLE, "found": ["Orders > Late"], "is_right": True}],
}
_REFUSED_TOPIC = {
    403: "The caller may not read conversations.",
    409: "The taxonomy has as many examples as it can have.",
    422: "The conversation has no such turn.",
}


@get(
    "/taxonomies/{taxonomy_id:str}/examples",
    operation_id="list_taxonomy_examples",
    summary="The examples of a taxonomy",
    guards=[reading("forms")],
    responses={200: answer("The examples.", TopicExampleList, {"items": [TOPIC_EXAMPLE]})},
)
@in_thread
def topics_listing(taxonomy_id: TaxonomyId, app: App, topics: Topics) -> TopicExampleList:
    """Return the examples in conversations that the caller may read, and those that were erased."""
    _documents(app, taxonomy_id)
    return TopicExampleList(items=tuple(topics.of(taxonomy_id)))


@post(
    "/taxonomies/{taxonomy_id:str}/examples",
    operation_id="keep_taxonomy_example",
    summary="Keep an example of a taxonomy",
    guards=[writing("forms", "form.edit")],
    responses={201: answer("The example.", TopicExample, TOPIC_EXAMPLE), **refusals(_REFUSED_TOPIC)},
    takes=Takes("The example.", {"conversation_id": "c-7f8b1f0e", "turn_id": "m2", "wanted": "Orders > Late"}),
)
@in_slow_thread
def keep_topic(taxonomy_id: TaxonomyId, data: JSONBody[NewTopicExample], app: App, topics: Topics) -> TopicExample:
    """Keep the topic that a turn of a conversation belongs to; another topic of the same turn takes its place.

    No taxonomy learns from it. It disappears with its conversation.
    """
    documents = _documents(app, taxonomy_id)
    versions = [found for each in documents if (found := check_taxonomy(each).taxonomy)]
    return topics.keep(versions or [read_taxonomy(documents[0])], data)


@delete(
    "/taxonomies/{taxonomy_id:str}/examples/{example_id:str}",
    operation_id="remove_taxonomy_example",
    summary="Remove an example of a taxonomy",
    guards=[writing("forms", "form.edit")],
    responses={204: answer("The example is removed.")},
)
@in_slow_thread
def remove_topic(taxonomy_id: TaxonomyId, example_id: ExampleId, topics: Topics) -> None:
    """Remove an example."""
    topics.remove(taxonomy_id, example_id)


@post(
    "/taxonomies/{taxonomy_id:str}/examples/try",
    operation_id="try_taxonomy_examples",
    summary="Try a taxonomy on its examples",
    guards=[reading("forms")],
    status_code=200,
    responses={200: answer("The topics.", TriedTopicExamples, _TRIED_TOPICS)},
)
@in_slow_thread
def attempt_topics(taxonomy_id: TaxonomyId, app: App, server: Server, topics: Topics) -> TriedTopicExamples:
    """Try the draft of a taxonomy, or its newest version where there is none. Nothing is stored."""
    assert server.trying is not None  # noqa: S101  (every server has it)
    engines = server.trying().for_app(app.tenant.app_id, agent_emotions=False).engines
    draft = read_taxonomy(_documents(app, taxonomy_id)[0])
    found = topics.tried(engines, in_force(app.definitions).values(), draft)
    return TriedTopicExamples(
        right=found.right,
        count=len(found.tried),
        erased=found.erased,
        items=tuple(
            TriedTopicExample(example=each.example, found=each.found, is_right=each.is_right) for each in found.tried
        ),
    )


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


ROUTER = Router(
    "/",
    route_handlers=[listing, keep, remove, attempt, topics_listing, keep_topic, remove_topic, attempt_topics],
    dependencies={"work": Provide(work, sync_to_thread=False), "topics": Provide(topics, sync_to_thread=False)},
)
