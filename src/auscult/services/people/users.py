"""Users: added, granted roles, disabled. Every change is reported with who made it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.errors import AccessError, ConflictError, NotFoundError, RequestError
from auscult.domain.people.grants import WHOLE_APP, Grant, Scope, check_grant
from auscult.domain.people.permissions import check_permission
from auscult.domain.people.principal import Principal, missing
from auscult.domain.people.sessions import (
    INVITATION_LASTS,
    LONGEST_TOKEN,
    TOKEN_PREFIX,
    PersonalToken,
    hash_of,
    new_code,
    new_secret,
    new_token_id,
)
from auscult.domain.people.users import User, new_grant_id, new_user_id, normalise_email
from auscult.domain.tenancy import Tenant
from auscult.services.people.known import check_agents
from auscult.services.people.passwords import check_password, hash_password, is_right
from auscult.services.people.second_factor import tries_key
from auscult.services.privacy.log import record
from auscult.storage import AppStore, Store
from auscult.storage.core.text_validation import is_storable

LONGEST_NAME = 200


class Access(Struct, frozen=True, kw_only=True):
    """Right to grant: a role or a permission, its scope, and from when until when."""

    role: str | None = None
    permission: str | None = None
    queues: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    scope: Scope | None = None
    since: datetime | None = None
    until: datetime | None = None


class IssuedToken(NamedTuple):
    """A personal token with its secret, which is stored nowhere."""

    token: PersonalToken
    secret: str


class Users:
    """Adds and changes users on behalf of a principal, who needs ``user.manage`` wherever the change reaches.

    Methods raise ``NotFoundError`` ``grant.unknown``, ``second_factor.unknown``; ``ConflictError``
    ``administrator.last``; ``AccessError``.
    """

    def __init__(self, store: Store, by: Principal, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """``now`` returns the time, aware, UTC."""
        self._store = store
        self._people = store.people
        self._by = by
        self._now = now

    def find(self, named: str) -> User:
        """Return a user by e-mail address or id. Raises ``NotFoundError`` ``user.unknown``."""
        found = self._people.users.by_id(named)
        if found is None and "@" in named:
            found = self._people.users.by_email(named.strip().lower())
        if found is None or (self._by.kind != "operator" and found.account_id != self._by.account_id):
            raise NotFoundError("unknown user {value!r}", code="user.unknown", field="user", value=named)
        return found

    def add(self, email: str, name: str, account_id: str, password: str | None = None) -> User:
        """Add a user to an account, or return the one of this address, with name and password changed where given.

        Raises ``ConflictError`` ``user.conflict`` where the address belongs to another account, ``RequestError``
        ``password.guessable``.
        """
        email, name = normalise_email(email), name.strip()
        if len(name) > LONGEST_NAME or not is_storable(name):
            raise RequestError(
                "a name has at most {n} characters, none of them NUL or half a surrogate pair",
                n=LONGEST_NAME,
                code="name.invalid",
                field="name",
                value=name[:50],
            )
        known = self._people.users.by_email(email)
        if known is None:
            if password is not None:
                check_password(password, email, name)
            user = User(
                user_id=new_user_id(),
                account_id=account_id,
                email=email,
                name=name or email.partition("@")[0],
                created_at=self._now(),
            )
            self._people.users.add(user, hash_password(password) if password is not None else None)
            self._report("user.added", user)
            return user
        if known.account_id != account_id:
            raise ConflictError(
                "the e-mail address {value} cannot be added here; give another address",
                code="user.conflict",
                field="email",
                value=email,
            )
        if name and name != known.name:
            self._people.users.update(known.user_id, name=name)
            self._report("user.renamed", known)
        if password is not None and not is_right(self._people.users.password_hash(known.user_id), password):
            self.set_password(known, password)
        return self.find(known.user_id)

    def check(self, account_id: str, tenant: Tenant | None, given: Access) -> None:
        """Refuse what could not be granted to a user of an account, before anything is written."""
        blank = User(user_id="", account_id=account_id, email="", name="", created_at=self._now())
        self._grants(blank, tenant, given)

    def grant(self, user: User, tenant: Tenant | None, given: Access) -> list[Grant]:
        """Grant a role or a permission in an app, or in every app (None). Returns one grant for each kind of scope.

        A role ``agent`` in the scope of agents makes these the user's own.
        Raises ``RequestError`` ``role.unknown``, ``permission.unknown``, ``grant.*``, ``NotFoundError``
        ``agent.unknown``, ``AccessError``.
        """
        made = self._grants(user, tenant, given)
        if given.agents and given.role == "agent":
            self._people.users.update(user.user_id, agent_ids=user.agent_ids | frozenset(given.agents))
        for grant in made:
            self._people.grants.add(grant)
            self._report(
                "grant.added",
                user,
                app=grant.app_id,
                role=grant.role,
                permission=grant.permission,
                scope=grant.scope.kind,
                names=sorted(grant.scope.names) or None,
            )
        return made

    def revoke(
        self, user: User, tenant: Tenant | None = None, role: str | None = None, grant_ids: Sequence[str] = ()
    ) -> list[Grant]:
        """End grants: those of these ids, or all of a role, or all, in an app or in every app."""
        found = [each for each in self._in_force(user, tenant, role) if not grant_ids or each.grant_id in grant_ids]
        if not found:
            raise NotFoundError(
                "{name} has no such grant in force", name=user.email, code="grant.unknown", field="grant"
            )
        return self._end(found, [user])

    def revoke_role(self, users: Sequence[User], tenant: Tenant, role: str) -> None:
        """End the grants of a role that users have in an app, all or none of them. Raises as ``revoke`` does."""
        self._end([grant for user in users for grant in self._in_force(user, tenant, role)], users)

    def _in_force(self, user: User, tenant: Tenant | None, role: str | None) -> list[Grant]:
        now = self._now()
        return [
            grant
            for grant in self._people.grants.of_user(user.user_id)
            if grant.revoked_at is None
            and (grant.until is None or now < grant.until)
            and (tenant is None or grant.covers(tenant.app_id))
            and (role is None or grant.role == role)
        ]

    def _end(self, found: Sequence[Grant], users: Sequence[User]) -> list[Grant]:
        for grant in found:
            self._must_manage(None if grant.app_id is None else [grant.app_id])
        ids, may_be_last = [grant.grant_id for grant in found], self._by.kind == "operator"
        ended = self._people.grants.revoke(ids, self._by.name, self._now(), may_be_last=may_be_last)
        named = {user.user_id: user for user in users}
        for grant in ended:
            user = named[grant.user_id]
            self._report("grant.revoked", user, app=grant.app_id, role=grant.role, grant=grant.grant_id)
        return ended

    def disable(self, user: User) -> None:
        """Disable a user, whose sessions and tokens end at once. Raises ``ConflictError`` ``administrator.last``."""
        self._must_manage_all_of(user)
        self._people.grants.disable(user.user_id, self._now(), may_be_last=self._by.kind == "operator")
        self._report("user.disabled", user)

    def enable(self, user: User) -> None:
        """Make a disabled user active again."""
        self._must_manage_all_of(user)
        self._people.grants.enable(user.user_id, self._now())
        self._report("user.enabled", user)

    def link(self, user: User, lasts: timedelta = INVITATION_LASTS) -> str:
        """Make the code of a link that signs in a user without a password once, and asks them for one.

        Users with a password sign in with that: a link would let its maker act as them. The operator alone, who reads the
        database anyway, makes links for all. Raises ``ConflictError`` ``user.has_password``, ``user.disabled``,
        ``AccessError``.
        """
        self._must_manage_all_of(user)
        if user.state != "active":
            raise ConflictError(
                "{email} is disabled; make them active first", email=user.email, code="user.disabled", field="email"
            )
        if self._by.kind != "operator" and self._people.users.password_hash(user.user_id) is not None:
            raise ConflictError(
                "{email} has a password; set another one instead",
                email=user.email,
                code="user.has_password",
                field="email",
            )
        code = new_code()
        self._people.links.add(user.user_id, hash_of(code), self._now() + lasts, is_for_here=False)
        self._report("user.link", user)
        return code

    def set_password(self, user: User, password: str) -> None:
        """Set a user's password, and end their sessions. Raises ``RequestError`` ``password.guessable``."""
        if self._by.principal_id != user.user_id:
            self._must_manage_all_of(user)
        check_password(password, user.email, user.name)
        self._people.users.set_password(user.user_id, hash_password(password), self._now())
        self._people.sessions.end(user.user_id, self._now())
        self._report("user.password_set", user)

    def reset_second_factor(self, user: User) -> None:
        """Remove the second factor of a user who lost the device, and end their sessions."""
        self._must_manage_all_of(user)
        if not self._people.second_factors.remove(user.user_id):
            raise NotFoundError("{name} has no second factor in force", name=user.email, code="second_factor.unknown")
        self._people.failures.clear([tries_key(user)])
        self._people.sessions.end(user.user_id, self._now())
        self._report("second_factor.reset", user)

    def set_agents(self, user: User, agent_ids: Iterable[str]) -> None:
        """Set the agents that a user is."""
        self._must_manage_all_of(user)
        self._people.users.update(user.user_id, agent_ids=agent_ids)
        self._report("user.agents_set", user, agents=sorted(agent_ids))

    def issue_token(self, user: User, name: str, lasts: timedelta, longest: timedelta = LONGEST_TOKEN) -> IssuedToken:
        """Issue a personal token for scripts. Raises ``RequestError`` ``token.invalid_end``."""
        if self._by.principal_id != user.user_id:
            self._must_manage_all_of(user)
        if not timedelta(0) < lasts <= longest:
            raise RequestError(
                "a personal token lasts from 1 second to {days} days", days=longest.days, code="token.invalid_end"
            )
        now, secret = self._now(), new_secret(TOKEN_PREFIX)
        token = PersonalToken(
            token_id=new_token_id(),
            user_id=user.user_id,
            name=name[:LONGEST_NAME],
            created_at=now,
            ends_at=now + lasts,
        )
        self._people.tokens.add(token, hash_of(secret))
        self._report("token.issued", user, token=token.token_id, ends_at=token.ends_at.isoformat())
        return IssuedToken(token, secret)

    def revoke_token(self, user: User, token_id: str) -> None:
        """End a personal token. Raises ``NotFoundError`` ``token.unknown``."""
        if self._by.principal_id != user.user_id:
            self._must_manage_all_of(user)
        self._people.tokens.revoke(user.user_id, token_id, self._now())
        self._report("token.revoked", user, token=token_id)

    def define_role(self, app: AppStore, name: str, permissions: Iterable[str] | None) -> None:
        """Define a role of the app's account, or remove it (None): it holds in every app, and grants of it change with it.

        Raises ``ConflictError`` ``role.built_in``, ``RequestError`` ``permission.unknown``.
        """
        if self._by.kind != "operator" and "user.manage" not in self._by.account_permissions:
            raise AccessError(
                "a role holds in every app; an administrator of the whole account can define it",
                code="permission.missing",
                field="permission",
                value="user.manage",
            )
        given = None if permissions is None else frozenset(check_permission(each) for each in permissions)
        self._people.roles.put(app.tenant.account_id, name, given, self._now())
        if given is None:
            record(app, self._by.label, "role.removed", f"role:{name}")
        else:
            record(app, self._by.label, "role.defined", f"role:{name}", permission=sorted(given))

    def _grants(self, user: User, tenant: Tenant | None, given: Access) -> list[Grant]:
        self._must_manage([tenant.app_id] if tenant else None)
        if given.agents:
            apps = [each for each in self._store.tenants() if each.account_id == user.account_id]
            check_agents(self._store, [tenant] if tenant else apps, given.agents)
        if given.permission is not None:
            check_permission(given.permission)
        now, roles = self._now(), self._people.roles.of(user.account_id)
        made = [
            Grant(
                grant_id=new_grant_id(),
                user_id=user.user_id,
                app_id=tenant.app_id if tenant else None,
                role=given.role,
                permission=given.permission,
                scope=scope,
                since=given.since or now,
                until=given.until,
                granted_by=self._by.name,
                granted_at=now,
            )
            for scope in self._scopes(tenant, given)
        ]
        return [check_grant(grant, roles) for grant in made]

    def _scopes(self, tenant: Tenant | None, given: Access) -> list[Scope]:
        """Return the scopes that are asked for: the whole app where nothing is named."""
        scopes = [given.scope] if given.scope else []
        if given.queues:
            named = frozenset(given.queues)
            if tenant is not None:
                named = self._store.within(tenant).people.directory.resolve_queues(named)
            scopes.append(Scope(kind="queues", names=named))
        if given.teams:
            scopes.append(Scope(kind="teams", names=frozenset(given.teams)))
        if given.agents and given.role == "agent":
            scopes.append(Scope(kind="own"))
        elif given.agents:
            scopes.append(Scope(kind="agents", names=frozenset(given.agents)))
        return scopes or [WHOLE_APP]

    def _must_manage(self, app_ids: Sequence[str] | None) -> None:
        """Refuse a principal who does not manage users in these apps, or in every app (None) of the account."""
        if self._by.kind == "operator" or "user.manage" in self._by.account_permissions:
            return
        if app_ids is None or any(app_id != self._by.app_id for app_id in app_ids):
            raise AccessError(
                "this reaches beyond the app; an administrator of the whole account can do it",
                code="permission.missing",
                field="permission",
                value="user.manage",
            )
        if not self._by.may_everywhere("user.manage"):
            raise missing("user.manage", self._by.kind)

    def _must_manage_all_of(self, user: User) -> None:
        """Refuse a principal who does not manage every app in which a user has grants: they share one password."""
        if self._by.kind == "operator":
            return
        now = self._now()
        theirs = {
            grant.app_id
            for grant in self._people.grants.of_user(user.user_id)
            if grant.revoked_at is None and (grant.until is None or now < grant.until)
        }
        self._must_manage(None if None in theirs else sorted(app_id for app_id in theirs if app_id))
        if not theirs and not self._by.may_everywhere("user.manage"):
            raise missing("user.manage", self._by.kind)

    def _report(self, action: str, user: User, **details: object) -> None:
        target = f"user:{user.email}"
        record(self._store, self._by.label, action, target, **details)
