"""Names and merges of queues, teams and agents over HTTP and as commands."""

from typing import Annotated, Any

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation
from msgspec import Struct

from auscult.domain.directory import EDIT, DirectoryChange, Merge, Rename
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.guards import Scopes
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import Cursor, Limit, path_id, query
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.directory.naming import Naming

ChangeId = Annotated[str, path_id("The change.", "dc-9f3c2a7be041")]
Work = NamedDependency[SkipValidation[Naming]]
READS = Scopes("users:read", "users:write", permission="directory.read", reach="app")
WRITES = Scopes("users:write", permission=EDIT, reach="app")


def work(app: App, rights: Rights, server: Basis) -> Naming:
    """Return the names and merges of the app as the caller changes them."""
    return Naming(app, server.now, rights)


class Rendering(Struct, frozen=True, kw_only=True):
    """Conversations that reports show under the present names already, and all."""

    done: int
    total: int


class DirectoryChanges(Struct, frozen=True, kw_only=True):
    """One page, the newest first. ``rendering`` is null where every report shows the present names."""

    items: tuple[DirectoryChange, ...]
    next_cursor: str | None
    rendering: Rendering | None


RENAME: dict[str, Any] = {"kind": "queue", "id": "q-retail", "name": "Retail Banking"}
MERGE: dict[str, Any] = {"kind": "queue", "id": "RB", "into": "q-retail"}
CHANGE: dict[str, Any] = {
    "change_id": "dc-9f3c2a7be041",
    "kind": "queue",
    "id": "RB",
    "into": "q-retail",
    "name": "Retail Banking",
    "before": "RB",
    "by": "ada@example.com",
    "at": "2026-05-03T09:00:00Z",
    "undone_by": None,
    "undone_at": None,
}
_BODY = {
    404: "There is no such queue, team or agent.",
    409: "It has that name, or is merged, already.",
    422: "The name has no letters, or too many.",
}


@get(
    "/directory/changes",
    operation_id="list_directory_changes",
    summary="List renames and merges",
    guards=[READS],
    responses={
        200: answer("A page.", DirectoryChanges, {"items": [CHANGE], "next_cursor": None, "rendering": None}),
    },
    command="directory list",
    columns=("change_id", "kind", "id", "into", "name", "by", "at", "undone_at"),
)
@in_thread
def list_changes(
    work: Work,
    in_force: Annotated[bool | None, query("Only those in force, or only those undone.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DirectoryChanges:
    """List renames and merges of queues, teams and agents, and how far reports show the present names."""
    after = read_cursor(cursor, tuple[int])
    found = work.listing(in_force=in_force, before=after[0] if after else None, limit=limit + 1)
    progress = work.progress()
    return DirectoryChanges(
        items=tuple(each.change for each in found[:limit]),
        next_cursor=write_cursor(found[limit - 1].number) if len(found) > limit else None,
        rendering=progress and Rendering(done=progress.done, total=progress.total),
    )


@post(
    "/directory/renames",
    operation_id="rename_in_directory",
    summary="Rename a queue, a team or an agent",
    guards=[WRITES],
    status_code=201,
    responses={201: answer("The change.", DirectoryChange, {**CHANGE, **RENAME, "into": None}), **refusals(_BODY)},
    takes=Takes("The name.", RENAME),
    command="directory rename",
    arguments=("kind", "id", "name"),
)
@in_slow_thread
def rename(data: JSONBody[Rename], work: Work) -> DirectoryChange:
    """Show a queue, a team or an agent under another name, the past included; its id stays.

    Lists show it at once, reports when workers have rendered them again: `GET /directory/changes` has the progress.
    """
    return work.rename(data)


@post(
    "/directory/merges",
    operation_id="merge_in_directory",
    summary="Merge two queues, teams or agents",
    guards=[WRITES],
    status_code=201,
    responses={201: answer("The change.", DirectoryChange, CHANGE), **refusals(_BODY)},
    takes=Takes("The two.", MERGE),
    command="directory merge",
    arguments=("kind", "id", "into"),
)
@in_slow_thread
def merge(data: JSONBody[Merge], work: Work) -> DirectoryChange:
    """Treat two queues, teams or agents as one: in filters, grants and charts. Both ids stay on the wire.

    No conversation is changed, so that one step undoes it.
    """
    return work.merge(data)


@post(
    "/directory/changes/{change_id:str}/undo",
    operation_id="undo_directory_change",
    summary="Undo a rename or a merge",
    guards=[WRITES],
    status_code=200,
    responses={
        200: answer("The change.", DirectoryChange, CHANGE),
        **refusals({409: "It is undone already, or a later name is in force."}),
    },
    command="directory undo",
)
@in_slow_thread
def undo(change_id: ChangeId, work: Work) -> DirectoryChange:
    """Undo a rename or a merge. Of several names of one, the last goes first."""
    return work.undo(change_id)


ROUTER = Router(
    "/",
    route_handlers=[list_changes, rename, merge, undo],
    dependencies={"work": Provide(work, sync_to_thread=False)},
)
"""Names and merges."""
