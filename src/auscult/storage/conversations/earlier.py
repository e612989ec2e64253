"""Conversations that come in more than once: within one call, in one load, or long after what is stored of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.connectors.legs import depends_on_stored, followed, is_replaced, legs_of
from auscult.domain.conversation import Conversation
from auscult.domain.corrections import Handled, with_handled
from auscult.domain.scoring.stored import Accepted
from auscult.storage.conversations.ai_texts import with_contexts
from auscult.storage.conversations.evaluated import CONVERSATION
from auscult.storage.conversations.waiting import chunks
from auscult.storage.core.tables.conversations import conversations

_HANDLED = msgspec.json.Decoder(Handled)


class Arrival(NamedTuple):
    """Conversations of one call, each once, and the names of those of which another of the call replaced one."""

    conversations: Mapping[str, Conversation]
    replaced: tuple[str, ...] = ()

    def redacts(self, earlier: "Mapping[str, Earlier]") -> list[str]:
        """Return the ids of those that are the redacted copy of what is stored."""
        originals = [key for key, one in earlier.items() if one.conversation.edition == "original"]
        return [key for key in originals if self.conversations[key].edition == "redacted"]

    @property
    def dependent(self) -> list[str]:
        """Return the ids of those that depend on what is stored of them."""
        return [key for key, one in self.conversations.items() if depends_on_stored(one)]


class Earlier(NamedTuple):
    """A stored conversation as its sender has it, the digest of its row, the number of its batch."""

    conversation: Conversation
    digest: bytes
    batch: int
    has_words: bool

    def after(self, later: Conversation) -> Conversation | None:
        """Return what is stored once it has come in again; None where that is what is stored already."""
        is_known = not self.has_words and later.legs and legs_of(later) <= legs_of(self.conversation)
        after = self.conversation if is_known else followed(self.conversation, later)
        return None if after is self.conversation else after


def gathered(arriving: Iterable[Conversation]) -> Arrival:
    """Return each conversation once: joined of its legs, or as the last that came in; a redacted copy before its original."""
    by_id: dict[str, Conversation] = {}
    replaced: dict[str, None] = {}
    for later in arriving:
        earlier = by_id.get(later.id, later)
        if earlier is not later and is_replaced(earlier, later):
            replaced[name_of(later)] = None
        by_id[later.id] = followed(earlier, later) if earlier is not later else later
    return Arrival(by_id, tuple(replaced))


def name_of(conversation: Conversation) -> str:
    """Return the source's id of a conversation, or else its own."""
    return conversation.custom_id or conversation.id


def read_earlier(connection: Connection, app: int, arrival: Arrival) -> dict[str, Earlier]:
    """Return what is stored of those conversations that depend on it, by id."""
    query = sa.select(
        conversations.c.conversation_id,
        conversations.c.body,
        conversations.c.ai,
        conversations.c.delivered,
        conversations.c.digest,
        conversations.c.batch,
        conversations.c.words_erased_at,
    ).where(conversations.c.app == app)
    found: dict[str, Earlier] = {}
    for some in chunks(arrival.dependent):
        for row in connection.execute(query.where(conversations.c.conversation_id.in_(some))):
            (stored,) = with_contexts(connection, [CONVERSATION.decode(row.body)], [row.ai])
            sent = stored if row.delivered is None else with_handled(stored, _HANDLED.decode(row.delivered))
            found[row.conversation_id] = Earlier(sent, row.digest, row.batch, row.words_erased_at is None)
    return found


def are_same(earlier: Mapping[str, Earlier], now: Mapping[str, Earlier]) -> bool:
    """Return whether what is stored is what was read before."""
    return {key: one.digest for key, one in earlier.items()} == {key: one.digest for key, one in now.items()}


def with_known(accepted: Accepted, arrival: Arrival, earlier: Mapping[str, Earlier], since: int | None) -> Accepted:
    """Return counts with what stays as it is stored, and with names instead of the ids of what was replaced.

    A leg that joined others replaced nothing. An original that came in after its redacted copy did not come in.
    """
    known = [key for key, one in earlier.items() if one.after(arrival.conversations[key]) is None]
    joined = {key for key, one in earlier.items() if not is_replaced(one.conversation, arrival.conversations[key])}
    hidden = [key for key in known if key not in joined and since is not None and earlier[key].batch >= since]
    ids = [key for key in accepted.replaced if key not in joined] + hidden
    names = (*arrival.replaced, *(name_of(arrival.conversations[key]) for key in ids))
    return replace(accepted, unchanged=accepted.unchanged + len(known), replaced=tuple(dict.fromkeys(names)))


def came_since(connection: Connection, app: int, ids: Sequence[str], batch: int | None) -> list[str]:
    """Return those of these that came in with a batch of this number or a later one; none where there is no number."""
    if batch is None:
        return []
    query = sa.select(conversations.c.conversation_id).where(conversations.c.app == app, conversations.c.batch >= batch)
    return [
        one
        for some in chunks(ids)
        for one in connection.scalars(query.where(conversations.c.conversation_id.in_(some)))
    ]
