"""Filters of a list: read from the address, shown as removable chips, written back into addresses."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

from msgspec import Struct

from auscult.domain.definitions.taxonomy import BELOW
from auscult.domain.errors import RequestError
from auscult.domain.scoring.list_fields import ANY_COLLECTION, Order
from auscult.language import gettext as _
from auscult.language import later
from auscult.language.writing import language_name
from auscult.server.console.frame.naming import BETWEEN, CHANNELS
from auscult.server.console.frame.reader import Reader, clock
from auscult.services.conversations.latest import Position
from auscult.services.conversations.list_query import NOBODY, PERIODS, USUAL, Query, read_seconds
from auscult.services.insights.intent_names import intent_name

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
_SENTIMENTS = {"negative": later("Negative"), "neutral": later("Neutral"), "positive": later("Positive")}
_RESOLVED = {"YES": later("Resolved"), "NO": later("Not resolved"), "NA": later("Nothing to resolve")}
_ESCALATION = {"true": later("Asked for a manager"), "false": later("Did not ask for a manager")}
_CHURN = {"true": later("May leave"), "false": later("No sign of leaving")}
_REPEATED = {"true": later("Again within 7 days")}
_COMMENTS = {"open": later("Open thread"), "resolved": later("Resolved thread")}
_SIDES = {
    "unknown": later("Whose side?"),
    "look_swapped": later("Sides look swapped"),
    "found": later("Sides found by words"),
}
HANDLED_BY = {"ai": later("AI agent alone"), "human": later("Person alone"), "both": later("AI agent and then person")}
_CHANGED = {"true": later("Something was changed"), "false": later("Nothing was changed")}
_EXCLUDED = {"true": later("Left out of figures"), "false": later("Counted in figures")}
_WORDS: Mapping[str, Mapping[Any, str]] = {
    "channel": CHANNELS,
    "direction": _DIRECTIONS,
    "outcome": _OUTCOMES,
    "audit": _AUDITS,
    "sentiment": _SENTIMENTS,
    "resolved": _RESOLVED,
    "escalation": _ESCALATION,
    "churn_risk": _CHURN,
    "repeated": _REPEATED,
    "comments": _COMMENTS,
    "handled_by": HANDLED_BY,
    "changed": _CHANGED,
    "excluded": _EXCLUDED,
    "sides": _SIDES,
    "task": _TASKS,
    "machine": _ANSWERS,
    "person": _ANSWERS,
    "agrees": _AGREES,
}
"""Names of the values of filters that have the same ones everywhere."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FILTERS = {
    "q": later("Said"),
    "days": later("Started"),
    "since": later("From"),
    "until": later("Before"),
    "to": later("To"),
    "score_from": later("Score from"),
    "score_to": later("Score to"),
    "queue": later("Queue"),
    "agent": later("Agent"),
    "handled_by": later("Handled by"),
    "ai_agent": later("AI agent"),
    "ai_version": later("Version of the AI agent"),
    "changed": later("Tools of the AI agent"),
    "channel": later("Channel"),
    "language": later("Language"),
    "direction": later("Direction"),
    "outcome": later("Result"),
    "missed": later("Missed"),
    "met": later("Met"),
    "intent": later("About"),
    "topic": later("Topic"),
    "sentiment": later("Sentiment"),
    "resolved": later("Request"),
    "escalation": later("Escalation"),
    "churn_risk": later("Churn risk"),
    "repeated": later("Repeated contact"),
    "duration_from": later("Length from"),
    "duration_to": later("Length to"),
    "custom_id": later("Your own id"),
    "custom_field": later("Your own field"),
    "audit": later("Audit"),
    "comments": later("Comments"),
    "pinned": later("Pinned"),
    "excluded": later("Figures"),
    "sides": later("Sides"),
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
    "sort": later("Order"),
}
"""Names of the filters, by their names in an address."""
RANGES = {"score_from": ("score_to", later("Score")), "duration_from": ("duration_to", later("Length"))}
"""Filters that are the two ends of one range: the lower, the upper, and what both are called."""
ORDERS: Mapping[Order, str] = {
    "-started_at": later("Newest first"),
    "started_at": later("Oldest first"),
    "score": later("Lowest score first"),
    "-score": later("Highest score first"),
    "confidence": later("Least sure first"),
    "sentiment": later("Most negative first"),
    "-duration": later("Longest first"),
    "duration": later("Shortest first"),
}
"""Names of the orders of a list."""

_GROUPS: Sequence[tuple[str, Sequence[str]]] = (
    (later("Started"), ("since", "to", "days")),
    (later("Score"), ("score_from", "outcome")),
    (later("How the customer left"), ("sentiment", "resolved", "escalation", "churn_risk")),
    (later("Length and channel"), ("duration_from", "channel", "direction", "language")),
    (later("Questions and audit"), ("missed", "audit", "comments", "pinned", "excluded", "sides")),
    (later("Who and why"), ("queue", "agent", "intent", "repeated", "custom_id", "custom_field")),
    (later("AI agents"), ("handled_by", "ai_agent", "ai_version", "changed")),
)
"""Filters that a list of conversations offers, as its panel groups them."""
_SHOWN = 3
"""Values of a filter that are shown by name."""
_TYPED = {"custom_id": "", "custom_field": "region=north"}
"""Filters whose values are typed, with an example."""


class Chip(Struct, frozen=True, kw_only=True):
    """One active filter of an address: its parameters, and its value in words."""

    names: tuple[str, ...]
    value: str
    query: Query
    path: str

    @property
    def noun(self) -> str:
        """The noun of the filter, or of the range that it bounds."""
        name = self.names[0]
        return _(RANGES[name][1] if name in RANGES else FILTERS[name])

    @property
    def without(self) -> str:
        """The address without the filter, at the first page."""
        return address(self.path, {key: each for key, each in self.query.items() if key not in (*self.names, "before")})


class Choice(Struct, frozen=True, kw_only=True):
    """One value that a filter may take."""

    value: str
    name: str
    is_on: bool


class Field(Struct, frozen=True, kw_only=True):
    """One filter with its choices."""

    shape: ClassVar = "choices"
    name: str
    noun: str
    choices: tuple[Choice, ...]
    is_many: bool = True


class Entry(Struct, frozen=True, kw_only=True):
    """A field to write in: its ``kind`` is an input's type; the value, the ``number``-th of this name, is the address's."""

    shape: ClassVar = "entry"
    name: str
    noun: str
    value: str
    kind: str = "text"
    hint: str = ""
    number: int = 0

    @property
    def is_known(self) -> bool:
        """Values are offered while one is typed."""
        return self.name in _TYPED


class Range(Struct, frozen=True, kw_only=True):
    """The two ends of a range."""

    shape: ClassVar = "range"
    noun: str
    least: Entry
    most: Entry


FilterField = Field | Entry | Range


class Group(Struct, frozen=True, kw_only=True):
    """Filters of one subject; without a noun where a page offers few."""

    noun: str
    fields: tuple[FilterField, ...]


class FilterView(Struct, frozen=True, kw_only=True):
    """The filters of a list. ``kept`` are further parameters that the form passes on; ``orders`` are empty where it has one."""

    chips: tuple[Chip, ...]
    groups: tuple[Group, ...]
    orders: tuple[Choice, ...]
    words: str
    kept: tuple[tuple[str, str], ...]
    all_href: str


class Names(NamedTuple):
    """Names that filters show: metrics by id, queues by what they are filtered by, agents and intents, plans and collections by id.

    People are by e-mail address. ``ai_agents`` are by id; where there are none, filters by them are not offered.
    """

    metrics: Mapping[str, str]
    queues: Mapping[str, str]
    agents: Sequence[str]
    intents: Sequence[str]
    plans: Mapping[str, str] = {}
    people: Mapping[str, str] = {}
    collections: Mapping[str, str] = {}
    draws: Mapping[str, str] = {}
    by_agent_id: Mapping[str, str] = {}
    ai_agents: Mapping[str, str] = {}
    languages: Sequence[str] = ()


_NO_NAMES = Names({}, {}, (), ())


def filter_view(
    query: Query, path: str, names: Names, reader: Reader, offered: Sequence[str] | None = None
) -> FilterView:
    """Show the filters of an address, and those that a page offers: all, with the order, unless some are named."""
    query = _in_days(query, reader) if offered is None else query
    choices = _choices(query, names)
    groups = tuple(
        _group(query, _(noun), fields, choices) for noun, fields in _GROUPS if _has_any(fields, query, names)
    )
    if offered is not None:
        fields = tuple(each for group in groups for each in group.fields if _name_of(each) in offered)
        groups = (Group(noun="", fields=fields),)
    in_form = {name for group in groups for each in group.fields for name in _names_in(each)} | {"q", "before"}
    orders: tuple[Choice, ...] = ()
    if offered is None:
        here = _first(query, "sort") or USUAL
        orders = tuple(
            Choice(value="" if value == USUAL else value, name=_(name), is_on=value == here)
            for value, name in ORDERS.items()
        )
        in_form.add("sort")
    return FilterView(
        chips=tuple(_chips(query, path, names, reader)),
        groups=groups,
        orders=orders,
        words=_first(query, "q"),
        kept=tuple((name, value) for name, found in query.items() if name not in in_form for value in found),
        all_href=path,
    )


def _has_any(fields: Sequence[str], query: Query, names: Names) -> bool:
    """Return whether filters are offered: those of AI agents where there are some, or where one is in force."""
    return "ai_agent" not in fields or bool(names.ai_agents) or any(query.get(each) for each in fields)


RESULT_FILTERS = (
    "score_from", "duration_from", "resolved", "custom_field",
    "sentiment", "escalation", "churn_risk", "comments", "pinned",
)  # fmt: skip
"""Filters by result, length, talk and fields of one's own, which plans have, too."""


def result_fields(query: Query, collections: Mapping[str, str]) -> tuple[FilterField, ...]:
    """Show the filters of a plan with the values of an address; ``collections`` are names by id."""
    return _group(query, "", RESULT_FILTERS, _choices(query, _NO_NAMES._replace(collections=collections))).fields


def result_chips(query: Query, reader: Reader, collections: Mapping[str, str]) -> tuple[Chip, ...]:
    """Show the filters of a plan that an address has; ``collections`` are names by id."""
    return tuple(_chips(query, "", _NO_NAMES._replace(collections=collections), reader))


def _in_days(query: Query, reader: Reader) -> Query:
    """Return a query in which bounds at midnight are given as days, the end as the last one, as the panel asks for them."""
    since, until = (_midnight(_first(query, name), reader) for name in ("since", "until"))
    changed = dict(query)
    if since:
        changed["since"] = [since.isoformat()]
    if until and not query.get("to"):
        del changed["until"]
        changed["to"] = [(until - timedelta(days=1)).isoformat()]
    return changed


def _midnight(value: str, reader: Reader) -> date | None:
    """Return the day that begins at an instant; None where none does."""
    try:
        found = datetime.fromisoformat(value)
        local = reader.local(found) if found.tzinfo else found
    except (ValueError, OverflowError):
        return None
    return local.date() if local.time() == time() and local.date() > date.min else None


def _chips(query: Query, path: str, names: Names, reader: Reader) -> Iterator[Chip]:
    upper = {most for most, _noun in RANGES.values()}
    for name in FILTERS:
        if name == "sort" or name in upper:
            continue
        most, _noun = RANGES.get(name, (name, ""))
        if not (query.get(name) or query.get(most)):
            continue
        value = _shown(name, list(query[name]), names, reader) if most == name else _shown_range(query, name, most)
        yield Chip(names=(name, most), value=value, query=query, path=path)


def _shown_range(query: Query, least: str, most: str) -> str:
    """Return the ends of a range in words."""
    first, last = (_shown_end(query, name) for name in (least, most))
    if first and last:
        return _("{first} to {last}").format(first=first, last=last)
    return _("{n} or more").format(n=first) if first else _("{n} or less").format(n=last)


def _shown_end(query: Query, name: str) -> str:
    """Return one end of a range: of a length as a clock, where it can be read."""
    value = _first(query, name)
    if not name.startswith("duration") or not value:
        return value
    try:
        seconds = read_seconds(query, name)
    except RequestError:
        return value
    return clock((seconds or 0) * 1000)


def _choices(query: Query, names: Names) -> Mapping[str, Mapping[str, str]]:
    """Return the values of every filter that has choices, and what they are called."""
    intents = dict(sorted(((each, intent_name(each)) for each in names.intents), key=itemgetter(1)))
    return {
        "days": _days(),
        "missed": names.metrics,
        "queue": _with_chosen(query, "queue", names.queues),
        "agent": _with_chosen(query, "agent", {each: each for each in names.agents}),
        "intent": _with_chosen(query, "intent", intents),
        "language": {each: language_name(each) for each in (*names.languages, *query.get("language", ()))},
        "ai_agent": _with_chosen(query, "ai_agent", names.ai_agents),
        "pinned": _with_chosen(query, "pinned", _collections(names))
        if names.collections or query.get("pinned")
        else {},
        **{name: _words(words) for name, words in _WORDS.items()},
        **{
            name: {
                each: _(word) for each, word in _WORDS[name].items() if each == "true" or each in query.get(name, ())
            }
            for name in ("escalation", "churn_risk")
        },
    }


def _group(query: Query, noun: str, names: Sequence[str], choices: Mapping[str, Mapping[str, str]]) -> Group:
    fields: list[FilterField] = []
    for name in names:
        if name in RANGES:
            most, range_noun = RANGES[name]
            fields.append(Range(noun=_(range_noun), least=_entry(query, name), most=_entry(query, most)))
        elif name == "ai_version":
            fields.append(_entry(query, name))
        elif name in ("since", "to"):
            fields.append(_entry(query, name, "date"))
        elif name in _TYPED:
            given = (*query.get(name, ()), "")
            fields += [
                Entry(name=name, noun=_(FILTERS[name]), value=each, hint=_TYPED[name], number=n)
                for n, each in enumerate(given)
            ]
        elif choices[name]:
            fields.append(_field(query, name, choices[name], is_many=name != "days"))
    return Group(noun=noun, fields=tuple(fields))


def _name_of(field: FilterField) -> str:
    return field.least.name if isinstance(field, Range) else field.name


def _names_in(field: FilterField) -> tuple[str, ...]:
    """Return the parameters that a field of the form writes."""
    if isinstance(field, Range):
        return field.least.name, field.most.name
    is_kept = isinstance(field, Entry) and field.kind == "date" and not field.value
    return () if is_kept else (field.name,)


def _entry(query: Query, name: str, kind: str = "text") -> Entry:
    value = _shown_end(query, name)
    if kind == "date" and not _DAY.fullmatch(value):
        value = ""
    return Entry(name=name, noun=_(FILTERS[name]), value=value, kind=kind)


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
        "intent": intent_name,
        "language": language_name,
        "topic": lambda value: value.replace(BELOW, BETWEEN),
        "queue": reader.queues.labelled,
        "ai_agent": lambda value: names.ai_agents.get(value, value),
        "agent": lambda value: names.by_agent_id.get(value, value),
        "draw": lambda value: names.draws.get(value, value),
        "plan": lambda value: names.plans.get(value, value),
        "pinned": lambda value: _collections(names).get(value, value),
        "auditor": lambda value: _("Nobody yet") if value == NOBODY else names.people.get(value, value),
        **dict.fromkeys(("missed", "met", "asked", "checked"), lambda value: names.metrics.get(value, value)),
        **dict.fromkeys(("ended", "since", "until", "to"), lambda value: _shown_day(value, reader)),
    }
    known = _words(_WORDS.get(name, {}))
    shown = [known.get(each) or words.get(name, str)(each) for each in found]
    if len(shown) <= _SHOWN:
        return ", ".join(shown)
    return _("{first} and {n} more").format(first=shown[0], n=len(shown) - 1)


def _days() -> Mapping[str, str]:
    return {each: _("Last {days} days").format(days=each) for each in PERIODS}


def _collections(names: Names) -> Mapping[str, str]:
    """Return the names of collections by id, the first of which is for all."""
    return {ANY_COLLECTION: _("In any collection"), **names.collections}


def _words(names: Mapping[Any, str]) -> Mapping[str, str]:
    return {value: _(name) for value, name in names.items()}


def _shown_day(value: str, reader: Reader) -> str:
    """Return a day, and an instant that is not the beginning of one with its time."""
    try:
        found = datetime.fromisoformat(value)
        local = reader.local(found) if found.tzinfo else None
    except (ValueError, OverflowError):
        return value
    if local is None:
        return reader.day(found.date())
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
    pairs = [_encoded(name, value) for name, found in query.items() if name not in changed for value in found]
    for name, found in changed.items():
        pairs += [_encoded(name, value) for value in ([found] if isinstance(found, str) else found) if value]
    return f"{path}?{'&'.join(pairs)}" if pairs else path


@lru_cache(maxsize=4096)
def _encoded(name: str, value: str) -> str:
    """Return a parameter of an address: a page repeats the same ones in link after link."""
    return urlencode({name: value})


def _first(query: Query, name: str) -> str:
    return next(iter(query.get(name, ())), "")
