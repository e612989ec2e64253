"""Parties of a vCon: the agents, the customer, and the party of each speaker label."""

import re
from collections import Counter
from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

from auscult.domain.conversation import Agent, Customer, Direction, Speaker
from auscult.formats._documents import Json
from auscult.formats._vcon.document import Dialog, Document, Indexes, Party

_ROLES: dict[str, Speaker] = {
    **dict.fromkeys(
        (
            *("agent", "representative", "rep", "csr", "advisor", "adviser", "operator", "employee", "staff"),
            *("specialist", "supervisor", "manager", "sme", "consultant", "associate", "support", "human agent"),
            *("agent side", "support agent", "customer service", "service agent", "live agent"),
        ),
        "agent",
    ),
    **dict.fromkeys(
        (
            *("customer", "caller", "client", "user", "end user", "consumer", "contact", "patient", "guest"),
            *("member", "visitor", "subscriber", "customer side"),
        ),
        "customer",
    ),
    **dict.fromkeys(
        ("bot", "ivr", "assistant", "chatbot", "voicebot", "virtual agent", "virtual assistant", "ai", "ai agent"),
        "bot",
    ),
    "system": "system",
    "unknown": "unknown",
}
_DIRECTIONS: dict[str, Direction] = {
    **dict.fromkeys(("in", "inbound", "incoming"), "inbound"),
    **dict.fromkeys(("out", "outbound", "outgoing"), "outbound"),
}
_SEPARATORS = re.compile(r"[\s_-]+")
_COUNT = re.compile(r" ?\d+$")
_PIECES = re.compile(r"[()\[\]|/,:]| - ")
_SHORTEST_BOT = 3
"""Characters of a name that shows a bot: Ai is a name of people."""


class Person(NamedTuple):
    """One party, as a conversation needs it."""

    speaker: Speaker
    party: Party
    identity: str | None

    @property
    def agent_id(self) -> str | None:
        """The agent's id, where this is an agent."""
        return self.identity if self.speaker == "agent" else None


class Speaking(NamedTuple):
    """Speaker of a turn."""

    speaker: Speaker
    agent_id: str | None = None


def mapping(value: Json) -> dict[str, Json]:
    """Return the value where it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def flat(indexes: Indexes) -> list[int]:
    """Party indexes in order, channels that several share opened up."""
    if not isinstance(indexes, list):
        return [] if indexes is None else [indexes]
    return [one for each in indexes if each is not None for one in (each if isinstance(each, list) else [each])]


def role_of(word: str) -> Speaker | None:
    """Read a role (``Agent``, ``customer_1``, ``IVR``), or None where the word says none."""
    bare = _SEPARATORS.sub(" ", word.strip().casefold())
    return _ROLES.get(bare) or _ROLES.get(_COUNT.sub("", bare))


def direction_of(document: Document, people: Sequence[Person]) -> Direction | None:
    """Read the direction: as ``meta`` says it, else by the explicit originator of a recording; None where unsaid."""
    dialogs = document.dialog or []
    for meta in (*(dialog.meta for dialog in dialogs), document.meta):
        if said := _DIRECTIONS.get(str(mapping(meta).get("direction", "")).casefold()):
            return said
    for dialog in dialogs:
        if dialog.type == "recording" and dialog.originator is not None and dialog.originator < len(people):
            speaker = people[dialog.originator].speaker
            return "inbound" if speaker == "customer" else "outbound" if speaker in ("agent", "bot") else None
    return None


def people_of(document: Document) -> list[Person]:
    """Return every party with its part: by its role, else by the remaining part, else by the first speaker.

    Where no party has a role, the one that began the first dialog is the customer (the agent, where the direction is
    outbound), and all others are on the other side.
    """
    parties = document.parties or []
    said = _without_supervisors(parties, [_said_role(party) for party in parties])
    customers = _customers(document, said)
    return [
        Person(speaker or ("customer" if index in customers else "agent"), party, _identity(party))
        for index, (speaker, party) in enumerate(zip(said, parties, strict=True))
    ]


def agents_of(people: Sequence[Person]) -> list[Agent]:
    """Agents who can be named, each once."""
    agents = {
        person.identity: Agent(person.identity, person.party.name, _address(person.party))
        for person in people
        if person.speaker == "agent" and person.identity is not None
    }
    return list(agents.values())


def customer_of(people: Sequence[Person]) -> Customer | None:
    """Return the first customer, where anything is known of them."""
    person = next((person for person in people if person.speaker == "customer"), None)
    if person is None or (person.identity is None and person.party.name is None):
        return None
    return Customer(person.identity, person.party.name)


class Labels:
    """Parties of a transcript's speaker labels, as far as roles and names show them."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people
        names = Counter(name for person in people for name in _names(person.party))
        self._by_name = {
            name: person for person in people for name in _names(person.party) if names[name] == 1
        }  # a first name that two share names nobody
        self._only_agent = _only_agent(people)

    def are_among(self, dialogs: Sequence[Dialog]) -> bool:
        """Return whether every agent is a party of a dialog, so that those of one are all its agents."""
        listed = {index for dialog in dialogs for index in flat(dialog.parties)}
        return all(index in listed for index, person in enumerate(self._people) if person.speaker == "agent")

    def among(self, indexes: Sequence[int]) -> "Labels":
        """Return the same for a dialog of these parties: where one of them is an agent, a label ``Agent`` is that one."""
        narrowed = copy(self)
        here = _only_agent([self._people[index] for index in indexes if 0 <= index < len(self._people)])
        narrowed._only_agent = here or self._only_agent  # noqa: SLF001  (its own)
        return narrowed

    def party(self, index: int) -> Speaking | None:
        """Return the party with this index."""
        if not 0 <= index < len(self._people):
            return None
        return Speaking(self._people[index].speaker, self._people[index].agent_id)

    def read(self, label: str) -> Speaking | None:
        """Return the party of a label: by the party's name, address or id, else by the role in it."""
        for piece in (label, *_PIECES.split(label)):
            bare = piece.strip().casefold()
            if bare and (person := self._by_name.get(bare)) is not None:
                return Speaking(person.speaker, person.agent_id)
            if (speaker := role_of(piece)) is not None:
                return Speaking(speaker, self._only_agent if speaker == "agent" else None)
        return None

    def alone(self) -> Speaking | None:
        """Return the only party, where there is only one."""
        return Speaking(self._people[0].speaker, self._people[0].agent_id) if len(self._people) == 1 else None

    def answering(self, dialog: Dialog | None, direction: Direction) -> tuple[Speaking, Speaking] | None:
        """Return the answering and the beginning party, where one agent and one customer spoke; else None."""
        indexes = flat(dialog.parties) if dialog is not None else []
        people = [self._people[index] for index in indexes if 0 <= index < len(self._people)] or list(self._people)
        agents = [person for person in people if person.speaker in ("agent", "bot")]
        customers = [person for person in people if person.speaker == "customer"]
        if len(agents) != 1 or len(customers) != 1:
            return None
        agent, customer = Speaking(agents[0].speaker, agents[0].agent_id), Speaking("customer")
        return (agent, customer) if direction == "inbound" else (customer, agent)


def _only_agent(people: Sequence[Person]) -> str | None:
    agents = [person for person in people if person.speaker == "agent"]
    return agents[0].identity if len(agents) == 1 else None


def _without_supervisors(parties: Sequence[Party], said: list[Speaker | None]) -> list[Speaker | None]:
    """Return roles in which a supervisor who joins an agent is neither the agent nor the customer."""
    joined = [any(word.casefold() == "supervisor" for word in _role_words(party)) for party in parties]
    if not any(role == "agent" and not joining for role, joining in zip(said, joined, strict=True)):
        return said
    return ["unknown" if joining else role for role, joining in zip(said, joined, strict=True)]


def _said_role(party: Party) -> Speaker | None:
    """Return the role of a party. A bot may have the role of an agent, and show only by its type or name what it is."""
    said: list[Speaker] = [role for word in _role_words(party) if (role := role_of(word)) is not None]
    name = party.name or ""
    is_bot = "bot" in said or (role_of(name) == "bot" and len(name) >= _SHORTEST_BOT)
    first = next(iter(said), None)
    if is_bot and first in (None, "agent"):
        return "bot"
    return first


def _role_words(party: Party) -> list[str]:
    meta = mapping(party.meta)
    return [word for word in (party.role, meta.get("role"), party.type, meta.get("type")) if isinstance(word, str)]


def _customers(document: Document, said: Sequence[Speaker | None]) -> set[int]:
    """Return the customers among the parties without a role; the others are agents."""
    everybody = set(range(len(said)))
    if "customer" in said:
        return set()
    if "agent" in said or ("bot" in said and said.count(None) == 1):
        return everybody
    opener = {_opener(document, len(said))}
    return everybody - opener if direction_of(document, []) == "outbound" else opener


def _opener(document: Document, count: int) -> int:
    for dialog in document.dialog or []:
        began = [dialog.originator] if dialog.originator is not None else flat(dialog.parties)
        if began and 0 <= began[0] < count:
            return began[0]
    return 0


def _address(party: Party) -> str | None:
    address = party.mailto or party.email
    return address.removeprefix("mailto:") if address else None


def _identity(party: Party) -> str | None:
    """Return the identity of a party across conversations."""
    tel = party.tel.removeprefix("tel:") if party.tel else None
    return party.uuid or _address(party) or tel or party.sip or party.name or None


def _names(party: Party) -> set[str]:
    given = (party.name, _address(party), party.tel, party.sip, party.uuid)
    first = (party.name or "").split()[:1]
    return {name.strip().casefold() for name in (*given, *first) if name and name.strip()}
