"""Guards of every router, in this order: the query fits the operation, the app is the caller's, a scope is present."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Literal, cast

from litestar.connection import ASGIConnection
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler

from auscult.domain.errors import AccessError, NotFoundError, RequestError, unknown
from auscult.domain.people.principal import Principal as AppRights
from auscult.domain.people.principal import missing, rights_of_scopes
from auscult.domain.people.visibility import Visibility
from auscult.domain.tenancy import Tenant
from auscult.server.asgi import scope_of
from auscult.server.auth.principal import Principal
from auscult.server.authorizer import RequestAuthorizer, check_scope
from auscult.server.rest.context import Services
from auscult.server.rest.query import Parameters, check_query, lacking_in, with_instants
from auscult.server.rest.request import ApiRequest
from auscult.server.rest.threads import run
from auscult.storage.store import AppStore

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


Reach = Literal["some", "app", "conversation"]
"""Needed reach of a user's permission: somewhere in the app, everywhere in it, or the conversation of the path."""

READING: Mapping[str, str] = {
    "conversations": "conversation.read",
    "forms": "form.read",
    "audits": "audit.read",
    "plans": "plan.read",
    "users": "user.read",
    "directory": "directory.read",
    "recordings": "recording.play",
    "log": "log.read",
    "assist": "assist.read",
    "knowledge": "knowledge.read",
    "ai_agents": "ai_agent.read",
    "webhooks": "webhook.read",
    "connectors": "connector.read",
    "jobs": "job.read",
}
"""The permission that a user needs where a client needs a scope to read; handlers may name a narrower one."""

WRITING: Mapping[str, str] = {
    "conversations": "conversation.load",
    "forms": "form.publish",
    "audits": "audit.perform",
    "plans": "plan.edit",
    "users": "user.manage",
    "directory": "directory.edit",
    "recordings": "recording.load",
    "log": "hold.manage",
    "assist": "assist.write",
    "knowledge": "knowledge.edit",
    "ai_agents": "ai_agent.edit",
    "webhooks": "webhook.manage",
    "connectors": "connector.manage",
    "jobs": "job.manage",
}
"""The same for writing."""

_CONVERSATION = "conversation_id"


class Scopes:
    """A guard: a client has at least one of these scopes, a user the permission, as far as the request reaches."""

    def __init__(self, *scopes: str, permission: str = "", reach: Reach = "some") -> None:
        """Require one of ``scopes``, or ``permission``; without one, every user is refused."""
        self.scopes = frozenset(scopes)
        self.permission = permission
        self.reach: Reach = reach

    async def __call__(self, connection: Connection, _: BaseRouteHandler) -> None:
        """Refuse a caller without the scope or permission.

        Raises ``AccessError``: ``scope.missing``, ``permission.missing``, ``NotFoundError``: ``conversation.unknown``.
        """
        request = cast("ApiRequest", connection)
        if not request.user.is_person:
            check_scope(request.user.permissions, self.scopes)
            return
        conversation_id = request.path_params.get(_CONVERSATION)
        narrow = partial(self.narrowed, request.app_store, request.rights, conversation_id)
        request.app_store = narrow() if conversation_id is None else await run(narrow)

    def narrowed(self, app: AppStore, rights: AppRights, conversation_id: str | None = None) -> AppStore:
        """Return an app as far as the permission of a person or operator reaches.

        Raises ``AccessError`` ``permission.missing``, ``NotFoundError`` ``conversation.unknown``.
        """
        if conversation_id is not None:
            self._check_conversation(app, rights, conversation_id)
        reached = rights.visibility(self.permission)
        if reached.is_nothing or (self.reach == "app" and conversation_id is None and not reached.is_everything):
            raise missing(self.permission)
        return app.seen_by(reached)

    def _check_conversation(self, app: AppStore, rights: AppRights, conversation_id: str) -> None:
        """Refuse an invisible conversation as if it did not exist, and one that the permission does not reach."""
        if not _covers(app, rights.visibility("conversation.read"), conversation_id):
            raise unknown(
                "conversation", conversation_id, "there is no conversation {value} in this app", field=_CONVERSATION
            )
        if not _covers(app, rights.visibility(self.permission), conversation_id):
            raise missing(self.permission)


def _covers(app: AppStore, reach: Visibility, conversation_id: str) -> bool:
    """Return whether a reach covers a conversation; of one that goes on its events decide."""
    if reach.is_everything or app.people.sees(reach, conversation_id):
        return True
    is_live = app.conversations.get(conversation_id) is None
    return is_live and app.seen_by(reach).live.count(conversation_id) > 0


class EitherScopes(Scopes):
    """A guard: a client has one of the scopes, a user one of several permissions, the first that reaches anything."""

    def __init__(self, *scopes: str, permissions: tuple[str, ...]) -> None:
        """Require one of ``scopes``, or one of ``permissions``."""
        super().__init__(*scopes, permission=permissions[0])
        self.permissions = permissions

    def narrowed(self, app: AppStore, rights: AppRights, conversation_id: str | None = None) -> AppStore:
        """Return an app as far as the permission reaches that is held. Raises as ``Scopes`` does, for the first one."""
        held = next(filter(rights.may, self.permissions), self.permission)
        return Scopes(*self.scopes, permission=held, reach=self.reach).narrowed(app, rights, conversation_id)


def reading(noun: str, permission: str | None = None, reach: Reach = "some") -> Scopes:
    """Return a guard that admits callers who may read or write this."""
    return Scopes(f"{noun}:read", f"{noun}:write", permission=permission or READING[noun], reach=reach)


def writing(noun: str, permission: str | None = None, reach: Reach = "app") -> Scopes:
    """Return a guard that admits callers who may write this, to a path's conversation or else in the whole app."""
    return Scopes(f"{noun}:write", permission=permission or WRITING[noun], reach=reach)


def admission(authorizer: RequestAuthorizer, services: Services, parameters: Callable[[str], Parameters]) -> Guard:
    """Return a guard: the query has only parameters of the operation, and the app is one of the caller's.

    ``parameters`` returns the parameters of an operation by its id. Errors: ``RequestError``, ``NotFoundError``.
    """

    async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
        if scope_of(connection)["method"] == HttpMethod.OPTIONS:  # needs no caller and no app
            return
        request = cast("ApiRequest", connection)
        known = parameters(str(getattr(handler, "operation_id", "")))
        query = check_query(request.scope["query_string"], known)
        request.lacking = lacking_in(query, known)
        request.scope["query_string"] = with_instants(request.scope["query_string"], known)
        named, caller = query.get("app") or request.headers.get("iid"), request.user
        access = caller.access
        if access is None:
            tenant = await _tenant(authorizer, caller, named)
            request.rights = rights_of_scopes(caller.name, caller.account_id, caller.permissions, tenant.app_id)
        else:
            tenant = await run(lambda: services.principals.tenant(access, named or None))
            request.rights = services.principals.principal(access, tenant)
            await authorizer.count_app(tenant)
        request.app_store = await run(lambda: services.store.within(tenant))

    return admit


async def _tenant(authorizer: RequestAuthorizer, caller: Principal, named: str | None) -> Tenant:
    """Return the app that is named, or the only one that the caller has."""
    if not named:
        if len(caller.app_ids) != 1:
            raise RequestError(
                "Name the app: as ?app= or in the header iId; this client has several.",
                code="app.required",
                field="app",
            )
        named = next(iter(caller.app_ids))
    try:
        (tenant,) = await authorizer.tenants(caller, {}, {"accountid": caller.account_id, "iid": named}, ())
    except AccessError as error:
        raise NotFoundError("This client has no such app.", code="app.unknown", field="app", value=named) from error
    return tenant
