"""Security codes, PINs, passwords and one-time codes, which are never stored: texts and conversations without them.

It holds whatever an app's redaction is, and also where there is no app: PCI DSS 4.0.1, 3.3.1.
"""

import re
from collections.abc import Sequence

from auscult.domain.conversation import Conversation
from auscult.domain.privacy.conversations import RedactedConversation, redact_conversation
from auscult.domain.privacy.policy import Policy
from auscult.domain.privacy.redaction import Found, Hints, Utterance, redacted
from auscult.redactors import secrets

_NAMES_STAY = Policy(kinds={"name": "keep"})
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?')
_IS_JSON = re.compile(r"[{\[]\s*\"|\"\s*:")
_LINE = re.compile(r"[^\r\n]+")
_LABEL = re.compile(r"[a-z_]{1,12}|[\dTZ:.+-]{15,}", re.IGNORECASE)
"""A string that is no part of what was said: a speaker, a channel, an instant."""


def without_codes(conversation: Conversation) -> RedactedConversation:
    """Return a conversation without such values, and all else as it is."""
    return redact_conversation(conversation, _find, policy=_NAMES_STAY)


def text_without_codes(text: str) -> str:
    """Return one text without such values."""
    return redacted([text], secrets([Utterance("", text)])).texts[0]


def document_without_codes(text: str) -> str:
    """Return a document that cannot be read without such values: its strings, or its lines, are read as turns.

    The speakers are not known, so that each string may answer any before it.
    """
    strings = [found.span(1) for found in _STRING.finditer(text) if not found[2]] if _IS_JSON.search(text) else []
    spans = strings or [found.span() for found in _LINE.finditer(text)]
    said = [span for span in spans if _LABEL.fullmatch(text, *span) is None or text[slice(*span)].isdecimal()]
    found = secrets([Utterance(str(index), text[start:end]) for index, (start, end) in enumerate(said)])
    for one in sorted(found, key=lambda each: (each.turn, each.start), reverse=True):
        start = said[one.turn][0]
        text = f"{text[: start + one.start]}[security code]{text[start + one.end :]}"
    return text


def _find(utterances: Sequence[Utterance], _hints: Hints) -> Sequence[Found]:
    return secrets(utterances)
