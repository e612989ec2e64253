"""A recording and the sound in it, as values."""

import uuid
from datetime import datetime
from typing import Literal

from msgspec import Struct

State = Literal["success", "media_unavailable", "call_in_progress", "media_in_progress"]
"""States as the vendor's recordings API names them; ``success``: the bytes are there."""
Speaker = Literal["agent", "customer", "unknown"]

STEREO = 2


class Sound(Struct, frozen=True, kw_only=True):
    """The properties of a file of sound, read from its content. ``sample_rate`` is in Hz."""

    content_type: str
    codec: str
    channels: int
    sample_rate: int
    duration_ms: int


class Recording(Struct, frozen=True, kw_only=True):
    """Recording of a conversation. ``location`` is its path within the store of the bytes, ``size`` in bytes.

    ``speakers`` has one entry for each channel. ``sha256`` is in hexadecimal digits. ``source`` is the link to its
    bytes, None where they were sent; ``reason`` explains why they are missing.
    """

    recording_id: str
    conversation_id: str
    state: State
    sound: Sound
    speakers: tuple[Speaker, ...]
    sha256: str
    size: int
    location: str
    created_at: datetime
    source: str | None = None
    reason: str | None = None


class Claims(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Properties that a sender states about a recording; each is checked against the bytes where it is stated.

    Checksums are in hexadecimal digits. ``speakers``: the speaker of each channel.
    """

    content_type: str = ""
    duration_ms: int | None = None
    sha256: str | None = None
    sha512: str | None = None
    speakers: tuple[Speaker, ...] = ()


class Linked(Struct, frozen=True, kw_only=True):
    """A recording that a document names by its link, or brings along: ``content``, with its link made of its digest."""

    link: str
    claims: Claims
    content: bytes | None = None


def new_recording_id() -> str:
    """Return a recording id: ``rec-`` and a random UUID."""
    return f"rec-{uuid.uuid4()}"


def default_speakers(channels: int) -> tuple[Speaker, ...]:
    """Return the speaker of each channel where the sender names none: the agent is on the left of two channels."""
    return ("agent", "customer") if channels == STEREO else ("unknown",) * channels


def is_fetched(link: str) -> bool:
    """Return whether a link is one that bytes can be fetched from."""
    return link.startswith(("https://", "http://", "s3://", "gs://", "az://", "abfs://", "abfss://"))
