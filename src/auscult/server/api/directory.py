"""Names and merges of queues, teams and agents over HTTP and as commands."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.directory import EDIT, DirectoryChange, Merge, Rename
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.parameters import Cursor, Limit, path_id, query
from auscult.services.directory.naming import Naming

ChangeId = Annotated[str, path_id("The change.", "dc-9f3c2a7be041")]
Work = Use[Naming]
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
example(RENAME)(Rename)
example({"kind": "queue", "id": "RB", "into": "q-retail"})(Merge)
example(
    {
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
)(DirectoryChange)
_BODY = {
    404: "There is no such queue, team or agent.",
    409: "It has that name, or is merged, already.",
    422: "The name has no letters, or too many.",
}


@operation.get(
    "/directory/changes",
    may=READS,
    command="directory list",
    columns=("change_id", "kind", "id", "into", "name", "by", "at", "undone_at"),
)
def list_directory_changes(
    app: App,
    in_force: Annotated[bool | None, query("Only those in force, or only those undone.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DirectoryChanges:
    """List renames and merges. They are of queues, teams and agents. Also how far reports show the present names."""
    after = read_cursor(cursor, tuple[int])
    found = app.aliases.listing(in_force=in_force, before=after[0] if after else None, limit=limit + 1)
    progress = app.aliases.progress()
    return DirectoryChanges(
        items=tuple(each.change for each in found[:limit]),
        next_cursor=write_cursor(found[limit - 1].number) if len(found) > limit else None,
        rendering=progress and Rendering(done=progress.done, total=progress.total),
    )


@operation.post(
    "/directory/renames",
    may=WRITES,
    status=201,
    refuses=_BODY,
    example={**RENAME, "into": None},
    command="directory rename",
    arguments=("kind", "id", "name"),
)
def rename_in_directory(data: JSONBody[Rename], work: Work) -> DirectoryChange:
    """Rename a queue, a team or an agent. The past has the new name, too; the id stays.

    Lists show it at once, reports when workers have rendered them again: `GET /directory/changes` has the progress.
    """
    return work.rename(data)


@operation.post(
    "/directory/merges",
    may=WRITES,
    status=201,
    refuses=_BODY,
    command="directory merge",
    arguments=("kind", "id", "into"),
)
def merge_in_directory(data: JSONBody[Merge], work: Work) -> DirectoryChange:
    """Merge two queues, teams or agents. They are one in filters, grants and charts. Both ids stay on the wire.

    No conversation is changed, so that one step undoes it.
    """
    return work.merge(data)


@operation.post(
    "/directory/changes/{change_id}/undo",
    may=WRITES,
    refuses={409: "It is undone already, or a later name is in force."},
    command="directory undo",
)
def undo_directory_change(change_id: ChangeId, work: Work) -> DirectoryChange:
    """Undo a rename or a merge. Of several names of one, the last goes first."""
    return work.undo(change_id)


ROUTER = operation.router(__name__, work=work)
"""Names and merges."""
