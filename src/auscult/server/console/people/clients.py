"""Clients of the API: added with a secret that is shown once, and revoked."""

from collections.abc import Sequence

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.errors import AccessError, AuscultError, RequestError
from auscult.domain.people.permissions import SCOPES, permissions_of
from auscult.domain.tenancy import WIRES, Client
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.posted import Posted, one, sentence, several
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.people.rights import permission_in_words, scope_groups, scope_in_words
from auscult.services.operations.clients import ClientChanges, add_client, clients_of

_PATH = f"{PATH}/clients"
_NOTES = {
    "revoked": later("Revoked: its tokens are refused within seconds."),
    "wire": later("Set: its reports follow within seconds."),
}


class ClientsPage(Controller):
    """The clients of an app."""

    path = "/administration/clients"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """List the clients that reach the app."""
        visit.require_everywhere("settings.manage")
        return self._page(visit)

    @post(sync_to_thread=True)
    def add(self, data: Posted, visit: TheVisit) -> Response[str]:
        """Add a client, and show its secret once."""
        visit.require_everywhere("settings.manage")
        try:
            scopes = _checked(visit, frozenset(several(data, "scope")))
            client = add_client(visit.store, [visit.app.tenant], scopes, visit.principal.label)
        except AuscultError as error:
            return self._page(visit, problem=sentence(error.coded), chosen=several(data, "scope"))
        return self._page(visit, client)

    @post("/{client_id:str}/revoke", sync_to_thread=True)
    def revoke(self, client_id: FromPath[str], visit: TheVisit) -> Redirect:
        """Revoke a client: its tokens are refused from now on."""
        visit.require_everywhere("settings.manage")
        ClientChanges(visit.store, visit.app, visit.principal).revoke(client_id)
        return Redirect(f"{_PATH}?done=revoked", status_code=303)

    @post("/{client_id:str}/wire", sync_to_thread=True)
    def set_wire(self, client_id: FromPath[str], data: Posted, visit: TheVisit) -> Redirect:
        """Set the version of the reporting APIs that a client is served."""
        visit.require_everywhere("settings.manage")
        wire = one(data, "wire")
        if wire not in WIRES:
            raise RequestError(
                f"unknown wire {wire!r}; available: {', '.join(WIRES)}", code="field.unknown_value", field="wire"
            )
        ClientChanges(visit.store, visit.app, visit.principal).set_wire(client_id, wire)
        return Redirect(f"{_PATH}?done=wire", status_code=303)

    def _page(
        self, visit: Visit, made: Client | None = None, problem: str = "", chosen: Sequence[str] = ()
    ) -> Response[str]:
        return administration(
            visit,
            "Clients",
            note=visit.note(_NOTES),
            problem=problem,
            clients=clients_of(visit.store, visit.app.tenant),
            app_id=visit.app.tenant.app_id,
            scopes=scope_groups(chosen),
            made=made,
            scope_in_words=scope_in_words,
        )


def _checked(visit: Visit, scopes: frozenset[str]) -> frozenset[str]:
    """Return the scopes if there are some, and none exceeds the visitor's own permissions."""
    if not scopes or not scopes <= set(SCOPES):
        raise RequestError(_("choose at least one scope"), code="field.missing", field="scope")
    beyond = sorted(each for each in permissions_of(scopes) if not visit.principal.may_everywhere(each))
    if beyond:
        raise AccessError(
            _("these scopes carry permissions that you lack: {permissions}").format(
                permissions=", ".join(map(permission_in_words, beyond))
            ),
            code="permission.missing",
            field="scope",
            value=beyond[0],
        )
    return scopes
