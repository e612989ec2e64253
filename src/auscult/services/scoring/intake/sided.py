"""Sides of speakers whose document has labels and no roles, found as it comes in."""

from auscult.domain.conversation import Conversation, language_code
from auscult.domain.insight import Insights
from auscult.sides import with_sides


def sided(conversation: Conversation) -> Conversation:
    """Return a conversation with the sides of its labelled speakers, where they are sure; others are as they were."""
    if not any(turn.speaker == "unknown" and turn.speaker_label for turn in conversation.turns):
        return conversation
    from auscult.analyzers.speech.language import Language  # noqa: PLC0415  (its packs take a second to read)

    spoken = Language().analyze(conversation, {}, Insights())
    return with_sides(conversation, spoken if isinstance(spoken, str) else language_code(conversation))
