"""Figures from voice activity: talk, silence, dead air and overlap. Times in ms from the start of the recording."""

from collections.abc import Sequence

from msgspec import Struct

from auscult.domain.recordings.recording import Speaker
from auscult.domain.said.speech import uncovered

DEAD_AIR_MS = 5_000
"""Silence of all channels that is at least this long is dead air."""
HOLD_MUSIC_MS = 5_000
"""Sound without speech that is at least this long, on any channel while none speaks, is hold music."""


class Span(Struct, frozen=True):
    """A stretch of time, without its end."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """The length."""
        return self.end_ms - self.start_ms


class Overlap(Struct, frozen=True, kw_only=True):
    """Two channels speaking at once. ``begun_by``: the speaker who began while the other was speaking."""

    start_ms: int
    end_ms: int
    begun_by: Speaker


class ChannelFigures(Struct, frozen=True, kw_only=True):
    """Voice on one channel. ``talk_share`` is of the talk of all channels, null where there is no speech."""

    speaker: Speaker
    talk_ms: int
    talk_share: float | None
    speech: tuple[Span, ...]


class VoiceFigures(Struct, frozen=True, kw_only=True):
    """Figures of a recording. ``silence_ms``: no channel speaks, and no music plays; ``dead_air``: its long stretches.

    ``is_dual_mono``: two channels have speech at the same times, so they are probably copies of one.
    """

    duration_ms: int
    channels: tuple[ChannelFigures, ...]
    silence_ms: int
    dead_air_ms: int
    dead_air: tuple[Span, ...]
    overlap_ms: int
    overlaps: tuple[Overlap, ...]
    is_dual_mono: bool
    hold_music_ms: int = 0
    hold_music: tuple[Span, ...] = ()


def voice_figures(
    speech: Sequence[Sequence[Span]],
    speakers: Sequence[Speaker],
    duration_ms: int,
    *,
    is_dual_mono: bool = False,
    audible: Sequence[Sequence[Span]] = (),
) -> VoiceFigures:
    """Return the figures of a recording by the speech of each channel, in order and without overlap within it.

    ``audible``: where each channel is not silent; what of it is no speech of any channel may be music.
    """
    talk = [sum(span.length_ms for span in spans) for spans in speech]
    total = sum(talk)
    spoken = [span for spans in speech for span in spans]
    music = [span for span in _without(_united(audible), _united(speech)) if span.length_ms >= HOLD_MUSIC_MS]
    silent = silences([*spoken, *music], duration_ms)
    dead = tuple(span for span in silent if span.length_ms >= DEAD_AIR_MS)
    overlaps = [] if is_dual_mono else _overlaps(speech, speakers)
    return VoiceFigures(
        duration_ms=duration_ms,
        channels=tuple(
            ChannelFigures(
                speaker=speaker,
                talk_ms=ms,
                talk_share=round(ms / total, 4) if total else None,
                speech=tuple(spans),
            )
            for speaker, ms, spans in zip(speakers, talk, speech, strict=True)
        ),
        silence_ms=sum(span.length_ms for span in silent),
        dead_air_ms=sum(span.length_ms for span in dead),
        dead_air=dead,
        overlap_ms=sum(each.end_ms - each.start_ms for each in overlaps),
        overlaps=tuple(overlaps),
        is_dual_mono=is_dual_mono,
        hold_music_ms=sum(span.length_ms for span in music),
        hold_music=tuple(music),
    )


def silences(spans: Sequence[Span], duration_ms: int) -> list[Span]:
    """Return the stretches in which none of the spans is."""
    found: list[Span] = []
    end = 0
    for span in sorted(spans, key=lambda each: each.start_ms):
        if span.start_ms > end:
            found.append(Span(end, span.start_ms))
        end = max(end, span.end_ms)
    if duration_ms > end:
        found.append(Span(end, duration_ms))
    return found


def joined(spans: Sequence[Span], gap_ms: int, least_ms: int) -> list[Span]:
    """Return spans with those joined that are less than ``gap_ms`` apart, and those left out that stay too short."""
    if not spans:
        return []
    whole: list[Span] = []
    start, end = spans[0].start_ms, spans[0].end_ms
    for span in spans[1:]:
        if span.start_ms - end >= gap_ms:
            whole.append(Span(start, end))
            start = span.start_ms
        end = max(end, span.end_ms)
    whole.append(Span(start, end))
    return [span for span in whole if span.length_ms >= least_ms]


def _united(channels: Sequence[Sequence[Span]]) -> list[Span]:
    """Return where any channel has a span."""
    return joined(sorted((span for spans in channels for span in spans), key=lambda each: each.start_ms), 1, 1)


def _without(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return what others leave of spans; both in order."""
    return [Span(*left) for span in spans for left in uncovered(span, others)]


def _overlaps(speech: Sequence[Sequence[Span]], speakers: Sequence[Speaker]) -> list[Overlap]:
    if len(speech) != 2:  # noqa: PLR2004  (two channels)
        return []
    left, right = speech
    found: list[Overlap] = []
    first = second = 0
    while first < len(left) and second < len(right):
        one, other = left[first], right[second]
        start, end = max(one.start_ms, other.start_ms), min(one.end_ms, other.end_ms)
        if start < end:
            begun_by = speakers[0] if one.start_ms > other.start_ms else speakers[1]
            found.append(Overlap(start_ms=start, end_ms=end, begun_by=begun_by))
        if one.end_ms <= other.end_ms:
            first += 1
        else:
            second += 1
    return found
