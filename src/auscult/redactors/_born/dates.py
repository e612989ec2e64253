"""Dates, written or said, in figures and in words of several languages, and their canonical form."""

import re

from auscult.domain.said.dates import MONTHS
from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher
from auscult.redactors._spoken.abroad import FOREIGN

FOREIGN_MONTHS = {
    "januar": 1, "jänner": 1, "janvier": 1, "enero": 1, "gennaio": 1, "januari": 1, "janeiro": 1,
    "februar": 2, "février": 2, "febrero": 2, "febbraio": 2, "februari": 2, "fevereiro": 2,
    "märz": 3, "mars": 3, "marzo": 3, "maart": 3, "março": 3, "avril": 4, "abril": 4, "aprile": 4,
    "mai": 5, "mayo": 5, "maggio": 5, "mei": 5, "maio": 5, "juni": 6, "juin": 6, "junio": 6, "giugno": 6, "junho": 6,
    "juli": 7, "juillet": 7, "julio": 7, "luglio": 7, "julho": 7, "août": 8, "agosto": 8, "augustus": 8,
    "septembre": 9, "septiembre": 9, "settembre": 9, "setembro": 9, "oktober": 10, "octobre": 10, "octubre": 10,
    "ottobre": 10, "outubro": 10, "novembre": 11, "noviembre": 11, "novembro": 11, "dezember": 12, "décembre": 12,
    "diciembre": 12, "dicembre": 12, "dezembro": 12, "december": 12,
}  # fmt: skip
MONTH = "(?:" + "|".join((*MONTHS, *FOREIGN_MONTHS)) + r")\.?"
_NUMBER_OF_MONTH = MONTHS | FOREIGN_MONTHS
_ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
}
CARDINAL = "(?:" + "|".join((*TENS, *TEENS, *ONES)) + ")"
ORDINAL = "(?:(?:twenty|thirty)[ -])?(?:" + "|".join(_ORDINALS) + "|thirtieth)"
DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{ORDINAL}|(?:(?:twenty|thirty)[ -])?{CARDINAL})"
_SAID = (
    rf"{CARDINAL}(?:[ ,-]+(?:and |hundred |hundred and |thousand |thousand and )?{CARDINAL}){{0,5}}"
    r"(?: hundred| thousand)?"
)
_YEAR = rf"(?:'?\d{{4}}|'\d{{2}}|\d{{2}}\b|{_SAID})"
NUMBERS_ABROAD = (
    "(?:"
    + "|".join(
        (
            *sorted(FOREIGN, reverse=True),
            "primero",
            "premier",
            "primo",
            "cents?",
            "cien",
            "novecientos",
            "novecentos",
            "vingts",
            "soixante",
        )
    )
    + ")"
)
_YEAR_ABROAD = (
    rf"(?:(?:dos |deux |dois )?(?:mil|mille)(?:[ -](?:y |et |e )?{NUMBERS_ABROAD}){{0,6}}"
    r"|(?:neunzehnhundert|zweitausend|negentienhonderd|tweeduizend|duemila|millenovecento)[a-zäöüßë]*"
    rf"(?: (?:en )?{NUMBERS_ABROAD})?"
    rf"|(?:'\d\d|{NUMBERS_ABROAD}(?:[ -](?:y |et |e |und |en )?{NUMBERS_ABROAD}){{0,2}}))"
)
ORDINAL_ABROAD = (
    r"(?:erst|zweit|dritt|viert|fünft|sechst|siebt|siebent|acht|neunt|zehnt|elft|zwölft|[a-zäöüß]+zehnt|"
    r"[a-zäöüß]*zwanzigst|[a-zäöüß]*(?:dreißigst|dreissigst))e[nrs]?"
)
DAY_ABROAD = rf"(?:{ORDINAL_ABROAD}|{NUMBERS_ABROAD}(?: (?:y|et|e) {NUMBERS_ABROAD})?|\d{{1,2}}(?:er|\.)?)"
MONTHS_ABROAD = "(?:" + "|".join(FOREIGN_MONTHS) + "|april|august|september|november)"
DATE_ABROAD = re.compile(
    rf"\b(?:(?:der|den|dem|am|el|le|il) )?{DAY_ABROAD} "
    rf"(?:(?:de |di )?{MONTHS_ABROAD}(?:[ ,]+(?:de |del |du )?(?:{_YEAR_ABROAD}|(?:19|20)\d\d))?"
    rf"|(?:(?:de |del |di )?{NUMBERS_ABROAD}|{ORDINAL_ABROAD})[ ,]+(?:de |del |du )?"
    rf"(?:{_YEAR_ABROAD}|(?:19|20)\d\d))\b"
)
"""A date as other languages than English say it: ``zweiten Mai neunzehnhundertachtzig``."""
_DATES = (
    r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}",
    r"\d{1,2}\s?[-/. ]\s?\d{1,2}\s?[-/. ]\s?(?:19|20)?\d\d",
    r"\d{1,2}, ?\d{1,2}, ?(?:19|20)?\d\d",
    (
        r"(?:christmas (?:day|eve)|boxing day|new year'?s (?:day|eve)|valentine'?s day|st\.? patrick'?s day"
        rf"|midsummer(?:'s day)?|bonfire night|halloween|independence day)[ ,]+(?:of |in )?{_YEAR}"
    ),
    rf"the last day of {MONTH}[ ,-]+(?:of |in )?{_YEAR}",
    rf"(?:the )?{DAY}(?: day)?(?: of| de)?\.?[ -]{MONTH}(?:[ ,-]+(?:of |in |de )?{_YEAR})?",
    (
        rf"(?:the )?(?:{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)) of (?:the )?(?:{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))"
        rf"(?:[ ,-]+(?:of |in )?{_YEAR})?"
    ),
    rf"{MONTH}[ ,-]+(?:the )?{DAY}(?:[ ,-]+(?:of |in )?{_YEAR})?",
    rf"{MONTH}[ ,-]+(?:of )?(?:'?\d{{4}}|{_SAID})",
    r"\d{8}",
    (
        rf"{CARDINAL}(?:[ ,/-]+(?:slash |dash |and |hundred |hundred and |thousand |thousand and )?{CARDINAL}){{2,9}}"
        r"(?: hundred| thousand)?"
    ),
    r"(?:19|20)\d\d",
)
DATE = searcher(r"\b(?:" + "|".join(_DATES) + r")\b")
YEAR_FIRST = searcher(
    rf"\b(?:(?:nineteen|two thousand and) {CARDINAL}(?:[ -]{CARDINAL})?|(?:19|20)\d\d),? on the "
    rf"{ORDINAL} of (?:the )?(?:{ORDINAL}|{MONTH})\b"
)
"""A date that begins with its year: ``nineteen ninety nine on the nineteenth of the ninth``."""
WHOLE = (
    r"(?:\d{1,2}[-/.]\d{1,2}[-/.](?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d[-/.]\d\d[-/.]\d\d"
    rf"|(?:the )?{DAY}(?: of)?[ -]{MONTH}[ ,]+(?:of |in )?{_YEAR}"
    rf"|{MONTH}[ ,]+(?:the )?{DAY}[ ,]+(?:of |in )?{_YEAR}"
    rf"|(?:the )?(?:{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)) of (?:the )?(?:{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))[ ,]+"
    rf"(?:of |in )?{_YEAR})"
)
"""A date with its day, its month and its year."""
_WORDS = re.compile(r"\d+|[^\W\d_]+")
_FULL = 2
"""Signs between the three numbers of a whole date in its canonical form."""


def is_whole(value: str) -> bool:
    """Return whether the canonical form of a date has its day, its month and its year."""
    return value.count("-") >= _FULL


def canonical(text: str) -> str:
    """Return the numbers of a date, sorted, the year by its last two digits: order and spelling differ by country."""
    numbers: list[int] = []
    words = _WORDS.findall(text)
    pending = 0
    for word in words:
        if word.isdecimal():
            numbers.append(int(word))
        elif word in _NUMBER_OF_MONTH:
            numbers.append(_NUMBER_OF_MONTH[word])
        elif word in TENS:
            pending = int(TENS[word]) * 10
            numbers.append(pending)
            continue
        elif word in _ORDINALS or word in ONES or word in TEENS:
            value = _ORDINALS.get(word) or int(ONES.get(word) or TEENS[word])
            if pending and 0 < value < 10:  # noqa: PLR2004
                numbers[-1] += value
            else:
                numbers.append(value)
        elif word == "thirtieth":
            numbers.append(30)
        elif word == "thousand" and numbers:
            numbers[-1] *= 1000
        pending = 0
    numbers = sorted(number % 100 for number in numbers if number not in (19, 20))
    return "-".join(str(number) for number in numbers if number)
