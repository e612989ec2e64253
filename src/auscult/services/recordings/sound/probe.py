"""The properties of a file of sound, from its content: by soundfile where it is installed, else PCM WAV alone."""

import wave
from importlib.util import find_spec
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from auscult.domain.errors import RecordingError
from auscult.domain.recordings.recording import Sound
from auscult.services.recordings.sound.containers import HEAD_BYTES, is_container, is_for_pyav, probed

_CODECS = {
    "PCM_U8": "pcm_u8",
    "PCM_S8": "pcm_s8",
    "PCM_16": "pcm_s16le",
    "PCM_24": "pcm_s24le",
    "PCM_32": "pcm_s32le",
    "FLOAT": "pcm_f32le",
    "DOUBLE": "pcm_f64le",
    "ULAW": "pcm_mulaw",
    "ALAW": "pcm_alaw",
    "GSM610": "gsm",
    "IMA_ADPCM": "adpcm_ima",
    "MS_ADPCM": "adpcm_ms",
    "MPEG_LAYER_III": "mp3",
    "OPUS": "opus",
    "VORBIS": "vorbis",
}
_TYPES = {
    "WAV": "audio/wav",
    "WAVEX": "audio/wav",
    "RF64": "audio/wav",
    "W64": "audio/x-w64",
    "FLAC": "audio/flac",
    "OGG": "audio/ogg",
    "MP3": "audio/mpeg",
    "MPEG": "audio/mpeg",
    "AIFF": "audio/aiff",
    "AU": "audio/basic",
    "CAF": "audio/x-caf",
}
_PCM = {1: "pcm_u8", 2: "pcm_s16le", 3: "pcm_s24le", 4: "pcm_s32le"}
_STREAMED = (0, 0xFFFFFFFF, 0x7FFFFFFF)
"""Lengths that a WAV has whose writer could not go back to its head."""
_HEAD = 8
_MOST_CHANNELS = 2
_BEGINS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"ID3\x02", b"ID3\x03", b"ID3\x04", b"\xff\xfb", b"\xff\xf3")


def is_sound(head: bytes) -> bool:
    """Return whether a file begins like sound, of a kind that is read here or by an extra."""
    return head.startswith(_BEGINS) or is_container(head)


def probe_stream(stream: BinaryIO) -> Sound:
    """Return the properties of the sound in an open file, which is then at its beginning. Raises as ``probe`` does."""
    with NamedTemporaryFile() as copy:
        copyfileobj(stream, copy)
        copy.flush()
        stream.seek(0)
        return probe(Path(copy.name))


def probe(path: Path) -> Sound:
    """Return the properties of a file of sound.

    Raises ``RecordingError``: ``recording.unreadable``, ``.no_sound``, ``.length_differs``, ``.no_reader``.
    """
    _check_wav_length(path)
    read = probed if is_for_pyav(path) else _by_soundfile if find_spec("soundfile") else _by_wave
    sound = read(path)
    if sound.duration_ms <= 0:
        raise RecordingError("the recording has no sound in it; send one of at least 1 ms", code="recording.no_sound")
    if sound.channels > _MOST_CHANNELS:
        raise RecordingError(
            "the recording has {value} channels; send one with 1 or 2", field="channels", value=sound.channels
        )
    return sound


def _by_soundfile(path: Path) -> Sound:
    import soundfile  # noqa: PLC0415  (an extra)  # pyright: ignore[reportMissingTypeStubs]

    try:
        info: Any = soundfile.info(str(path))  # pyright: ignore[reportUnknownMemberType]
    except soundfile.SoundFileError as error:
        raise RecordingError(
            "the content is no sound that is read here; send WAV, FLAC, MP3, Ogg Vorbis, Ogg Opus or M4A"
        ) from error
    codec = "flac" if info.format == "FLAC" else _CODECS.get(info.subtype, str(info.subtype).lower())
    return Sound(
        content_type=_TYPES.get(info.format, "application/octet-stream"),
        codec=codec,
        channels=info.channels,
        sample_rate=info.samplerate,
        duration_ms=round(info.frames * 1000 / info.samplerate),
    )


def _by_wave(path: Path) -> Sound:
    try:
        with wave.open(str(path), "rb") as sound:
            return Sound(
                content_type="audio/wav",
                codec=_PCM.get(sound.getsampwidth(), "pcm"),
                channels=sound.getnchannels(),
                sample_rate=sound.getframerate(),
                duration_ms=round(sound.getnframes() * 1000 / sound.getframerate()),
            )
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if is_sound(head):
            raise RecordingError(
                "this kind of sound is read by the extra audio; install auscult[audio], or send WAV with PCM",
                code="recording.no_reader",
            ) from error
        raise RecordingError("the content is no sound that is read here; send WAV with PCM") from error


def _check_wav_length(path: Path) -> None:
    """Refuse a WAV that ends before the length in its own head; decoders read such a file as a shorter one."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return
        size = path.stat().st_size
        while len(chunk := file.read(_HEAD)) == _HEAD:
            name, length = chunk[:4], int.from_bytes(chunk[4:], "little")
            if name == b"data":
                left = size - file.tell()
                if length not in _STREAMED and length > left:
                    raise RecordingError(
                        "the recording states {n} bytes of sound in its head and has {least}; send it whole",
                        n=length,
                        least=left,
                        code="recording.length_differs",
                    )
                return
            file.seek(length + length % 2, 1)
