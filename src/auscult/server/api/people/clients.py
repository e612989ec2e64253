"""``/api/v1/clients``: the clients of an app, and the version of the reporting APIs that each is served."""

from datetime import datetime
from typing import Annotated

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.operations.records import made_from
from auscult.domain.tenancy import Client, Wire
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id
from auscult.services.operations.clients import ClientChanges, clients_of

READS = Scopes("users:read", "users:write", permission="settings.manage", reach="app")
WRITES = Scopes("users:write", permission="settings.manage", reach="app")
ClientId = Annotated[str, path_id("The client's id.", "cs-9d1f2a34-7c55-4e0b-9a61-2f7b8c0d1e22")]


@example({"wire": "2026-10"})
class ClientBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Properties of a client."""

    wire: Annotated[Wire, Meta(description="Version of the reporting APIs; off: as in the vendor's samples.")]


class ShownClient(Struct, frozen=True, kw_only=True):
    """A client, without its secret. ``wire`` is the version of the reporting APIs that it is served."""

    client_id: str
    app_ids: tuple[str, ...]
    scopes: tuple[str, ...]
    wire: Wire
    created_at: datetime
    revoked_at: datetime | None


ShownClients = Annotated[Items[ShownClient], Called("ShownClients", "Clients of the app, those in force first.")]


example(
    {
        "client_id": "cs-9d1f2a34-7c55-4e0b-9a61-2f7b8c0d1e22",
        "app_ids": ["st-1"],
        "scopes": ["Quality AI"],
        "wire": "2026-10",
        "created_at": "2026-11-28T09:00:00Z",
        "revoked_at": None,
    }
)(ShownClient)


@operation.get("/clients", may=READS, summary="List clients")
def list_clients(app: App, server: Basis) -> ShownClients:
    """List the clients that reach the app, revoked ones too; never a secret."""
    return Items(items=tuple(map(_shown, clients_of(server.store, app.tenant))))


@operation.put(
    "/clients/{client_id}",
    may=WRITES,
    summary="Set the wire of a client",
    refuses={403: "It reaches other apps too, and the caller may not change these.", 404: "There is no such client."},
    command="clients set",
)
def set_client(client_id: ClientId, data: JSONBody[ClientBody], app: App, rights: Rights, server: Basis) -> ShownClient:
    """Set the version of the reporting APIs that a client is served, from now on.

    Servers cache clients for half a second. With `off` rows are as in the vendor's samples, to the byte.
    """
    return _shown(ClientChanges(server.store, app, rights).set_wire(client_id, data.wire))


def _shown(client: Client) -> ShownClient:
    return made_from(ShownClient, client, app_ids=tuple(sorted(client.app_ids)), scopes=tuple(sorted(client.scopes)))


ROUTER = operation.router(__name__)
