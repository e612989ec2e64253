"""Tables of one's own, whose columns are found by their names and values: rows to conversations, in runs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, cast

from auscult.domain.connectors import Mapped, Refused
from auscult.domain.conversation import AssumedField, Channel, Conversation
from auscult.formats._contract import Rejected, Source, Table
from auscult.formats._instants import COMPACT
from auscult.formats._others.lines import are_labelled, said_in
from auscult.formats._others.talk import Said, Talk, assumed_start, finished, zone_of
from auscult.formats._others.whole_files import refusal
from auscult.formats._records import Fields, MissingError
from auscult.formats.tables._described import (
    CHANNELS,
    Described,
    Read,
    Record,
    first_in,
    guess,
    likely_columns,
    text_in,
)
from auscult.formats.tables._rows import NUMBERS, TIMES, Writing

Rows = Callable[[], Iterator[Fields | Refused]]
"""Returns the rows of a file, from the first, each time it is called."""
ROW_ID = "\0row"
"""Stands for the column of ids in a table that has none."""
FILE_START = "\0start"
"""Stands for the column of starts in a table without times, whose file has one."""
_SAMPLE, _RUN = 2_000, 2_000
_LABEL = {"speaker": "speaker", "text": "text", "start_ms": "start_ms"}


class OwnTable(Described):
    """Mapper of rows whose columns are known, with the speakers' labels, and all else as custom fields."""

    name: ClassVar[str] = "table"
    _keeps_labels: ClassVar[bool] = True

    def __init__(
        self, source: Source, columns: Mapping[str, str], kind: str, assumed: Mapping[AssumedField, str]
    ) -> None:
        """Read rows of a file by its columns; ``assumed`` is what was assumed of the whole file."""
        super().__init__(source.setup)
        self._source = source
        self._columns = dict(columns)
        self._kind = kind
        self._assumed = assumed

    def conversations(self, rows: list[Fields | Refused], writing: Writing) -> list[Mapped]:
        """Return conversations and refusals of whole conversations' rows. Raises ``MissingError``."""
        self._writing = writing
        mapped = self._mapped_rows(rows, is_csv=True)
        return [one for _, one in sorted(mapped, key=lambda each: each[0])]

    def _known(self, rows: Sequence[Fields]) -> dict[str, str]:
        del rows
        return self._columns

    def _who(self, one: Fields, inner: Mapping[str, str]) -> str:
        return one.maybe_text(inner["speaker"]) or ""

    def _record(self, at: int, row: Fields, columns: Mapping[str, str]) -> Record:
        column = columns.get("turns") or (columns.get("text") if "speaker" not in columns else None)
        if column is None:
            return Record(at, row, (row,), columns)
        cell = row.maybe_text(column) or ""
        lines = [line for line in cell.splitlines() if line.strip()]
        said = said_in(cell) if are_labelled(lines) else [Said(cell)] if cell else []
        each = [
            Fields({"speaker": one.label, "text": one.text, "start_ms": one.start_ms}, row.path_of(column))
            for one in said
        ]
        return Record(at, row, each, _LABEL)

    def _made(self, read: Read, columns: Mapping[str, str], *, is_reversed: bool) -> Mapped:
        rows, said = read.rows, read.ordered(is_reversed=is_reversed)
        ends = {one.end for one in said if one.end}
        written = first_in(rows, columns, "channel")
        channel = CHANNELS.get((written or "").lower(), (written or "").lower()) if written else None
        names = {
            id_: name
            for row in rows
            if (id_ := text_in(row, columns, "agent")) and (name := text_in(row, columns, "agent_name"))
        }
        agents = list(dict.fromkeys(one.agent for one in said if one.agent and one.speaker in ("agent", "unknown")))
        agents = agents or ([only] if (only := first_in(rows, columns, "agent")) else [])
        assumed = dict(self._assumed)
        if channel is None:
            assumed["channel"] = "values" if any(one.ms is not None for one in said) else "default"
        own = first_in(rows, columns, "id")
        talk = Talk(
            source=self._kind,
            said=[
                Said(
                    one.text,
                    one.label or None,
                    None if one.speaker == "unknown" else cast("Any", one.speaker),
                    start_ms=one.ms,
                    end_ms=None,
                    agent_id=one.agent if one.speaker == "agent" else None,
                )
                for one in said
            ],
            channel=channel if channel in ("voice", "chat") else self._likely_channel(read),
            kind="email" if written and written.lower() == "email" else None,
            id=None if own is None or columns.get("id") == ROW_ID else own,
            started_at=read.start,
            ended_at=max(ends, default=None),
            language=first_in(rows, columns, "language"),
            agents=[{"id": each, "name": names.get(each)} for each in agents],
            queue=first_in(rows, columns, "queue"),
            fields=self._fields(rows, columns) | ({"refused_rows": read.refused} if read.refused else {}),
            assumed=assumed,
        )
        made = finished(talk, self._source)
        return made if isinstance(made, Conversation) else Refused(made.error.message, read.where)

    def _likely_channel(self, read: Read) -> Channel:
        """Return chat where turns have a time of day each, or lie far apart; else voice."""
        times = [one.ms for one in read.said if one.ms is not None]
        if any(one.at for one in read.said):
            return "chat"
        apart = timedelta(minutes=1) / timedelta(milliseconds=1)
        return "chat" if len(times) > 1 and max(times) / (len(times) - 1) > apart else "voice"

    def _fields(self, rows: Sequence[Fields], columns: Mapping[str, str]) -> dict[str, str]:
        used = {*columns.values(), ROW_ID}
        found: dict[str, str] = {}
        for row in rows:
            for name, value in row.items():
                if name not in used and name and value not in (None, "") and name not in found:
                    found[name] = value if isinstance(value, str) else str(value)
        return found


def conversations_of(rows: Rows, source: Source, kind: str, title: str) -> Iterator[Conversation | Rejected]:
    """Yield the conversations of a table: a first pass finds its columns and spellings, a second one reads it in runs."""
    try:
        columns = _columns(rows, source)
        writing, is_together, assumed = _spelling(rows, columns, source)
        start = _start_of_all(columns, source, assumed)
    except MissingError as missing:
        yield refusal(missing.refused, title)
        return
    table = OwnTable(source, columns, kind, assumed)
    for run in _runs(_completed(rows(), columns, source, start), columns, is_together=is_together):
        try:
            mapped = table.conversations(run, writing)
        except MissingError as missing:
            mapped = [missing.refused]
        for one in mapped:
            if isinstance(one, Conversation):
                yield one
            elif isinstance(one, Refused):
                yield refusal(one)


def _columns(rows: Rows, source: Source) -> dict[str, str]:
    """Return which column holds what. Raises ``MissingError`` where it holds no talk."""
    sample: list[Fields] = []
    for row in rows():
        if isinstance(row, Fields):
            sample.append(row)
            if len(sample) >= _SAMPLE:
                break
    names = tuple(dict.fromkeys(name for row in sample[:50] for name in row.names()))
    found = guess(sample)
    given = {what: column for what, column in source.given.columns.items() if column}
    for what, column in given.items():
        if column not in names:
            raise MissingError("", f"there is no column {column!r} for {what}; available: {', '.join(names)}")
    found = {what: column for what, column in found.items() if column not in given.values()} | given
    likely = likely_columns(sample, found)
    if (column := found.get("text") or likely.get("text")) and _are_talks(sample, column):
        likely.pop("speaker", None)  # a category: each cell names its own speakers
    found = {what: column for what, column in (found | likely).items() if source.given.columns.get(what) != ""}
    if "turns" in found:
        found = _with_one_talk(sample, found, given)
    talk = found.get("turns") or found.get("text")
    has_speakers = "speaker" in found or (talk is not None and any(_is_labelled(row, talk) for row in sample))
    missing = (*(() if has_speakers else ("speaker",)), *(() if talk else ("text",)))
    source.tabled(Table(names=names, columns=dict(found), missing=missing))
    if missing:
        held = {"speaker": "who spoke", "text": "what was said"}[missing[-1]]
        message = f"no column holds {held}; name it with columns {missing[-1]}=NAME (available: {', '.join(names)})"
        raise MissingError("", message)
    if "id" not in found:
        found["id"] = ROW_ID
    return found


def _with_one_talk(rows: Sequence[Fields], found: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return columns of which one alone holds the talk, whole or by turns; another one that could is a custom field."""
    if given.keys().isdisjoint({"speaker", "text"}) and _are_talks(rows, found["turns"]):
        return {what: column for what, column in found.items() if what not in ("speaker", "text")}
    is_elsewhere = "speaker" in found or ("text" in found and _are_talks(rows, found["text"]))
    if not is_elsewhere or ("turns" in given and "text" in found):
        return dict(found)
    text = found.get("text", found["turns"])
    return {what: column for what, column in found.items() if what != "turns"} | {"text": text}


def _are_talks(rows: Sequence[Fields], column: str) -> bool:
    """Return whether most cells of a column that hold words hold whole talks."""
    cells = [cell for row in rows if isinstance(cell := row.get(column), str) and cell.strip()]
    return 2 * sum(are_labelled(cell.splitlines()) for cell in cells) > len(cells)


def _is_labelled(row: Fields, column: str) -> bool:
    return are_labelled((row.maybe_text(column) or "").splitlines())


def _spelling(rows: Rows, columns: Mapping[str, str], source: Source) -> tuple[Writing, bool, dict[AssumedField, str]]:
    """Return how dates and numbers are written, whether the rows of each conversation lie together, what is assumed.

    Raises ``MissingError`` where dates may begin with the day or the month, and no row decides.
    """
    given = source.given
    order: Any = given.date_order
    has_zone = True
    shown: dict[tuple[str, str], Fields] = {}
    ended: set[str] = set()
    last, is_together = "", True
    kept = [columns[what] for what in (*TIMES, *NUMBERS) if what in columns]
    for row in rows():
        if not isinstance(row, Fields):
            continue
        id_ = row.maybe_text(columns["id"]) or last
        if id_ != last:
            is_together = is_together and id_ not in ended
            ended.add(id_)
            last = id_
        for name in kept:
            value = row.get(name)
            if isinstance(value, str) and value.strip():
                mark = (name, value.split()[0] if name in [columns.get(what) for what in TIMES] else value[:12])
                if mark not in shown:
                    shown[mark] = Fields({name: value}, row.where)
                is_number = value.strip().isdigit() and not COMPACT.fullmatch(value.strip())
                has_zone = has_zone and (value.strip()[-1:] == "Z" or "+" in value[10:] or is_number)
    writing = Writing(order, cast("Any", given.decimal), zone_of(source), takes_days=True).found(
        [
            (row, {what: name for what, name in columns.items() if what in (*TIMES, *NUMBERS) and row.get(name)})
            for row in shown.values()
        ]
    )
    assumed: dict[AssumedField, str] = {}
    if not has_zone:
        assumed["time_zone"] = given.time_zone or "UTC"
    if order:
        assumed["date_order"] = "option"
    return writing, is_together, assumed


def _completed(
    rows: Iterable[Fields | Refused], columns: Mapping[str, str], source: Source, start: str
) -> Iterator[Fields | Refused]:
    """Yield rows, with ``start`` where it is given, and with an id where no column holds one.

    Then all are one conversation, or each is one where a cell holds the talk.
    """
    is_each = "speaker" not in columns
    for number, row in enumerate(rows, 1):
        more = {FILE_START: start} if start else dict[str, str]()
        if columns["id"] == ROW_ID:
            more[ROW_ID] = f"{source.name}#{number}" if is_each else source.name or "table"
        yield Fields({**dict(row.items()), **more}, row.where) if more and isinstance(row, Fields) else row


def _start_of_all(columns: dict[str, str], source: Source, assumed: dict[AssumedField, str]) -> str:
    """Return the start of the file, where rows have no time; else nothing.

    Raises ``MissingError`` where several conversations would have a start that is not stated.
    """
    if columns.keys() & {*TIMES}:
        return ""
    start = assumed_start(source, assumed).isoformat()
    is_one = columns["id"] == ROW_ID and "speaker" in columns
    if not is_one and assumed["started_at"] not in ("file_name", "option"):
        raise MissingError("", "no column holds the start; name it with columns started_at=NAME, or give started_at")
    columns["started_at"] = FILE_START
    return start


def _runs(
    rows: Iterable[Fields | Refused], columns: Mapping[str, str], *, is_together: bool
) -> Iterator[list[Fields | Refused]]:
    """Yield rows of whole conversations: some thousands, or all where those of one lie apart."""
    run: list[Fields | Refused] = []
    last = None
    for row in rows:
        if isinstance(row, Fields) and is_together:
            id_ = row.maybe_text(columns["id"])
            if id_ and id_ != last and len(run) >= _RUN:
                yield run
                run = []
            last = id_ or last
        run.append(row)
    if run:
        yield run
