"""Dates of birth: a date, written or said, where words around it speak of a birth."""

import re
from collections.abc import Iterator

from auscult.redactors._born.dates import (
    CARDINAL,
    DATE,
    DATE_ABROAD,
    DAY,
    DAY_ABROAD,
    FOREIGN_MONTHS,
    MONTH,
    MONTHS_ABROAD,
    NUMBERS_ABROAD,
    ORDINAL,
    ORDINAL_ABROAD,
    YEAR_FIRST,
    canonical,
    is_whole,
)
from auscult.redactors._patterns import searcher
from auscult.redactors._spoken.abroad import FOREIGN
from auscult.redactors._words import words_of

CUE = searcher(
    r"birth|\bborn\b|\bdob\b|\bd\.? ?o\.? ?b\b|\bbday\b|\bgeb\.|geboren|geburts(?:datum|tag)|geboorte|verjaardag"
    r"|n[ée]e? le\b|né\(e\)|naissance|anniversaire"
    r"|nacimiento|\bnac(?:i|í|ió|io|ido|ida)(?:[^a-zà-ÿ]|$)|cumpleaños|nascita|\bnat[oa] il\b|compleanno|nascimento"
    r"|\bnascid[oa]\b|\bnasci\b|född|født|urodzen|urodzon"
)

_BORN = (
    r"(?:19[2-9]\d|200\d|two thousand and (?:one|two|three|four|five|six|seven|eight|nine)"
    rf"|nineteen[ -](?:hundred[ -])?(?:and )?(?:{CARDINAL})(?:[ -]{CARDINAL})?)"
)
_OLD = searcher(
    r"\b"
    rf"(?:{DAY}(?: of| de)?\.?[ -]{MONTH}[ ,-]+(?:of |in |de )?{_BORN}|{MONTH}[ ,-]+(?:the )?{DAY}[ ,-]+{_BORN}"
    rf"|(?:the )?(?:{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)) of (?:the )?(?:{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))[ ,-]+"
    rf"{_BORN}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:19[2-9]\d|200\d)|(?:19[2-9]\d|200\d)[-/.]\d\d[-/.]\d\d)\b"
)
_SAID_OLD = re.compile(
    rf"\b(?:{CARDINAL} (?:slash|stroke|dash) {CARDINAL} (?:slash|stroke|dash)|(?:the )?{ORDINAL}(?: day)? of "
    rf"(?:the )?(?:{ORDINAL}|{MONTH})|(?:the )?{ORDINAL} {ORDINAL}|{MONTH} (?:the )?{ORDINAL})"
    r"[ ,]+(?:of |in )?(?:nineteen )?(?:forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?\b"
)
"""A day and a month that are said, with the last digits of a year in which who calls may have been born."""
_SAID_ALONE = re.compile(
    r"^(?:\W*(?:um|uh|er|yes|yeah|so|it's|and|that's|well|ok|okay|sure)\b)*\W*"
    rf"((?:(?:twenty|thirty)[ -])?{CARDINAL} {CARDINAL} (?:nineteen )?"
    r"(?:forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?),? and "
    r"(?:the |my )?(?:post ?code|zip|surname|last name|first line|address|house)"
)
"""The same in numbers alone, at the beginning of what proves who calls: ``nine twelve sixty and the postcode is``."""
_DAY_AND_MONTH = r"(?:(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]))"
SLASHED = searcher(rf"\b(?:{_DAY_AND_MONTH}/[3-9]\d|\d{{1,2}} {MONTH} [4-9]\d)\b")
"""A date of a year before this century, in figures or with its month: ``4/11/58``, ``1 may 63``."""
HAS_TENS = searcher(r"\b(?:forty|fifty|sixty|seventy|eighty|ninety)\b")
"""Prefilter: only a text with a match can contain such a date."""
_FIGURES = re.compile(r"\d{1,2}([-/.])\d{1,2}\1(?:\d\d|\d{4})")
_CUED_SIX = re.compile(
    r"\b(?:dob|d\.o\.b\.?|birth(?:day| ?date)?|born)(?: is|:)? "
    r"((?:0[1-9]|[12]\d|3[01]) ?(?:0[1-9]|[12]\d|3[01]) ?\d\d)\b(?![/.-])"
)
"""Six figures right behind a word of a birth."""
_OLD_ABROAD = re.compile(
    rf"\b(?:(?:der|den|dem|am|el|le|il) )?{DAY_ABROAD} (?:de |di )?(?:{MONTHS_ABROAD}|{ORDINAL_ABROAD}) "
    r"(?:de |del )?"
    r"(?:neunzehnhundert[a-zäöüß]+|zweitausend(?!(?:zwanzig|[a-zäöü]+undzwanzig))[a-zäöüß]*|mil novecientos"
    rf"(?: {NUMBERS_ABROAD}(?: y {NUMBERS_ABROAD})?)?|mille neuf cents?(?:[ -]{NUMBERS_ABROAD}){{0,3}})"
)
"""A whole date of a year in which who calls may have been born, in another language."""
HAS_ABROAD = searcher(r"\b(?:neunzehnhundert|zweitausend|mil novecientos|mille neuf)")
"""Prefilter: only a text with a match can contain such a date."""
_SIX = re.compile(
    r"(?:\W*(?:yes|yeah|sure|um|uh|it's|its|ok|okay)\b)*\W*((?:0[1-9]|[12]\d|3[01]) ?(?:0[1-9]|[12]\d|3[01]) ?\d\d)\W*"
)
"""Six figures that are all the answer to a question for a date."""
_IN_BRACKETS = re.compile(r"\((\d{1,2}[/.-]\d{1,2}[/.-](?:\d\d|\d{4}))\)")
_IN_ROW = re.compile(r"(?<![\d/.-])\d{1,2}([/.-])\d{1,2}\1[3-9]\d(?![\d/.-])")
_SHORT_YEAR = re.compile(r"\bborn (?:\w+ ){0,3}in (?:the year )?(['\u2019]\d\d)\b")
_COUNTED = re.compile(
    r"\s*(?:dollars|pounds|euros|percent|per cent|quid|bucks|pence|cents|units|people|minutes|hours|days|of|pieces"
    r"|items|boxes|years|thousand|hundred|miles|kilos|each|per|times|more|or so)\b"
)
"""Units after four digits, which are then a count and not a year."""
_DEALT = re.compile(
    r"\b(?:since|joined|started|start|placed|ordered|order|opened|bought|installed|member|expir\w*|due|delivered"
    r"|delivery|issued|valid|policy|contract|moved|changed|default\w*|reset\w*|renew\w*|passed|died|retired|signed"
    r"|paid|arrived|shipped|cancel\w*)"
    r"(?:\s+\w+){0,2}(?:\s+\d{1,2}[/.-])?[\s,:]*$|\b(?:had|got|having)(?: \w+){1,4} on $"
)
"""Words right before a date that is none of birth."""
_LETTER = re.compile(r"(?<![\w'\u2019.])[b-hj-z] $")
"""A letter right before a number, which makes a code of it."""
_THINGS = re.compile(
    r"\b(?:company|firm|brand|software|business|site|shop|app|model|product|idea|band|club|tradition|bank|service"
    r"|website|store|league|movement)\b[^.?!]{0,12}$"
)
"""Subjects that are founded or made, not born: firms and products."""
_EVENTS = re.compile(
    r"\b(?:edition|poster|concert|landing|episode|vintage|album|stamp|coin|replica|newspaper|match|festival"
    r"|exhibition)\b"
)
OLD_YEAR = searcher(r"\b(?:19[2-9]\d|200\d|nineteen|two thousand and)\b")
"""Prefilter: only a text with a match can contain a date from a caller's possible years of birth."""
_SINCE = re.compile(
    r"\b(?:since|contract|opened|opening|joined|started|installed|purchased|bought|built|dated|issued|invoice|order"
    r"|policy|founded|established|version|released|expired?|until)\b"
)
_YEAR_ALONE = searcher(
    r"\b((?:19|20)\d\d"
    rf"|(?:nineteen|twenty|two thousand)(?:[ -]+(?:and |hundred |hundred and )?{CARDINAL}){{0,3}}(?: hundred)?)\b"
)
_PIECE = rf"(?:\d{{1,4}}(?:st|nd|rd|th)?|{ORDINAL}|{MONTH}|{CARDINAL}|hundred|thousand)"
_ASKS_PART = re.compile(r"\b(?:day|month|year)\b")
ASKS_PART = searcher(
    r"(?m)\b(?:(?:what|which|and|and the|the) day\b|day(?:\?| first| and| please)"
    r"|month(?:[?,.]| first| and| please| of| were|$)"
    r"|year(?:[?,.]| and| please| of| were|$))"
)
"""A question for a part of a date."""
_ASKING = words_of("words.txt")["asks_date"]
"""Words of a question that asks for a part of a date and for nothing else."""
_YEAR_SAID = re.compile(r"\b(?:19[2-9]\d|200\d|201\d|nineteen|two thousand|forty|fifty|sixty|seventy|eighty|ninety)\b")
_PART = re.compile(
    r"\W*(?:(?:um|uh|er|erm|ah|oh(?! (?:one|two|three|four|five|six|seven|eight|nine)\b)|mm|so|okay"
    r"|it's|it was|yes|in|and|then)\W+)*"
    rf"((?:of )?(?:the )?{_PIECE}(?:[\s,/.-]+(?:of |the |of the |and )?{_PIECE})*)\W*$"
)
_BEFORE_CORRECTION = re.compile(
    rf"(?:\bthe )?\b{_PIECE}(?:[\s,/.-]+(?:of |the |of the |and )?{_PIECE})*(?: of(?: the)?)?[\s,.]+(?:(?:uh|um|no"
    r"|sorry|i mean|actually|wait|make that|rather|hang on|hold on|scratch that|it's)[\s,.]+)+(?:the )?$"
)
"""A part of a date that is taken back before the whole one is said."""
_IS_CORRECTION = re.compile(r"\b(?:no|sorry|i mean|actually|wait|make that|rather|hang on|hold on|scratch that)\b")
_CORRECTION = re.compile(
    rf"[\s,.]*(?:(?:no|sorry|i mean|actually|wait|make that|rather)[\s,.]+)+(?:it's |the )?{_PIECE}"
    rf"(?:[\s,/.-]+(?:of |the |of the |and )?{_PIECE})*"
)
_SHORT = 6
"""Words of a turn that is little more than a year."""
_WORDS = re.compile(r"\d+|[^\W\d_]+")
_REACH = 90
_REPEATED = re.compile(rf"\b({ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))[\s,.\u2026]+(?:the )?$")
_PAUSED = re.compile(
    rf"\b(?:the )?(?:{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))(?: of)?(?: the)?,? (?:er|erm|um|uh|ah|mm)[ ,.]+$"
)
"""The day of a date whose month comes after a pause."""


def dates(low: str, *, is_asked: bool) -> Iterator[tuple[int, int, str]]:
    """Yield dates of birth: start, end, and the date in a form that does not depend on how it was said.

    With ``is_asked`` the turn answers a question for one, so that its first date counts without a cue of its own.
    """
    cues = [
        found.end()
        for found in CUE.finditer(low)
        if not _THINGS.search(low, max(0, found.start() - _REACH), found.start())
    ]
    for found in _SHORT_YEAR.finditer(low):
        yield found.start(1), found.end(1), canonical(found[1])
    its: list[tuple[int, int, str]] = []
    words = _WORDS.findall(low)
    is_abroad = any(word in FOREIGN_MONTHS or word in FOREIGN for word in words) or "hundert" in low or "zigsten" in low
    for found in _CUED_SIX.finditer(low):
        yield *found.span(1), found[1]
    if is_asked and (six := _SIX.fullmatch(low)) is not None:
        yield *six.span(1), six[1]
    year_first = YEAR_FIRST.finditer(low) if " on the " in low else ()
    for found in (*DATE.finditer(low), *year_first, *(DATE_ABROAD.finditer(low) if is_abroad else ())):
        near = any(-_REACH < found.start() - cue < _REACH for cue in cues)
        is_dealt = _DEALT.search(low, max(0, found.start() - _REACH), found.start()) is not None
        is_code = _LETTER.search(low, max(0, found.start() - 3), found.start()) is not None
        if (near or is_asked) and not (is_dealt or is_code):
            its.append((found.start(), found.end(), canonical(found[0])))
    has_whole = any(is_whole(value) for _, _, value in its)
    has_whole = has_whole or any(_FIGURES.fullmatch(low, start, end) for start, end, _ in its)
    for start, end, value in its:
        if not (has_whole and end - start == len("1999") and low[start:end].isdecimal()):
            yield start, end, value


def old_dates(low: str) -> Iterator[tuple[int, int, str]]:
    """Yield whole dates that are most likely a date of birth: of a year in which who calls may have been born."""
    slashed = (found for found in SLASHED.finditer(low) if "/" in found[0] or _is_between_commas(low, *found.span()))
    abroad = _OLD_ABROAD.finditer(low) if "hundert" in low or "tausend" in low or "mil" in low else ()
    for found in (*_OLD.finditer(low), *_SAID_OLD.finditer(low), *abroad, *slashed):
        is_dated = _SINCE.search(low, max(0, found.start() - _REACH // 2), found.start()) or _EVENTS.search(low)
        if not is_dated and not _COUNTED.match(low, found.end()):
            yield found.start(), found.end(), canonical(found[0])


def _is_between_commas(low: str, start: int, end: int) -> bool:
    return low.endswith(", ", 0, start) and low[end : end + 1] in (",", "")


def in_brackets(low: str) -> Iterator[tuple[int, int, str]]:
    """Yield the dates in brackets, as those of a list of persons are."""
    for found in _IN_BRACKETS.finditer(low):
        yield *found.span(1), canonical(found[1])


def said_alone(low: str) -> tuple[int, int, str] | None:
    """Return the date in numbers alone with which a turn begins that goes on with a postcode or a name."""
    found = _SAID_ALONE.match(low)
    return None if found is None else (*found.span(1), canonical(found[1]))


def dates_in_row(low: str) -> Iterator[tuple[int, int, str]]:
    """Yield dates in figures of a year before this century, in a turn that has a national number: ``1/19/88``."""
    for found in _IN_ROW.finditer(low):
        yield found.start(), found.end(), canonical(found[0])


def same_dates(low: str, known: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Yield dates that are already known as dates of birth: read back, or said again."""
    for found in DATE.finditer(low):
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


def taken_back(low: str, start: int) -> int:
    """Return where a part of a date begins that is taken back, said twice or paused after right before a date; else its start."""
    found = _BEFORE_CORRECTION.search(low, max(0, start - _REACH), start)
    if found is not None and _IS_CORRECTION.search(found[0]):
        return found.start()
    paused = _PAUSED.search(low, max(0, start - _REACH), start)
    if paused is not None:
        return paused.start()
    repeated = _REPEATED.search(low, max(0, start - _REACH), start)
    return (
        start
        if repeated is None or not low.startswith((repeated[1], f"the {repeated[1]}"), start)
        else repeated.start()
    )


def asks_part(low: str) -> bool:
    """Return whether a turn asks for a day, a month or a year, and for nothing else."""
    return _ASKS_PART.search(low) is not None and _ASKING.issuperset(re.findall(r"[^\W\d_]+", low))


def has_year(low: str) -> bool:
    """Return whether a part of a date has a year in which who calls may have been born."""
    return _YEAR_SAID.search(low) is not None


def part(low: str) -> tuple[int, int] | None:
    """Return the span of a part of a date that is all that a short turn says: ``the ninth``, ``april nineteen``."""
    found = _PART.match(low)
    return None if found is None else found.span(1)
