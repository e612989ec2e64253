"""Numbers of a turn that may be a secret, and what around them shows that they are none."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auscult.domain.said.dates import MONTH_NAMES
from auscult.redactors._cards import CARD_LONGEST, CARD_SHORTEST, is_card
from auscult.redactors._digits import WORDS, Run, Unit, has_digit, runs_in, words_in
from auscult.redactors._patterns import searcher

_UNIT = re.compile(
    r"\W{0,2}[%€$£]|[\s-]{0,2}(?:(?:min(?:ute)?s?|h(?:ou)?rs?|hours?|sec(?:ond)?s?|(?:working |business )?days?"
    r"|weeks?|months?|years?"
    r"|times?|attempts?|tries"
    r"|digits?|digit|characters?|letters?|percent|pounds?|quid|euros?|dollars?|bucks|cents?|pence|p|am|pm"
    r"|a\.m|p\.m|o'clock"
    r"|uhr|stunden?|tagen?|tage|wochen?|minuten?|sekunden?|mal|stellen|ziffern|horas?|días?|minutos?"
    r"|segundos?|veces"
    r"|dígitos|cifras|people|adults?|kids|lines?|phones?|cards?|devices?|networks?|texts?|messages?"
    r"|e-?mails?|codes?"
    r"|items?|pieces?|miles|kilometers|km|kg|gb|mb|kwh|kw|cm|mm|metres|meters|inch(?:es)?|points?|bedroom"
    r"|of (?:them|those|these|my|the|us|you)|thousand|hundred|million|more|other|others|different|separate)\b)"
)
_BEFORE = re.compile(
    r"(?:[£€$]\s?|\b(?:press|version|page|level|floor|gate|room|flat|platform|section|chapter|junction"
    r"|windows|iphone|galaxy"
    r"|model|line|step|option|top|only|all|another|other|every|within|at least|at most|up to|about|around"
    r"|nearly|almost"
    r"|over|under|which|next|the old|the new|the other|the wrong|the right) )$"
)
_YEAR = re.compile(r"\b(?:in|since|until|till|during|seit|im jahr|jahr|desde)\s$")
_OF_MONTH = re.compile(rf"\b(?:{'|'.join(MONTH_NAMES)})[ ,]+$|\bdated \S+ \S+ $")
_OF_PLACE = re.compile(
    r" (?:\w+ ){0,2}(?:street|st|road|rd|avenue|ave|lane|drive|close|court|way|boulevard|straße|strasse"
    r"|platz|allee|weg)\b"
)
_DIALLED = re.compile(r"\b(?:dial|ring|call|text \w+ to|extension|ext\.?) $|\btext you from $|\boption $")
_SMALL, _YEAR_SIZE = 2, 4
_AT = re.compile(
    r"\b(?:at|before|after|by|from|until|till|between|past|around|since|half|a las|hasta las|desde las"
    r"|um(?= \d)|ab|bis|gegen)"
    r"(?: about| around)? $"
)
_FAULT, _FAULT_SIZE = re.compile(r"(?:^|[^\w'])[ef][ -]?$"), 3
"""A letter by which machines name an error, and digits of one."""
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre)(?: the)? $")
_HOURS, _MINUTES = 24, 60
_PHONE, _PHONE_LONGEST = 10, 12
_EXPIRY = re.compile(r"(?<![\d/])(?:0?[1-9]|1[0-2]) ?[/-] ?(?:20)?[2-4]\d(?![\d/])")
_SPLIT = re.compile(r"[^\d]*(?:[a-z,;]|\sand\s)[^\d]*")
_WRITTEN = 3
_WORDS = tuple(
    sorted(
        word
        for word in WORDS
        if len(word) > 1 and not any(word != other and len(other) > 1 and other in word for other in WORDS)
    )
)

_COUNTING = frozenset(word for word in WORDS if len(word) > 1)
_MAY_BE_LONG = searcher(
    rf"(?:\d\D{{0,3}}){{4}}|\d\w*[A-Za-z-]|[A-Za-z-]\d|(?:{'|'.join(_WORDS)}).{{0,14}}(?:{'|'.join(_WORDS)})"
)


class Number(NamedTuple):
    """Digits of a turn, written or said."""

    start: int
    end: int
    chars: str
    units: tuple[Unit, ...]


def may_count(low: str) -> bool:
    """Return whether a text may have a number, in digits or in words of any language that is read."""
    return has_digit(low) or not _COUNTING.isdisjoint(words_in(low))


def may_be_long(low: str) -> bool:
    """Return whether a text may have a number of four digits, or digits with letters."""
    return _MAY_BE_LONG.search(low) is not None


def numbers_in(turn: int, low: str) -> list[Number]:
    """Return the numbers of a turn without expiries that are written as such, each in one piece."""
    expiries = [each.span() for each in _EXPIRY.finditer(low)] if "/" in low or "-" in low else []
    return [_number(units) for run in runs_in(turn, low) for units in _parts(run, low, expiries)]


def _number(units: Sequence[Unit]) -> Number:
    return Number(units[0].start, units[-1].end, "".join(unit.chars for unit in units), tuple(units))


def _parts(run: Run, low: str, expiries: Sequence[tuple[int, int]]) -> Iterator[Sequence[Unit]]:
    """Yield the units of a run that belong together: two whole numbers that are written apart are two."""
    part: list[Unit] = []
    for unit in run.units:
        if any(start <= unit.start and unit.end <= end for start, end in expiries):
            if part:
                yield part
            part = []
            continue
        if part:
            before = part[-1]
            between = low[before.end : unit.start]
            is_written = before.chars == low[before.start : before.end] and unit.chars == low[unit.start : unit.end]
            sizes = min(len("".join(each.chars for each in part)), len(unit.chars))
            is_count = (
                len("".join(each.chars for each in part)) >= _WRITTEN
                and before.chars == low[before.start : before.end]
                and ("," in between or unit.chars != low[unit.start : unit.end])
                and _UNIT.match(low, unit.end) is not None
            )
            if is_count or (is_written and sizes >= _WRITTEN and _SPLIT.fullmatch(between)):
                yield part
                part = []
        part.append(unit)
    if part:
        yield part


def is_like_year(chars: str) -> bool:
    """Return whether characters are a year of this century or the last one."""
    return len(chars) == _YEAR_SIZE and chars.isdigit() and chars.startswith(("19", "20"))


def is_measured(low: str, number: Number) -> bool:  # noqa: PLR0911  (a sign each)
    """Return whether a number is an amount, a count or a year."""
    if (
        "." in low[number.start : number.end].strip(".")
        or _UNIT.match(low, number.end)
        or (number.chars[0] == "0" and _PHONE <= len(number.chars) <= _PHONE_LONGEST)
    ):
        return True
    before = low[max(0, number.start - 24) : number.start]
    is_year = is_like_year(number.chars)
    if (is_year and _YEAR.search(before)) or (_AT.search(before) and _is_time(number, before)):
        return True
    if (is_year or len(number.chars) <= _SMALL) and _OF_MONTH.search(before):
        return True
    if _BETWEEN.search(before) and all(int(unit.chars) <= _HOURS for unit in number.units):
        return True
    if len(number.chars) <= _FAULT_SIZE and _FAULT.search(before):
        return True
    if _OF_PLACE.match(low, number.end) or _DIALLED.search(before):
        return True
    if before.rstrip(" ")[-1:] in ("£", "€", "$", "+"):
        return True
    return len(number.chars) <= _SMALL and _BEFORE.search(before) is not None


def _is_time(number: Number, before: str) -> bool:
    """Return whether digits were said as hours and minutes: ``four thirty``, ``8 30``."""
    chars = number.chars
    if len(number.units) == 1 and len(chars) <= _SMALL:
        return int(chars) <= _HOURS
    if len(number.units) == 1 and len(chars) == _YEAR_SIZE:
        return (
            not before.endswith(("from ", "since ")) and int(chars[:_SMALL]) < _HOURS and int(chars[_SMALL:]) < _MINUTES
        )
    hours, minutes = number.units[0].chars, "".join(unit.chars for unit in number.units[1:])
    return 0 < int(hours) < _HOURS and len(minutes) == _SMALL and int(minutes) < _MINUTES


def behind_card(number: Number) -> tuple[Number | None, bool]:
    """Return what follows on a card in one run of digits, if anything, and whether there is a card."""
    chars = ""
    for index, unit in enumerate(number.units):
        chars += unit.chars
        if CARD_SHORTEST < len(chars) <= CARD_LONGEST and is_card(chars):
            rest = number.units[index + 1 :]
            return (_number(rest) if rest else None), True
    return None, False


def last_of(number: Number, sizes: Sequence[int]) -> Number | None:
    """Return the last units of a number that have one of these numbers of digits together."""
    for size in sizes:
        for index in range(len(number.units) - 1, 0, -1):
            part = _number(number.units[index:])
            if len(part.chars) == size:
                return part
    return None


def begins_with_month(number: Number) -> bool:
    """Return whether digits may begin with the month of an expiry."""
    return number.chars[:2] in {f"{month:02}" for month in range(1, 13)} or number.units[0].chars in set("123456789")


def behind_digits(chars: str) -> bool:
    """Return whether digits end in a whole card."""
    return any(is_card(chars[-size:]) for size in (16, 15))
