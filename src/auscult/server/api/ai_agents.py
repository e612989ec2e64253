"""Registered AI agents over HTTP and as commands."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.ai_agents.comparison import DROP
from auscult.domain.ai_agents.registered import Registered
from auscult.domain.errors import RequestError
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.parameters import Since, Until, path_id, query, repeated
from auscult.services.ai_agents.comparing import Asked, ComparedVersions, compare
from auscult.services.ai_agents.figures import AgentFigures, figures, known_versions
from auscult.services.ai_agents.registering import AiAgents, ListedAgent, NewAgent

AgentId = Annotated[str, path_id("The AI agent, by the id that conversations name it by.", "ai-nia", maxLength=255)]
Version = Annotated[str, query("Its version; empty where it has none.", max_length=255)]
Work = Use[AiAgents]
COUNTS = reading("conversations", "insight.read")
READS, WRITES = reading("ai_agents", reach="app"), writing("ai_agents")


def work(app: App, rights: Rights, server: Basis) -> AiAgents:
    """Return the AI agents of the app as the caller reads and changes them."""
    return AiAgents(app, server.now, rights)


class AgentList(Struct, frozen=True, kw_only=True):
    """Registered versions, by agent, the newest first."""

    items: tuple[ListedAgent, ...]


class AgentFigureList(Struct, frozen=True, kw_only=True):
    """Figures by version, the last one first."""

    items: tuple[AgentFigures, ...]


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
_QUESTION: dict[str, Any] = {"id": "ai-kept", "name": "Promises kept", "a": 0.94, "b": 0.81, "n_a": 1800, "n_b": 1790}
_VERSION: dict[str, Any] = {"version": "11", "conversations": 2000, "not_scored": 0}
_MOVED: dict[str, Any] = {"difference": -0.13, "interval": [-0.161, -0.099], "is_worse": True, "is_better": False}
example(
    {
        "agent_id": "ai-nia",
        "versions": [_VERSION, {**_VERSION, "version": "12"}],
        "questions": [{**_QUESTION, **_MOVED, "is_enough": True, "needed": 78}],
        "is_worse": True,
        "is_enough": True,
        "needed": 87,
    }
)(ComparedVersions)
_DID: dict[str, Any] = {
    "conversations": 2000,
    "contained": 1520,
    "handed_over": 480,
    "calls_known": 2000,
    "changed": 900,
    "reported": 1100,
    "untrue": 60,
    "refused": 210,
    "resolution_judged": 1500,
    "resolved": 1240,
}
example({"version": "12", **_DID, "scored": 1500, "passed": 1290})(AgentFigures)
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


@operation.get(
    "/ai-agents/{agent_id}/figures",
    may=COUNTS,
    summary="What an AI agent did",
    refuses={404: "No conversation names the agent, and it is not registered."},
    is_slow=True,
    command="ai-agents figures",
    columns=(
        "version",
        "conversations",
        "contained",
        "handed_over",
        "calls_known",
        "changed",
        "reported",
        "untrue",
        "refused",
        "resolved",
        "scored",
        "passed",
    ),
)
def get_ai_agent_figures(agent_id: AgentId, app: App, since: Since = None, until: Until = None) -> AgentFigureList:
    """Count the conversations of each version among the newest: contained, handed over to a person, reported as done, and changed.

    Those behind a number: `GET /api/v1/conversations` with `ai_agent`, `ai_version` and `handled_by=ai`, `handled_by=both`
    or `changed=true`; with `handled_by=ai` and `met=ai-kept` reported as done and done, `missed=ai-kept` reported and not done,
    `met=ai-refused` refused, `met=ai-resolved` resolved. A judge answers the last, where a form asks it.
    """
    versions = known_versions(app, agent_id)
    return AgentFigureList(items=tuple(figures(app, agent_id, each, since, until) for each in versions))


@operation.get(
    "/ai-agents/{agent_id}/compare",
    may=COUNTS,
    summary="Compare two versions of an AI agent",
    refuses={
        404: "No conversation names the agent or the version.",
        400: "Not two versions are named, or the same one twice.",
    },
    is_slow=True,
)
def compare_ai_agent(
    agent_id: AgentId,
    app: App,
    version: Annotated[tuple[str, ...], repeated("The earlier version, then the later one.")] = (),
    since: Since = None,
    until: Until = None,
    drop: Annotated[float, query("The drop of a share that has to show, from 0.01 to 0.99.", ge=0.01, le=0.99)] = DROP,
) -> ComparedVersions:
    """Compare the shares that met each question in the newest 2,000 conversations of each version.

    A difference is that of the later version to the earlier one. Its interval holds for all questions together with 95 %
    confidence. Of a conversation that a person took over, the AI agent's part counts, where a form for segments scored it.
    """
    if len(version) != 2:  # noqa: PLR2004  (two versions)
        raise RequestError(
            f"{len(version)} versions are named; name the earlier one, then the later one",
            code="ai_agent.versions",
            field="version",
        )
    asked = Asked(agent_id=agent_id, versions=(version[0], version[1]), since=since, until=until, drop=drop)
    return compare(app, asked)


ROUTER = operation.router(__name__, work=work)
