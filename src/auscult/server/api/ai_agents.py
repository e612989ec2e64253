"""Registered AI agents over HTTP and as commands."""

from typing import Annotated, Any

from litestar import Router, delete, get, put
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation
from msgspec import Struct

from auscult.domain.ai_agents.registered import Registered
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import path_id, query
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.ai_agents import AiAgents, ListedAgent, NewAgent

AgentId = Annotated[str, path_id("The AI agent, by the id that conversations name it by.", "ai-nia", maxLength=255)]
Version = Annotated[str, query("Its version; empty where it has none.", max_length=255)]
Work = NamedDependency[SkipValidation[AiAgents]]
READS, WRITES = reading("ai_agents", reach="app"), writing("ai_agents")


def work(app: App, rights: Rights, server: Basis) -> AiAgents:
    """Return the AI agents of the app as the caller reads and changes them."""
    return AiAgents(app, server.now, rights)


class AgentList(Struct, frozen=True, kw_only=True):
    """Registered versions, by agent, the newest first."""

    items: tuple[ListedAgent, ...]


_WANTED: dict[str, Any] = {
    "version": "2026-11-02",
    "name": "Nia",
    "instructions": "You are Nia …",
    "knowledge": [{"title": "Refunds", "text": "Refunds take 14 days."}],
    "tools": [{"name": "refund", "changes": True, "needs": ["amount"], "after": ["get_order"], "confirm": True}],
}
_MADE: dict[str, Any] = {
    "agent_id": "ai-nia",
    "version": "2026-11-02",
    "name": "Nia",
    "registered_at": "2026-11-02T09:00:00Z",
    "registered_by": "user:mia@example.com",
}
AGENT = {**_MADE, "ai": {name: _WANTED[name] for name in ("instructions", "knowledge", "tools")}}
LISTED = {**_MADE, "characters": 13, "knowledge": ["Refunds"], "tools": ["refund"]}


@get(
    "/ai-agents",
    operation_id="list_ai_agents",
    summary="List AI agents",
    guards=[READS],
    responses={200: answer("The registered versions.", AgentList, {"items": [LISTED]})},
    command="ai-agents list",
    columns=("agent_id", "version", "name", "characters", "registered_at"),
)
@in_thread
def listing(work: Work) -> AgentList:
    """List registered AI agents by version, without their texts."""
    return AgentList(items=work.listing())


@get(
    "/ai-agents/{agent_id:str}",
    operation_id="get_ai_agent",
    summary="One AI agent",
    guards=[READS],
    responses={200: answer("The version.", Registered, AGENT)},
    command="ai-agents show",
)
@in_thread
def show(
    agent_id: AgentId,
    work: Work,
    version: Annotated[str | None, query("Its version; the newest unless given.", max_length=255)] = None,
) -> Registered:
    """Return the instructions, knowledge and tools of a version."""
    return work.show(agent_id, version)


@put(
    "/ai-agents/{agent_id:str}",
    operation_id="register_ai_agent",
    summary="Register an AI agent",
    guards=[WRITES],
    responses={
        200: answer("The version.", Registered, AGENT),
        **refusals(
            {
                409: "The app has as many versions as it can have.",
                400: "A tool is declared twice, or the texts are too large.",
            }
        ),
    },
    takes=Takes("The version.", _WANTED),
)
@in_slow_thread
def register(agent_id: AgentId, data: JSONBody[NewAgent], work: Work) -> Registered:
    """Register a version of an AI agent, in place of what it was.

    Conversations that name the agent, and bring no texts of their own, have those of the version that they name, or of
    the newest one. Conversations that came before are not changed. The agent is in no team, scorecard or coaching.
    """
    return work.register(agent_id, data)


@delete(
    "/ai-agents/{agent_id:str}",
    operation_id="remove_ai_agent",
    summary="Remove a version of an AI agent",
    guards=[WRITES],
    responses={204: answer("The version is removed.")},
    command="ai-agents remove",
)
@in_slow_thread
def remove(agent_id: AgentId, work: Work, version: Version = "") -> None:
    """Remove a version of an AI agent. Conversations that name it keep the texts that they have."""
    work.remove(agent_id, version)


ROUTER = Router(
    "/",
    route_handlers=[listing, show, register, remove],
    dependencies={"work": Provide(work, sync_to_thread=False)},
)
