"""What may be read (rule 16): client, account, org and app must belong together.

Everything that does not fit ends in one error, and an app that is not the client's own is never looked up,
so an unknown app and a stranger's cost the same and look the same.
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
    """Finds the apps that a request is about. Those that there are are remembered for ``memory_s`` seconds.

    One that there is not may come to be at any moment, in another process: it is looked for again every time.
    """

    def __init__(self, store: Store, memory_s: float, monotonic: Callable[[], float]) -> None:
        """Know no app yet."""
        self._store = store
        self._memory_s = memory_s
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    async def tenants(
        self, client: Client | Principal, path: Mapping[str, str], headers: Mapping[str, str], required: tuple[str, ...]
    ) -> tuple[Tenant, ...]:
        """Find the apps asked for, at least one: the path's, else the ``iId`` header's, else all that the client reads.

        ``required`` headers must be there; accountId and orgId not where the path names the account.
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
