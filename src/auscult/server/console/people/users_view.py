"""Users, roles, and why a user sees a conversation."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from msgspec import Struct

from auscult.domain.people.roles import Role
from auscult.language import gettext as _
from auscult.language import later, ngettext, translated
from auscult.server.console.frame.naming import by_in_words, role_name
from auscult.server.console.frame.reader import Reader
from auscult.server.console.people.rights import (
    RightGroup,
    permission_groups,
    permission_in_words,
)
from auscult.services.people.views import GrantView, UserView
from auscult.services.people.why import Explanation

_SCOPES = {
    "app": later("the whole app"),
    "queues": later("queues {names}"),
    "teams": later("teams {names}"),
    "agents": later("agents {names}"),
    "own": later("their own conversations"),
    "assigned": later("what they are to audit"),
}


class UserRow(Struct, frozen=True, kw_only=True):
    """One user in the list."""

    name: str
    email: str
    href: str
    roles: tuple[str, ...]
    is_disabled: bool
    has_second_factor: bool


class UsersView(Struct, frozen=True, kw_only=True):
    """The list, and the form that adds a user. ``given`` holds the values of a refused form, ``chosen`` its queues.

    ``agents_known``: id and name of agents to tick; none where they are too many and are named by id.
    """

    rows: tuple[UserRow, ...]
    roles: tuple[tuple[str, str], ...]
    queues: tuple[tuple[str, str], ...]
    may_add: bool
    note: str
    problem: str
    given: Mapping[str, str]
    chosen: tuple[str, ...]
    agents_known: tuple[tuple[str, str], ...]
    agents_chosen: tuple[str, ...]


class GrantRow(Struct, frozen=True, kw_only=True):
    """One grant. ``revoke`` is the address that revokes it, empty if it is over or the visitor may not revoke it."""

    what: str
    where: str
    when: str
    by: str
    is_in_force: bool
    revoke: str
    permissions: tuple[str, ...]


class OpensRow(Struct, frozen=True, kw_only=True):
    """One grant, and whether it opens a conversation."""

    what: str
    opens: bool
    reason: str


class WhyView(Struct, frozen=True, kw_only=True):
    """The reasons why a user sees a conversation or does not."""

    conversation_id: str
    sees: bool
    reason: str
    grants: tuple[OpensRow, ...]


class OneUserView(Struct, frozen=True, kw_only=True):
    """One user with grants. ``may_manage``: the visitor may change them. ``given`` and ``chosen``: as in ``UsersView``."""

    name: str
    email: str
    path: str
    is_disabled: bool
    has_second_factor: bool
    has_no_password: bool
    link: str
    agents: tuple[str, ...]
    grants: tuple[GrantRow, ...]
    roles: tuple[tuple[str, str], ...]
    queues: tuple[tuple[str, str], ...]
    permissions: tuple[tuple[str, str], ...]
    may_manage: bool
    why: WhyView | None
    asked: str
    note: str
    problem: str
    given: Mapping[str, str]
    chosen: tuple[str, ...]
    agents_known: tuple[tuple[str, str], ...]
    agents_chosen: tuple[str, ...]


class RoleRow(Struct, frozen=True, kw_only=True):
    """One role with its permissions. ``start`` is the address that fills the form with them."""

    name: str
    title: str
    is_built_in: bool
    permissions: tuple[RightGroup, ...]
    users: str
    start: str
    remove: str


class RolesView(Struct, frozen=True, kw_only=True):
    """The roles, and the form that defines one, with the name that is entered and the permissions that are chosen."""

    rows: tuple[RoleRow, ...]
    permissions: tuple[RightGroup, ...]
    name: str
    may_define: bool
    note: str
    problem: str


def user_row(user: UserView, path: str, enrolled: frozenset[str]) -> UserRow:
    """Show one user in the list."""
    roles = dict.fromkeys(_what(each) for each in user.grants if each.state == "in_force")
    return UserRow(
        name=user.name,
        email=user.email,
        href=f"{path}/{user.user_id}",
        roles=tuple(roles),
        is_disabled=user.state == "disabled",
        has_second_factor=user.user_id in enrolled,
    )


def grant_row(grant: GrantView, reader: Reader, path: str, names: Mapping[str, str], *, may_manage: bool) -> GrantRow:
    """Show one grant. ``names`` are those of people, by e-mail address."""
    is_over = grant.state in ("ended", "revoked")
    return GrantRow(
        what=_what(grant),
        where=_where(grant, reader),
        when=_when(grant, reader, names),
        by=by_in_words(grant.granted_by, names),
        is_in_force=grant.state == "in_force",
        revoke=f"{path}/grants/{grant.grant_id}/revoke" if may_manage and not is_over else "",
        permissions=tuple(permission_in_words(each) for each in grant.permissions),
    )


def _what(grant: GrantView) -> str:
    return role_name(grant.role) if grant.role else permission_in_words(grant.permission or "")


def _where(grant: GrantView, reader: Reader) -> str:
    if grant.scope.kind == "app" and grant.app_id is None:
        return _("every app")
    names = grant.scope.names
    if grant.scope.kind == "queues":
        names = tuple(reader.queues.labelled(each) for each in names)
    return _(_SCOPES[grant.scope.kind]).format(names=", ".join(names)).strip()


def _when(grant: GrantView, reader: Reader, names: Mapping[str, str]) -> str:
    if grant.state == "revoked" and grant.revoked_at is not None:
        by = by_in_words(grant.revoked_by or "", names)
        return _("Revoked on {day} by {by}").format(day=reader.day(grant.revoked_at), by=by)
    if grant.until:
        text = _("From {since} to {until}") if grant.state == "coming" else _("Since {since} to {until}")
        return text.format(since=reader.day(grant.since), until=reader.day(grant.until))
    text = _("From {since}") if grant.state == "coming" else _("Since {since}")
    return text.format(since=reader.day(grant.since))


def why_view(found: Explanation, now_rows: Iterable[GrantView], reader: Reader) -> WhyView:
    """Show the grants that open a conversation to a user."""
    names = {each.grant_id: f"{_what(each)}, {_where(each, reader)}" for each in now_rows}
    return WhyView(
        conversation_id=found.conversation_id,
        sees=found.sees,
        reason=translated(found.reason),
        grants=tuple(
            OpensRow(
                what=names.get(each.grant.grant_id, each.grant.role or each.grant.permission or ""),
                opens=each.opens,
                reason=translated(each.reason),
            )
            for each in found.grants
        ),
    )


def role_row(role: Role, users: int, reader: Reader, path: str, *, may_define: bool) -> RoleRow:
    """Show one role."""
    return RoleRow(
        name=role.name,
        title=role_name(role.name),
        is_built_in=role.is_built_in,
        permissions=tuple(each for each in permission_groups(role.permissions) if each.chosen),
        users=ngettext("{n} user", "{n} users", users).format(n=reader.number(users)),
        start=f"{path}?{urlencode({'from': role.name})}#define" if may_define else "",
        remove=f"{path}/{role.name}/remove" if may_define and not role.is_built_in else "",
    )
