"""Plays recorded conversations to the hook of agent assist as if they happened now, at the speed that is asked for."""

import heapq
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

from msgspec import Struct

from auscult.client.connection import RemoteError
from auscult.client.sse import Hook, HookRequest, hook_requests, left_out
from auscult.domain.conversation import Conversation

UNTIMED_S = 3.0
"""Between two turns where the recording does not say when they were."""

_EVERYWHERE = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
"""What is refused so is refused to every conversation."""


class Played(Struct, kw_only=True):
    """Conversation being played. ``refusal`` is the server's reason for refusing the rest; else it went through."""

    id: str
    messages: int
    events: int
    left_out: int
    sent: int = 0
    refusal: str = ""

    @property
    def is_over(self) -> bool:
        """Return whether nothing is left of it."""
        return bool(self.refusal) or self.sent == self.messages + self.events


class Pace(Struct, frozen=True, kw_only=True):
    """Pace of playing: ``speed`` 1 as recorded, 10 ten times as fast, 0 as fast as it is answered.

    ``at_once`` conversations play at the same time. ``is_now``: requests have the present time, not the recorded one.
    """

    speed: float = 1.0
    at_once: int = 1
    is_now: bool = False
    prefix: str = ""


class _Part:
    """One conversation, and how far it is. ``began`` is when, by the clock of playing, in seconds."""

    def __init__(self, conversation: Conversation, pace: Pace, began: float) -> None:
        self.requests = hook_requests(conversation)
        messages = sum(one.is_message for one in self.requests)
        self.played = Played(
            id=pace.prefix + conversation.id,
            messages=messages,
            events=len(self.requests) - messages,
            left_out=left_out(conversation),
        )
        self._after_s = _after_s(self.requests)
        self._speed = pace.speed
        self._began = began

    @property
    def next(self) -> HookRequest:
        """Return the next request."""
        return self.requests[self.played.sent]

    def due(self, now: float) -> float:
        """Return when it is due: as long after the beginning as in the recording, divided by the speed."""
        if not self._speed:
            return now
        return self._began + self._after_s[self.played.sent] / self._speed


def _after_s(requests: Sequence[HookRequest]) -> list[float]:
    """Return how long after the beginning each is sent, at the speed of the recording, in seconds."""
    after_s = 0.0
    found: list[float] = []
    for one in requests:
        passed_s = (one.at - requests[0].at).total_seconds()
        after_s = max(passed_s, after_s if one.is_timed else after_s + UNTIMED_S)
        found.append(after_s)
    return found


def play(
    hook: Hook,
    conversations: Iterable[Conversation],
    pace: Pace,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Played]:
    """Play each conversation to its end; yield its state at its beginning and after every request.

    A conversation that is refused ends, and the others go on. Raises ``RemoteError`` where the server does not
    answer, or refuses the client.
    """
    source = enumerate(conversations)
    going: list[tuple[float, int, _Part]] = []
    while True:
        while len(going) < pace.at_once and (coming := next(source, None)) is not None:
            index, conversation = coming
            part = _Part(conversation, pace, clock())
            yield part.played
            heapq.heappush(going, (part.due(clock()), index, part))
        if not going:
            return
        due, index, part = heapq.heappop(going)
        if (wait_s := due - clock()) > 0:
            sleep(wait_s)
        _post(hook, part, is_now=pace.is_now)
        yield part.played
        if not part.played.is_over:
            heapq.heappush(going, (part.due(clock()), index, part))


def _post(hook: Hook, part: _Part, *, is_now: bool) -> None:
    request = part.next
    at = datetime.now(UTC) if is_now else request.at
    try:
        hook.send(part.played.id, {**request.body, "timestamp": at.isoformat()})
    except RemoteError as error:
        if error.status is None or error.status in _EVERYWHERE:
            raise
        part.played.refusal = error.message
    else:
        part.played.sent += 1
