"""Viewers of disputes: people as the use cases see them."""

from auscult.domain.people.grants import Pair, Scope
from auscult.domain.people.principal import Principal


def agent_of(*agent_ids: str, name: str = "lee@example.com") -> Principal:
    """Return a person who is these agents, and answers for themselves."""
    own = frozenset({Pair("dispute.raise", Scope(kind="own"))})
    return Principal(
        kind="user", principal_id=name, name=name, account_id="", pairs=own, agent_ids=frozenset(agent_ids)
    )
