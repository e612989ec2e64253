"""Clients of an app: found, and changed by those who may."""

from collections.abc import Sequence
from datetime import UTC, datetime

from auscult.domain.errors import AccessError, RequestError, unknown
from auscult.domain.people.permissions import SCOPES
from auscult.domain.people.principal import Principal
from auscult.domain.tenancy import Client, Tenant, Wire, new_client_id, new_client_secret
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore, Store

_MANAGE = "settings.manage"


def clients_of(store: Store, tenant: Tenant) -> list[Client]:
    """Return the clients that reach an app, those in force first; without secrets."""
    listed = store.clients.listing()
    found = [each for each in listed if each.account_id == tenant.account_id and tenant.app_id in each.app_ids]
    return sorted(found, key=lambda each: each.revoked_at is not None)


def check_scopes(scopes: frozenset[str]) -> None:
    """Raise ``RequestError`` ``scope.unknown`` for a scope that does not exist."""
    for scope in sorted(scopes - frozenset(SCOPES)):
        raise RequestError(
            "unknown scope {value!r}; available: {list}",
            list=", ".join(SCOPES),
            code="scope.unknown",
            field="scope",
            value=scope,
        )


def add_client(store: Store, tenants: Sequence[Tenant], scopes: frozenset[str], by: str) -> Client:
    """Add a client that reaches these apps of one account, and return it with its secret; ``by`` is who adds it.

    Raises ``RequestError`` ``scope.unknown``, ``client.accounts``.
    """
    check_scopes(scopes)
    accounts = {tenant.account_id for tenant in tenants}
    if len(accounts) > 1:
        raise RequestError(
            "a client belongs to one account; these apps belong to {list}",
            list=", ".join(sorted(accounts)),
            code="client.accounts",
            field="app",
        )
    client = Client(
        client_id=new_client_id(),
        secret=new_client_secret(),
        account_id=tenants[0].account_id,
        app_ids=frozenset(tenant.app_id for tenant in tenants),
        scopes=scopes,
        created_at=datetime.now(UTC),
    )
    store.clients.add(client)
    _record(store, client, by, "client.added", scopes=sorted(scopes))
    return client


def revoke_client(store: Store, client_id: str, by: str) -> None:
    """Revoke a client, whichever apps it reaches. Raises ``NotFoundError``."""
    client = store.clients.find(client_id)
    store.clients.revoke(client_id)
    _record(store, client, by, "client.revoked")


def _record(store: Store, client: Client | None, by: str, action: str, **details: object) -> None:
    """Record a change of a client in the log of each app that it reaches."""
    if client is not None:
        for app_id in sorted(client.app_ids):
            if tenant := store.tenant(app_id):
                record(store.within(tenant), by, action, f"client:{client.client_id}", **details)


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
