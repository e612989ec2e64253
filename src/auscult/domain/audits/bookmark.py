"""Bookmarks of good and bad calls, and what agents see of the calls that were scored."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from auscult.domain.audits.audit import LONGEST_COMMENT
from auscult.domain.errors import RequestError

BookmarkKind = Literal["good", "bad"]
AgentSees = Literal["audited", "scored"]
"""``audited``: results of conversations that a person audited; ``scored``: those that the machine scored as well."""


class Bookmark(Struct, frozen=True, kw_only=True):
    """A person's bookmark of a conversation, as an example of a good or a bad one."""

    conversation_id: str
    by: str
    kind: BookmarkKind
    note: str = ""
    at: datetime


class AuditSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An app's settings of audits: what agents see of their own calls, and whether the auditor's name is hidden.

    ``leaderboard``: scorecards may list agents by their scores, too, and not only by name; agents never see that list.
    """

    agent_sees: AgentSees = "scored"
    hide_auditor: bool = False
    leaderboard: bool = False


def check_note(note: str) -> str:
    """Return a note without space around it. Raises ``RequestError`` ``comment.too_long``."""
    if len(note) > LONGEST_COMMENT:
        raise RequestError(
            "a note has at most {n} characters", n=LONGEST_COMMENT, code="comment.too_long", field="note"
        )
    return note.strip()
