"""Rows of the listing as facts that can be counted."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from auscult.domain.ai_agents.context import HandledBy
from auscult.domain.conversation import Agent, Channel, Direction, Queue
from auscult.domain.definitions.taxonomy import BELOW
from auscult.domain.directory import Aliases
from auscult.domain.evaluation import Status
from auscult.domain.insights.overview import Fact, Key, Kind, Mention
from auscult.services.scoring.listing import ListedAudit, ListedContact, ListedInsights

INELIGIBLE: frozenset[Status] = frozenset({"below_threshold", "duration_unavailable", "sides_unknown"})

_RESOLVED = {"YES": True, "NO": False}
_WAITS = ((28_000, "up to 28 s"), (40_000, "28 to 40 s"), (120_000, "40 s to 2 min"))
"""Longest waits in ms -> their names; the first two are the vendor's zones of answering (28 s is good, 40 s is fair)."""
_LONGEST = "over 2 min"
_TRANSFERS = ("no transfer", "1 transfer")
_MORE_TRANSFERS = "2 or more transfers"


class Listed(Struct):
    """Fields read from a row of the listing. Rows older than analysis lack some of it."""

    id: str
    channel: Channel
    direction: Direction
    started_at: datetime
    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    status: Status
    score: int | None
    passed: bool | None
    audit: ListedAudit
    handled_by: HandledBy = "human"
    missed_metrics: tuple[str, ...] = ()
    insights: ListedInsights | None = None
    contact: ListedContact | None = None


decoded = msgspec.json.Decoder(Listed).decode


def joined(listed: Listed, aliases: Aliases) -> Listed:
    """Return a row whose queues and agents have the ids and names that stay of what is renamed and merged, each once."""
    if aliases:
        queues = {each.id: each for each in map(aliases.queue, listed.queues)}
        agents = {each.id: each for each in map(aliases.agent, listed.agents)}
        listed.queues, listed.agents = tuple(queues.values()), tuple(agents.values())
    return listed


def is_left_out(listed: Listed) -> bool:
    """Return whether it is too short to count, and was not audited by a person either."""
    return listed.status in INELIGIBLE and listed.audit.state != "audited"


def fact_of(listed: Listed) -> Fact:
    """Return what is counted of a row."""
    insights, contact = listed.insights, listed.contact
    sentiment = insights.sentiment if insights else None
    return Fact(
        conversation_id=listed.id,
        is_analysed=insights is not None,
        score=listed.score,
        passed=listed.passed,
        sentiment=round(10 * sentiment.score) if sentiment else None,
        is_resolved=_RESOLVED.get(insights.resolution or "") if insights else None,
        is_escalated=insights.escalation if insights else None,
        is_churn_risk=insights.churn_risk if insights else None,
        mentions=tuple(_mentions(listed)),
        csat=contact.csat if contact else None,
        nps=contact.nps if contact else None,
    )


def _mentions(listed: Listed) -> Iterator[Mention]:
    insights = listed.insights
    if insights:
        for each in insights.intents or ():
            yield Mention("intent", each.name, None if each.score is None else 10 * each.score)
        for each in insights.topics or ():
            yield Mention("topic", each.name, None if each.score is None else 10 * each.score)
        for node in insights.configured_intents or ():
            sentiment = None if node.sentiment is None else 10 * node.sentiment
            yield Mention("configured_intent", BELOW.join(node.path), sentiment, node.is_resolved)
    for metric in listed.missed_metrics:
        yield Mention("missed_metric", metric)
    for queue in listed.queues:
        yield Mention("queue", queue.id)
    yield from _handlers(listed)
    if listed.contact:
        yield from _service(listed.contact)


def _handlers(listed: Listed) -> Iterator[Mention]:
    yield Mention("handled_by", listed.handled_by)
    for agent in listed.agents:
        if agent.kind != "ai":
            yield Mention("agent", agent.id)
        elif listed.handled_by == "ai":  # else the score is that of a person's part
            yield Mention("ai_agent", agent.id)
            yield Mention("ai_version", f"{agent.id} {agent.version or ''}".strip())


def _service(contact: ListedContact) -> Iterator[Mention]:
    if (wait := contact.wait_ms) is not None:
        yield Mention("wait", next((name for longest, name in _WAITS if wait <= longest), _LONGEST))
    if (transfers := contact.transfers) is not None:
        yield Mention("transfers", _TRANSFERS[transfers] if transfers < len(_TRANSFERS) else _MORE_TRANSFERS)


class Names:
    """Names of queues and agents, the last that was seen of each: one id is one group, however it was renamed."""

    def __init__(self) -> None:
        """Begin without names."""
        self._names: dict[Key, str] = {}

    def see(self, listed: Listed) -> None:
        """Store the names of a row; rows come in the order of time."""
        self._names.update(self.of(listed))

    def add(self, names: Mapping[Key, str]) -> None:
        """Add names of later rows."""
        self._names.update(names)

    @staticmethod
    def of(listed: Listed) -> Iterator[tuple[Key, str]]:
        """Yield the names of a row."""
        for queue in listed.queues:
            if queue.name:
                yield ("queue", queue.id), queue.name
        for agent in listed.agents:
            if agent.name:
                yield ("ai_agent" if agent.kind == "ai" else "agent", agent.id), agent.name

    def name(self, key: Key) -> str:
        """Return the name of a queue or an agent; the id where none is known."""
        return self._names.get(key, key[1])

    def label(self, key: Key) -> Key:
        """Return a kind and an id as a kind and a label: name and id, as two agents may have one name."""
        name = self._names.get(key)
        return (key[0], f"{name} ({key[1]})") if name else key


def is_called(mention: Mention, kind: Kind, name: str) -> bool:
    """Return whether a mention is of a group: by its name, of a queue, an agent or an AI agent by the id with or without a name."""
    if mention.kind != kind:
        return False
    return mention.name == name or (kind in ("queue", "agent", "ai_agent") and name.endswith(f" ({mention.name})"))
