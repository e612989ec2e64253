"""Reading of how long a document counts, from the places where documents state it: name, metadata, title, first lines.

A place is a label (a title, a heading, the name of a file) or a line of text. A sentence counts only where its subject is
the document itself, or where it has none: "This policy applied until 1 March 2025", "Valid until March 2025". A voucher
that is valid until March and archived calls are subjects of their own.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.assist import validity_words as words

_I = re.IGNORECASE
_HOLDS = re.compile(rf"(?<![\w-]){words.HOLDS}(?![\w-])", _I)
_ENDS = re.compile(rf"(?<![\w-]){words.ENDS}(?![\w-])", _I)
_OVER = re.compile(rf"(?<![\w-]){words.OVER}(?![\w-])", _I)
_RANGE = re.compile(rf"(?:\b{words.FROM}\s+)?(?<![\d.])({words.DAY_OF_RANGE})\s*{words.TO}\s*({words.DATE})", _I)
_SINCE = re.compile(rf"\b{words.FROM}:?\s+({words.DATE})", _I)
_UNTIL = re.compile(rf"\b{words.UNTIL}:?\s+({words.DATE})", _I)
_BEGINS = re.compile(
    rf"\b(?:effective(?:\s+date)?|in\s+force|in\s+effect|en\s+vigor|in\s+kraft|wirksam)\s*:?\s*"
    rf"(?:{words.ON}\s+)?({words.DATE})",
    _I,
)
_VALID_TO = re.compile(rf"\b(?:valid|effective|validity)\s+to:?\s+({words.DATE})", _I)
_AFTER_END = re.compile(rf"\s*(?:date|time)?\s*:?\s*(?P<on>{words.ON}|{words.UNTIL})?\s*(?P<date>{words.DATE})", _I)
_BEFORE_END = re.compile(rf"\b(?P<on>{words.ON})\s+(?P<date>{words.DATE})", _I)
_FROM_THEN = re.compile(r"since|from|as\s+of|desde|seit|ab", _I)
_BY = re.compile(rf"\b{words.REPLACED_BY}([\w./-]+\.[a-z]{{2,5}}\b|[^.;,\n]{{1,80}})", _I)
_BY_BEFORE = re.compile(words.REPLACED_BY_BEFORE, _I)
_ACTIVE = re.compile(r"(?:ersetzt|abgelost)$", _I)
_PASSIVE = re.compile(r"\b(?:ist|sind|wurden?|worden|war|waren)\b", _I)
_SENTENCES = re.compile(r"(?<=[.!?;])(?<!\b\d\.)(?<!\b\d\d\.)\s+(?=[A-Z\u00c0-\u00de¿¡(\[])")
_PARTS = re.compile(r"\s+[-\u2013\u2014|·>/]+\s+|[:|()\[\]{};]+|,\s+(?=[^\d\s])|\s*[\u2013\u2014]\s*")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{1,80})[)\]]")
_MARKS = " \t*_#>\"'“”„«»`.!¡-–—"  # noqa: RUF001  (dashes of titles)
_DOCUMENT_UNTIL = re.compile(rf"(?P<what>.*?)\s*\b{words.UNTIL}\s+(?P<date>{words.DATE})$", _I)
_DOCUMENT_SINCE = re.compile(rf"(?P<what>.*?)\s*\b{words.FROM}\s+(?P<date>{words.DATE})$", _I)
_LEAD = re.compile(r"^\s*(?:[^\s:]+\s+){0,3}[^\s:]+:(?=\s|$)")
_AFTER_STATEMENT = re.compile(r"\s*(?:by|por|durch|von|[.,;)\]])", _I)
_LIST_ITEM = re.compile(r"(?:[-*•|]|\d+[.)])\s")
_LABEL_LINES = 2
_LABEL_WORDS = 8
_SUBJECT_WORDS = 9
_GAP = 60
_CELLS = 2
"""Cells of a row that are a name and its value: ``Valid until | 31 March 2025``."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAME_BREAKS = re.compile(r"[_+()\[\]\s]+|(?<!\d)[-.]|[-.](?!\d)")
_KEY_BREAKS = re.compile(r"[_:.\s-]+")
_NAME_TAIL = re.compile(r"(?:\s+(?:v?\d[\d.-]*|copy|final|do|not|use|in|on|since|only|en|es|de|for|reference))+$", _I)
_OLD_SUBJECT = re.compile(rf"(?:{words.STRONG}|{words.WEAK})\s+(?:returns?|refunds?|delivery|shipping|prices?)$", _I)
_NOT_OLD = re.compile(r"\b(?:how|years?|months?|days?|is|are)\s+old$", _I)
_DATE_PART = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_DATE_FIGURES = re.compile(r"(\d{1,4})([./-])(\d{1,2})[./-](\d{2,4})")
_DATE_MONTH_YEAR = re.compile(r"(\d{1,2})/(\d{4})")
_DATE_QUARTER = re.compile(r"q([1-4])[ /-]?(\d{4})", _I)
_DATE_WORDS = re.compile(rf"({'|'.join(sorted(words.MONTHS, key=len, reverse=True))})\b", _I)
_NUMBERS = re.compile(r"\d+")
_MONTHS_OF_QUARTER = 3


class Statement(Struct, frozen=True, kw_only=True):
    """Statement of one place: the first and last day, that the document is over, what replaced it.

    ``text`` is the place's own text. ``impossible`` is a day named there that does not exist.
    """

    text: str
    since: date | None = None
    until: date | None = None
    is_over: bool = False
    superseded_by: str = ""
    impossible: str = ""

    def __bool__(self) -> bool:
        """Return whether it states anything."""
        return bool(self.since or self.until or self.is_over or self.superseded_by or self.impossible)


def of_line(text: str) -> Iterator[Statement]:
    """Read a line of text: its sentences, and what it has in brackets."""
    cells = text.split(" | ")
    line = ": ".join(cells) if len(cells) == _CELLS else text
    for sentence in _SENTENCES.split(line):
        yield _of_sentence(sentence)
        yield _of_named(sentence)
        for bracket in _BRACKETS.finditer(sentence):
            yield _of_part(bracket[1], is_first=True, is_old=False)


def is_label(number: int, text: str) -> bool:
    """Return whether a line at the start of a document, counted from 0, is short enough to be read as a title."""
    return number < _LABEL_LINES and len(text.split()) <= _LABEL_WORDS and _LIST_ITEM.match(text) is None


@lru_cache(8192)
def of_label(text: str) -> tuple[Statement, ...]:
    """Read a title, a heading or a field of metadata. A question states nothing."""
    if text.rstrip().endswith("?"):
        return ()
    parts = [part for part in _PARTS.split(text) if part and part.strip(_MARKS)]
    found = [_of_sentence(text, is_label=True)]
    for number, part in enumerate(parts):
        following = parts[number + 1].strip(_MARKS).lower() if number + 1 < len(parts) else ""
        if following not in words.NOTHING:
            found += [_of_sentence(part, is_label=True), _of_part(part, is_first=number == 0)]
    return tuple(each for each in found if each)


def of_field(name: str, value: str) -> tuple[Statement, ...]:
    """Read a field of metadata: ``validUntil``, ``expiry_date``, ``dcterms.valid``, ``status``; others state nothing."""
    key = _CAMEL.sub(" ", name)
    if not words.FIELDS.search(folded(f"{key} {value[:_GAP] if key.lower() == 'robots' else ''}")):
        return ()
    period = re.sub(r"\bend\s*=", " until ", re.sub(r"\bstart\s*=", " from ", value)).replace(";", " ")
    return of_label(f"{_KEY_BREAKS.sub(' ', key)}: {period.replace('_', ' ')}")


def of_name(name: str, language: str) -> Iterator[Statement]:
    """Read the name of a file: ``returns-old.md``, ``terms-until-2025-03.html``."""
    begin, _, ending = name.rpartition(".")
    stem = begin if begin and ending.isalpha() else name
    written = _NAME_BREAKS.sub(" ", _CAMEL.sub(" ", stem)).strip()
    yield from (replace(each, text=name) for each in of_label(written))
    dated = _DOCUMENT_UNTIL.search(folded(written))
    if dated is not None:
        yield replace(_until(written, dated.span("date"), written), text=name)
    last = _NAME_TAIL.sub("", folded(written))
    more = words.ENDINGS_BY_LANGUAGE.get(language)
    pattern = f"(?:{words.ENDINGS}|{more})" if more else words.ENDINGS
    is_old = re.search(rf"\w\s+{pattern}$", last, _I) is not None and _NOT_OLD.search(last) is None
    if is_old or _OLD_SUBJECT.match(last):
        yield Statement(text=name, is_over=True)


def folded(text: str) -> str:
    """Return the text without accents, of the same length."""
    return text if text.isascii() else "".join(map(_folded, text))


def _folded(letter: str) -> str:
    if letter == "ß":
        return "s"
    return unicodedata.normalize("NFKD", letter)[0] if letter.isalpha() else letter


def _of_sentence(text: str, *, is_label: bool = False) -> Statement:
    plain = folded(text)
    ends, holds = _ENDS.search(plain), _HOLDS.search(plain)
    if ends is not None and (holds is None or ends.start() <= holds.start()):
        found = _of_end(text, plain, ends)
        if found:
            return found
    elif holds is not None:
        found = _of_force(text, plain, holds, is_label=is_label)
        if found:
            return found
    return _of_over(text, plain)


def _of_force(text: str, plain: str, verb: re.Match[str], *, is_label: bool) -> Statement:
    """Read the days from which and until which something is in force, if that is the document."""
    spans: dict[str, tuple[int, int]] = {}
    whole = _RANGE.search(plain)
    if whole is not None:
        spans = {"since": whole.span(1), "until": whole.span(2), "phrase": whole.span()}
    else:
        since = _BEGINS.search(plain) or _SINCE.search(plain)
        until = _UNTIL.search(plain) or _VALID_TO.search(plain)
        phrases = [each.span() for each in (since, until) if each]
        if not phrases:
            return Statement(text=text)
        spans = {"phrase": (min(each[0] for each in phrases), max(each[1] for each in phrases))}
        spans |= {"since": since.span(1)} if since else {}
        spans |= {"until": until.span(1)} if until else {}
    start, end = spans["phrase"]
    if end <= verb.start():  # the days stand before the verb: "bis März 2025 gültig", "Hasta marzo de 2025 se aplicó …"
        between = words.COPULAS.sub("", plain[end : verb.start()]).strip(_MARKS + ",")
        is_ours = _is_of_document(plain[:start], between or plain[verb.end() :])
    else:
        gap = plain[verb.end() : max(start, verb.end())]
        before = plain[: verb.start()]
        is_near = len(gap) <= _GAP and (is_label or words.NOT_THE_DOCUMENT.search(gap) is None)
        is_alone = not before.strip(_MARKS + "([|")
        is_ours = is_near and _is_of_document(before) and (not is_alone or words.GAP.match(gap) is not None)
    if not is_ours:
        return Statement(text=text)
    return _dated(text, plain, spans.get("since"), spans.get("until"))


def _of_end(text: str, plain: str, verb: re.Match[str]) -> Statement:
    """Read the day on which the document expires, or was withdrawn or replaced."""
    after = _AFTER_END.match(plain, verb.end())
    before = None if after else _BEFORE_END.search(plain)
    found = after or before
    if found is None:
        return Statement(text=text)
    is_before = found.start() < verb.start()
    if not _is_of_document(plain[: min(found.start(), verb.start())]):
        return Statement(text=text)
    if is_before and len(plain[found.end() : verb.start()]) > _GAP:
        return Statement(text=text)
    read = _until(text, found.span("date"), plain)
    is_first_without = found["on"] is not None and _FROM_THEN.fullmatch(found["on"]) is not None
    if is_first_without and not read.impossible:
        first, _ = _period(plain[slice(*found.span("date"))])
        return Statement(text=text, until=first - timedelta(days=1))
    return read


def _of_over(text: str, plain: str) -> Statement:
    """Read that the document is over, and what replaced it."""
    for verb in _OVER.finditer(plain):
        before = plain[: verb.start()]
        if words.WILL.search(before) and not re.search(r"\bwurden?\b", before, _I):
            continue
        if _ACTIVE.search(verb[0]) and not _PASSIVE.search(before):
            continue
        if _is_of_document(before) and _states_itself(before, plain[verb.end() :]):
            return Statement(text=text, is_over=True, superseded_by=_replaced_by(text, plain))
    by = _replaced_by(text, plain)
    found = _BY.search(plain) or _BY_BEFORE.search(plain)
    if (
        by
        and found is not None
        and not words.WILL.search(plain[: found.start()])
        and _is_of_document(plain[: found.start()])
    ):
        return Statement(text=text, is_over=True, superseded_by=by)
    return Statement(text=text)


def _states_itself(before: str, after: str) -> bool:
    """Return whether a word such as ``archived`` is a statement, and no adjective: ``archived calls are found under …``."""
    has_subject = bool(before.strip(_MARKS + "([|"))
    is_alone = not after.strip(_MARKS + ")]|") or _AFTER_STATEMENT.match(after) is not None
    return has_subject or is_alone


def _replaced_by(text: str, plain: str) -> str:
    found = _BY.search(plain) or _BY_BEFORE.search(plain)
    return text[slice(*found.span(1))].strip(_MARKS) if found else ""


def _of_part(text: str, *, is_first: bool, is_old: bool = True) -> Statement:
    """Read a part of a label: ``terms until March 2025``, ``archived``. ``is_old``: words alone may say it is over."""
    part = text.strip(_MARKS)
    plain = folded(part)
    until = _DOCUMENT_UNTIL.match(plain)
    since = _DOCUMENT_SINCE.match(plain)
    whole = _RANGE.search(plain)
    dated = Statement(text=text)
    if until is not None and _is_named(until["what"], is_first=is_first):
        span = None
        if whole is not None and whole.end() == until.end():
            span = whole.span(1)
        dated = _dated(part, plain, span, until.span("date"))
    elif since is not None and _is_named(since["what"], is_first=is_first):
        dated = _dated(part, plain, since.span("date"), None)
    is_over = is_old and (
        words.ONLY_OLD.match(plain) is not None
        or words.OLD_DOCUMENT.match(plain) is not None
        or words.DOCUMENT_OLD.match(plain) is not None
    )
    return Statement(
        text=text.strip(), since=dated.since, until=dated.until, is_over=is_over, impossible=dated.impossible
    )


def _of_named(text: str) -> Statement:
    """Read a sentence that begins as a heading does: ``Terms until March 2025: …``. An entry of a list is no heading."""
    first = next((part for part in _PARTS.split(text) if part.strip(_MARKS)), "")
    plain = folded(first.strip(_MARKS))
    dated = _DOCUMENT_UNTIL.match(plain) or _DOCUMENT_SINCE.match(plain)
    if _LIST_ITEM.match(text) or not dated or not words.NAMED_RULES.match(_subject(dated["what"])):
        return Statement(text=text)
    return _of_part(first, is_first=True, is_old=False)


def _is_named(what: str, *, is_first: bool) -> bool:
    """Return whether the words before a date name a document; a part of its own behind a title needs none."""
    subject = _subject(what)
    return (not subject and not is_first) or (bool(subject) and _is_of_document(subject))


def _subject(what: str) -> str:
    return _SINCE_WORDS.sub("", f"{what} ").strip(_MARKS)


_SINCE_WORDS = re.compile(rf"\b{words.FROM}\s+(?:{words.DAY_OF_RANGE}|{words.DATE})?\s*$", _I)


def _is_of_document(before: str, after: str = "") -> bool:
    """Return whether the words before a verb name the document, or there are none.

    Where there are none and the verb ends with its days, the subject may follow: ``galt diese Richtlinie``.
    """
    subject = _LEAD.sub("", before).strip(_MARKS + "([|,")
    while (found := words.COPULAS.search(subject)) is not None:
        subject = subject[: found.start()].strip(_MARKS)
    if not subject:
        following = after.strip(_MARKS + ")]|")
        first = " ".join(following.split()[:_SUBJECT_WORDS])
        return not following or _names_document(first)
    return _names_document(subject)


def _names_document(subject: str) -> bool:
    is_short = len(subject.split()) <= _SUBJECT_WORDS
    return is_short and words.NO_DOCUMENT.match(subject) is None and words.DOCUMENT.match(subject) is not None


def _until(text: str, span: tuple[int, int], plain: str) -> Statement:
    return _dated(text, folded(plain), None, span)


def _dated(text: str, plain: str, since: tuple[int, int] | None, until: tuple[int, int] | None) -> Statement:
    """Return the statement with its days. The first one of a range may lack its month and year."""
    impossible = ""
    first = last = None
    if until is not None:
        try:
            last = _period(plain[slice(*until)])[1]
        except ValueError:
            impossible = _cut(text, until)
    if since is not None:
        try:
            first = _first_day(plain[slice(*since)], last)
        except ValueError:
            impossible = impossible or _cut(text, since)
    return Statement(text=text.strip(), since=first, until=last, impossible=impossible)


def _cut(text: str, span: tuple[int, int]) -> str:
    return re.sub(r"^(?:(?:the|el|al|den|dem|zum)\s+)+", "", text[slice(*span)], flags=_I).strip()


def _first_day(written: str, last: date | None) -> date:
    numbers = _NUMBERS.findall(written)
    if any(len(each) == 4 for each in numbers) or re.search(r"[./]\d{2}$", written):  # noqa: PLR2004  (digits of a year)
        return _period(written)[0]
    if last is None:
        raise ValueError
    month = _DATE_WORDS.search(written)
    number = words.MONTHS[month[1].lower()] if month else last.month
    return date(last.year, number, int(numbers[0]) if numbers else 1)


def _period(written: str) -> tuple[date, date]:
    """Return the first and last day of a date: a month is all of its days. Raises ``ValueError`` for an impossible day."""
    month = _DATE_WORDS.search(written)
    if month is not None:
        numbers = _NUMBERS.findall(written)
        year = int(next(each for each in numbers if len(each) == 4))  # noqa: PLR2004  (digits of a year)
        days = [int(each) for each in numbers if len(each) <= 2]  # noqa: PLR2004
        return _days_of(year, words.MONTHS[month[1].lower()], days[0] if days else None)
    if (iso := _DATE_PART.search(written)) is not None:
        return _days_of(int(iso[1]), int(iso[2]), int(iso[3]) if iso[3] else None)
    if (figures := _DATE_FIGURES.search(written)) is not None:
        return _of_figures(figures)
    if (of_year := _DATE_MONTH_YEAR.search(written)) is not None:
        return _days_of(int(of_year[2]), int(of_year[1]), None)
    if (quarter := _DATE_QUARTER.search(written)) is not None:
        last = int(quarter[1]) * _MONTHS_OF_QUARTER
        year = int(quarter[2])
        return date(year, last - 2, 1), _days_of(year, last, None)[1]
    year = int(_NUMBERS.findall(written)[-1])
    return date(year, 1, 1), date(year, 12, 31)


def _days_of(year: int, month: int, day: int | None) -> tuple[date, date]:
    if day is not None:
        return date(year, month, day), date(year, month, day)
    if not 1 <= month <= 12:  # noqa: PLR2004  (months)
        raise ValueError
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _of_figures(found: re.Match[str]) -> tuple[date, date]:
    """Read ``31.3.2025`` and ``3/31/25``. ``3/4/2025`` may be either; the document counts from the first to the last."""
    one, mark, two, three = found.groups()
    if len(one) == 4:  # noqa: PLR2004  (digits of a year)
        return _days_of(int(one), int(two), int(three))
    year = int(three) + 2000 if len(three) == 2 else int(three)  # noqa: PLR2004
    first, second = int(one), int(two)
    months = 12
    if mark == "." or first > months:
        return _days_of(year, second, first)
    if second > months:
        return _days_of(year, first, second)
    days = sorted((date(year, second, first), date(year, first, second)))
    return days[0], days[1]
