"""Names and merges that people give to queues, teams and agents. They are applied at reading, and change no conversation."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation, Queue
from auscult.domain.errors import ConflictError, RequestError, coded
from auscult.domain.people.grants import Pair
from auscult.domain.stated import text as stated_text

PartyKind = Literal["queue", "team", "agent"]
LONGEST_ID = LONGEST_NAME = 200
EDIT = "directory.edit"
"""The permission to name and merge, in the whole app."""


class DirectoryChange(Struct, frozen=True, kw_only=True):
    """A queue, team or agent that was renamed, or merged into another one of its kind.

    ``name`` is the new name, of a merge the one that stays; ``before`` is the name until then. ``by`` and ``undone_by``
    are e-mail addresses, or the id of a client.
    """

    change_id: str
    kind: PartyKind
    id: str
    into: str | None = None
    name: str | None = None
    before: str | None = None
    by: str
    at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None

    @property
    def is_in_force(self) -> bool:
        """Return whether it was not undone."""
        return self.undone_at is None


class Rename(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another name for a queue, a team or an agent."""

    kind: Annotated[PartyKind, Meta(description="Queue, team or agent.")]
    id: Annotated[str, Meta(min_length=1, max_length=200, description="Its id, which stays.")]
    name: Annotated[str, stated_text(LONGEST_NAME), Meta(description="The name that is shown from now on.")]


class Merge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two queues, teams or agents that are one. Both ids stay."""

    kind: Annotated[PartyKind, Meta(description="Queue, team or agent.")]
    id: Annotated[str, Meta(min_length=1, max_length=200, description="The one whose name goes.")]
    into: Annotated[str, Meta(min_length=1, max_length=200, description="The one whose name stays.")]


class Aliases:
    """Renames and merges in force of one app, for lookups. ``version`` rises with every change."""

    def __init__(self, changes: Iterable[DirectoryChange] = (), version: int = 0) -> None:
        """``changes`` are those in force, the oldest first."""
        self.version = version
        self._names: dict[tuple[PartyKind, str], str] = {}
        self._into: dict[tuple[PartyKind, str], str] = {}
        self._kept: dict[tuple[PartyKind, str], str] = {}
        known: defaultdict[tuple[PartyKind, str], set[str]] = defaultdict(set)
        for each in changes:
            named = each.id if each.into is None else each.into
            if each.into is None:
                self._names[each.kind, each.id] = each.name or each.id
            else:
                self._into[each.kind, each.id] = each.into
                self._kept[each.kind, each.into] = each.name or each.into
            for its, name in ((each.id, each.before), (named, each.name), (each.id, each.id), (named, named)):
                if name:
                    known[each.kind, name.casefold()].add(its)
        self._known = {key: frozenset(ids) for key, ids in known.items()}
        groups: defaultdict[tuple[PartyKind, str], set[str]] = defaultdict(set)
        for kind, party in self._into:
            groups[kind, self.head(kind, party)].add(party)
        self._groups = {key: tuple(sorted({key[1], *ids})) for key, ids in groups.items()}

    def __bool__(self) -> bool:
        """Return whether anything is renamed or merged."""
        return bool(self._names or self._into)

    def head(self, kind: PartyKind, party: str) -> str:
        """Return the id that a party is merged into, its own where it is not."""
        while (found := self._into.get((kind, party))) is not None:
            party = found
        return party

    def ids(self, kind: PartyKind, party: str) -> tuple[str, ...]:
        """Return the ids of all that are one with a party, its own among them, in order."""
        return self._groups.get((kind, self.head(kind, party)), (party,))

    def name(self, kind: PartyKind, party: str, otherwise: str | None) -> str | None:
        """Return the name to show: the one that was given, of a merged party the one that stays, else ``otherwise``."""
        head = self.head(kind, party)
        if (kind, head) in self._names:
            return self._names[kind, head]
        return otherwise if head == party else self._kept.get((kind, head), otherwise)

    def renamed(self, kind: PartyKind, party: str, otherwise: str | None) -> str | None:
        """Return the name that a party itself was given, else ``otherwise``."""
        return self._names.get((kind, party), otherwise)

    def widened(self, kind: PartyKind, wanted: Iterable[str]) -> tuple[str, ...]:
        """Return ids and names as they were wanted, with the ids of all that are one with them or had such a name."""
        found = dict.fromkeys(wanted)
        for each in tuple(found):
            found.update(dict.fromkeys(self.ids_of(kind, each)))
        return tuple(found)

    def ids_of(self, kind: PartyKind, text: str) -> tuple[str, ...]:
        """Return the ids of all that are one with what was renamed or merged and has, or had, this id or name."""
        known = sorted(self._known.get((kind, text.casefold()), ()))
        return tuple(dict.fromkeys(one for each in known for one in self.ids(kind, each)))

    def called(self, kind: PartyKind, text: str) -> tuple[str, ...]:
        """Return the ids that stay of what was renamed or merged and has, or had, this id or name, in order."""
        return tuple(sorted({self.head(kind, each) for each in self._known.get((kind, text.casefold()), ())}))

    def shown_for(self, kind: PartyKind, text: str) -> tuple[str, ...]:
        """Return the names to show for a name that conversations have; itself where it was not renamed or merged."""
        heads = self.called(kind, text)
        names = [self._names.get((kind, each)) or self._kept.get((kind, each), text) for each in heads]
        return tuple(dict.fromkeys(names)) or (text,)

    def widened_pairs(self, pairs: frozenset[Pair]) -> frozenset[Pair]:
        """Return rights that reach what is merged with what their scopes name."""
        return frozenset(self._widened(each) for each in pairs) if self._into else pairs

    def own(self, agent_ids: frozenset[str]) -> frozenset[str]:
        """Return the ids of the agents that a user is, with those that are merged with them."""
        return frozenset(one for each in agent_ids for one in self.ids("agent", each))

    def as_rendered(self, conversation: Conversation) -> Conversation:
        """Return a conversation with the names that its queues and agents were given."""
        return self._renamed(conversation, is_joined=False) if self._names else conversation

    def as_shown(self, conversation: Conversation) -> Conversation:
        """Return a conversation with the names to show: of what is merged, the one that stays."""
        return self._renamed(conversation, is_joined=True) if self else conversation

    def queue(self, queue: Queue) -> Queue:
        """Return the queue that one is: with the id and the name that stay."""
        return replace(queue, id=self.head("queue", queue.id), name=self.name("queue", queue.id, queue.name))

    def agent(self, agent: Agent) -> Agent:
        """Return the agent that one is: with the id and the name that stay."""
        return replace(agent, id=self.head("agent", agent.id), name=self.name("agent", agent.id, agent.name))

    def _renamed(self, conversation: Conversation, *, is_joined: bool) -> Conversation:
        name = self.name if is_joined else self.renamed
        queues = tuple([replace(each, name=name("queue", each.id, each.name)) for each in conversation.queues])
        agents = tuple([replace(each, name=name("agent", each.id, each.name)) for each in conversation.agents])
        named = replace(conversation, queues=queues, agents=agents)
        contact = conversation.contact
        if contact is None or not contact.destinations:
            return named
        stops = tuple(
            [
                replace(
                    each,
                    queue_name=name("queue", each.queue_id, each.queue_name) if each.queue_id else each.queue_name,
                    responding_agent=answered
                    and replace(
                        answered,
                        name=name("agent", answered.agent_id, answered.name) if answered.agent_id else answered.name,
                    ),
                )
                for each in contact.destinations
                for answered in [each.responding_agent]
            ]
        )
        return replace(named, contact=replace(contact, destinations=stops))

    def _widened(self, pair: Pair) -> Pair:
        kinds: dict[str, PartyKind] = {"queues": "queue", "teams": "team", "agents": "agent"}
        kind = kinds.get(pair.scope.kind)
        if kind is None:
            return pair
        names = frozenset(one for each in pair.scope.names for one in self._joined(kind, each))
        return Pair(pair.permission, replace(pair.scope, names=pair.scope.names | names))

    def _joined(self, kind: PartyKind, name: str) -> Iterable[str]:
        """Yield the ids that are one with a party; queues are named in any case, by id or by name."""
        if kind == "queue":
            yield from self.widened(kind, (name,))
        else:
            yield from self.ids(kind, name)


NO_ALIASES = Aliases()


def checked_name(given: str) -> str:
    """Return a name without blanks around it. Raises ``RequestError`` ``name.invalid``."""
    name = given.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        message = coded("a name has 1 to {n} characters", n=LONGEST_NAME)
        raise RequestError(message, code="name.invalid", field="name", value=name[:50])
    return name


def renamed(wanted: Rename, before: str | None, by: str, at: datetime, *, is_given: bool = False) -> DirectoryChange:
    """Return a new name as a change. ``is_given``: the name before was given by a person, and not by a sender.

    Raises ``RequestError`` ``name.invalid``; ``ConflictError`` ``directory.named_already``.
    """
    name = checked_name(wanted.name)
    if is_given and name == before:
        message = coded("{id} is called {name} already", id=wanted.id, name=name)
        raise ConflictError(message, code="directory.named_already", field="name", value=name)
    return DirectoryChange(change_id=_new_id(), kind=wanted.kind, id=wanted.id, name=name, before=before, by=by, at=at)


def merged(
    wanted: Merge, names: tuple[str | None, str | None], aliases: Aliases, by: str, at: datetime
) -> DirectoryChange:
    """Return a merge as a change. ``names`` are those of the one that goes and of the one that stays.

    Raises ``ConflictError`` ``directory.merged_already``.
    """
    kind, party, into = wanted.kind, wanted.id, wanted.into
    if aliases.head(kind, party) == aliases.head(kind, into):
        message = coded("{id} and {other} are one already", id=party, other=into)
        raise ConflictError(message, code="directory.merged_already", field="into", value=into)
    if aliases.head(kind, party) != party:
        message = coded(
            "{id} is merged into {name}; undo that first, or merge that one", id=party, name=aliases.head(kind, party)
        )
        raise ConflictError(message, code="directory.merged_already", field="id", value=party)
    before, name = names
    return DirectoryChange(change_id=_new_id(), kind=kind, id=party, into=into, name=name, before=before, by=by, at=at)


def undone(change: DirectoryChange, in_force: Sequence[DirectoryChange], by: str, at: datetime) -> DirectoryChange:
    """Return a change that is undone. ``in_force`` are those of the app, the oldest first.

    Raises ``ConflictError`` ``directory.undone``; ``directory.not_last`` where a later name is in force.
    """
    if not change.is_in_force:
        raise ConflictError("change {id} is undone already", id=change.change_id, code="directory.undone")
    if change.into is None:
        last = [each for each in in_force if each.into is None and (each.kind, each.id) == (change.kind, change.id)][-1]
        if last.change_id != change.change_id:
            message = coded("{id} was renamed again since; undo {name} first", id=change.id, name=last.change_id)
            raise ConflictError(message, code="directory.not_last", field="change_id", value=change.change_id)
    return replace(change, undone_by=by, undone_at=at)


def _new_id() -> str:
    return f"dc-{uuid.uuid4().hex[:12]}"
