"""Dates of birth: a date, written or said, where words around it speak of a birth."""

import re
from collections.abc import Iterator

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher

CUE = searcher(
    r"birth|\bborn\b|\bdob\b|\bd\.? ?o\.? ?b\b|\bbday\b|geboren|geburtsdatum|n[ée]e? le\b|naissance|nacimiento|nacido|nascita"
)

CUE_WORDS = (
    "birth",
    "born",
    "dob",
    "d.o.b",
    "d o b",
    "bday",
    "geb",
    "n\u00e9",
    "nee le",
    "ne le",
    "n\u00e9e",
    "nai",
    "nac",
    "nasc",
)
"""One of these is in every text with a cue."""

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
]
_ABROAD = {
    "januar": 1, "jänner": 1, "janvier": 1, "enero": 1, "gennaio": 1, "januari": 1, "janeiro": 1,
    "februar": 2, "février": 2, "febrero": 2, "febbraio": 2, "februari": 2, "fevereiro": 2,
    "märz": 3, "mars": 3, "marzo": 3, "maart": 3, "março": 3, "avril": 4, "abril": 4, "aprile": 4,
    "mai": 5, "mayo": 5, "maggio": 5, "mei": 5, "maio": 5, "juni": 6, "juin": 6, "junio": 6, "giugno": 6, "junho": 6,
    "juli": 7, "juillet": 7, "julio": 7, "luglio": 7, "julho": 7, "août": 8, "agosto": 8, "augustus": 8,
    "septembre": 9, "septiembre": 9, "settembre": 9, "setembro": 9, "oktober": 10, "octobre": 10, "octubre": 10,
    "ottobre": 10, "outubro": 10, "novembre": 11, "noviembre": 11, "novembro": 11, "dezember": 12, "décembre": 12,
    "diciembre": 12, "dicembre": 12, "dezembro": 12, "december": 12,
}  # fmt: skip
_MONTH = "(?:" + "|".join((*_MONTHS, *_ABROAD)) + r")\.?"
_NUMBER_OF_MONTH = {name: place % 12 + 1 for place, name in enumerate(_MONTHS[:12])} | {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11,
    "dec": 12, **_ABROAD,
}  # fmt: skip
_ORDINALS = {
    word: place
    for place, word in enumerate(
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
_CARDINAL = "(?:" + "|".join((*TENS, *TEENS, *ONES)) + ")"
_ORDINAL = "(?:(?:twenty|thirty)[ -])?(?:" + "|".join(_ORDINALS) + "|thirtieth)"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{_ORDINAL}|(?:(?:twenty|thirty)[ -])?{_CARDINAL})"
_SAID = rf"{_CARDINAL}(?:[ ,-]+(?:and |hundred |hundred and |thousand |thousand and )?{_CARDINAL}){{0,5}}(?: hundred| thousand)?"
_YEAR = rf"(?:'?\d{{4}}|'\d{{2}}|\d{{2}}\b|{_SAID})"
_DATES = (
    r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}",
    r"\d{1,2}\s?[-/. ]\s?\d{1,2}\s?[-/. ]\s?(?:19|20)?\d\d",
    rf"(?:the )?{_DAY}(?: day)?(?: of| de)?\.?[ -]{_MONTH}(?:[ ,-]+(?:of |in |de )?{_YEAR})?",
    rf"(?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)) of (?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))(?:[ ,-]+(?:of |in )?{_YEAR})?",
    rf"{_MONTH}[ ,-]+(?:the )?{_DAY}(?:[ ,-]+(?:of |in )?{_YEAR})?",
    rf"{_MONTH}[ ,-]+(?:of )?(?:'?\d{{4}}|{_SAID})",
    r"\d{8}",
    rf"{_CARDINAL}(?:[ ,/-]+(?:slash |dash |and |hundred |hundred and |thousand |thousand and )?{_CARDINAL}){{2,9}}(?: hundred| thousand)?",
    r"(?:19|20)\d\d",
)
_DATE = searcher(r"\b(?:" + "|".join(_DATES) + r")\b")
_BORN = rf"(?:19[2-9]\d|200\d|nineteen[ -](?:hundred[ -])?(?:and )?(?:{_CARDINAL})(?:[ -]{_CARDINAL})?)"
_OLD = searcher(
    rf"\b(?:{_DAY}(?: of| de)?\.?[ -]{_MONTH}[ ,-]+(?:of |in |de )?{_BORN}|{_MONTH}[ ,-]+(?:the )?{_DAY}[ ,-]+{_BORN}"
    rf"|(?:the )?{_ORDINAL} of (?:the )?{_ORDINAL}[ ,-]+{_BORN}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:19[2-9]\d|200\d)|(?:19[2-9]\d|200\d)-\d\d-\d\d)\b"
)
OLD_YEAR = searcher(r"\b(?:19[2-9]\d|200\d|nineteen)\b")
"""Whether a text may hold a date of a year in which who calls may have been born."""
_SINCE = re.compile(
    r"\b(?:since|contract|opened|opening|joined|started|installed|purchased|bought|built|dated|issued|invoice|order|policy|founded|established|version|released|expired?|until)\b"
)
_YEAR_ALONE = searcher(
    rf"\b((?:19|20)\d\d|(?:nineteen|twenty|two thousand)(?:[ -]+(?:and |hundred |hundred and )?{_CARDINAL}){{0,3}}(?: hundred)?)\b"
)
_PIECE = rf"(?:\d{{1,4}}(?:st|nd|rd|th)?|{_ORDINAL}|{_MONTH}|{_CARDINAL}|hundred|thousand)"
_PART = re.compile(
    rf"\W*(?:(?:um|uh|er|so|okay|it's|yes|in|of|and|then)\W+)*((?:the )?{_PIECE}(?:[\s,/.-]+(?:of |the |of the |and )?{_PIECE})*)\W*$"
)
_CORRECTION = re.compile(
    rf"[\s,.]*(?:(?:no|sorry|i mean|actually|wait|make that|rather)[\s,.]+)+(?:it's |the )?{_PIECE}(?:[\s,/.-]+(?:of |the |of the |and )?{_PIECE})*"
)
_SHORT = 6
"""Words of a turn that is little more than a year."""
_DIGITS = re.compile(r"\d+|[^\W\d_]+")
_REACH = 90


def dates(low: str, *, is_asked: bool) -> Iterator[tuple[int, int, str]]:
    """Yield dates of birth: start, end, and the date in a form that does not depend on how it was said.

    With ``is_asked`` the turn answers a question for one, so that its first date counts without a cue of its own.
    """
    cues = [found.end() for found in CUE.finditer(low)]
    for found in _DATE.finditer(low):
        near = any(-_REACH < found.start() - cue < _REACH for cue in cues)
        if near or is_asked:
            yield found.start(), found.end(), canonical(found[0])


def old_dates(low: str) -> Iterator[tuple[int, int, str]]:
    """Yield whole dates that are most likely a date of birth: of a year in which who calls may have been born."""
    for found in _OLD.finditer(low):
        if not _SINCE.search(low, max(0, found.start() - _REACH // 2), found.start()):
            yield found.start(), found.end(), canonical(found[0])


def same_dates(low: str, known: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Yield dates that are already known as dates of birth: read back, or said again."""
    for found in _DATE.finditer(low):
        value = canonical(found[0])
        if value in known:
            yield found.start(), found.end(), value


def year_alone(low: str) -> tuple[int, int, str] | None:
    """Return the year that is all of a short answer, as to a question for the year of a date."""
    found = _YEAR_ALONE.search(low)
    return None if found is None or len(low.split()) > _SHORT else (*found.span(1), canonical(found[1]))


def correction(low: str, end: int) -> int:
    """Return where a correction ends that follows on a date at once; the date's end where none does."""
    found = _CORRECTION.match(low, end)
    return end if found is None else found.end()


def part(low: str) -> tuple[int, int] | None:
    """Return the place of a part of a date that is all that a short turn says: ``the ninth``, ``april nineteen``."""
    found = _PART.match(low)
    return None if found is None else found.span(1)


def canonical(text: str) -> str:
    """Return the numbers of a date, sorted, the year by its last two digits: order and spelling differ by country."""
    numbers: list[int] = []
    words = _DIGITS.findall(text)
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
