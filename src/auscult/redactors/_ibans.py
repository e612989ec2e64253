"""IBANs, written and said."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from stdnum import iban

from auscult.redactors._digits import Run
from auscult.redactors._patterns import searcher

_IBAN = searcher(r"\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,4})?\b")
_IBAN_SHORTEST, _IBAN_LONGEST = 15, 34
_BEGUN = re.compile(r"\b([a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){0,6}(?:[ -]?[a-z0-9]{1,3})?)[\s.,-]*$")
_GOES_ON = re.compile(r"\W*((?=[a-z]{0,3}\d)[a-z0-9]{1,4}(?:[ -]?(?=[a-z]{0,3}\d)[a-z0-9]{1,4}){0,6})\b")
_STRUCTURE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def ibans(low: str, *, has_cue: bool) -> Iterator[tuple[int, int, str]]:
    """Yield written IBANs: start, end, and the IBAN in capital letters. With a cue also one that was misheard."""
    for found in _IBAN.finditer(low):
        number = re.sub(r"[ -]", "", found[0]).upper()
        end = found.end()
        if not is_iban(number):
            shorter = _shortened(found[0])
            if shorter is not None:
                number, end = re.sub(r"[ -]", "", shorter).upper(), found.start() + len(shorter)
            elif not (has_cue or _has_iban_length(number)):
                continue
        yield found.start(), end, number


def iban_begun(low: str) -> tuple[int, int, str] | None:
    """Return the beginning of an IBAN with which a text ends: start, end, and its letters and digits in capitals."""
    found = _BEGUN.search(low)
    if found is None or is_iban(number := re.sub(r"[ -]", "", found[1]).upper()):
        return None
    return *found.span(1), number


def iban_rest(low: str) -> tuple[int, int, str] | None:
    """Return the groups with which a text begins, as those of an IBAN that was begun before."""
    found = _GOES_ON.match(low)
    return None if found is None else (*found.span(1), re.sub(r"[ -]", "", found[1]).upper())


def said_iban(run: Run, *, has_cue: bool) -> tuple[int, int, str] | None:
    """Return the IBAN in a run of letters and digits: its first unit, the unit behind it, and the IBAN."""
    chars = run.chars
    for first, unit in enumerate(run.units):
        start = sum(len(each.chars) for each in run.units[:first])
        rest = chars[start:]
        if not unit.chars.isalpha() or not _STRUCTURE.match(rest):
            continue
        for behind in range(len(run.units), first, -1):
            number = "".join(each.chars for each in run.units[first:behind])
            if _IBAN_SHORTEST <= len(number) <= _IBAN_LONGEST and is_iban(number):
                return first, behind, number
        if has_cue and len(rest) >= _IBAN_SHORTEST:
            return first, len(run.units), rest
    return None


def _shortened(text: str) -> str | None:
    """Return the beginning of a match that is an IBAN, where following words were matched as a part of it."""
    parts: Sequence[str] = re.split(r"(?=[ -])", text)
    for size in range(len(parts) - 1, 0, -1):
        shorter = "".join(parts[:size])
        if is_iban(re.sub(r"[ -]", "", shorter).upper()):
            return shorter
    return None


@lru_cache(maxsize=1024)
def is_iban(number: str) -> bool:
    """Return whether letters and digits in capitals are an IBAN, by length and check digits."""
    return bool(iban.is_valid(number, check_country=False))


def _has_iban_length(number: str) -> bool:
    """Return whether a number has the length of its country's IBANs, though its check digits are wrong."""
    return _LENGTHS.get(number[:2]) == len(number) and sum(letter.isdecimal() for letter in number) > len(number) // 2


_LENGTHS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18,
    "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SA": 24, "SE": 24, "SI": 19,
    "SK": 24, "TR": 26, "AE": 23,
}  # fmt: skip
