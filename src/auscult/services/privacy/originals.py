"""Originals of redacted conversations, where an app keeps them: every look is recorded before anything is shown."""

import re

from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import NotFoundError
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore

READ = "conversation.read_unredacted"
"""The permission that reading originals needs, and the action under which it is recorded."""


def read_unredacted(app: AppStore, principal: str, conversation_id: str) -> Conversation:
    """Return a conversation with originals in place of placeholders. The caller has checked the permission.

    A value that was said in several ways reads as it was said first. Raises ``NotFoundError`` where the conversation
    is unknown, or its originals were not kept.
    """
    detail = app.conversations.get(conversation_id)
    if detail is None:
        raise NotFoundError("unknown conversation {value}", code="conversation.unknown", value=conversation_id)
    kept = app.privacy.redaction(conversation_id)
    originals = {} if kept is None else kept.originals
    if not originals:
        raise NotFoundError(
            "the originals of conversation {value} are not kept; only redaction 'token' keeps them",
            code="originals.unknown",
            value=conversation_id,
        )
    record(app, principal, READ, f"conversation:{conversation_id}")
    marks = re.compile("|".join(re.escape(mark) for mark in originals))
    turns = tuple(
        replace(turn, text=marks.sub(lambda found: originals[found[0]], turn.text))
        for turn in detail.conversation.turns
    )
    return replace(detail.conversation, turns=turns)
