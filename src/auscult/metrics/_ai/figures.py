"""Figures in a text: amounts, shares, periods, dates, times, ids and counts, each in one form."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from auscult.domain.said.numbers import SMALL, digit_runs, numbers, tokens, written_number
from auscult.metrics._ai.words import FOLDED, folded, rows_of
from auscult.metrics._finding.patterns import searcher

Kind = Literal["amount", "share", "period", "date", "day", "time", "id", "count"]


class Figure(NamedTuple):
    """A figure: its kind, its value in one form, its words, and where they are in the text with digits for number words.

    The value of an amount, a share or a count is a number; of a period its minutes; of a date month and day; of a time
    the minutes since midnight, of twelve hours; of an id its letters and digits. ``size`` is the number that is said.
    """

    kind: Kind
    value: Decimal | str | tuple[int, int] | int
    words: str
    at: int
    size: Decimal = Decimal(0)

    @property
    def number(self) -> Decimal:
        """The value of an amount, a share, a count, a period or a time; 0 of another kind."""
        return Decimal(0) if isinstance(self.value, str | tuple) else Decimal(self.value)


_MONTHS = {word: int(number) for number, words in rows_of("months.tsv") for word in words.split("|")}
_WORDS = {
    word: int(first) + at
    for _, first, words in rows_of("number_words.tsv")
    for at, word in enumerate(words.split())
    if word != "~"
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_UNITS = {
    "min": (1, r"min(?:ute[ns]?|utos?|s)?\b"),
    "hour": (60, r"(?:hours?|hrs?|stunden?|horas?|heures?)\b"),
    "day": (1440, r"(?:days?|tagen?|tage|días?|jours?|dias?|werktag\w*|arbeitstag\w*|nights?|nächte)\b"),
    "week": (10080, r"(?:weeks?|wochen?|semanas?|semaines?|fortnights?)\b"),
    "month": (43200, r"(?:months?|monat\w*|mes(?:es)?\b|mois|mês)\b"),
    "year": (518400, r"(?:years?|yrs?|jahr\w*|años?|ans?\b|années?|anos?)\b"),
}
_N = r"\d+(?:[.,]\d+)*"
_UNIT = "|".join(f"(?P<{name}>{pattern})" for name, (_, pattern) in _UNITS.items())
_ADJECTIVE = r"(?:(?:working|business|calendar|full|more|whole|further|ganze|weitere|volle)[ -])?"
_CURRENCY = r"(?:€|£|\$|eur\b|euros?\b|pounds?\b|quid\b|dollars?\b|gbp\b|usd\b|chf\b|reais\b|francs?\b|pesos?\b)"
_PERCENT = r"(?:percent|per cent|pct|prozent|por ciento|pour cent|por cento)\b"
_FIGURE = re.compile(
    r"(?P<iso>\b(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?!\d))"
    r"|(?P<dmy>\b(?P<d1>\d{1,2})(?P<sep>[./])(?P<m1>\d{1,2})(?:(?P=sep)(?:\d{4}|\d\d)?)(?!\d))"
    rf"|(?P<dm>\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.|º)?(?: of| de| d')? ?(?P<m2>{_MONTH})\b)"
    rf"|(?P<md>\b(?P<m3>{_MONTH})\.? (?:the )?(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.,]?\d))"
    r"|(?P<clock>\b(?P<h>[01]?\d|2[0-4])(?::|h|\.(?=\d\d ?(?:uhr|[ap]\.?m)))"
    rf"(?P<mi>[0-5]\d)(?::\d\d)?\b(?: ?[ap]\.?m\b)?)"
    rf"|(?P<hour12>\b(?P<h2>\d{{1,2}}) ?(?:[ap]\.?m\b|uhr\b|o'clock\b))"
    rf"|(?P<before>(?:€|£|\$|r\$|eur |gbp |usd |chf )\s?(?P<n1>{_N}))"
    rf"|(?P<united>\b(?P<n>{_N})(?:(?: ?(?P<share>%|{_PERCENT}))"
    rf"|(?:[ -]?(?P<cents>cents?\b|p\b|pence\b|ct\b|cêntimos?\b|céntimos?\b|centimes?\b))|(?: ?(?P<money>{_CURRENCY}))"
    rf"|(?:[ -]{_ADJECTIVE}(?:{_UNIT}))))"
    r"|(?P<groups>\b\d{2,}(?:-\d{2,})+\b)"
    r"|(?P<code>\b(?=[a-z\d-]*\d)(?=[\d-]*[a-z])[a-z\d]+(?:-[a-z\d]+)*\b(?<!\dst)(?<!\dnd)(?<!\drd)(?<!\dth))"
    rf"|(?P<ordinal>\b(?:the )?(?P<nth>[1-3]?\d)(?:st|nd|rd|th)\b)"
    rf"|(?P<plain>{_N})"
)
_GLUED = re.compile(
    r"^\d+(?:[.,]\d+)?-?(?:days?|months?|weeks?|years?|hours?"
    r"|gb|mb|tb|kg|km|m|cm|mm|ml|l|g|x|s|st|kwh|mbit|th|er|h|mo)$"
)
_COMPOUND = re.compile(r"\d{1,3}-[a-zäöü]{3,}")
_MOST_MONTHS, _MOST_DAYS = 12, 31
_FEWEST_DIGITS, _FEWEST_SIGNS, _SPOKEN_RUN = 5, 3, 4
_HALF_DAY = 720


@lru_cache(maxsize=4096)
def figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text in small letters; number words are read as figures are."""
    said = _said_in(folded(text)) or ()
    if _ORDINAL_SAID in said:
        text = _ORDINAL.sub(_nth, text)
    if _WORDS_SAID in said:
        text = "".join(map(_in_digits, _CLAUSE.findall(text)))
    if _FOREIGN_SAID in said:
        text = _FOREIGN.sub(lambda word: str(_WORDS[word[0]]), text)
    if _CLOCK_SAID in said:
        text = _CLOCK.sub(_clock, _NOON.sub("12:00", text))
    if _ONE_SAID in said:
        text = _ONE.sub("1", text)
    if not _DIGIT.search(text):
        return ()
    return tuple(_joined(list(_each(text.lower()))))


def _joined(found: list[Figure]) -> Iterator[Figure]:
    """Join what is said in two parts: ``4 pounds 50``, ``12 99`` and ``20 26``, which stay apart too."""
    at = 0
    while at < len(found):
        one = found[at]
        after = found[at + 1] if at + 1 < len(found) else None
        is_next = after is not None and after.kind == "count" and after.at - one.at - len(one.words) in (0, 1)
        is_hundredths = (
            is_next and after is not None and after.words.strip().isdecimal() and len(after.words.strip()) == len("99")
        )
        if is_hundredths and after is not None and one.size == int(one.size) and one.kind in ("amount", "count"):
            whole = one.size + after.size / 100
            yield Figure(one.kind, whole, f"{one.words} {after.words}", one.at, whole)
            at += 2
        else:
            yield one
            at += 1


_A = r"\b(?:an?|one|une?|un[oa]?|eine?[nrms]?|uma?)"
_SPAN = (
    r"[ -](?:working |business |full |whole )?(?:minute|hour|day|week|month|year|stunde|tag\b|woche|monat|jahr"
    r"|hora|d[ií]a|semana|mes\b|año|heure|jour|mois|m[eê]s|ano\b)"
)
_ONE = re.compile(f"{_A}(?={_SPAN})")
_DIGIT = re.compile(r"\d")
_ORDINALS = {word: int(number) for number, word in rows_of("ordinals.tsv")}
_ENGLISH, _NTH, _OTHER = (
    rf"\b(?:{'|'.join(sorted(words))})\b"
    for words in (({*SMALL, "double", "hundred"} - {"one"}), ({*_ORDINALS} - {"first", "second"}), {*_WORDS})
)
_WORDS_SAID, _ORDINAL_SAID, _FOREIGN_SAID, _ONE_SAID, _CLOCK_SAID = range(5)
_TIME = r"\b(?:past|quarter|viertel|halb|cuarto|media|meia|quart|demie|noon|midday)\b"
_said_in = searcher(tuple(one.translate(FOLDED) for one in (_ENGLISH, _NTH, _OTHER, _A + _SPAN, _TIME)))


def may_have_figures(text: str) -> bool:
    """Return whether a text in small letters may have figures; most texts have none."""
    return _DIGIT.search(text) is not None or _said_in(folded(text)) is not None


_ORDINAL = re.compile(rf"\b(?:(?P<tens>twenty|thirty)[- ])?(?P<nth>{'|'.join(_ORDINALS)})(?= of\b|[^a-z]|$)")


def _nth(one: re.Match[str]) -> str:
    tens = {"twenty": 20, "thirty": 30}.get(one["tens"] or "", 0)
    number = tens + _ORDINALS[one["nth"]]
    return (
        one[0]
        if number < _FEWEST_NTH and "the " not in one.string[max(0, one.start() - 4) : one.start()]
        else f"{number}th"
    )


_FEWEST_NTH = 4
"""Below it an ordinal without an article is more often a rank than a day."""


def _in_digits(text: str) -> str:
    """Replace number words by digits; digits said one by one become one number."""
    words = tokens(text)
    pieces, at = list[str](), 0
    spans = [
        (words[run.first].start, words[run.behind - 1].end, run.digits)
        for run in digit_runs(words)
        if len(run.digits) >= _SPOKEN_RUN
        and run.behind - run.first >= _FEWEST_SIGNS
        and any(w.text in SMALL for w in words[run.first : run.behind])
    ]
    taken = [(start, end) for start, end, _ in spans]
    for one in numbers(words):
        start, end = words[one.first].start, words[one.behind - 1].end
        is_said = (words[one.first].text in SMALL and one.value != 1) or words[one.first].text in ("a", "an")
        if is_said and not any(start < stop and begin < end for begin, stop in taken):
            spans.append((start, end, f"{one.value:f}"))
    for start, end, digits in sorted(spans):
        if start >= at:
            pieces += [text[at:start], digits]
            at = end
    return "".join((*pieces, text[at:]))


_CLAUSE = re.compile(r"[^|!?;\n.]+(?:\.(?! )[^|!?;\n.]*)*[|!?;\n.]*\s*|.", re.DOTALL)
"""Parts that a number is never in two of."""
_FOREIGN = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")
_PARTS = {"quarter": 15, "viertel": 15, "cuarto": 15, "quart": 15, "half": 30, "media": 30, "meia": 30, "demie": 30}
_CLOCK = re.compile(
    r"\b(?:(?P<half>halb)|(?P<part>quarter|half|viertel|\d{1,2}(?= past)) (?P<way>past|to|nach|vor)) "
    r"(?P<hour>\d{1,2})\b"
    r"|\b(?P<h>\d{1,2})(?: heures?)? (?P<sign>y|e|et|menos|moins)(?: le)? "
    r"(?P<of>media|cuarto|meia|quart|demie)\b"
)
_NOON = re.compile(r"\b(?:noon|midday)\b")


def _clock(said: re.Match[str]) -> str:
    """Return a time of day that is said by its quarter in figures: ``quarter to 11`` is 10:45."""
    part = "half" if said["half"] else said["part"] or said["of"]
    is_before = said["half"] or (said["way"] or said["sign"]) in ("to", "vor", "menos", "moins")
    minutes = int(said["hour"] or said["h"]) * 60 + (_PARTS.get(part) or int(part)) * (-1 if is_before else 1)
    return f"{minutes // 60}:{minutes % 60:02}"


def _matches(text: str) -> Iterator[re.Match[str]]:
    """Yield the figures of a text as ``finditer`` does, but begin to look shortly before each digit, which each has."""
    at = 0
    while (digit := _DIGIT.search(text, at)) is not None:
        start = digit.start()
        before = text[max(at, start - _BEFORE_DIGIT) : start]
        if before[-1:] in _LEADS or (before.replace(".", "").split() or [""])[-1] in _LEADS:
            start -= len(before)
        while start > at and (text[start - 1].isalnum() or text[start - 1] == "-"):
            start -= 1
        match = _FIGURE.search(text, start)
        if match is None:
            return
        yield match
        at = match.end()


_LEADS = frozenset({"the", "eur", "gbp", "usd", "chf", "€", "£", "$", "r$", *_MONTHS})
_BEFORE_DIGIT = 24
"""Characters before its first digit that a figure has at most, unless it is one word; a long month and ``the``."""


def _each(text: str) -> Iterator[Figure]:
    for match in _matches(_STAMP.sub(" ", text) if ":" in text else text):
        figure = _AS[match.lastgroup or ""](match)
        if figure is not None:
            yield figure


_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
_STAMP = re.compile(r"(?<=\d)t(?=\d\d:\d)")


def _dated(match: re.Match[str]) -> Figure | None:
    day, month = _PARTS_OF_DATE[match.lastgroup or ""]
    number = _MONTHS.get(match[month]) or int(match[month])
    first = int(match[day])
    if first <= _MOST_DAYS and 0 < number <= _MOST_MONTHS:
        return Figure("date", (number, first), match[0], match.start())
    if number <= _MOST_DAYS and 0 < first <= _MOST_MONTHS:
        return Figure("date", (first, number), match[0], match.start())
    return None


_PARTS_OF_DATE = {"iso": ("d", "m"), "dmy": ("d1", "m1"), "dm": ("d2", "m2"), "md": ("d3", "m3")}


def _timed(match: re.Match[str]) -> Figure:
    if match.lastgroup == "clock":
        minutes = (int(match["h"]) * 60 + int(match["mi"])) % _HALF_DAY
        return Figure("time", minutes, match[0], match.start(), Decimal(match["h"]))
    return Figure("time", int(match["h2"]) * 60 % _HALF_DAY, match[0], match.start(), Decimal(match["h2"]))


def _counted(match: re.Match[str]) -> Figure | None:
    """Return an amount, a share, a period or a count; a long number alone is an id."""
    words, group = match[0], match.lastgroup
    written = (match["n1"] or match["n"] or match["plain"]).rstrip(".,")
    value = written_number(written.replace(".", "") if _THOUSANDS.fullmatch(written) else written)
    if value is None:
        return None
    if group == "plain":
        is_id = len(written) >= _FEWEST_DIGITS and written.isdecimal()
        return Figure("id" if is_id else "count", written if is_id else value, words, match.start(), value)
    kind, plain = ("amount", value) if group == "before" else _kind_of(match, value)
    return Figure(kind, plain, words, match.start(), value)


def _coded(match: re.Match[str]) -> Figure | None:
    """Return an id; a number with a unit or a word behind it (``5gb``, ``4-digit``) is a count."""
    code, at = match[0], match.start()
    number = re.match(_N, code) if _GLUED.match(code) or _COMPOUND.fullmatch(code) else None
    if number is not None:
        value = written_number(number[0])
        return None if value is None else Figure("count", value, code, at, value)
    plain = code.replace("-", "")
    return Figure("id", plain, code, at) if len(plain) >= _FEWEST_SIGNS else None


def _kind_of(match: re.Match[str], value: Decimal) -> tuple[Kind, Decimal]:
    if match["money"]:
        return "amount", value
    if match["cents"]:
        return "amount", value / 100
    if match["share"]:
        return "share", value
    return "period", value * next(minutes for name, (minutes, _) in _UNITS.items() if match[name] is not None)


_AS: Mapping[str, Callable[[re.Match[str]], Figure | None]] = {
    **dict.fromkeys(_PARTS_OF_DATE, _dated),
    **dict.fromkeys(("clock", "hour12"), _timed),
    **dict.fromkeys(("before", "united", "plain"), _counted),
    **dict.fromkeys(("groups", "code"), _coded),
    "ordinal": lambda match: Figure("day", int(match["nth"]), match[0], match.start(), Decimal(match["nth"])),
}
"""The reader of each form of figure, by the name of its group in the pattern."""


def days_in(text: str) -> list[tuple[int, int]]:
    """Return the dates of a text as month and day."""
    return [figure.value for figure in figures(text.lower()) if isinstance(figure.value, tuple)]


def ids_in(text: str) -> list[str]:
    """Return the ids of a text: letters and digits, or long numbers."""
    return [figure.value for figure in figures(text.lower()) if isinstance(figure.value, str)]


def month_days_in(text: str) -> set[int]:
    """Return the days of a month that a text names, with the month or alone."""
    found = figures(text.lower())
    return {
        one.value[1] if isinstance(one.value, tuple) else int(one.size) for one in found if one.kind in ("date", "day")
    }


def shape_of(id_: str) -> str:
    """Return the form of an id: ``a`` for each letter, ``0`` for each digit."""
    return "".join("0" if sign.isdigit() else "a" for sign in id_)
