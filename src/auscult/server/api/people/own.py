"""``/api/v1/me``, and the sessions and personal tokens that users manage themselves."""

from datetime import timedelta
from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.errors import AccessError, NotFoundError
from auscult.domain.operations.records import made_from
from auscult.server.api.people.users import GRANT
from auscult.server.asgi import headers_of, scope_of
from auscult.server.auth.principal import Principal
from auscult.server.people.cookies import csrf_token, session_secret
from auscult.server.rest import operation
from auscult.server.rest.context import Caller, Server, Services
from auscult.server.rest.examples import example
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id
from auscult.server.rest.request import ApiRequest
from auscult.services.people.principals import SecondFactorRequiredError
from auscult.services.people.users import Users
from auscult.services.people.views import GrantView, SessionView, TokenView, grant_view, session_view, token_view
from auscult.storage.people.access import Access

DEFAULT_TOKEN_DAYS = 30

_TOKEN: dict[str, Any] = {
    "token_id": "pt-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55",
    "name": "nightly export",
    "created_at": "2026-03-01T00:00:00Z",
    "ends_at": "2026-03-31T00:00:00Z",
    "revoked_at": None,
}


@example(
    {
        "email": "ann@example.com",
        "name": "Ann",
        "account_id": "a-1",
        "apps": ["st-shop"],
        "grants": [GRANT],
        "scopes": [],
        "csrf_token": None,
    }
)
class Me(Struct, frozen=True, kw_only=True):
    """The caller. A client has no e-mail address, and scopes instead of grants.

    ``csrf_token`` is set for a session: for X-CSRF-Token, if a browser sends neither Origin nor Sec-Fetch-Site.
    """

    email: str | None
    name: str
    account_id: str
    apps: tuple[str, ...]
    grants: tuple[GrantView, ...]
    scopes: tuple[str, ...]
    csrf_token: str | None


SessionList = Annotated[
    Items[SessionView], Called("SessionList", "The sessions of a user that are open, the newest first.")
]
example({"items": []})(SessionList)


example(_TOKEN)(TokenView)
TokenList = Annotated[Items[TokenView], Called("TokenList", "The personal tokens of a user, the oldest first.")]


@example({"name": "nightly export", "days": 30})
class NewToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A personal token to issue."""

    name: Annotated[str, Meta(max_length=200)] = ""
    days: Annotated[int, Meta(ge=1, le=366)] = DEFAULT_TOKEN_DAYS


@example({**_TOKEN, "token": "pat-..."})
class IssuedTokenView(TokenView, frozen=True, kw_only=True):
    """A personal token with its secret, which is shown only once."""

    token: str


@operation.get("/me", may=None, summary="The caller")
def get_me(request: ApiRequest, caller: Caller, server: Server) -> Me:
    """Return the caller with the grants that are in force, in every app."""
    if caller.access is None:
        return _client(caller)
    access, now = caller.access, server.now()
    secret = session_secret(scope_of(request), headers_of(scope_of(request)))
    return made_from(
        Me,
        access.user,
        apps=tuple(each.app_id for each in server.principals.tenants(access)),
        grants=tuple(grant_view(each, now, access.roles) for each in access.grants if each.holds(now)),
        scopes=(),
        csrf_token=csrf_token(secret) if secret and access.session else None,
    )


@operation.get("/sessions", may=None, summary="One's own sessions")
def list_sessions(caller: Caller, server: Server) -> SessionList:
    """Return the caller's open sessions, the newest first."""
    access, now = _person(caller), server.now()
    current = access.session.session_id if access.session else None
    found = server.store.people.sessions.of_user(access.user.user_id)
    return Items(items=tuple(session_view(each, current) for each in found if each.holds(now)))


@operation.delete("/sessions", may=None, is_slow=False)
def sign_out_everywhere(caller: Caller, server: Server) -> None:
    """Sign out everywhere. Every session of the caller ends, this one too."""
    server.sign_in.end(_person(caller).user)


@operation.delete("/sessions/{session_id}", may=None, is_slow=False)
def end_session(
    caller: Caller, server: Server, session_id: Annotated[str, path_id("The session's id.", "se-1")]
) -> None:
    """End one session. It is one of the caller's."""
    if not server.sign_in.end(_person(caller).user, session_id):
        raise NotFoundError(f"unknown session {session_id!r}", code="thing.unknown", field="session_id")


@operation.get("/tokens", may=None, summary="One's own personal tokens")
def list_tokens(caller: Caller, server: Server) -> TokenList:
    """Return the caller's personal tokens, ended ones too, without their secrets."""
    found = server.store.people.tokens.of_user(_person(caller).user.user_id)
    return Items(items=tuple(token_view(each) for each in found))


@operation.post("/tokens", may=None, status=201, is_slow=False)
def issue_token(caller: Caller, server: Server, data: JSONBody[NewToken]) -> IssuedTokenView:
    """Issue a personal token. It has the caller's own rights. The secret is shown only once."""
    access = _person(caller)
    if server.principals.owes_second_factor(access):
        raise SecondFactorRequiredError
    longest = timedelta(days=server.settings.personal_token_days)
    issued = _users(server, access).issue_token(access.user, data.name, timedelta(days=data.days), longest)
    view = token_view(issued.token)
    fields = {name: getattr(view, name) for name in TokenView.__struct_fields__}
    return IssuedTokenView(**fields, token=issued.secret)


@operation.delete("/tokens/{token_id}", may=None, is_slow=False)
def revoke_token(caller: Caller, server: Server, token_id: Annotated[str, path_id("The token's id.", "pt-1")]) -> None:
    """Revoke a personal token. It is one of the caller's."""
    access = _person(caller)
    _users(server, access).revoke_token(access.user, token_id)


def _person(caller: Principal) -> Access:
    """Return the calling user. Raises ``AccessError`` ``session.missing`` for a client."""
    if caller.access is None:
        raise AccessError("this is for people; sign in, or send a personal token", code="session.missing")
    return caller.access


def _client(caller: Principal) -> Me:
    return Me(
        email=None,
        name=caller.name,
        account_id=caller.account_id,
        apps=tuple(sorted(caller.app_ids)),
        grants=(),
        scopes=tuple(sorted(caller.permissions)),
        csrf_token=None,
    )


def _users(server: Services, access: Access) -> Users:
    return Users(server.store, server.principals.principal(access), server.now)


ROUTER = operation.router(__name__)
