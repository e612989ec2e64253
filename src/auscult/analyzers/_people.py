"""Turns of a conversation by agent."""

from auscult.domain.conversation import Conversation, Turn


def by_agent(conversation: Conversation) -> dict[str | None, list[Turn]]:
    """Return the turns of each agent that are not empty, agents in the order in which they first speak.

    A turn without an agent id is the only agent's, where there is but one; otherwise its agent is unknown (None).
    """
    only = conversation.agents[0].id if len(conversation.agents) == 1 else None
    spoken: dict[str | None, list[Turn]] = {}
    for turn in conversation.turns:
        if turn.speaker == "agent" and turn.text.strip():
            spoken.setdefault(turn.agent_id or only, []).append(turn)
    return spoken
