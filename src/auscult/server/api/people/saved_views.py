"""Saved views of the list of conversations: tabs of the console, and files that a schedule writes."""

from typing import Annotated, Any
from urllib.parse import parse_qs

from litestar import delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.delivery.exports import LONGEST_VIEW_NAME, SavedView
from auscult.domain.stated import text
from auscult.server.rest.context import App, Caller, Server
from auscult.server.rest.guards import reading
from auscult.server.rest.openapi import answer, refusal
from auscult.server.rest.parameters import path_id
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.conversations.list_query import read_query


class ViewBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Filters of the list under a name: the parameters of the console's address, as ``outcome=failed&days=7``."""

    name: Annotated[str, text(LONGEST_VIEW_NAME)]
    query: Annotated[str, Meta(max_length=8_000)]
    is_shared: bool = False


class ViewList(Struct, frozen=True, kw_only=True):
    """The caller's views and shared ones, by name."""

    items: tuple[SavedView, ...]


_VIEW: dict[str, Any] = {
    "view_id": "vw-1b2c",
    "owner": "mia@example.com",
    "name": "Not passed, voice",
    "query": "outcome=failed&channel=voice",
    "is_shared": False,
}


@get(
    "/views",
    operation_id="list_views",
    summary="List saved views",
    guards=[reading("conversations")],
    responses={200: answer("Views.", ViewList, {"items": [_VIEW]})},
)
@in_thread
def listing(app: App, caller: Caller) -> ViewList:
    """Return the caller's saved views of the list of conversations, and those shared in the app."""
    return ViewList(items=tuple(app.people.views.listing(caller.name)))


@post(
    "/views",
    operation_id="save_view",
    summary="Save a view",
    guards=[reading("conversations")],
    status_code=200,
    responses={
        200: answer("The view.", SavedView, _VIEW),
        422: refusal("The name or a filter cannot be used."),
    },
    takes=Takes("The view.", {"name": "Not passed, voice", "query": "outcome=failed&channel=voice"}),
)
@in_slow_thread
def save(data: JSONBody[ViewBody], app: App, server: Server, caller: Caller) -> SavedView:
    """Save a view, or change the caller's own of this name; its schedules follow."""
    read_query(parse_qs(data.query), server.now())
    view_id = app.people.views.save(caller.name, data.name, data.query, is_shared=data.is_shared)
    return app.people.views.get(view_id, caller.name)


@delete(
    "/views/{view_id:str}",
    operation_id="remove_view",
    summary="Remove a saved view",
    guards=[reading("conversations")],
    status_code=204,
    responses={204: answer("It is gone; its schedules report that in the inbox.")},
)
@in_slow_thread
def remove(view_id: Annotated[str, path_id("The view.", "vw-1b2c")], app: App, caller: Caller) -> None:
    """Remove a view of the caller's own."""
    app.people.views.remove(view_id, caller.name)


HANDLERS: tuple[Any, ...] = (listing, save, remove)
