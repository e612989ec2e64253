"""Questions that people teach, over HTTP and as commands: asked in words, shown with proposals, ticked, and learned."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.questions.taught import NewTick
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import writing
from auscult.server.rest.parameters import FormId, path_id, query
from auscult.services.taught import Asked, TaughtQuestion, Teaching

MetricId = Annotated[str, path_id("The question.", "em-loyalty")]
Count = Annotated[int, query("How many conversations are proposed.", ge=0, le=20)]
Skipped = Annotated[
    list[Annotated[str, Meta(max_length=200)]] | None,
    query("Conversations that are not to be proposed.", max_items=200),
]
AskedConversation = Annotated[
    str | None, query("A conversation that is proposed first, ticked or not.", max_length=200)
]
AskedTurn = Annotated[str | None, query("A turn of it that is shown in any case.", max_length=200)]
Work = Use[Teaching]


def work(app: App, rights: Rights, server: Basis) -> Teaching:
    """Return the taught questions of the app's forms as the caller teaches them."""
    return Teaching(app, server.now, rights, server.trying)


@example({"question": "Did the agent offer the loyalty programme?"})
class NewQuestion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question in words."""

    question: Annotated[str, Meta(min_length=1, max_length=500, description="The question, in words.")]


class NewTicks(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ticks of a question."""

    ticks: Annotated[
        tuple[NewTick, ...], Meta(min_length=1, max_length=100, description="Turns, and whether each says it.")
    ]


_AGREEMENT: dict[str, Any] = {"answers": 24, "right": 21, "kappa": 0.74, "least": 0.47, "most": 1.0}
_TURN: dict[str, Any] = {"turn_id": "m2", "text": "Have you heard of our loyalty programme?"}
example({"ticks": [{"conversation_id": "c-7f8b1f0e", "turn_id": "m2", "says": True}]})(NewTicks)
example(
    {
        "form_id": "ef-billing",
        "metric_id": "em-loyalty",
        "question": "Did the agent offer the loyalty programme?",
        "speaker": "agent",
        "counts_from": 0.7,
        "agreement": _AGREEMENT,
        "counts": True,
        "is_learned": False,
        "encoder": "wordllama l2_supercat_256",
        "ticks": 61,
        "erased": 0,
        "looked_through": 200,
        "parts": [{"key": "denials", "value": "never", "ticks": 21}],
        "wrong": [{"conversation_id": "c-3", "turn_id": "m9", "text": "You could join our club.", "is_yes": True}],
        "proposals": [
            {
                "conversation_id": "c-7f8b1f0e",
                "kind": "likely",
                "turns": [_TURN | {"speaker": "agent", "before": "That is all.", "likelihood": 0.83, "says": None}],
            }
        ],
    }
)(TaughtQuestion)
_NOT_TAUGHT = {
    403: "The caller may not read conversations.",
    409: "The question is answered in another way.",
    422: "The form cannot be read, or has no such question or turn.",
}


@operation.post(
    "/forms/{form_id}/taught",
    may=writing("forms", "form.edit"),
    status=201,
    refuses={422: "The form cannot be read, or the question is empty."},
    command="questions ask",
    arguments=("question",),
)
def ask_question(form_id: FormId, data: JSONBody[NewQuestion], work: Work) -> TaughtQuestion:
    """Ask a question in words. It is added to the draft of the form, without a weight, and is taught by ticks."""
    return work.shown(form_id, work.ask(form_id, data.question), 5)


@operation.get(
    "/forms/{form_id}/taught/{metric_id}",
    may=writing("forms", "form.edit"),
    refuses=_NOT_TAUGHT,
    command="questions show",
    is_slow=True,
)
def get_taught_question(
    form_id: FormId,
    metric_id: MetricId,
    work: Work,
    count: Count = 5,
    skipped: Skipped = None,
    conversation_id: AskedConversation = None,
    turn_id: AskedTurn = None,
) -> TaughtQuestion:
    """Return a taught question. It has conversations to tick next, and how it agrees with what was ticked.

    Proposals are chosen from the newest 200 conversations of the form's channel that the caller may read. A proposal
    has the turns that look most like a Yes: tick each, with a No for those that only look like one. Conversations that
    people audited otherwise come first.
    """
    asked = Asked(conversation_id, turn_id) if conversation_id else None
    return work.shown(form_id, metric_id, count, skipped or (), asked)


@operation.post(
    "/forms/{form_id}/taught/{metric_id}/ticks",
    may=writing("forms", "form.edit"),
    refuses=_NOT_TAUGHT,
    command="questions tick",
)
def tick_question(form_id: FormId, metric_id: MetricId, data: JSONBody[NewTicks], work: Work) -> TaughtQuestion:
    """Tick turns of a question. Another tick of a turn takes the place of the first; it disappears with its conversation."""
    work.tick(form_id, metric_id, data.ticks)
    return work.shown(form_id, metric_id, 5)


@operation.post(
    "/forms/{form_id}/taught/{metric_id}",
    may=writing("forms", "form.edit"),
    refuses=_NOT_TAUGHT | {409: "There is not a Yes and a No yet, or the question is answered in another way."},
    command="questions learn",
)
def learn_question(form_id: FormId, metric_id: MetricId, work: Work) -> TaughtQuestion:
    """Learn a question. What its ticks teach is put into the draft of the form, which scores once it is published.

    The draft gets weights and figures, and no word of a conversation.
    """
    work.learn(form_id, metric_id)
    return work.shown(form_id, metric_id, 5)


ROUTER = operation.router(__name__, work=work)
