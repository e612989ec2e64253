"""Streets of countries whose words for a street come before or within the name: Poland, Turkey, Hungary, the North."""

import re
from collections.abc import Iterator

from auscult.redactors._digits import DOUBTFUL
from auscult.redactors._patterns import searcher
from auscult.redactors._postal.postcodes import SPOKEN
from auscult.redactors._spoken.abroad import FOREIGN

_NAMES = r"(?:\p{L}[\p{L}.'-]*\s+){1,3}"
_HOUSE = r"\d{1,4}\s?[a-z]?\b(?:[/-]\d{1,4}[a-z]?\b)?"
_STREET = searcher(
    rf"(?:\b(?:ul|al|os|pl)\.\s?|\b(?:ulica|ulicy|aleja|aleje|osiedle|strada|calea|bulevardul"
    rf"|ulice)\s+){_NAMES}(?:nr\.?\s+)?{_HOUSE}"
    rf"|\p{{L}}[\p{{L}}'-]*(?:\s\p{{L}}[\p{{L}}'-]*)?\s(?:caddesi|cad\.?|soka\p{{L}}*|sok\.|bulvar\p{{L}}"
    rf"|mahallesi|mah\.)\s+(?:no\s?[:.]?\s*)?{_HOUSE}"
    rf"|\p{{L}}[\p{{L}}-]+(?:katu|gata|gatan|vägen|veien|vegen|gaten|utca|út|körút)\s+{_HOUSE}"
    rf"|\p{{L}}[\p{{L}}-]+\s(?:utca|út|körút|tér|katu|gata|gate|allé|väg|vei)\s+{_HOUSE}"
)
HINTS = (
    "ul.", "al.", "os.", "pl.", "ulic", "alej", "osiedle", "strada", "calea", "bulevard", "cad", "sok", "mah", "bulvar",
    "katu", "gata", "gate", "vägen", "veien", "vegen", "utca", "út", "tér", "allé", "väg", "vei",
)  # fmt: skip
"""One of these is in every text with such a street."""
_TOWN = re.compile(
    r"(?:,?\s+(?:\d{2}-\d{3}|\d{3} ?\d{2}|\d{4,5})\s+[^\W\d_][\w'\u2019-]*)?(?:(?:,\s*"
    r"|\s*/\s*)[A-ZÀ-ÞĀ-ŽİŞÇĞ][\w'\u2019-]*)*"
)

_NUMBER = (
    "(?:(?:ein|zwei|drei|vier|fünf)?hundert[a-zäöüß]*|"
    + "|".join(sorted(FOREIGN.keys() - DOUBTFUL, reverse=True))
    + f"|{SPOKEN})"
)
_SAID = (
    re.compile(
        r"(?:[^\W\d_]{2,} ?(?:straße|strasse|weg|platz|allee|gasse|ufer|damm)|[^\W\d_]{2,}(?:straat|laan|gracht|plein"
        rf"|dijk|kade|dreef|hof|gatan|vej|gade)),? {_NUMBER}(?: [a-h]\b)?\b"
    ),
    re.compile(
        r"\b\d{2,6} (?:(?:us|u\.s\.|state|county|old|n|s|e|w|north|south|east|west) )?"
        r"(?:highway|hwy|route|rte|county road|fm) \d{1,4}(?: (?:north|south|east|west|n|s|e|w)\b)?"
    ),
    re.compile(rf"\b{SPOKEN},? rue (?:d[eu]s? |de la |de l'|du |d')?[^\W\d_]{{3,}}"),
)
"""``Lindenstraße zwölf``, ``9667 Highway 12 West``, ``two two nine rue laurier``."""
_SAID_HINTS = (
    ("straße", "strasse", "weg", "platz", "allee", "gasse", "ufer", "damm", "straat", "laan", "gracht", "plein",
     "dijk", "kade", "dreef", "hof", "gatan", "vej", "gade"),
    ("highway", "hwy", "route", "rte", "county road", "fm"),
    ("rue",),
)  # fmt: skip
"""Words of each, one of which is in every text with it."""


def said_in(low: str) -> Iterator[re.Pattern[str]]:
    """Yield the patterns of streets that are said or have a number of their own, where a text may have one."""
    return (pattern for pattern, hints in zip(_SAID, _SAID_HINTS, strict=True) if any(map(low.__contains__, hints)))


def streets(text: str, low: str) -> Iterator[tuple[int, int]]:
    """Yield streets with what follows them up to the town; each begins with a capital letter or is shortened."""
    if not any(map(low.__contains__, HINTS)):
        return
    for found in _STREET.finditer(low):
        words = text[found.start() : found.end()].split()
        if words[0][-1] == "." or words[0][0].isupper() or (len(words) > 1 and words[1][0].isupper()):
            town = _TOWN.match(text, found.end())
            yield found.start(), found.end() if town is None else town.end()
