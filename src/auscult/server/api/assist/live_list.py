"""The list of live conversations."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Struct

from auscult.domain.assist.live_log import LiveListed
from auscult.domain.operations.records import made_from
from auscult.server.api.assist.live_examples import LISTED
from auscult.server.rest import operation
from auscult.server.rest.context import App, Server
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.lists import Called, Page
from auscult.server.rest.parameters import Cursor, Limit, query
from auscult.services.assist.lines import Line

NOTHING = Line()


class LiveLine(Struct, frozen=True, kw_only=True):
    """A live conversation in the list: the time of its last event, and whether it is over.

    With `details` also the names of the agent and the queue (their ids if no name is known), the customer's last
    words, and the time since which they wait for an answer; each null if unknown.
    """

    conversation_id: str
    events: int
    last_at: datetime
    is_ended: bool
    agent: str | None
    queue: str | None
    words: str | None
    waits_since: datetime | None


example(LISTED)(LiveLine)
LivePage = Annotated[Page[LiveLine], Called("LivePage")]


@operation.get("/conversations", may=reading("assist"))
def list_live(
    app: App,
    server: Server,
    in_state: Annotated[
        Literal["open", "ended"] | None, query("Only those that go on, or are over.", name="state")
    ] = None,
    details: Annotated[bool, query("With agent, queue, the customer's last words and waiting time.")] = False,  # noqa: FBT002  (a name of the query)
    limit: Limit = 100,
    cursor: Cursor = None,
) -> LivePage:
    """List live conversations. Those received by the hook, by id: in progress, over, or all."""
    after = read_cursor(cursor, tuple[str])
    is_ended = None if in_state is None else in_state == "ended"
    found = app.live.listing(is_ended=is_ended, after_id=after[0] if after else "", limit=limit + 1)
    more = len(found) > limit
    lines = server.live.lines
    return Page(
        items=tuple(_line(each, lines.of(app, each) if details else NOTHING) for each in found[:limit]),
        next_cursor=write_cursor(found[limit - 1].conversation_id) if more else None,
    )


def _line(listed: LiveListed, line: Line) -> LiveLine:
    return made_from(
        LiveLine, listed, agent=line.agent, queue=line.queue, words=line.words, waits_since=line.waits_since
    )
