"""A table of queues, teams or agents as people paste or upload it: what each row would do, and doing it."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Literal, NamedTuple

from auscult.directory.model import LONGEST_ID, LONGEST_NAME, PartyKind
from auscult.directory.work import Naming
from auscult.domain.errors import RequestError
from auscult.domain.people.directory import Membership
from auscult.storage.store import AppStore

Fate = Literal["new", "same", "renamed", "moves", "no_id", "twice", "no_team", "too_long"]
SETTLED: frozenset[Fate] = frozenset({"new", "renamed", "moves"})
"""Fates of rows that change something."""
MOST_ROWS = 5_000
_HEADS: Mapping[str, frozenset[str]] = {
    "id": frozenset({"id", "agent_id", "team_id", "queue_id", "agent", "queue", "kennung"}),
    "name": frozenset({"name", "agent name", "queue name", "team name"}),
    "team": frozenset({"team", "group", "gruppe"}),
}
"""Columns, and the heads by which they are known; others are left out."""


class Row(NamedTuple):
    """One row: its number in the file, from 1 for the heads, and what becomes of it. ``nearest`` is a team's name.

    ``before`` is the name or the team that it replaces.
    """

    line: int
    id: str
    name: str
    team: str
    fate: Fate
    before: str = ""
    nearest: str = ""


class Preview(NamedTuple):
    """The rows of a table, and the heads of columns that are left out."""

    rows: tuple[Row, ...]
    left_out: tuple[str, ...]

    def count(self, *fates: Fate) -> int:
        """Return how many rows have one of these fates."""
        return sum(each.fate in fates for each in self.rows)


class Imports:
    """Imports of one app, as one viewer makes them."""

    def __init__(self, app: AppStore, naming: Naming) -> None:
        """``naming`` renames what has another name in the table."""
        self._app = app
        self._naming = naming

    def preview(self, kind: PartyKind, text: str, teams: Mapping[str, str]) -> Preview:
        """Return what each row would do. ``teams`` are names to read for others, as a person put them right.

        Raises ``RequestError`` ``import.invalid`` for a text without a column of ids, or with too many rows.
        """
        lines, left_out = _lines(text)
        known = self._naming.names(kind)
        named = {each.name.casefold(): each.team_id for each in self._app.people.directory.teams()}
        named |= {each.team_id.casefold(): each.team_id for each in self._app.people.directory.teams()}
        names = {each.team_id: each.name for each in self._app.people.directory.teams()}
        stays = {} if kind != "agent" else self._stays()
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
        return Preview(tuple(rows), left_out)

    def apply(self, kind: PartyKind, text: str, teams: Mapping[str, str], at: datetime) -> Preview:
        """Do what the preview shows; rows that are not settled are left out. Raises as ``preview`` does."""
        found = self.preview(kind, text, teams)
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

    def _stays(self) -> dict[str, str]:
        """Return the team of each agent whose membership has no end."""
        found = self._app.people.directory.memberships("team")
        return {each.agent_id: each.group_id for each in found if each.until is None}


def _nearest(wanted: str, names: Iterable[str]) -> str:
    """Return the name that is most like a text; empty where none is."""
    found: list[str] = get_close_matches(wanted, list(names), 1, 0.5)
    return found[0] if found else ""


def _lines(text: str) -> tuple[list[tuple[int, str, str, str]], tuple[str, ...]]:
    """Return number, id, name and team of each row, and the heads of columns that are left out."""
    head = text.lstrip("\ufeff").lstrip()
    first = head.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    nothing: list[str] = []
    heads = [each.strip() for each in next(reader, nothing)]
    places = {column: n for n, each in enumerate(heads) for column, of in _HEADS.items() if each.casefold() in of}
    if "id" not in places:
        message = "the first row has no column id; name the columns there: id, name, team"
        raise RequestError(message, code="import.invalid", field="table", value=first[:50])
    left_out = tuple(each for n, each in enumerate(heads) if n not in places.values() and each)
    rows = [
        (n, _cell(cells, places, "id"), _cell(cells, places, "name"), _cell(cells, places, "team"))
        for n, cells in _numbered(reader)
    ]
    if len(rows) > MOST_ROWS:
        message = f"a table has at most {MOST_ROWS} rows; divide it"
        raise RequestError(message, code="import.invalid", field="table", value=len(rows))
    return rows, left_out


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for n, cells in enumerate(reader, 2):
        if any(each.strip() for each in cells):
            yield n, cells


def _cell(cells: list[str], places: Mapping[str, int], column: str) -> str:
    at = places.get(column)
    return cells[at].strip() if at is not None and at < len(cells) else ""
