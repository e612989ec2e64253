"""Evidence of analyzers, and the reasons why a conversation cannot be analysed."""

from collections.abc import Sequence

from auscult.analyzers._contract import Unknown, unheard
from auscult.domain.conversation import Conversation, Speaker, Turn, language_code
from auscult.domain.errors import coded
from auscult.domain.insight import Insights
from auscult.domain.memo import kept

LANGUAGE_NAMES = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "hi": "Hindi",
    "ja": "Japanese",
    "nl": "Dutch",
    "pt": "Portuguese",
}
"""Names of the vendor's six languages, and of those that starter forms add."""
UNDETERMINED = "und"
"""Placeholder for a language that cannot be recognised."""


def turns_of(conversation: Conversation, speaker: Speaker) -> Sequence[Turn]:
    """Return the turns of one side in which something is said."""
    return _spoken(conversation).get(speaker, ())


@kept
def _spoken(conversation: Conversation) -> dict[Speaker, list[Turn]]:
    """Return the turns in which something is said, by speaker."""
    found: dict[Speaker, list[Turn]] = {}
    for turn in conversation.turns:
        if turn.text.strip():
            found.setdefault(turn.speaker, []).append(turn)
    return found


def language_of(conversation: Conversation, known: Insights) -> str:
    """The language that was found; before it was looked for, the one that the document gives."""
    if known.language is not None:
        return known.language
    return language_code(conversation)


def unsupported(conversation: Conversation, known: Insights, languages: frozenset[str]) -> Unknown | None:
    """Why an analyzer cannot read this conversation's language, or None when it can."""
    language = language_of(conversation, known)
    if language in languages:
        return None
    if language == UNDETERMINED:
        return Unknown(coded("the language cannot be recognised"))
    if language in LANGUAGE_NAMES:
        return Unknown(coded("{language} is not supported", language=LANGUAGE_NAMES[language]))
    return Unknown(coded("the language '{language}' is not supported", language=language))


def unread_customer(conversation: Conversation, known: Insights, languages: frozenset[str]) -> Unknown | None:
    """Why an analyzer cannot read what the customer says, or None when it can."""
    return unsupported(conversation, known, languages) if turns_of(conversation, "customer") else unheard(conversation)
