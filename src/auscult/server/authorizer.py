"""Admission of requests: caller, rate limit, apps and scopes, checked in this order for all APIs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from auscult.domain.errors import AccessError, RequestError
from auscult.domain.limits import Owner, too_many_requests
from auscult.domain.tenancy import Client, Tenant
from auscult.server.asgi import Scope, headers_of
from auscult.server.auth.principal import Principal
from auscult.server.request_context import context_of
from auscult.services.operations.log_context import PRINCIPAL

if TYPE_CHECKING:  # commands check scopes, and admit no requests
    from auscult.server.auth.tokens import Authenticator
    from auscult.server.limits import SharedLimiter
    from auscult.server.tenancy import Tenancy

_IDENTIFYING = {name.lower(): name for name in ("auth", "Authorization", "accountId", "orgId", "iId")}


class RequestAuthorizer:
    """Admission of a request; a refusal is raised as the error of its response."""

    def __init__(self, authenticator: "Authenticator", limiter: "SharedLimiter", tenancy: "Tenancy") -> None:
        """Check requests with these, in the order of the methods."""
        self.parts = authenticator, limiter, tenancy
        self._authenticator = authenticator
        self._limiter = limiter
        self._tenancy = tenancy

    async def client(self, scope: Scope, headers: Mapping[str, str]) -> Client:
        """Return the client of a token, and count the request against its account (rules 14 and 18).

        Raises ``RequestError`` ``header.repeated``, ``AccessError`` ``token.*``, ``LimitReachedError`` ``rate.exceeded``.
        """
        check_headers(scope)
        client = await self._authenticator.client(headers)
        PRINCIPAL.set(f"client:{client.client_id}")
        await self.count(scope, client.account_id)
        return client

    async def principal(self, scope: Scope) -> Principal:
        """Return the caller of a token. Raises ``AccessError`` ``token.*`` and ``LimitReachedError`` ``rate.exceeded``."""
        return Principal.of_client(await self.client(scope, headers_of(scope)))

    async def count(self, scope: Scope, account_id: str) -> None:
        """Count a request against an account (rule 18). Raises ``LimitReachedError`` ``rate.exceeded``."""
        context = context_of(scope)
        context.decision = await self._limiter.acquire(account_id)
        if context.decision and not context.decision.allowed:
            decision = context.decision
            raise too_many_requests(Owner(account_id), decision.limit, decision.reset_s)

    async def tenants(
        self, client: Client | Principal, path: Mapping[str, str], headers: Mapping[str, str], required: tuple[str, ...]
    ) -> tuple[Tenant, ...]:
        """Return the apps that a request is about (rule 16), and count it against each.

        Raises ``AccessError``, and ``LimitReachedError`` ``rate.exceeded``.
        """
        found = await self._tenancy.tenants(client, path, headers, required)
        for tenant in found:
            await self.count_app(tenant)
        return found

    async def count_app(self, tenant: Tenant) -> None:
        """Count a request against an app, where it has a limit. Raises ``LimitReachedError`` ``rate.exceeded``."""
        await self._limiter.acquire_app(tenant)


def check_headers(scope: Scope) -> None:
    """Refuse a header that identifies caller or app and has two values. Raises ``RequestError`` ``header.repeated``."""
    found: dict[str, bytes] = {}
    for raw, value in scope["headers"]:
        name = _IDENTIFYING.get(raw.decode("latin-1"))
        if name is not None and found.setdefault(name, value) != value:
            raise RequestError(f"The header {name} has two values; send one.", code="header.repeated", field=name)


def check_scope(held: frozenset[str], scopes: frozenset[str]) -> None:
    """Refuse a caller that has none of these scopes (rule 15). Raises ``AccessError``: ``scope.missing``."""
    if not held & scopes:
        raise AccessError(f"The client needs one of these scopes: {', '.join(sorted(scopes))}.", code="scope.missing")
