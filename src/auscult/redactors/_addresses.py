"""Postal addresses: a number with a street, what follows it up to the postcode, post-office boxes, postcodes alone."""

import re
from collections.abc import Iterator

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher

CUE = searcher(
    r"\baddress|\blives?\b|\bliving at\b|\bresid|\bship(?:ped|ping)? (?:it |that |them )?to\b|\bdeliver(?:ed|y)?\b|\bsend (?:it|that|them|one)\b|"
    r"\bmov(?:ed|ing) to\b|\bbilling\b|\bmailing\b|\bpostal\b|\bpostcode|\bpost code|\bzip\b|\blocated at\b|\bhouse\b|\bstreet\b|"
    r"\badresse\b|\bwohne\b|\bdirecci[oó]n\b|\bhabite\b|\bindirizzo\b|\bvivo en\b|\banschrift\b"
)

_SMALL = (
    "(?:" + "|".join((*TENS, *TEENS, *(word for word in ONES if word not in ("o", "won", "tree", "nil", "null")))) + ")"
)
_SPOKEN = rf"{_SMALL}(?:[ -]+(?:and |hundred |hundred and |thousand )?{_SMALL}){{0,5}}(?: hundred| thousand)?"
_NUMBER = rf"(?:\d{{1,6}}(?:-\d{{1,4}})?[a-z]?|{_SPOKEN})"
_UNIT = (
    r"(?:apartment|apt|unit|suite|ste|flat|floor|room|building|bldg|lot|trailer|house|appartement)\.?\s*(?:number |no\.? |#)?"
    rf"(?:#?\d+[a-z]?\b|[a-z]\d*\b|{_SPOKEN}(?: [a-z]\b)?)"
)
_CLEAR = (
    "street|road|avenue|boulevard|lane|crescent|terrace|parkway|highway|turnpike|rd|ave|blvd|ln|pkwy|hwy|mews|"
    "cul-de-sac|esplanade|causeway|promenade"
)
_DOUBTFUL = (
    "st|str|dr|drive|ct|court|pl|place|way|close|square|sq|circle|cir|trail|row|gardens|grove|hill|park|path|walk|rise|green|"
    "view|loop|run|ter|cres|cl|gate|alley|plaza|bend|ridge|point|crossing|heights|wharf|quay|broadway|yard"
)
_WORD = r"(?:\p{L}[\p{L}'.-]*|\d{1,3}(?:st|nd|rd|th))"
_DIRECTION = r"(?:(?:north|south|east|west|n|s|e|w|ne|nw|se|sw|northeast|northwest|southeast|southwest)\.?\s+)"
_STREET = searcher(
    rf"\b(?:{_UNIT},?\s+)?{_NUMBER},?\s+{_DIRECTION}?(?:(?:{_WORD}\s+){{1,4}}?)(?:(?:(?:{_DOUBTFUL})\s+)?({_CLEAR})|({_DOUBTFUL}))\b\.?(?:\s+(?:n|s|e|w|ne|nw|se|sw|north|south|east|west)\b)?"
)
_FOREIGN = searcher(
    rf"\b(?:\d{{1,4}},?\s+(?:bis |ter )?(?:rue|avenue|boulevard|place|allée|chemin|impasse|quai)\s+(?:d[eu]s? |de la |de l'|du |d')?{_WORD}(?:\s+{_WORD}){{0,2}}"
    rf"|(?:calle|avenida|plaza|paseo|carrera|via|viale|piazza|corso|rua|travessa)\s+(?:(?:de |del |de la |della |dei |di |da |do )?{_WORD}\s+){{1,3}}(?:n[°º.]?\s*)?\d{{1,4}}"
    r"|\p{L}{2,}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|straat|laan|gracht|plein|vej|gade|gatan|vägen|ulica)\s+\d{1,4}\s?[a-z]?)\b"
)
_BOX = searcher(
    rf"\b(?:p\.?\s?o\.?\s?box|post office box|postbox|postfach|private bag)\s+(?:number )?(?:\d[\d -]*|{_SPOKEN})"
)
_UK = r"[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}"
_CANADA = r"[abceghj-nprstvxy]\d[abceghj-nprstv-z][ -]?\d[abceghj-nprstv-z]\d"
_BEFORE_POSTCODE = re.compile(r"\b\d{1,4}[a-z]?\s+(?:[^\W\d_][\w'\u2019.-]*,?\s+){1,7}$")
_LONGEST = 80
_POSTCODE = searcher(rf"\b(?:{_UK}|{_CANADA})\b")
_STATES = (
    "al|ak|az|ar|ca|co|ct|de|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|or|pa|ri|sc|sd|tn|"
    "tx|ut|vt|va|wa|wv|wi|wy|dc|alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|"
    "idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|"
    "montana|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|"
    "pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|"
    "wisconsin|wyoming|nsw|vic|qld|tas|act|nt|sa|ontario|quebec|british columbia"
)
_ZIP = rf"(?:\d{{4,5}}(?:-\d{{4}})?|{_SMALL}(?:[ ,-]+{_SMALL}){{2,4}})"
_CITY = r"(?!(?:but|and|or|is|was|are|not|i|i'm|we|it|it's|so|then|that|the|please|near|by|at|on|for|my|which)\b)[^\W\d_][\w'\u2019.-]*(?:\s+[^\W\d_][\w'\u2019.-]*){0,2}"
_REST = re.compile(
    rf"(?:,?\s+{_UNIT})?"
    rf"(?:,?\s+(?:in )?(?:{_CITY}),?\s+(?:{_STATES})\b\.?(?:,?\s+(?:zip(?: code)? )?{_ZIP}\b)?"
    rf"|,?\s+(?:in )?{_CITY},?\s+(?:{_UK}|{_CANADA})\b"
    rf"|,?\s+(?:{_UK}|{_CANADA})\b"
    rf"|,?\s+\d{{4,5}}\s+{_CITY}"
    rf"|,?\s+\d{{4}}\s?[a-z]{{2}}\s+{_CITY}"
    rf"|,?\s+(?:in )?{_CITY},?\s+\d{{4,5}}\b)?"
)
_CAPITAL_CITY = re.compile(
    r",\s+(?:[A-ZÀ-Þ][\w'\u2019-]+(?:\s+[A-ZÀ-Þ][\w'\u2019-]+){0,2})(?:,\s+[A-ZÀ-Þ]\w+)?|\s+in\s+[A-ZÀ-Þ][\w'\u2019-]+"
)
_CITY_ZIP = searcher(rf"\b[a-z][a-z'. -]{{2,25}},\s+(?:{_STATES})\.?,?\s+\d{{5}}(?:-\d{{4}})?\b")
_ZIP_ALONE = searcher(
    r"\b(?:zip(?: ?code)?|post ?code|plz|code postal)(?: is|:| of| for me is| would be)?\s+(?:it's |it is |um |uh )?("
    + _ZIP
    + r"|\d{4})\b"
)
_NO_STREETS = frozenset(
    [
        "minute",
        "minutes",
        "hour",
        "hours",
        "day",
        "days",
        "week",
        "weeks",
        "month",
        "months",
        "year",
        "years",
        "mile",
        "miles",
        "km",
        "step",
        "steps",
        "star",
        "stars",
        "way",
        "ways",
        "time",
        "times",
        "percent",
        "dollar",
        "dollars",
        "pound",
        "pounds",
        "euro",
        "euros",
        "more",
        "times",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "is",
        "was",
        "are",
        "and",
        "or",
        "my",
        "your",
        "a",
        "an",
        "that",
        "this",
        "you",
        "i",
        "we",
        "they",
        "it",
        "first",
        "point",
        "points",
        "out",
        "people",
        "item",
        "items",
        "order",
        "orders",
        "pair",
        "pairs",
        "lot",
        "bit",
        "thing",
        "things",
        "box",
        "left",
        "by",
        "per",
        "gb",
        "mb",
        "inch",
        "foot",
        "feet",
        "meter",
        "meters",
        "pm",
        "am",
        "o'clock",
        "with",
        "later",
        "ago",
        "off",
        "before",
        "after",
        "over",
        "under",
    ]
)
_WORDS = re.compile(r"[^\W\d_]+")


def addresses(text: str, low: str, *, is_asked: bool) -> Iterator[tuple[int, int, str]]:
    """Yield addresses of a text: start, end, and the address in small letters without punctuation.

    With ``is_asked`` the turn answers a question for one: a word that is seldom a street counts as one then.
    """
    done = -1
    has_cue = is_asked or CUE.search(low) is not None
    for pattern in (_STREET, _FOREIGN, _BOX):
        for found in pattern.finditer(low):
            if found.start() < done or (pattern is _STREET and not _is_street(text, found, has_cue=has_cue)):
                continue
            done = _end(text, low, found.end())
            yield found.start(), done, _value(found[0])
    for pattern in (_POSTCODE, _CITY_ZIP):
        for found in pattern.finditer(low):
            if found.start() >= done and (pattern is _CITY_ZIP or has_cue or text[found.start()].isupper()):
                start = _start(low, found.start(), max(done, 0))
                yield start, found.end(), _value(low[start : found.end()])
    for found in _ZIP_ALONE.finditer(low):
        if found.start(1) >= done:
            yield found.start(1), found.end(1), _value(found[1])


def answers(text: str, low: str) -> Iterator[tuple[int, int, str]]:
    """Yield a postcode that is all the answer to a question for one."""
    found = re.search(rf"\b(?:{_ZIP}|{_UK}|{_CANADA})\b", low)
    if found and len(_WORDS.findall(low)) <= 12:  # noqa: PLR2004
        yield found.start(), found.end(), _value(text[found.start() : found.end()].lower())


ASKS = searcher(r"\b(?:zip|post ?code|postal code)\b")


def _is_street(text: str, found: re.Match[str], *, has_cue: bool) -> bool:
    """Return whether a likely street is one: its name is no everyday word, and a doubtful kind needs more."""
    words = _WORDS.findall(text[found.start() : found.end(1) if found.group(1) else found.end(2)].lower())
    names = [word for word in words[:-1] if not re.fullmatch(_SMALL + "|hundred|thousand|and", word)]
    if not names or _NO_STREETS & set(names):
        return False
    if found.group(1):
        return has_cue or len(names) <= 3  # noqa: PLR2004
    original = text[found.start() : found.end(2)]
    kind = _WORDS.findall(original)[-1]
    return has_cue or (kind[0].isupper() and original.split()[-2][:1].isupper())


def _start(low: str, place: int, done: int) -> int:
    """Return where an address begins that ends with a postcode at a place: at a house's number, or there."""
    first = max(done, place - _LONGEST)
    before = _BEFORE_POSTCODE.search(low[first:place])
    return place if before is None else first + before.start()


def _end(text: str, low: str, place: int) -> int:
    """Return where an address ends whose street ends at a place: behind unit, city, state and postcode."""
    rest = _REST.match(low, place)
    end = rest.end() if rest is not None else place
    if end == place or rest is None:
        city = _CAPITAL_CITY.match(text, place)
        end = city.end() if city is not None else end
    else:
        city = _CAPITAL_CITY.match(text, end)
        end = city.end() if city is not None else end
    return end


def _value(low: str) -> str:
    return " ".join(re.findall(r"\w+", low))
