"""Collections of moments over HTTP and as commands: made, shared, shown, pinned to, put in order, removed with undo."""

from typing import Annotated, Any

from litestar.params import JSONBody

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
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id
from auscult.server.rest.request import Takes
from auscult.services.pinned import Collecting

CollectionId = Annotated[str, path_id("The collection.", "cl-2f6a90c1d7b3")]
PinId = Annotated[str, path_id("The moment.", "pi-77b1e04c9a52")]
Work = Use[Collecting]
READS = reading("conversations", READ)
WRITES = writing("conversations", EDIT, reach="some")


def work(app: App, rights: Rights, server: Basis) -> Collecting:
    """Return the collections of the app as the caller sees and changes them."""
    return Collecting(server.store, app.tenant, server.now, rights)


Collections = Annotated[
    Items[ListedCollection], Called("Collections", "The collections that the caller is shown, by name.")
]


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
example(COLLECTION)(Collection)
PIN: dict[str, Any] = {
    "pin_id": "pi-77b1e04c9a52",
    "collection_id": COLLECTION["collection_id"],
    "conversation_id": "c-7f8b1f0e",
    "turn_id": "m1",
    "note": "Name, firm and an offer in one breath.",
    "pinned_by": "ann@example.com",
    "pinned_at": AT,
}
example(PIN)(Pin)
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
example(SHOWN)(ShownCollection)
_BODY = {
    403: "The caller lacks the permission, or the collection is another person's.",
    422: "A value cannot be used; `field` names it.",
}
_MADE = {**_BODY, 409: "Another collection has the name, or there are too many."}
_FORBIDDEN = {403: _BODY[403]}
example({**COLLECTION, "moments": 3})(ListedCollection)
example({"name": "Best openings", "audience": "agents"})(NewCollection)
example({"conversation_id": "c-7f8b1f0e", "turn_id": "m1", "note": PIN["note"]})(NewPin)
example({"pin_ids": [PIN["pin_id"]]})(NewOrder)


@operation.get(
    "/collections",
    may=READS,
    command="collections list",
    columns=("collection_id", "name", "audience", "moments", "made_by"),
)
def list_collections(work: Work) -> Collections:
    """List collections of moments. By name, each with the number of moments that the caller is shown.

    Agents are shown those that are shared with them.
    """
    return Items(items=tuple(work.listing()))


@operation.post(
    "/collections", may=WRITES, status=201, refuses=_MADE, command="collections create", arguments=("name",)
)
def create_collection(data: JSONBody[NewCollection], work: Work) -> Collection:
    """Make a collection of moments. It is empty, and for colleagues or for agents, too."""
    return work.create(data)


@operation.get(
    "/collections/{collection_id}", may=READS, summary="One collection with its moments", command="collections show"
)
def get_collection(collection_id: CollectionId, work: Work) -> ShownCollection:
    """Return a collection with its moments, each with the turns around it.

    A moment is shown while every agent of its conversation lets colleagues listen (`/coaching/consent`): to callers
    who read the conversation, and to agents that the collection is shared with.
    """
    return work.show(collection_id)


@operation.put(
    "/collections/{collection_id}",
    may=WRITES,
    refuses=_MADE,
    takes=Takes("The collection.", {"name": "Best openings", "audience": "agents", "agent_ids": ["a-7"]}),
    command="collections change",
    arguments=("name",),
)
def change_collection(collection_id: CollectionId, data: JSONBody[NewCollection], work: Work) -> Collection:
    """Rename or share a collection. Its maker may, and who may edit those of the whole app."""
    return work.change(collection_id, data)


@operation.delete(
    "/collections/{collection_id}",
    may=WRITES,
    refuses=_FORBIDDEN,
    example={"removed_at": AT},
    command="collections remove",
)
def remove_collection(collection_id: CollectionId, work: Work) -> Collection:
    """Remove a collection. Its moments go with it. For ten minutes it can be restored."""
    return work.remove(collection_id)


@operation.post(
    "/collections/{collection_id}/restore",
    may=WRITES,
    refuses={**_FORBIDDEN, 409: "Another collection has the name by now."},
    command="collections restore",
)
def restore_collection(collection_id: CollectionId, work: Work) -> Collection:
    """Undo the removal of a collection. It is possible for ten minutes. Repeating this changes nothing."""
    return work.restore(collection_id)


@operation.post(
    "/collections/{collection_id}/moments",
    may=WRITES,
    status=201,
    refuses={**_BODY, 409: "The moment is in the collection already, or there are too many."},
    command="collections pin",
    arguments=("note",),
)
def pin_moment(collection_id: CollectionId, data: JSONBody[NewPin], work: Work) -> Pin:
    """Pin a moment to a collection. It is the last one, and waits for the consent of its agents, who are notified."""
    return work.pin(collection_id, data)


@operation.delete(
    "/collections/{collection_id}/moments/{pin_id}", may=WRITES, refuses=_FORBIDDEN, command="collections unpin"
)
def unpin_moment(collection_id: CollectionId, pin_id: PinId, work: Work) -> None:
    """Remove a moment from a collection. One's own, or any if one may change it. It can be restored for ten minutes."""
    work.unpin(collection_id, pin_id)


@operation.post(
    "/collections/{collection_id}/moments/{pin_id}/restore", may=WRITES, refuses=_FORBIDDEN, command="collections repin"
)
def repin_moment(collection_id: CollectionId, pin_id: PinId, work: Work) -> Pin:
    """Undo the removal of a moment. It is possible for ten minutes. Repeating this changes nothing."""
    return work.repin(collection_id, pin_id)


@operation.put(
    "/collections/{collection_id}/order",
    may=WRITES,
    refuses={**_BODY, 409: "The order has not each moment of the collection once."},
    command="collections order",
)
def reorder_collection(collection_id: CollectionId, data: JSONBody[NewOrder], work: Work) -> ShownCollection:
    """Put the moments of a collection in order. It is about those that the caller is shown; others keep their places."""
    return work.reorder(collection_id, data)


ROUTER = operation.router(__name__, work=work)
