"""Users: the people of an account."""

import re
import uuid
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Struct

from auscult.domain.errors import RequestError
from auscult.domain.stated import stated

UserState = Literal["active", "disabled"]

LONGEST_EMAIL = 254
LONGEST_PASSWORD = 1_024

EMAIL = r"[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+"
"""A pattern of addresses."""
Email = Annotated[str, stated(pattern=f"^{EMAIL}$", maxLength=LONGEST_EMAIL)]


class User(Struct, frozen=True, kw_only=True):
    """A person who signs in. ``email`` is normalised and unique; ``agent_ids`` are the agents that the person is.

    ``is_break_glass``: may sign in by password even where only single sign-on is allowed. ``subject`` is the issuer
    and subject of single sign-on, once known.
    """

    user_id: str
    account_id: str
    email: str
    name: str
    state: UserState = "active"
    agent_ids: frozenset[str] = frozenset()
    is_break_glass: bool = False
    subject: tuple[str, str] | None = None
    created_at: datetime


def new_user_id() -> str:
    """Make a user id: ``u-`` and a random UUID."""
    return f"u-{uuid.uuid4()}"


def new_grant_id() -> str:
    """Make a grant id: ``g-`` and a random UUID."""
    return f"g-{uuid.uuid4()}"


def normalise_email(given: str) -> str:
    """Return an e-mail address as it is stored: stripped, in lower case. Raises ``RequestError`` ``email.invalid``."""
    email = given.strip().lower()
    if len(email) > LONGEST_EMAIL or not re.fullmatch(EMAIL, email):
        raise RequestError(
            "invalid e-mail address {value!r}; give it as name@host",
            code="email.invalid",
            field="email",
            value=given[:LONGEST_EMAIL],
        )
    return email
