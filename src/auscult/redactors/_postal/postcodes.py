"""Postcodes, in figures and said: British, Irish, Canadian and American ones."""

import re
from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Utterance
from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher
from auscult.redactors._tails import PLACES, STREETS, is_plain

SMALL = (
    "(?:" + "|".join((*TENS, *TEENS, *(word for word in ONES if word not in ("o", "won", "tree", "nil", "null")))) + ")"
)
SPOKEN = (
    rf"(?:a (?:hundred|thousand)(?: and)? )?{SMALL}"
    rf"(?:[ -]+(?:and |hundred |hundred and |thousand )?{SMALL}){{0,5}}(?: hundred| thousand)?"
)
NUMBER = rf"(?:\d{{1,6}}(?:[-/]\d{{1,4}})?[a-z]?|{SPOKEN})"
SPELLED = rf"(?:\b[a-z]\b[ ,-]*){{1,2}}(?:(?:{SMALL}|oh|o|zero|double|\d)[ ,-]+)+[a-z]\b"
SPOKEN_POSTCODE = searcher(
    rf"\b(?:[a-z],? ){{1,2}}(?:(?:{SMALL}|oh|o|double|\d{{1,2}}),? ){{1,3}}[a-z],? [a-z]\b"
    rf"|\b[ac-fhknprtv-y] (?:(?:{SMALL}|oh|o|\d{{1,2}}|w),? ){{1,2}}(?:(?:{SMALL}|oh|\d|[a-z]),? ){{2,3}}"
    rf"(?:(?:double )?(?:{SMALL}|\d)|[a-z])\b"
    rf"|\b[ac-fhknprtv-y] (?:(?:{SMALL}|oh|o|\d{{1,2}}),? ){{1,2}}(?:double (?:{SMALL}|[a-z]),? )"
    rf"(?:(?:{SMALL}|\d|[a-z]),? )(?:{SMALL}|\d|[a-z])\b"
)
"""A British postcode or an Eircode that is said."""
_LETTER_BEFORE = re.compile(r"(?<![\w'])[b-hj-z] $")
"""A letter that makes a flight or a code of what resembles a postcode: ``e z y eight one``."""
_TAKEN_BACK = re.compile(
    rf"(?<![\w'])(?:(?:[a-z]|{SMALL}|oh|double|\d{{1,2}}),? ){{2,6}}(?:(?:uh|um|er),? )?"
    r"(?:(?:no|sorry|wait|actually|i mean|it's|that's),? )+$"
)
"""The beginning of a postcode that is taken back: ``k one a, sorry, ``."""
_THE_SAID = re.compile(rf"{NUMBER},? the ")
_BEFORE_SPOKEN = re.compile(rf"\b{NUMBER},?\s+(?:(?:the )?[^\W\d_][\w'\u2019.-]{{2,}},?\s+){{2,6}}$")
_AS_IN = re.compile(r"\b([a-z]),? (?:as in|for|like) \1[a-z]+,?")
_POSTCODE_TURN = re.compile(
    r"(?:\W*(?:yeah|yes|yep|no|not|um|uh|er|it's|that's|so|and|sure|ok|okay|the postcode is|postcode)\b)*\W*[a-z],? "
    rf"(?:[a-z],? )?(?:(?:{SMALL}|oh|\d{{1,2}}),? ){{1,3}}[a-z],? [a-z](?:,? [a-z])?\W*"
)
UK = r"(?:[a-pr-uwyz][a-z]?\d\d?|(?:[enw]|[ns][ew]|[ew]c|sw)\d[a-z]) ?\d[abd-hjlnp-uw-z]{2}"
"""Only areas of inner London have a letter behind the first digit: ``SW1A 1AA``, and no booking code."""
CANADA = r"[abceghj-nprstvxy]\d[abceghj-nprstv-z][ -]?\d[abceghj-nprstv-z]\d"
_BEFORE_POSTCODE = re.compile(
    r"\b(?:(?:unit|flat|suite|apartment|apt|room|block|plot)\s+)?\d{1,4}[a-z]?,?\s+"
    r"(?:[^\W\d_][\w'\u2019.-]*,?\s+){1,7}$"
)
_LONGEST = 80
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_EIRCODE = r"[ac-fhknprtv-y]\d[\dw] ?[ac-fhknprtv-y\d]{4}"
_WORD_BEHIND = re.compile(r"[a-z]\d[\dw] ?[a-z]{4}")
"""Look-alike of an Eircode: a word instead of its second half."""
_WHOLE = re.compile(rf"{UK}|{CANADA}|{_EIRCODE}|\d{{5}}")
_TENS = re.compile(r"\b(" + "|".join(TENS) + r")[ -](one|two|three|four|five|six|seven|eight|nine)\b")
_CHARS = {**ONES, **TEENS, **{word: digit + "0" for word, digit in TENS.items()}}
_PART = re.compile(
    r"(?:\W*(?:yeah|yes|um|uh|er|it's|that's|so|and|then|sure|ok|okay)\b)*\W*"
    rf"((?:(?:[a-z]{{1,2}}\d{{0,2}}[a-z]?|\d{{1,3}}[a-z]{{0,2}}|{SMALL}|oh)\b[ ,-]*){{1,6}})\W*"
)
_TURNS = 8
"""Turns after a question in which the parts of a postcode are given."""
_POSTCODE = searcher(rf"\b(?:{UK}|{CANADA}|{_EIRCODE})\b")
STATES = (
    "al|ak|az|ar|ca|co|ct|de|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|"
    "or|pa|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|dc|alabama|alaska|arizona|arkansas|california|colorado|connecticut|"
    "delaware|florida|georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|"
    "massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|"
    "new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island|south carolina|"
    "south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|wyoming|nsw|vic|qld|tas|"
    "act|nt|sa|ontario|quebec|british columbia|alberta|manitoba|saskatchewan|nova scotia|new brunswick|newfoundland|"
    "prince edward island|queensland|victoria|new south wales|tasmania|south australia|western australia|n s w"
)
ZIP = rf"(?:\d{{4,5}}(?:-\d{{4}})?|{SMALL}(?:[ ,-]+{SMALL}){{2,4}})"
_CITY_ZIP = searcher(rf"\b[a-z][a-z'. -]{{2,25}},\s+(?:{STATES})\.?,?\s+\d{{5}}(?:-\d{{4}})?\b")
ZIP_ALONE = searcher(
    r"\b(?:zip(?: ?code)?|post ?code|eir ?code|pin ?code|plz|code postal)(?: is|'s| was|:| of| for me is| would be)?\s+"
    r"(?:it's |it is |um |uh )?(" + ZIP + r"|\d{4})\b"
)
_LETTER = (
    r"(?:[a-z]|ay|bee|cee|see|dee|ee|eff|gee|aitch|haitch|jay|kay|ell|em|en|pee|cue|queue|ar|ess|tee|vee|double you"
    r"|ex|why|wye|zed|zee)"
)
LETTERED = searcher(
    r"\b(?:post ?code|postal code|eir ?code)(?: is|'s| was|:)?\s+(?:it's |it is |um |uh )?"
    rf"((?:{_LETTER} ){{1,2}}(?:(?:{SMALL}|oh|\d) ){{1,2}}"
    rf"(?:(?:{_LETTER}|{SMALL}|\d) ){{0,4}}(?:{_LETTER}|{SMALL}|\d))\b"
)
"""A postcode whose letters are said by their names: ``vee six gee two ay nine``."""
HAS_ZIP = re.compile(r"zip|post|pin|code|plz")


def in_figures(text: str, low: str, done: int, *, has_cue: bool) -> Iterator[tuple[int, int]]:
    """Yield postcodes, each from the house's number on that is before it."""
    for pattern in (_POSTCODE, _CITY_ZIP):
        for found in pattern.finditer(low):
            if pattern is _POSTCODE and _WORD_BEHIND.fullmatch(found[0]):
                continue
            if found.start() >= done and (pattern is _CITY_ZIP or has_cue or text[found.start()].isupper()):
                start = _start(low, found.start(), max(done, 0))
                yield start, found.end()


def said(low: str, done: int, *, has_cue: bool) -> Iterator[tuple[int, int]]:
    """Yield postcodes that are said, each from the house's number on that is before it; one alone needs a cue."""
    for found in SPOKEN_POSTCODE.finditer(low):
        if _LETTER_BEFORE.search(low, max(0, found.start() - 3), found.start()):
            continue
        before = _BEFORE_SPOKEN.search(low, max(done, found.start() - _LONGEST), found.start())
        if before is not None and ("," in before[0] or _THE_SAID.match(before[0])):
            yield before.start(), found.end()
        elif (street := street_before(low, done, found.start())) is not None:
            yield street, found.end()
        elif has_cue and found.start() >= done:
            first = _TAKEN_BACK.search(low, max(done, found.start() - _LONGEST), found.start())
            yield found.start() if first is None else first.start(), found.end()


def street_before(low: str, done: int, offset: int) -> int | None:
    """Return where the street and the town begin that are right before a postcode; None where no street is."""
    words = list(_WORD.finditer(low, max(done, offset - _LONGEST), offset))
    start, has_street, after = offset, False, offset
    for word in reversed(words):
        if low[word.end() : after].strip(" ,") or not (word[0] in PLACES or is_plain(word[0])) or len(word[0]) == 1:
            break
        start, after = word.start(), word.start()
        has_street = has_street or (word[0] in STREETS and word is not words[0])
    return start if has_street else None


def in_parts(
    utterances: Sequence[Utterance], lows: Sequence[str], asks: int
) -> Iterator[tuple[int, tuple[int, int, str]]]:
    """Yield the parts of a postcode that the answer to a question for one gives over several turns."""
    spans: list[tuple[int, tuple[int, int]]] = []
    chars = ""
    for turn in range(asks + 1, min(asks + 1 + _TURNS, len(lows))):
        if utterances[turn].speaker == utterances[asks].speaker:
            continue
        found = _PART.fullmatch(lows[turn])
        if found is None:
            break
        spans.append((turn, found.span(1)))
        chars += _chars(found[1])
        if len(spans) > 1 and _WHOLE.fullmatch(chars):
            yield from ((each, (*span, lows[each][slice(*span)])) for each, span in spans)
            return


def _chars(said: str) -> str:
    """Return what letters and numbers that are said are together: ``h91`` for ``h ninety one``."""
    plain = _TENS.sub(lambda ten: TENS[ten[1]] + ONES[ten[2]], said.replace(",", " "))
    return "".join(_CHARS.get(word, word) for word in plain.split())


def is_postcode(low: str) -> bool:
    """Return whether a turn is a British postcode that is said, and nothing else: ``yeah o x one four l w``."""
    plain = " ".join(_AS_IN.sub(r"\1", low).split()) if " for " in low or " in " in low or " like " in low else low
    return _POSTCODE_TURN.fullmatch(plain) is not None


def _start(low: str, offset: int, done: int) -> int:
    """Return where an address begins that ends with a postcode at an offset: at a house's number, or there."""
    first = max(done, offset - _LONGEST)
    before = _BEFORE_POSTCODE.search(low[first:offset])
    return offset if before is None else first + before.start()
