"""Numbers, days and names as a German reader reads them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from litestar import Request

from auscult.server.console.frame.naming import role_name, within_sentence
from auscult.server.console.frame.reader import Reader, length, mark, percent
from auscult.server.console.request_language import choose

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
GERMAN = Reader(language="de", now=NOW)
NBSP, NARROW = "\u00a0", "\u202f"


def in_german(act: Callable[[], str]) -> str:
    """Return what a function returns in a request whose browser asks for German."""

    async def asked() -> str:
        scope: Any = {"type": "http", "headers": [(b"accept-language", b"de")]}
        await choose(Request(scope))
        return act()

    return asyncio.run(asked())


def test_numbers() -> None:
    """A comma before decimals, a point between thousands, a space before the percent sign."""
    assert GERMAN.number(-1234.5, 1) == "\u22121.234,5"
    assert GERMAN.share(0.912, 1) == f"91,2{NBSP}%"
    assert GERMAN.give(1.6) == f"±{NARROW}1,6"


def test_days() -> None:
    """A point behind the day, and the month in full where there is room."""
    autumn = datetime(2026, 11, 21, 7, 18, tzinfo=UTC)
    assert GERMAN.moment(autumn) == "21. November 2026, 07:18"
    assert GERMAN.day(autumn, year=False) == "21. November"
    assert GERMAN.weekday(autumn) == "Samstag, 21. November"
    assert GERMAN.short_day(autumn) == "21. Nov."
    assert GERMAN.month(autumn) == "Nov"


def test_an_instant_in_a_list() -> None:
    """The weekday of the last days, the day of this year, else the date."""
    assert GERMAN.lately(datetime(2026, 3, 28, 7, 18, tzinfo=UTC)) == "Sa. 07:18"
    assert GERMAN.lately(datetime(2026, 2, 3, 7, 18, tzinfo=UTC)) == "3. Feb. 07:18"
    assert GERMAN.lately(datetime(2025, 11, 3, 7, 18, tzinfo=UTC)) == "3. Nov. 2025"


def test_english_stays() -> None:
    """Without a request the language is English."""
    english = Reader(now=NOW)
    assert english.share(0.912, 1) == "91.2%"
    assert english.weekday(NOW) == "Monday, 30 March"
    assert english.lately(datetime(2025, 11, 3, tzinfo=UTC)) == "3 Nov 2025"
    assert (mark(2.5), mark(80, "%"), percent("91.2")) == ("2.5", "80%", "91.2%")
    assert within_sentence("Empathy") == "empathy"


def test_marks_of_an_axis() -> None:
    """They follow the language of the request."""
    assert in_german(lambda: mark(2.5)) == "2,5"
    assert in_german(lambda: mark(80, "%")) == f"80{NBSP}%"
    assert in_german(lambda: percent("91,2")) == f"91,2{NBSP}%"
    assert in_german(lambda: length(None)) == "Länge unbekannt"


def test_names() -> None:
    """A name keeps its capital within a German sentence; a role of one's own keeps its name."""
    assert in_german(lambda: within_sentence("Empathy")) == "Empathy"
    assert in_german(lambda: role_name("supervisor")) == "Teamleitung"
    assert in_german(lambda: role_name("night-shift")) == "Night shift"
