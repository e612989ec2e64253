"""``/scim/v2``: users and groups as directories (Okta, Entra ID) provision them. A token with ``scim:write`` opens it.

That scope reaches no passwords, and no role that manages users or settings; ``users:write`` reaches the latter.
"""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import delete, get, patch, post, put
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from auscult.server.bodies import read_object
from auscult.server.problems import SCIM_TYPE
from auscult.server.rest.context import Server, Services
from auscult.server.rest.guards import Scopes
from auscult.server.rest.parameters import path_id
from auscult.server.rest.query import Parameters
from auscult.server.rest.request import ApiRequest, ApiResponse
from auscult.server.rest.threads import run
from auscult.services.people.scim import Directory, Json

_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_MOST = 1_000
_READS = [Scopes("users:read", "users:write", "scim:write", permission="user.read", reach="app")]
_WRITES = [Scopes("users:write", "scim:write", permission="user.manage", reach="app")]
_TEXT = {"type": "string"}
PARAMETERS: Parameters = {
    **dict.fromkeys(("filter", "attributes", "excludedAttributes", "sortBy", "sortOrder", "app"), _TEXT),
    "startIndex": {"type": "integer"},
    "count": {"type": "integer"},
}
"""Parameters that directories send; sorting and attributes change nothing."""

Item = Annotated[str, path_id("The id of a user, or the name of a role.", "auditor")]
Filter = Annotated[str | None, QueryParameter(name="filter")]
Start = Annotated[int, QueryParameter(name="startIndex")]
Count = Annotated[int, QueryParameter(name="count")]
Act = Callable[[Directory], Json | None]


async def _answer(request: ApiRequest, server: Services, act: Act, status: int = 200) -> ApiResponse[Any]:
    """Act on the directory of the request's app."""
    may_administer = request.user.is_person or "users:write" in request.user.permissions
    tenant, rights = request.app_store.tenant, request.rights
    directory = Directory(server.store, tenant, rights, server.now, may_administer=may_administer)
    found = await run(lambda: act(directory), slow=True)
    return ApiResponse(found, status_code=status, media_type=SCIM_TYPE)


@get("/Users", guards=_READS)
async def list_users(
    request: ApiRequest, server: Server, where: Filter = None, start: Start = 1, count: Count = 100
) -> ApiResponse[Any]:
    """List users, by a filter such as ``userName eq "ann@example.com"``."""
    return await _answer(request, server, lambda its: its.users(where, start, min(count, _MOST)))


@post("/Users", guards=_WRITES)
async def create_user(request: ApiRequest, server: Server) -> ApiResponse[Any]:
    """Add a user."""
    given = read_object(await request.body())
    return await _answer(request, server, lambda its: its.create(given), 201)


@get("/Users/{item:str}", guards=_READS)
async def get_user(request: ApiRequest, server: Server, item: Item) -> ApiResponse[Any]:
    """Return a user."""
    return await _answer(request, server, lambda its: its.user(item))


@put("/Users/{item:str}", guards=_WRITES)
async def replace_user(request: ApiRequest, server: Server, item: Item) -> ApiResponse[Any]:
    """Replace the name and the state of a user."""
    given = read_object(await request.body())
    return await _answer(request, server, lambda its: its.replace(item, given))


@patch("/Users/{item:str}", guards=_WRITES)
async def patch_user(request: ApiRequest, server: Server, item: Item) -> ApiResponse[Any]:
    """Change a user; above all ``active``."""
    given = read_object(await request.body())
    return await _answer(request, server, lambda its: its.patch(item, given))


@delete("/Users/{item:str}", guards=_WRITES, status_code=200)
async def delete_user(request: ApiRequest, server: Server, item: Item) -> ApiResponse[Any]:
    """Disable a user."""
    return await _answer(request, server, lambda its: its.delete(item), 204)


@get("/Groups", guards=_READS)
async def list_groups(
    request: ApiRequest, server: Server, where: Filter = None, start: Start = 1, count: Count = 100
) -> ApiResponse[Any]:
    """List groups, which are roles."""
    return await _answer(request, server, lambda its: its.groups(where, start, min(count, _MOST)))


@post("/Groups", guards=_WRITES)
async def create_group(request: ApiRequest, server: Server) -> ApiResponse[Any]:
    """Set the members of a role."""
    given = read_object(await request.body())
    return await _answer(request, server, lambda its: its.create_group(given), 201)


@get("/Groups/{item:str}", guards=_READS)
async def get_group(request: ApiRequest, server: Server, item: Item) -> ApiResponse[Any]:
    """Return a group."""
    return await _answer(request, server, lambda its: its.group(item))


@put("/Groups/{item:str}", guards=_WRITES)
async def replace_group(request: ApiRequest, server: Server, item: Item) -> ApiResponse[Any]:
    """Replace the members of a role."""
    given = read_object(await request.body())
    return await _answer(request, server, lambda its: its.replace_group(item, given))


@patch("/Groups/{item:str}", guards=_WRITES)
async def patch_group(request: ApiRequest, server: Server, item: Item) -> ApiResponse[Any]:
    """Add or remove members."""
    given = read_object(await request.body())
    return await _answer(request, server, lambda its: its.patch_group(item, given))


@delete("/Groups/{item:str}", guards=_WRITES, status_code=200)
async def delete_group(request: ApiRequest, server: Server, item: Item) -> ApiResponse[Any]:
    """Remove all members of a role."""
    return await _answer(request, server, lambda its: its.delete_group(item), 204)


@get("/ServiceProviderConfig", guards=_READS)
async def get_config() -> ApiResponse[Any]:
    """Return which parts of SCIM are served."""
    features = {name: {"supported": False} for name in ("bulk", "changePassword", "sort", "etag")}
    config = {
        "schemas": [_CONFIG],
        "patch": {"supported": True},
        "filter": {"supported": True, "maxResults": _MOST},
        **features,
        "authenticationSchemes": [{"type": "oauthbearertoken", "name": "Bearer token"}],
    }
    return ApiResponse(config, media_type=SCIM_TYPE)


HANDLERS: tuple[ControllerRouterHandler, ...] = (
    list_users,
    create_user,
    get_user,
    replace_user,
    patch_user,
    delete_user,
    list_groups,
    create_group,
    get_group,
    replace_group,
    patch_group,
    delete_group,
    get_config,
)
