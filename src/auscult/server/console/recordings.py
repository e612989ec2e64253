"""The sound of a conversation for the player: links, peaks, words. Everything else is on the page."""

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect
from msgspec import Struct

from auscult.domain.recordings.recording import Recording, Speaker
from auscult.server.console.frame.visit import BASE, Console, TheVisit, Visit, missing
from auscult.services.recordings.comparison import ChannelFault, channel_fault
from auscult.services.recordings.derived import Derived
from auscult.services.recordings.links import record_links
from auscult.services.recordings.variants import in_browser, offer

POINTS = 1_500
"""Parts that a wave is drawn in."""


class SoundView(Struct, frozen=True, kw_only=True):
    """A recording to play. ``fault``: of its channels; ``words``: start and end in ms, and the text."""

    recording_id: str
    url: str
    duration_ms: int
    speakers: tuple[Speaker, ...]
    fault: ChannelFault | None
    words: tuple[tuple[int, int, str], ...]


class SoundPage(Controller):
    """The resources that the player requests."""

    path = "/sound"

    @get("/{conversation_id:str}", sync_to_thread=True)
    def show(
        self,
        conversation_id: FromPath[str],
        visit: TheVisit,
        console: NamedDependency[SkipValidation[Console]],
    ) -> Response[bytes]:
        """List the playable recordings of a conversation, with links, each with an entry in the log."""
        visit.require("recording.play")
        views = [
            view
            for each in visit.app.recordings.of(conversation_id)
            if (view := _view(each, visit, console)) is not None
        ]
        if views:
            record_links(visit.app, f"user:{visit.visitor.email}", f"conversation:{conversation_id}", len(views))
        return _json(msgspec.json.encode(views))

    @get("/{conversation_id:str}/play", sync_to_thread=True)
    def play(
        self,
        conversation_id: FromPath[str],
        visit: TheVisit,
        console: NamedDependency[SkipValidation[Console]],
    ) -> Redirect:
        """Redirect to the sound of a conversation, for the browser's own player. The log has an entry for the link."""
        visit.require("recording.play")
        views = (_view(each, visit, console) for each in visit.app.recordings.of(conversation_id))
        found = next((view for view in views if view is not None), None)
        if found is None:
            raise missing("recording", conversation_id)
        record_links(visit.app, f"user:{visit.visitor.email}", f"conversation:{conversation_id}", 1)
        return Redirect(found.url, status_code=303, headers={"cache-control": "no-store"})

    @get("/peaks/{recording_id:str}", sync_to_thread=True)
    def peaks(
        self,
        recording_id: FromPath[str],
        visit: TheVisit,
        console: NamedDependency[SkipValidation[Console]],
    ) -> Response[bytes]:
        """Return the peaks of a recording."""
        visit.require("recording.play")
        if visit.app.recordings.get(recording_id) is None:
            raise missing("recording", recording_id)
        return _json(Derived(visit.app, console.services.recordings).peaks(recording_id, POINTS))


def sound_of(visit: Visit, conversation_id: str) -> str:
    """Return the address of a conversation's sound for the player; empty where the visitor has none to play."""
    if not visit.may("recording.play"):
        return ""
    if not any(each.state == "success" for each in visit.app.recordings.of(conversation_id)):
        return ""
    return f"{BASE}/sound/{quote(conversation_id, safe='')}"


def _view(recording: Recording, visit: Visit, console: Console) -> SoundView | None:
    may_original = visit.may("conversation.read_unredacted")
    offered = offer(
        console.services.store, visit.app, console.services.recordings, recording, may_original=may_original
    )
    if offered.variant is None:
        return None
    variant = in_browser(console.services.recordings, recording, offered.variant)
    transcription = console.services.store.transcriptions.get(recording.recording_id)
    return SoundView(
        recording_id=recording.recording_id,
        url=console.services.recording_links.link(recording.recording_id, variant)[0],
        duration_ms=recording.sound.duration_ms,
        speakers=recording.speakers,
        fault=channel_fault(
            Derived(visit.app, console.services.recordings),
            visit.app,
            console.services.store,
            recording.recording_id,
        ),
        words=tuple((word.start_ms, word.end_ms, word.text) for word in transcription.words) if transcription else (),
    )


def _json(content: bytes) -> Response[Any]:
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(content, media_type="application/json", headers=headers)
