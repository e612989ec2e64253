"""Principal of a request, with its rights: from a cookie, a personal token or a user."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from auscult.domain.errors import AccessError, NotFoundError, RequestError
from auscult.domain.people.grants import Pair, pairs_of
from auscult.domain.people.principal import Principal
from auscult.domain.people.sessions import LONGEST_TOKEN, hash_of
from auscult.domain.tenancy import Tenant
from auscult.storage import Store
from auscult.storage.people.access import Access


class SecondFactorRequiredError(AccessError):
    """A session without the second factor that an app requires."""

    code = "second_factor.required"

    def __init__(self) -> None:
        """State where to set one up."""
        super().__init__("this app requires a second factor; set one up on the page /console/account")


class Principals:
    """Lookup of the principal of a session or a personal token, done for every request."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        token_life: timedelta = LONGEST_TOKEN,
    ) -> None:
        """``now`` returns the time, aware, UTC; ``token_life`` is how long personal tokens are accepted."""
        self._store = store
        self._people = store.people
        self._now = now
        self._token_life = token_life

    def by_session(self, secret: str) -> Access:
        """Return who is behind a cookie, and note that the session was used.

        Raises ``AccessError`` ``session.ended``, the same for a forged, an ended and a disabled user's session.
        """
        now = self._now()
        found = self._people.access.by_session(hash_of(secret))
        if found is None or found.session is None or not found.session.holds(now) or found.user.state != "active":
            raise AccessError("the session is over; sign in again", code="session.ended")
        self._people.sessions.see(found.session, now)
        return found

    def by_token(self, secret: str) -> Access:
        """Return who is behind a personal token. Raises ``AccessError``: ``token.invalid``, ``token.too_long``."""
        found = self._people.access.by_token(hash_of(secret))
        now = self._now()
        if found is None or found.token is None or not found.token.holds(now) or found.user.state != "active":
            raise AccessError("the personal token is unknown, over or revoked", code="token.invalid")
        if now >= found.token.created_at + self._token_life:
            raise AccessError(
                "the personal token is older than {days} days; issue a new one",
                days=self._token_life.days,
                code="token.too_long",
            )
        return found

    def tenants(self, access: Access) -> list[Tenant]:
        """Return the apps in which a user has at least one right now, by id."""
        now = self._now()
        of_account = [each for each in self._store.tenants() if each.account_id == access.user.account_id]
        return [each for each in of_account if pairs_of(access.grants, each.app_id, now, access.roles)]

    def tenant(self, access: Access, app_id: str | None = None) -> Tenant:
        """Return the app that a user acts in: the named one, or else the only one.

        Raises ``AccessError`` ``grant.missing``, ``NotFoundError`` ``app.unknown``, ``RequestError`` ``app.required``.
        """
        open_to = self.tenants(access)
        if app_id is not None:
            for each in open_to:
                if each.app_id == app_id:
                    return each
            raise NotFoundError("unknown app {value!r}", code="app.unknown", field="app", value=app_id)
        if not open_to:
            raise AccessError("no grant is in force; ask an administrator for a role", code="grant.missing")
        if len(open_to) > 1:
            names = ", ".join(each.app_id for each in open_to)
            raise RequestError(
                "name the app as ?app=; available: {names}", names=names, code="app.required", field="app"
            )
        return open_to[0]

    def owes_second_factor(self, access: Access, tenants: Iterable[Tenant] | None = None) -> bool:
        """Return whether a session lacks the second factor that one of these apps, or of all of the user's, requires.

        A session that an identity provider opened never does.
        """
        if access.session is None or access.session.method == "oidc" or access.has_second_factor:
            return False
        apps = self.tenants(access) if tenants is None else tenants
        return any(self._store.within(each).privacy.settings().second_factor for each in apps)

    def principal(self, access: Access, tenant: Tenant | None = None) -> Principal:
        """Return a user as a principal in an app, or in none.

        Raises ``SecondFactorRequiredError`` for a session without the second factor that the app requires.
        """
        if tenant is not None and self.owes_second_factor(access, [tenant]):
            raise SecondFactorRequiredError
        now = self._now()
        rights, agent_ids = frozenset[Pair](), access.user.agent_ids
        if tenant is not None:
            aliases = self._store.within(tenant).aliases.in_force()
            rights = aliases.widened_pairs(pairs_of(access.grants, tenant.app_id, now, access.roles))
            agent_ids = aliases.own(agent_ids)
        wide = [grant for grant in access.grants if grant.app_id is None]
        return Principal(
            kind="user",
            principal_id=access.user.user_id,
            name=access.user.email,
            account_id=access.user.account_id,
            app_id=tenant.app_id if tenant else None,
            pairs=rights,
            account_permissions=frozenset(pair.permission for pair in pairs_of(wide, "", now, access.roles)),
            agent_ids=agent_ids,
            session_id=access.session.session_id if access.session else None,
            token_id=access.token.token_id if access.token else None,
        )
