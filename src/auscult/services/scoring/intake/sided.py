"""Sides of speakers whose document has labels and no roles, found as it comes in."""

from collections.abc import Iterable, Iterator

from auscult.domain.conversation import Conversation, language_code
from auscult.domain.insight import Insights
from auscult.formats import Rejected
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
    return with_sides(conversation, spoken if isinstance(spoken, str) else language_code(conversation))
