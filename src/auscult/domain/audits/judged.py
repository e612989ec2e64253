"""The agents of a conversation who are judged in an audit."""

from collections import Counter
from collections.abc import Sequence

from auscult.domain.audits.plan import Judged
from auscult.domain.conversation import Conversation


def agents_in_order(conversation: Conversation) -> list[str]:
    """Return the ids of the human agents who spoke, in the order of their first turn; without turns, of all named."""
    spoke = [turn.agent_id for turn in conversation.turns if turn.speaker == "agent" and turn.agent_id]
    return list(dict.fromkeys(spoke)) or [agent.id for agent in conversation.agents]


def judged_agents(conversation: Conversation, rule: Judged) -> Sequence[str]:
    """Return the agents that a rule chooses: the one who handled most, first or last, or each.

    The one who handled most has the most turns; of equals, the first.
    """
    agents = agents_in_order(conversation)
    if rule == "each" or not agents:
        return agents
    if rule == "first":
        return agents[:1]
    if rule == "last":
        turns = [turn.agent_id for turn in conversation.turns if turn.speaker == "agent" and turn.agent_id]
        return turns[-1:] or agents[-1:]
    counts = Counter(turn.agent_id for turn in conversation.turns if turn.speaker == "agent")
    return [max(agents, key=lambda agent: counts[agent])]
