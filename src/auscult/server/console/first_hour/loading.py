"""The first step: files that a person inspects before they are loaded."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from litestar import Controller, MediaType, Response, get, post
from litestar.response import Stream
from msgspec import Struct

from auscult.domain.conversation import Channel, Conversation
from auscult.domain.errors import AuscultError
from auscult.domain.privacy.quotations import redact_quotations
from auscult.formats import READERS, Rejected, Source, Table
from auscult.formats._instants import from_ms
from auscult.formats.tables.csv_rows import CsvRows
from auscult.formats.tables.json_rows import JsonRows
from auscult.formats.tables.workbook import Workbook
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.sandbox.reading import Noted
from auscult.server.console.connectors.wizard_view import WRITING
from auscult.server.console.first_hour.recording import LABELS, SoundView, accept, asked, has_sound
from auscult.server.console.first_hour.steps import PATH, AnyVisit, first_hour, may
from auscult.server.console.frame.naming import (
    CHANNELS,
    agents_of,
    assumed_words,
    customer_words,
    language_name,
    queues_of,
    speaker_of,
    within_sentence,
)
from auscult.server.console.frame.posted import one, sentence, sentence_of, several
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import AnyRequest, Visit
from auscult.server.rest.threads import run
from auscult.server.rest.uploads import received, spooled
from auscult.services.definitions.forms.reading import STARTER_LANGUAGES
from auscult.services.scoring.intake.asked import NAMED, given_of
from auscult.services.scoring.intake.read import read_given, rejected_line
from auscult.services.scoring.intake.submit import Refusal, Submission
from auscult.services.scoring.intake.times import of_app

MOST_READ = 20_000
"""Conversations of a file that are counted before it is loaded; of more, the count is a lower bound."""
_ROWS, _TURNS, _REFUSALS = 8, 8, 100
_WORDS = 76
_COLUMNS = {
    "id": later("Id of the conversation"),
    "started_at": later("When it began"),
    "speaker": later("Who speaks"),
    "text": later("What is said"),
    "at": later("When it is said"),
    "agent": later("Agent"),
    "agent_name": later("Name of the agent"),
    "queue": later("Queue"),
    "channel": later("Channel"),
    "language": later("Language"),
}
_ASKED = {
    "format": later("Format"),
    "channel": later("Channel"),
    "agent": later("Agent"),
    "queue": later("Queue"),
    "language": later("Language"),
    "started_at": later("When it began"),
    "time_zone": later("Time zone"),
    **{name: label for name, label, _options in WRITING},
}
"""Fields that apply to a whole file, named as in commands and the API."""
_TABLES = (CsvRows.name, JsonRows.name, Workbook.name)
_LONGEST_NAME, _MS_DIGITS, _MOST_LABELS = 255, 15, 6
_EVERY_S = 0.4
"""Seconds between two counts of what was read."""


class FoundRow(Struct, frozen=True, kw_only=True):
    """A conversation of a file."""

    when: str
    channel: str
    who: str
    turns: int
    words: str


class ColumnView(Struct, frozen=True, kw_only=True):
    """A field of a conversation, and the column of the table that is chosen for it; ``is_needed`` if one must be."""

    name: str
    label: str
    chosen: str
    is_needed: bool


class AskedView(Struct, frozen=True, kw_only=True):
    """Something that a person may give for all of a file: a choice of ``options``, or what they write."""

    name: str
    label: str
    given: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()


class FoundView(Struct, frozen=True, kw_only=True):
    """The content of a file before it is loaded. ``load`` is the label of the button, empty where there is nothing to load.

    ``name`` is that of the file, empty for several; ``next`` is the address of the page that follows once it is loaded.
    ``opening`` is how the first conversation begins: side, speaker and words of each turn. ``formats`` names what it was
    read as, of several files each in ``files``; ``assumed`` what the file does not hold. ``labels`` are speakers with their
    sides, empty where one has several, and ``asked`` what a person may give for all of the file; both only of files of other programs.
    """

    said: str
    name: str = ""
    rows: tuple[FoundRow, ...] = ()
    more: str = ""
    refused: tuple[Refusal, ...] = ()
    refused_said: str = ""
    columns: tuple[ColumnView, ...] = ()
    names: tuple[str, ...] = ()
    load: str = ""
    problem: str = ""
    next: str = ""
    sound: SoundView | None = None
    opening: tuple[tuple[str, str, str], ...] = ()
    formats: str = ""
    files: tuple[tuple[str, str], ...] = ()
    assumed: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    asked: tuple[AskedView, ...] = ()


class LoadPage(Controller):
    """A file of conversations: what is in it, and loading it."""

    path = "/first-hour/load"

    @get(sync_to_thread=True)
    def load_page(self, visit: AnyVisit) -> Response[str]:
        """Ask for a file."""
        may(visit, "load")
        limit = visit.services.settings.request_bytes
        return visit.page(
            "first_hour/load", "Home", path=f"{PATH}/load", largest=_megabytes(limit, visit.reader), limit=limit
        )

    @post("/preview", status_code=200)
    async def preview(self, request: AnyRequest, visit: AnyVisit) -> Stream | Response[str]:
        """Show what is in a file, the body of the request. Stores nothing."""
        return await _with_file(request, visit, lambda file, count: _looked_at(visit, file, count))

    @post(status_code=200)
    async def load(self, request: AnyRequest, visit: AnyVisit) -> Stream | Response[str]:
        """Load the conversations of a file, the body of the request."""

        def loaded(file: BinaryIO, count: _Count) -> FoundView:
            if has_sound(file):
                return _recording_loaded(visit, file)
            visit.services.room.must_have("backfill")
            submission = Submission(visit.app_for("conversation.load"), visit.store.batches, visit.services.room)
            size = visit.services.settings.batch_size
            submission.accept(count.each(_read(visit, file, Noted())), group=size, follow=False)
            return _loaded(visit, submission.intake.accepted)

        return await _with_file(request, visit, loaded)

    @post("/refused", status_code=200)
    async def refused(self, request: AnyRequest, visit: AnyVisit) -> Response[bytes] | Response[str]:
        """Return what is refused of a file, the body of the request, as a rejects file has it. Stores nothing."""
        may(visit, "load")
        redact = visit.app.privacy.refused

        def lines(file: BinaryIO) -> bytes:
            refused = (each for each in _read(visit, file, Noted()) if isinstance(each, Rejected))
            return b"".join(rejected_line(each, each.file or one(visit.query, "file"), redact) for each in refused)

        try:
            async with spooled(request, visit.services.settings.request_bytes) as file:
                found = await run(lambda: lines(file), slow=True)
        except AuscultError as error:
            return Response(sentence(error.coded), status_code=422, media_type="text/plain")
        return Response(found, media_type="application/x-ndjson")


def _megabytes(size: int, reader: Reader) -> str:
    return _("{n} MB").format(n=reader.number(size >> 20))


class _Count:
    """Number of documents that were read so far: a thread counts, and the answer shows it meanwhile."""

    def __init__(self) -> None:
        self.n = 0

    def each(self, documents: Iterator[Conversation | Rejected]) -> Iterator[Conversation | Rejected]:
        for each in documents:
            self.n += 1
            yield each


async def _with_file(
    request: AnyRequest, visit: Visit, act: Callable[[BinaryIO, _Count], FoundView]
) -> Stream | Response[str]:
    """Answer with what a function shows of the file in the body, or what is wrong with it as a sentence.

    While the function works, comments of HTML have the number of documents that were read so far.
    """
    may(visit, "load")
    count = _Count()
    try:
        given = await received(request, visit.services.settings.request_bytes)
    except AuscultError as error:
        refused = FoundView(said="", problem=sentence(error.coded))
        return await run(lambda: visit.part("first_hour/found", refused))

    def shown() -> str:
        with given as file:
            try:
                is_empty = not file.read(1)
                file.seek(0)
                view = FoundView(said="", problem=_("The file is empty.")) if is_empty else act(file, count)
            except AuscultError as error:
                view = FoundView(said="", problem=sentence(error.coded))
        return visit.part("first_hour/found", view).content

    async def pieces() -> AsyncGenerator[str]:
        work = asyncio.ensure_future(run(shown, slow=True))
        while not (await asyncio.wait({work}, timeout=_EVERY_S))[0]:
            yield f"<!-- {count.n} -->"
        yield work.result()

    return Stream(pieces, media_type=MediaType.HTML, headers={"cache-control": "no-store", "x-accel-buffering": "no"})


def _looked_at(visit: Visit, file: BinaryIO, count: _Count | None = None, problem: str = "") -> FoundView:
    """Show what is in a file; of a recording, what is asked about it, with the problem of what was said."""
    if not has_sound(file):
        noted = Noted()
        return _found(visit, (count or _Count()).each(_read(visit, file, noted)), noted)
    said, sound = asked(visit, file)
    return FoundView(said=said, sound=sound, load=_("Load the recording"), problem=problem)


def _loaded(visit: Visit, accepted: int) -> FoundView:
    """Show where loading leads to, or that nothing was loaded."""
    if not accepted:
        return FoundView(said="", problem=_("Nothing in this file can be loaded."))
    first_hour(visit).done("load")
    return FoundView(said="", next=f"{PATH}?loaded={accepted}")


def _recording_loaded(visit: Visit, file: BinaryIO) -> FoundView:
    """Load a recording, or show its form with what is wrong there."""
    try:
        accept(visit, file)
    except AuscultError as error:
        file.seek(0)
        return _looked_at(visit, file, problem=sentence_of(error, LABELS))
    return _loaded(visit, 1)


def _read(visit: Visit, file: BinaryIO, noted: Noted) -> Iterator[Conversation | Rejected]:
    """Read a file by its content, and by what the person gives. What it unpacks to is bounded. Raises ``RequestError``."""
    values = {name: one(visit.query, name)[:_LONGEST_NAME] for name in NAMED}
    given = given_of(values, several(visit.query, "columns"), several(visit.query, "sides"))
    modified = one(visit.query, "modified")
    source = Source(
        app_id=visit.app.tenant.app_id,
        limits=visit.services.settings.limits,
        given=of_app(given, visit.app),
        name=one(visit.query, "file")[:_LONGEST_NAME],
        modified=from_ms(int(modified))
        if modified.isascii() and modified.isdecimal() and len(modified) < _MS_DIGITS
        else None,
    )
    return read_given(file, source, noted)


def _found(visit: Visit, documents: Iterator[Conversation | Rejected], noted: Noted) -> FoundView:
    """Read a file to its end, or to ``MOST_READ`` conversations, and show what is there."""
    reader, app = visit.reader, visit.app
    seen, refused = _Seen(), list[Refusal]()
    for each in documents:
        if isinstance(each, Rejected):
            seen.refused += 1
            if len(refused) < _REFUSALS:
                refused.append(_refusal(app.privacy.refused, each))
        else:
            seen.add(each, reader)
        if seen.count + seen.refused >= MOST_READ:
            seen.is_least = True
            break
    n = reader.number(seen.count)
    said, table = seen.sentence(reader), noted.table if _tables(noted) == 1 else None
    if table and table.missing:
        said, seen.refused = _("This is a table. Say which column holds what, so that it can be read."), 0
        refused.clear()
    load = ngettext("Load {n} conversation", "Load {n} conversations", seen.count).format(n=n) if seen.count else ""
    left = seen.count - len(seen.rows)
    return FoundView(
        said=said,
        name=one(visit.query, "file")[:_LONGEST_NAME],
        rows=tuple(seen.rows),
        opening=seen.opening,
        more=_("and {n} more").format(n=reader.number(left)) if left else "",
        refused=tuple(refused),
        refused_said=seen.refused_sentence(reader),
        columns=_columns(table),
        names=table.names if table else (),
        load=_("Load all of it") if load and seen.is_least else load,
        **_of_others(visit, noted, seen),
    )


def _tables(noted: Noted) -> int:
    """Return the number of tables: the columns of one alone can be picked."""
    return sum(noted.counts[name] for name in _TABLES)


def _of_others(visit: Visit, noted: Noted, seen: "_Seen") -> dict[str, Any]:
    """Return what is shown of a file of another program: its formats, what was assumed, speakers, and what is given."""
    names = [name for name in noted.counts if name != "skipped"]
    if names and not any(name in READERS or name == Workbook.name for name in names):
        return {}
    titles = {name: reader.title for name, reader in READERS.items()}
    titles |= {Workbook.name: Workbook.title, "skipped": _("left out")}
    return {
        "formats": ", ".join(titles.get(name, name) for name in names),
        "files": tuple((file, titles.get(name, name)) for file, name in noted.formats.items()),
        "assumed": assumed_words(seen.assumed),
        "labels": tuple(islice(seen.labels.items(), _MOST_LABELS)),
        "asked": _asked(visit, is_table=noted.table is not None),
    }


def _asked(visit: Visit, *, is_table: bool) -> tuple[AskedView, ...]:
    options: dict[str, Mapping[str, str]] = {
        "format": {"": _("As recognised"), **{name: reader.title for name, reader in READERS.items()}},
        "channel": {"": _("As the file shows"), **{name: _(channel) for name, channel in CHANNELS.items()}},
        "language": {"": _("As the words show")}
        | {code: language_name(code, visit.reader) for code in STARTER_LANGUAGES},
        **{name: {value: _(word) for value, word in of.items()} for name, _label, of in WRITING},
    }
    return tuple(
        AskedView(
            name=name,
            label=_(label),
            given=one(visit.query, name),
            kind="datetime-local" if name == "started_at" else "text",
            options=tuple(options.get(name, {}).items()),
        )
        for name, label in _ASKED.items()
        if is_table or name != "decimal"
    )


class _Seen:
    """Counts of the conversations of a file, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.refused = 0
        self.is_least = False
        self.channels: Counter[Channel] = Counter()
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.rows: list[FoundRow] = []
        self.opening: tuple[tuple[str, str, str], ...] = ()
        self.assumed: dict[tuple[str, str], None] = {}
        self.labels: dict[str, str] = {}

    def add(self, one: Conversation, reader: Reader) -> None:
        self.count += 1
        self.channels[one.channel] += 1
        self.first = min(self.first or one.started_at, one.started_at)
        self.last = max(self.last or one.started_at, one.started_at)
        self.assumed |= dict.fromkeys(one.assumed.items())
        for label, side in {turn.speaker_label: turn.speaker for turn in one.turns if turn.speaker_label}.items():
            if label in self.labels or len(self.labels) < _MOST_LABELS:
                self.labels[label] = side if self.labels.get(label, side) == side else ""
        self.opening = self.opening or tuple(
            (turn.speaker, speaker_of(turn, one), excerpt(turn.text, 4 * _WORDS)) for turn in one.turns[:_TURNS]
        )
        if len(self.rows) < _ROWS:
            row = FoundRow(
                when=reader.moment(one.started_at),
                channel=_(CHANNELS[one.channel]),
                who=" · ".join(each for each in (agents_of(one), queues_of(one, reader)) if each),
                turns=len(one.turns),
                words=excerpt(customer_words(one), _WORDS),
            )
            self.rows.append(row)

    def sentence(self, reader: Reader) -> str:
        """Return how many there are, of which channels, and from when until when."""
        if not self.count or self.first is None or self.last is None:
            return _("Nothing in this file can be loaded.")
        said = ngettext("{n} conversation can be loaded", "{n} conversations can be loaded", self.count)
        if self.is_least:
            said = _("More than {n} conversations can be loaded")
        parts = [f"{reader.number(n)} {within_sentence(_(CHANNELS[channel]))}" for channel, n in self.channels.items()]
        first, last = reader.day(self.first), reader.day(self.last)
        when = first if first == last else _("{first} to {last}").format(first=first, last=last)
        return f"{said.format(n=reader.number(self.count))}: {', '.join(parts)}, {when}."

    def refused_sentence(self, reader: Reader) -> str:
        """Return how many are refused; empty for none."""
        if not self.refused:
            return ""
        return ngettext("{n} is refused", "{n} are refused", self.refused).format(n=reader.number(self.refused))


def _refusal(redact: Callable[[str], str], rejected: Rejected) -> Refusal:
    error = rejected.error
    reason = sentence(redact_quotations(error.coded, redact))
    return Refusal(line=error.line, field=error.field, reason=reason, code=error.reason, file=rejected.file)


def _columns(table: Table | None) -> tuple[ColumnView, ...]:
    if table is None:
        return ()
    return tuple(
        ColumnView(name=name, label=_(label), chosen=table.columns.get(name, ""), is_needed=name in table.missing)
        for name, label in _COLUMNS.items()
    )
