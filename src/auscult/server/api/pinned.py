"""Collections of moments over HTTP and as commands: made, shared, shown, pinned to, put in order, removed with undo."""

from typing import Annotated, Any

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation
from msgspec import Struct

from auscult.domain.pinned import (
    EDIT,
    READ,
    Collection,
    ListedCollection,
    NewCollection,
    NewOrder,
    NewPin,
    Pin,
    ShownCollection,
)
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import path_id
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.pinned import Collecting

CollectionId = Annotated[str, path_id("The collection.", "cl-2f6a90c1d7b3")]
PinId = Annotated[str, path_id("The moment.", "pi-77b1e04c9a52")]
Work = NamedDependency[SkipValidation[Collecting]]
READS = reading("conversations", READ)
WRITES = writing("conversations", EDIT, reach="some")


def work(app: App, rights: Rights, server: Basis) -> Collecting:
    """Return the collections of the app as the caller sees and changes them."""
    return Collecting(server.store, app.tenant, server.now, rights)


class Collections(Struct, frozen=True, kw_only=True):
    """The collections that the caller is shown, by name."""

    items: tuple[ListedCollection, ...]


AT = "2026-04-01T09:00:00Z"
COLLECTION: dict[str, Any] = {
    "collection_id": "cl-2f6a90c1d7b3",
    "name": "Best openings",
    "audience": "agents",
    "agent_ids": [],
    "made_by": "ann@example.com",
    "made_at": AT,
    "removed_at": None,
    "changes": 1,
}
PIN: dict[str, Any] = {
    "pin_id": "pi-77b1e04c9a52",
    "collection_id": COLLECTION["collection_id"],
    "conversation_id": "c-7f8b1f0e",
    "turn_id": "m1",
    "note": "Name, firm and an offer in one breath.",
    "pinned_by": "ann@example.com",
    "pinned_at": AT,
}
_TURN = {"turn_id": "m1", "speaker": "agent", "text": "Thank you for calling, how can I help?"}
MOMENT: dict[str, Any] = {
    **PIN,
    "started_at": "2026-03-30T16:10:00Z",
    "language": "en",
    "agents": ["Mary"],
    "turns": [{**_TURN, "start_ms": 0, "end_ms": 3_100, "is_pinned": True}],
    "can_open": True,
}
SHOWN: dict[str, Any] = {**COLLECTION, "moments": [MOMENT], "waiting": 0}
_BODY = {
    403: "The caller lacks the permission, or the collection is another person's.",
    422: "A value cannot be used; `field` names it.",
}
_MADE = {**_BODY, 409: "Another collection has the name, or there are too many."}
_FORBIDDEN = {403: _BODY[403]}


@get(
    "/collections",
    operation_id="list_collections",
    summary="List collections of moments",
    guards=[READS],
    responses={200: answer("The collections.", Collections, {"items": [{**COLLECTION, "moments": 3}]})},
    command="collections list",
    columns=("collection_id", "name", "audience", "moments", "made_by"),
)
@in_thread
def listing(work: Work) -> Collections:
    """List collections by name, each with the number of moments that the caller is shown.

    Agents are shown those that are shared with them.
    """
    return Collections(items=tuple(work.listing()))


@post(
    "/collections",
    operation_id="create_collection",
    summary="Make a collection of moments",
    guards=[WRITES],
    responses={201: answer("The collection.", Collection, COLLECTION), **refusals(_MADE)},
    takes=Takes("The collection.", {"name": "Best openings", "audience": "agents"}),
    command="collections create",
    arguments=("name",),
)
@in_slow_thread
def create(data: JSONBody[NewCollection], work: Work) -> Collection:
    """Make an empty collection, for colleagues or for agents, too."""
    return work.create(data)


@get(
    "/collections/{collection_id:str}",
    operation_id="get_collection",
    summary="One collection with its moments",
    guards=[READS],
    responses={200: answer("The collection.", ShownCollection, SHOWN)},
    command="collections show",
)
@in_thread
def show(collection_id: CollectionId, work: Work) -> ShownCollection:
    """Return a collection with its moments, each with the turns around it.

    A moment is shown while every agent of its conversation lets colleagues listen (`/coaching/consent`): to callers
    who read the conversation, and to agents that the collection is shared with.
    """
    return work.show(collection_id)


@put(
    "/collections/{collection_id:str}",
    operation_id="change_collection",
    summary="Rename or share a collection",
    guards=[WRITES],
    responses={200: answer("The collection.", Collection, COLLECTION), **refusals(_MADE)},
    takes=Takes("The collection.", {"name": "Best openings", "audience": "agents", "agent_ids": ["a-7"]}),
    command="collections change",
    arguments=("name",),
)
@in_slow_thread
def change(collection_id: CollectionId, data: JSONBody[NewCollection], work: Work) -> Collection:
    """Change the name and the readers of a collection. Its maker does, and who may edit those of the whole app."""
    return work.change(collection_id, data)


@delete(
    "/collections/{collection_id:str}",
    operation_id="remove_collection",
    summary="Remove a collection",
    guards=[WRITES],
    status_code=200,
    responses={200: answer("The collection.", Collection, {**COLLECTION, "removed_at": AT}), **refusals(_FORBIDDEN)},
    command="collections remove",
)
@in_slow_thread
def remove(collection_id: CollectionId, work: Work) -> Collection:
    """Remove a collection with its moments. For ten minutes it can be restored."""
    return work.remove(collection_id)


@post(
    "/collections/{collection_id:str}/restore",
    operation_id="restore_collection",
    summary="Undo the removal of a collection",
    guards=[WRITES],
    status_code=200,
    responses={
        200: answer("The collection.", Collection, COLLECTION),
        **refusals({**_FORBIDDEN, 409: "Another collection has the name by now."}),
    },
    command="collections restore",
)
@in_slow_thread
def restore(collection_id: CollectionId, work: Work) -> Collection:
    """Undo a removal within ten minutes. Repeating this changes nothing."""
    return work.restore(collection_id)


@post(
    "/collections/{collection_id:str}/moments",
    operation_id="pin_moment",
    summary="Pin a moment to a collection",
    guards=[WRITES],
    responses={
        201: answer("The pin.", Pin, PIN),
        **refusals({**_BODY, 409: "The moment is in the collection already, or there are too many."}),
    },
    takes=Takes("The moment.", {"conversation_id": "c-7f8b1f0e", "turn_id": "m1", "note": PIN["note"]}),
    command="collections pin",
    arguments=("note",),
)
@in_slow_thread
def pin(collection_id: CollectionId, data: JSONBody[NewPin], work: Work) -> Pin:
    """Pin a turn of a conversation at the end of a collection, and notify its agents, whose consent it waits for."""
    return work.pin(collection_id, data)


@delete(
    "/collections/{collection_id:str}/moments/{pin_id:str}",
    operation_id="unpin_moment",
    summary="Remove a moment from a collection",
    guards=[WRITES],
    responses={204: answer("The moment is removed."), **refusals(_FORBIDDEN)},
    command="collections unpin",
)
@in_slow_thread
def unpin(collection_id: CollectionId, pin_id: PinId, work: Work) -> None:
    """Remove a moment: one's own, or any of a collection that one may change. For ten minutes it can be restored."""
    work.unpin(collection_id, pin_id)


@post(
    "/collections/{collection_id:str}/moments/{pin_id:str}/restore",
    operation_id="repin_moment",
    summary="Undo the removal of a moment",
    guards=[WRITES],
    status_code=200,
    responses={200: answer("The pin.", Pin, PIN), **refusals(_FORBIDDEN)},
    command="collections repin",
)
@in_slow_thread
def repin(collection_id: CollectionId, pin_id: PinId, work: Work) -> Pin:
    """Undo the removal of a moment within ten minutes. Repeating this changes nothing."""
    return work.repin(collection_id, pin_id)


@put(
    "/collections/{collection_id:str}/order",
    operation_id="reorder_collection",
    summary="Put the moments of a collection in order",
    guards=[WRITES],
    responses={
        200: answer("The collection.", ShownCollection, SHOWN),
        **refusals({**_BODY, 409: "The order has not each moment of the collection once."}),
    },
    takes=Takes("The order.", {"pin_ids": [PIN["pin_id"]]}),
    command="collections order",
)
@in_slow_thread
def order(collection_id: CollectionId, data: JSONBody[NewOrder], work: Work) -> ShownCollection:
    """Put the moments that the caller is shown in another order; others keep their places."""
    return work.reorder(collection_id, data)


ROUTER = Router(
    "/",
    route_handlers=[listing, create, show, change, remove, restore, pin, unpin, repin, order],
    dependencies={"work": Provide(work, sync_to_thread=False)},
)
