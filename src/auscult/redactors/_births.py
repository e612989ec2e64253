"""Dates of birth: a date, written or said, where words around it speak of a birth."""

import re
from collections.abc import Iterator

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher
from auscult.redactors._spoken.abroad import FOREIGN
from auscult.redactors._words import words_of

CUE = searcher(
    r"birth|\bborn\b|\bdob\b|\bd\.? ?o\.? ?b\b|\bbday\b|geboren|geburts(?:datum|tag)|geboorte|verjaardag|n[ée]e? le\b|né\(e\)|naissance|anniversaire|"
    r"nacimiento|\bnac(?:i|í|ió|io|ido|ida)(?:[^a-zà-ÿ]|$)|cumpleaños|nascita|\bnat[oa] il\b|compleanno|nascimento|\bnascid[oa]\b|\bnasci\b|född|født|urodzen|urodzon"
)

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
_NUMBERS_ABROAD = (
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
    rf"(?:(?:dos |deux |dois )?(?:mil|mille)(?:[ -](?:y |et |e )?{_NUMBERS_ABROAD}){{0,6}}"
    r"|(?:neunzehnhundert|zweitausend|negentienhonderd|tweeduizend|duemila|millenovecento)[a-zäöüßë]*"
    rf"(?: (?:en )?{_NUMBERS_ABROAD})?|(?:'\\d\\d|{_NUMBERS_ABROAD}(?:[ -](?:y |et |e |und |en )?{_NUMBERS_ABROAD}){{0,2}}))"
)
_ORDINAL_ABROAD = (
    r"(?:erst|zweit|dritt|viert|fünft|sechst|siebt|siebent|acht|neunt|zehnt|elft|zwölft|[a-zäöüß]+zehnt|"
    r"[a-zäöüß]*zwanzigst|[a-zäöüß]*(?:dreißigst|dreissigst))e[nrs]?"
)
_DAY_ABROAD = rf"(?:{_ORDINAL_ABROAD}|{_NUMBERS_ABROAD}(?: (?:y|et|e) {_NUMBERS_ABROAD})?|\d{{1,2}}(?:er|\.)?)"
_MONTHS_ABROAD = "(?:" + "|".join(_ABROAD) + "|april|august|september|november)"
_DATE_ABROAD = re.compile(
    rf"\b(?:(?:der|den|dem|am|el|le|il) )?{_DAY_ABROAD} (?:(?:de |di )?{_MONTHS_ABROAD}(?:[ ,]+(?:de |del |du )?(?:{_YEAR_ABROAD}|(?:19|20)\d\d))?"
    rf"|(?:(?:de |del |di )?{_NUMBERS_ABROAD}|{_ORDINAL_ABROAD})[ ,]+(?:de |del |du )?(?:{_YEAR_ABROAD}|(?:19|20)\d\d))\b"
)
"""A date as other languages than English say it: ``zweiten Mai neunzehnhundertachtzig``."""
_DATES = (
    r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}",
    r"\d{1,2}\s?[-/. ]\s?\d{1,2}\s?[-/. ]\s?(?:19|20)?\d\d",
    r"\d{1,2}, ?\d{1,2}, ?(?:19|20)?\d\d",
    rf"(?:christmas (?:day|eve)|boxing day|new year'?s (?:day|eve)|valentine'?s day|st\.? patrick'?s day|midsummer(?:'s day)?|bonfire night|halloween|independence day)[ ,]+(?:of |in )?{_YEAR}",
    rf"the last day of {_MONTH}[ ,-]+(?:of |in )?{_YEAR}",
    rf"(?:the )?{_DAY}(?: day)?(?: of| de)?\.?[ -]{_MONTH}(?:[ ,-]+(?:of |in |de )?{_YEAR})?",
    rf"(?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)) of (?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))(?:[ ,-]+(?:of |in )?{_YEAR})?",
    rf"{_MONTH}[ ,-]+(?:the )?{_DAY}(?:[ ,-]+(?:of |in )?{_YEAR})?",
    rf"{_MONTH}[ ,-]+(?:of )?(?:'?\d{{4}}|{_SAID})",
    r"\d{8}",
    rf"{_CARDINAL}(?:[ ,/-]+(?:slash |dash |and |hundred |hundred and |thousand |thousand and )?{_CARDINAL}){{2,9}}(?: hundred| thousand)?",
    r"(?:19|20)\d\d",
)
_DATE = searcher(r"\b(?:" + "|".join(_DATES) + r")\b")
WHOLE = (
    r"(?:\d{1,2}[-/.]\d{1,2}[-/.](?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d[-/.]\d\d[-/.]\d\d"
    rf"|(?:the )?{_DAY}(?: of)?[ -]{_MONTH}[ ,]+(?:of |in )?{_YEAR}|{_MONTH}[ ,]+(?:the )?{_DAY}[ ,]+(?:of |in )?{_YEAR}"
    rf"|(?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)) of (?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))[ ,]+(?:of |in )?{_YEAR})"
)
"""A date with its day, its month and its year."""
_BORN = rf"(?:19[2-9]\d|200\d|two thousand and (?:one|two|three|four|five|six|seven|eight|nine)|nineteen[ -](?:hundred[ -])?(?:and )?(?:{_CARDINAL})(?:[ -]{_CARDINAL})?)"
_OLD = searcher(
    rf"\b(?:{_DAY}(?: of| de)?\.?[ -]{_MONTH}[ ,-]+(?:of |in |de )?{_BORN}|{_MONTH}[ ,-]+(?:the )?{_DAY}[ ,-]+{_BORN}"
    rf"|(?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)) of (?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))[ ,-]+{_BORN}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:19[2-9]\d|200\d)|(?:19[2-9]\d|200\d)[-/.]\d\d[-/.]\d\d)\b"
)
_SAID_OLD = re.compile(
    rf"\b(?:{_CARDINAL} (?:slash|stroke|dash) {_CARDINAL} (?:slash|stroke|dash)|(?:the )?{_ORDINAL}(?: day)? of (?:the )?(?:{_ORDINAL}|{_MONTH})|(?:the )?{_ORDINAL} {_ORDINAL}|{_MONTH} (?:the )?{_ORDINAL})"
    rf"[ ,]+(?:of |in )?(?:nineteen )?(?:forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?\b"
)
"""A day and a month that are said, with the last digits of a year in which who calls may have been born."""
_SAID_ALONE = re.compile(
    rf"^(?:\W*(?:um|uh|er|yes|yeah|so|it's|and|that's|well|ok|okay|sure)\b)*\W*((?:(?:twenty|thirty)[ -])?{_CARDINAL} {_CARDINAL} (?:nineteen )?"
    r"(?:forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?),? and (?:the |my )?(?:post ?code|zip|surname|last name|first line|address|house)"
)
"""The same in numbers alone, at the beginning of what proves who calls: ``nine twelve sixty and the postcode is``."""
_DAY_AND_MONTH = r"(?:(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]))"
SLASHED = searcher(rf"\b{_DAY_AND_MONTH}/[3-9]\d\b")
"""A date in figures of a year before this century: ``4/11/58``."""
HAS_TENS = searcher(r"\b(?:forty|fifty|sixty|seventy|eighty|ninety)\b")
"""Prefilter: only a text with a match can contain such a date."""
_FIGURES = re.compile(r"\d{1,2}([-/.])\d{1,2}\1(?:\d\d|\d{4})")
_CUED_SIX = re.compile(
    r"\b(?:dob|d\.o\.b\.?|birth(?:day| ?date)?|born)(?: is|:)? ((?:0[1-9]|[12]\d|3[01]) ?(?:0[1-9]|[12]\d|3[01]) ?\d\d)\b(?![/.-])"
)
"""Six figures right behind a word of a birth."""
_OLD_ABROAD = re.compile(
    rf"\b(?:(?:der|den|dem|am|el|le|il) )?{_DAY_ABROAD} (?:de |di )?(?:{_MONTHS_ABROAD}|{_ORDINAL_ABROAD}) (?:de |del )?"
    rf"(?:neunzehnhundert[a-zäöüß]+|zweitausend(?!(?:zwanzig|[a-zäöü]+undzwanzig))[a-zäöüß]*|mil novecientos(?: {_NUMBERS_ABROAD}(?: y {_NUMBERS_ABROAD})?)?|mille neuf cents?(?:[ -]{_NUMBERS_ABROAD}){{0,3}})"
)
"""A whole date of a year in which who calls may have been born, in another language."""
HAS_ABROAD = searcher(r"\b(?:neunzehnhundert|zweitausend|mil novecientos|mille neuf)")
"""Prefilter: only a text with a match can contain such a date."""
_SIX = re.compile(
    r"(?:\W*(?:yes|yeah|sure|um|uh|it's|its|ok|okay)\b)*\W*((?:0[1-9]|[12]\d|3[01]) ?(?:0[1-9]|[12]\d|3[01]) ?\d\d)\W*"
)
"""Six figures that are all the answer to a question for a date."""
_IN_ROW = re.compile(r"(?<![\d/.-])\d{1,2}([/.-])\d{1,2}\1[3-9]\d(?![\d/.-])")
_SHORT_YEAR = re.compile(r"\bborn (?:\w+ ){0,3}in (?:the year )?(['\u2019]\d\d)\b")
_COUNTED = re.compile(
    r"\s*(?:dollars|pounds|euros|percent|per cent|quid|bucks|pence|cents|units|people|minutes|hours|days|of|pieces|items|boxes|years|thousand|hundred|miles|kilos|each|per|times|more|or so)\b"
)
"""Units after four digits, which are then a count and not a year."""
_DEALT = re.compile(
    r"\b(?:since|joined|started|start|placed|ordered|order|opened|bought|installed|member|expir\w*|due|delivered|delivery|issued|valid|policy|contract|moved|changed|default\w*|reset\w*|renew\w*|passed|died|retired|signed|paid|arrived|shipped|cancel\w*)"
    r"(?:\s+\w+){0,2}(?:\s+\d{1,2}[/.-])?[\s,:]*$|\b(?:had|got|having)(?: \w+){1,4} on $"
)
"""Words right before a date that is none of birth."""
_LETTER = re.compile(r"(?<![\w'\u2019.])[b-hj-z] $")
"""A letter right before a number, which makes a code of it."""
_THINGS = re.compile(
    r"\b(?:company|firm|brand|software|business|site|shop|app|model|product|idea|band|club|tradition|bank|service|website|store|league|movement)\b[^.?!]{0,12}$"
)
"""Subjects that are founded or made, not born: firms and products."""
_EVENTS = re.compile(
    r"\b(?:edition|poster|concert|landing|episode|vintage|album|stamp|coin|replica|newspaper|match|festival|exhibition)\b"
)
OLD_YEAR = searcher(r"\b(?:19[2-9]\d|200\d|nineteen|two thousand and)\b")
"""Prefilter: only a text with a match can contain a date from a caller's possible years of birth."""
_SINCE = re.compile(
    r"\b(?:since|contract|opened|opening|joined|started|installed|purchased|bought|built|dated|issued|invoice|order|policy|founded|established|version|released|expired?|until)\b"
)
_YEAR_ALONE = searcher(
    rf"\b((?:19|20)\d\d|(?:nineteen|twenty|two thousand)(?:[ -]+(?:and |hundred |hundred and )?{_CARDINAL}){{0,3}}(?: hundred)?)\b"
)
_PIECE = rf"(?:\d{{1,4}}(?:st|nd|rd|th)?|{_ORDINAL}|{_MONTH}|{_CARDINAL}|hundred|thousand)"
_ASKS_PART = re.compile(r"\b(?:day|month|year)\b")
ASKS_PART = searcher(
    r"(?m)\b(?:(?:what|which|and|and the|the) day\b|day(?:\?| first| and| please)|month(?:[?,.]| first| and| please| of| were|$)"
    r"|year(?:[?,.]| and| please| of| were|$))"
)
"""A question for a part of a date."""
_ASKING = words_of("words.txt")["asks_date"]
"""Words of a question that asks for a part of a date and for nothing else."""
_YEAR_SAID = re.compile(r"\b(?:19[2-9]\d|200\d|201\d|nineteen|two thousand)\b")
_PART = re.compile(
    rf"\W*(?:(?:um|uh|er|erm|ah|oh|mm|so|okay|it's|it was|yes|in|of|and|then)\W+)*((?:the )?{_PIECE}(?:[\s,/.-]+(?:of |the |of the |and )?{_PIECE})*)\W*$"
)
_BEFORE_CORRECTION = re.compile(
    rf"(?:\bthe )?\b{_PIECE}(?:[\s,/.-]+(?:of |the |of the |and )?{_PIECE})*(?: of(?: the)?)?[\s,.]+(?:(?:uh|um|no|sorry|i mean|actually|wait|make that|rather|hang on|hold on|scratch that|it's)[\s,.]+)+(?:the )?$"
)
"""A part of a date that is taken back before the whole one is said."""
_IS_CORRECTION = re.compile(r"\b(?:no|sorry|i mean|actually|wait|make that|rather|hang on|hold on|scratch that)\b")
_CORRECTION = re.compile(
    rf"[\s,.]*(?:(?:no|sorry|i mean|actually|wait|make that|rather)[\s,.]+)+(?:it's |the )?{_PIECE}(?:[\s,/.-]+(?:of |the |of the |and )?{_PIECE})*"
)
_SHORT = 6
"""Words of a turn that is little more than a year."""
_DIGITS = re.compile(r"\d+|[^\W\d_]+")
_REACH = 90
_FULL = 2
"""Signs between the three numbers of a whole date in its canonical form."""
_REPEATED = re.compile(rf"\b({_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))[\s,.\u2026]+(?:the )?$")
_PAUSED = re.compile(
    rf"\b(?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))(?: of)?(?: the)?,? (?:er|erm|um|uh|ah|mm)[ ,.]+$"
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
    words = _DIGITS.findall(low)
    is_abroad = any(word in _ABROAD or word in FOREIGN for word in words) or "hundert" in low or "zigsten" in low
    for found in _CUED_SIX.finditer(low):
        yield *found.span(1), found[1]
    if is_asked and (six := _SIX.fullmatch(low)) is not None:
        yield *six.span(1), six[1]
    for found in (*_DATE.finditer(low), *(_DATE_ABROAD.finditer(low) if is_abroad else ())):
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
    slashed = SLASHED.finditer(low) if "/" in low else ()
    abroad = _OLD_ABROAD.finditer(low) if "hundert" in low or "tausend" in low or "mil" in low else ()
    for found in (*_OLD.finditer(low), *_SAID_OLD.finditer(low), *abroad, *slashed):
        is_dated = _SINCE.search(low, max(0, found.start() - _REACH // 2), found.start()) or _EVENTS.search(low)
        if not is_dated and not _COUNTED.match(low, found.end()):
            yield found.start(), found.end(), canonical(found[0])


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
    for found in _DATE.finditer(low):
        value = canonical(found[0])
        if value in known:
            yield found.start(), found.end(), value


def year_alone(low: str) -> tuple[int, int, str] | None:
    """Return the year that is all of a short answer, as to a question for the year of a date."""
    found = _YEAR_ALONE.search(low)
    return None if found is None or len(low.split()) > _SHORT else (*found.span(1), canonical(found[1]))


def is_whole(value: str) -> bool:
    """Return whether the canonical form of a date has its day, its month and its year."""
    return value.count("-") >= _FULL


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
