"""Tenancy (rule 16): client, account, org and app of a request must belong together.

Every mismatch ends in the same error, and an app that is not the client's own is never read from the store,
so an unknown app and another client's cost the same and look the same.
"""

import asyncio
from collections.abc import Callable, Mapping

from msgspec import Struct

from auscult.domain.errors import AccessError
from auscult.domain.tenancy import Client, Tenant
from auscult.server.auth.principal import Principal
from auscult.storage.store import Store

_APP_IN_PATH = ("streamId", "botId")
_GIVEN_BY_ACCOUNT_PATH = frozenset({"accountId", "orgId"})


class _Known(Struct, frozen=True):
    tenant: Tenant
    until: float


class Tenancy:
    """Finder of the apps that a request is about. Existing apps are cached for ``memory_s`` seconds.

    An unknown app is read again every time, as another process may create it at any moment.
    """

    def __init__(self, store: Store, memory_s: float, monotonic: Callable[[], float]) -> None:
        """Start with an empty cache."""
        self._store = store
        self._memory_s = memory_s
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    async def tenants(
        self, client: Client | Principal, path: Mapping[str, str], headers: Mapping[str, str], required: tuple[str, ...]
    ) -> tuple[Tenant, ...]:
        """Return the requested apps, at least one: the path's, else the ``iId`` header's, else all of the client.

        ``required`` headers must be present, except accountId and orgId where the path names the account.
        Raises ``AccessError``: ``header.missing``, ``tenant.unknown``.
        """
        accounts = {value for value in (path.get("accountId"), headers.get("accountid")) if value}
        given = _GIVEN_BY_ACCOUNT_PATH if "accountId" in path else frozenset[str]()
        for name in required:
            if name not in given and not headers.get(name.lower()):
                raise AccessError(f"The header {name} is required.", code="header.missing", field=name)
        named = next((path[name] for name in _APP_IN_PATH if name in path), headers.get("iid"))
        wanted = {named} if named else client.app_ids
        if accounts != {client.account_id} or not wanted <= client.app_ids:
            raise _unknown()
        found = [await self._find(app_id) for app_id in sorted(wanted)]
        org = headers.get("orgid")
        tenants = tuple(
            tenant
            for tenant in found
            if tenant and tenant.account_id == client.account_id and org in (None, "", tenant.org_id)
        )
        if not tenants or (named and len(tenants) != 1):
            raise _unknown()
        return tenants

    async def _find(self, app_id: str) -> Tenant | None:
        known = self._known.get(app_id)
        now = self._monotonic()
        if known is None or known.until <= now:
            tenant = await asyncio.to_thread(self._store.tenant, app_id)
            if tenant is None:
                return None
            known = self._known[app_id] = _Known(tenant, now + self._memory_s)
        return known.tenant


def _unknown() -> AccessError:
    return AccessError("Client, account, org and app do not belong together.", code="tenant.unknown")
