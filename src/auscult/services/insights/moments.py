"""Moments: the words that decided a metric in conversations of an agent, to quote and to open."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evidence
from auscult.domain.scoring.stored import EvaluatedConversation


class Moment(Struct, frozen=True, kw_only=True):
    """Words of an agent, or of a customer, at a turn; ``reply`` is the customer's next turn, empty without one.

    ``turn_id`` is None where no turn decided.
    """

    conversation: Conversation
    turn_id: str | None
    at_ms: int | None
    words: str
    is_agents: bool
    reply: str = ""


def moments(
    cases: Iterable[EvaluatedConversation], metric_id: str, agent_ids: frozenset[str], *, is_met: bool
) -> Iterator[Moment]:
    """Yield the moments at which a metric was met, or missed, in the order of the conversations.

    A verdict that a person answered otherwise is none to show.
    """
    for case in cases:
        verdict = next((each.verdict for each in case.evaluation.results if each.metric.id == metric_id), None)
        answers = case.audit.result.sheet.answers if case.audit and case.audit.result else ()
        if verdict and any(each.metric_id == metric_id and each.answer != verdict.qualification for each in answers):
            continue
        evidence = (*verdict.evidence, *verdict.trigger) if verdict else ()
        found = moment_of(case.conversation, evidence, agent_ids, is_met=is_met)
        if found is not None:
            yield found


def moment_of(
    conversation: Conversation, evidence: Sequence[Evidence], agent_ids: frozenset[str], *, is_met: bool
) -> Moment | None:
    """Return the moment that evidence shows; None where something was met, but in no words of the agent.

    A miss without a turn shows the customer's first words.
    """
    turns = {each.id: (number, each) for number, each in enumerate(conversation.turns) if each.text.strip()}
    for each in evidence:
        if each.turn_id not in turns:
            continue
        number, turn = turns[each.turn_id]
        is_agents = turn.speaker == "agent" and (turn.agent_id is None or turn.agent_id in agent_ids)
        if is_agents or not is_met:
            words = each.text.strip() or turn.text
            reply = _reply(conversation.turns[number + 1 :]) if is_agents else ""
            return _moment(conversation, turn, words, is_agents=is_agents, reply=reply)
    if is_met:
        return None
    first = next((each for each in conversation.turns if each.speaker == "customer" and each.text.strip()), None)
    return _moment(conversation, first, first.text, is_agents=False) if first else None


def _moment(conversation: Conversation, turn: Turn, words: str, *, is_agents: bool, reply: str = "") -> Moment:
    return Moment(
        conversation=conversation,
        turn_id=turn.id,
        at_ms=turn.start_ms,
        words=words,
        is_agents=is_agents,
        reply=reply,
    )


def _reply(after: Sequence[Turn]) -> str:
    """Return the customer's words that follow; empty where the customer is not the next to speak."""
    following = next((each for each in after if each.text.strip()), None)
    return following.text if following is not None and following.speaker == "customer" else ""
