"""The cell of a row: channel, direction and duration status in one small number, so that one column filters by all.

256 x channel + 16 x direction + status, each counted by its index below. Indexes are never reused or changed.
"""

from itertools import product

from auscult.domain.conversation import Channel, Conversation, Direction
from auscult.domain.evaluation import Status
from auscult.domain.record import RecordQuery

CHANNELS: tuple[Channel, ...] = ("voice", "chat")
DIRECTIONS: tuple[Direction, ...] = ("inbound", "outbound")
STATUSES: tuple[Status, ...] = ("evaluated", "not_evaluated", "below_threshold", "duration_unavailable")
LISTED: tuple[Status, ...] = ("evaluated", "not_evaluated")
"""What is listed without asking for more (rule 24)."""


def cell_of(conversation: Conversation, status: Status) -> int:
    """Return the cell of a conversation's rows."""
    return _cell(conversation.channel, conversation.direction, status)


def cells_of(query: RecordQuery) -> tuple[int, ...] | None:
    """The cells that a query asks for, or None when it asks for all."""
    if query.include_below_threshold and not query.channels and not query.directions and not query.statuses:
        return None
    channels: list[Channel] = [channel for channel in CHANNELS if not query.channels or channel in query.channels]
    directions: list[Direction] = [
        direction for direction in DIRECTIONS if not query.directions or direction in query.directions
    ]
    statuses = query.statuses or (STATUSES if query.include_below_threshold else LISTED)
    combinations = product(channels, directions, statuses)
    return tuple(sorted(_cell(channel, direction, status) for channel, direction, status in combinations))


def _cell(channel: Channel, direction: Direction, status: Status) -> int:
    return 256 * CHANNELS.index(channel) + 16 * DIRECTIONS.index(direction) + STATUSES.index(status)
