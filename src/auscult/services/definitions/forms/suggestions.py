"""Suggestions for a value that cannot be read: ``70%``, ``yes`` for true, ``phone`` for voice."""

import re
from collections.abc import Sequence

from auscult.domain.errors import coded
from auscult.domain.said.spelling import did_you_mean
from auscult.services.definitions.forms.document import Value

_PERCENT = re.compile(r"([-+]?[\d.,]{1,20})\s*%")
_NUMBER = re.compile(r"[-+]?\d{1,20}(?:[.,]\d{1,10})?")
_GROUPED = re.compile(r"\d{1,3}(?:[ _,']\d{3})+")
_TRUE = frozenset({"true", "yes", "on", "y", "1"})
_FALSE = frozenset({"false", "no", "off", "n", "0"})
_SYNONYMS = {
    "voice": ("phone", "telephone", "call", "calls", "audio", "telephony"),
    "chat": ("text", "message", "messages", "messaging", "web", "email", "livechat"),
    "customer": ("client", "caller", "user", "consumer", "visitor"),
    "agent": ("advisor", "adviser", "operator", "representative", "rep", "staff"),
    "any": ("all", "both", "anybody", "anyone", "everybody", "*"),
    "both": ("any", "all", "*", "either"),
    "inbound": ("in", "incoming"),
    "outbound": ("out", "outgoing"),
    "exclude": ("skip", "ignore", "omit"),
    "na": ("n/a", "none"),
}
"""What people write for the words of a form."""


def meant_number(value: Value) -> str:
    """Return a suggestion where a number belongs."""
    if value is None:
        return "; " + coded("write one, or leave the line out")
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if percent := _PERCENT.fullmatch(text):
        return "; " + coded("write {name}, without the percent sign", name=percent[1].replace(",", "."))
    if _GROUPED.fullmatch(text):
        return "; " + coded("write {name}, in digits alone", name=re.sub("[^0-9]", "", text))
    if _NUMBER.fullmatch(text):
        name = text.replace(",", ".")
        return "; " + (
            coded("write {name}", name=name) if "," in text else coded("write {name}, without quotes", name=name)
        )
    return ""


def meant_truth(value: Value) -> str:
    """Return a suggestion where true or false belongs."""
    said = str(value).strip().casefold()
    meant = "true" if said in _TRUE else "false" if said in _FALSE else ""
    return meant and "; " + coded("write {name}", name=meant)


def meant_choice(value: Value, choices: Sequence[str]) -> str:
    """Return the allowed word that was most likely meant."""
    if isinstance(value, bool):
        meant = "yes" if value else "no"
        return "; " + coded("write {name}", name=meant) if meant in choices else ""
    if not isinstance(value, str):
        return ""
    said = value.strip().casefold()
    synonym = next((word for word in choices if said in _SYNONYMS.get(word, ())), None)
    hint = coded("did you mean {name}?", name=synonym) if synonym else did_you_mean(said, choices)
    return hint and "; " + hint


def meant_text(value: Value) -> str:
    """Return a suggestion where a text belongs."""
    if value is None:
        return "; " + coded("write one, or leave the line out")
    if isinstance(value, list):
        return (
            "; "
            + coded("a text that begins with [ must be in quotes")
            + ("" if len(value) == 1 else "; " + coded("of several give one"))
        )
    if isinstance(value, dict):
        return "; " + coded("a text with { or a colon in it must be in quotes")
    return "; " + coded("put it in quotes")


def meant_list(value: Value) -> str:
    """Return a suggestion where a list belongs."""
    if isinstance(value, dict):
        return "; " + coded("begin each entry with a dash")
    return (
        "; " + coded("write one, or leave the line out")
        if value is None
        else "; " + coded("put it in brackets, like [this]")
    )
