"""Names of speakers as files write them, and the side where the name is a word for one, in five languages."""

import re
from collections.abc import Mapping

from auscult.domain.conversation import Speaker

_WORDS: Mapping[Speaker, str] = {
    "agent": "agent operator advisor rep representative employee internal admin support clerk staff associate csr "
    "agente asesor asesora operador operadora atendente consultor consultora vendedor funcionário "
    "mitarbeiter mitarbeiterin berater beraterin kundenberater agentin servicemitarbeiter sachbearbeiter "
    "conseiller conseillère téléconseiller téléconseillère opérateur opératrice agente_humano human_agent live_agent "
    "support_agent customer_service kundenservice kundendienst service_client",
    "customer": "customer client caller user visitor contact external end-user end_user enduser consumer guest human "
    "cliente usuario usuaria usuário usuária llamante kunde kundin anrufer anruferin nutzer "
    "cliente_final cliente_llamante cliente_externo cliente_web cliente_chat cliente_voz "
    "appelant appelante utilisateur utilisatrice",
    "bot": "bot chatbot assistant ai virtual_agent virtual_assistant ivr voicebot asistente_virtual assistent "
    "assistente_virtual assistant_virtuel robot ai_agent",
    "system": "system automation sistema système notice",
}
SPEAKERS: Mapping[str, Speaker] = {
    word.replace("_", " "): side for side, words in _WORDS.items() for word in words.split()
}
"""Sides by the words for them."""
_LONGEST = 60
"""Characters of a label that are compared; the search for a number at its end takes the square of them."""
_COUNT = re.compile(r"[\s_#-]*\d+$")
_GENERIC = re.compile(
    r"(?:speaker|spk|spkr|sprecher(?:in)?|hablante|locuteur|falante|orador|participant|person|channel|ch)"
    r"[\s_#-]*\w{1,3}|[A-Za-z]|\d{1,3}",
    re.IGNORECASE,
)


def side_of(label: str) -> Speaker | None:
    """Return the side that a label is a word for; None where it is a name or a number.

    >>> side_of("Agent 1"), side_of("Kundin"), side_of("SPEAKER_01"), side_of("Marta")
    ('agent', 'customer', None, None)
    """
    word = label.strip()[:_LONGEST].casefold().replace("_", " ")
    return SPEAKERS.get(word) or SPEAKERS.get(_COUNT.sub("", word))


def is_generic(label: str) -> bool:
    """Return whether a label names no person: ``Speaker 1``, ``spk_0``, ``A``, ``2``."""
    return _GENERIC.fullmatch(label.strip()) is not None
