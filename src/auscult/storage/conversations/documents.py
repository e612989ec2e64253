"""A conversation as its row has it: its bytes, and the digest by which a change is noticed."""

from hashlib import blake2b
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.storage.conversations.evaluations import DIGEST_BYTES
from auscult.storage.core.instants import ms_of
from auscult.storage.core.packing.readable import columns_of

_PLAIN = msgspec.json.Encoder()
_ORDERED = msgspec.json.Encoder(order="deterministic")


class StoredDocument(NamedTuple):
    """A conversation as it will be stored. ``digest`` and ``size`` are of its content, whatever the order of keys in it."""

    digest: bytes
    started_at: int
    size: int
    body: bytes
    readable: bytes | None
    ai: bytes | None = None


def stored_document(conversation: Conversation) -> StoredDocument:
    """Return a conversation as its row has it, but for the references to the texts of its AI agent."""
    if conversation.unknown_keys:
        conversation = replace(conversation, unknown_keys=(), unknown_line=None)
    whole = _ORDERED.encode(conversation)
    digest = blake2b(whole, digest_size=DIGEST_BYTES).digest()
    body = _PLAIN.encode(conversation if conversation.ai is None else replace(conversation, ai=None))
    return StoredDocument(digest, ms_of(conversation.started_at), len(whole), *columns_of(body, "documents"))
