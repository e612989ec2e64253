"""``/api/v1/agents``, ``/api/v1/teams`` and ``/api/v1/queues``: the directory of an app."""

from datetime import date
from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.people.directory import DirectoryAgent, DirectoryQueue, GroupKind, Membership, Team
from auscult.domain.people.users import Email, normalise_email
from auscult.domain.people.visibility import Visibility
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Ground, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import Instant, path_id
from auscult.services.directory.naming import Naming
from auscult.services.people.views import AgentView, QueueView, TeamView, agent_view, queue_view, team_view
from auscult.storage.store import AppStore

AgentId = Annotated[str, path_id("The agent's id.", "a-1")]
TeamId = Annotated[str, path_id("The team's id.", "north")]
QueueId = Annotated[str, path_id("The queue's id.", "q-billing")]
Id = Annotated[str, Meta(min_length=1, max_length=200)]

_READS = Scopes(
    "users:read", "users:write", "conversations:read", "conversations:write", permission="directory.read", reach="some"
)
_WRITES = Scopes("users:write", permission="directory.edit", reach="app")
Names = Use[Naming]


def naming(app: App, rights: Rights, server: Basis) -> Naming:
    """Return the directory of the app as the caller changes it."""
    return Naming(app, server.now, rights)


AgentList = Annotated[Items[AgentView], Called(f"{__name__}.AgentList", "Agents, by id.")]


TeamList = Annotated[Items[TeamView], Called("TeamList", "Teams, by id.")]


QueueList = Annotated[Items[QueueView], Called("QueueList", "Queues, by id.")]


@example({"name": "Ada", "emails": ["ada@example.com"]})
class AgentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Properties of an agent."""

    name: str | None = None
    emails: tuple[Email, ...] = ()
    hired_on: date | None = None


@example({"name": "North", "lead": "sue@example.com"})
class TeamBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Properties of a team. ``lead`` is an e-mail address."""

    name: Annotated[str, Meta(min_length=1, max_length=300)]
    lead: Email | None = None


@example({"name": "Billing"})
class QueueBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Properties of a queue. Another name renames it; grants stay on the queue."""

    name: str | None = None
    is_gone: bool = False


@example({"agent_id": "a-1", "since": "2026-03-01"})
class MemberBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent's time in a team or queue. Joining a team ends the open membership in another team at that time."""

    agent_id: Id
    since: Instant | None = None
    until: Instant | None = None


_NO_ADDRESS = "An e-mail address cannot be used."
example(
    {
        "agent_id": "a-1",
        "name": "Ada",
        "emails": ["ada@example.com"],
        "hired_on": "2024-05-01",
        "user": "ada@example.com",
        "memberships": [{"kind": "team", "id": "north", "since": "2026-03-01T00:00:00Z", "until": None}],
    }
)(AgentView)
_MEMBER: dict[str, Any] = {"agent_id": "a-1", "since": "2026-03-01T00:00:00Z", "until": None}
example({"team_id": "north", "name": "North", "lead": "sue@example.com", "members": [_MEMBER]})(TeamView)
example({"queue_id": "q-billing", "name": "Billing", "is_gone": False, "members": [_MEMBER]})(QueueView)


@operation.get("/agents", may=_READS, command="agents list", columns=("agent_id", "name", "emails", "user"))
def list_agents(app: App, rights: Rights, server: Basis) -> AgentList:
    """List agents. The caller's grants reach them: those of their conversations, queues and teams, or all."""
    return Items(items=tuple(_agents(app, server, rights.visibility("directory.read"))))


@operation.get("/agents/{agent_id}", may=_READS, summary="One agent", command="agents show")
def get_agent(agent_id: AgentId, app: App, rights: Rights, server: Basis) -> AgentView:
    """Return an agent with teams and queues, former ones too."""
    for each in _agents(app, server, rights.visibility("directory.read")):
        if each.agent_id == agent_id:
            return each
    raise _unknown("agent", agent_id)


@operation.put("/agents/{agent_id}", may=_WRITES, refuses={422: _NO_ADDRESS}, is_slow=False)
def put_agent(
    agent_id: AgentId, data: JSONBody[AgentBody], app: App, rights: Rights, server: Basis, naming: Names
) -> AgentView:
    """Add or change an agent. All properties are replaced. Another name renames the agent, the past included."""
    emails = tuple(normalise_email(each) for each in data.emails)
    naming.put(DirectoryAgent(agent_id=agent_id, name=data.name, emails=emails, hired_on=data.hired_on))
    reached = rights.visibility("directory.edit")
    return next(each for each in _agents(app, server, reached) if each.agent_id == agent_id)


@operation.get("/teams", may=_READS, command="teams list", columns=("team_id", "name", "lead"))
def list_teams(app: App, rights: Rights) -> TeamList:
    """List teams. The caller's grants reach them. Each has its members."""
    return Items(items=tuple(_teams(app, rights.visibility("directory.read"))))


@operation.get("/teams/{team_id}", may=_READS, summary="One team", command="teams show")
def get_team(team_id: TeamId, app: App, rights: Rights) -> TeamView:
    """Return a team with its members, former ones too."""
    for each in _teams(app, rights.visibility("directory.read")):
        if each.team_id == team_id:
            return each
    raise _unknown("team", team_id)


@operation.put("/teams/{team_id}", may=_WRITES, refuses={422: _NO_ADDRESS}, is_slow=False)
def put_team(team_id: TeamId, data: JSONBody[TeamBody], app: App, naming: Names) -> TeamView:
    """Add or change a team. All properties are replaced."""
    lead = normalise_email(data.lead) if data.lead is not None else None
    naming.put(Team(team_id=team_id, name=data.name, lead=lead))
    directory = app.people.directory
    return team_view(directory.team(team_id), directory.memberships("team", team_id))


@operation.delete("/teams/{team_id}", may=_WRITES, is_slow=False)
def remove_team(team_id: TeamId, naming: Names) -> None:
    """Remove a team. Its memberships are removed with it; grants on it cover nothing."""
    naming.remove_team(team_id)


@operation.post("/teams/{team_id}/members", may=_WRITES, status=201, is_slow=False)
def add_team_member(team_id: TeamId, data: JSONBody[MemberBody], app: App, naming: Names) -> TeamView:
    """Add a member to a team. From a day on: a conversation belongs to the team that its agent was in when it began."""
    directory = app.people.directory
    found = directory.team(team_id)
    naming.join(_membership("team", team_id, data))
    return team_view(found, directory.memberships("team", team_id))


@operation.get("/queues", may=_READS, command="queues list", columns=("queue_id", "name", "is_gone"))
def list_queues(app: App, rights: Rights) -> QueueList:
    """List queues. The caller's grants reach them. Each has its members."""
    return Items(items=tuple(_queues(app, rights.visibility("directory.read"))))


@operation.get("/queues/{queue_id}", may=_READS, summary="One queue", command="queues show")
def get_queue(queue_id: QueueId, app: App, rights: Rights) -> QueueView:
    """Return a queue with its members, former ones too."""
    for each in _queues(app, rights.visibility("directory.read")):
        if each.queue_id == queue_id:
            return each
    raise _unknown("queue", queue_id)


@operation.put("/queues/{queue_id}", may=_WRITES, is_slow=False)
def put_queue(queue_id: QueueId, data: JSONBody[QueueBody], app: App, naming: Names) -> QueueView:
    """Add or rename a queue. The past has the new name, too. Grants on a former name stay on the queue."""
    naming.put(DirectoryQueue(queue_id=queue_id, name=data.name, is_gone=data.is_gone))
    directory = app.people.directory
    return queue_view(directory.queue(queue_id), directory.memberships("queue", queue_id))


@operation.post("/queues/{queue_id}/members", may=_WRITES, status=201, is_slow=False)
def add_queue_member(queue_id: QueueId, data: JSONBody[MemberBody], app: App, naming: Names) -> QueueView:
    """Add a member to a queue. From a day on."""
    directory = app.people.directory
    found = directory.queue(queue_id)
    naming.join(_membership("queue", queue_id, data))
    return queue_view(found, directory.memberships("queue", queue_id))


def _membership(kind: GroupKind, group_id: str, data: MemberBody) -> Membership:
    if data.since and data.until and data.until <= data.since:
        raise RequestError("until must be later than since", code="range.reversed", field="until")
    return Membership(kind=kind, group_id=group_id, agent_id=data.agent_id, since=data.since, until=data.until)


def _agents(app: AppStore, server: Ground, seen: Visibility) -> list[AgentView]:
    """Return the agents that a reach includes directly, or by a team or queue that they are or were in."""
    directory = app.people.directory
    users = server.store.people.users.listing(app.tenant.account_id)
    names = {agent_id: user.email for user in users for agent_id in user.agent_ids}
    memberships = directory.memberships()
    reached = set(seen.agents)
    reached |= {each.agent_id for each in memberships if each.kind == "team" and each.group_id in seen.teams}
    reached |= {
        each.agent_id for each in memberships if each.kind == "queue" and each.group_id.casefold() in seen.queues
    }
    return [
        agent_view(each, memberships, names.get(each.agent_id))
        for each in directory.agents()
        if seen.is_everything or each.agent_id in reached
    ]


def _teams(app: AppStore, seen: Visibility) -> list[TeamView]:
    directory = app.people.directory
    memberships = directory.memberships("team")
    return [
        team_view(each, memberships) for each in directory.teams() if seen.is_everything or each.team_id in seen.teams
    ]


def _queues(app: AppStore, seen: Visibility) -> list[QueueView]:
    directory = app.people.directory
    memberships = directory.memberships("queue")
    return [
        queue_view(each, memberships)
        for each in directory.queues()
        if seen.is_everything or seen.queues & {each.queue_id.casefold(), (each.name or "").casefold()}
    ]


def _unknown(noun: str, named: str) -> NotFoundError:
    return NotFoundError(f"unknown {noun} {named!r}", code=f"{noun}.unknown", field=f"{noun}_id", value=named)


ROUTER = operation.router(__name__, naming=naming)
