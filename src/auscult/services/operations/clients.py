"""Clients of an app: found, and changed by those who may."""

from auscult.domain.errors import AccessError, unknown
from auscult.domain.people.principal import Principal
from auscult.domain.tenancy import Client, Tenant, Wire
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore, Store

_MANAGE = "settings.manage"


def clients_of(store: Store, tenant: Tenant) -> list[Client]:
    """Return the clients that reach an app, those in force first; without secrets."""
    listed = store.clients.listing()
    found = [each for each in listed if each.account_id == tenant.account_id and tenant.app_id in each.app_ids]
    return sorted(found, key=lambda each: each.revoked_at is not None)


class ClientChanges:
    """Changes of the clients of an app; the access log names who made them."""

    def __init__(self, store: Store, app: AppStore, rights: Principal) -> None:
        """Change clients as this principal."""
        self._store = store
        self._app = app
        self._rights = rights

    def revoke(self, client_id: str) -> None:
        """Revoke a client. Raises ``NotFoundError``, and ``AccessError`` where it reaches other apps."""
        self._find(client_id)
        self._store.clients.revoke(client_id)
        record(self._app, self._rights.label, "client.revoked", f"client:{client_id}")

    def set_wire(self, client_id: str, wire: Wire) -> Client:
        """Set the version of the reporting APIs of a client, and return it. Raises as ``revoke`` does."""
        self._find(client_id)
        self._store.clients.set_wire(client_id, wire)
        record(self._app, self._rights.label, "client.wire_set", f"client:{client_id}", wire=wire)
        return self._find(client_id)

    def _find(self, client_id: str) -> Client:
        """Return a client that the principal may change."""
        rights, of_app = self._rights, clients_of(self._store, self._app.tenant)
        client = next((each for each in of_app if each.client_id == client_id), None)
        if client is None:
            raise unknown("client", client_id)
        if len(client.app_ids) > 1 and rights.kind != "operator" and _MANAGE not in rights.account_permissions:
            raise AccessError(
                "this client reaches other apps too; an administrator of the whole account can change it",
                code="permission.missing",
                field="permission",
                value=_MANAGE,
            )
        return client
