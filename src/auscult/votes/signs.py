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

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from auscult.domain.conversation import Conversation, Turn
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

AGENT_SIDE = frozenset(
    [
        "greeting",
        "introduction",
        "offer_help",
        "ask_identity",
        "empathy",
        "hold_notice",
        "done",
        "promise",
        "inform",
        "refuse",
        "fail",
        "further_help",
        "signoff",
        "escalate_ok",
        "escalate_no",
        "answers",
        "denies",
        "bodes_well",
    ]
)
MARK = "[hold"
DOES = {
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
"""Description of what the speaker does with a turn, by act."""


class Sign(NamedTuple):
    """A value, and the turn behind it (None: no single one)."""

    value: int
    turn: Turn | None = None


class Course:
    """The turns of a conversation with the scores of their acts, by side, in order."""

    def __init__(self, conversation: Conversation, answer: ActsAnswer) -> None:
        """Group the turns and scores of an answer about this conversation by side."""
        self.conversation = conversation
        self.turns = acts_of(conversation).turns
        self._column = {act: column for column, act in enumerate(answer.acts)}
        rows = list(enumerate(zip(self.turns, answer.scores, strict=True)))
        self.agent = [(index, turn, row) for index, (turn, row) in rows if turn.speaker == "agent"]
        self.customer = [(index, turn, row) for index, (turn, row) in rows if turn.speaker == "customer"]
        self._scores: dict[str, list[tuple[int, int, Turn]]] = {}
        self._signs: dict[Reader, Sign] = {}

    def scores(self, act: str) -> list[tuple[int, int, Turn]]:
        """Return index, score of an act, and turn, for each turn of the side that the act belongs to."""
        found = self._scores.get(act)
        if found is None:
            column = self._column[act]
            side = self.agent if act in AGENT_SIDE else self.customer
            found = self._scores[act] = [(index, row[column], turn) for index, turn, row in side]
        return found

    def sign(self, reader: "Reader") -> "Sign":
        """Return the value of a sign; cached, as several questions weigh it."""
        found = self._signs.get(reader)
        if found is None:
            found = self._signs[reader] = reader(self)
        return found

    def likeliest(self, *acts: str) -> int:
        """Return the index of the turn with the highest score of these acts, -1 if there is none."""
        found = [(score, -index) for act in acts for index, score, _ in self.scores(act)]
        return -max(found)[1] if found else -1


Reader = Callable[[Course], Sign]


@kept
def acts_of(conversation: Conversation) -> Acts:
    """Return the question about a conversation's acts; cached, so that calls soon after return the same object."""
    return Acts.of(conversation)


def acts_probes(conversation: Conversation) -> tuple[Acts, ...]:
    """Return the question about a conversation's acts; none unless both sides speak, without which heads are not asked."""
    sides = {turn.speaker for turn in conversation.turns if turn.text.strip()}
    return (acts_of(conversation),) if {"agent", "customer"} <= sides else ()


def course_of(conversation: Conversation, answers: Answers) -> Course | None:
    """Return the acts of a conversation; None if no engine was asked for them or one side has no turns."""
    answer = answers.get(acts_of(conversation))
    if not isinstance(answer, ActsAnswer):
        return None
    course = _course(conversation, answer)
    return course if course.agent and course.customer else None


@kept
def _course(conversation: Conversation, answer: ActsAnswer) -> Course:
    return Course(conversation, answer)


@lru_cache(maxsize=1_024)
def reader(name: str) -> Reader:
    """Compile a sign. Raises ``ValueError`` for an unknown one."""
    kind, _, rest = name.partition(" ")
    if name in _FACTS:
        fact = _FACTS[name]
        return lambda course: Sign(ONE if fact(course) else 0)
    if kind in ("max", "mean", "unasked"):
        act, *limit = rest.split()
        if kind == "mean":
            return lambda course: _mean(_limited(course, act, limit))
        if kind == "unasked":
            return lambda course: _highest(_unasked(course, act))
        return lambda course: _highest(_limited(course, act, limit))
    raise ValueError(f"there is no sign '{name}'; there are {', '.join(_FACTS)}, max, mean and unasked with an act")


def _highest(scores: Sequence[tuple[int, int, Turn]]) -> Sign:
    if not scores:
        return Sign(LOWEST)
    _, score, turn = max(scores, key=lambda one: one[1])
    return Sign(score, turn)


def _mean(scores: Sequence[tuple[int, int, Turn]]) -> Sign:
    if not scores:
        return Sign(LOWEST)
    return Sign(sum(score for _, score, _ in scores) // len(scores), _highest(scores).turn)


def _limited(course: Course, act: str, limit: Sequence[str]) -> list[tuple[int, int, Turn]]:
    scores = course.scores(act)
    if not limit:
        return scores
    word, of = limit
    if word == "first":
        return scores[: int(of)]
    if word == "last":
        return scores[-int(of) :]
    since = course.likeliest(*_SINCE[of])
    return [one for one in scores if one[0] > since]


def _unasked(course: Course, act: str) -> list[tuple[int, int, Turn]]:
    asked = [index for index, score, _ in course.scores("ask_identity") if score >= ASKED]
    first = min(asked, default=len(course.turns))
    return [one for one in course.scores(act) if one[0] < first]


_FACTS: dict[str, Callable[[Course], bool]] = {
    "agent silent": lambda course: not course.agent,
    "agent brief": lambda course: len(course.agent) < BRIEF,
    "customer ends": lambda course: bool(course.turns) and course.turns[-1].speaker == "customer",
    "agent opens": lambda course: bool(course.turns) and course.turns[0].speaker != "customer",
    "outbound": lambda course: course.conversation.direction == "outbound",
    "hold marked": lambda course: any(MARK in turn.text.lower() for turn in course.turns),
}
