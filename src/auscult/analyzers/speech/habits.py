"""Speaking habits of each agent: trouble answered with empathy, and crutch words.

Scores are from 0 to 10, 10 best, with the counts they are made of (docs/reference/analyzers.md).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import ClassVar, NamedTuple

from auscult.analyzers._contract import NO_AGENT, Unknown, unheard
from auscult.analyzers._evidence import unsupported
from auscult.analyzers._packs import searched_together
from auscult.analyzers._people import by_agent
from auscult.analyzers.speech._crutch_words import crutch_words
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evidence, cite
from auscult.domain.insight import AgentHabits, Insights
from auscult.domain.probe import Answers, Probe
from auscult.domain.said.words import count_words
from auscult.votes import acts_probes, empathy, scored_turns_of
from auscult.wording import Matcher, pack

FEWEST_WORDS = 20
"""Of fewer words than that nothing can be said about the crutch words among them."""
MAX_EVIDENCE = 10
BEST = 10
TROUBLE = searched_together(pack("en/problem"))
SYMPATHY = Matcher(pack("en/sympathy"))


REPORTS, ANSWERS = "reports trouble", "answers trouble with empathy"


class Sought(NamedTuple):
    """Empathy that was sought: the turn that reports trouble, the agent who was to answer, and the answer."""

    turn: Turn
    agent_id: str | None
    answer: Turn | None


class Habits:
    """Empathy and crutch words of each agent."""

    field: ClassVar[str] = "habits"
    languages: frozenset[str] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the question about the dialogue acts."""
        return acts_probes(conversation)

    def analyze(
        self,
        conversation: Conversation,
        answers: Answers,
        known: Insights,
    ) -> tuple[AgentHabits, ...] | Unknown:
        """A row for each agent, in the order in which they first speak."""
        agents = by_agent(conversation)
        if not agents:
            return unheard(conversation, NO_AGENT)
        if (obstacle := unsupported(conversation, known, self.languages)) is not None:
            return obstacle
        sought = list(_sought(conversation, agents, _turns_of_trouble(conversation, answers)))
        return tuple(
            _row(agent_id, turns, [one for one in sought if one.agent_id == agent_id])
            for agent_id, turns in agents.items()
        )


class _Turns(NamedTuple):
    """Ids of the turns that report trouble, and of those that show empathy."""

    trouble: Collection[str]
    empathy: Collection[str]


def _turns_of_trouble(conversation: Conversation, answers: Answers) -> _Turns:
    """Return them by the packs that em-empathy reads, and, where heads were asked, by the dialogue acts.

    A turn whose words deny sympathy ("I am not sorry") shows none, whatever its act.
    """
    trouble = {turn.id for turn in conversation.turns if turn.speaker == "customer" and TROUBLE.holds(turn.text)}
    likely = [turn for turn in conversation.turns if turn.speaker == "agent" and SYMPATHY.holds(turn.text)]
    shown = {turn.id for turn in likely if SYMPATHY.affirms(turn.text)}
    scored_turns = scored_turns_of(conversation, answers)
    if scored_turns is None:
        return _Turns(trouble, shown)
    by_words = "YES" if shown else "NO" if trouble else "NA"
    decided = empathy(by_words, scored_turns)
    carried = {turn.id for turn in decided.shown} - ({turn.id for turn in likely} - shown)
    is_by_words = decided.answer == by_words and not (decided.trouble or decided.shown)
    if is_by_words or (decided.answer == "YES" and not carried):
        return _Turns(trouble, shown)
    return _Turns({turn.id for turn in decided.trouble}, carried)


class _Moment:
    """Trouble that the customer reported, until the next report: who is to answer, and with what they do."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.agent_id: str | None = None
        self.is_replied = False
        self.answer: Turn | None = None

    def hear(self, agent_id: str | None, turn: Turn, *, is_sympathy: bool) -> bool:
        """Count an agent's turn; return whether it is the answerer's."""
        if not self.is_replied:
            self.is_replied, self.agent_id = True, agent_id
        if self.agent_id != agent_id:
            return False
        if is_sympathy and self.answer is None:
            self.answer = turn
        return True


def _sought(conversation: Conversation, agents: Mapping[str | None, Sequence[Turn]], turns: _Turns) -> Iterator[Sought]:
    """Yield each report of trouble, with the sympathy of the agent who replied.

    What the customer reports before anyone replies is one report. Sympathy that answers none of them is an answer all
    the same: the agent saw trouble. Trouble without a reply is left unanswered by the agent who spoke last.
    """
    agent_of = {turn.id: agent_id for agent_id, turns in agents.items() for turn in turns}
    moment: _Moment | None = None
    last = next(iter(agents))
    for turn in conversation.turns:
        if turn.id in turns.trouble:
            if moment is not None and moment.is_replied:
                yield _closed(moment, last)
                moment = None
            moment = moment or _Moment(turn)
        elif turn.id in agent_of:
            last = agent_of[turn.id]
            is_sympathy = turn.id in turns.empathy
            is_answer = moment is not None and moment.hear(last, turn, is_sympathy=is_sympathy)
            if is_sympathy and not is_answer:
                yield Sought(turn, last, turn)
    if moment is not None:
        yield _closed(moment, last)


def _closed(moment: _Moment, last: str | None) -> Sought:
    return Sought(moment.turn, moment.agent_id if moment.is_replied else last, moment.answer)


def _row(agent_id: str | None, turns: Sequence[Turn], sought: Sequence[Sought]) -> AgentHabits:
    shown = sum(one.answer is not None for one in sought)
    words = sum(count_words(turn.text) for turn in turns)
    counts: Counter[str] = Counter()
    for said in filter(None, (crutch_words(turn.text) for turn in turns)):
        counts.update(said)
    return AgentHabits(
        agent_id=agent_id,
        empathy=_one_decimal(Decimal(BEST * shown) / len(sought)) if sought else None,
        crutch_words=None if words < FEWEST_WORDS else crutch_score(counts.total(), words),
        crutch_counts=dict(sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))),
        empathy_sought=len(sought),
        empathy_shown=shown,
        words=words,
        evidence=(*map(_shown, _quoted(sought)), *_leaning(turns)),
    )


def _quoted(sought: Sequence[Sought]) -> list[Sought]:
    """Return the first reports of trouble, one that was answered among them where there is one."""
    first = list(sought[:MAX_EVIDENCE])
    if not any(one.answer for one in first):
        first[-1:] = [one for one in sought[MAX_EVIDENCE:] if one.answer][:1] or first[-1:]
    return first


def crutch_score(crutches: int, words: int) -> Decimal:
    """10 without any, a point less for each crutch word in a hundred words, 0 at worst."""
    return _one_decimal(max(Decimal(0), BEST - Decimal(100 * crutches) / words))


def _one_decimal(score: Decimal) -> Decimal:
    return score.quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def _shown(one: Sought) -> Evidence:
    if one.answer is None:
        words = TROUBLE.words(one.turn.text)
        said = f"{REPORTS} ('{words}')" if words else REPORTS
        return cite(one.turn, f"{said}, and empathy does not answer it")
    words = SYMPATHY.words(one.answer.text)
    return cite(one.answer, f"{ANSWERS}: '{words}'" if words else ANSWERS)


def _leaning(turns: Sequence[Turn]) -> list[Evidence]:
    """The turns with crutch words in them, those with the most first."""
    found = [(counts, turn) for turn in turns if (counts := crutch_words(turn.text))]
    found.sort(key=lambda pair: -sum(pair[0].values()))
    return [cite(turn, "crutch words: " + ", ".join(counts)) for counts, turn in found[: MAX_EVIDENCE // 2]]
