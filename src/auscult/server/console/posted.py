"""The data that a form of a page posts: names with one value, or several."""

from collections.abc import Callable, Mapping
from typing import Annotated

from litestar.enums import RequestEncodingType
from litestar.params import Body

from auscult.domain.errors import AuscultError, RequestError
from auscult.server.console.language import gettext as _

Posted = Annotated[dict[str, str | list[str]], Body(media_type=RequestEncodingType.URL_ENCODED)]
"""The type of ``data`` in a handler."""

Given = Mapping[str, str | list[str]]


def one(given: Given, name: str, otherwise: str = "") -> str:
    """Return the value of a field without surrounding blanks, the first of several."""
    value = given.get(name, otherwise)
    return (value if isinstance(value, str) else next(iter(value), otherwise)).strip()


def several(given: Given, name: str) -> tuple[str, ...]:
    """Return every value of a field that is not blank."""
    value = given.get(name, ())
    values = (value,) if isinstance(value, str) else value
    return tuple(dict.fromkeys(each.strip() for each in values if each.strip()))


def lines(given: Given, name: str) -> tuple[str, ...]:
    """Return the values of a field with several in it, divided by commas and line breaks."""
    parts = one(given, name).replace("\n", ",").split(",")
    return tuple(dict.fromkeys(each.strip() for each in parts if each.strip()))


def number(given: Given, name: str) -> float | None:
    """Return the number in a field, None where it is empty. Raises ``RequestError`` ``number.invalid``."""
    text = one(given, name).replace(",", ".")
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        message = _("{field}: {text} is not a number").format(field=name.replace("_", " "), text=repr(text))
        raise RequestError(message, code="number.invalid", field=name, value=text) from error


def whole(given: Given, name: str) -> int | None:
    """Return the whole number in a field, None where it is empty. Raises ``RequestError`` ``number.invalid``."""
    found = number(given, name)
    return None if found is None else round(found)


def tried(act: Callable[[], object]) -> str:
    """Run the action of a form, and return its error as a sentence; empty where it succeeded."""
    try:
        act()
    except AuscultError as error:
        return sentence(error.message)
    return ""


def sentence(words: str) -> str:
    """Return the words of an error as a sentence."""
    found = words[:1].upper() + words[1:]
    return found if found.endswith((".", "!", "?")) else f"{found}."
