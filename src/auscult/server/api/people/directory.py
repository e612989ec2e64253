"""``/api/v1/agents``, ``/api/v1/teams`` and ``/api/v1/queues``: the directory of an app."""

from datetime import date
from typing import Annotated, Any

from litestar import delete, get, post, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.directory import PartyKind
from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.people.directory import DirectoryAgent, DirectoryQueue, GroupKind, Membership, Team
from auscult.domain.people.principal import Principal
from auscult.domain.people.users import Email, normalise_email
from auscult.domain.people.visibility import Visibility
from auscult.server.rest.context import App, Rights, Server, Services
from auscult.server.rest.guards import Scopes
from auscult.server.rest.openapi import answer, refusal
from auscult.server.rest.parameters import Instant, path_id
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_thread
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


class AgentList(Struct, frozen=True, kw_only=True):
    """Agents, by id."""

    items: tuple[AgentView, ...]


class TeamList(Struct, frozen=True, kw_only=True):
    """Teams, by id."""

    items: tuple[TeamView, ...]


class QueueList(Struct, frozen=True, kw_only=True):
    """Queues, by id."""

    items: tuple[QueueView, ...]


class AgentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Properties of an agent."""

    name: str | None = None
    emails: tuple[Email, ...] = ()
    hired_on: date | None = None


class TeamBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Properties of a team. ``lead`` is an e-mail address."""

    name: Annotated[str, Meta(min_length=1, max_length=300)]
    lead: Email | None = None


class QueueBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Properties of a queue. Another name renames it; grants stay on the queue."""

    name: str | None = None
    is_gone: bool = False


class MemberBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent's time in a team or queue. Joining a team ends the open membership in another team at that time."""

    agent_id: Id
    since: Instant | None = None
    until: Instant | None = None


_NO_ADDRESS = refusal("An e-mail address cannot be used.")
_AGENT: dict[str, Any] = {
    "agent_id": "a-1",
    "name": "Ada",
    "emails": ["ada@example.com"],
    "hired_on": "2024-05-01",
    "user": "ada@example.com",
    "memberships": [{"kind": "team", "id": "north", "since": "2026-03-01T00:00:00Z", "until": None}],
}
_MEMBER: dict[str, Any] = {"agent_id": "a-1", "since": "2026-03-01T00:00:00Z", "until": None}
_TEAM: dict[str, Any] = {"team_id": "north", "name": "North", "lead": "sue@example.com", "members": [_MEMBER]}
_QUEUE: dict[str, Any] = {"queue_id": "q-billing", "name": "Billing", "is_gone": False, "members": [_MEMBER]}


@get(
    "/agents",
    operation_id="list_agents",
    summary="List agents",
    guards=[_READS],
    responses={200: answer("The agents.", AgentList, {"items": [_AGENT]})},
)
@in_thread
def agents(app: App, rights: Rights, server: Server) -> AgentList:
    """List agents that the caller's grants reach: those of their conversations, queues and teams, or all."""
    return AgentList(items=tuple(_agents(app, server, rights.visibility("directory.read"))))


@get(
    "/agents/{agent_id:str}",
    operation_id="get_agent",
    summary="One agent",
    guards=[_READS],
    responses={200: answer("The agent.", AgentView, _AGENT)},
)
@in_thread
def agent(agent_id: AgentId, app: App, rights: Rights, server: Server) -> AgentView:
    """Return an agent with teams and queues, former ones too."""
    for each in _agents(app, server, rights.visibility("directory.read")):
        if each.agent_id == agent_id:
            return each
    raise _unknown("agent", agent_id)


@put(
    "/agents/{agent_id:str}",
    operation_id="put_agent",
    summary="Add or change an agent",
    guards=[_WRITES],
    responses={200: answer("The agent.", AgentView, _AGENT), 422: _NO_ADDRESS},
    takes=Takes("What is known.", {"name": "Ada", "emails": ["ada@example.com"]}),
)
@in_thread
def put_agent(agent_id: AgentId, data: JSONBody[AgentBody], app: App, rights: Rights, server: Server) -> AgentView:
    """Add an agent, or replace the properties of one. Another name renames them, the past included."""
    emails = tuple(normalise_email(each) for each in data.emails)
    _rename(app, rights, server, "agent", agent_id, data.name)
    app.people.directory.put_agents(
        [DirectoryAgent(agent_id=agent_id, name=data.name, emails=emails, hired_on=data.hired_on)]
    )
    reached = rights.visibility("directory.edit")
    return next(each for each in _agents(app, server, reached) if each.agent_id == agent_id)


@get(
    "/teams",
    operation_id="list_teams",
    summary="List teams",
    guards=[_READS],
    responses={200: answer("The teams.", TeamList, {"items": [_TEAM]})},
)
@in_thread
def teams(app: App, rights: Rights) -> TeamList:
    """List teams that the caller's grants reach, with their members."""
    return TeamList(items=tuple(_teams(app, rights.visibility("directory.read"))))


@get(
    "/teams/{team_id:str}",
    operation_id="get_team",
    summary="One team",
    guards=[_READS],
    responses={200: answer("The team.", TeamView, _TEAM)},
)
@in_thread
def team(team_id: TeamId, app: App, rights: Rights) -> TeamView:
    """Return a team with its members, former ones too."""
    for each in _teams(app, rights.visibility("directory.read")):
        if each.team_id == team_id:
            return each
    raise _unknown("team", team_id)


@put(
    "/teams/{team_id:str}",
    operation_id="put_team",
    summary="Add or change a team",
    guards=[_WRITES],
    responses={200: answer("The team.", TeamView, _TEAM), 422: _NO_ADDRESS},
    takes=Takes("What is known.", {"name": "North", "lead": "sue@example.com"}),
)
@in_thread
def put_team(team_id: TeamId, data: JSONBody[TeamBody], app: App, rights: Rights, server: Server) -> TeamView:
    """Add a team, or replace the properties of one."""
    lead = normalise_email(data.lead) if data.lead is not None else None
    _rename(app, rights, server, "team", team_id, data.name)
    directory = app.people.directory
    directory.put_teams([Team(team_id=team_id, name=data.name, lead=lead)])
    return team_view(directory.team(team_id), directory.memberships("team", team_id))


@delete(
    "/teams/{team_id:str}",
    operation_id="remove_team",
    summary="Remove a team",
    guards=[_WRITES],
    responses={204: answer("The team is gone; grants on it cover nothing.")},
)
@in_thread
def remove_team(team_id: TeamId, app: App) -> None:
    """Remove a team with its memberships."""
    app.people.directory.remove_team(team_id)


@post(
    "/teams/{team_id:str}/members",
    operation_id="add_team_member",
    summary="Add a member to a team",
    guards=[_WRITES],
    status_code=201,
    responses={201: answer("The team.", TeamView, _TEAM)},
    takes=Takes("The member.", {"agent_id": "a-1", "since": "2026-03-01"}),
)
@in_thread
def add_to_team(team_id: TeamId, data: JSONBody[MemberBody], app: App) -> TeamView:
    """Add an agent to a team from a day on. A conversation belongs to the team that its agent was in when it began."""
    directory = app.people.directory
    found = directory.team(team_id)
    directory.add_memberships([_membership("team", team_id, data)], closes_others=True)
    return team_view(found, directory.memberships("team", team_id))


@get(
    "/queues",
    operation_id="list_queues",
    summary="List queues",
    guards=[_READS],
    responses={200: answer("The queues.", QueueList, {"items": [_QUEUE]})},
)
@in_thread
def queues(app: App, rights: Rights) -> QueueList:
    """List queues that the caller's grants reach, with their members."""
    return QueueList(items=tuple(_queues(app, rights.visibility("directory.read"))))


@get(
    "/queues/{queue_id:str}",
    operation_id="get_queue",
    summary="One queue",
    guards=[_READS],
    responses={200: answer("The queue.", QueueView, _QUEUE)},
)
@in_thread
def queue(queue_id: QueueId, app: App, rights: Rights) -> QueueView:
    """Return a queue with its members, former ones too."""
    for each in _queues(app, rights.visibility("directory.read")):
        if each.queue_id == queue_id:
            return each
    raise _unknown("queue", queue_id)


@put(
    "/queues/{queue_id:str}",
    operation_id="put_queue",
    summary="Add or rename a queue",
    guards=[_WRITES],
    responses={200: answer("The queue.", QueueView, _QUEUE)},
    takes=Takes("What is known.", {"name": "Billing"}),
)
@in_thread
def put_queue(queue_id: QueueId, data: JSONBody[QueueBody], app: App, rights: Rights, server: Server) -> QueueView:
    """Add a queue, or rename one, the past included. Grants on a former name stay on the queue."""
    _rename(app, rights, server, "queue", queue_id, data.name)
    directory = app.people.directory
    directory.put_queues([DirectoryQueue(queue_id=queue_id, name=data.name, is_gone=data.is_gone)])
    return queue_view(directory.queue(queue_id), directory.memberships("queue", queue_id))


@post(
    "/queues/{queue_id:str}/members",
    operation_id="add_queue_member",
    summary="Add a member to a queue",
    guards=[_WRITES],
    status_code=201,
    responses={201: answer("The queue.", QueueView, _QUEUE)},
    takes=Takes("The member.", {"agent_id": "a-1", "since": "2026-03-01"}),
)
@in_thread
def add_to_queue(queue_id: QueueId, data: JSONBody[MemberBody], app: App) -> QueueView:
    """Add an agent to a queue from a day on."""
    directory = app.people.directory
    found = directory.queue(queue_id)
    directory.add_memberships([_membership("queue", queue_id, data)])
    return queue_view(found, directory.memberships("queue", queue_id))


def _rename(app: AppStore, rights: Principal, server: Services, kind: PartyKind, party: str, name: str | None) -> None:
    """Rename one that is known under another name."""
    if name:
        Naming(app, server.now, rights).rename_known(kind, {party: name})


def _membership(kind: GroupKind, group_id: str, data: MemberBody) -> Membership:
    if data.since and data.until and data.until <= data.since:
        raise RequestError("until must be later than since", code="range.reversed", field="until")
    return Membership(kind=kind, group_id=group_id, agent_id=data.agent_id, since=data.since, until=data.until)


def _agents(app: AppStore, server: Services, seen: Visibility) -> list[AgentView]:
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


HANDLERS = (
    agents,
    agent,
    put_agent,
    teams,
    team,
    put_team,
    remove_team,
    add_to_team,
    queues,
    queue,
    put_queue,
    add_to_queue,
)
