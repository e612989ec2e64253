"""The principal of a request: a client, a user or the operator, with what they may do in one app."""

from typing import Literal

from msgspec import Struct

from auscult.domain.errors import AccessError, coded
from auscult.domain.people.grants import Pair
from auscult.domain.people.permissions import PERMISSIONS, permissions_of, scopes_carrying
from auscult.domain.people.visibility import Visibility, visible_by, whole_app

PrincipalKind = Literal["client", "user", "operator"]


class Principal(Struct, frozen=True, kw_only=True):
    """Client's token, a signed-in user or the operator at the command line, acting in one app.

    ``principal_id`` is a client id or a user id; ``name`` an e-mail address for a user. ``pairs`` are the rights in
    ``app_id``, ``account_permissions`` those that hold in every app of the account. ``session_id`` or ``token_id``
    names the user's way in.
    """

    kind: PrincipalKind
    principal_id: str
    name: str
    account_id: str
    app_id: str | None = None
    pairs: frozenset[Pair] = frozenset()
    account_permissions: frozenset[str] = frozenset()
    agent_ids: frozenset[str] = frozenset()
    session_id: str | None = None
    token_id: str | None = None

    @property
    def is_person(self) -> bool:
        """Return whether a person acts, by a session or a personal token."""
        return self.kind == "user"

    @property
    def label(self) -> str:
        """Return the principal as the access log names it: ``user:ann@example.com``, ``client:cs-…``."""
        return self.name if self.kind == "operator" else f"{self.kind}:{self.name}"

    @property
    def permissions(self) -> frozenset[str]:
        """Return the permissions that hold somewhere in the app."""
        return frozenset(pair.permission for pair in self.pairs)

    @property
    def owner(self) -> str | None:
        """Return the owner of what a caller has of their own; None for the operator, who has everyone's."""
        return None if self.kind == "operator" else self.name

    def acting_as(self, named: str | None) -> str:
        """Return the name for a trail: a client may name a person, a person's own name is fixed."""
        return self.name if self.is_person else named or self.name

    def may(self, permission: str) -> bool:
        """Return whether a permission holds somewhere in the app."""
        return any(pair.permission == permission for pair in self.pairs)

    def may_everywhere(self, permission: str) -> bool:
        """Return whether a permission holds in the whole app."""
        return self.visibility(permission).is_everything

    def visibility(self, permission: str = "conversation.read") -> Visibility:
        """Return which conversations a permission reaches."""
        email = self.name if self.is_person else ""
        return visible_by(self.pairs, permission, self.agent_ids, email)

    def is_only_agent(self, permission: str = "conversation.read") -> bool:
        """Return whether a permission reaches conversations of theirs as an agent, and no others."""
        seen = self.visibility(permission)
        others = seen.is_everything or seen.queues or seen.teams or seen.assigned_to
        return bool(seen.agents) and seen.agents <= self.agent_ids and not others

    def require(self, permission: str) -> None:
        """Refuse a principal without a permission. Raises ``AccessError`` ``permission.missing``."""
        if not self.may(permission):
            raise missing(permission, self.kind)


def missing(permission: str, kind: PrincipalKind = "user") -> AccessError:
    """Return the error that names a permission which a principal lacks."""
    allows = PERMISSIONS.get(permission, permission)
    if kind == "client":
        scopes = ", ".join(scopes_carrying(permission))
        message = coded(
            "this needs the permission {permission} ({lower}); a client has it by the scopes: {scopes}",
            permission=permission,
            lower=allows.lower(),
            scopes=scopes,
        )
        return AccessError(message, code="scope.missing", field="scope", value=permission)
    message = coded(
        "this needs the permission {permission} ({lower}); ask an administrator for a role with it",
        permission=permission,
        lower=allows.lower(),
    )
    return AccessError(message, code="permission.missing", field="permission", value=permission)


def rights_of_scopes(client_id: str, account_id: str, scopes: frozenset[str], app_id: str | None = None) -> Principal:
    """Return a client as a principal: its scopes hold in the whole of each of its apps."""
    return Principal(
        kind="client",
        principal_id=client_id,
        name=client_id,
        account_id=account_id,
        app_id=app_id,
        pairs=whole_app(permissions_of(scopes)),
    )


def operator(name: str = "operator") -> Principal:
    """Return the operator: the person who runs commands on the database itself, and may do everything."""
    return Principal(
        kind="operator",
        principal_id=name,
        name=name,
        account_id="",
        pairs=whole_app(PERMISSIONS),
    )
