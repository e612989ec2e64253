"""Conversations by the talk about them: threads of comments, and moments pinned to collections."""

from msgspec import Struct

from auscult.domain.scoring.list_fields import ANY_COLLECTION, ResultFields
from auscult.storage.store import AppStore


class TalkReader(Struct, frozen=True, kw_only=True):
    """The person a list is of: their ids as an agent, and the conversations that they rate blind, whose talk they do not read.

    ``is_agent``: they read conversations as their agent alone, and know the collections that are shared with them.
    """

    agent_ids: frozenset[str] = frozenset()
    is_agent: bool = False
    left_out: frozenset[str] = frozenset()


def talked_about(app: AppStore, fields: ResultFields, reader: TalkReader | None) -> frozenset[str] | None:
    """Return the ids of the conversations that filters by comments and pins leave to a reader; None: without these filters.

    Without a reader there are none.
    """
    if not fields.is_by_talk:
        return None
    if reader is None:
        return frozenset()
    found: frozenset[str] | None = None
    if fields.comments:
        found = app.comments.read_by_agents(reader.agent_ids).conversations(fields.comments)
    if fields.pinned:
        wanted = None if ANY_COLLECTION in fields.pinned else fields.pinned
        if wanted is not None and reader.is_agent:
            shared = {each.collection_id for each in app.collections.listing() if each.is_shared_with(reader.agent_ids)}
            wanted = tuple(each for each in wanted if each in shared)
        found = both(found, app.collections.conversations(wanted))
    return found and found - reader.left_out


def both(some: frozenset[str] | None, others: frozenset[str] | None) -> frozenset[str] | None:
    """Return the ids that are in both, where None means all."""
    return others if some is None else some if others is None else some & others
