"""Clips: a stretch of a recording with a start and an end, as WAV, so that evidence can be sent as a link."""

import io
import re
import wave

from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.recordings.recording import Recording
from auscult.services.recordings.sound.samples import interleaved
from auscult.services.recordings.variants import FILES, Variant
from auscult.storage.recordings.folder import RecordingFolder

CLIP = "clip-"
LONGEST_MS = 300_000
_NAMED = re.compile(r"clip-(original|redacted)-([0-9]{1,12})-([0-9]{1,12})", re.ASCII)


def clip_variant(variant: Variant, start_ms: int, end_ms: int) -> str:
    """Return the name of a clip, as a link has it. Raises ``RequestError`` where it ends before it starts, or is too long."""
    if not 0 <= start_ms < end_ms or end_ms - start_ms > LONGEST_MS:
        raise RequestError(
            "end_ms: give a time after start_ms, and at most {most} ms later",
            most=LONGEST_MS,
            code="field.out_of_range",
            field="end_ms",
            value=end_ms,
        )
    return f"{CLIP}{'redacted' if variant == 'redacted' else 'original'}-{start_ms}-{end_ms}"


def clip_of(folder: RecordingFolder, recording: Recording, name: str) -> bytes:
    """Return a clip by its name. Raises ``NotFoundError``, ``FileNotFoundError``."""
    found = _NAMED.fullmatch(name)
    if found is None:
        raise NotFoundError("there is no such clip", code="recording.unknown")
    rate, channels = recording.sound.sample_rate, recording.sound.channels
    first, last = int(found[2]) * rate // 1000, int(found[3]) * rate // 1000
    location = recording.location
    if found[1] == "redacted":
        location = f"{location}.{FILES['redacted']}"
    written = io.BytesIO()
    with folder.local(location) as path, wave.open(written, "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        at = 0
        for block in interleaved(path, rate):
            if at >= last:
                break
            if at + len(block) > first:
                file.writeframes(block[max(0, first - at) : last - at].astype("<i2").tobytes())
            at += len(block)
    return written.getvalue()
