"""Topics of the app's taxonomies in a conversation, with the customer's feeling about each and whether it was met.

Each of the customer's sentences is compared with the names, descriptions and examples of all topics that have none
below them. An engine that learns from a few examples returns the closest topic and its distance; together with
the weight of the sentence that decides (docs/reference/analyzers.md has the figures).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import ClassVar, NamedTuple

from msgspec.structs import replace

from auscult.analyzers._contract import Unknown
from auscult.analyzers._evidence import language_of, turns_of, unread_customer
from auscult.analyzers.outcome._points import ENOUGH as ENOUGH_POINTS
from auscult.analyzers.outcome._points import points
from auscult.analyzers.outcome._turn_indexes import follow
from auscult.analyzers.sentiment._feeling import feeling, stretches
from auscult.analyzers.sentiment._tone import customer_probes, customer_tones
from auscult.analyzers.topics._asking import EACH_LATER, LATEST, pieces, weight_of
from auscult.analyzers.topics._names import without_introduction
from auscult.domain.conversation import Conversation
from auscult.domain.definitions.taxonomy import LEVELS, Node, Taxonomy
from auscult.domain.errors import coded
from auscult.domain.insight import Insights, Topic
from auscult.domain.probe import Answers, Examples, FewShot, FewShotAnswer, Probe

ENOUGH = 0.25
"""A topic is found from this on: its probability times its closeness times what the sentence weighs."""
ENGLISH = "en"

TopicPath = tuple[Node, ...]


class Found(NamedTuple):
    """A topic without others below it, at the end of a path, that was found; the turns that show it, in order."""

    path: TopicPath
    confidence: Decimal
    turns: tuple[str, ...]


TopicAtPath = tuple[TopicPath, Topic]
"""The same, as it is shown."""


class ConfiguredIntents:
    """Configured intents of one app."""

    field: ClassVar[str] = "configured_intents"

    def __init__(self, taxonomies: Iterable[Taxonomy] = ()) -> None:
        """Sort by these taxonomies: those that are in force for the app."""
        given = tuple(taxonomies)
        self.taxonomies = tuple([f"{taxonomy.id} {taxonomy.version}" for taxonomy in given])
        paths: dict[str, list[TopicPath]] = {}
        for taxonomy in given:
            for language in taxonomy.languages:
                paths.setdefault(language, []).extend(taxonomy.ends())
        self._paths = {language: tuple(some) for language, some in paths.items() if some}
        self._examples = {language: _examples(some) for language, some in self._paths.items()}

    @property
    def languages(self) -> frozenset[str]:
        """Return the languages of the taxonomies; where there is none at all, English, in which it could be missed."""
        return frozenset(self._paths) or frozenset({ENGLISH})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about each of the customer's sentences, in every possible language, and about tone."""
        if not self._paths or not pieces(conversation):
            return ()
        asked = dict.fromkeys(self._probe(conversation, language) for language in self._paths)
        return (*asked, *customer_probes(conversation))

    def question(self, conversation: Conversation, known: Insights) -> FewShot | None:
        """Return the one question that ``found`` needs answered; None where nothing can be found."""
        language = language_of(conversation, known)
        return self._probe(conversation, language) if language in self._paths and pieces(conversation) else None

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> tuple[Topic, ...] | Unknown:
        """The topics that were found, as trees, in the order of the taxonomies."""
        if (obstacle := unread_customer(conversation, known, self.languages)) is not None:
            return obstacle
        if not self._paths:
            return Unknown(coded("no taxonomy is configured"))
        found = self.found(conversation, answers, known)
        order = {turn.id: index for index, turn in enumerate(conversation.turns)}
        return _trees(_topics_of(found, conversation, answers, known), order)

    def _probe(self, conversation: Conversation, language: str) -> FewShot:
        texts = [piece for _, piece in pieces(conversation)]
        if language == ENGLISH:
            texts = [without_introduction(text) for text in texts]
        return FewShot(self._examples[language], tuple(texts))

    def found(self, conversation: Conversation, answers: Answers, known: Insights) -> list[Found]:
        """The topics that sentences come close enough to, in the order of the taxonomies."""
        said, language = pieces(conversation), language_of(conversation, known)
        answer = answers[self._probe(conversation, language)] if said and language in self._paths else None
        if not isinstance(answer, FewShotAnswer):
            return []
        sure: dict[str, float] = {}
        turns: dict[str, dict[str, None]] = {}
        for index, ((turn, text), likely) in enumerate(zip(said, answer.likely, strict=True)):
            if not likely:
                continue
            topic, probability, closeness = likely[0]
            weight = weight_of(text, index) if language == ENGLISH else max(LATEST, EACH_LATER**index)
            if probability * closeness * weight >= ENOUGH:
                sure[topic] = max(probability, sure.get(topic, 0.0))
                turns.setdefault(topic, {})[turn.id] = None
        paths = self._paths[language]
        return [
            Found(paths[int(topic)], Decimal(str(sure[topic])).quantize(Decimal("0.01")), tuple(turns[topic]))
            for topic in sorted(sure, key=int)
        ]


def _examples(paths: Sequence[TopicPath]) -> Examples:
    """Return the examples of a topic: its name, alone and behind that of its parent, its description, its examples."""
    texts: list[tuple[str, ...]] = []
    for path in paths:
        *above, node = path
        given = (node.name, " ".join([one.name for one in (*above[-1:], node)]), node.description, *node.examples)
        texts.append(tuple(dict.fromkeys(text for text in given if text)))
    return Examples(tuple(map(str, range(len(paths)))), tuple(texts))


def _topics_of(
    found: Sequence[Found], conversation: Conversation, answers: Answers, known: Insights
) -> list[TopicAtPath]:
    """Return the topics found, with the customer's feeling about each and whether it was met, on level 3."""
    stretch_of = stretches(conversation, [one.turns[0] for one in found])
    found_topics: list[TopicAtPath] = []
    for one in found:
        node = one.path[-1]
        topic = Topic(name=node.name, level=node.level, confidence=one.confidence, turns=one.turns)
        if node.level == LEVELS:
            stretch = stretch_of[one.turns[0]]
            is_resolved = _is_resolved(stretch, conversation, answers, known) if node.has_resolution else None
            topic = replace(topic, sentiment=feeling(stretch, known).score, is_resolved=is_resolved)
        found_topics.append((one.path, topic))
    return found_topics


def _is_resolved(stretch: frozenset[str], conversation: Conversation, answers: Answers, known: Insights) -> bool | None:
    """Return whether the request in these turns of the customer was met; None where that is unknown, or there was none.

    Where they are all of the customer's turns, it is the outcome of the whole.
    """
    if known.resolution is None or known.resolution.resolution == "NA":
        return None
    customer = [index for index, turn in enumerate(conversation.turns) if turn.id in stretch]
    if len(customer) == len(turns_of(conversation, "customer")):
        return known.resolution.resolution == "YES"
    after = (
        index
        for index in range(customer[-1] + 1, len(conversation.turns))
        if conversation.turns[index].speaker == "customer"
    )
    part = replace(conversation, turns=conversation.turns[customer[0] : next(after, len(conversation.turns))])
    tones = [tone for tone in customer_tones(conversation, answers) if tone.turn.id in stretch]
    return points(follow(part, tones)) >= ENOUGH_POINTS


def _trees(found: Sequence[TopicAtPath], order: Mapping[str, int], level: int = 1) -> tuple[Topic, ...]:
    """Return topics under those above them. Topics under one are adjacent, for they are in the taxonomy's order."""
    trees: list[Topic] = []
    for _, some in groupby(found, key=lambda one: id(one[0][level - 1])):
        group = list(some)
        path, topic = group[0]
        if len(path) > level:
            below = _trees(group, order, level + 1)
            turns = {turn for one in below for turn in one.turns}
            topic = Topic(
                name=path[level - 1].name,
                level=level,
                confidence=max(one.confidence for one in below),
                topics=below,
                turns=tuple(sorted(turns, key=order.__getitem__)),
            )
        trees.append(topic)
    return tuple(trees)
