"""Single sign-on: the mapping of the identity provider's groups to roles, and the user that its claims name."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, cast

from msgspec import Meta, Struct

from auscult.domain.errors import AccessError
from auscult.domain.people.grants import Grant, Scope
from auscult.domain.people.users import normalise_email

GRANTED_BY = "single sign-on"
"""What grants that follow groups say of who granted them."""

_Text = Annotated[str, Meta(min_length=1, max_length=2_000)]


class GroupGrant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role that the members of a group have. Without an app: in every app of the account (administrators only).

    Without queues, teams, ``own`` and ``assigned`` in the whole app.
    """

    role: _Text
    app: _Text | None = None
    queues: tuple[_Text, ...] = ()
    teams: tuple[_Text, ...] = ()
    own: bool = False
    assigned: bool = False


class SignOnSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of single sign-on. ``groups`` maps each group to the roles of its members.

    ``only``: no sign-in by password, but for users who are marked as break-glass. ``public_url``: the server's address
    as browsers know it, where that is not what requests name.
    """

    issuer: Annotated[str, Meta(pattern="^https?://[^ ]+$")]
    client_id: _Text
    account: _Text
    client_secret: str | None = None
    client_secret_file: str | None = None
    scopes: tuple[_Text, ...] = ("openid", "email", "profile")
    groups: Mapping[str, tuple[GroupGrant, ...]] = {}
    groups_claim: _Text = "groups"
    email_claim: _Text = "email"
    name_claim: _Text = "name"
    agent_claim: _Text | None = None
    only: bool = False
    public_url: Annotated[str, Meta(pattern="^https?://[^ ]+$")] | None = None


class Identity(Struct, frozen=True, kw_only=True):
    """The person that validated claims name. ``is_email_verified`` is None where the provider does not say."""

    issuer: str
    subject: str
    email: str
    is_email_verified: bool | None
    name: str
    groups: frozenset[str]
    agent_ids: frozenset[str]


def identity_of(claims: Mapping[str, Any], settings: SignOnSettings) -> Identity:
    """Return the person of validated claims. Raises ``AccessError`` ``sign_on.claims``."""
    email, subject = claims.get(settings.email_claim), claims.get("sub")
    if not isinstance(email, str) or not isinstance(subject, str) or not subject:
        raise AccessError(
            "the identity provider sends no claim {email_claim!r}; ask for the scope that carries it",
            email_claim=settings.email_claim,
            code="sign_on.claims",
            field=settings.email_claim,
        )
    name = claims.get(settings.name_claim)
    return Identity(
        issuer=settings.issuer,
        subject=subject,
        email=normalise_email(email),
        is_email_verified={"true": True, "false": False}.get(str(claims.get("email_verified")).lower()),
        name=name if isinstance(name, str) else "",
        groups=_texts(claims.get(settings.groups_claim)),
        agent_ids=_texts(claims.get(settings.agent_claim)) if settings.agent_claim else frozenset(),
    )


def mapped(settings: SignOnSettings, groups: Iterable[str]) -> frozenset[tuple[str, str | None, Scope]]:
    """Return what membership in groups grants: role, app and scope. Unknown groups grant nothing."""
    found: set[tuple[str, str | None, Scope]] = set()
    for group in groups:
        for grant in settings.groups.get(group, ()):
            scopes = [Scope(kind="queues", names=frozenset(grant.queues))] if grant.queues else []
            scopes += [Scope(kind="teams", names=frozenset(grant.teams))] if grant.teams else []
            scopes += [Scope(kind="own")] if grant.own else []
            scopes += [Scope(kind="assigned")] if grant.assigned else []
            found.update((grant.role, grant.app, scope) for scope in scopes or [Scope()])
    return frozenset(found)


def of_sign_on(grants: Iterable[Grant]) -> dict[tuple[str, str | None, Scope], Grant]:
    """Return the unrevoked grants that followed groups, by what they grant."""
    return {
        (grant.role or "", grant.app_id, grant.scope): grant
        for grant in grants
        if grant.granted_by == GRANTED_BY and grant.revoked_at is None
    }


def _texts(claim: object) -> frozenset[str]:
    """Return the texts of a claim: one text, or a list of texts."""
    if isinstance(claim, str):
        return frozenset({claim})
    if isinstance(claim, list):
        return frozenset(each for each in cast("list[object]", claim) if isinstance(each, str))
    return frozenset()
