"""Filters of a list: read from the address, shown as chips that can be taken away, written back into addresses."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from msgspec import Struct

from auscult.domain.errors import RequestError
from auscult.server.console.reader import Reader
from auscult.services.conversations.latest import Place, Sought
from auscult.services.conversations.list_query import PERIODS, Query, read_query

DAYS = {each: f"Last {each} days" for each in PERIODS}
CHANNELS = {"voice": "Voice", "chat": "Chat"}
DIRECTIONS = {"inbound": "Inbound", "outbound": "Outbound"}
OUTCOME_NAMES = {"passed": "Passed", "failed": "Not passed", "fatal": "Fatal missed", "unscored": "Not scored"}
AUDIT_NAMES = {"assigned": "Being audited", "audited": "Audited"}
_NOUNS = {
    "q": "Said",
    "days": "Started",
    "since": "From",
    "until": "Before",
    "queue": "Queue",
    "agent": "Agent",
    "channel": "Channel",
    "direction": "Direction",
    "outcome": "Result",
    "missed": "Missed",
    "met": "Met",
    "intent": "About",
    "audit": "Audit",
}


OFFERED = ("days", "outcome", "missed", "queue", "agent", "intent", "channel", "direction", "audit")
"""Filters that a list of conversations offers."""


class Chip(Struct, frozen=True, kw_only=True):
    """One filter in force: what it is about, its value in words, and the address without it."""

    noun: str
    value: str
    without: str


class Choice(Struct, frozen=True, kw_only=True):
    """One value that a filter may take."""

    value: str
    name: str
    is_on: bool


class Field(Struct, frozen=True, kw_only=True):
    """One filter with what it may be."""

    name: str
    noun: str
    choices: tuple[Choice, ...]
    is_many: bool = True


class FilterView(Struct, frozen=True, kw_only=True):
    """The filters of a list. ``kept`` are parameters that the form carries along."""

    chips: tuple[Chip, ...]
    fields: tuple[Field, ...]
    words: str
    kept: tuple[tuple[str, str], ...]
    all_href: str


class Names(NamedTuple):
    """Names that filters show: those of metrics by id, and the queues and agents that there are."""

    metrics: Mapping[str, str]
    queues: Sequence[str]
    agents: Sequence[str]
    intents: Sequence[str]


def sought_of(query: Query, reader: Reader) -> Sought:
    """Read which conversations an address asks for. Raises ``RequestError`` for a day that is none."""
    return read_query(query, reader.now, reader.timezone)


def filter_view(query: Query, path: str, names: Names, reader: Reader, offered: Sequence[str] = OFFERED) -> FilterView:
    """Show the filters of an address, and those that a page offers."""
    chips: list[Chip] = []
    for name, noun in _NOUNS.items():
        found = list(query.get(name, ()))
        if not found:
            continue
        shown = _shown(name, found, names, reader)
        without = {key: each for key, each in query.items() if key not in (name, "before")}
        chips.append(Chip(noun=noun, value=shown, without=address(path, without)))
    fields = (
        _field(query, "days", DAYS, is_many=False),
        _field(query, "outcome", OUTCOME_NAMES),
        _field(query, "missed", names.metrics),
        _field(query, "queue", {each: each for each in names.queues}),
        _field(query, "agent", {each: each for each in names.agents}),
        _field(query, "intent", {each: each[:1].upper() + each[1:] for each in names.intents}),
        _field(query, "channel", CHANNELS),
        _field(query, "direction", DIRECTIONS),
        _field(query, "audit", AUDIT_NAMES),
    )
    in_form = {field.name for field in fields} | {"q", "before"}
    return FilterView(
        chips=tuple(chips),
        fields=tuple(field for field in fields if field.choices and field.name in offered),
        words=_first(query, "q"),
        kept=tuple((name, value) for name, found in query.items() if name not in in_form for value in found),
        all_href=path,
    )


def _field(query: Query, name: str, choices: Mapping[str, str], *, is_many: bool = True) -> Field:
    on = query.get(name, ())
    return Field(
        name=name,
        noun=_NOUNS[name],
        choices=tuple(Choice(value=value, name=shown, is_on=value in on) for value, shown in choices.items()),
        is_many=is_many,
    )


def _shown(name: str, found: list[str], names: Names, reader: Reader) -> str:
    """Return the values of a filter in words: the first, and how many more."""
    words: Mapping[str, Callable[[str], str]] = {
        "days": lambda value: DAYS.get(value, value),
        "channel": lambda value: CHANNELS.get(value, value),
        "direction": lambda value: DIRECTIONS.get(value, value),
        "outcome": lambda value: OUTCOME_NAMES.get(value, value),
        "audit": lambda value: AUDIT_NAMES.get(value, value),
        "missed": lambda value: names.metrics.get(value, value),
        "met": lambda value: names.metrics.get(value, value),
        "since": lambda value: _shown_day(value, reader),
        "until": lambda value: _shown_day(value, reader),
    }
    first = words.get(name, str)(found[0])
    return first if len(found) == 1 else f"{first} and {len(found) - 1} more"


def _shown_day(value: str, reader: Reader) -> str:
    try:
        return reader.day(datetime.fromisoformat(value).date())
    except ValueError:
        return value


def read_place(query: Query) -> Place | None:
    """Read where a page begins: ``before=<ms>.<id>``. Raises ``RequestError``."""
    value = _first(query, "before")
    if not value:
        return None
    at, _, id_ = value.partition(".")
    if not at.lstrip("-").isdigit() or not id_:
        raise RequestError("before is no place in the list", code="cursor.invalid", field="before", value=value)
    return int(at), id_


def address(path: str, query: Query, **changed: str) -> str:
    """Return an address with these parameters, changed ones instead of those of their names; empty ones are left out."""
    pairs = [(name, value) for name, found in query.items() if name not in changed for value in found]
    pairs += [(name, value) for name, value in changed.items() if value]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _first(query: Query, name: str) -> str:
    return next(iter(query.get(name, ())), "")
