"""The signed-in person: the session's cookie, the user's grants, and the app that they act in."""

from collections.abc import Callable
from datetime import datetime, timedelta

from auscult.domain.errors import AccessError, NotFoundError
from auscult.domain.people.grants import pairs_of
from auscult.domain.tenancy import Tenant
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.asgi import headers_of, scope_of
from auscult.server.console.frame.naming import role_name
from auscult.server.console.frame.visit import AnyRequest, SignInRequiredError, Visitor
from auscult.server.console.operations.demo import Demo
from auscult.server.people.cookies import session_secret
from auscult.services.operations.log_context import PRINCIPAL
from auscult.services.people.principals import Principals
from auscult.storage import Store
from auscult.storage.people.access import Access

APP_COOKIE = "auscult_app"
_MINUTE = timedelta(minutes=1)
NOTICE = later("Example data, repeated and shifted in time")


class Visitors:
    """Finder of the signed-in person, for each request separately."""

    def __init__(self, store: Store, now: Callable[[], datetime], demo: Demo | None) -> None:
        """Read people from ``store``; ``now`` returns the time, aware, UTC."""
        self._store = store
        self._now = now
        self._demo = demo
        self._principals = Principals(store, now)

    def of(self, request: AnyRequest) -> Visitor | None:
        """Return the visitor of a request, or None without a valid session.

        Raises ``AccessError`` ``grant.missing`` where they have no permission at all.
        """
        access = self.access(request)
        if access is None:
            return None
        tenants = self._principals.tenants(access)
        if not tenants:
            raise AccessError(_("no grant is in force; ask an administrator for a role"), code="grant.missing")
        tenant = _chosen(tenants, request)
        principal = self._principals.principal(access, tenant)
        email = access.user.email
        app = self._store.within(tenant).seen_by(principal.visibility("conversation.read"))
        return Visitor(
            email=email,
            name=access.user.name,
            role=self._role(access, tenant),
            permissions=principal.permissions,
            principal=principal,
            app=app,
            until=outdated_at(access, self._now()),
            personas=self._demo.personas(email) if self._demo else (),
            notice=_(NOTICE) if self._demo else "",
            apps=tuple(each.app_id for each in tenants),
        )

    def signed_in(self, request: AnyRequest) -> Access:
        """Return the user and grants of the session's cookie. Raises ``SignInRequiredError``."""
        access = self.access(request)
        if access is None:
            raise SignInRequiredError
        return access

    def access(self, request: AnyRequest) -> Access | None:
        """Return the user and grants of the session's cookie, or None."""
        scope = scope_of(request)
        secret = session_secret(scope, headers_of(scope))
        if secret is None:
            return None
        try:
            access = self._principals.by_session(secret)
        except AccessError:
            return None
        PRINCIPAL.set(f"user:{access.user.email}")
        return access

    def _role(self, access: Access, tenant: Tenant) -> str:
        """Return the roles of a user in an app, in words."""
        now = self._now()
        named = {
            grant.role: None
            for grant in access.grants
            if grant.role and pairs_of([grant], tenant.app_id, now, access.roles)
        }
        return ", ".join(role_name(each) for each in named) or _("Own permissions")


def outdated_at(access: Access, now: datetime) -> datetime:
    """Return the end of the minute, or an earlier instant at which the session or a grant of the user begins or ends."""
    ends = [now.replace(second=0, microsecond=0) + _MINUTE, *([access.session.ends_at] if access.session else [])]
    turns = [each for grant in access.grants for each in (grant.since, grant.until, grant.revoked_at) if each]
    return min(each for each in (*ends, *turns) if each > now)


def _chosen(tenants: list[Tenant], request: AnyRequest) -> Tenant:
    """Return the app that the address names, else the last chosen one, else the first.

    Raises ``NotFoundError`` where the address names an app that is not open to the visitor.
    """
    named = request.query_params.get("app", "")
    by_id = {each.app_id: each for each in tenants}
    if named:
        if named not in by_id:
            raise NotFoundError(f"unknown app {named!r}", code="app.unknown", field="app", value=named)
        return by_id[named]
    return by_id.get(request.cookies.get(APP_COOKIE, ""), tenants[0])
