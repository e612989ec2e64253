"""Postal addresses: a number with a street, what follows it up to the postcode, post-office boxes, postcodes alone."""

import re
from collections.abc import Iterator, Sequence

from auscult.redactors._patterns import searcher
from auscult.redactors._people.patterns import words_in
from auscult.redactors._postal import abroad, postcodes, said, walked
from auscult.redactors._postal.around import beginning
from auscult.redactors._postal.postcodes import (
    CANADA,
    HAS_ZIP,
    LETTERED,
    NUMBER,
    SMALL,
    SPELLED,
    SPOKEN,
    SPOKEN_POSTCODE,
    STATES,
    UK,
    ZIP,
    ZIP_ALONE,
)
from auscult.redactors._tails import NUMBERS_AND_PLACES, find_addresses, is_plain, tail, town_before
from auscult.redactors._words import words_of

CUE = searcher(
    r"\baddress|\blives?\b|\bliving at\b|\bresid|\bship(?:ped|ping)? (?:it |that |them )?to\b|\bdeliver(?:ed|y)?\b"
    r"|\bsend (?:it|that|them|one)\b"
    r"|\bproperty\b|\beir ?code|\bplace is\b|\bflat \d|\bgot you (?:at|down)\b|\bhave you (?:at|down)\b|\bdown as\b"
    r"|\bon file\b|\byou at\b|\bbased at\b|\bwe're at\b|\bi'm at\b|\bmov(?:ed|ing) to\b|\bbilling\b|\bmailing\b"
    r"|\bpostal\b|\bpostcode|\bpost code|\bzip\b|\blocated at\b|\bhouse\b|\bstreet\b"
    r"|\badresse\b|\bwohne\b|\bdirecci[oó]n\b|\bhabite\b|\bindirizzo\b|\bvivo en\b|\banschrift\b"
)

_UNIT = (
    r"(?:apartment|apt|unit|suite|ste|flat|floor|room|building|bldg|lot|trailer|house|appartement)\.?\s*"
    r"(?:number |no\.? |#)?"
    rf"(?:#?\d+[a-z]?\b|[a-z]\d*\b|{SPOKEN}(?: [a-z]\b)?)"
)
_CLEAR = (
    "street|road|avenue|boulevard|lane|crescent|terrace|parkway|highway|turnpike|rd|ave|blvd|ln|pkwy|hwy|mews|"
    "cul-de-sac|esplanade|causeway|promenade|parade|embankment|sideroad|wynd"
)
_DOUBTFUL = (
    "st|str|dr|drive|lanes|ct|court|pl|place|way|close|square|sq|circle|cir|trail|row|gardens|grove|hill|park|path|"
    "walk|rise|green|view|loop|run|ter|cres|cl|gate|alley|plaza|bend|ridge|point|crossing|heights|wharf|quay|"
    "broadway|yard|villas|cottages|pk|gdns|grn|hts|cct|tce|mount|vale|hollow|cove|knoll|brae|garth|croft|approach"
)
_WORD = r"(?:\p{L}[\p{L}'.-]*|\d{1,3}(?:st|nd|rd|th))"
_DIRECTION = r"(?:(?:north|south|east|west|n|s|e|w|ne|nw|se|sw|northeast|northwest|southeast|southwest)\.?\s+)"
_STREET = searcher(
    rf"\b(?:{_UNIT},?\s+)?{NUMBER},?\s+{_DIRECTION}?(?:(?:{_WORD}\s+){{1,4}}?)(?:(?:(?:{_DOUBTFUL})\s+)?({_CLEAR})"
    rf"|({_DOUBTFUL}))\b\.?(?:\s+(?:n|s|e|w|ne|nw|se|sw|north|south|east|west)\b)?"
)
_FOREIGN = searcher(
    rf"\b(?:\d{{1,4}},?\s+(?:bis,? |ter,? )?(?:rue|avenue|boulevard|place|allée|chemin|impasse|quai|cours|route"
    r"|square|passage|sentier|résidence|faubourg|promenade|ruelle|montée)\s+"
    rf"(?:d[eu]s? |de la |de l'|du |d')?{_WORD}(?:\s+{_WORD}){{0,2}}"
    r"|(?:c/|avda\.?|av\.|pza\.?|ctra\.?|(?:la |el )?(?:calle|carrer|passeig|avinguda"
    r"|avenida|plaza|paseo|carrera|via|viale|piazza|corso"
    rf"|rua|travessa))\s+(?:(?:de |del |de la |della |dei |di |da |do )?{_WORD},?\s+){{1,3}}"
    rf"(?:(?:n[°º.]?|n[uú]mero|n[uú]m\.?|civico)\s*)?\d{{1,4}}"
    r"|\p{L}{2,}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|straat|laan|gracht|plein|vej|gade|gatan|vägen"
    r"|ulica)\s+\d{1,4}\s?[a-z]?)\b"
)
_HOUSE = searcher(
    rf"\b((?:the )?(?:{_WORD} ){{1,2}}(?:cottage|house|farm|farmhouse|lodge|barn|villa|manor|hall|rectory|vicarage"
    r"|mill|bungalow|grange|croft|forge|stables|coach house|chapel|old school))"
    rf",? (?:on |in )?(?:{_WORD} ){{1,2}}(?:{_CLEAR}|{_DOUBTFUL})\b"
)
"""A house with a name in a street: ``Rose Cottage, Mill Lane``."""
_NAMED = searcher(
    rf"\b(?:{_WORD} ){{1,2}}(?:house|cottage|farm|lodge|villa|manor|hall|rectory), (?:co\.? |county )?{_WORD}"
)
"""A house with a name in a town."""
_NAMED_CAPITAL = re.compile(
    r"[A-ZÀ-Þ][\w'\u2019-]*(?: [A-ZÀ-Þ][\w'\u2019-]*)*, [A-ZÀ-Þ][\w'\u2019.-]*(?: [A-ZÀ-Þ][\w'\u2019-]*)*$"
)
_COUNTY = re.compile(r"(?:,\s+[^\W\d_][\w'\u2019-]+)?,?\s+(?:co\.?|county)\s+[^\W\d_]+")
_ESTATE = searcher(
    rf"\b{_UNIT},?\s+(?:{_WORD}\s+){{1,3}}(?:park|estate|centre|center|mall|square|house|court|tower|building|yard"
    r"|mill|wharf|residency|residences|enclave|apartments|towers|heights|gardens|lodge)\b"
)
"""A part of something with a name: ``Unit 7, Riverside Business Park``."""
_LIVES = re.compile(
    r"\b(?:lives?|living|stay|staying|based|moved|moving|address(?: is)?|resides?|house is|home is|delivered"
    r"|deliver it|sent? it)\s+"
    r"(?:(?:on|at|in|to|is|over on)\s+)?"
    rf"((?:[^\W\d_][\w'\u2019-]*\s+){{1,3}}?(?:{_CLEAR}|drive|close|court|gardens|grove|way|square|row|place))\b"
)
"""A street without a number, after a word such as live or deliver: ``I live on Larkspur Lane``."""
_PART_OF = re.compile(
    r"\b(?:apartment|apt|unit|suite|ste|flat|floor|room|building|block|plot)\.?\s+"
    r"(?:#?(?:\d{1,4}[a-z]?|[a-z]),?\s+(?:[^\W\d_][\w'\u2019-]*,?\s+){0,3})?$"
)
"""Words that may stand before a street's number: ``flat 12 Corner House, 40``, ``unit 7``."""
_REACH = 48
_TAKEN_BACK = re.compile(
    rf"\b{NUMBER}[,.\u2026-]*\s+(?:(?:uh|um|er|oh),?\s+)?"
    r"(?:no|nope|sorry|wait|i mean|actually|rather|make that|correction|scratch that)"
    rf"(?:[,.\u2026-]*\s+(?:no|wait|sorry|i mean|actually|it's|that's|make it))*[,.\u2026-]*\s+$"
)
"""A number that the next one corrects: ``twelve, no, twenty one``."""
_TAKES_BACK = re.compile(
    rf"\b{NUMBER}[,.\u2026-]*\s+(?:(?:uh|um|er|oh),?\s+)?"
    r"(?:no|nope|sorry|wait|i mean|actually|rather|make that|correction|scratch that)"
    rf"(?:[,.\u2026-]*\s+(?:no|wait|sorry|i mean|actually|it's|that's|make it))*[,.\u2026-]*(?=\s+{NUMBER}\b)"
)
_HAS_CORRECTION = re.compile(r"\b(?:no|nope|sorry|wait|mean|actually|rather|make|correction|scratch)\b")
_FROM = re.compile(r"\b(?:this is|i'm|i am|it's|name is|name's) (?:[^\W\d_]+ ){1,3}from $")
"""Words before an address with which callers introduce themselves."""
_PLOT = searcher(
    r"\b(?:[a-z]-?\d{1,4}[a-z]?,|\d{1,4}[a-z]?(?:[-/]\d{1,4}[a-z]?)+ [a-z]+ "
    r"(?:nagar|road|street|marg|colony|cross|main)|(?:flat|plot|house|door|shop|villa|block|tower|h|d)[ .]*"
    r"(?:no|number)?[ .:#-]*(?:\d{1,5}|[a-z]-?\d{1,4})|#\s?\d{1,5}|\d{1,4}[a-z]?(?:[-/]\d{1,4}[a-z]?)*,)"
    r"[^?!;:\n]{6,120}?\b[1-9]\d{2} ?\d{3}\b"
)
"""An Indian address: from its flat or plot to its PIN of six digits."""
_OF_PLOT = re.compile(
    r"\b(?:nagar|road|rd|cross|main|layout|sector|phase|colony|marg|street|society|apartments?|lane|chowk|vihar"
    r"|enclave|extension|stage|block"
    r"|puram|puri|gali|bazaar|market|near|opp|opposite|behind|floor|tower|towers|residency|garden|gardens|park|path"
    r"|salai|peth|bagh|ganj)\b|\w(?:nagar|puram|pet|wadi|pur)\b"
)
_NO_PLOT = re.compile(
    r"\b(?:order|reference|ref|account|ticket|invoice|number is|code is|case|my|your|i|you|we|it|is|was)\b"
)
_AT_TOWN = re.compile(r"(?:,|(?<=[a-z]))\s+([^\W\d_][\w'\u2019-]{2,})")
_THE = searcher(r"\b(?:number |no\.? )?\d{1,4}[a-z]? the (?:\p{L}+)(?: (?:\p{L}+))?")
"""A number and a street or a house with a name: ``40 The Ridings``."""
_LETTERS = "[a-zäöüßéèëïáóøěščřžýíůúťďňłńśźżąęć-]"
_ABROAD = searcher(
    r"\b(?:(?:am|im|an der|an den|in der|in den|auf der|auf dem|zum|zur|unter den|hinter der|bei der|de|het|op de"
    r"|aan de|den|na|nad|pod) )?"
    rf"{_LETTERS}{{4,}}(?: {_LETTERS}{{3,}})?"
    r" \d{1,4} ?[a-z]?(?:[-/]\d{1,3}){0,3}(?: bus \d{1,3})?, "
    r"(?:[a-z]{1,2}-)?(?:\d{4,5}|\d{3} \d\d)(?: [a-z]{2})? "
    rf"{_LETTERS}{{3,}}(?: \d{{1,2}}\b)?"
    rf"(?: (?:am|im|an der|bei|ob der|in|aan den|op|bad|sankt|st\.) {_LETTERS}{{3,}})?"
    r"|\b(?:[a-z]{1,2}-)?\d{5} [a-zäöüß-]{3,}, (?:(?:am|im|an der|in der|auf der|zum|zur) )?[a-zäöüß-]{4,}"
    r"(?: [a-zäöüß-]{3,})? \d{1,4} ?[a-z]?\b"
)
"""A street, the number, a postcode and a town, without a word for streets: ``Hasenheide 63a, 10967 Berlin``."""
_BOX = searcher(
    r"\b(?:p\.?\s?o\.?\s?box|post office box|postbox|postfach|private bag|(?:rr|r\.r\.|rural route"
    rf"|highway contract|hc|star route) #?(?:\d+|{SMALL}),? box)\s+(?:number )?(?:\d[\d -]*|{SPOKEN})"
)
_AT_LOCATION = re.compile(
    rf"(?:[\s,]+[\w#][\w'\u2019.-]*){{0,6}}[\s,]+"
    rf"(?:{SPELLED}|(?:{STATES})\b[,.\s]+(?:zip(?: code)? )?(?:\d{{5}}|{SMALL}))"
)
"""The rest of an address after its street, up to a postcode."""
_CITY = (
    r"(?!(?:but|and|or|is|was|are|not|i|i'm|we|it|it's|so|then|that|the|please|near|by|at|on|for|my"
    r"|which)\b)[^\W\d_][\w'\u2019.-]*(?:\s+[^\W\d_][\w'\u2019.-]*){0,2}"
)
_REST = re.compile(
    rf"(?:,?\s+{_UNIT})?"
    rf"(?:,?\s+(?:in )?(?:{_CITY}),?\s+(?:{STATES})\b\.?(?:,?\s+(?:zip(?: code)? )?{ZIP}\b)?"
    rf"|,?\s+(?:in )?{_CITY},?\s+(?:{UK}|{CANADA})\b"
    rf"|,?\s+(?:{UK}|{CANADA})\b"
    rf"|,?\s+\d{{4,5}}\s+{_CITY}"
    rf"|,?\s+\d{{4}}\s?[a-z]{{2}}\s+{_CITY}"
    rf"|,?\s+(?:in )?{_CITY},?\s+\d{{4,5}}\b)?"
)
_CAPITAL_CITY = re.compile(
    r",\s+(?:[A-ZÀ-Þ][\w'\u2019-]+(?:\s+[A-ZÀ-Þ][\w'\u2019-]+){0,2})(?:,\s+[A-ZÀ-Þ]\w+)?|\s+in\s+[A-ZÀ-Þ][\w'\u2019-]+"
)
_DIGIT = re.compile(r"\d")
_SIX = re.compile(r"\d{3} ?\d{3}")
_HAS_BOX = re.compile(r"box|postfach|bag")
_HAS_NAMED = re.compile(r"(?:house|cottage|farm|lodge|villa|manor|hall|rectory), ")
_NO_STREETS = words_of("address_words.txt")["no_streets"]
_WORDS = re.compile(r"[^\W\d_]+")
_IN_TOWN = re.compile(
    r"\b(?:that's|it's|which is) in ([^\W\d_]{3,}(?: [^\W\d_]{3,})?),? and (?:the |my )?"
    r"(?:post ?code|zip|eir ?code)"
)
"""A town before its postcode: ``that's in long marston and the postcode's``."""
_WHOLE = re.compile(r"(?:number|no|unit|flat|suite|apartment|apt|room|building|lot|floor)\b", re.IGNORECASE)
"""First words of a dwelling with a number: ``flat``, ``unit``."""


def may_hold(low: str) -> bool:
    """Return whether a turn has what every address has: a number, or a word for a street, a house or a town."""
    return _DIGIT.search(low) is not None or not NUMBERS_AND_PLACES.isdisjoint(words_in(low))


def addresses(text: str, low: str, *, is_asked: bool) -> Iterator[tuple[int, int, str]]:
    """Yield addresses of a text: start, end, and the address in small letters without punctuation.

    With ``is_asked`` the turn answers a question for one: a word that is seldom a street counts as one then.
    """
    taken: list[tuple[int, int]] = []
    for start, end, value in (
        *_plots(low),
        *((start, end, _value(low[start:end])) for start, end in abroad.streets(text, low)),
        *_written(text, low, is_asked=is_asked),
        *_introduced(low, is_asked=is_asked),
        *((start, end, _value(low[start:end])) for start, end in said.introduced(text, low)),
        *((start, end, _value(low[start:end])) for start, end in walked.streets(low)),
    ):
        longer = max(end, tail(low, end))
        if any(first <= start and longer <= last for first, last in taken):
            continue
        begin = beginning(text, low, start, max((last for _, last in taken if last <= start), default=0))
        taken.append((begin, longer))
        yield begin, longer, value if (begin, longer) == (start, end) else _value(low[begin:longer])


def _plots(low: str) -> Iterator[tuple[int, int, str]]:
    """Yield Indian addresses that end with a PIN; their words show it, and none of them speaks of something else."""
    for found in _PLOT.finditer(low) if _SIX.search(low) else ():
        its = low[found.start() : found.end()]
        if "," in its and _OF_PLOT.search(its) and not _NO_PLOT.search(its):
            yield found.start(), found.end(), _value(its)


def _introduced(low: str, *, is_asked: bool) -> Iterator[tuple[int, int, str]]:
    return ((start, end, _value(low[start:end])) for start, end in find_addresses(low, is_asked=is_asked))


def _written(text: str, low: str, *, is_asked: bool) -> Iterator[tuple[int, int, str]]:
    """Yield what looks like an address: streets, houses, postcodes; none within another but postcodes that are named."""
    has_cue = is_asked or CUE.search(low) is not None
    done = -1
    for start, end, value in _streets(text, low, has_cue=has_cue):
        done = end
        yield start, end, value
    for start, end in _houses(text, low, has_cue=has_cue):
        if start >= done:
            done = _end(text, low, end)
            yield start, done, _value(low[start:done])
    if _DIGIT.search(low):
        for start, end in postcodes.in_figures(text, low, done, has_cue=has_cue):
            yield start, end, _value(low[start:end])
    for start, end in postcodes.said(low, max(done, 0), has_cue=has_cue):
        yield start, end, _value(low[start:end])
    for pattern in (ZIP_ALONE, LETTERED) if HAS_ZIP.search(low) else ():
        for found in pattern.finditer(low):
            yield found.start(1), found.end(1), _value(found[1])
    yield from _towns(low)


def _towns(low: str) -> Iterator[tuple[int, int, str]]:
    """Yield towns that are named before their postcode."""
    for found in _IN_TOWN.finditer(low) if " in " in low else ():
        if all(map(is_plain, found[1].split())):
            yield found.start(1), found.end(1), found[1]


def _streets(text: str, low: str, *, has_cue: bool) -> Iterator[tuple[int, int, str]]:
    """Yield streets with a number, and boxes, each with what follows it up to the postcode."""
    done = -1
    foreign = (*((_FOREIGN, _ABROAD) if _DIGIT.search(low) else ()), *abroad.said_in(low))
    plain = _TAKES_BACK.sub(lambda found: " " * len(found[0]), low) if _HAS_CORRECTION.search(low) else low
    for pattern in (_STREET, *foreign, *((_BOX,) if _HAS_BOX.search(low) else ())):
        for found in pattern.finditer(plain):
            if pattern is _ABROAD and _is_usual(text, *found.span()):
                continue
            if found.start() < done or (pattern is _STREET and not _is_street(text, low, found, has_cue=has_cue)):
                continue
            first = max(0, done, found.start() - _REACH)
            before = _TAKEN_BACK.search(low, first, found.start()) or _PART_OF.search(low, first, found.start())
            done = _end(text, low, found.end())
            yield found.start() if before is None else before.start(), done, _value(found[0])


def _is_usual(text: str, start: int, end: int) -> bool:
    """Return whether words in small letters that are usual ones are in a span."""
    return any(word[0].islower() and len(word) > 2 and not is_plain(word) for word in _WORDS.findall(text, start, end))  # noqa: PLR2004


def _houses(text: str, low: str, *, has_cue: bool) -> Iterator[tuple[int, int]]:
    """Yield streets without a number and houses with a name."""
    for found in _LIVES.finditer(low) if has_cue else ():
        if _is_capital(text, *found.span(1)):
            yield found.span(1)
    patterns = (_ESTATE, _HOUSE, _THE) if has_cue else ()
    for pattern in (*patterns, _NAMED) if has_cue or _HAS_NAMED.search(low) else ():
        for found in pattern.finditer(low):
            start, end = _capitals(text, found)
            if pattern is _NAMED:
                capital = _NAMED_CAPITAL.search(text, *found.span())
                start, end = (0, 0) if capital is None else capital.span()
            if start < end:
                county = _COUNTY.match(low, end)
                yield start, end if county is None else county.end()


def _is_capital(text: str, start: int, end: int) -> bool:
    """Return whether every word has a capital letter."""
    return all(word[0].isupper() for word in _WORDS.findall(text, start, end))


def answers(text: str, low: str) -> Iterator[tuple[int, int, str]]:
    """Yield a postcode that is all the answer to a question for one."""
    found = SPOKEN_POSTCODE.search(low) or re.search(rf"\b(?:{ZIP}|{UK}|{CANADA})\b", low)
    if found and len(_WORDS.findall(low)) <= 12:  # noqa: PLR2004
        start = town_before(low, found.start())
        yield start, found.end(), _value(text[start : found.end()].lower())


ASKS_ALL = searcher(
    r"\b(?:your|the|which|what|delivery|billing|home|current|new|full) (?:\w+ )?"
    r"(?:address|postcode|post code|street|eir ?code|house number)\b[^.@]*|\bwhere do you live\b|\bfirst line\b"
    r"|\b(?:still|now) (?:at|living at|live at)\W*$|\baddress proof\b|\bproof of address\b"
    r"|\bdelivering to\b|\bwhere are you(?: living| based)? now\b"
    r"|\bwhere (?:are|should|shall|do|does|can|could|will|would|is|to) [^\n?]{0,40}\b"
    r"(?:collect|deliver|send|ship|come|go|pick|post|drop|take|bring)"
    r"|\b(?:which|what|and|the|your|what's the) (?:the )?"
    r"(?:town|city|village|county)\b[^.@]*|\baddress,? please|\baddress\?"
)
"""A question for an address."""
ASKS_TOWN = searcher(
    r"(?:^|\b(?:which|what|and|the|your|what's the) (?:the )?)(?:town|city|village|suburb)(?: is (?:that|it)| please)?"
    r"\W*(?:\n|$)"
)
_TOWN_TURN = re.compile(r"(?:\W*(?:yeah|yes|um|uh|er|it's|that's|in)\b)*\W*([^\W\d_]{3,}(?: [^\W\d_]{3,})?)\W*")


def town(low: str) -> tuple[int, int] | None:
    """Return the span of a town that is all of an answer; None where usual words are in it."""
    found = _TOWN_TURN.fullmatch(low)
    return found.span(1) if found is not None and all(map(is_plain, found[1].split())) else None


ASKS = searcher(
    r"\b(?:zip|post ?code|eir ?code|pin ?code|postal code|c[oó]d(?:igo)?\.? postal|code postal"
    r"|c[oó]digo postal|postleitzahl|plz"
    r"|codice postale|kod pocztowy|postnummer)\b"
)


def _is_street(text: str, low: str, found: re.Match[str], *, has_cue: bool) -> bool:
    """Return whether a likely street is one: its name is no everyday word, and a doubtful kind needs more."""
    words = _WORDS.findall(text[found.start() : found.end(1) if found[1] else found.end(2)].lower())
    names = [word for word in words[:-1] if not re.fullmatch(SMALL + "|hundred|thousand|and", word)]
    if not names or _NO_STREETS & set(names):
        return False
    if found[1]:
        return has_cue or len(names) <= 3  # noqa: PLR2004
    original = text[found.start() : found.end(2)]
    kind = _WORDS.findall(original)[-1]
    is_capital = kind[0].isupper() and not original.split()[-2][:1].islower()
    is_from = _FROM.search(low, 0, found.start()) is not None
    return has_cue or is_capital or is_from or _is_located(low, found.end(2), names)


def _is_located(low: str, end: int, names: Sequence[str]) -> bool:
    """Return whether a postcode follows on a doubtful street, or a town on one whose name is no usual word."""
    if _AT_LOCATION.match(low, end):
        return True
    town = _AT_TOWN.match(low, end)
    return town is not None and is_plain(town[1]) and all(map(is_plain, names))


def _capitals(text: str, found: re.Match[str]) -> tuple[int, int]:
    """Return the span of a name in capitals in what was found, with the number before it; nowhere if it has none."""
    words = list(_WORDS.finditer(text, found.start(), found.end()))
    capitals = [word for word in words if word[0][0].isupper()]
    if not capitals:
        return found.span() if "," in found[0] and words[0][0] == "the" else (0, 0)
    is_whole = text[found.start()].isdigit() or _WHOLE.match(text, found.start()) is not None
    begin = found.start() if is_whole else capitals[0].start()
    return begin, capitals[-1].end()


def _end(text: str, low: str, offset: int) -> int:
    """Return where an address ends whose street ends at an offset: behind unit, city, state and postcode."""
    rest = _REST.match(low, offset)
    end = rest.end() if rest is not None else offset
    if end == offset or rest is None:
        city = _CAPITAL_CITY.match(text, offset)
        end = city.end() if city is not None else end
    else:
        city = _CAPITAL_CITY.match(text, end)
        end = city.end() if city is not None else end
    return end


def _value(low: str) -> str:
    return " ".join(re.findall(r"\w+", low))
