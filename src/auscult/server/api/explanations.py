"""Explanations over HTTP: questions about a conversation, a metric and the overview."""

from typing import Annotated

from litestar.params import JSONBody
from msgspec import Meta

from auscult.domain.conversation import Channel, Direction
from auscult.domain.explanations import ASK, Explanation, Question
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.parameters import ConversationId
from auscult.services.explanations import Explaining

Work = Use[Explaining]
ASKS = Scopes("conversations:write", permission=ASK)
MOST_NAMES = 50


def work(app: App, rights: Rights, server: Server) -> Explaining:
    """Return the questions about an app as the caller asks them."""
    return Explaining(app, rights, server.explainer, server.now)


@example({"metric_id": "em-greeting", "question": "Why is it missed?"})
class MetricQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question about a metric."""

    metric_id: Annotated[str, Meta(description="The metric, of a form in force.", min_length=1, max_length=200)]


Names = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...], Meta(max_length=MOST_NAMES)]


@example({"question": "Which metric got worse?", "queues": ["Billing"]})
class OverviewQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question about figures; only conversations of these queues, agents (ids or names), channels and directions."""

    queues: Names = ()
    agents: Names = ()
    channels: Annotated[tuple[Channel, ...], Meta(max_length=2)] = ()
    directions: Annotated[tuple[Direction, ...], Meta(max_length=2)] = ()


example({"question": "What did the customer want?"})(Question)
example(
    {
        "question": "What did the customer want?",
        "sentences": [
            {
                "text": "The customer lost the card and wanted it blocked.",
                "said_by": ["customer"],
                "rests_on": [
                    {
                        "text": "I lost my card, can you block it?",
                        "speaker": "customer",
                        "conversation_id": "c-7f8b1f0e",
                        "turn_id": "m2",
                        "start_ms": 4200,
                        "figure": None,
                        "shown_by": [],
                        "where": {},
                    }
                ],
            }
        ],
        "dropped": 0,
        "fault": None,
        "sent": {"conversations": ["c-7f8b1f0e"], "turns": 14, "figures": 9, "withheld": [], "without": 0},
        "engine": "explainer 2 qwen3-14b",
        "spent": {"calls": 1, "tokens_in": 1180, "tokens_cached": 0, "tokens_out": 74, "cost": None},
    }
)(Explanation)
_REFUSED = {
    403: "The caller lacks the permission `judge.ask`, or one to read this.",
    409: "No judge is configured, or the caller rates the conversation blind.",
    422: "The question is missing or too long, or there is no such metric.",
    503: "The judge does not answer, or the limit of the day is reached, or other questions are being answered.",
}


@operation.post("/conversations/{conversation_id}/explain", may=ASKS, refuses=_REFUSED)
def explain_conversation(conversation_id: ConversationId, data: JSONBody[Question], work: Work) -> Explanation:
    """Ask about a conversation. The answer is from its turns and what the machine decided, as the caller sees them.

    The judge's model answers, within its limit of the day. Each sentence names the turns and figures that carry it, and
    `said_by` whose turns they are; sentences that nothing carries are left out. `sent` is what the model was given.
    Turns that speak to a model are `withheld` from it.
    """
    return work.about_conversation(conversation_id, data.question)


@operation.post("/metrics/explain", may=ASKS, refuses=_REFUSED)
def explain_metric(data: JSONBody[MetricQuestion], work: Work) -> Explanation:
    """Ask about a metric. The answer is from its figures of 90 days, and turns of conversations that missed it.

    This needs the permissions `insight.read` and `audit.read`, too. `where` are filters of the list of conversations.
    """
    return work.about_metric(data.metric_id, data.question)


@operation.post("/overview/explain", may=ASKS, refuses=_REFUSED)
def explain_overview(data: JSONBody[OverviewQuestion], work: Work) -> Explanation:
    """Ask about the overview. The answer is from pass rates and metrics of 26 weeks, and turns of calls that did not pass.

    This needs the permission `insight.read`, too.
    """
    query = {
        "queue": data.queues,
        "agent": data.agents,
        "channel": data.channels,
        "direction": data.directions,
    }
    return work.about_overview(data.question, {name: list(values) for name, values in query.items() if values})


ROUTER = operation.router(__name__, work=work)
