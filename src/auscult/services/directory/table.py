"""A table of queues, teams or agents as people paste or upload it: what each row would do, and doing it."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Literal, NamedTuple

from auscult.domain.directory import LONGEST_ID, LONGEST_NAME, PartyKind
from auscult.domain.errors import RequestError, coded
from auscult.domain.people.directory import Membership
from auscult.services.definitions.sheets.cells import text_of
from auscult.services.definitions.sheets.files import read_cells
from auscult.services.directory.naming import Naming
from auscult.storage.store import AppStore

Fate = Literal["new", "same", "renamed", "moves", "no_id", "twice", "no_team", "too_long"]
SETTLED: frozenset[Fate] = frozenset({"new", "renamed", "moves"})
"""Fates of rows that change something."""
MOST_ROWS = 5_000
_ZIP = b"PK\x03\x04"
"""The first bytes of a workbook."""
_HEADS: Mapping[str, frozenset[str]] = {
    "id": frozenset({"id", "agent_id", "team_id", "queue_id", "agent", "queue", "kennung"}),
    "name": frozenset({"name", "agent name", "queue name", "team name"}),
    "team": frozenset({"team", "group", "gruppe"}),
}
"""The headers by which each kind of column is recognised; other columns are left out."""


class Row(NamedTuple):
    """One row: its number in the file, from 1 for the heads, and its outcome. ``nearest`` is a team's name.

    ``before`` is the name or the team that it replaces.
    """

    line: int
    id: str
    name: str
    team: str
    fate: Fate
    before: str = ""
    nearest: str = ""


class Column(NamedTuple):
    """A column of a table: its head, and what it holds (``id``, ``name``, ``team``), empty where it is left out."""

    head: str
    holds: str


class Preview(NamedTuple):
    """The rows of a table, none where no column has ids, and its columns."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]

    def count(self, *fates: Fate) -> int:
        """Return how many rows have one of these fates."""
        return sum(each.fate in fates for each in self.rows)


class Imports:
    """Imports of one app, as one viewer makes them."""

    def __init__(self, app: AppStore, naming: Naming) -> None:
        """``naming`` renames what has another name in the table."""
        self._app = app
        self._naming = naming

    def preview(self, kind: PartyKind, text: str, teams: Mapping[str, str], columns: Sequence[str] = ()) -> Preview:
        """Return what each row would do. ``teams`` are names to read for others, as a person put them right.

        ``columns`` are what each column holds; empty where that is recognised by the heads. Raises ``RequestError``
        ``import.invalid`` for a table with too many rows.
        """
        lines, found = _lines(text, columns)
        known = self._naming.names(kind)
        named = {each.name.casefold(): each.team_id for each in self._app.people.directory.teams()}
        named |= {each.team_id.casefold(): each.team_id for each in self._app.people.directory.teams()}
        names = {each.team_id: each.name for each in self._app.people.directory.teams()}
        stays = {} if kind != "agent" else self._naming.teams_of()
        seen: set[str] = set()
        rows: list[Row] = []
        for line, party, name, given in lines:
            team = teams.get(given, given) if kind == "agent" else ""
            row = Row(line, party, name, team, "same")
            team_id = named.get(team.casefold(), "") if team else ""
            before = known.get(party)
            if not party or len(party) > LONGEST_ID:
                row = row._replace(fate="no_id")
            elif party in seen:
                row = row._replace(fate="twice")
            elif len(name) > LONGEST_NAME:
                row = row._replace(fate="too_long")
            elif team and not team_id:
                row = row._replace(fate="no_team", nearest=_nearest(team, names.values()))
            elif party not in known:
                row = row._replace(fate="new")
            elif team_id and stays.get(party) != team_id:
                row = row._replace(fate="moves", before=names.get(stays.get(party, ""), ""))
            elif name and name != before:
                row = row._replace(fate="renamed", before=before or "")
            seen.add(party)
            rows.append(row)
        return Preview(tuple(rows), found)

    def apply(
        self, kind: PartyKind, text: str, teams: Mapping[str, str], at: datetime, columns: Sequence[str] = ()
    ) -> Preview:
        """Do what the preview shows; rows that are not settled are left out. Raises as ``preview`` does."""
        found = self.preview(kind, text, teams, columns)
        rows = [each for each in found.rows if each.fate in SETTLED]
        self._naming.rename_known(kind, {each.id: each.name for each in rows if each.name and each.fate != "new"})
        self._naming.put_new(kind, {each.id: each.name or None for each in rows if each.fate == "new"})
        if kind == "agent":
            directory = self._app.people.directory
            ids = {name.casefold(): each.team_id for each in directory.teams() for name in (each.name, each.team_id)}
            stays = [
                Membership(kind="team", group_id=ids[each.team.casefold()], agent_id=each.id, since=at)
                for each in rows
                if each.team and each.fate != "renamed"
            ]
            directory.add_memberships(stays, closes_others=True)
        self._naming.imported(kind, added=found.count("new"), changed=found.count("renamed", "moves"))
        return found


def _nearest(wanted: str, names: Iterable[str]) -> str:
    """Return the name that is most like a text; empty where none is."""
    found: list[str] = get_close_matches(wanted, list(names), 1, 0.5)
    return found[0] if found else ""


def read_table(content: bytes, file: str) -> str:
    """Return the text of a table, a workbook's as CSV of its first sheet.

    Raises ``FormError`` for a file that is none, ``EngineError`` without ``auscult[tables]``, and ``RequestError``
    ``import.invalid`` for a cell that cannot be read.
    """
    if not content.startswith(_ZIP):
        return content.decode("utf-8-sig", errors="replace")
    cells = read_cells(content, file)
    if cells.faults:
        raise RequestError(cells.faults[0].describe(file), code="import.invalid", field="table")
    width = 1 + max((column for _row, column in cells.values), default=0)
    text = io.StringIO(newline="")
    csv.writer(text).writerows([text_of(row.get(at)) for at in range(width)] for _n, row in cells.rows())
    return text.getvalue()


def _lines(text: str, columns: Sequence[str]) -> tuple[list[tuple[int, str, str, str]], tuple[Column, ...]]:
    """Return number, id, name and team of each row, none without ids, and the columns."""
    head = text.lstrip("\ufeff").lstrip()
    first = head.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    nothing: list[str] = []
    heads = [each.strip() for each in next(reader, nothing)]
    guessed = [next((column for column, of in _HEADS.items() if each.casefold() in of), "") for each in heads]
    chosen = list(columns) if len(columns) == len(heads) else guessed
    # Of two columns that are to hold the same, the one that was chosen against its head counts.
    ordered = sorted(range(len(heads)), key=lambda n: chosen[n] != guessed[n])
    places = {chosen[n]: n for n in ordered if chosen[n] in _HEADS}
    shown = tuple(Column(each, chosen[n] if places.get(chosen[n]) == n else "") for n, each in enumerate(heads))
    if "id" not in places:
        return [], shown
    rows = [
        (n, _cell(cells, places, "id"), _cell(cells, places, "name"), _cell(cells, places, "team"))
        for n, cells in _numbered(reader)
    ]
    if len(rows) > MOST_ROWS:
        message = coded("a table has at most {n} rows; divide it", n=MOST_ROWS)
        raise RequestError(message, code="import.invalid", field="table", value=len(rows))
    return rows, shown


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for n, cells in enumerate(reader, 2):
        if any(each.strip() for each in cells):
            yield n, cells


def _cell(cells: list[str], places: Mapping[str, int], column: str) -> str:
    at = places.get(column)
    return cells[at].strip() if at is not None and at < len(cells) else ""
