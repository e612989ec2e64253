"""The language of a request: what the reader chose, then what their browser asks for, then English."""

from typing import Any

from babel.core import negotiate_locale
from litestar import Request

from auscult.language import ENGLISH, LANGUAGES, speak

LANGUAGE_COOKIE = "auscult_language"


async def choose(request: Request[Any, Any, Any]) -> None:
    """Make the reader's language the current one for the rest of the request."""
    speak(language_of(request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", "")))


def language_of(chosen: str, accepted: str) -> str:
    """Return the language that the reader chose, or the first that their browser asks for and the console has."""
    if chosen in LANGUAGES:
        return chosen
    found = negotiate_locale(_by_preference(accepted), list(LANGUAGES), sep="-")
    return found.lower() if found else ENGLISH


def _by_preference(accepted: str) -> list[str]:
    """Return the languages of an ``Accept-Language`` header, most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(","):
        name, _, weight = part.partition(";q=")
        try:
            wanted.append((float(weight or 1), name.strip()))
        except ValueError:  # a weight that is none: the language is not asked for
            continue
    return [name for weight, name in sorted(wanted, key=lambda each: -each[0]) if name and weight > 0]
