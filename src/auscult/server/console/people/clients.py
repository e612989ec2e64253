"""Clients of the API: added with a secret that is shown once, and revoked."""

from collections.abc import Sequence

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.errors import AccessError, AuscultError, RequestError
from auscult.domain.people.permissions import SCOPES, permissions_of
from auscult.domain.tenancy import Client, new_client_id, new_client_secret
from auscult.language import gettext as _
from auscult.server.console.frame.posted import Posted, sentence, several
from auscult.server.console.frame.visit import Visit, missing
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.people.access import ClientsView, SecretView, client_row
from auscult.server.console.people.rights import permission_in_words, scope_groups
from auscult.services.privacy.log import record

_PATH = f"{PATH}/clients"


class ClientsPage(Controller):
    """The clients of an app."""

    path = "/administration/clients"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """List the clients that reach the app."""
        visit.require_everywhere("settings.manage")
        return self._page(visit)

    @post(sync_to_thread=True)
    def add(self, data: Posted, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Add a client, and show its secret once."""
        visit.require_everywhere("settings.manage")
        try:
            client = _new(visit, frozenset(several(data, "scope")))
        except AuscultError as error:
            return self._page(visit, problem=sentence(error.message), chosen=several(data, "scope"))
        visit.store.clients.add(client)
        by = f"user:{visit.visitor.email}"
        record(visit.app, by, "client.added", f"client:{client.client_id}", scopes=sorted(client.scopes))
        return self._page(visit, SecretView(name=_("Client"), id=client.client_id, secret=client.secret))

    @post("/{client_id:str}/revoke", sync_to_thread=True)
    def revoke(self, client_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Revoke a client: its tokens are refused from now on."""
        visit.require_everywhere("settings.manage")
        client = next((each for each in _clients(visit) if each.client_id == client_id), None)
        if client is None:
            raise missing("client", client_id)
        if len(client.app_ids) > 1 and "settings.manage" not in visit.principal.account_permissions:
            raise AccessError(
                _("this client reaches other apps too; an administrator of the whole account can revoke it"),
                code="permission.missing",
                field="permission",
                value="settings.manage",
            )
        visit.store.clients.revoke(client_id)
        record(visit.app, f"user:{visit.visitor.email}", "client.revoked", f"client:{client_id}")
        return Redirect(f"{_PATH}?done=revoked", status_code=303)

    def _page(
        self, visit: Visit, made: SecretView | None = None, problem: str = "", chosen: Sequence[str] = ()
    ) -> Response[str]:
        revoked = "revoked" in visit.query.get("done", ())
        view = ClientsView(
            rows=tuple(client_row(each, visit.app.tenant.app_id, visit.reader, _PATH) for each in _clients(visit)),
            scopes=scope_groups(chosen),
            made=made,
            note=_("Revoked: its tokens are refused within seconds.") if revoked else "",
            problem=problem,
        )
        return administration(visit, "Clients", view, 422 if problem else 200)


def _clients(visit: Visit) -> list[Client]:
    """Return the clients that reach the app, the ones in force first."""
    tenant = visit.app.tenant
    found = [
        each
        for each in visit.store.clients.listing()
        if each.account_id == tenant.account_id and tenant.app_id in each.app_ids
    ]
    return sorted(found, key=lambda each: each.revoked_at is not None)


def _new(visit: Visit, scopes: frozenset[str]) -> Client:
    """Return a client of this app with these scopes, none of which exceeds the visitor's own permissions."""
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
    return Client(
        client_id=new_client_id(),
        secret=new_client_secret(),
        account_id=visit.app.tenant.account_id,
        app_ids=frozenset({visit.app.tenant.app_id}),
        scopes=scopes,
        created_at=visit.now,
    )
