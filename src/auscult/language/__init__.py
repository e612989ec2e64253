"""ROOM: the reader's language, of pages and of mails: its catalogue, and the functions that look a text up in it.

Texts are written in English where they are used, as ``_("Sign out")``. ``<code>.po`` next to this file translates
them; ``python -m tools.languages`` updates the catalogues and lists the texts that are not translated.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from auscult.domain.errors import PART, Coded, filled, numbered

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch"}
"""The languages of the console, each by its own name."""
ASSIST = "assist"
"""The context of texts that the script of the agent's page shows."""

_current: ContextVar[str] = ContextVar("auscult_language", default=ENGLISH)


def speak(language: str) -> None:
    """Make a language the current one for the rest of the context."""
    _current.set(language)


def current() -> str:
    """Return the current language."""
    return _current.get()


@contextmanager
def speaking(language: str) -> Generator[None]:
    """Make a language the current one within the context."""
    before = _current.set(language)
    try:
        yield
    finally:
        _current.reset(before)


def texts_of(context: str) -> dict[str, str]:
    """Return the translations of a context into the current language by their English texts; none for English."""
    language, beginning = _current.get(), _in(context, "")
    if language == ENGLISH:
        return {}
    found = _texts(language).items()
    return {source.removeprefix(beginning): text for source, text in found if source.startswith(beginning)}


def gettext(message: str) -> str:
    """Return a text in the current language; the English text where the catalogue has none."""
    language = _current.get()
    if language == ENGLISH:
        return message
    return _texts(language).get(message, message)


def translated(text: str, others: Mapping[str, str] | None = None) -> str:
    """Return a text in the current language: by its code where it has one, with its parts; else as ``gettext`` does.

    ``others`` has what is shown in the place of some codes.
    """
    if not isinstance(text, Coded):
        return gettext(text)
    template, its = translation_of(text) or (text.code, text.parts)
    parts = {name: translated(part, others) if isinstance(part, Coded) else part for name, part in its.items()}
    return filled(gettext((others or {})[text.code]) if text.code in (others or {}) else template, parts)


def translation_of(text: str) -> tuple[str, Mapping[str, object]] | None:
    """Return the template of a text in the current language, and the parts in it; None where there is no translation.

    Parts of a stored text have numbers, whose names the catalogue knows.
    """
    language = _current.get()
    texts = {} if language == ENGLISH else _texts(language)
    code, parts = (text.code, text.parts) if isinstance(text, Coded) else (text, dict[str, object]())
    if code in texts or not parts:
        return (texts[code], parts) if code in texts else None
    named = _by_number(language).get(code)
    if named is None:
        return None
    names = (name for name, _ in PART.findall(named))
    return PART.sub(r"{\1}", texts[named]), dict(zip(names, parts.values(), strict=True))


def ngettext(singular: str, plural: str, number: float) -> str:
    """Return the text for a number of things in the current language. Languages here have two forms, as English has."""
    return gettext(singular if number == 1 else plural)


def pgettext(context: str, message: str) -> str:
    """Return a text with several meanings in the current language; ``context`` selects the meaning."""
    language = _current.get()
    if language == ENGLISH:
        return message
    return _texts(language).get(_in(context, message), message)


def later(message: str) -> str:
    """Mark a text of a table for translation; ``gettext`` translates it where it is shown."""
    return message


def forms_of(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the forms of a text of a catalogue: one, or singular and plural."""
    return (value or "",) if isinstance(value, str | None) else tuple(value)


@cache
def _texts(language: str) -> dict[str, str]:
    """Return the translations of a language by their English texts; plural forms are entries of their own."""
    catalogue = catalogue_of(language)
    found: dict[str, str] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        sources, texts = forms_of(message.id), forms_of(message.string)
        found.update((_in(message.context, source), text) for source, text in zip(sources, texts, strict=True) if text)
    return found


@cache
def _by_number(language: str) -> dict[str, str]:
    """Return the texts with parts by what they are where these are numbered."""
    return {numbered(text): text for text in (() if language == ENGLISH else _texts(language))}


def _in(context: str | None, message: str) -> str:
    """Return the key of a text in its context, as compiled catalogues write it."""
    return message if context is None else f"{context}\x04{message}"


def catalogue_of(language: str) -> Catalog:
    """Return the catalogue of a language."""
    with files("auscult.language").joinpath(f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)
