"""Why a user sees a conversation, or does not: each grant, and what it lacks."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from auscult.domain.errors import coded, joined, unknown
from auscult.domain.people.grants import Grant, Pair, Roles, permissions_in
from auscult.domain.people.users import User
from auscult.domain.people.visibility import Facts, visibility_of
from auscult.domain.tenancy import Tenant
from auscult.storage import Store

_SCOPES: Mapping[str, str] = {
    "queues": coded("queues {list}"),
    "teams": coded("teams {list}"),
    "agents": coded("agents {list}"),
    "own": coded("own"),
    "assigned": coded("assigned"),
}


class GrantVerdict(Struct, frozen=True, kw_only=True):
    """Grant of the user, and whether it opens the conversation; ``reason`` explains it."""

    grant: Grant
    opens: bool
    reason: str


class Explanation(Struct, frozen=True, kw_only=True):
    """The answer for one user and one conversation at an instant."""

    email: str
    conversation_id: str
    permission: str
    at: datetime
    sees: bool
    reason: str
    grants: tuple[GrantVerdict, ...]


class Explainer:
    """Explains what a user sees in an app, by their grants at an instant.

    Queues, agents and auditors of conversations are those of now; grants, roles and teams are those of ``at``.
    """

    def __init__(self, store: Store, tenant: Tenant, at: datetime, permission: str = "conversation.read") -> None:
        """Read the directory of the app."""
        self._store = store
        self._tenant = tenant
        self._app = store.within(tenant)
        self._at = at
        self._permission = permission
        self._memberships = self._app.people.directory.memberships("team")

    def explain(self, user: User, conversation_id: str) -> Explanation:
        """Return which grants open a conversation, or what is missing.

        Raises ``NotFoundError`` ``conversation.unknown``.
        """
        if self._app.conversations.get(conversation_id) is None:
            raise unknown("conversation", conversation_id)
        facts = self._app.people.facts(conversation_id)
        roles = self._store.people.roles.of(user.account_id, self._at)
        grants = self._store.people.grants.of_user(user.user_id)
        verdicts = tuple(self._verdict(user, grant, facts, roles) for grant in grants)
        opens = any(each.opens for each in verdicts)
        is_active = user.state == "active"
        if not is_active:
            reason = coded("the user is disabled")
        elif opens:
            reason = joined("; ", [each.reason for each in verdicts if each.opens])
        else:
            reason = _missing(facts, self._permission)
        return Explanation(
            email=user.email,
            conversation_id=conversation_id,
            permission=self._permission,
            at=self._at,
            sees=is_active and opens,
            reason=reason,
            grants=verdicts,
        )

    def _verdict(self, user: User, grant: Grant, facts: Facts | None, roles: Roles) -> GrantVerdict:
        named = grant.role or grant.permission or ""
        if not grant.covers(self._tenant.app_id):
            return _no(grant, coded("{name} is for app {id}", name=named, id=grant.app_id))
        if not grant.holds(self._at):
            return _no(
                grant, coded("{name} was not in force at {value} UTC", name=named, value=f"{self._at:%Y-%m-%d %H:%M}")
            )
        if self._permission not in permissions_in(grant, roles):
            return _no(grant, coded("{name} does not include {id}", name=named, id=self._permission))
        aliases = self._app.aliases.in_force()
        (pair,) = aliases.widened_pairs(frozenset({Pair(self._permission, grant.scope)}))
        visibility = visibility_of(pair.scope, aliases.own(user.agent_ids), user.email)
        if visibility.is_everything:
            return GrantVerdict(grant=grant, opens=True, reason=coded("{name} in the whole app", name=named))
        kind, names = _SCOPES.get(grant.scope.kind, grant.scope.kind), ", ".join(sorted(grant.scope.names))
        scope = coded("{name} for {scope}", name=named, scope=coded(kind, list=names))
        if facts is not None and visibility.shows(facts, self._memberships):
            return GrantVerdict(grant=grant, opens=True, reason=scope)
        return _no(grant, scope + coded(" does not cover the conversation") + self._gone(grant))

    def _gone(self, grant: Grant) -> str:
        """Return a note about queues and teams of a scope that are not in the directory."""
        directory = self._app.people.directory
        match grant.scope.kind:
            case "queues":
                known = {queue.queue_id for queue in directory.queues() if not queue.is_gone}
            case "teams":
                known = {team.team_id for team in directory.teams()}
            case _:
                return ""
        gone = sorted(grant.scope.names - known)
        return coded(" (not in the directory: {list})", list=", ".join(gone)) if gone else ""


def _no(grant: Grant, reason: str) -> GrantVerdict:
    return GrantVerdict(grant=grant, opens=False, reason=reason)


def _missing(facts: Facts | None, permission: str) -> str:
    queues = ", ".join(sorted(facts.queues)) if facts and facts.queues else coded("none")
    agents = ", ".join(sorted(facts.agents)) if facts and facts.agents else coded("none")
    return coded(
        "no grant with {name} covers it; its queues: {queues}; its agents: {agents}",
        name=permission,
        queues=queues,
        agents=agents,
    )
