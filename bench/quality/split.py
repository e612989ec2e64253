"""Which labelled conversations may be read while heads and models are fitted, and which never.

The rule is a hash of the conversation's id, so that no one can choose: about two of every three are read. The text
of the others is never printed by a bench, and nothing is fitted to them or chosen by their figures.
"""

import hashlib

PARTS = 3
KEPT_PARTS = 5


def is_unread(conversation_id: str) -> bool:
    """Return whether a conversation is in the third that stays unread."""
    return hashlib.sha256(conversation_id.encode()).digest()[0] % PARTS == 1


def is_kept(conversation_id: str) -> bool:
    """Return whether a conversation of ``bench/acts/hands`` is in the fifth that is only ever measured."""
    return hashlib.sha256(b"kept " + conversation_id.encode()).digest()[0] % KEPT_PARTS == 0
