"""A CSV or JSON of your own, described by which column holds what: one row or object a turn, or a list of turns in each.

What a description leaves out is guessed from the names of the columns; ``guess`` returns the whole of it.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, ClassVar, NamedTuple, cast
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from auscult.domain.connectors import Item, Mapped, Refused, Setup
from auscult.domain.errors import RequestError
from auscult.formats._others.labels import SPEAKERS, side_of
from auscult.formats._records import Fields, MissingError, Records, offset_ms, records_in
from auscult.formats._turns import MOST_MS
from auscult.formats.tables._rows import Writing, delimiter_of, is_local_time, rows_of, without_merged_cells

_LISTED = re.findall(
    r"^(\w+):\n((?:  .*\n)+)", files(__package__ or "").joinpath("columns.txt").read_text("utf-8"), re.MULTILINE
)
NAMES: Mapping[str, tuple[str, ...]] = {what: tuple(names.split()) for what, names in _LISTED}
"""Names of columns by what they hold; the first that is there is guessed."""

__all__ = ["NAMES", "NEEDED", "SPEAKERS", "Described", "Sampled", "delimiter_of", "guess", "row_of", "sampled"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|$)|\d{10}$|\d{13}$")
_KEYS = ("columns", "speakers", "channel", "records", "date_order", "decimal", "time_zone")
CHANNELS = {"call": "voice", "phone": "voice", "email": "chat", "message": "chat"}


class _UnknownSpeakerError(MissingError):
    """A speaker of an unknown side: without the turns of one side, a conversation would be judged by half of it."""


class Record(NamedTuple):
    """A row, its position in the file, and its turns with their columns: itself, or the objects of its list."""

    at: int
    row: Fields
    said: Sequence[Fields]
    columns: Mapping[str, str]


class _Said(NamedTuple):
    """A turn as it was read: the agent of its row, and its times as far as it has them, ``ms`` from the start."""

    speaker: str
    text: str
    agent: str | None
    start: datetime | None
    end: datetime | None
    at: datetime | None
    ms: int | None
    label: str = ""


class Read(NamedTuple):
    """The rows of a conversation that were read; ``refused`` counts the others. The turns have their ``ms``."""

    where: str
    rows: Sequence[Fields]
    start: datetime
    said: Sequence[_Said]
    refused: int

    def descent(self) -> int:
        """Count by how much more often time goes back than forward from turn to turn."""
        times = [one.ms for one in self.said if one.ms is not None]
        return sum((before > after) - (before < after) for before, after in itertools.pairwise(times))

    def ordered(self, *, is_reversed: bool) -> list[_Said]:
        """Return its turns in the order of their times; ``is_reversed`` is the file's direction, where it shows none."""
        descent, last, timed = self.descent(), -1, list[tuple[int, _Said]]()
        for one in reversed(self.said) if descent > 0 or (is_reversed and not descent) else self.said:
            last = last if one.ms is None else one.ms
            timed.append((last, one))
        return [one for _, one in sorted(timed, key=lambda each: each[0])]


class Described(Records):
    """Options: ``columns`` (what it holds: name), ``speakers`` (value: speaker), ``channel``, ``records`` (a key).

    ``date_order``, ``decimal`` and ``time_zone`` state how the file writes dates, numbers and local times.
    """

    name: ClassVar[str] = "described"
    _keeps_labels: ClassVar[bool] = False
    """True: a turn whose speaker has no known side is read as well, and the speaker is named."""

    def __init__(self, setup: Setup) -> None:
        """Check the description. Raises ``RequestError`` ``connector.invalid``."""
        super().__init__(setup)
        options = dict(setup.options)
        _check_keys("options", options, _KEYS)
        self._columns = _mapping(options, "columns")
        _check_keys("options.columns", self._columns, tuple(NAMES))
        self._speakers: dict[str, str] = {**SPEAKERS} | {
            name.lower(): one for name, one in _mapping(options, "speakers").items()
        }
        self._channel = _choice(options, "channel", ("voice", "chat"))
        self._list = options.get("records")
        order: Any = _choice(options, "date_order", ("day", "month"))
        decimal: Any = _choice(options, "decimal", ("comma", "point"))
        self._writing = Writing(order, decimal, _zone(options.get("time_zone")))

    def accepts(self, key: str) -> bool:
        """Return whether the key ends like CSV or JSON."""
        return key.lower().endswith((".csv", ".json", ".ndjson", ".jsonl"))

    def map(self, item: Item) -> list[Mapped]:
        """Return conversations and refusals, in the order of their first rows."""
        try:
            mapped = self._mapped_rows(self._rows(item), is_csv=_is_csv(item))
        except MissingError as missing:
            return [missing.refused]
        return [one for _, one in sorted(mapped, key=lambda each: each[0])]

    def _rows(self, item: Item) -> list[Fields | Refused]:
        if _is_csv(item):
            found = ((f"line {line}", row) for line, row in rows_of(item.data))
        else:
            found = records_in(item.data, self._list if isinstance(self._list, str) else None)
        return [row_of(value, where) for where, value in found]

    def _known(self, rows: Sequence[Fields]) -> dict[str, str]:
        """Return which column holds what: as described, else as guessed. One that is described as "" holds nothing."""
        return {what: column for what, column in (guess(rows) | self._columns).items() if column}

    def _mapped_rows(self, rows: list[Fields | Refused], *, is_csv: bool) -> list[tuple[int, Mapped]]:
        """Return conversations and refusals, each with its position."""
        good = [row for row in rows if isinstance(row, Fields)]
        columns = self._known(good)
        if good and "id" not in columns:
            seen = ", ".join(map(repr, good[0].names()))
            raise MissingError("", f"no column holds the id of a conversation (columns: {seen}); name it in columns.id")
        mapped: list[tuple[int, Mapped]] = []
        groups: dict[str, list[Record]] = {}
        for at, row in enumerate(without_merged_cells(rows, columns) if good and is_csv else rows):
            if isinstance(row, Refused):
                mapped.append((at, row))
                continue
            try:
                name = row.text(columns["id"], "the id of the conversation")
                groups.setdefault(name, []).append(self._record(at, row, columns))
            except MissingError as missing:
                mapped.append((at, missing.refused))
        records = [record for group in groups.values() for record in group]
        writing = self._writing.found(
            [(one, each.columns) for each in records for one in dict.fromkeys((*each.said, each.row))]
        )
        read: list[tuple[int, Read]] = []
        for group in groups.values():
            try:
                found, refused = self._read(group, columns, writing)
            except MissingError as missing:
                mapped.append((group[0].at, missing.refused))
                continue
            mapped += refused
            read += [(group[0].at, found)] if found else []
        is_reversed = sum(one.descent() for _, one in read) > 0
        mapped += [(at, self._made(one, columns, is_reversed=is_reversed)) for at, one in read]
        return mapped

    def _made(self, read: Read, columns: Mapping[str, str], *, is_reversed: bool) -> Mapped:
        """Return the conversation of rows."""
        return self.conversation(self._document_of(read, columns, is_reversed=is_reversed), read.where)

    def _record(self, at: int, row: Fields, columns: Mapping[str, str]) -> Record:
        if not isinstance(_of(row, columns, "turns"), list):
            return Record(at, row, (row,), columns)
        said = list(row.each(columns["turns"]))
        return Record(at, row, said, self._known(said))

    def _read(
        self, group: Sequence[Record], columns: Mapping[str, str], writing: Writing
    ) -> tuple[Read | None, list[tuple[int, Mapped]]]:
        """Return the rows of a conversation that can be read, and the refusals of the others.

        None are read where a speaker is unknown. Raises ``MissingError`` for a fault of the columns, or in a list of turns.
        """
        for each in group:
            _check_columns(each, columns)
        rows: list[Fields] = []
        turns: list[_Said] = []
        refused: list[tuple[int, Mapped]] = []
        unknown: tuple[int, Mapped] | None = None
        for at, raw, said, inner in group:
            row = writing.plain(raw, columns)
            try:
                plain = [row if one is raw else writing.plain(one, inner) for one in said]
                turns += [self._said(one, inner, row, columns) for one in plain]
            except _UnknownSpeakerError as missing:
                unknown = unknown or (at, missing.refused)
            except MissingError as missing:
                if isinstance(said, list):  # a list of turns is whole, or none is
                    raise
                refused.append((at, missing.refused))
            else:
                rows.append(row)
        if unknown or not rows:
            return None, [*refused, unknown] if unknown else refused
        starts = [one.start for one in turns] or [_at(rows[0], columns, "started_at")]
        start = min((at for at in (*starts, *(one.at for one in turns)) if at), default=None)
        if start is None:
            name = columns.get("started_at") or group[0].columns["at"]
            raise MissingError(rows[0].path_of(name), f"{name} is missing; it should be a time")
        return Read(group[0].row.where, rows, start, _timed(turns, start), len(refused)), refused

    def _said(self, one: Fields, inner: Mapping[str, str], row: Fields, columns: Mapping[str, str]) -> _Said:
        """Read a turn, which lies in a row or is one."""
        who = self._who(one, inner)
        speaker = self._speakers.get(who.strip().lower()) or side_of(who)
        if speaker is None and self._keeps_labels:
            speaker = "unknown"
        if speaker is None:
            raise _UnknownSpeakerError(
                one.path_of(inner["speaker"]),
                f"nothing says who {who!r} is; add it to speakers, as agent, customer, bot or system",
            )
        ms: int | None = None
        for what, unit, factor in (("start_s", "seconds", 1000), ("start_ms", "ms", 1)):
            if text_in(one, inner, what) is not None:
                ms = round(one.number(inner[what], f"a number of {unit}") * factor)
                if not 0 <= ms <= MOST_MS:
                    reason = (
                        f"this is {one.get(inner[what])!r}; it should be a number of {unit} from the start, 0 or more"
                    )
                    raise MissingError(one.path_of(inner[what]), reason)
        return _Said(
            speaker=speaker,
            text=text_in(one, inner, "text") or "",
            agent=text_in(one, inner, "agent") or (None if one is row else text_in(row, columns, "agent")),
            start=_at(row, columns, "started_at"),
            end=_at(row, columns, "ended_at"),
            at=_at(one, inner, "at"),
            ms=ms,
            label=who if side_of(who) is None else "",
        )

    def _who(self, one: Fields, inner: Mapping[str, str]) -> str:
        """Return who spoke, as the file names it."""
        return one.text(inner["speaker"], "who spoke")

    def _document_of(self, read: Read, columns: Mapping[str, str], *, is_reversed: bool) -> Mapping[str, Any]:
        said, ends = read.ordered(is_reversed=is_reversed), {one.end for one in read.said if one.end}
        ended_at = max(ends, default=None) or _at(read.rows[0], columns, "ended_at")
        channel = self._channel or (first_in(read.rows, columns, "channel") or "voice").lower()
        spoken = [one.agent for one in said if one.speaker == "agent" and one.agent]
        agents = dict.fromkeys(spoken or [one.agent for one in said if one.agent] or _all(read.rows, columns, "agent"))
        only = next(iter(agents)) if len(agents) == 1 else None
        return {
            "custom_id": read.rows[0].text(columns["id"], "the id of the conversation"),
            "kind": "email" if channel == "email" else None,
            "channel": CHANNELS.get(channel, channel),
            "source": self.name,
            "language": first_in(read.rows, columns, "language"),
            "started_at": read.start,
            "ended_at": ended_at,
            "queues": [{"id": each} for each in _all(read.rows, columns, "queue")],
            "agents": [{"id": each} for each in agents],
            "turns": [_turn(one, only, offset_ms(read.start, one.end) if len(ends) > 1 else None) for one in said],
            "custom_fields": {"refused_rows": read.refused} if read.refused else {},
        }


def _check_columns(record: Record, columns: Mapping[str, str]) -> None:
    """Raise ``MissingError`` where no column holds what a conversation needs."""
    if "started_at" not in columns and "at" not in record.columns:
        raise MissingError(
            record.row.where, "no column holds the start of a conversation; name it in columns.started_at"
        )
    if "text" not in columns and "turns" not in columns:
        raise MissingError(record.row.where, "no column holds what was said; name it in columns.text")
    if record.said and not record.columns.keys() >= {"speaker", "text"}:
        raise MissingError(
            record.said[0].where, "no column holds who spoke and what; name them in columns.speaker and columns.text"
        )


def _timed(said: Sequence[_Said], start: datetime) -> list[_Said]:
    """Return turns with their ms; the start of a row is that of its turn if starts differ, and nothing else is its time."""
    is_own = len({one.start for one in said}) > 1 and all(one.at is None and one.ms is None for one in said)
    return [
        one if one.ms is not None else one._replace(ms=offset_ms(start, one.start if is_own else one.at))
        for one in said
    ]


def _turn(one: _Said, only: str | None, end_ms: int | None) -> dict[str, Any]:
    """Return a turn of the native document; ``only`` is the one agent of the conversation."""
    has_end = one.ms is not None and end_ms is not None and end_ms >= one.ms
    return {
        "speaker": one.speaker,
        "agent_id": one.agent or only if one.speaker == "agent" else None,
        "text": one.text,
        "start_ms": one.ms,
        "end_ms": end_ms if has_end else None,
    }


def _is_csv(item: Item) -> bool:
    return item.key.lower().endswith(".csv")


def row_of(value: object, where: str) -> Fields | Refused:
    """Return a record, or why it is refused."""
    try:
        return value if isinstance(value, Refused) else Fields(value, where)
    except MissingError as missing:
        return missing.refused


def guess(rows: Sequence[Fields]) -> dict[str, str]:
    """Return which column holds what, by the names of the columns of some rows."""
    known: dict[str, str] = {}
    for row in rows[:10]:
        for name in row.names():
            known.setdefault(re.sub(r"[\s_.-]+", "_", name.strip().casefold()).strip("_"), name)
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
            if isinstance(row, Refused):
                problem = problem or f"{row.where}: {row.reason}"
                continue
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
        problem="" if kept else problem,
    )


def _is_list(found: Mapping[str, int]) -> bool:
    """Return whether the values of a column are names that a person may go through, as of queues and agents."""
    if len(found) <= _FEW:
        return True
    return len(found) <= _MANY and 2 * len(found) <= sum(found.values()) and max(map(len, found)) <= _SHORT


def _raw_rows(item: Item, records: str | None) -> Iterator[Mapping[str, Any] | Refused]:
    if _is_csv(item):
        found: Iterator[tuple[str, object]] = ((f"line {line}", row) for line, row in rows_of(item.data))
    else:
        found = records_in(item.data, records)
    for where, value in found:
        row = row_of(value, where)
        yield row if isinstance(row, Refused) else dict(row.items())


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
    return sum(_DATE.match(each) is not None or is_local_time(each) for each in cells) / len(cells) if cells else 0


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


def likely_columns(rows: Sequence[Fields], found: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of what is not found by name, by the values of some rows."""
    names = dict.fromkeys(name for row in rows for name in row.names())
    cells = [{name: _cell(row.get(name)) for name in names} for row in rows]
    return _likely(cells, [name for name in names if name not in found.values()], found)


def _of(row: Fields, columns: Mapping[str, str], what: str) -> object:
    return row.get(columns[what]) if what in columns else None


def text_in(row: Fields, columns: Mapping[str, str], what: str) -> str | None:
    return row.maybe_text(columns[what]) if what in columns else None


def _at(row: Fields, columns: Mapping[str, str], what: str) -> datetime | None:
    return row.maybe_at(columns[what]) if what in columns else None


def _all(rows: Sequence[Fields], columns: Mapping[str, str], what: str) -> list[str]:
    """Return what the rows of a conversation have in a column, each once."""
    return list(dict.fromkeys(text for row in rows if (text := text_in(row, columns, what))))


def first_in(rows: Sequence[Fields], columns: Mapping[str, str], what: str) -> str | None:
    return next(iter(_all(rows, columns, what)), None)


def _mapping(options: Mapping[str, Any], name: str) -> dict[str, str]:
    value: Any = options.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in cast("dict[Any, Any]", value).values()):
        raise _invalid(f"options.{name}", f"{name} should be a mapping of names to names")
    return cast("dict[str, str]", value)


def _choice(options: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str | None:
    value: Any = options.get(name)
    if value is not None and value not in known:
        raise _invalid(f"options.{name}", f"{name} is {value!r}; it should be {' or '.join(known)}")
    return value


def _zone(name: object) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name if isinstance(name, str) else "")
    except (KeyError, ValueError, OSError) as error:
        message = f"unknown time zone {name!r}; give a name like Europe/Berlin, or UTC"
        raise _invalid("options.time_zone", message) from error


def _check_keys(field: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise _invalid(field, f"unknown key {name!r}; choose one of: {', '.join(known)}")


def _invalid(field: str, message: str) -> RequestError:
    return RequestError(message, code="connector.invalid", field=field)
