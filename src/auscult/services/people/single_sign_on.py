"""Signing in through an identity provider: users are made at the first time, and their roles follow their groups."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
import yaml
from msgspec.structs import replace

from auscult.domain.errors import AccessError, AuscultError, ConflictError, SettingsError
from auscult.domain.people.grants import Grant, Scope, check_grant
from auscult.domain.people.sessions import hash_of, new_secret
from auscult.domain.people.single_sign_on import GRANTED_BY, Identity, SignOnSettings, identity_of, mapped, of_sign_on
from auscult.domain.people.users import User, new_grant_id, new_user_id
from auscult.services.people.sign_in import Origin, SignedIn, SignIn
from auscult.services.privacy.log import SYSTEM, record
from auscult.storage import Store
from auscult.storage.people.flows import Flow

LASTS = timedelta(minutes=10)
"""How long the provider and the person may take."""


class Provider(Protocol):
    """The identity provider."""

    def authorization_url(self, *, redirect_url: str, state: str, nonce: str, verifier: str) -> str:
        """Return where the browser is sent to. Raises ``AccessError`` ``sign_on.unavailable``."""
        ...

    def claims(self, *, redirect_url: str, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """Return the validated claims for a code. Raises ``AccessError`` ``sign_on.*``."""
        ...


class Begun(NamedTuple):
    """A sign-in that was begun: where to send the browser, and the secret for its cookie."""

    url: str
    browser: str


class Finished(NamedTuple):
    """A sign-in that is finished, and the path to go to."""

    signed_in: SignedIn
    back: str


def read_sign_on(path: Path) -> SignOnSettings:
    """Read the file of single sign-on, YAML or JSON. Raises ``SettingsError`` ``sign_on.invalid``."""
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        settings = msgspec.convert(read, SignOnSettings)
        if settings.client_secret_file is not None:
            secret = (path.parent / settings.client_secret_file).read_text(encoding="utf-8").strip()
            settings = replace(settings, client_secret=secret)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise SettingsError(f"{path}: {reason}", code="sign_on.invalid", field="sso_file") from error
    return settings


class SingleSignOn:
    """Begins and finishes sign-ins through one provider."""

    def __init__(
        self,
        store: Store,
        settings: SignOnSettings,
        provider: Provider,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``now`` returns the time, aware, UTC."""
        self.settings = settings
        self._store = store
        self._people = store.people
        self._provider = provider
        self._sign_in = SignIn(store, now)
        self._now = now

    def begin(self, redirect_url: str, back: str) -> Begun:
        """Begin a sign-in that returns to ``redirect_url`` and ends at the path ``back``."""
        state, browser, nonce, verifier = (new_secret() for _ in range(4))
        url = self._provider.authorization_url(redirect_url=redirect_url, state=state, nonce=nonce, verifier=verifier)
        now, flow = self._now(), Flow(nonce, verifier, back)
        self._people.flows.add(hash_of(state), hash_of(browser), flow, at=now, ends_at=now + LASTS)
        return Begun(url, browser)

    def finish(self, redirect_url: str, state: str, code: str, browser: str, origin: Origin) -> Finished:
        """Finish a sign-in with what the provider sent the browser back with.

        Raises ``AccessError``: ``sign_on.state`` (unknown, used, over, or begun in another browser), ``sign_on.refused``,
        ``sign_on.claims``, ``sign_on.no_role``, ``sign_on.disabled``; ``ConflictError`` ``user.conflict``.
        """
        flow = self._people.flows.use(hash_of(state), hash_of(browser), self._now())
        if flow is None:
            raise AccessError(
                "the sign-in took too long, or was begun in another browser; begin again", code="sign_on.state"
            )
        if not code:
            raise AccessError(
                "the identity provider let no one in; ask its administrator, and begin again", code="sign_on.refused"
            )
        claims = self._provider.claims(redirect_url=redirect_url, code=code, nonce=flow.nonce, verifier=flow.verifier)
        user = self.admit(identity_of(claims, self.settings))
        return Finished(self._sign_in.open(user, "oidc", origin), flow.back)

    def admit(self, identity: Identity) -> User:
        """Return the user of an identity, made or updated, with grants as the groups have it.

        Raises ``AccessError`` ``sign_on.no_role``, ``sign_on.disabled``, ``sign_on.claims``, ``ConflictError`` ``user.conflict``.
        """
        wanted = mapped(self.settings, identity.groups)
        user = self._find(identity)
        if user is not None and user.state != "active":
            raise AccessError("the user is disabled; ask an administrator", code="sign_on.disabled")
        others = self._people.grants.of_user(user.user_id) if user else []
        now = self._now()
        if not wanted and not any(grant.holds(now) and grant.granted_by != GRANTED_BY for grant in others):
            if user is not None:
                self._follow(user, frozenset(), others)
            groups = ", ".join(sorted(identity.groups)) or "none"
            raise AccessError(
                "none of your groups has a role here; groups: {groups}; ask an administrator",
                groups=groups,
                code="sign_on.no_role",
            )
        user = user or self._make(identity)
        self._update(user, identity)
        self._follow(user, wanted, others)
        found = self._people.users.by_id(user.user_id)
        assert found is not None  # noqa: S101  (users are never deleted)
        return found

    def _find(self, identity: Identity) -> User | None:
        """Return the user of a subject, or else of a verified e-mail address that no other subject has."""
        known = self._people.users.by_subject(identity.issuer, identity.subject)
        if known is not None:
            return known
        known = self._people.users.by_email(identity.email)
        if known is None:
            return None
        is_free = known.subject is None and not known.is_break_glass
        if not is_free or not identity.is_email_verified or known.account_id != self.settings.account:
            raise ConflictError(
                "the e-mail address {email} belongs to another user; ask an administrator",
                email=identity.email,
                code="user.conflict",
                field="email",
            )
        return known

    def _make(self, identity: Identity) -> User:
        if identity.is_email_verified is False:
            raise AccessError(
                "the identity provider has not verified the e-mail address {email}; verify it there",
                email=identity.email,
                code="sign_on.claims",
                field="email_verified",
            )
        user = User(
            user_id=new_user_id(),
            account_id=self.settings.account,
            email=identity.email,
            name=identity.name or identity.email.partition("@")[0],
            agent_ids=identity.agent_ids,
            subject=(identity.issuer, identity.subject),
            created_at=self._now(),
        )
        self._people.users.add(user)
        record(self._store, f"user:{user.email}", "user.added", f"user:{user.email}", by=GRANTED_BY)
        return user

    def _update(self, user: User, identity: Identity) -> None:
        if identity.name and identity.name != user.name:
            self._record("user.renamed", user)
        if identity.agent_ids and identity.agent_ids != user.agent_ids:
            self._record("user.agents_set", user, agents=sorted(identity.agent_ids))
        self._people.users.update(
            user.user_id,
            name=identity.name or None,
            agent_ids=identity.agent_ids or None,
            subject=(identity.issuer, identity.subject),
        )

    def _follow(self, user: User, wanted: frozenset[tuple[str, str | None, Scope]], grants: list[Grant]) -> None:
        """Add the grants that groups give and are not there, and end those that they no longer give."""
        now, known = self._now(), of_sign_on(grants)
        roles = self._people.roles.of(user.account_id)
        gone = [grant.grant_id for what, grant in known.items() if what not in wanted]
        for each in self._people.grants.revoke(gone, GRANTED_BY, now, may_be_last=True) if gone else ():
            self._record("grant.revoked", user, app=each.app_id, role=each.role, grant=each.grant_id)
        for role, app_id, scope in sorted(wanted - known.keys(), key=str):
            tenant = self._store.tenant(app_id) if app_id is not None else None
            if app_id is not None and (tenant is None or tenant.account_id != user.account_id):
                continue  # an app that is not there yet: `users test-sso` reports it
            grant = Grant(
                grant_id=new_grant_id(),
                user_id=user.user_id,
                app_id=app_id,
                role=role,
                scope=scope,
                since=now,
                granted_by=GRANTED_BY,
                granted_at=now,
            )
            self._people.grants.add(check_grant(grant, roles))
            self._record("grant.added", user, app=app_id, role=role)

    def _record(self, action: str, user: User, **details: object) -> None:
        record(self._store, SYSTEM, action, f"user:{user.email}", by=GRANTED_BY, **details)


def problems_of(store: Store, settings: SignOnSettings) -> list[str]:
    """Return what is wrong with the mapping of groups, a line each: unknown roles and apps, roles without an app."""
    found: list[str] = []
    if not settings.groups:
        found.append("groups: no group is mapped to a role, so that no one can sign in")
    roles, now = store.people.roles.of(settings.account), datetime.now(UTC)
    for group, grants in settings.groups.items():
        for role, app_id, scope in mapped(settings, [group]):
            tenant = store.tenant(app_id) if app_id is not None else None
            if app_id is not None and (tenant is None or tenant.account_id != settings.account):
                found.append(f"groups.{group}: unknown app {app_id!r} in the account {settings.account!r}")
            try:
                check_grant(
                    Grant(grant_id="", user_id="", app_id=app_id, role=role, scope=scope, since=now, granted_at=now),
                    roles,
                )
            except AuscultError as error:
                found.append(f"groups.{group}: {error.message}")
        if not grants:
            found.append(f"groups.{group}: no role")
    return found
