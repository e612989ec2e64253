"""Visibility: which conversations of an app a permission reaches. ``storage/people/visibility.py`` is its SQL."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from auscult.domain.people.directory import Membership
from auscult.domain.people.grants import WHOLE_APP, Pair, Scope


class Facts(Struct, frozen=True, kw_only=True):
    """The facts of a conversation that decide about its visibility.

    ``queues`` holds ids and names, each casefolded; ``auditors`` the e-mail addresses of those it is assigned to.
    """

    started_at: datetime
    queues: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    auditors: frozenset[str] = frozenset()


class Visibility(Struct, frozen=True, kw_only=True):
    """The union of scopes: a conversation is visible when at least one of them covers it.

    ``is_everything`` covers the whole app, whatever else is there. Queues are casefolded ids and names.
    """

    is_everything: bool = False
    queues: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    assigned_to: frozenset[str] = frozenset()

    @property
    def is_nothing(self) -> bool:
        """Return whether no conversation at all is visible."""
        return not (self.is_everything or self.queues or self.teams or self.agents or self.assigned_to)

    def __or__(self, other: "Visibility") -> "Visibility":
        """Return what either of two visibilities covers."""
        return Visibility(
            is_everything=self.is_everything or other.is_everything,
            queues=self.queues | other.queues,
            teams=self.teams | other.teams,
            agents=self.agents | other.agents,
            assigned_to=self.assigned_to | other.assigned_to,
        )

    def shows(self, facts: Facts, memberships: Iterable[Membership] = ()) -> bool:
        """Return whether a conversation is visible. A team covers those of the agents it had when they began."""
        return (
            self.is_everything
            or bool(self.queues & facts.queues)
            or bool(self.agents & facts.agents)
            or bool(self.assigned_to & facts.auditors)
            or any(
                each.kind == "team"
                and each.group_id in self.teams
                and each.agent_id in facts.agents
                and each.holds(facts.started_at)
                for each in memberships
            )
        )


EVERYTHING = Visibility(is_everything=True)
NOTHING = Visibility()


def visibility_of(scope: Scope, agent_ids: frozenset[str] = frozenset(), email: str = "") -> Visibility:
    """Return what one scope covers for the user of these agent ids and this e-mail address."""
    match scope.kind:
        case "app":
            return EVERYTHING
        case "queues":
            return Visibility(queues=frozenset(name.casefold() for name in scope.names))
        case "teams":
            return Visibility(teams=scope.names)
        case "agents":
            return Visibility(agents=scope.names)
        case "own":
            return Visibility(agents=agent_ids)
        case "assigned":
            return Visibility(assigned_to=frozenset({email}) if email else frozenset())


def visible_by(
    pairs: Iterable[Pair], permission: str, agent_ids: frozenset[str] = frozenset(), email: str = ""
) -> Visibility:
    """Return what a permission reaches: the union of the scopes of its own pairs, and of no other permission's."""
    found = NOTHING
    for pair in pairs:
        if pair.permission == permission:
            found |= visibility_of(pair.scope, agent_ids, email)
    return found


def whole_app(permissions: Iterable[str]) -> frozenset[Pair]:
    """Return pairs that hold in the whole app, as those of a client's scopes do."""
    return frozenset(Pair(permission, WHOLE_APP) for permission in permissions)
