"""Callers for the separation of duties, and the reach of their permissions."""

from auscult.domain.disputes.separation import Person
from auscult.domain.people.principal import Principal, missing
from auscult.domain.people.visibility import visible_by
from auscult.server.auth.principal import Principal as Caller
from auscult.storage.store import AppStore

RAISE = "dispute.raise"
DECIDE = "dispute.decide"


def person_of(caller: Caller, rights: Principal) -> Person:
    """Return a caller as a person for the separation of duties. A client acts as itself, and is no agent."""
    return Person(name=caller.name, agent_ids=rights.agent_ids if caller.is_person else frozenset())


def represents(app: AppStore, rights: Principal, conversation_id: str | None) -> bool:
    """Return whether a caller who is not the agent of a conversation may answer for that agent."""
    others = frozenset(pair for pair in rights.pairs if pair.scope.kind != "own")
    reach = visible_by(others, RAISE, rights.agent_ids, rights.name if rights.is_person else "")
    return _reaches(app, rights, RAISE, conversation_id) and (
        reach.is_everything or (conversation_id is not None and app.people.sees(reach, conversation_id))
    )


def require_for(app: AppStore, rights: Principal, permission: str, conversation_id: str | None) -> None:
    """Refuse a caller whose permission does not reach a conversation. Raises ``AccessError`` ``permission.missing``."""
    if not _reaches(app, rights, permission, conversation_id):
        raise missing(permission, rights.kind)


def _reaches(app: AppStore, rights: Principal, permission: str, conversation_id: str | None) -> bool:
    reach = rights.visibility(permission)
    return reach.is_everything or (conversation_id is not None and app.people.sees(reach, conversation_id))
