"""Recordings that soundfile does not read: M4A (AAC), WMA, AMR and others, by PyAV where it is installed."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auscult.domain.errors import RecordingError
from auscult.domain.recordings.recording import Sound

HEAD_BYTES = 16
"""First bytes of a file that show what it is."""
_ASF = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
_WEBM = b"\x1a\x45\xdf\xa3"
_TYPES = {
    "mov,mp4,m4a,3gp,3g2,mj2": "audio/mp4",
    "asf": "audio/x-ms-wma",
    "amr": "audio/amr",
    "matroska,webm": "audio/webm",
}
_MILLION = 1_000_000


def is_for_pyav(path: Path) -> bool:
    """Return whether the first bytes are of a container that only PyAV reads."""
    with path.open("rb") as file:
        return is_container(file.read(HEAD_BYTES))


def is_container(head: bytes) -> bool:
    """Return whether these first bytes of a file are of such a container."""
    return head[4:8] == b"ftyp" or head.startswith((_ASF, _WEBM, b"#!AMR"))


def probed(path: Path) -> Sound:
    """Return the properties of such a file. Raises ``RecordingError``: ``.unreadable``, ``.no_sound``, ``.no_reader``."""
    av = _av()
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise RecordingError("the recording has no sound in it; send one with sound", code="recording.no_sound")
            stream = container.streams.audio[0]
            codec = stream.codec_context
            length = stream.duration * stream.time_base if stream.duration else (container.duration or 0) / _MILLION
            return Sound(
                content_type=_TYPES.get(container.format.name, "application/octet-stream"),
                codec=codec.name,
                channels=codec.channels,
                sample_rate=codec.sample_rate,
                duration_ms=round(float(length) * 1000),
            )
    except (av.FFmpegError, ValueError) as error:
        raise RecordingError("the content is cut off or damaged; send the whole file") from error


def decoded(path: Path, frames: int) -> Iterator[NDArray[np.int16]]:
    """Yield blocks of at most ``frames`` frames of 16 bits: a row for each frame, a column for each channel."""
    av = _av()
    waiting: list[NDArray[np.int16]] = []
    count = 0
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        channels = stream.codec_context.channels
        resampler = av.AudioResampler(format="s16", layout=stream.codec_context.layout.name)
        for frame in container.decode(stream):
            for piece in resampler.resample(frame):
                samples: Any = piece.to_ndarray().reshape(-1, channels)
                waiting.append(samples)
                count += len(samples)
            if count >= frames:
                joined = np.concatenate(waiting)
                for start in range(0, count - frames + 1, frames):
                    yield joined[start : start + frames]
                rest = joined[count - count % frames :]
                waiting, count = [rest], len(rest)
    if count:
        yield np.concatenate(waiting)


def _av() -> Any:  # noqa: ANN401  (an extra)
    if find_spec("av") is None:
        raise RecordingError(
            "this kind of sound is read by the extra audio-all; install auscult[audio-all], or send WAV, MP3 or FLAC",
            code="recording.no_reader",
        )
    import av  # noqa: PLC0415  (an extra)  # pyright: ignore[reportMissingImports]

    return av  # pyright: ignore[reportUnknownVariableType]


_NAMES: Mapping[str, str] = {
    "audio/wav": "wav wave x-wav x-pn-wav vnd.wave",
    "audio/mpeg": "mpeg mp3 mpeg3 x-mp3 x-mpeg mpg x-mpg x-mpeg-3",
    "audio/ogg": "ogg opus vorbis x-ogg x-opus+ogg x-vorbis+ogg",
    "audio/flac": "flac x-flac",
    "audio/mp4": "mp4 m4a x-m4a mp4a-latm 3gpp 3gpp2 quicktime",
    "audio/webm": "webm matroska x-matroska",
    "audio/amr": "amr amr-wb",
    "audio/x-ms-wma": "x-ms-wma x-ms-asf x-ms-wmv",
    "audio/aiff": "aiff x-aiff",
    "audio/basic": "basic x-au",
    "audio/x-caf": "x-caf",
    "audio/x-w64": "x-w64",
}
_CONTAINERS: Mapping[str, str] = {name: kind for kind, names in _NAMES.items() for name in names.split()}


def is_of_type(found: str, declared: str) -> bool:
    """Return whether sound of a type is what was declared. A general or unknown type is not wrong: it says nothing."""
    container, _, name = declared.partition(";")[0].strip().lower().partition("/")
    stated = _CONTAINERS.get(name) if container in ("audio", "video", "application") else None
    return stated is None or found not in _NAMES or stated == found
