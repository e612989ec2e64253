"""The second factor of a person who signs in by password or link: time-based codes, and recovery codes."""

import secrets
from datetime import datetime

from msgspec import Struct

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


class SecondFactor(Struct, frozen=True, kw_only=True):
    """A person's second factor. It is in force once a code has confirmed it.

    ``last_step`` is the latest time step of which a code was used; ``codes_left`` counts unused recovery codes.
    """

    secret: str
    confirmed_at: datetime | None = None
    last_step: int | None = None
    codes_left: int = 0


def new_recovery_codes() -> tuple[str, ...]:
    """Make recovery codes, as ``k7fm-...`` in four groups: 79 bits, so that a plain hash protects them."""
    return tuple(
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    )


def normalise_code(given: str) -> str:
    """Return a code as it is compared: in lower case, without blanks and dashes."""
    return "".join(each for each in given.lower() if each.isalnum())
