"""Users, grants and the directory as JSON shows them, on the command line and over HTTP alike."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from auscult.domain.operations.records import made_from
from auscult.domain.people.directory import DirectoryAgent, DirectoryQueue, Membership, Team
from auscult.domain.people.grants import Grant, Roles, ScopeKind, permissions_in
from auscult.domain.people.roles import BUILT_IN
from auscult.domain.people.sessions import PersonalToken, Session
from auscult.domain.people.users import User, UserState


class ScopeView(Struct, frozen=True, kw_only=True):
    """The part of an app that a grant covers; ``names`` of queues, teams or agents."""

    kind: ScopeKind
    names: tuple[str, ...]


class GrantView(Struct, frozen=True, kw_only=True):
    """A grant. ``app_id`` null: every app of the account. ``state``: whether it is in force now."""

    grant_id: str
    app_id: str | None
    role: str | None
    permission: str | None
    permissions: tuple[str, ...]
    scope: ScopeView
    since: datetime
    until: datetime | None
    state: Literal["in_force", "coming", "ended", "revoked"]
    granted_by: str
    granted_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None


class UserView(Struct, frozen=True, kw_only=True):
    """A user with their grants, ended ones too, the oldest first."""

    user_id: str
    email: str
    name: str
    state: UserState
    agent_ids: tuple[str, ...]
    created_at: datetime
    grants: tuple[GrantView, ...]


class SessionView(Struct, frozen=True, kw_only=True):
    """A session of one's own."""

    session_id: str
    method: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str | None
    agent: str | None
    is_current: bool


class TokenView(Struct, frozen=True, kw_only=True):
    """A personal token, without its secret."""

    token_id: str
    name: str
    created_at: datetime
    ends_at: datetime
    revoked_at: datetime | None


class StayView(Struct, frozen=True, kw_only=True):
    """The time of an agent in a team or queue."""

    agent_id: str
    since: datetime | None
    until: datetime | None


class AgentStayView(Struct, frozen=True, kw_only=True):
    """The same as an agent shows it: the team or queue."""

    kind: Literal["team", "queue"]
    id: str
    since: datetime | None
    until: datetime | None


class AgentView(Struct, frozen=True, kw_only=True):
    """An agent. ``user`` is the e-mail address of the user who is this agent."""

    agent_id: str
    name: str | None
    emails: tuple[str, ...]
    hired_on: date | None
    user: str | None
    memberships: tuple[AgentStayView, ...]


class TeamView(Struct, frozen=True, kw_only=True):
    """A team with its members, former ones too."""

    team_id: str
    name: str
    lead: str | None
    members: tuple[StayView, ...]


class QueueView(Struct, frozen=True, kw_only=True):
    """A queue with its members, former ones too."""

    queue_id: str
    name: str | None
    is_gone: bool
    members: tuple[StayView, ...]


def grant_view(grant: Grant, at: datetime, roles: Roles = BUILT_IN) -> GrantView:
    """Return a grant as it is at an instant."""
    if grant.holds(at):
        state = "in_force"
    elif grant.revoked_at is not None:
        state = "revoked"
    else:
        state = "coming" if at < grant.since else "ended"
    return made_from(
        GrantView,
        grant,
        permissions=tuple(sorted(permissions_in(grant, roles))),
        scope=ScopeView(kind=grant.scope.kind, names=tuple(sorted(grant.scope.names))),
        state=state,
    )


def user_view(user: User, grants: Iterable[Grant], at: datetime, roles: Roles = BUILT_IN) -> UserView:
    """Return a user with these grants as they are at an instant."""
    return made_from(
        UserView,
        user,
        agent_ids=tuple(sorted(user.agent_ids)),
        grants=tuple(grant_view(grant, at, roles) for grant in grants),
    )


def session_view(session: Session, current: str | None = None) -> SessionView:
    """Return a session; ``current`` is the id of the one that asks."""
    return made_from(SessionView, session, is_current=session.session_id == current)


def token_view(token: PersonalToken) -> TokenView:
    """Return a personal token without its secret."""
    return made_from(TokenView, token)


def agent_view(agent: DirectoryAgent, memberships: Iterable[Membership], user: str | None) -> AgentView:
    """Return an agent with the teams and queues of these memberships that are theirs."""
    mine = [each for each in memberships if each.agent_id == agent.agent_id]
    stays = tuple(AgentStayView(kind=m.kind, id=m.group_id, since=m.since, until=m.until) for m in mine)
    return made_from(AgentView, agent, user=user, memberships=stays)


def team_view(team: Team, memberships: Iterable[Membership]) -> TeamView:
    """Return a team with its members."""
    members = _members("team", team.team_id, memberships)
    return TeamView(team_id=team.team_id, name=team.name, lead=team.lead, members=members)


def queue_view(queue: DirectoryQueue, memberships: Iterable[Membership]) -> QueueView:
    """Return a queue with its members."""
    members = _members("queue", queue.queue_id, memberships)
    return QueueView(queue_id=queue.queue_id, name=queue.name, is_gone=queue.is_gone, members=members)


def _members(kind: str, group_id: str, memberships: Iterable[Membership]) -> tuple[StayView, ...]:
    return tuple(
        StayView(agent_id=each.agent_id, since=each.since, until=each.until)
        for each in memberships
        if each.kind == kind and each.group_id == group_id
    )
