"""Small files of sound for tests, as PCM WAV of the standard library."""

import io
import math
import struct
import wave


def tone(ms: int = 1_000, channels: int = 1, rate: int = 8_000, hertz: float = 440) -> bytes:
    """A WAV of 16 bits with a tone on every channel."""
    frames = rate * ms // 1000
    samples = [round(8_000 * math.sin(2 * math.pi * hertz * each / rate)) for each in range(frames)]
    return wav(b"".join(struct.pack("<h", sample) * channels for sample in samples), channels, rate)


def wav(frames: bytes, channels: int = 1, rate: int = 8_000) -> bytes:
    """A WAV of 16 bits with these frames."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(frames)
    return file.getvalue()
