"""Sessions and personal tokens: what a user signs in with, found by the hash of a random secret."""

import hashlib
import re
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

SignInMethod = Literal["password", "oidc", "link"]

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""How often the last use of a session is written."""

LINK_LASTS = timedelta(hours=1)
INVITATION_LASTS = timedelta(days=7)
LONGEST_TOKEN = timedelta(days=366)
TOKEN_PREFIX = "pat-"  # noqa: S105  (the beginning of every personal token, and no secret)

_TYPED = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans("OIL", "011")
_LONGEST_TYPED = 100


class Session(Struct, frozen=True, kw_only=True):
    """A signed-in browser. It ends at ``ends_at``, or after ``IDLE`` without a request, or when it is signed out."""

    session_id: str
    user_id: str
    method: SignInMethod
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    address: str | None = None
    agent: str | None = None

    def holds(self, at: datetime, idle: timedelta = IDLE) -> bool:
        """Return whether the session is usable at an instant."""
        return self.ended_at is None and at < self.ends_at and at < self.seen_at + idle


class PersonalToken(Struct, frozen=True, kw_only=True):
    """A user's token for scripts, with the user's own rights. It ends at ``ends_at`` or when it is revoked."""

    token_id: str
    user_id: str
    name: str
    created_at: datetime
    ends_at: datetime
    revoked_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Return whether the token is usable at an instant."""
        return at < self.ends_at and (self.revoked_at is None or at < self.revoked_at)


def new_secret(prefix: str = "") -> str:
    """Make a secret of 32 random bytes, URL-safe, behind a prefix."""
    return prefix + secrets.token_urlsafe(32)


def new_code() -> str:
    """Make a secret of 100 random bits that can be typed: four groups of five letters and digits."""
    letters = [secrets.choice(_TYPED) for _ in range(20)]
    return "-".join("".join(letters[at : at + 5]) for at in range(0, 20, 5))


def typed_code(given: str) -> str:
    """Return a code as ``new_code`` writes it, however it was typed: in any case, with other gaps, with O for 0."""
    letters = re.sub(r"[\W_]", "", given[:_LONGEST_TYPED]).upper().translate(_ALIKE)
    return "-".join(letters[at : at + 5] for at in range(0, len(letters), 5))


def hash_of(secret: str) -> str:
    """Return the hash under which a random secret is stored, in hex. A random secret needs no salt."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def new_session_id() -> str:
    """Make the public id of a session: ``se-`` and a random UUID. It opens nothing."""
    return f"se-{uuid.uuid4()}"


def new_token_id() -> str:
    """Make the public id of a personal token: ``pt-`` and a random UUID. It opens nothing."""
    return f"pt-{uuid.uuid4()}"
