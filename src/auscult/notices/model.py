"""Notices to one person each, and the rules on who is notified of what."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from msgspec import Struct

Kind = Literal["assigned", "late", "to_decide", "decided", "mentioned", "answered", "coaching"]
"""An audit was assigned or is late, a dispute waits or ended, a comment mentions or answers, a coaching was written."""

KEPT_FOR = timedelta(days=90)
"""The time after which a notice is removed."""


class NewNotice(NamedTuple):
    """A notice to write. ``to`` and ``by`` are e-mail addresses; with ``agent_id`` also the users who are this agent.

    ``subject`` is the id of an assignment, a draw, a dispute, a thread or a coaching item. ``n`` is the number of things.
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
    """A notice to one person. ``subject`` is the id of the assignment, draw, dispute, thread or coaching item.

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
    def path(self) -> str:
        """Return the path of the page of what it is about, below the console's address."""
        match self.kind:
            case "assigned" | "late":
                return f"/audits/{self.conversation_id}" if self.conversation_id else "/audits"
            case "to_decide" | "decided":
                return f"/disputes/{self.subject}"
            case "mentioned" | "answered":
                return f"/conversations/{self.conversation_id}#{self.subject}"
            case "coaching":
                return f"/coaching/{self.subject}"


def new_notice_id() -> str:
    """Make an id for a notice."""
    return f"no-{uuid.uuid4().hex[:12]}"


def to_each(people: Iterable[str], notice: NewNotice) -> tuple[NewNotice, ...]:
    """Return a notice for each of some people, each once, without the person who caused it."""
    return tuple(notice._replace(to=each) for each in dict.fromkeys(people) if each != notice.by)
