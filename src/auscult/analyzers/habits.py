"""How each agent spoke: whether trouble was answered with empathy, and how many crutch words they lean on.

Scores go from 0 to 10, 10 best, and stand beside the counts that they come from (docs/reference/analyzers.md).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import ClassVar, NamedTuple

from auscult.analyzers._agent_phrases import APOLOGIES, EMPATHY, NO_EMPATHY
from auscult.analyzers._contract import Unknown
from auscult.analyzers._crutch_words import crutch_words
from auscult.analyzers._evidence import cite, unsupported
from auscult.analyzers._people import by_agent
from auscult.analyzers._phrases import Claims
from auscult.analyzers._tone import customer_probes
from auscult.analyzers._trouble import Trouble, trouble_probes, troubles
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evidence
from auscult.domain.insight import AgentHabits, Insights
from auscult.domain.probe import Answers, Probe
from auscult.domain.words import count_words

REPLIES = 3
"""In so many of the agent's turns after trouble was told, empathy answers it."""
FEWEST_WORDS = 20
"""Of fewer words than that nothing can be said about the crutch words among them."""
MAX_EVIDENCE = 10
BEST = 10
ANSWERED = Trouble(sound="by the answer")
_EMPATHY = Claims(EMPATHY, NO_EMPATHY)
_SYMPATHY = Claims(EMPATHY[APOLOGIES:], NO_EMPATHY)


class Sought(NamedTuple):
    """Empathy that was sought: the turn that told of trouble, why it counts, who was to answer, and the answer."""

    turn: Turn
    trouble: Trouble
    agent_id: str | None
    answer: Turn | None


class Habits:
    """Empathy and crutch words of each agent."""

    field: ClassVar[str] = "habits"
    languages: frozenset[str] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """How the customer's turns sound, and whether they tell of trouble."""
        return (*customer_probes(conversation), *trouble_probes(conversation))

    def analyze(
        self, conversation: Conversation, answers: Answers, known: Insights
    ) -> tuple[AgentHabits, ...] | Unknown:
        """A row for each agent, in the order in which they first speak."""
        agents = by_agent(conversation)
        if not agents:
            return Unknown("the agent never speaks")
        if (obstacle := unsupported(conversation, known, self.languages)) is not None:
            return obstacle
        sought = list(_sought(conversation, troubles(conversation, answers), agents))
        return tuple(
            _row(agent_id, turns, [one for one in sought if one.agent_id == agent_id])
            for agent_id, turns in agents.items()
        )


def _sought(
    conversation: Conversation, troubles: Mapping[str, Trouble], agents: Mapping[str | None, Sequence[Turn]]
) -> Iterator[Sought]:
    """Each stretch of the customer's talk that tells of trouble, with what the agent who replied made of it.

    A stretch that is answered with sympathy at once told of trouble, whatever it said; an apology may be for anything.
    Talk that nobody replies to is nobody's to answer.
    """
    agent_of = {turn.id: agent_id for agent_id, turns in agents.items() for turn in turns}
    stretches = [stretch for stretch in _stretches(conversation) if stretch.replies]
    replied = [turn.text for stretch in stretches for turn in stretch.replies]
    is_shown = _EMPATHY.phrases.found_in(replied)
    telling = [next((turn for turn in stretch.said if turn.id in troubles), None) for stretch in stretches]
    answered: Turn | None = None
    for place, (said, replies) in enumerate(stretches):
        told = telling[place]
        if told is None:
            sympathy = next((turn for turn in replies if is_shown and _SYMPATHY.first(turn.text)), None)
            if sympathy is not None and sympathy is not answered:
                yield Sought(said[0], ANSWERED, agent_of[sympathy.id], sympathy)
            continue
        agent_id = agent_of[replies[0].id]
        until = next((later for later in range(place + 1, len(telling)) if telling[later]), len(telling))
        own = [turn for stretch in stretches[place:until] for turn in stretch.replies if agent_of[turn.id] == agent_id]
        answered = next((turn for turn in own[:REPLIES] if is_shown and _EMPATHY.first(turn.text)), None)
        yield Sought(told, troubles[told.id], agent_id, answered)


class Stretch(NamedTuple):
    """What the customer says without a break, and what agents reply before the customer speaks again."""

    said: Sequence[Turn]
    replies: Sequence[Turn]


def _stretches(conversation: Conversation) -> Iterator[Stretch]:
    said: list[Turn] = []
    replies: list[Turn] = []
    for turn in conversation.turns:
        if turn.speaker == "customer" and turn.text.strip():
            if replies:
                yield Stretch(said, replies)
                said, replies = [], []
            said.append(turn)
        elif turn.speaker == "agent" and turn.text.strip() and said:
            replies.append(turn)
    if said:
        yield Stretch(said, replies)


def _row(agent_id: str | None, turns: Sequence[Turn], sought: Sequence[Sought]) -> AgentHabits:
    shown = sum(one.answer is not None for one in sought)
    words = sum(count_words(turn.text) for turn in turns)
    counts: Counter[str] = Counter()
    for turn in turns:
        counts.update(crutch_words(turn.text))
    return AgentHabits(
        agent_id=agent_id,
        empathy=_one_decimal(Decimal(BEST * shown) / len(sought)) if sought else None,
        crutch_words=None if words < FEWEST_WORDS else crutch_score(counts.total(), words),
        crutch_counts=dict(sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))),
        empathy_sought=len(sought),
        empathy_shown=shown,
        words=words,
        evidence=(*map(_shown, sought[:MAX_EVIDENCE]), *_leaning(turns)),
    )


def crutch_score(crutches: int, words: int) -> Decimal:
    """10 without any, a point less for each crutch word in a hundred words, 0 at worst."""
    return _one_decimal(max(Decimal(0), BEST - Decimal(100 * crutches) / words))


def _one_decimal(score: Decimal) -> Decimal:
    return score.quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def _shown(one: Sought) -> Evidence:
    if one.answer is None:
        return cite(one.turn, f"tells of trouble ({one.trouble.why}), and empathy does not answer it")
    claim = _EMPATHY.first(one.answer.text)
    return cite(one.answer, f"answers trouble with empathy: '{claim.words if claim else ''}'")


def _leaning(turns: Sequence[Turn]) -> list[Evidence]:
    """The turns with crutch words in them, those with the most first."""
    found = [(counts, turn) for turn in turns if (counts := crutch_words(turn.text))]
    found.sort(key=lambda pair: -sum(pair[0].values()))
    return [cite(turn, "crutch words: " + ", ".join(counts)) for counts, turn in found[: MAX_EVIDENCE // 2]]
