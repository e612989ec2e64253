"""Languages in which numbers are said, and the countries that speak them."""

from collections.abc import Iterator, Sequence

from auscult.redactors._patterns import searcher
from auscult.redactors._people.patterns import words_in

COUNTRIES = {
    "en": ("US", "GB", "IE"), "de": ("DE", "AT", "CH"), "fr": ("FR", "BE"), "es": ("ES", "MX"), "it": ("IT",),
    "nl": ("NL",), "pt": ("PT", "BR"), "sv": ("SE",), "da": ("DK",), "no": ("NO",), "fi": ("FI",), "pl": ("PL",),
    "ja": ("JP",), "hi": ("IN",),
}  # fmt: skip
"""Countries whose numbers are likely, by language."""
_SAID_IN = (
    (frozenset(["null", "eins", "zwei", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]), "de"),
    (frozenset(["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"]), "es"),
    (frozenset(["zéro", "deux", "trois", "quatre", "cinq", "sept", "huit", "neuf"]), "fr"),
    (frozenset(["uno", "due", "tre", "quattro", "cinque", "sette", "otto", "nove"]), "it"),
    (frozenset(["nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "negen"]), "nl"),
)
"""Digits by which a language is known."""
SAID_ABROAD = searcher(rf"\b(?:{'|'.join(sorted({word for words, _ in _SAID_IN for word in words}))})\b")
"""A digit of one of these languages."""


def spoken_in(lows: Sequence[str], turns: Sequence[int]) -> Iterator[str]:
    """Yield the countries in whose language numbers are said in these turns."""
    words = {word for turn in turns for word in words_in(lows[turn])}
    for said, language in _SAID_IN if words else ():
        if len(said & words) > 1:
            yield from COUNTRIES[language]
