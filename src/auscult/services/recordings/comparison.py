"""Comparison of figures from sound with those from the transcript, and signs of swapped channels."""

from typing import Literal

import msgspec
from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.recordings.recording import STEREO
from auscult.domain.recordings.voice import Span, VoiceFigures
from auscult.domain.recordings.words import Transcription
from auscult.domain.said.speech import cross_talk, is_timed, talk_spans, talk_time_ms
from auscult.services.recordings.derived import Derived
from auscult.storage.store import AppStore, Store
from auscult.wording import Matcher, pack

_GREETING = Matcher(pack("en/greeting"))
_FIRST_MS = 30_000
"""Greetings are looked for up to here."""
_LEAST_MS = 5_000
"""Channels are compared with turns where there is at least this much talk."""


ChannelFault = Literal["dual_mono", "swapped"]
"""Both channels have the same sound; or the agent is on the customer's channel, and the other way round."""


class OfTranscript(Struct, frozen=True, kw_only=True):
    """Figures by the times of turns, in ms."""

    agent_talk_ms: int
    customer_talk_ms: int
    overlap_ms: int


class ShownFigures(VoiceFigures, frozen=True, kw_only=True):
    """Figures of a recording, with those of the transcript where its turns have times."""

    transcript: OfTranscript | None = None
    are_channels_swapped: bool = False


def compared(derived: Derived, app: AppStore, store: Store, recording_id: str) -> ShownFigures:
    """Return the figures of a recording and of its conversation. Raises ``NotFoundError``, ``EngineError``."""
    shown = msgspec.json.decode(derived.figures(recording_id), type=ShownFigures)
    detail = app.conversations.get(derived.recording(recording_id).conversation_id)
    if detail is None:
        return shown
    conversation = detail.conversation
    of_transcript = None
    if any(map(is_timed, conversation.turns)):
        of_transcript = OfTranscript(
            agent_talk_ms=talk_time_ms(conversation, "agent"),
            customer_talk_ms=talk_time_ms(conversation, "customer"),
            overlap_ms=sum(each.duration_ms for each in cross_talk(conversation, 1)),
        )
    is_swapped = are_swapped(shown, conversation, store.transcriptions.get(recording_id))
    return msgspec.structs.replace(shown, transcript=of_transcript, are_channels_swapped=is_swapped)


def channel_fault(derived: Derived, app: AppStore, store: Store, recording_id: str) -> ChannelFault | None:
    """Return what is wrong with the channels of a recording by its figures; None also while these are not computed.

    Raises ``NotFoundError``.
    """
    known = derived.known_figures(recording_id)
    detail = app.conversations.get(derived.recording(recording_id).conversation_id)
    if known is None or detail is None:
        return None
    shown = msgspec.json.decode(known, type=VoiceFigures)
    if shown.is_dual_mono:
        return "dual_mono"
    transcription = store.transcriptions.get(recording_id)
    return "swapped" if are_swapped(shown, detail.conversation, transcription) else None


def are_swapped(figures: VoiceFigures, conversation: Conversation, transcription: Transcription | None) -> bool:
    """Return whether the channels of a stereo recording are probably the other way round."""
    sides = [channel.speaker for channel in figures.channels]
    if len(sides) != STEREO or set(sides) != {"agent", "customer"} or figures.is_dual_mono:
        return False
    agent, customer = sides.index("agent"), sides.index("customer")
    if transcription is not None and transcription.words:
        greets = [_greets(transcription, channel) for channel in range(STEREO)]
        if greets[agent] != greets[customer]:
            return greets[customer]
    own = [_shared_ms(figures.channels[index].speech, conversation, sides[index]) for index in range(STEREO)]
    other = [_shared_ms(figures.channels[index].speech, conversation, sides[1 - index]) for index in range(STEREO)]
    return sum(other) > max(_LEAST_MS, 2 * sum(own))


def _greets(transcription: Transcription, channel: int) -> bool:
    words = (word for word in transcription.words if word.channel == channel and word.start_ms < _FIRST_MS)
    return _GREETING.holds(" ".join(word.text for word in words))


def _shared_ms(speech: tuple[Span, ...], conversation: Conversation, side: str) -> int:
    """Return for how long a channel has speech while a side has a turn."""
    turns = talk_spans(conversation, "agent" if side == "agent" else "customer")
    return sum(
        max(0, min(span.end_ms, turn.end_ms) - max(span.start_ms, turn.start_ms)) for span in speech for turn in turns
    )
