"""SCIM 2.0 (RFC 7643, 7644): users and groups as a directory provisions them into one app.

A group is a role; its members have the role in the whole app. Deleting a user disables them, because grants and
the access log still name them.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from auscult.domain.errors import AccessError, ConflictError, NotFoundError, RequestError
from auscult.domain.people.grants import Grant
from auscult.domain.people.principal import Principal
from auscult.domain.people.users import User, normalise_email
from auscult.domain.tenancy import Tenant
from auscult.services.people.users import Access, Users
from auscult.storage import Store

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_FILTER = re.compile(r'\s*([\w.:]+)\s+eq\s+(?:"((?:[^"\\]|\\.)*)"|(true|false))\s*', re.IGNORECASE)
_MEMBER = re.compile(r'members\[\s*value\s+eq\s+"([^"]+)"\s*\]', re.IGNORECASE)
_HIGH = frozenset({"user.manage", "settings.manage"})
"""Permissions with which a role could give itself all others."""

_WORDS = {"true": True, "false": False}

Json = Mapping[str, Any]


class Directory:
    """Users and groups of one app, on behalf of a principal with ``user.manage``."""

    def __init__(
        self, store: Store, tenant: Tenant, by: Principal, now: Callable[[], datetime], *, may_administer: bool = True
    ) -> None:
        """``now`` returns the time, aware, UTC. ``may_administer``: roles that manage users or settings are in reach."""
        self._people = store.people
        self._tenant = tenant
        self._users = Users(store, by, now)
        self._now = now
        self._may_administer = may_administer

    def users(self, where: str | None, start: int, count: int) -> Json:
        """List users by e-mail address. ``where`` is a filter with ``eq``; ``start`` counts from 1."""
        found = [self._shown(user) for user in self._all()]
        return _page(_filtered(found, where), start, count)

    def user(self, user_id: str) -> Json:
        """Return a user. Raises ``NotFoundError`` ``user.unknown``."""
        return self._shown(self._find(user_id))

    def create(self, given: Json) -> Json:
        """Add a user. Raises ``ConflictError`` ``user.conflict`` where the address is taken, ``RequestError``."""
        email = normalise_email(_text(given, "userName") or _email_of(given))
        if self._people.users.by_email(email) is not None:
            raise ConflictError(
                "the e-mail address {email} cannot be added here", email=email, code="user.conflict", field="userName"
            )
        user = self._users.add(email, _name_of(given), self._tenant.account_id)
        return self._activated(user, given.get("active", True))

    def replace(self, user_id: str, given: Json) -> Json:
        """Replace name and state of a user. An address is not changed. Raises as ``create``, and ``NotFoundError``."""
        user = self._find(user_id)
        self._refuse_renaming(user, given.get("userName"))
        self._rename(user, _name_of(given))
        return self._activated(user, given.get("active", True))

    def patch(self, user_id: str, given: Json) -> Json:
        """Change what operations name: ``active``, ``displayName``, ``name``. Raises ``RequestError``."""
        user = self._find(user_id)
        for op, path, value in _operations(given):
            values = {path: value} if path else value
            if op == "remove" or not isinstance(values, Mapping):
                raise _invalid("Operations", f"cannot {op} {path or 'without a path'}; replace active or displayName")
            changed = cast("Json", values)
            self._refuse_renaming(user, changed.get("userName"))
            self._rename(user, _name_of(changed))
            if "active" in changed:
                self._activated(user, changed["active"])
                user = self._find(user_id)
        return self._shown(self._find(user_id))

    def delete(self, user_id: str) -> None:
        """Disable a user."""
        self._activated(self._find(user_id), False)  # noqa: FBT003  (of JSON)

    def groups(self, where: str | None, start: int, count: int) -> Json:
        """List groups: the roles of the account."""
        return _page(_filtered([self.group(name) for name in sorted(self._roles())], where), start, count)

    def group(self, name: str) -> Json:
        """Return a group. Raises ``NotFoundError``."""
        if name not in self._roles():
            raise NotFoundError("unknown group {value!r}; groups are roles", code="thing.unknown", value=name)
        members = [{"value": user.user_id, "display": user.email} for user in self._members(name)]
        return {"schemas": [GROUP], "id": name, "displayName": name, "members": members, "meta": _meta("Group")}

    def create_group(self, given: Json) -> Json:
        """Set the members of a role. Raises ``RequestError`` where no role has this name."""
        name = _text(given, "displayName")
        if name not in self._roles():
            available = ", ".join(sorted(self._roles()))
            raise _invalid("displayName", f"no role is called {name!r}; available: {available}")
        self._change(name, _member_ids(given.get("members", ())))
        return self.group(name)

    def replace_group(self, name: str, given: Json) -> Json:
        """Let a role have these members and no others; where one cannot come or go, none does."""
        self.group(name)
        wanted = _member_ids(given.get("members", ()))
        self._change(name, wanted, {user.user_id for user in self._members(name)} - wanted)
        return self.group(name)

    def patch_group(self, name: str, given: Json) -> Json:
        """Add, remove or replace members."""
        self.group(name)
        for op, path, value in _operations(given):
            named = _MEMBER.fullmatch(path)
            members = {named[1]} if named else _member_ids(_members_in(path, value))
            present = {user.user_id for user in self._members(name)}
            if op == "remove":
                self._change(name, set(), members & present if named or value else present)
            else:
                self._change(name, members, present - members if op == "replace" else set())
        return self.group(name)

    def delete_group(self, name: str) -> None:
        """Let a role have no members; the role itself stays."""
        self.replace_group(name, {})

    def _all(self) -> list[User]:
        """Return users with a grant in the app, ended ones too, and those without any grant yet."""
        here = {grant.user_id for grant in self._grants()}
        return [
            user
            for user in self._people.users.listing(self._tenant.account_id)
            if user.user_id in here or not self._people.grants.of_user(user.user_id)
        ]

    def _find(self, user_id: str) -> User:
        user = next((each for each in self._all() if each.user_id == user_id), None)
        if user is None:
            raise NotFoundError("unknown user {value!r}", code="user.unknown", field="id", value=user_id)
        return user

    def _grants(self) -> list[Grant]:
        return list(self._people.grants.in_app(self._tenant.app_id, self._tenant.account_id))

    def _roles(self) -> Iterable[str]:
        return self._people.roles.of(self._tenant.account_id)

    def _members(self, role: str) -> list[User]:
        now = self._now()
        ids = {
            grant.user_id
            for grant in self._grants()
            if grant.role == role
            and grant.app_id == self._tenant.app_id
            and grant.scope.kind == "app"
            and grant.revoked_at is None
            and (grant.until is None or now < grant.until)
        }
        return [user for user in self._all() if user.user_id in ids]

    def _change(self, role: str, join: set[str], leave: Iterable[str] = ()) -> None:
        """Let users have a role, and others no longer: all of them, or none where one is unknown or must stay."""
        present = {user.user_id for user in self._members(role)}
        joining, leaving = ([self._find(each) for each in sorted(ids)] for ids in (join - present, set(leave)))
        is_high = not _HIGH.isdisjoint(self._people.roles.of(self._tenant.account_id)[role].permissions)
        if is_high and not self._may_administer and (joining or leaving):
            raise AccessError(
                "the scope scim:write does not reach the role {role}, which manages users or settings; an administrator grants it in auscult",
                role=role,
                code="permission.missing",
                field="members",
            )
        self._users.revoke_role(leaving, self._tenant, role)
        for user in joining:
            self._users.grant(user, self._tenant, Access(role=role))

    def _rename(self, user: User, name: str) -> None:
        if name and name != user.name:
            self._users.add(user.email, name, user.account_id)

    @staticmethod
    def _refuse_renaming(user: User, given: object) -> None:
        if isinstance(given, str) and given.strip().lower() != user.email:
            raise _invalid("userName", f"the address {user.email} cannot be changed; add another user")

    def _activated(self, user: User, active: object) -> Json:
        wanted = _WORDS.get(active.lower()) if isinstance(active, str) else active
        if not isinstance(wanted, bool):
            raise _invalid("active", f"{active!r} is neither true nor false")
        if wanted and user.state == "disabled":
            self._users.enable(user)
        elif not wanted and user.state == "active":
            self._users.disable(user)
        return self._shown(self._find(user.user_id))

    def _shown(self, user: User) -> Json:
        return {
            "schemas": [USER],
            "id": user.user_id,
            "userName": user.email,
            "displayName": user.name,
            "name": {"formatted": user.name},
            "emails": [{"value": user.email, "primary": True}],
            "active": user.state == "active",
            "meta": {**_meta("User"), "created": user.created_at.isoformat()},
        }


def _meta(kind: str) -> dict[str, str]:
    return {"resourceType": kind}


def _page(found: Sequence[Json], start: int, count: int) -> Json:
    first = max(start, 1)
    shown = found[first - 1 : first - 1 + max(count, 0)]
    return {
        "schemas": [LIST],
        "totalResults": len(found),
        "startIndex": first,
        "itemsPerPage": len(shown),
        "Resources": shown,
    }


def _filtered(found: Sequence[Json], where: str | None) -> Sequence[Json]:
    """Return those whose attribute equals what a filter names. Raises ``RequestError`` for any other filter."""
    if where is None:
        return found
    read = _FILTER.fullmatch(where)
    if read is None:
        raise _invalid("filter", f'{where!r} is not read here; give one comparison, as userName eq "ann@example.com"')
    path = read[1].rpartition(":")[2].lower()
    wanted = read[3].lower() if read[3] else re.sub(r"\\(.)", r"\1", read[2])
    return [each for each in found if wanted.casefold() in {str(value).casefold() for value in _values(each, path)}]


def _values(value: object, path: str) -> list[object]:
    """Return the values at a path such as ``emails.value``, whose names are in any letter case."""
    name, _, rest = path.partition(".")
    if isinstance(value, list):
        several = [cast("Json", each) for each in cast("list[object]", value) if isinstance(each, Mapping)]
        return [one for each in several for one in _values(each, path)]
    if not isinstance(value, Mapping):
        return []
    inner = [each for key, each in cast("Json", value).items() if key.lower() == name]
    return [one for each in inner for one in _values(each, rest)] if rest else inner


def _operations(given: Json) -> list[tuple[str, str, Any]]:
    operations = given.get("Operations")
    if not isinstance(operations, list) or not operations:
        raise _invalid("Operations", "a PATCH has a list of operations")
    found: list[tuple[str, str, Any]] = []
    for each in cast("list[Any]", operations):
        operation = cast("Json", each if isinstance(each, dict) else {})
        op = str(operation.get("op", "")).lower()
        if op not in ("add", "remove", "replace"):
            raise _invalid("Operations", f"op {op!r} is none of add, remove, replace")
        found.append((op, str(operation.get("path") or ""), operation.get("value")))
    return found


def _members_in(path: str, value: object) -> object:
    """Return the members that an operation names: by its path, or in a value that has them by name."""
    if path.lower() == "members":
        return value or ()
    if not path and isinstance(value, Mapping):
        return cast("Json", value).get("members", ())
    raise _invalid("path", f"{path!r} is not read here; give members")


def _member_ids(given: object) -> set[str]:
    members = cast("Sequence[object]", given) if isinstance(given, list | tuple) else [given]
    ids = [cast("Json", each).get("value") if isinstance(each, Mapping) else None for each in members]
    found = {each for each in ids if isinstance(each, str)}
    if not all(isinstance(each, str) for each in ids):
        raise _invalid("members", 'members are objects with a value: {"value": "u-…"}')
    return found


def _text(given: Json, name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise _invalid(name, f"{name} is no text")
    return value


def _email_of(given: Json) -> str:
    emails = _values(given, "emails.value")
    return str(emails[0]) if emails else ""


def _name_of(given: Json) -> str:
    parts = [str(each) for each in (*_values(given, "name.givenname"), *_values(given, "name.familyname"))]
    formatted = [str(each) for each in (*_values(given, "name.formatted"), *(_values(given, "displayname")))]
    dotted = given.get("name.formatted")
    return str(dotted) if dotted else next((each for each in reversed(formatted) if each), " ".join(parts))


def _invalid(field: str, message: str) -> RequestError:
    return RequestError(message, code="scim.invalid", field=field)
