"""The effect of a taxonomy before it is published: the newest conversations, sorted with and without it."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from auscult.analyzers.topics.configured_intents import ConfiguredIntents, Found
from auscult.domain.definitions.taxonomy import Node, Taxonomy
from auscult.domain.engines import Engines
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.conversations.latest import Sought, newest_recorded
from auscult.services.scoring.engine_calls.ask_local import ask_local
from auscult.storage.store import AppStore

MOST_READ = 200
"""The newest conversations that are sorted at most."""

_UNKNOWN = Insights()
TopicNames = tuple[str, ...]
"""The names from the first level down to a topic."""


class Moved(Struct, frozen=True, kw_only=True):
    """A conversation whose topics change. ``said`` are the words that show it, and ``confidence`` that of the new topic.

    They are those of a turn, which had the topic ``former`` of this taxonomy before; empty where it had none.
    """

    conversation_id: str
    before: tuple[TopicNames, ...]
    after: tuple[TopicNames, ...]
    turn_id: str
    former: TopicNames
    said: str
    confidence: float | None


class TopicEffect(Struct, frozen=True, kw_only=True):
    """The effect of a taxonomy. A topic that was only moved or renamed keeps its conversations.

    ``read`` are the conversations in its languages; ``moved`` are the newest first.

    ``without`` is how many of them have no topic, before and after. ``topics`` are their numbers after.
    """

    read: int
    moved: tuple[Moved, ...]
    without: tuple[int, int]
    topics: Counter[TopicNames]

    @property
    def moves(self) -> Counter[tuple[tuple[TopicNames, ...], tuple[TopicNames, ...]]]:
        """Count the conversations by the topics that they leave and those that they get."""
        return Counter((each.before, each.after) for each in self.moved)


def newest_cases(app: AppStore, without: Iterable[str] = ()) -> list[EvaluatedConversation]:
    """Return the newest conversations, without some by id."""
    return newest_recorded(app, Sought(without=tuple(sorted(without))), MOST_READ)


def topic_effect(
    cases: Sequence[EvaluatedConversation], in_force: Iterable[Taxonomy], draft: Taxonomy, engines: Engines
) -> TopicEffect:
    """Sort conversations by the taxonomies in force, and with another one in place of that of its id.

    Raises ``EngineError`` where no engine learns from examples.
    """
    present = list(in_force)
    old = ConfiguredIntents(present)
    new = ConfiguredIntents([*(each for each in present if each.id != draft.id), draft])
    spoken = {language for each in (*present, draft) if each.id == draft.id for language in each.languages}
    read = [each for each in cases if each.language.casefold().partition("-")[0] in spoken]
    asked = (sorting.question(case.conversation, case.insights or _UNKNOWN) for sorting in (old, new) for case in read)
    answers = ask_local(filter(None, asked), engines)
    moved: list[Moved] = []
    none_before = none_after = 0
    topics: Counter[TopicNames] = Counter()
    former = next((each for each in present if each.id == draft.id), None)
    stay = elsewhere(former, draft) if former else {}
    own = {*draft.names(), *(former.names() if former else ())}
    for case in read:
        before, after = (_sorted(sorting, case, answers) for sorting in (old, new))
        before = {stay.get(each, each): found for each, found in before.items()}
        none_before, none_after = none_before + (not before), none_after + (not after)
        topics.update(after.keys())
        if before.keys() != after.keys():
            moved.append(_moved(case, before, after, own))
    return TopicEffect(read=len(read), moved=tuple(moved), without=(none_before, none_after), topics=topics)


def sorted_with(
    cases: Sequence[EvaluatedConversation], taxonomies: Iterable[Taxonomy], engines: Engines
) -> list[dict[TopicNames, Found]]:
    """Return the topics of each conversation by some taxonomies. Raises ``EngineError`` as ``topic_effect`` does."""
    sorting = ConfiguredIntents(taxonomies)
    questions = [sorting.question(case.conversation, case.insights or _UNKNOWN) for case in cases]
    answers = ask_local(filter(None, questions), engines)
    return [_sorted(sorting, case, answers) for case in cases]


def elsewhere(former: Taxonomy, draft: Taxonomy) -> dict[TopicNames, TopicNames]:
    """Return the topics that were moved or renamed in the draft, each with its path there.

    They keep their name, or else their sentences, and nothing else there has it or them.
    """
    before, after = _ends(former), _ends(draft)
    gone = {names: node for names, node in before.items() if names not in after}
    come = {names: node for names, node in after.items() if names not in before}
    found: dict[TopicNames, TopicNames] = {}
    for is_same in (_has_name, _has_sentences):
        for names, node in gone.items():
            same = [other for other, its in come.items() if is_same(its, node) and other not in found.values()]
            if len(same) == 1 and names not in found:
                found[names] = same[0]
    return found


def present_names(versions: Iterable[Taxonomy], draft: Taxonomy) -> dict[TopicNames, TopicNames]:
    """Return the topics of former versions that the draft has elsewhere, each with its path there.

    ``versions`` are the newest first: a topic that was moved in one and renamed in the next is followed through both.
    """
    found: dict[TopicNames, TopicNames] = {}
    ends, later = draft.end_names(), draft
    for version in versions:
        for names, there in elsewhere(version, later).items():
            last = found.get(there, there)
            if names not in ends and last in ends:
                found.setdefault(names, last)
        later = version
    return found


def _ends(taxonomy: Taxonomy) -> dict[TopicNames, Node]:
    return {tuple(node.name for node in path): path[-1] for path in taxonomy.ends()}


def _has_name(one: Node, other: Node) -> bool:
    return one.name == other.name


def _has_sentences(one: Node, other: Node) -> bool:
    its = (one.description, one.examples)
    return any(its) and its == (other.description, other.examples)


def _sorted(sorting: ConfiguredIntents, case: EvaluatedConversation, answers: Answers) -> dict[TopicNames, Found]:
    found = sorting.found(case.conversation, answers, case.insights or _UNKNOWN)
    return {tuple(node.name for node in each.path): each for each in found}


def _moved(
    case: EvaluatedConversation,
    before: dict[TopicNames, Found],
    after: dict[TopicNames, Found],
    own: Collection[TopicNames],
) -> Moved:
    gone = tuple(each for each in before if each not in after)
    come = tuple(each for each in after if each not in before)
    shown = after[come[0]] if come else before[gone[0]]
    turns = {turn.id: turn.text for turn in case.conversation.turns}
    return Moved(
        conversation_id=case.conversation.id,
        before=gone,
        after=come,
        turn_id=shown.turns[0],
        former=next((each for each, found in before.items() if each in own and shown.turns[0] in found.turns), ()),
        said=turns[shown.turns[0]],
        confidence=float(shown.confidence) if come else None,
    )
