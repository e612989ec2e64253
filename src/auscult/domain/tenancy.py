"""Owners of data: account ⊃ org ⊃ app, and the clients that read an app's reports."""

import secrets
import uuid
from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

Wire = Literal["off", "2026-10"]
"""Version of the reporting APIs that a client asks for: what the vendor documented in a month, or off, the samples."""
WIRES: tuple[Wire, ...] = get_args(Wire)
LATEST: Wire = "2026-10"


class Tenant(Struct, frozen=True, kw_only=True):
    """One app with the account and org it belongs to. The app is the wire's streamId, botId or iId."""

    account_id: str
    org_id: str
    app_id: str


class Client(Struct, frozen=True, kw_only=True):
    """A JWT app: it signs its tokens with ``secret`` and reads the apps named here under ``scopes``.

    ``wire`` adds what a later version of the vendor's reporting APIs has.
    """

    client_id: str
    secret: str
    account_id: str
    app_ids: frozenset[str]
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None
    wire: Wire = "off"


def new_client_id() -> str:
    """Make a client id: ``cs-`` and a random UUID."""
    return f"cs-{uuid.uuid4()}"


def new_client_secret() -> str:
    """Make a secret of 32 random bytes, URL-safe: long enough that HS256 is as strong as it can be."""
    return secrets.token_urlsafe(32)
