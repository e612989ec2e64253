"""Names that pages show of agents, queues, channels and languages."""

from babel import Locale, UnknownLocaleError

from auscult.domain.conversation import Agent, Conversation, Turn
from auscult.domain.evaluation import Status
from auscult.server.console.reader import Reader

_ID_SHOWN = 4
CHANNELS = {"voice": "Voice", "chat": "Chat"}
NOT_SCORED: dict[Status, str] = {
    "below_threshold": "Too short to score",
    "duration_unavailable": "No length known",
    "not_evaluated": "No form for this queue",
}
"""Why a conversation has no score."""


def agent_name(agent: Agent) -> str:
    """Return an agent's name, or the end of their id."""
    return agent.name or f"Agent \u2026{agent.id[-_ID_SHOWN:]}"


def agents_of(conversation: Conversation) -> str:
    """Return who took part for the contact centre."""
    return ", ".join(agent_name(each) for each in conversation.agents)


def queues_of(conversation: Conversation) -> str:
    """Return the queues that it was in."""
    return ", ".join(each.name or each.id for each in conversation.queues)


def channel_of(conversation: Conversation) -> str:
    """Return how people spoke, and who began: ``Voice, inbound``."""
    return f"{CHANNELS[conversation.channel]}, {conversation.direction}"


def speaker_of(turn: Turn, conversation: Conversation) -> str:
    """Return who speaks: by name where several agents took part."""
    if turn.speaker == "agent" and len(conversation.agents) > 1:
        return next((agent_name(each) for each in conversation.agents if each.id == turn.agent_id), "Agent")
    return turn.speaker.capitalize()


def language_name(code: str, reader: Reader) -> str:
    """Return a language's name for the reader, or its code where it has none."""
    try:
        return Locale.parse(code, sep="-").get_display_name(reader.locale) or code
    except (UnknownLocaleError, ValueError):
        return code


def customer_words(conversation: Conversation) -> str:
    """Return the first thing that the customer said in so many words, else the first that anybody said."""
    least = 4
    said = [turn.text for turn in conversation.turns if turn.speaker == "customer" and turn.text.strip()]
    return next(
        (text for text in said if len(text.split()) >= least),
        max(said, key=len, default=next((turn.text for turn in conversation.turns if turn.text.strip()), "")),
    )
