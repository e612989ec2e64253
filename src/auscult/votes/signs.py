"""Signs that a vote weighs: whole numbers computed from the acts of a conversation, with the turn behind each.

A sign is written as words (``max churn last 2``), so that the file of weights names the sign of each weight:

- ``words YES``: the answer by words alone is YES;
- ``max ACT``, with ``first N`` or ``last N`` of that side's turns, ``after ask`` (the likeliest request for another
  person), ``after yes`` (the likeliest answer) or ``after no`` (the likeliest refusal or failure): the highest score of
  an act;
- ``unasked give_identity``: the highest score among turns before the agent asks for a detail;
- ``mean ACT``, with the same limits: the mean score over these turns;
- ``agent silent``, ``agent brief``, ``customer ends``, ``agent opens``, ``outbound``, ``hold marked``: facts.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple, Protocol

from auscult.domain.conversation import Conversation, Turn, is_by_email, language_code
from auscult.domain.errors import coded
from auscult.domain.memo import kept
from auscult.domain.probe import Acts, ActsAnswer, Answers

ONE = 32
"""Value of a fact that is true."""
LOWEST = -96
"""Score of an act that no turn can have."""
BRIEF = 2
_SINCE = {"ask": ("ask_escalation",), "no": ("refuse", "fail"), "yes": ("answers",)}
ASKED = 0
"""Score from which on a turn counts as asking for a detail."""

AGENT_ACTS = (
    "greeting", "introduction", "offer_help", "ask_identity", "empathy", "hold_notice", "done", "promise", "inform",
    "refuse", "fail", "further_help", "signoff", "escalate_ok", "escalate_no", "answers", "denies", "bodes_well",
)  # fmt: skip
_OF_AGENTS = frozenset(AGENT_ACTS)
MARK = "[hold"
_DOES = {
    "greeting": "greets", "introduction": "gives a name or company", "offer_help": "offers help",
    "ask_identity": "asks for a detail that identifies", "empathy": "shows empathy", "hold_notice": "announces a wait",
    "done": "says that it is done", "promise": "says that it will be done", "inform": "gives information",
    "refuse": "says no", "fail": "says that it failed", "further_help": "offers further help",
    "signoff": "closes politely", "escalate_ok": "agrees to pass on, or offers another way",
    "escalate_no": "does not pass on", "ask": "asks for something", "problem": "reports a problem",
    "give_identity": "gives a detail that identifies", "accept": "accepts", "protest": "protests",
    "thanks_warm": "thanks warmly", "thanks_plain": "thanks", "ask_escalation": "asks for somebody else",
    "threat": "threatens", "churn": "speaks of leaving", "leave": "breaks off", "positive": "sounds pleased",
    "negative": "sounds unhappy", "answers": "says that it is done or will be, or gives the answer",
    "denies": "says no, or that it failed", "bodes_well": "speaks as one who meets a request",
    "sounds_served": "speaks as one whose request is met",
}  # fmt: skip
DOES = {act: coded(does) for act, does in _DOES.items()}
"""Description of what the speaker does with a turn, by act."""


class Side(NamedTuple):
    """The turns of one side in order, with the index of each in the conversation, and the scores of each act."""

    turns: Sequence[Turn]
    indexes: Sequence[int]
    scores: Mapping[str, Sequence[int]]


class ScoredTurns:
    """The turns of a conversation with the scores of their acts, by side, in order."""

    def __init__(self, conversation: Conversation, answer: ActsAnswer, left_out: Collection[str] = frozenset()) -> None:
        """Group the turns and scores of an answer about this conversation by side; of turns ``left_out`` nothing is known."""
        asked = acts_of(conversation)
        said = [(turn, row) for turn, row in zip(asked.turns, answer.scores, strict=True) if turn.id not in left_out]
        self.conversation = conversation
        self.answer = answer
        self.language = asked.language
        self.turns = tuple([turn for turn, _ in said])
        self.agent = _side_of("agent", said, answer.acts)
        self.customer = _side_of("customer", said, answer.acts)
        self._values: dict[Sign, int] = {}
        self._likeliest: dict[tuple[str, ...], int] = {}

    def without(self, turn_ids: Collection[str]) -> "ScoredTurns | None":
        """Return the scored_turns as if these turns had not been said; None if one side would have no turns then."""
        scored_turns = ScoredTurns(self.conversation, self.answer, turn_ids)
        return scored_turns if scored_turns.agent.turns and scored_turns.customer.turns else None

    def side(self, act: str) -> Side:
        """Return the side that an act belongs to."""
        return self.agent if act in _OF_AGENTS else self.customer

    def scores(self, act: str) -> list[tuple[int, int, Turn]]:
        """Return index, score of an act, and turn, for each turn of the side that the act belongs to."""
        side = self.side(act)
        return list(zip(side.indexes, side.scores[act], side.turns, strict=True))

    def value(self, sign: "Sign") -> int:
        """Return the value of a sign; cached, as several questions weigh it."""
        found = self._values.get(sign)
        if found is None:
            found = self._values[sign] = sign.value(self)
        return found

    def likeliest(self, acts: tuple[str, ...]) -> int:
        """Return the index of the turn with the highest score of these acts, -1 if there is none; cached."""
        found = self._likeliest.get(acts)
        if found is None:
            best = [(score, -index) for act in acts for index, score, _ in self.scores(act)]
            found = self._likeliest[acts] = -max(best)[1] if best else -1
        return found


@cache
def languages() -> frozenset[str]:
    """Return the ISO 639-1 codes of the languages that there are weights for."""
    return frozenset(file.name.removesuffix(".json") for file in (files("auscult.votes") / "weights").iterdir())


class Sign(Protocol):
    """A compiled sign."""

    def value(self, scored_turns: ScoredTurns) -> int:
        """Return its value in a conversation."""
        ...

    def turn(self, scored_turns: ScoredTurns) -> Turn | None:
        """Return the turn behind it; None: no single one."""
        ...


@kept
def acts_of(conversation: Conversation) -> Acts:
    """Return the question about a conversation's acts; cached, so that calls soon after return the same object."""
    return Acts.of(conversation)


def acts_probes(conversation: Conversation) -> tuple[Acts, ...]:
    """Return ``acts_probe`` for those who ask several questions."""
    probe = acts_probe(conversation)
    return () if probe is None else (probe,)


def acts_probe(conversation: Conversation) -> Acts | None:
    """Return the question about a conversation's acts; None without both sides, or in a language without weights."""
    if language_code(conversation) not in languages():
        return None
    sides = {turn.speaker for turn in conversation.turns if turn.text.strip()}
    return acts_of(conversation) if {"agent", "customer"} <= sides else None


def scored_turns_of(conversation: Conversation, answers: Answers) -> ScoredTurns | None:
    """Return the acts of a conversation; None if no engine was asked for them or one side has no turns."""
    answer = answers.get(acts_of(conversation))
    if not isinstance(answer, ActsAnswer):
        return None
    scored_turns = _scored_turns(conversation, answer)
    return scored_turns if scored_turns.agent.turns and scored_turns.customer.turns else None


@kept
def _scored_turns(conversation: Conversation, answer: ActsAnswer) -> ScoredTurns:
    return ScoredTurns(conversation, answer)


def _side_of(speaker: str, said: Sequence[tuple[Turn, Sequence[int]]], acts: Sequence[str]) -> Side:
    own = [(turn, index, row) for index, (turn, row) in enumerate(said) if turn.speaker == speaker]
    if not own:
        return Side([], [], dict.fromkeys(acts, ()))
    turns, indexes, rows = zip(*own, strict=True)
    return Side(turns, indexes, dict(zip(acts, zip(*rows, strict=True), strict=True)))


@lru_cache(maxsize=1_024)
def sign(name: str) -> Sign:
    """Compile the sign of this name. Raises ``ValueError`` for an unknown one."""
    kind, _, rest = name.partition(" ")
    if name in _FACTS:
        return _Fact(_FACTS[name])
    if kind in ("max", "mean", "unasked"):
        act, *limit = rest.split()
        return _Scored(act, _unasked if kind == "unasked" else _part(limit), is_mean=kind == "mean")
    raise ValueError(f"there is no sign '{name}'; there are {', '.join(_FACTS)}, max, mean and unasked with an act")


class _Fact:
    def __init__(self, holds: Callable[[ScoredTurns], bool]) -> None:
        self._holds = holds

    def value(self, scored_turns: ScoredTurns) -> int:
        return ONE if self._holds(scored_turns) else 0

    def turn(self, scored_turns: ScoredTurns) -> None:
        del scored_turns


class _Scored:
    """The highest or mean score of an act over some of its side's turns; its turn is that with the highest."""

    def __init__(self, act: str, part: "_Part", *, is_mean: bool) -> None:
        self._act, self._part, self._is_mean = act, part, is_mean

    def value(self, scored_turns: ScoredTurns) -> int:
        side = scored_turns.side(self._act)
        scores = side.scores[self._act][self._slice(scored_turns, side)]
        if not scores:
            return LOWEST
        return sum(scores) // len(scores) if self._is_mean else max(scores)

    def turn(self, scored_turns: ScoredTurns) -> Turn | None:
        side = scored_turns.side(self._act)
        part = self._slice(scored_turns, side)
        scores = side.scores[self._act][part]
        return side.turns[part][scores.index(max(scores))] if scores else None

    def _slice(self, scored_turns: ScoredTurns, side: Side) -> slice:
        return self._part if isinstance(self._part, slice) else self._part(scored_turns, side)


_Part = slice | Callable[[ScoredTurns, Side], slice]
"""Selects the turns of a side that a sign is computed from."""


def _part(limit: Sequence[str]) -> _Part:
    if not limit:
        return slice(None)
    word, of = limit
    if word == "first":
        return slice(int(of))
    if word == "last":
        return slice(-int(of), None)
    acts = _SINCE[of]
    return lambda scored_turns, side: slice(bisect_right(side.indexes, scored_turns.likeliest(acts)), None)


def _unasked(scored_turns: ScoredTurns, side: Side) -> slice:
    asked = (index for index, score, _ in scored_turns.scores("ask_identity") if score >= ASKED)
    return slice(bisect_left(side.indexes, next(asked, len(scored_turns.turns))))


_FACTS: dict[str, Callable[[ScoredTurns], bool]] = {
    "agent silent": lambda scored_turns: not scored_turns.agent.turns,
    "agent brief": lambda scored_turns: len(scored_turns.agent.turns) < BRIEF,
    "customer ends": lambda scored_turns: bool(scored_turns.turns) and scored_turns.turns[-1].speaker == "customer",
    "agent opens": lambda scored_turns: bool(scored_turns.turns) and scored_turns.turns[0].speaker != "customer",
    "outbound": lambda scored_turns: scored_turns.conversation.direction == "outbound",
    "email": lambda scored_turns: is_by_email(scored_turns.conversation),
    "hold marked": lambda scored_turns: any(MARK in turn.text.lower() for turn in scored_turns.turns),
}
