"""The use cases of names and merges for one viewer: rename, merge, undo, and how far reports show the present names."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from auscult.domain import directory as rules
from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.directory import DirectoryChange, Merge, PartyKind, Rename
from auscult.domain.errors import ConflictError, NotFoundError, RequestError, coded
from auscult.domain.operations.attempts import tried
from auscult.domain.people.directory import DirectoryAgent, DirectoryQueue, Membership, Team
from auscult.domain.people.principal import Principal
from auscult.domain.privacy.log import Draft
from auscult.services.privacy.log import draft, record
from auscult.storage.store import AppStore

T = TypeVar("T")


class Naming:
    """The names and merges of one app, as one viewer changes them. Cheap to make; threads may share one.

    Its callers have checked that the viewer may change the directory of the whole app.

    Methods raise ``NotFoundError`` ``queue.unknown``, ``team.unknown``, ``agent.unknown``,
    ``directory_change.unknown``; ``RequestError`` ``name.invalid``; ``ConflictError`` ``directory.named_already``,
    ``directory.merged_already``, ``directory.undone``, ``directory.not_last``.
    """

    def __init__(self, app: AppStore, now: Callable[[], datetime], viewer: Principal) -> None:
        """``now`` returns aware UTC time."""
        self._app = app
        self._now = now
        self._viewer = viewer

    def names(self, kind: PartyKind) -> dict[str, str | None]:
        """Return the names of all queues, teams or agents of the directory, by id."""
        directory = self._app.people.directory
        match kind:
            case "queue":
                return {each.queue_id: each.name for each in directory.queues()}
            case "team":
                return {each.team_id: each.name for each in directory.teams()}
            case "agent":
                return {each.agent_id: each.name for each in directory.agents()}

    def rename(self, wanted: Rename) -> DirectoryChange:
        """Show a queue, a team or an agent under another name, in reports once workers have rendered them again."""

        def step() -> DirectoryChange:
            aliases, known = self._app.aliases.in_force(), self._known(wanted.kind, wanted.id, "id")
            before = aliases.renamed(wanted.kind, wanted.id, None)
            change = rules.renamed(wanted, before or known, self._viewer.name, self._now(), is_given=before is not None)
            self._app.aliases.add([change], [self._entry("directory.renamed", change)], aliases.version)
            return change

        return tried(step, AuditMovedError)

    def rename_known(self, kind: PartyKind, names: Mapping[str, str]) -> list[DirectoryChange]:
        """Rename those of the directory that have another name; return the changes, none where every name is as it was."""

        def step() -> list[DirectoryChange]:
            aliases, known = self._app.aliases.in_force(), self.names(kind)
            changes = [
                rules.renamed(Rename(kind=kind, id=party, name=name), known[party], self._viewer.name, self._now())
                for party, name in names.items()
                if known.get(party) and known[party] != name
            ]
            if changes:
                entries = [self._entry("directory.renamed", each) for each in changes]
                self._app.aliases.add(changes, entries, aliases.version)
            return changes

        return tried(step, AuditMovedError)

    def add(self, wanted: Rename) -> None:
        """Add a queue, a team or an agent that no conversation has named yet.

        Raises ``RequestError`` ``name.invalid``, ``import.invalid`` for an id; ``ConflictError`` ``directory.exists``.
        """
        kind, party = wanted.kind, wanted.id
        name = rules.checked_name(wanted.name)
        if not 0 < len(party) <= rules.LONGEST_ID:
            message = coded("an id has 1 to {n} characters", n=rules.LONGEST_ID)
            raise RequestError(message, code="import.invalid", field="id", value=party[:50])
        if party in self.names(kind):
            raise ConflictError("{value} is there already", code="directory.exists", field="id", value=party)
        self.put_new(kind, {party: name})
        record(self._app, self._viewer.label, "directory.added", f"{kind}:{party}", name=name)

    def put(self, party: DirectoryAgent | DirectoryQueue | Team) -> None:
        """Add an agent, a queue or a team, or replace its properties; another name renames it, the past included."""
        directory = self._app.people.directory
        kind, party_id = _kind_of(party)
        is_new = party_id not in self.names(kind)
        if party.name:
            self.rename_known(kind, {party_id: party.name})
        match party:
            case DirectoryAgent():
                directory.put_agents([party])
            case DirectoryQueue():
                directory.put_queues([party])
            case Team():
                directory.put_teams([party])
        if is_new:
            record(self._app, self._viewer.label, "directory.added", f"{kind}:{party_id}", name=party.name)

    def join(self, stay: Membership) -> None:
        """Add a membership; one in a team ends an open one in another team."""
        self._app.people.directory.add_memberships([stay], closes_others=stay.kind == "team")
        action = "directory.moved" if stay.kind == "team" else "directory.joined"
        record(self._app, self._viewer.label, action, f"agent:{stay.agent_id}", **{stay.kind: stay.group_id})

    def remove_team(self, team_id: str) -> None:
        """Remove a team with its memberships. Raises ``NotFoundError``."""
        self._app.people.directory.remove_team(team_id)
        record(self._app, self._viewer.label, "directory.removed", f"team:{team_id}")

    def teams_of(self) -> dict[str, str]:
        """Return the team of each agent whose membership has no end, by their ids."""
        found = self._app.people.directory.memberships("team")
        return {each.agent_id: each.group_id for each in found if each.until is None}

    def move(self, agent_id: str, team: str) -> None:
        """Have an agent, with all ids, in a team from now on and in no other; ``team`` is an id or a name, empty for none."""
        self._known("agent", agent_id, "id")
        aliases, directory, now = self._app.aliases.in_force(), self._app.people.directory, self._now()
        named = {
            (aliases.name("team", each, name) or each).casefold(): each for each, name in self.names("team").items()
        }
        team_id = aliases.head("team", named.get(team.casefold(), team))
        if team:
            self._known("team", team_id, "team")
        for each in aliases.ids("agent", agent_id):
            before = self.teams_of().get(each)
            if team and before != team_id:
                stay = Membership(kind="team", group_id=team_id, agent_id=each, since=now)
                directory.add_memberships([stay], closes_others=True)
            elif not team and before is not None:
                directory.end_membership("team", before, each, now)
        record(self._app, self._viewer.label, "directory.moved", f"agent:{agent_id}", team=team_id or None)

    def put_new(self, kind: PartyKind, names: Mapping[str, str | None]) -> None:
        """Store queues, teams or agents that are not known yet, by id."""
        directory = self._app.people.directory
        match kind:
            case "queue":
                directory.put_queues([DirectoryQueue(queue_id=each, name=name) for each, name in names.items()])
            case "team":
                directory.put_teams([Team(team_id=each, name=name or each) for each, name in names.items()])
            case "agent":
                directory.put_agents([DirectoryAgent(agent_id=each, name=name) for each, name in names.items()])

    def imported(self, kind: PartyKind, *, added: int, changed: int) -> None:
        """Log an import."""
        record(self._app, self._viewer.label, "directory.imported", kind, added=added, changed=changed)

    def merge(self, wanted: Merge) -> DirectoryChange:
        """Treat two queues, teams or agents as one: in lists, grants and charts. Both ids stay."""

        def step() -> DirectoryChange:
            aliases, kind = self._app.aliases.in_force(), wanted.kind
            names = (
                aliases.name(kind, wanted.id, self._known(kind, wanted.id, "id")),
                aliases.name(kind, wanted.into, self._known(kind, wanted.into, "into")),
            )
            change = rules.merged(wanted, names, aliases, self._viewer.name, self._now())
            self._app.aliases.add([change], [self._entry("directory.merged", change)], aliases.version)
            return change

        return tried(step, AuditMovedError)

    def undo(self, change_id: str) -> DirectoryChange:
        """Undo a rename or a merge."""

        def step() -> DirectoryChange:
            aliases, change = self._app.aliases.in_force(), self._app.aliases.get(change_id)
            its = self._app.aliases.of(change.kind, change.id)
            undone = rules.undone(change, its, self._viewer.name, self._now())
            self._app.aliases.undo(undone, self._entry("directory.change_undone", change), aliases.version)
            return undone

        return tried(step, AuditMovedError)

    def _known(self, kind: PartyKind, party: str, field: str) -> str | None:
        """Return the name of one of the directory. Raises ``NotFoundError``."""
        names = self.names(kind)
        if party not in names:
            raise NotFoundError("unknown {kind} {value!r}", kind=kind, code=f"{kind}.unknown", field=field, value=party)
        return names[party]

    def _entry(self, action: str, change: DirectoryChange) -> Draft:
        details = {"into": change.into} if change.into else {"name": change.name}
        target = f"{change.kind}:{change.id}"
        return draft(self._app, self._viewer.label, action, target, change=change.change_id, **details)


def _kind_of(party: DirectoryAgent | DirectoryQueue | Team) -> tuple[PartyKind, str]:
    match party:
        case DirectoryAgent(agent_id=party_id):
            return "agent", party_id
        case DirectoryQueue(queue_id=party_id):
            return "queue", party_id
        case Team(team_id=party_id):
            return "team", party_id
