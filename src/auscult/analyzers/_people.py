"""Who of the agents said what."""

from auscult.domain.conversation import Conversation, Turn


def by_agent(conversation: Conversation) -> dict[str | None, list[Turn]]:
    """The turns of each agent in which something is said, agents in the order in which they first speak.

    A turn that names nobody is the only agent's, where there is but one; otherwise it is nobody's that is known (None).
    """
    only = conversation.agents[0].id if len(conversation.agents) == 1 else None
    spoken: dict[str | None, list[Turn]] = {}
    for turn in conversation.turns:
        if turn.speaker == "agent" and turn.text.strip():
            spoken.setdefault(turn.agent_id or only, []).append(turn)
    return spoken
