"""The cell of a row: channel, direction and duration status in one small number, so that one column filters by all.

256 x channel + 16 x direction + status, each counted by its index below, and 8 more where figures leave it out. Indexes
are never reused or changed.
"""

from itertools import product

from auscult.domain.conversation import Channel, Conversation, Direction
from auscult.domain.evaluation import Status
from auscult.domain.record import OWN_LIST, RecordQuery

CHANNELS: tuple[Channel, ...] = ("voice", "chat")
DIRECTIONS: tuple[Direction, ...] = ("inbound", "outbound")
STATUSES: tuple[Status, ...] = (
    "evaluated",
    "not_evaluated",
    "below_threshold",
    "duration_unavailable",
    "sides_unknown",
)
LISTED: tuple[Status, ...] = ("evaluated", "not_evaluated")
"""What is listed without asking for more (rule 24)."""
EXCLUDED = 8
"""Added to the cell of a row of our own list that figures leave out; the reports' rows stay where they are."""


def cell_of(conversation: Conversation, status: Status) -> int:
    """Return the cell of a conversation's rows."""
    return _cell(conversation.channel, conversation.direction, status)


def cells_of(query: RecordQuery) -> tuple[int, ...] | None:
    """The cells that a query asks for, or None when it asks for all."""
    is_marked = query.report == OWN_LIST
    is_narrowed = (
        query.channels or query.directions or query.statuses or (is_marked and query.fields.excluded is not None)
    )
    if query.include_below_threshold and not is_narrowed:
        return None
    channels: list[Channel] = [channel for channel in CHANNELS if not query.channels or channel in query.channels]
    directions: list[Direction] = [
        direction for direction in DIRECTIONS if not query.directions or direction in query.directions
    ]
    statuses = query.statuses or (STATUSES if query.include_below_threshold else LISTED)
    cells = [_cell(*each) for each in product(channels, directions, statuses)]
    marks = {None: (0, EXCLUDED), True: (EXCLUDED,), False: (0,)}[query.fields.excluded] if is_marked else (0,)
    return tuple(sorted(cell + mark for cell in cells for mark in marks))


def _cell(channel: Channel, direction: Direction, status: Status) -> int:
    return 256 * CHANNELS.index(channel) + 16 * DIRECTIONS.index(direction) + STATUSES.index(status)
