"""Directory files: agents, teams and queues as CSV, with the dates of memberships."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Literal, NamedTuple, TypeVar

from auscult.domain.directory import PartyKind
from auscult.domain.errors import RequestError
from auscult.domain.people.directory import DirectoryAgent, DirectoryQueue, GroupKind, Membership, Team
from auscult.domain.people.users import normalise_email
from auscult.domain.schedules.instants import read_instant
from auscult.services.directory.naming import Naming
from auscult.storage.store import AppStore

T = TypeVar("T")
Noun = Literal["agents", "teams", "queues"]

COLUMNS: Mapping[Noun, tuple[str, ...]] = {
    "agents": ("agent_id", "name", "emails", "hired_on"),
    "teams": ("team_id", "name", "lead", "agent_id", "since", "until"),
    "queues": ("queue_id", "name", "agent_id", "since", "until"),
}
"""The columns of each kind of file. The first is required; ``emails`` are separated by spaces."""

LONGEST_ID = 200


class Imported(NamedTuple):
    """The number of rows that were read, of different entries and of memberships."""

    rows: int
    entries: int
    memberships: int


class _Row(NamedTuple):
    line: int
    values: Mapping[str, str]

    def required(self, column: str) -> str:
        """Return a value that must be there. Raises ``RequestError`` ``import.invalid``."""
        value = self.values.get(column, "")
        if not value or len(value) > LONGEST_ID:
            raise _invalid(self.line, column, value, f"give a text of 1 to {LONGEST_ID} characters")
        return value

    def read(self, column: str, parse: Callable[[str], T], expected: str) -> T | None:
        """Return a parsed value, None where it is empty. Raises ``RequestError`` ``import.invalid``."""
        value = self.values.get(column, "")
        if not value:
            return None
        try:
            return parse(value)
        except (ValueError, RequestError) as error:
            raise _invalid(self.line, column, value, expected) from error

    def instant(self, column: str) -> datetime | None:
        """Return an instant: a day means its beginning, UTC."""
        return self.read(column, read_instant, "give 2026-03-01 or 2026-03-01T08:00:00Z")


def import_directory(app: AppStore, naming: Naming, noun: Noun, text: str) -> Imported:
    """Read a CSV with a header, and add what it names to the directory. Nothing is written unless all of it is valid.

    Another name than the directory has renames (``naming``). A row of teams or queues with an ``agent_id`` is a membership as well. An agent is in one team at a time: a
    membership that starts ends the open one elsewhere. Raises ``RequestError`` ``import.invalid`` with line and column.
    """
    rows, directory = list(_rows(text, COLUMNS[noun])), app.people.directory
    match noun:
        case "agents":
            agents = {row.required("agent_id"): _agent(row) for row in rows}
            count = _counted(naming, "agent", {name: each.name for name, each in agents.items()})
            directory.put_agents(list(agents.values()))
            count()
            return Imported(len(rows), len(agents), 0)
        case "teams":
            teams = {row.required("team_id"): _team(row) for row in rows}
            stays = list(_memberships("team", "team_id", rows))
            count = _counted(naming, "team", {name: each.name for name, each in teams.items()})
            directory.put_teams(list(teams.values()))
            directory.add_memberships(stays, closes_others=True)
            count()
            return Imported(len(rows), len(teams), len(stays))
        case "queues":
            queues = {row.required("queue_id"): _queue(row) for row in rows}
            stays = list(_memberships("queue", "queue_id", rows))
            count = _counted(naming, "queue", {name: each.name for name, each in queues.items()})
            directory.put_queues(list(queues.values()))
            directory.add_memberships(stays)
            count()
            return Imported(len(rows), len(queues), len(stays))


def _counted(naming: Naming, kind: PartyKind, names: Mapping[str, str | None]) -> Callable[[], None]:
    """Rename those that are known by another name; return what logs the import once it is stored."""
    added = len(names.keys() - naming.names(kind).keys())
    renamed = naming.rename_known(kind, {party: name for party, name in names.items() if name})
    return partial(naming.imported, kind, added=added, changed=len(renamed))


def _rows(text: str, columns: tuple[str, ...]) -> Iterator[_Row]:
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), restkey="")
    header = [name.strip() for name in reader.fieldnames or ()]
    unknown = [name for name in header if name not in columns]
    if columns[0] not in header or unknown:
        wrong = f"unknown column {unknown[0]!r}" if unknown else f"missing column {columns[0]!r}"
        raise RequestError(
            "line 1: {wrong}; available: {list}",
            wrong=wrong,
            list=", ".join(columns),
            code="import.invalid",
            field="line 1",
        )
    reader.fieldnames = header
    for values in reader:
        if values.get(""):
            raise _invalid(reader.line_num, "row", str(values[""]), f"give at most {len(header)} values")
        yield _Row(reader.line_num, {name: (value or "").strip() for name, value in values.items()})


def _agent(row: _Row) -> DirectoryAgent:
    return DirectoryAgent(
        agent_id=row.required("agent_id"),
        name=row.values.get("name") or None,
        emails=row.read("emails", _emails, "give name@host") or (),
        hired_on=row.read("hired_on", date.fromisoformat, "give 2026-03-01"),
    )


def _emails(given: str) -> tuple[str, ...]:
    return tuple(normalise_email(each) for each in given.split())


def _team(row: _Row) -> Team:
    lead = row.read("lead", normalise_email, "give name@host")
    team_id = row.required("team_id")
    return Team(team_id=team_id, name=row.values.get("name") or team_id, lead=lead)


def _queue(row: _Row) -> DirectoryQueue:
    return DirectoryQueue(queue_id=row.required("queue_id"), name=row.values.get("name") or None)


def _memberships(kind: GroupKind, column: str, rows: list[_Row]) -> Iterator[Membership]:
    for row in rows:
        agent_id = row.values.get("agent_id", "")
        if not agent_id:
            continue
        since, until = row.instant("since"), row.instant("until")
        if since and until and until <= since:
            raise _invalid(row.line, "until", row.values["until"], "give a time later than since")
        yield Membership(
            kind=kind, group_id=row.required(column), agent_id=row.required("agent_id"), since=since, until=until
        )


def _invalid(line: int, column: str, value: str, right: str) -> RequestError:
    return RequestError(
        "invalid {column} {text!r}; {right}",
        column=column,
        text=value[:50],
        right=right,
        code="import.invalid",
        field=f"line {line}, {column}",
        value=value[:200],
    )
