"""Live: conversations in progress, for supervisors; read-only, and updated by an event stream."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from hashlib import blake2b

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Stream

from auscult.domain.assist.live_log import LiveListed
from auscult.domain.assist.live_projection import Live, fold
from auscult.server.console.assist.live_view import live_card, live_view, one_live_view
from auscult.server.console.frame.visit import BASE, Visit, missing
from auscult.storage.store import AppStore

_MOST = 200
_EVERY_S, _ALIVE_S, _LASTS_S = 1.0, 15.0, 600.0


class LivePage(Controller):
    """Conversations in progress."""

    path = "/live"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show every conversation in progress, the one that has waited longest for an answer first."""
        app, assistant = visit.app_for("assist.read"), visit.services.live.assistant
        going = _going(app)
        found = (_read(app, each.conversation_id) for each in going)
        cards = [
            live_card(each, assistant.mood(app, each), visit.reader)
            for each in found
            if each is not None and not each.is_ended
        ]
        return visit.page("assist/live", "Live", live_view(cards, f"{BASE}/live/stream?seen={_mark(going)}"))

    @get("/stream", sync_to_thread=True)
    def stream(self, visit: NamedDependency[SkipValidation[Visit]]) -> Stream:
        """Send an event whenever a conversation in progress changes."""
        app = visit.app_for("assist.read")
        return _stream(visit, lambda: _mark(_going(app)))

    @get("/{conversation_id:str}", sync_to_thread=True)
    def one(self, conversation_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show one conversation in progress."""
        app = visit.app_for("assist.read")
        # Counted before the events are read, so that the stream sends what is added in between.
        seen = app.live.count(conversation_id)
        found = _read(app, conversation_id)
        if found is None:
            raise missing("conversation", conversation_id)
        mood = visit.services.live.assistant.mood(app, found)
        is_scored = app.conversations.get(conversation_id) is not None
        view = one_live_view(found, mood, visit.reader)
        return visit.page("assist/live_one", "Live", view, seen=seen, is_scored=is_scored)

    @get("/{conversation_id:str}/stream", sync_to_thread=True)
    def one_stream(self, conversation_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Stream:
        """Send an event whenever one conversation changes."""
        app = visit.app_for("assist.read")
        if not app.live.count(conversation_id):
            raise missing("conversation", conversation_id)
        return _stream(visit, lambda: str(app.live.count(conversation_id)))


def _going(app: AppStore) -> list[LiveListed]:
    return app.live.listing(is_ended=False, limit=_MOST)


def _read(app: AppStore, conversation_id: str) -> Live | None:
    """Return a conversation in its present state, or None without events."""
    events = app.live.log(conversation_id).events
    return fold(app.tenant, conversation_id, events) if events else None


def _mark(going: Sequence[LiveListed]) -> str:
    """Return a mark that changes with every event of the conversations in progress."""
    events = ",".join(f"{each.conversation_id}:{each.events}" for each in going)
    return blake2b(events.encode(), digest_size=8).hexdigest()


def _stream(visit: Visit, mark: Callable[[], str]) -> Stream:
    """Send an event whenever a mark changes, with the mark as its id. The browser connects again when the stream ends.

    What changed since the page was made, or since the last event before a connection broke, is sent at once.
    """
    known = visit.last_event_id or visit.asked("seen")

    async def events() -> AsyncGenerator[bytes]:
        seen = known or await asyncio.to_thread(mark)
        yield b"retry: 2000\n\n"
        quiet = 0.0
        for _ in range(round(_LASTS_S / _EVERY_S)):
            now = await asyncio.to_thread(mark)
            if now != seen:
                seen, quiet = now, 0.0
                yield f"id: {now}\ndata: changed\n\n".encode()
            elif quiet >= _ALIVE_S:
                quiet = 0.0
                yield b": still here\n\n"
            await asyncio.sleep(_EVERY_S)
            quiet += _EVERY_S

    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(events, media_type="text/event-stream", headers=headers)
