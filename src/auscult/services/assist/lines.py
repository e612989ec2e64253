"""A line about each live conversation: who has it, in which queue, what the customer said last, and since when they wait."""

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from msgspec import Struct

from auscult.domain.assist.live_log import LiveListed
from auscult.domain.assist.live_projection import Live, fold
from auscult.storage.store import AppStore

_MOST_KEPT = 5_000
_LONGEST = 200
"""Characters of the last words."""


class Line(Struct, frozen=True, kw_only=True):
    """Facts about a conversation in a list, None where unknown. ``waits_since``: a customer waits for an answer."""

    agent: str | None = None
    queue: str | None = None
    words: str | None = None
    waits_since: datetime | None = None


class Lines:
    """Reads lines, and keeps each until something happens in its conversation. Threads may share it."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[int, Line]] = OrderedDict()

    def of(self, app: AppStore, listed: LiveListed) -> Line:
        """Return the line of a conversation as it is listed."""
        key = (app.tenant.app_id, listed.conversation_id)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept[0] == listed.events:
            return kept[1]
        events = app.live.log(listed.conversation_id).events
        line = line_of(fold(app.tenant, listed.conversation_id, events)) if events else Line()
        with self._lock:
            self._kept[key] = (listed.events, line)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return line


def line_of(live: Live) -> Line:
    """Return the line of a conversation."""
    agent, queue = live.agent, next(reversed(live.conversation.queues), None)
    said = next((turn.text for turn in reversed(live.conversation.turns) if turn.speaker == "customer"), None)
    return Line(
        agent=(agent.name or agent.id) if agent else None,
        queue=(queue.name or queue.id) if queue else None,
        words=said[:_LONGEST] if said else None,
        waits_since=waits_since(live),
    )


def waits_since(live: Live) -> datetime | None:
    """Return when the customer said the first of what is not answered yet; None where all is answered."""
    first: datetime | None = None
    for message in reversed(live.messages):
        if live.is_ended or message.author != "customer":
            break
        first = message.at
    return first
