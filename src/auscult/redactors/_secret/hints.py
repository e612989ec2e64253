"""Signs that an unnamed number is a code: it was sent, shown by a device or typed in, or it proves an identity.

Single words say little, as every conversation has messages, screens and phones. Two that go together say much: *sent* and
*read it out*, *app* and *says*, *keypad* and *typed*.
"""

import re
from collections.abc import Sequence
from typing import Literal

from auscult.redactors._patterns import of_words

Sign = Literal["sent", "device", "proof", "machine", "noun", "shown", "typed", "came", "digits", "card", "known"]

_SIGNS: dict[Sign, re.Pattern[str]] = {
    "sent": re.compile(
        r"\b(?:text(?:ed|s|ing)?|sms|messag(?:e|es|ed|ing)|e-?mail(?:ed|s|ing)?|mail(?:ed)?|inbox|spam|junk|whatsapp"
        r"|(?:re-?)?sen(?:t|d|ding)|ping(?:ed|ing)?|push(?:ed)?|notification|mandad?o?|mensaje|enviad?o?"
        r"|correo|llegado"
        r"|geschickt|schicke|gesendet|sende|nachricht)\b"
    ),
    "device": re.compile(
        r"\b(?:apps?|phone|landline|answerphone|robot|voice|mobile|cell|screen|device|gadget|fob|dongle|token"
        r"|reader|authenticator|handset|keyring"
        r"|google|microsoft|aplicación|móvil|pantalla|aparato|handy|bildschirm|gerät|lesegerät|display)\b"
    ),
    "proof": re.compile(
        r"\b(?:verif\w+|confirm(?:ation|ing|s)?|approv\w+|authori[sz]\w+|authentic\w+|identi\w+|security"
        r"|secur\w+|secret"
        r"|access|unlock\w*|log(?:ged|ging)?[ -]?(?:in|on)|sign(?:ed|ing)?[ -]?(?:in|on)|login|fraud|prove|activat\w+"
        r"|one[- ]?time|temporary|expire[ds]?|passes|verific\w+|confirma\w+|autoriz\w+|acceso|segur\w+|bestätig\w+"
        r"|freigabe|freigeben|anmeld\w+|sicherheit\w*|identif\w+|zugang|legitim\w+)\b"
    ),
    "machine": re.compile(
        r"\b(?:cash ?(?:machine|point)s?|atms?|hole in the wall|keypads?|key pad|card (?:machine|reader"
        r"|terminal)|terminal"
        r"|(?<!washing )(?<!coffee )machine|withdraw\w*|alarm|safe|lock|voicemail|anrufbeantworter|mailbox"
        r"|buz[oó]n|sim|cajero|geldautomat\w*|automat(?:en)?|alarmanlage)\b"
    ),
    "noun": re.compile(
        r"\b(?:codes?|digits?|numbers?|figures?|key|combination|letters|pass|código|clave|números?|dígitos"
        r"|cifras|nummern?"
        r"|zahl(?:en)?|ziffern?|stellen)\b"
    ),
    "shown": re.compile(
        r"\b(?:says?|said|say it|show(?:s|ing|n)?|reads?|read(?:ing)?|display(?:s|ed|ing)?|tell me|pop(?:s"
        r"|ped)? up|see(?:ing)?"
        r"|what's (?:on|in)|give me|repeat|dice|pone|sale|lee[rs]?|dígame|steht|zeigt|anzeigt|lesen|vorlesen|sagt)\b"
    ),
    "typed": re.compile(
        r"\b(?:typ(?:e|ed|ing)|enter(?:ed|ing|s)?|key(?:ed|ing)?(?: in)|punch(?:ed|ing)?(?: in)?"
        r"|put(?:ting)?(?: in)?|tap(?:ped)?"
        r"|press(?:ed)?|tried|try|us(?:e|ed|ing)|open|set|chose|choose|cho(?:ice|sen)|teclea\w*|pongo|puse"
        r"|puesto|introdu\w+"
        r"|chang\w+|knows?|saw|guess\w*|wr(?:ite|ote|itten)|note[ds]?|eingegeben|eingeben|gebe|tippe\w*"
        r"|\w*getippt|versucht)\b"
    ),
    "card": re.compile(r"\b(?:(?:my|the|his|her|bank|debit|credit) card|karte|tarjeta)\b"),
    "known": re.compile(r"\b(?:knows?|saw|guess\w*|wr(?:ite|ote|itten)|notes?|noted|kennt|gesehen|sabe|anotad[oa])\b"),
    "digits": re.compile(
        r"\b(?:[4-8]|four|five|six|seven|eight|the|which|what|those|these|die|los) (?:digits|figures|ziffern"
        r"|dígitos|cifras)\b"
    ),
    "came": re.compile(
        r"\b(?:got|get|received?|came|comes?|arriv\w+|had|through|there|here|found|now|just|again|llegó|llega"
        r"|recib\w+"
        r"|bekommen|angekommen|gekommen|erhalten|da)\b"
    ),
}
_PAIRS: Sequence[tuple[Sign, Sign]] = (
    ("sent", "noun"),
    ("sent", "shown"),
    ("sent", "proof"),
    ("sent", "came"),
    ("device", "noun"),
    ("device", "shown"),
    ("device", "proof"),
    ("machine", "typed"),
    ("card", "known"),
    ("machine", "noun"),
    ("proof", "typed"),
    ("proof", "noun"),
    ("device", "typed"),
    ("digits", "came"),
    ("digits", "shown"),
    ("digits", "proof"),
    ("digits", "typed"),
    ("proof", "came"),
)
"""Signs that say together what one of them does not."""
_GATE = of_words((
    "text", "sms", "mess", "mail", "inbox", "spam", "junk", "whatsapp", "sen", "ping", "push", "notif", "manda",
    "mensa", "env", "correo", "llega", "schick", "nachr", "app", "phone", "mobile", "cell", "screen", "device",
    "gadget", "fob", "dongle", "token", "reader", "auth", "handset", "keyring", "google", "micros", "aplic",
    "móvil", "pantalla", "aparato", "handy", "bilds", "gerät", "display", "veri", "conf", "appro", "ident",
    "secu", "secret", "access", "lock", "log", "sign", "fraud", "prove", "activ", "time", "temp", "expire",
    "acceso", "segur", "best", "freig", "anm", "sicher", "zugang", "legit", "cash", "atm", "hole", "key",
    "terminal", "alarm", "safe", "voicemail", "anruf", "buz", "sim", "machine", "withdraw", "card", "karte",
    "tarjeta", "digits", "ziffern", "figures", "/2", "/3", "cajero", "autom",
))  # fmt: skip


def may_hint(low: str) -> bool:
    """Return whether a text in small letters may have one of the signs that need another."""
    return _GATE.search(low) is not None


def signs_in(low: str) -> set[Sign]:
    """Return the signs of a turn."""
    return {sign for sign, pattern in _SIGNS.items() if pattern.search(low) and not (sign == "sent" and "@" in low)}


def is_typed(signs: Sequence[set[Sign]]) -> bool:
    """Return whether signs of some turns say together that something is typed into a machine."""
    return set[Sign]().union(*signs) >= {"machine", "typed"}


def is_enough(signs: Sequence[set[Sign]], *, is_alone: bool) -> bool:
    """Return whether signs of some turns say together that a code is given; ``is_alone`` where nothing else is said."""
    together = set[Sign]().union(*signs)
    return any(together.issuperset(pair) for pair in _PAIRS) or (
        is_alone and not together.isdisjoint({"device", "sent", "machine"})
    )
