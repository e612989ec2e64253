"""Migration from a vendor: its five reports pulled for a period, and joined into native documents.

Pulled rows are in one SQLite file, by conversation, with the place of each report in the same
transaction: after a crash it continues there. Memory does not grow with the period.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from auscult.client.connection import Connection
from auscult.client.exporting import Page, Place, Pull, Row
from auscult.client.file_sink import ExportRequest
from auscult.client.vendor_import import CHANNELS, JoinCounts, Known, document_of
from auscult.client.wire import WIRE, WireReport
from auscult.domain.errors import ConflictError

_TABLES = """
CREATE TABLE IF NOT EXISTS asked (asked BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS places (part TEXT PRIMARY KEY, place BLOB NOT NULL, is_done INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pulled (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, part TEXT NOT NULL, row BLOB NOT NULL, UNIQUE (id, part)
);
"""
_HEADLESS = """
SELECT pulled.id, pulled.row FROM pulled
WHERE part = 'calldetails'
AND NOT EXISTS (SELECT 1 FROM pulled AS other WHERE other.id = pulled.id AND other.part <> 'calldetails')
"""
_UNANSWERED = """
SELECT pulled.id, pulled.row FROM pulled
WHERE part = 'rawdata'
AND NOT EXISTS (SELECT 1 FROM pulled AS other WHERE other.id = pulled.id AND other.part = 'calldetails')
"""
_SESSIONS = """
CREATE TEMP TABLE IF NOT EXISTS sessions (second TEXT NOT NULL, id TEXT NOT NULL, is_session INTEGER NOT NULL);
DELETE FROM sessions;
"""
_PAIRS = """
SELECT min(id) FILTER (WHERE is_session), min(id) FILTER (WHERE NOT is_session) FROM sessions
GROUP BY second
HAVING count(DISTINCT id) FILTER (WHERE is_session) = 1 AND count(DISTINCT id) FILTER (WHERE NOT is_session) = 1
"""
_FOUND = """
SELECT pulled.id, pulled.part, pulled.row FROM pulled
JOIN (SELECT id, min(number) AS first FROM pulled GROUP BY id) AS heads ON heads.id = pulled.id
ORDER BY heads.first, pulled.number
"""


class Part(NamedTuple):
    """A report, or what of it is of one channel."""

    report: str
    wire: WireReport
    channel: str | None = None


def _parts() -> Mapping[str, Part]:
    """Return the five reports. That of the account is asked for by channel, which its rows do not show."""
    found = {name: Part(name, wire) for name, wire in WIRE.items() if name != "account_rawdata"}
    for channel in CHANNELS:
        body = {"channel": [channel], "include_below_threshold": True}
        wire = replace(WIRE["account_rawdata"], body=body)
        found[f"account_rawdata of {channel}"] = Part("account_rawdata", wire, channel)
    return found


PARTS = _parts()


class Moving:
    """Rows pulled of one period, in a file."""

    def __init__(self, path: Path, asked: ExportRequest) -> None:
        """Open the file, new or as it was left. Raises ``ConflictError`` where it is that of something else."""
        self._asked = asked
        self._file = sqlite3.connect(path, isolation_level=None)
        try:
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.executescript(_TABLES)
            self._check(path)
        except sqlite3.DatabaseError as error:
            self._file.close()
            raise ConflictError(
                f"{path} is not what a move left there ({error}): name another file", code="checkpoint.unreadable"
            ) from error
        except ConflictError:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file, which stays."""
        self._file.close()

    def pull(self, part: str, connection: Connection, note: Callable[[str], None]) -> Iterator[int]:
        """Pull a part from its place; yield the number of rows after each page. A complete part yields nothing.

        Raises ``RemoteError``, and ``RequestError`` for a period that is not of whole days in UTC.
        """
        found = self._file.execute("SELECT place, is_done FROM places WHERE part = ?", (part,)).fetchone()
        if found and found[1]:
            return
        place = msgspec.json.decode(found[0], type=Place) if found else None
        nameless = 0
        for page in Pull(connection, PARTS[part].wire, note).pages(self._asked.since, self._asked.until, place):
            self._keep(part, page)
            place = page.place
            nameless += sum(PARTS[part].wire.id_of(row) is None for row in page.rows)
            yield len(page.rows)
        if nameless:
            note(f"{nameless} rows of {part} have no id, and are passed over")
        place = place or Place(since=self._asked.until)
        self._stand(part, place, is_done=True)

    def documents(self, words: Mapping[str, str], counts: JoinCounts) -> Iterator[dict[str, Any]]:
        """Join what was pulled, conversation by conversation, in the order in which they came."""
        self._join_sessions()
        rows: dict[str, Row] = {}
        listed: dict[str, list[str]] = defaultdict(list)
        last: str | None = None
        for id_, part, row in self._file.execute(_FOUND):
            if id_ != last and last is not None:
                yield from self._document(last, rows, Known(listed[last], words), counts)
                rows, listed = {}, defaultdict(list)
            last = id_
            rows[PARTS[part].report] = msgspec.json.decode(row)
            if channel := PARTS[part].channel:
                listed[id_].append(channel)
        if last is not None:
            yield from self._document(last, rows, Known(listed[last], words), counts)

    def _join_sessions(self) -> None:
        """Set the id of its conversation on a contact that the bot closed alone.

        Call details do not name that id, and the reports on quality do not name the session: the two are one where
        both start in the same second, and no other of either kind does.
        """
        self._file.executescript(_SESSIONS)
        kinds = ((_HEADLESS, "sessionStartTime", True), (_UNANSWERED, "conversationStartTime", False))
        for query, name, is_session in kinds:
            for id_, body in self._file.execute(query).fetchall():
                row = msgspec.json.decode(body, type=Row)
                start = row.get(name)
                if isinstance(start, str) and not (is_session and row.get("conversationId")):
                    self._file.execute("INSERT INTO sessions VALUES (?, ?, ?)", (_second(start), id_, is_session))
        pairs = self._file.execute(_PAIRS).fetchall()
        self._file.executemany("UPDATE pulled SET id = ?2 WHERE id = ?1 AND part = 'calldetails'", pairs)

    def _document(
        self, id_: str, rows: Mapping[str, Row], known: Known, counts: JoinCounts
    ) -> Iterator[dict[str, Any]]:
        try:
            document = document_of(id_, rows, known, counts)
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # of another's making, and not as documented
            counts.left_out[f"whose rows are not as the reference has them ({type(error).__name__})"] += 1
            return
        if document is not None:
            counts.carried["conversations"] += 1
            yield document

    def _check(self, path: Path) -> None:
        found = self._file.execute("SELECT asked FROM asked").fetchone()
        if found is None:
            self._file.execute("INSERT INTO asked VALUES (?)", (msgspec.json.encode(self._asked),))
        elif (other := msgspec.json.decode(found[0], type=ExportRequest)) != self._asked:
            raise ConflictError(
                f"{path} belongs to another move ({other.app} from {other.url}, {other.since:%Y-%m-%d} to "
                f"{other.until:%Y-%m-%d}): name another file",
                code="checkpoint.other",
            )

    def _keep(self, part: str, page: Page) -> None:
        """Keep a page and the place after it, both or neither. A row that came before is replaced."""
        id_of, encode = PARTS[part].wire.id_of, msgspec.json.encode
        rows = [(id_, part, encode(row)) for row in page.rows if (id_ := id_of(row)) is not None]
        self._file.execute("BEGIN")
        self._file.executemany(
            "INSERT INTO pulled (id, part, row) VALUES (?, ?, ?) "
            "ON CONFLICT (id, part) DO UPDATE SET row = excluded.row",
            rows,
        )
        self._stand(part, replace(page.place, seen=()), is_done=False)  # what comes again is replaced
        self._file.execute("COMMIT")

    def _stand(self, part: str, place: Place, *, is_done: bool) -> None:
        self._file.execute(
            "INSERT INTO places VALUES (?, ?, ?) ON CONFLICT (part) "
            "DO UPDATE SET place = excluded.place, is_done = excluded.is_done",
            (part, msgspec.json.encode(place), is_done),
        )


def _second(written: str) -> str:
    """Return the second of a time as call details and the reports on quality write it, with or without a zone."""
    return written[:19].replace(" ", "T")
