"""Signs that an unnamed number is a code: it was sent, shown by a device or typed in, or it proves an identity.

Single words say little, as every conversation has messages, screens and phones. Two that go together say much: *sent* and
*read it out*, *app* and *says*, *keypad* and *typed*.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from auscult.redactors._patterns import of_words
from auscult.redactors._secret.by_letter import ByLetter

Sign = Literal["sent", "device", "proof", "machine", "noun", "shown", "typed", "came", "digits", "card", "known"]

_PATTERNS: Mapping[Sign, Sequence[str]] = {
    "sent": (
        "text(?:ed|s|ing)?", "sms", "messag(?:e|es|ed|ing)", "e-?mail(?:ed|s|ing)?", "mail(?:ed)?", "inbox",
        "spam", "junk", "whatsapp", "(?:re-?)?sen(?:t|d|ding)", "ping(?:ed|ing)?", "push(?:ed)?",
        "notification", "mandad?o?", "mensaje", "enviad?o?", "correo", "llegado", "geschickt", "schicke",
        "gesendet", "sende", "nachricht",
    ),
    "device": (
        "apps?", "phone", "landline", "answerphone", "robot", "voice", "mobile", "cell", "screen", "device",
        "gadget", "fob", "dongle", "token", "reader", "authenticator", "handset", "keyring", "google",
        "microsoft", "aplicación", "móvil", "pantalla", "aparato", "handy", "bildschirm", "gerät", "lesegerät",
        "display",
    ),
    "proof": (
        r"verif\w+", "confirm(?:ation|ing|s)?", r"approv\w+", r"authori[sz]\w+", r"authentic\w+", r"identi\w+",
        "security", r"secur\w+", "secret", "access", r"unlock\w*", "log(?:ged|ging)?[ -]?(?:in|on)",
        "sign(?:ed|ing)?[ -]?(?:in|on)", "login", "fraud", "prove", r"activat\w+", "one[- ]?time", "temporary",
        "expire[ds]?", "passes", r"verific\w+", r"confirma\w+", r"autoriz\w+", "acceso", r"segur\w+",
        r"bestätig\w+", "freigabe", "freigeben", r"anmeld\w+", r"sicherheit\w*", r"identif\w+", "zugang",
        r"legitim\w+",
    ),
    "machine": (
        "cash ?(?:machine|point)s?", "atms?", "hole in the wall", "keypads?", "key pad",
        "card (?:machine|reader|terminal)", "terminal", "(?<!washing )(?<!coffee )machine", r"withdraw\w*",
        "alarm", "safe", "lock", "voicemail", "anrufbeantworter", "mailbox", "buz[oó]n", "sim", "cajero",
        r"geldautomat\w*", "automat(?:en)?", "alarmanlage",
    ),
    "noun": (
        "codes?", "digits?", "numbers?", "figures?", "key", "combination", "letters", "pass", "código",
        "clave", "números?", "dígitos", "cifras", "nummern?", "zahl(?:en)?", "ziffern?", "stellen",
    ),
    "shown": (
        "says?", "said", "say it", "show(?:s|ing|n)?", "reads?", "read(?:ing)?", "display(?:s|ed|ing)?",
        "tell me", "pop(?:s|ped)? up", "see(?:ing)?", "what's (?:on|in)", "give me", "repeat", "dice", "pone",
        "sale", "lee[rs]?", "dígame", "steht", "zeigt", "anzeigt", "lesen", "vorlesen", "sagt",
    ),
    "typed": (
        "typ(?:e|ed|ing)", "enter(?:ed|ing|s)?", "key(?:ed|ing)?(?: in)", "punch(?:ed|ing)?(?: in)?",
        "put(?:ting)?(?: in)?", "tap(?:ped)?", "press(?:ed)?", "tried", "try", "us(?:e|ed|ing)", "open", "set",
        "chose", "choose", "cho(?:ice|sen)", r"teclea\w*", "pongo", "puse", "puesto", r"introdu\w+",
        r"chang\w+", "knows?", "saw", r"guess\w*", "wr(?:ite|ote|itten)", "note[ds]?", "eingegeben",
        "eingeben", "gebe", r"tippe\w*", r"\w*getippt", "versucht",
    ),
    "card": (
        "(?:my|the|his|her|bank|debit|credit) card", "karte", "tarjeta",
    ),
    "known": (
        "knows?", "saw", r"guess\w*", "wr(?:ite|ote|itten)", "notes?", "noted", "kennt", "gesehen", "sabe",
        "anotad[oa]",
    ),
    "digits": (
        "(?:[4-8]|four|five|six|seven|eight) (?:digits|figures|ziffern|dígitos|cifras)",
        "(?:the|which|what|those|these|die|los) (?:digits|figures|ziffern|dígitos|cifras)",
    ),
    "came": (
        "got", "get", "received?", "came", "comes?", r"arriv\w+", "had", "through", "there", "here", "found",
        "now", "just", "again", "llegó", "llega", r"recib\w+", "bekommen", "angekommen", "gekommen",
        "erhalten", "da",
    ),
}  # fmt: skip
_SIGNS = ByLetter(_PATTERNS)
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
    return {sign for sign, _ in _SIGNS.find(low) if not (sign == "sent" and "@" in low)}


def is_typed(signs: Sequence[set[Sign]]) -> bool:
    """Return whether signs of some turns say together that something is typed into a machine."""
    return set[Sign]().union(*signs) >= {"machine", "typed"}


def is_enough(signs: Sequence[set[Sign]], *, is_alone: bool) -> bool:
    """Return whether signs of some turns say together that a code is given; ``is_alone`` where nothing else is said."""
    together = set[Sign]().union(*signs)
    return any(together.issuperset(pair) for pair in _PAIRS) or (
        is_alone and not together.isdisjoint({"device", "sent", "machine"})
    )
