"""A CSV or JSON of your own, described by which column holds what: one row or object a turn, or a list of turns in each.

What a description leaves out is guessed from the names of the columns; ``guess`` returns the whole of it.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, cast

import msgspec
from msgspec import Struct

from auscult.domain.connectors import Item, Mapped, Setup
from auscult.domain.errors import RequestError
from auscult.formats.connectors._records import (
    Fields,
    MissingError,
    Records,
    delimiter_of,
    offset_ms,
    records_in,
    rows_of,
)

NAMES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "conversation_id",
        "conversationid",
        "call_id",
        "callid",
        "contact_id",
        "contactid",
        "ticket_id",
        "chat_id",
        "id",
    ),
    "started_at": ("started_at", "start_time", "starttime", "start", "created_at", "created", "date", "datetime"),
    "ended_at": ("ended_at", "end_time", "endtime", "end", "closed_at"),
    "channel": ("channel", "channel_type", "media", "media_type"),
    "language": ("language", "lang", "locale"),
    "agent": ("agent_id", "agent_email", "agent", "agent_name"),
    "queue": ("queue_id", "queue", "queue_name", "group", "department"),
    "turns": ("turns", "messages", "transcript", "utterances", "comments", "entries"),
    "speaker": ("speaker", "role", "participant", "sender", "author", "from", "channel_role"),
    "text": ("text", "message", "body", "content", "utterance", "words", "transcript"),
    "at": ("timestamp", "at", "time", "sent_at", "message_time"),
    "start_ms": ("start_ms", "offset_ms", "begin_ms"),
    "start_s": ("start_s", "start_seconds", "offset", "offset_s"),
}
"""Names of columns by what they hold; the first that is there is guessed."""

SPEAKERS = {
    **dict.fromkeys(("agent", "operator", "advisor", "rep", "employee", "internal", "admin"), "agent"),
    **dict.fromkeys(("customer", "client", "caller", "user", "visitor", "contact", "external", "end-user"), "customer"),
    **dict.fromkeys(("bot", "virtual agent", "assistant", "ivr"), "bot"),
    **dict.fromkeys(("system", "automation"), "system"),
}
__all__ = ["NAMES", "NEEDED", "SPEAKERS", "Described", "Sampled", "columns_of", "delimiter_of", "guess", "sampled"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|$)|\d{10}$|\d{13}$")
_KEYS = ("columns", "speakers", "channel", "records")


class Described(Records):
    """Options: ``columns`` (what it holds: name), ``speakers`` (value: speaker), ``channel``, ``records`` (a key)."""

    name: ClassVar[str] = "described"

    def __init__(self, setup: Setup) -> None:
        """Check the description. Raises ``RequestError`` ``connector.invalid``."""
        super().__init__(setup)
        options = dict(setup.options)
        _check_keys("options", options, _KEYS)
        self._columns = _mapping(options, "columns")
        _check_keys("options.columns", self._columns, tuple(NAMES))
        self._speakers = SPEAKERS | {name.lower(): one for name, one in _mapping(options, "speakers").items()}
        self._channel = options.get("channel")
        if self._channel not in (None, "voice", "chat"):
            raise _invalid("options.channel", f"channel is {self._channel!r}; it should be voice or chat")
        self._list = options.get("records")

    def accepts(self, key: str) -> bool:
        """Return whether the key ends like CSV or JSON."""
        return key.lower().endswith((".csv", ".json", ".ndjson", ".jsonl"))

    def map(self, item: Item) -> list[Mapped]:
        """Return conversations and refusals, in the order of their first rows."""
        try:
            rows = self._rows(item)
            columns = self._known([row for _, row in rows])
            groups = self._grouped(rows, columns)
        except MissingError as missing:
            return [missing.refused]
        mapped: list[Mapped] = []
        for group in groups.values():
            try:
                mapped.append(self.conversation(self._described(group, columns), group[0].where))
            except MissingError as missing:
                mapped.append(missing.refused)
        return mapped

    def _rows(self, item: Item) -> list[tuple[str, Fields]]:
        if item.key.lower().endswith(".csv"):
            return [(f"line {line}", Fields(row, f"line {line}")) for line, row in rows_of(item.data)]
        name = self._list if isinstance(self._list, str) else None
        return [(where, Fields(value, where)) for where, value in records_in(item.data, name)]

    def _known(self, rows: "list[Fields]") -> dict[str, str]:
        """Return which column holds what: as described, else as guessed. One that is described as "" holds nothing."""
        return {what: column for what, column in (guess(rows) | self._columns).items() if column}

    def _grouped(self, rows: "list[tuple[str, Fields]]", columns: Mapping[str, str]) -> dict[str, list[Fields]]:
        """Return the rows of each conversation."""
        if "id" not in columns:
            seen = ", ".join(map(repr, rows[0][1].names())) if rows else "none"
            raise MissingError("", f"no column holds the id of a conversation (columns: {seen}); name it in columns.id")
        groups: dict[str, list[Fields]] = {}
        for _, row in rows:
            groups.setdefault(row.text(columns["id"], "the id of the conversation"), []).append(row)
        return groups

    def _described(self, rows: list[Fields], columns: Mapping[str, str]) -> Mapping[str, Any]:
        first = rows[0]
        for needed, meant in (("started_at", "the start of a conversation"), ("text", "what was said")):
            if needed not in columns and not (needed == "text" and "turns" in columns):
                raise MissingError(first.where, f"no column holds {meant}; name it in columns.{needed}")
        start = first.at(columns["started_at"], "a time")
        queue, agent = self._one(first, columns, "queue"), self._one(first, columns, "agent")
        said = list(first.each(columns["turns"])) if isinstance(_of(first, columns, "turns"), list) else rows
        inner = columns if said is rows else self._known(said)
        channel = self._channel or (self._one(first, columns, "channel") or "voice").lower()
        return {
            "custom_id": first.text(columns["id"], "the id of the conversation"),
            "kind": "email" if channel == "email" else None,
            "channel": {"call": "voice", "phone": "voice", "email": "chat", "message": "chat"}.get(channel, channel),
            "source": self.name,
            "language": self._one(first, columns, "language"),
            "started_at": start,
            "ended_at": None if "ended_at" not in columns else first.maybe_at(columns["ended_at"]),
            "queues": [{"id": queue}] if queue else [],
            "agents": [{"id": agent}] if agent else [],
            "turns": [self._turn(one, inner, start, agent) for one in said],
        }

    def _turn(self, row: Fields, columns: Mapping[str, str], start: Any, agent: str | None) -> Mapping[str, Any]:  # noqa: ANN401  (a datetime)
        if "speaker" not in columns or "text" not in columns:
            raise MissingError(
                row.where, "no column holds who spoke and what; name them in columns.speaker and columns.text"
            )
        who = row.text(columns["speaker"], "who spoke")
        speaker = self._speakers.get(who.strip().lower())
        if speaker is None:
            raise MissingError(
                row.path_of(columns["speaker"]),
                f"nothing says who {who!r} is; add it to speakers, as agent, customer, bot or system",
            )
        ms: int | None = None
        if "start_ms" in columns:
            ms = round(row.number(columns["start_ms"], "a number of ms"))
        elif "start_s" in columns:
            ms = round(row.number(columns["start_s"], "a number of seconds") * 1000)
        elif "at" in columns:
            ms = offset_ms(start, row.maybe_at(columns["at"]))
        return {
            "speaker": speaker,
            "agent_id": agent if speaker == "agent" else None,
            "text": row.text(columns["text"], "what was said"),
            "start_ms": ms,
        }

    def _one(self, row: Fields, columns: Mapping[str, str], what: str) -> str | None:
        return row.maybe_text(columns[what]) if what in columns else None


def guess(rows: list[Fields]) -> dict[str, str]:
    """Return which column holds what, by the names of the columns of some rows."""
    known: dict[str, str] = {}
    for row in rows[:10]:
        for name in row.names():
            known.setdefault(name.strip().lower().replace(" ", "_"), name)
    found: dict[str, str] = {}
    for what, names in NAMES.items():
        column = next((known[name] for name in names if name in known and known[name] not in found.values()), None)
        if column is not None:
            found[what] = column
    return found


class Sampled(Struct, frozen=True, kw_only=True):
    """The first rows of a file: cells in the order of ``columns``.

    ``values`` counts the values of each column with few distinct ones, or with ones that repeat, in the first ``COUNTED``
    rows; ``rows`` are the first of them.
    ``guessed`` is what each column is guessed to hold by its name, ``likely`` by its values where no name shows it.
    ``problem`` is the reason where a file has no rows.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    total: int = 0
    values: Mapping[str, Mapping[str, int]] = {}
    guessed: Mapping[str, str] = {}
    likely: Mapping[str, str] = {}
    problem: str = ""


COUNTED = 10_000
"""Rows of a file whose values are counted."""

NEEDED = ("id", "started_at", "speaker", "text")
"""Fields that every conversation needs."""

_ROWS, _COLUMNS, _CELL, _FEW = 10, 60, 200, 40
_MANY, _SHORT = 400, 60
"""Most distinct values of a column whose values repeat, and the longest of them."""
_MOST_SPEAKERS, _LEAST_ROWS = 8, 3


def sampled(item: Item, records: str | None = None) -> Sampled:
    """Return the first rows of a CSV or JSON. ``records`` is the key of the list of records in a JSON."""
    kept: list[dict[str, str]] = []
    counts: dict[str, dict[str, int]] = {}
    total, columns, problem = 0, dict[str, None](), ""
    try:
        for row in _raw_rows(item, records):
            total += 1
            if total > COUNTED:
                break
            cells = {str(name): _cell(value) for name, value in list(row.items())[:_COLUMNS]}
            columns |= dict.fromkeys(cells)
            kept.append(cells)
            for name, cell in cells.items():
                counted = counts.setdefault(name, {})
                if cell in counted or len(counted) <= _MANY:
                    counted[cell] = counted.get(cell, 0) + 1
    except MissingError as missing:
        where = f"{missing.refused.where}: " if missing.refused.where else ""
        problem = where + missing.refused.reason
    names = tuple(columns)[:_COLUMNS]
    guessed = guess([Fields(dict.fromkeys(names))]) if names else {}
    return Sampled(
        columns=names,
        rows=tuple(tuple(row.get(name, "") for name in names) for row in kept[:_ROWS]),
        total=min(total, COUNTED),
        values={name: found for name, found in counts.items() if _is_list(found)},
        guessed=guessed,
        likely=_likely(kept, [each for each in names if each not in guessed.values()], guessed),
        problem=problem,
    )


def _is_list(found: Mapping[str, int]) -> bool:
    """Return whether the values of a column are names that a person may go through, as of queues and agents."""
    if len(found) <= _FEW:
        return True
    return len(found) <= _MANY and 2 * len(found) <= sum(found.values()) and max(map(len, found)) <= _SHORT


def _raw_rows(item: Item, records: str | None) -> Iterator[Mapping[str, Any]]:
    if item.key.lower().endswith(".csv"):
        yield from (row for _, row in rows_of(item.data))
        return
    for where, value in records_in(item.data, records):
        yield dict(Fields(value, where).items())


def _cell(value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()
    return text[:_CELL]


def _likely(rows: list[dict[str, str]], free: list[str], guessed: Mapping[str, str]) -> dict[str, str]:
    """Return for what is needed, and no name shows, the column whose values look like it."""
    found: dict[str, str] = {}
    cells = {name: [row[name] for row in rows if row.get(name)] for name in free}
    fits: Mapping[str, Callable[[list[str]], float]] = {
        "started_at": _like_times,
        "speaker": _like_speakers,
        "text": _like_words,
        "id": _like_ids,
    }
    for what, like in fits.items():
        if what in guessed or (what in ("speaker", "text") and "turns" in guessed):
            continue
        best = max(
            (name for name in free if name not in found.values()), key=lambda each: like(cells[each]), default=""
        )
        if best and like(cells[best]) > 0:
            found[what] = best
    return found


def _like_times(cells: list[str]) -> float:
    return sum(_DATE.match(each) is not None for each in cells) / len(cells) if cells else 0


def _like_speakers(cells: list[str]) -> float:
    """Rate a column of few short values that change from row to row."""
    many = len(set(cells))
    is_few = 1 < many <= _MOST_SPEAKERS and len(cells) >= many + _LEAST_ROWS and max(map(len, cells)) <= _CELL // 8
    if not is_few or any(each[:1].isdigit() for each in cells):
        return 0
    return sum(one != other for one, other in itertools.pairwise(cells)) / len(cells)


def _like_words(cells: list[str]) -> float:
    return sum(each.count(" ") for each in cells) / len(cells) if cells else 0


def _like_ids(cells: list[str]) -> float:
    """Rate a column that is the same in rows behind each other, and never again."""
    runs = [each for at, each in enumerate(cells) if not at or cells[at - 1] != each]
    is_id = len(set(runs)) == len(runs) and 1 < len(runs) < len(cells) and not any(" " in each for each in runs)
    return 1.0 if is_id else 0


def columns_of(data: bytes) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the names of the columns of a CSV, and what each is guessed to hold; none where it has no rows."""
    try:
        first = next(rows_of(data), None)
    except MissingError:
        first = None
    return ((), {}) if first is None else (tuple(first[1]), guess([Fields(first[1])]))


def _of(row: Fields, columns: Mapping[str, str], what: str) -> object:
    return row.get(columns[what]) if what in columns else None


def _mapping(options: Mapping[str, Any], name: str) -> dict[str, str]:
    value: Any = options.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in cast("dict[Any, Any]", value).values()):
        raise _invalid(f"options.{name}", f"{name} should be a mapping of names to names")
    return cast("dict[str, str]", value)


def _check_keys(field: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise _invalid(field, f"unknown key {name!r}; choose one of: {', '.join(known)}")


def _invalid(field: str, message: str) -> RequestError:
    return RequestError(message, code="connector.invalid", field=field)
