"""Sides of speakers whose document has labels and no roles, found as it comes in."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation, Customer, language_code
from auscult.domain.insight import Insights
from auscult.formats import Rejected
from auscult.formats._others.labels import is_generic
from auscult.sides import with_sides


def each_sided(found: Iterable[Conversation | Rejected]) -> Iterator[Conversation | Rejected]:
    """Yield what was read, conversations with their sides."""
    return (sided(one) if isinstance(one, Conversation) else one for one in found)


def sided(conversation: Conversation) -> Conversation:
    """Return a conversation with the sides of its labelled speakers, where they are sure; others are as they were."""
    if not any(turn.speaker == "unknown" and turn.speaker_label for turn in conversation.turns):
        return conversation
    from auscult.analyzers.speech.language import Language  # noqa: PLC0415  (its packs take a second to read)

    spoken = Language().analyze(conversation, {}, Insights())
    found = with_sides(conversation, spoken if isinstance(spoken, str) else language_code(conversation))
    return conversation if found is conversation else _named(found)


def _named(conversation: Conversation) -> Conversation:
    """Return a conversation whose labels that are names are agents and customer, as where the file has their sides."""
    agents = conversation.agents
    only = agents[0].id if len(agents) == 1 else None
    turns = tuple(
        replace(turn, agent_id=only or label)
        if turn.speaker == "agent" and turn.agent_id is None and (only or not is_generic(label))
        else turn
        for turn in conversation.turns
        for label in [turn.speaker_label or "1"]
    )
    ids = dict.fromkeys(turn.agent_id for turn in turns if turn.agent_id)
    names = {turn.speaker_label for turn in turns if turn.speaker == "customer" and turn.speaker_label}
    name = names.pop() if len(names) == 1 else None
    customer = Customer(name=name) if name and not is_generic(name) else None
    return replace(
        conversation,
        turns=turns,
        agents=agents or tuple(Agent(id=each) for each in ids),
        customer=conversation.customer or customer,
    )
