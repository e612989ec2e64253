"""Details of a recording: clips, peaks, figures, words."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Struct

from auscult.domain.errors import NotFoundError
from auscult.domain.recordings.words import EarlierTranscript, Transcription
from auscult.server.api.recordings import LONGEST_MS, SHOWN, address_of, may_original
from auscult.server.rest import operation
from auscult.server.rest.context import App, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id, query
from auscult.server.rest.request import ApiRequest, ApiResponse
from auscult.services.recordings.clips import clip_variant
from auscult.services.recordings.comparison import ShownFigures, compared
from auscult.services.recordings.derived import Derived
from auscult.services.recordings.links import record_links
from auscult.services.recordings.sound.peaks import Peaks
from auscult.services.recordings.transcription import earlier_transcripts, request_transcription, transcription_of
from auscult.services.recordings.variants import offer

_WORDS: list[dict[str, Any]] = [{"channel": 0, "text": "hello", "start_ms": 120, "end_ms": 480, "confidence": 0.93}]
RecordingId = Annotated[str, path_id("The recording.", SHOWN["recording_id"])]


example({"duration_ms": 1000, "points": 1, "peaks": [[-0.2, 0.3]]})(Peaks)
example(
    {
        "duration_ms": 9000,
        "channels": [
            {"speaker": "agent", "talk_ms": 2000, "talk_share": 0.8, "speech": [{"start_ms": 0, "end_ms": 2000}]},
            {"speaker": "customer", "talk_ms": 500, "talk_share": 0.2, "speech": [{"start_ms": 1800, "end_ms": 2300}]},
        ],
        "silence_ms": 6700,
        "dead_air_ms": 6700,
        "dead_air": [{"start_ms": 2300, "end_ms": 9000}],
        "overlap_ms": 200,
        "overlaps": [{"start_ms": 1800, "end_ms": 2000, "begun_by": "customer"}],
        "is_dual_mono": False,
        "transcript": {"agent_talk_ms": 2100, "customer_talk_ms": 600, "overlap_ms": 0},
        "are_channels_swapped": False,
    }
)(ShownFigures)
example(
    {
        "recording_id": SHOWN["recording_id"],
        "state": "done",
        "reason": None,
        "engine": "whisper-1",
        "words": _WORDS,
    }
)(Transcription)
example({"engine": "whisper-1", "replaced_at": "2026-03-23T12:00:00Z", "words": _WORDS})(EarlierTranscript)


@example({"url": SHOWN["url"], "url_expires_at": SHOWN["url_expires_at"]})
class Clip(Struct, frozen=True, kw_only=True):
    """A link to a section of a recording, as WAV. It opens without a token until ``url_expires_at``."""

    url: str
    url_expires_at: datetime


EarlierTranscripts = Annotated[
    Items[EarlierTranscript],
    Called("EarlierTranscripts", "Transcripts of a recording that others have replaced, the oldest first."),
]


@operation.get("/recordings/{recording_id}/clip", may=reading("recordings"), summary="Link to a clip of a recording")
def get_recording_clip(
    request: ApiRequest,
    recording_id: RecordingId,
    app: App,
    server: Server,
    start_ms: Annotated[int, query("The start, in ms from the recording's start.", ge=0, le=LONGEST_MS)],
    end_ms: Annotated[int, query("The end, at most five minutes after the start.", ge=1, le=LONGEST_MS)],
) -> Clip:
    """Return a link to a section of a recording, or of its redacted copy if words are hidden from the caller."""
    recording = Derived(app, server.recordings).recording(recording_id)
    offered = offer(server.store, app, server.recordings, recording, may_original=may_original(request))
    if offered.variant is None:
        raise NotFoundError(
            f"recording {recording_id} cannot be played: {offered.reason or offered.state}", code="recording.unknown"
        )
    variant = clip_variant(offered.variant, start_ms, end_ms)
    url, expires_at = server.recording_links.link(recording_id, variant)
    record_links(app, request.rights.label, f"recording:{recording_id}", 1)
    return Clip(url=address_of(request, server) + url, url_expires_at=expires_at)


@operation.get(
    "/recordings/{recording_id}/peaks", may=reading("recordings"), summary="Peaks of a recording", is_slow=True
)
def get_recording_peaks(
    recording_id: RecordingId,
    app: App,
    server: Server,
    points: Annotated[int, query("Parts of equal length to divide it into, at most.", ge=10, le=10_000)] = 1000,
) -> ApiResponse[Peaks]:
    """Return for each channel the lowest and highest sample (-1 to 1) of each part, in turn, for a player to draw."""
    return ApiResponse(Derived(app, server.recordings).peaks(recording_id, points))


@operation.get(
    "/recordings/{recording_id}/figures",
    may=reading("recordings"),
    summary="Figures of a recording",
    refuses={503: "The extra that detects voice is not installed."},
    is_slow=True,
)
def get_recording_figures(recording_id: RecordingId, app: App, server: Server) -> ApiResponse[ShownFigures]:
    """Return talk, silence, dead air and overlap by voice activity on each channel. The first call takes a while.

    Dead air is silence of five seconds or more. `begun_by` is the speaker who began while the other one spoke.
    `transcript` has the same figures by the times of the turns, for comparison; null if the turns have no times.
    `are_channels_swapped`: the agent's greeting is on the customer's channel, or each side talks during the other's
    turns.
    """
    return ApiResponse(compared(Derived(app, server.recordings), app, server.store, recording_id))


@operation.get(
    "/recordings/{recording_id}/transcription", may=reading("recordings"), summary="Transcription of a recording"
)
def get_transcription(recording_id: RecordingId, app: App, server: Server) -> Transcription:
    """Return state and words, with times in ms and the confidence if known. `reason` is the reason of a failure."""
    return transcription_of(app, server.store, recording_id)


@operation.get(
    "/recordings/{recording_id}/transcription/earlier",
    may=reading("recordings"),
    summary="Earlier transcripts of a recording",
)
def list_earlier_transcripts(recording_id: RecordingId, app: App, server: Server) -> EarlierTranscripts:
    """List the transcripts that another engine, or another run, has replaced."""
    return Items(items=tuple(earlier_transcripts(app, server.store, recording_id)))


@operation.post(
    "/recordings/{recording_id}/transcription",
    may=writing("recordings"),
    summary="Transcribe a recording",
    status=202,
    example={"state": "waiting"},
)
def transcribe_recording(recording_id: RecordingId, app: App, server: Server) -> Transcription:
    """Request a transcription of a recording, even if it has one already."""
    return request_transcription(app, server.store, recording_id)


ROUTER = operation.router(__name__)
