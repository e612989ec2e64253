"""The topics of a taxonomy by the conversations that were sorted to them, as they are stored: counted, and a few of them.

They are read from the listing, the newest first; it has the names of the topics and not the version that sorted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice, pairwise
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from msgspec import Struct

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.definitions.taxonomy import Node, Taxonomy
from auscult.domain.insight import Topic
from auscult.services.conversations.latest import Sought, each_row
from auscult.services.history.topic_effect import TopicNames, present_names
from auscult.services.scoring.classification import in_force
from auscult.storage.store import AppStore

MOST_READ = 5_000
"""The newest conversations that are read at most: the builder of a taxonomy waits for their number at each topic."""
MOST_WEIGHED = 50
"""The newest conversations of a topic of which the least sure are chosen."""
MOST_SHOWN = 6
MOST_LEFT = 12
"""The newest conversations without a topic that are shown."""
FIRST_TURNS = 3
"""The customer's first turns, of which the longest is taken for what they want."""


class TopicCounts(Struct, frozen=True, kw_only=True):
    """Conversations by topic. ``read``: those in the languages of the taxonomy; ``without`` of them have no topic.

    ``since`` and ``until`` are the starts of the first and the last of them. ``topics`` counts a conversation once at a topic
    and at each above it; ``stored`` are the topics by which lists find these: of one that was moved or renamed, its former names.
    """

    read: int
    since: datetime | None
    until: datetime | None
    without: int
    topics: Counter[TopicNames]
    stored: Mapping[TopicNames, Sequence[TopicNames]] = MappingProxyType({})


class SortedHere(NamedTuple):
    """A conversation that has a topic: the customer's turn that decided, and how sure that was, from 0 to 1."""

    conversation: Conversation
    turn: Turn
    confidence: float


class NotRecognised(NamedTuple):
    """A conversation without a topic, and the customer's turn that most likely has their request."""

    conversation: Conversation
    turn: Turn


class _Node(Struct):
    path: TopicNames


class _Insights(Struct):
    language: str | None = None
    configured_intents: tuple[_Node, ...] | None = None


class _Listed(Struct):
    """The fields of a row of the listing that are read."""

    id: str
    language: str
    started_at: datetime
    insights: _Insights | None = None


_DECODE = msgspec.json.Decoder(_Listed).decode


class SortedTopics:
    """The newest conversations by the topics of a draft. One that was moved or renamed keeps its conversations."""

    def __init__(
        self, app: AppStore, versions: Sequence[Taxonomy], draft: Taxonomy, without: Iterable[str] = ()
    ) -> None:
        """``versions`` are the published ones, the newest first; conversations of ``without``, by id, are left out."""
        self.draft = draft
        self._app = app
        self._versions = versions
        self._without = tuple(sorted(without))
        self._stay = present_names(versions, draft)

    def counts(self) -> TopicCounts:
        """Count the conversations at each topic."""
        topics: Counter[TopicNames] = Counter()
        read = none = 0
        since: datetime | None = None
        until: datetime | None = None
        for listed, ends in self._sorted():
            read, none = read + 1, none + (not ends)
            since, until = listed.started_at, until or listed.started_at
            topics.update({end[:length] for end in ends for length in range(1, len(end) + 1)})
        stored = {names: self._stored(names) for names in topics}
        return TopicCounts(read=read, since=since, until=until, without=none, topics=topics, stored=stored)

    def here(self, names: TopicNames) -> list[SortedHere]:
        """Return some that have a topic, the least sure first, the same words once."""
        its = (listed.id for listed, ends in self._sorted() if names in ends)
        ids = list(islice(its, MOST_WEIGHED))
        found: dict[str, SortedHere] = {}
        for case in self._app.conversations.recorded(ids).values():
            topics = _ends((case.insights.configured_intents if case.insights else None) or ())
            topic = next((topic for path, topic in topics if self._stay.get(path, path) == names), None)
            turns = {turn.id: turn for turn in case.conversation.turns}
            turn = next((turns[each] for each in topic.turns if each in turns), None) if topic else None
            if topic and turn:
                found.setdefault(turn.text.casefold(), SortedHere(case.conversation, turn, float(topic.confidence)))
        return sorted(found.values(), key=lambda each: (each.confidence, each.conversation.id))[:MOST_SHOWN]

    def not_recognised(self) -> Iterator[NotRecognised]:
        """Yield the newest without a topic in which the customer says something, the same words once."""
        ids = [listed.id for listed, ends in self._sorted() if not ends][:MOST_WEIGHED]
        cases = self._app.conversations.recorded(ids)
        said: set[str] = set()
        for conversation in (cases[each].conversation for each in ids if each in cases):
            turns = [turn for turn in conversation.turns if turn.speaker == "customer"][:FIRST_TURNS]
            turn = max(turns, key=lambda each: len(each.text), default=None)
            if turn is not None and turn.text.casefold() not in said:
                said.add(turn.text.casefold())
                yield NotRecognised(conversation, turn)

    def _stored(self, names: TopicNames) -> list[TopicNames]:
        """Return a topic by which its conversations are found; where any was moved or renamed, all those below it by all their names."""
        if not self._stay:
            return [names]
        below = {each for each in self.draft.end_names() if each[: len(names)] == names}
        return sorted({*below, *(before for before, now in self._stay.items() if now in below)})

    def _sorted(self) -> Iterator[tuple[_Listed, set[TopicNames]]]:
        """Yield those that were sorted, each with its topics in the draft that have none below them.

        Those of a former version that are not in the draft are among them, and none of other taxonomies.
        """
        draft = self.draft
        others = {
            names
            for each in in_force(self._app.definitions).values()
            if each.id != draft.id
            for names in each.end_names()
        }
        others -= draft.end_names()
        languages = {language for each in (draft, *self._versions[:1]) for language in each.languages}
        for row in each_row(self._app, Sought(without=self._without), MOST_READ):
            listed = _DECODE(row)
            found = listed.insights
            language = ((found and found.language) or listed.language).casefold().partition("-")[0]
            if found is not None and found.configured_intents is not None and language in languages:
                yield listed, set(_placed(found.configured_intents, self._stay)) - others


def _placed(nodes: tuple[_Node, ...], stay: Mapping[TopicNames, TopicNames]) -> Iterator[TopicNames]:
    """Yield the topics that have none below them; each is listed before those below it."""
    for node, after in pairwise((*nodes, None)):
        if node and (after is None or len(after.path) <= len(node.path)):
            yield stay.get(node.path, node.path)


def _ends(topics: Iterable[Topic], above: TopicNames = ()) -> Iterator[tuple[TopicNames, Topic]]:
    for each in topics:
        path = (*above, each.name)
        if each.topics:
            yield from _ends(each.topics, path)
        else:
            yield path, each


def names_at(taxonomy: Taxonomy, path: tuple[str | int, ...]) -> TopicNames:
    """Return the names from the first level down to the topic at a path of the document; empty where there is none."""
    nodes: tuple[Node, ...] = taxonomy.topics
    names: list[str] = []
    for at in path[1::2]:
        if not isinstance(at, int) or at >= len(nodes):
            return ()
        names.append(nodes[at].name)
        nodes = nodes[at].topics
    return () if nodes else tuple(names)
