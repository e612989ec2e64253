"""Runs of the assistant as evidence: their names, and their positions in the conversation."""

from collections.abc import Iterable
from datetime import datetime

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.evaluation import Evidence, Verdict, at, cite, grounds


def is_called(asked: str, identity: str | None, name: str | None) -> bool:
    """Return whether a run of this id and name is the one asked for; letter case of the name does not matter."""
    return asked == identity or (name is not None and asked.strip().casefold() == name.strip().casefold())


def turn_of(conversation: Conversation, turn_id: str | None) -> Turn | None:
    """The turn of this id, where the conversation has it."""
    return next((turn for turn in conversation.turns if turn.id == turn_id), None) if turn_id is not None else None


def ms_of(conversation: Conversation, at: datetime | None) -> int | None:
    """An instant in ms from the conversation's start; None when it is not known or lies before it."""
    if at is None:
        return None
    ms = round((at - conversation.started_at).total_seconds() * 1000)
    return ms if ms >= 0 else None


def evidence_of(why: str, conversation: Conversation, turn_id: str | None, when: datetime | None) -> Evidence:
    """Point at the turn, where it is known, else at the instant, with the last turn that had begun by then."""
    turn, ms = turn_of(conversation, turn_id), ms_of(conversation, when)
    if turn or not conversation.turns:
        return cite(turn, why) if turn else Evidence(start_ms=ms, why=why)
    begun = [one for one in conversation.turns if one.start_ms is not None and ms is not None and one.start_ms <= ms]
    return at((begun or conversation.turns)[-1 if begun else 0], why, ms, None)


def met(evidence: Iterable[Evidence], conversation: Conversation, reason: str = "") -> Verdict:
    """Return YES with what a run shows; NA where there are no turns that it could rest on."""
    if not conversation.turns:
        return Verdict(qualification="NA", reason=coded("nobody speaks"))
    return Verdict(qualification="YES", evidence=grounds(evidence), reason=reason)
