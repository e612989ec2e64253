"""Changes: what happened to the conversations of an app, in the order in which it was committed."""

import base64
import hmac
import secrets
from datetime import datetime
from hashlib import sha256
from typing import Literal, get_args

from msgspec import Struct

ChangeKind = Literal[
    "created",
    "revised",
    "rescored",
    "assigned",
    "audited",
    "released",
    "agent_accepted",
    "acceptance_undone",
    "disputed",
    "dispute_decided",
    "commented",
    "corrected",
    "sides_doubted",
    "pinned",
    "exemplified",
    "notified",
    "erased",
]
CHANGE_KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)
USUAL_KINDS: tuple[ChangeKind, ...] = tuple(kind for kind in CHANGE_KINDS if kind != "notified")
"""Kinds that are reported unless others are named: a notice follows from a change that is reported itself."""

_SECRET = "whsec_"  # noqa: S105  (a prefix)


class Change(Struct, frozen=True, kw_only=True):
    """Change of one conversation. ``number`` grows by one within the app.

    created: it can be read for the first time. revised: another revision of it can. rescored: it was decided again.
    assigned, audited: its audit progressed. released, agent_accepted, acceptance_undone, disputed, dispute_decided:
    the agent's review of its audit progressed. commented: a thread of comments on it was opened, answered, changed or resolved. corrected: figures
    leave it out, or count it again. sides_doubted: it is not known whose side its speakers are on, or their words contradict
    the sides that they have. pinned: a moment of it was pinned to a collection, or removed from one.
    exemplified: it became an example of a form, or is none any more. notified: people were sent notices about it.
    erased: nothing is kept of it; its earlier changes are gone too.
    """

    number: int
    conversation_id: str
    kind: ChangeKind
    at: datetime


WebhookFormat = Literal["standard", "slack", "teams"]
WEBHOOK_FORMATS: tuple[WebhookFormat, ...] = get_args(WebhookFormat)


class Webhook(Struct, frozen=True, kw_only=True):
    """Destination of an app's changes: ``kinds`` of them, all after ``position``. ``secret`` signs the requests.

    ``format`` is what the receiver reads: JSON by Standard Webhooks, or a message in a channel of Slack or Teams, which
    ``template`` words; "" is the default wording.

    ``failures`` counts failed tries in a row; after the last one ``is_disabled`` is set, until it is enabled again.
    """

    id: str
    url: str
    secret: str
    kinds: frozenset[ChangeKind]
    position: int
    created_at: datetime
    failures: int = 0
    is_disabled: bool = False
    format: WebhookFormat = "standard"
    template: str = ""


class Delivery(Struct, frozen=True, kw_only=True):
    """One try to send one change: the status of the answer, or what went wrong where there was none."""

    number: int
    conversation_id: str
    kind: ChangeKind
    at: datetime
    status: int | None
    error: str | None = None

    @property
    def is_done(self) -> bool:
        """Return whether the receiver accepted it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


def new_webhook_id() -> str:
    """Make an id for a webhook."""
    return f"wh-{secrets.token_hex(8)}"


def new_webhook_secret() -> str:
    """Make a secret as Standard Webhooks has them: ``whsec_`` and 24 bytes in base64."""
    return _SECRET + base64.b64encode(secrets.token_bytes(24)).decode()


def signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """Sign what is sent, by Standard Webhooks 1.0: HMAC-SHA256 over id, time and body, in base64 after ``v1,``."""
    key = base64.b64decode(secret.removeprefix(_SECRET))
    signed = b"%b.%d.%b" % (message_id.encode(), timestamp_s, body)
    return "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
