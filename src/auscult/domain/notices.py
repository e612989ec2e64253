"""Notices to one person each, and the rules on who is notified of what."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from auscult.domain.calibration.session import SESSION_PREFIX

Kind = Literal["assigned", "taken", "late", "to_decide", "decided", "mentioned", "answered", "coaching", "pinned"]
"""An audit is assigned, taken over or late, a dispute waits or ended, a comment mentions or answers, a coaching is new, a moment pinned."""

Language = Literal["en", "de"]
Way = Literal["here", "mail", "digest"]
"""A notice is in the console alone, or also in an e-mail: at once, or once a day with others."""
MailState = Literal["waiting", "sending", "sent", "unknown", "failed", "dropped"]
"""Unknown: the connection was lost after the e-mail was handed over. Dropped: nothing was left to send."""

KINDS: tuple[Kind, ...] = get_args(Kind)
DIGEST_HOUR = 6
"""The hour from which a day's digest is sent, unless its reader chooses another."""
MOST_TRIES = 5
SENDING_FOR = timedelta(minutes=10)
"""The time after which an e-mail that is being sent counts as unknown: its process has ended."""
KEPT_FOR = timedelta(days=90)
"""The time after which a notice is removed."""


class NewNotice(NamedTuple):
    """A notice to write. ``to`` and ``by`` are e-mail addresses; with ``agent_id`` also the users who are this agent.

    ``subject`` is the id of an assignment, a draw, a session, a dispute, a thread, a coaching item or a pin. ``n`` is the number of things.
    """

    to: str
    kind: Kind
    subject: str
    at: datetime
    by: str = ""
    conversation_id: str | None = None
    n: int = 1
    agent_id: str | None = None


class Notice(Struct, frozen=True, kw_only=True):
    """A notice to one person. ``subject`` is the id of the assignment, draw, session, dispute, thread, coaching item or pin.

    ``by`` is the person who caused it, null where none did. ``path`` is its page below the console's address. ``n`` is
    the number of assigned audits.
    """

    notice_id: str
    kind: Kind
    subject: str
    conversation_id: str | None
    by: str | None
    n: int
    made_at: datetime
    read_at: datetime | None

    @property
    def is_of_session(self) -> bool:
        """Return whether it is about a calibration session."""
        return self.subject.startswith(SESSION_PREFIX)

    @property
    def path(self) -> str:
        """Return the path of the page of what it is about, below the console's address."""
        match self.kind:
            case "taken" if self.is_of_session:
                return f"/calibration/{self.subject}"
            case "assigned" | "taken" | "late":
                return f"/audits/{self.conversation_id}" if self.conversation_id else "/audits"
            case "to_decide" | "decided":
                return f"/disputes/{self.subject}"
            case "mentioned" | "answered" | "pinned":
                return f"/conversations/{self.conversation_id}#{self.subject}"
            case "coaching":
                return f"/coaching/{self.subject}"


def new_notice_id() -> str:
    """Make an id for a notice."""
    return f"no-{uuid.uuid4().hex[:12]}"


class Choices(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The way in which a person wants notices of each kind, the language of e-mails, and the hour of the daily one.

    ``digest_hour`` is from 0 to 23 in ``time_zone``, the name of a zone such as `Europe/Berlin`.
    """

    assigned: Way = "here"
    taken: Way = "here"
    late: Way = "here"
    to_decide: Way = "here"
    decided: Way = "here"
    mentioned: Way = "here"
    answered: Way = "here"
    coaching: Way = "here"
    pinned: Way = "here"
    language: Language = "en"
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)] = "UTC"
    digest_hour: Annotated[int, Meta(ge=0, le=23)] = DIGEST_HOUR

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)


class NoticeMail(Struct, frozen=True, kw_only=True):
    """An e-mail with notices to one person. ``state`` is `unknown` where the server may have accepted it or not."""

    mail_id: str
    way: Way
    state: MailState
    made_at: datetime
    tries: int
    reason: str

    @property
    def can_be_repeated(self) -> bool:
        """Return whether its person may have it sent again."""
        return self.state in {"unknown", "failed"}


class Letter(NamedTuple):
    """An e-mail to send: its id, its receiver, subject and text."""

    mail_id: str
    to: str
    subject: str
    text: str


class Delivery(NamedTuple):
    """The outcome of sending a letter: accepted, refused, or not known, with the reason."""

    state: Literal["sent", "refused", "unknown"]
    reason: str = ""


def new_mail_id() -> str:
    """Make an id for an e-mail."""
    return f"nm-{uuid.uuid4()}"


def digest_since(choices: Choices, at: datetime) -> datetime | None:
    """Return since when the digest of the reader's day at an instant is due, in UTC; None while it is not."""
    local = at.astimezone(choices.zone)
    due = local.replace(hour=choices.digest_hour, minute=0, second=0, microsecond=0).astimezone(UTC)
    return due if at >= due else None


def pause_after(tries: int) -> timedelta:
    """Return how long an e-mail waits after a failed try: 2, 4, 8 and 16 minutes."""
    return timedelta(minutes=2**tries)
