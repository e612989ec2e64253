"""The data that a form of a page posts: names with one value, or several."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, NamedTuple

from litestar.enums import RequestEncodingType
from litestar.params import Body

from auscult.domain.errors import AuscultError, RequestError
from auscult.language import gettext as _
from auscult.language import translated
from auscult.server.console.frame.reader import whole_number

Posted = Annotated[dict[str, str | list[str]], Body(media_type=RequestEncodingType.URL_ENCODED)]
"""The type of ``data`` in a handler."""

Given = Mapping[str, str | list[str]]
Labels = Mapping[str, str]

_NONE: Labels = {}
_NAMED = re.compile(r"[.@/_0-9]")
_GROUPED = re.compile(r"\d{1,3}(?:[,.\s]\d{3})+")
"""A whole number in groups of three digits: 1,000 in English, 1.000 in German."""
_SHOWN = 40
"""Characters of a refused value that are quoted."""
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def exact(given: Given, name: str, otherwise: str = "") -> str:
    """Return the value of a field as it was typed, the first of several."""
    value = given.get(name, otherwise)
    return value if isinstance(value, str) else next(iter(value), otherwise)


def one(given: Given, name: str, otherwise: str = "") -> str:
    """Return the value of a field without surrounding blanks, the first of several."""
    return exact(given, name, otherwise).strip()


def several(given: Given, name: str) -> tuple[str, ...]:
    """Return every value of a field that is not blank."""
    value = given.get(name, ())
    values = (value,) if isinstance(value, str) else value
    return tuple(dict.fromkeys(each.strip() for each in values if each.strip()))


def lines(given: Given, name: str) -> tuple[str, ...]:
    """Return the values of a field with several in it, divided by commas and line breaks, or given several times."""
    parts = ",".join(several(given, name)).replace("\n", ",").split(",")
    return tuple(dict.fromkeys(each.strip() for each in parts if each.strip()))


class Field(NamedTuple):
    """A field that takes a number: its name on the page, its limits, and whether the number is whole."""

    label: str
    low: float = 0
    high: float = 100
    is_whole: bool = False


def number(given: Given, name: str, field: Field | None = None) -> float | None:
    """Return the number in a field, None where it is empty. Raises ``RequestError`` ``number.invalid``."""
    text = one(given, name)
    if not text:
        return None
    is_grouped = field is not None and field.is_whole and _GROUPED.fullmatch(text)
    try:
        found = float(re.sub(r"[,.\s]", "", text) if is_grouped else text.replace(",", "."))
    except ValueError as error:
        message = _("{field}: {text} is not a number").format(
            field=_(field.label) if field else name.replace("_", " "), text=repr(text)
        )
        raise RequestError(message, code="number.invalid", field=name, value=text) from error
    if field and not (field.low <= found <= field.high and (found.is_integer() or not field.is_whole)):
        words = _("{field}: give a whole number from {low} to {high}, not {text}")
        words = words if field.is_whole else _("{field}: give a number from {low} to {high}, not {text}")
        low, high = whole_number(field.low), whole_number(field.high)
        message = words.format(field=_(field.label), low=low, high=high, text=text[:_SHOWN])
        raise RequestError(message, code="number.invalid", field=name, value=text)
    return found


def whole(given: Given, name: str, field: Field | None = None) -> int | None:
    """Return the whole number in a field, None where it is empty. Raises ``RequestError`` ``number.invalid``."""
    found = number(given, name, field)
    return None if found is None else round(found)


def day(given: Given, name: str, label: str) -> date:
    """Return the day in a field of that name on the page. Raises ``RequestError`` ``date.invalid``."""
    text = one(given, name)
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        words = _("{field}: {text} is not a date; give one as 2026-03-28") if text else _("{field}: choose a date")
        message = words.format(field=label, text=text[:_SHOWN])
        raise RequestError(message, code="date.invalid", field=name, value=text)
    return found


def tried(act: Callable[[], object], labels: Labels = _NONE) -> str:
    """Run the action of a form, and return its error as a sentence; empty where it succeeded."""
    try:
        act()
    except AuscultError as error:
        return sentence_of(error, labels)
    return ""


def sentence_of(error: AuscultError, labels: Labels = _NONE) -> str:
    """Return an error as a sentence. ``labels`` are the names on the page by the field that an error is about."""
    label = labels.get(error.field or "")
    said = error.coded.parts.get("message")
    if label is None or not isinstance(said, str):
        return sentence(error.coded)
    return sentence(f"{_(label)}: {translated(said)}")


def sentence(words: str) -> str:
    """Return the words of an error as a sentence, in the reader's language where it is known.

    A name of a file or an address at its beginning stays as it is.
    """
    words = translated(words)
    if not words:
        return ""
    first = words.partition(" ")[0].rstrip(".,:;")
    found = words if _NAMED.search(first) else words[:1].upper() + words[1:]
    return found if found.endswith((".", "!", "?")) else f"{found}."
