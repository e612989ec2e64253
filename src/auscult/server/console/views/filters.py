"""Filters of a list: read from the address, shown as removable chips, written back into addresses."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import urlencode

from msgspec import Struct

from auscult.domain.errors import RequestError
from auscult.server.console.language import gettext as _
from auscult.server.console.language import later
from auscult.server.console.reader import Reader
from auscult.server.console.views.intents import intent_name
from auscult.server.console.views.naming import CHANNELS
from auscult.services.conversations.latest import Position, Sought
from auscult.services.conversations.list_query import NOBODY, PERIODS, Query, read_query

_DIRECTIONS = {"inbound": later("Inbound"), "outbound": later("Outbound")}
_OUTCOMES = {
    "passed": later("Passed"),
    "failed": later("Not passed"),
    "fatal": later("Fatal missed"),
    "undecided": later("Undecided: a fatal metric has no answer"),
    "unscored": later("Not scored"),
}
_AUDITS = {"assigned": later("Being audited"), "audited": later("Audited")}
_TASKS = {
    "open": later("To do"),
    "begun": later("Begun"),
    "submitted": later("Submitted"),
    "declined": later("Cannot judge"),
    "late": later("Late"),
}
_ANSWERS = {"YES": later("Yes"), "NO": later("No"), "NA": later("N/A")}
_AGREES = {"yes": later("the same answer"), "no": later("different answers")}
FILTERS = {
    "q": later("Said"),
    "days": later("Started"),
    "since": later("From"),
    "until": later("Before"),
    "queue": later("Queue"),
    "agent": later("Agent"),
    "channel": later("Channel"),
    "direction": later("Direction"),
    "outcome": later("Result"),
    "missed": later("Missed"),
    "met": later("Met"),
    "intent": later("About"),
    "audit": later("Audit"),
    "asked": later("Applied"),
    "plan": later("Plan"),
    "draw": later("Draw"),
    "auditor": later("Auditor"),
    "task": later("Assignment"),
    "ended": later("Submitted since"),
    "checked": later("Audited on"),
    "machine": later("Machine"),
    "person": later("Person"),
    "agrees": later("Machine and person"),
}
"""Names of the filters, by their names in an address."""


OFFERED = ("days", "outcome", "missed", "queue", "agent", "intent", "channel", "direction", "audit")
"""Filters that a list of conversations offers."""
_SHOWN = 3
"""Values of a filter that are shown by name."""


class Chip(Struct, frozen=True, kw_only=True):
    """One active filter: its noun, its value in words, and the address without it."""

    noun: str
    value: str
    without: str


class Choice(Struct, frozen=True, kw_only=True):
    """One value that a filter may take."""

    value: str
    name: str
    is_on: bool


class Field(Struct, frozen=True, kw_only=True):
    """One filter with its choices."""

    name: str
    noun: str
    choices: tuple[Choice, ...]
    is_many: bool = True


class FilterView(Struct, frozen=True, kw_only=True):
    """The filters of a list. ``kept`` are further parameters that the form passes on."""

    chips: tuple[Chip, ...]
    fields: tuple[Field, ...]
    words: str
    kept: tuple[tuple[str, str], ...]
    all_href: str


class Names(NamedTuple):
    """Names that filters show: metrics by id, queues by what they are filtered by, agents and intents, plans by id, people by e-mail."""

    metrics: Mapping[str, str]
    queues: Mapping[str, str]
    agents: Sequence[str]
    intents: Sequence[str]
    plans: Mapping[str, str] = {}
    people: Mapping[str, str] = {}


def sought_of(query: Query, reader: Reader) -> Sought:
    """Read the search of an address. Raises ``RequestError`` for an invalid day."""
    return read_query(query, reader.now, reader.timezone)


def filter_view(query: Query, path: str, names: Names, reader: Reader, offered: Sequence[str] = OFFERED) -> FilterView:
    """Show the filters of an address, and those that a page offers."""
    chips: list[Chip] = []
    for name, noun in FILTERS.items():
        found = list(query.get(name, ()))
        if not found:
            continue
        shown = _shown(name, found, names, reader)
        without = {key: each for key, each in query.items() if key not in (name, "before")}
        chips.append(Chip(noun=_(noun), value=shown, without=address(path, without)))
    intents = dict(sorted(((each, intent_name(each)) for each in names.intents), key=itemgetter(1)))
    fields = (
        _field(query, "days", _days(), is_many=False),
        _field(query, "outcome", _words(_OUTCOMES)),
        _field(query, "missed", names.metrics),
        _field(query, "queue", _with_chosen(query, "queue", names.queues)),
        _field(query, "agent", _with_chosen(query, "agent", {each: each for each in names.agents})),
        _field(query, "intent", _with_chosen(query, "intent", intents)),
        _field(query, "channel", _words(CHANNELS)),
        _field(query, "direction", _words(_DIRECTIONS)),
        _field(query, "audit", _words(_AUDITS)),
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
        noun=_(FILTERS[name]),
        choices=tuple(Choice(value=value, name=shown, is_on=value in on) for value, shown in choices.items()),
        is_many=is_many,
    )


def _with_chosen(query: Query, name: str, choices: Mapping[str, str]) -> Mapping[str, str]:
    """Return choices with those in force, so that a further filter keeps them: an address may have names not offered."""
    return {**choices, **{each: each for each in query.get(name, ()) if each not in choices}}


def _shown(name: str, found: list[str], names: Names, reader: Reader) -> str:
    """Return the values of a filter in words: the first, and how many more."""
    words: Mapping[str, Callable[[str], str]] = {
        "days": lambda value: _days().get(value, value),
        "channel": lambda value: _words(CHANNELS).get(value, value),
        "direction": lambda value: _words(_DIRECTIONS).get(value, value),
        "outcome": lambda value: _words(_OUTCOMES).get(value, value),
        "audit": lambda value: _words(_AUDITS).get(value, value),
        "intent": intent_name,
        "queue": reader.queues.labelled,
        "missed": lambda value: names.metrics.get(value, value),
        "met": lambda value: names.metrics.get(value, value),
        "asked": lambda value: names.metrics.get(value, value),
        "checked": lambda value: names.metrics.get(value, value),
        "plan": lambda value: names.plans.get(value, value),
        "auditor": lambda value: _("Nobody yet") if value == NOBODY else names.people.get(value, value),
        "task": lambda value: _words(_TASKS).get(value, value),
        "machine": lambda value: _words(_ANSWERS).get(value, value),
        "person": lambda value: _words(_ANSWERS).get(value, value),
        "agrees": lambda value: _words(_AGREES).get(value, value),
        "ended": lambda value: _shown_day(value, reader),
        "since": lambda value: _shown_day(value, reader),
        "until": lambda value: _shown_day(value, reader),
    }
    shown = [words.get(name, str)(each) for each in found]
    if len(shown) <= _SHOWN:
        return ", ".join(shown)
    return _("{first} and {n} more").format(first=shown[0], n=len(shown) - 1)


def _days() -> Mapping[str, str]:
    return {each: _("Last {days} days").format(days=each) for each in PERIODS}


def _words(names: Mapping[Any, str]) -> Mapping[str, str]:
    return {value: _(name) for value, name in names.items()}


def _shown_day(value: str, reader: Reader) -> str:
    """Return a day, and an instant that is not the beginning of one with its time."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return value
    if found.tzinfo is None:
        return reader.day(found.date())
    local = reader.local(found)
    return reader.moment(local) if local.time() != time() else reader.day(local)


def read_position(query: Query) -> Position | None:
    """Read the position behind which a page begins: ``before=<ms>[_<figure>].<id>``. Raises ``RequestError``."""
    value = _first(query, "before")
    if not value:
        return None
    numbers, _dot, id_ = value.partition(".")
    at, _line, figure = numbers.partition("_")
    if not id_ or not at.lstrip("-").isdecimal() or not (figure or "0").lstrip("-").isdecimal():
        raise RequestError(
            _("before is not a position in the list"), code="cursor.invalid", field="before", value=value
        )
    return Position(int(at), id_, figure=int(figure) if figure else None)


def write_position(at: Position) -> str:
    """Return a position as ``read_position`` reads it."""
    figure = "" if at.figure is None else f"_{at.figure}"
    return f"{at.started_ms}{figure}.{at.id}"


def address(path: str, query: Query, **changed: str | Sequence[str]) -> str:
    """Return an address with these parameters; changed ones replace those of the same name, empty ones are omitted."""
    pairs = [(name, value) for name, found in query.items() if name not in changed for value in found]
    for name, found in changed.items():
        pairs += [(name, value) for value in ([found] if isinstance(found, str) else found) if value]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _first(query: Query, name: str) -> str:
    return next(iter(query.get(name, ())), "")
