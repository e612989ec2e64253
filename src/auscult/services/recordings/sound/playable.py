"""A copy of a recording that every browser plays: MP3, by soundfile."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auscult.domain.recordings.recording import Sound
from auscult.services.recordings.sound.samples import interleaved

PLAYED_BY_BROWSERS = frozenset(
    {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f32le", "pcm_mulaw", "pcm_alaw", "flac", "mp3", "aac", "vorbis"}
)
"""Codecs that browsers play as they are. Bare Ogg Opus plays without its length, so that it is copied."""
MEDIA_TYPE = "audio/mpeg"
_RATES = frozenset({8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000})
_RATE = 16_000


def needs_copy(sound: Sound) -> bool:
    """Return whether browsers do not play a recording as it is."""
    return sound.codec not in PLAYED_BY_BROWSERS


def write_playable(source: Path, sound: Sound, target: Path) -> None:
    """Write the copy; memory does not grow with the recording."""
    import soundfile  # noqa: PLC0415  (an extra)  # pyright: ignore[reportMissingTypeStubs]

    rate = sound.sample_rate if sound.sample_rate in _RATES else _RATE
    with soundfile.SoundFile(
        str(target),
        "w",
        rate,
        sound.channels,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=0.75,
        bitrate_mode="CONSTANT",
    ) as copy:
        written: Any = copy
        for block in interleaved(source, sound.sample_rate * 10):
            written.write(block if rate == sound.sample_rate else _resampled(block, sound.sample_rate, rate))


def _resampled(block: NDArray[np.int16], rate: int, wanted: int) -> NDArray[np.int16]:
    """Return a block at another rate, by straight lines between its samples."""
    positions = np.arange(len(block) * wanted // rate) * (rate / wanted)
    known = np.arange(len(block))
    columns = [np.interp(positions, known, block[:, channel]) for channel in range(block.shape[1])]
    return np.stack(columns, axis=1).astype(np.int16)
