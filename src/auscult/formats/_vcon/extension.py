"""The object ``auscult`` in a vCon: fields of the native document that the vCon's own vocabulary cannot carry."""

from typing import Any

import msgspec

from auscult.domain.conversation import Conversation
from auscult.formats import _faults
from auscult.formats._contract import Limits
from auscult.formats._document import RIGHT, ConversationDocument, conversation_of, document_of

NAME = "auscult"
_IN_DOCUMENT = {"is_direction_defaulted": "direction"}  # which is left out where it was assumed


def carried(as_read: Conversation, conversation: Conversation) -> dict[str, Any]:
    """Fields of the document that come out of the vCon otherwise; null for what should not be there."""
    differing = [
        name
        for name in Conversation.__struct_fields__
        if not name.startswith("unknown_") and getattr(as_read, name) != getattr(conversation, name)
    ]
    document = document_of(conversation)
    return {name: document.get(name) for name in (_IN_DOCUMENT.get(name, name) for name in differing)}


def extended(core: Conversation, extension: dict[str, Any], limits: Limits) -> Conversation:
    """Put the extension's fields in place of what the core says, and check the whole as a native document.

    Raises ``FormatError``.
    """
    document = document_of(core) | extension
    try:
        read = msgspec.convert(document, ConversationDocument)
    except msgspec.ValidationError as error:
        raise _faults.fault_of(error, document, RIGHT) from error
    return conversation_of(read, "", limits)
