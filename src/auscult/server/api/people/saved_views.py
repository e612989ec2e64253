"""Saved views of the list of conversations: tabs of the console, and files that a schedule writes."""

from typing import Annotated
from urllib.parse import parse_qs

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.delivery.exports import LONGEST_VIEW_NAME, SavedView
from auscult.domain.stated import text
from auscult.server.rest import operation
from auscult.server.rest.context import App, Caller, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id
from auscult.services.conversations.list_query import read_query


@example({"name": "Not passed, voice", "query": "outcome=failed&channel=voice"})
class ViewBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Filters of the list under a name: the parameters of the console's address, as ``outcome=failed&days=7``."""

    name: Annotated[str, text(LONGEST_VIEW_NAME)]
    query: Annotated[str, Meta(max_length=8_000)]
    is_shared: bool = False


ViewList = Annotated[Items[SavedView], Called("ViewList", "The caller's views and shared ones, by name.")]


example(
    {
        "view_id": "vw-1b2c",
        "owner": "mia@example.com",
        "name": "Not passed, voice",
        "query": "outcome=failed&channel=voice",
        "is_shared": False,
    }
)(SavedView)


@operation.get("/views", may=reading("conversations"))
def list_views(app: App, caller: Caller) -> ViewList:
    """List saved views. The caller's own of the list of conversations, and those shared in the app."""
    return Items(items=tuple(app.people.views.listing(caller.name)))


@operation.post("/views", may=reading("conversations"), refuses={422: "The name or a filter cannot be used."})
def save_view(data: JSONBody[ViewBody], app: App, server: Server, caller: Caller) -> SavedView:
    """Save a view. The caller's own of this name changes; its schedules follow."""
    read_query(parse_qs(data.query), server.now())
    view_id = app.people.views.save(caller.name, data.name, data.query, is_shared=data.is_shared)
    return app.people.views.get(view_id, caller.name)


@operation.delete("/views/{view_id}", may=reading("conversations"))
def remove_view(view_id: Annotated[str, path_id("The view.", "vw-1b2c")], app: App, caller: Caller) -> None:
    """Remove a saved view. It is the caller's own; its schedules report that in the inbox."""
    app.people.views.remove(view_id, caller.name)


ROUTER = operation.router(__name__)
