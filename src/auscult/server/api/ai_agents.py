"""Registered AI agents over HTTP and as commands."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.ai_agents.registered import Registered
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.parameters import path_id, query
from auscult.services.ai_agents import AiAgents, ListedAgent, NewAgent

AgentId = Annotated[str, path_id("The AI agent, by the id that conversations name it by.", "ai-nia", maxLength=255)]
Version = Annotated[str, query("Its version; empty where it has none.", max_length=255)]
Work = Use[AiAgents]
READS, WRITES = reading("ai_agents", reach="app"), writing("ai_agents")


def work(app: App, rights: Rights, server: Basis) -> AiAgents:
    """Return the AI agents of the app as the caller reads and changes them."""
    return AiAgents(app, server.now, rights)


class AgentList(Struct, frozen=True, kw_only=True):
    """Registered versions, by agent, the newest first."""

    items: tuple[ListedAgent, ...]


_MADE: dict[str, Any] = {
    "agent_id": "ai-nia",
    "version": "2026-11-02",
    "name": "Nia",
    "registered_at": "2026-11-02T09:00:00Z",
    "registered_by": "user:mia@example.com",
}
_TEXTS: dict[str, Any] = {
    "instructions": "You are Nia …",
    "knowledge": [{"title": "Refunds", "text": "Refunds take 14 days."}],
    "tools": [{"name": "refund", "changes": True, "needs": ["amount"], "after": ["get_order"], "confirm": True}],
}
example({"version": "2026-11-02", "name": "Nia", **_TEXTS})(NewAgent)
example({**_MADE, "ai": _TEXTS})(Registered)
example({**_MADE, "characters": 13, "knowledge": ["Refunds"], "tools": ["refund"]})(ListedAgent)


@operation.get(
    "/ai-agents",
    may=READS,
    summary="List AI agents",
    command="ai-agents list",
    columns=("agent_id", "version", "name", "characters", "registered_at"),
)
def list_ai_agents(work: Work) -> AgentList:
    """List registered AI agents by version, without their texts."""
    return AgentList(items=work.listing())


@operation.get("/ai-agents/{agent_id}", may=READS, summary="One AI agent", command="ai-agents show")
def get_ai_agent(
    agent_id: AgentId,
    work: Work,
    version: Annotated[str | None, query("Its version; the newest unless given.", max_length=255)] = None,
) -> Registered:
    """Return the instructions, knowledge and tools of a version."""
    return work.show(agent_id, version)


@operation.put(
    "/ai-agents/{agent_id}",
    may=WRITES,
    summary="Register an AI agent",
    refuses={
        409: "The app has as many versions as it can have.",
        400: "A tool is declared twice, or the texts are too large.",
    },
)
def register_ai_agent(agent_id: AgentId, data: JSONBody[NewAgent], work: Work) -> Registered:
    """Register a version of an AI agent, in place of what it was.

    Conversations that name the agent, and bring no texts of their own, have those of the version that they name, or of
    the newest one. Conversations that came before are not changed. The agent is in no team, scorecard or coaching.
    """
    return work.register(agent_id, data)


@operation.delete(
    "/ai-agents/{agent_id}", may=WRITES, summary="Remove a version of an AI agent", command="ai-agents remove"
)
def remove_ai_agent(agent_id: AgentId, work: Work, version: Version = "") -> None:
    """Remove a version of an AI agent. Conversations that name it keep the texts that they have."""
    work.remove(agent_id, version)


ROUTER = operation.router(__name__, work=work)
