"""Links to recordings: for one recording, signed, valid for a while, and open without a token."""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

from auscult.domain.errors import AccessError
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore

MEDIA_PATH = "/api/v1/recordings/{recording_id}/media"
_PURPOSE = b"auscult recording links"


def record_links(app: AppStore, by: str, target: str, count: int, **details: str) -> None:
    """Record that a principal was given links to this many recordings: they open without a token."""
    record(app, by, "recordings.linked", target, count=count, **details)


class RecordingLinks:
    """Signs and checks the query of links."""

    def __init__(self, secret_key: bytes, valid_s: int, now: Callable[[], datetime]) -> None:
        """``secret_key`` is the database's; links are signed with a key derived from it for them alone."""
        self._key = hmac.digest(secret_key, _PURPOSE, "sha256")
        self._valid_s = valid_s
        self._now = now

    def link(self, recording_id: str, variant: str = "original") -> tuple[str, datetime]:
        """Return a link to a variant, as a path with its query, and when it ends.

        ``expires`` is in seconds since the epoch.
        """
        expires = int(self._now().timestamp()) + self._valid_s
        named = "" if variant == "original" else f"variant={variant}&"
        query = f"{named}expires={expires}&signature={self._signature(recording_id, expires, variant)}"
        return f"{MEDIA_PATH.format(recording_id=recording_id)}?{query}", datetime.fromtimestamp(expires, UTC)

    def check(self, recording_id: str, expires: str, signature: str, variant: str = "original") -> None:
        """Check the query of a link. Raises ``AccessError``: ``recording_link.invalid``, ``recording_link.ended``."""
        end = int(expires) if expires.isascii() and expires.isdigit() and len(expires) < 16 else -1  # noqa: PLR2004
        if not hmac.compare_digest(self._signature(recording_id, end, variant).encode(), signature.encode()):
            raise AccessError(
                "the link to the recording is not valid; list the recordings for a new one",
                code="recording_link.invalid",
            )
        if end <= self._now().timestamp():
            raise AccessError(
                "the link to the recording has ended; list the recordings for a new one",
                code="recording_link.ended",
            )

    def _signature(self, recording_id: str, expires: int, variant: str) -> str:
        signed = f"{recording_id}\n{expires}" + ("" if variant == "original" else f"\n{variant}")
        return hmac.new(self._key, signed.encode(), sha256).hexdigest()
