"""A conversation of an AI agent in its order: turns with their speakers, and the calls in between."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache, wraps
from typing import Literal, NamedTuple, TypeVar, cast

from auscult.domain.ai_agents.calls import ai_agents_of, placed_calls, texts_in
from auscult.domain.ai_agents.context import Call, is_changing
from auscult.domain.conversation import Conversation, Turn, language_code
from auscult.domain.errors import coded
from auscult.domain.evaluation import Cited, Evidence, Qualification, cite, over
from auscult.domain.memo import kept
from auscult.domain.said.text import straighten_quotes
from auscult.domain.scoring.segments import TAKEN_OVER
from auscult.metrics._ai.words import COMMON, LOOKED_FOR, Words, folded, words_of

T = TypeVar("T")
Side = Literal["bot", "person", "customer", "call", "other"]
_SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?;](?=\d)[^.!?;\n]*)*[.!?;\n]*")
_WORD, _ASCII_WORD = re.compile(r"[^\W\d_]{3,}|\d+"), re.compile(r"[a-z]{3,}|[0-9]+")
STEM = 6
"""Letters of a word that count: so ``deliver`` and ``delivery`` are one."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PASSES = re.compile(
    r"^to_|(?:^|_)(?:transfer|hand_?over|hand_?off|escalat\w*|connect|forward|human|agent|person|operator|supervisor"
    r"|live|route|routing|put_through)(?:_|$)|call_?back|handover|handoff"
)
_UNDOES = re.compile(
    r"(?:cancel|get|find|check|list|stop|block|reverse|update|lookup|look_up|fetch|read|verify|search)_"
)
_TAKES_UP = re.compile(
    r"ticket|message|(?:^|_)case|request|complaint|(?:^|_)note|incident|claim|appointment|_call(?:_|$)"
)
MOST_OF_TURN, MOST_OF_CALL = 4_000, 20_000
"""Characters of a turn, and of a call, that are read."""
_FAILURE = ("error", "failed", "failure", "timeout", "unavailable", "denied", "rejected")


class Step(NamedTuple):
    """A turn or a call in the order of things. ``turn_index`` is that of the turn, of a call the one that it follows."""

    side: Side
    turn_index: int
    text: str = ""
    turn: Turn | None = None
    call: Call | None = None


class Found(NamedTuple):
    """Sign that an answer is NO: its name, the step that shows it, the words, and the call that it is checked against."""

    sign: str
    step: Step
    text: str
    why: str
    call: Call | None = None
    weighs: tuple[float, ...] = ()
    """Values of what its question weighs, in the order of weights.tsv; empty where the sign alone counts."""


class Outcome(NamedTuple):
    """Findings on a question without weighing: the answer where no sign counts, its step, and the signs."""

    base: Qualification
    step: Step | None
    why: str
    found: Sequence[Found]


class AiReading:
    """A conversation as the questions about AI agents read it. ``words`` is None where its language is not read."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.seen: dict[str, object] = {}
        """What questions found in it, each its own."""
        self.steps: tuple[Step, ...] = tuple(_steps(conversation))
        self.texts = {step.call.id: step.text for step in self.steps if step.call is not None}
        self.bots = [at for at, step in enumerate(self.steps) if step.side == "bot"]
        self.customers = [at for at, step in enumerate(self.steps) if step.side == "customer"]
        self.calls = [at for at, step in enumerate(self.steps) if step.side == "call"]
        self.is_called = conversation.calls is not None
        self.is_taken_over = any(step.side == "person" for step in self.steps) or any(
            event.type == TAKEN_OVER for event in conversation.events
        )
        self.words: Words | None = words_of(language_code(conversation))
        tools = conversation.ai.tools if conversation.ai else ()
        self.tools = {tool.name: tool for tool in tools}

    @cached_property
    def sentences(self) -> dict[int, tuple[str, ...]]:
        """The sentences of each turn of the AI agent, in small letters, by the number of its step."""
        return {at: tuple(sentences_of(self.steps[at].text)) for at in self.bots}

    @cached_property
    def stems(self) -> dict[int, frozenset[str]]:
        """The beginnings of the uncommon words of each turn, by the number of its step."""
        return {at: stems_of(step.text) for at, step in enumerate(self.steps) if step.turn is not None}

    @cached_property
    def acts(self) -> dict[int, frozenset[str]]:
        """The acts of ``LOOKED_FOR`` that a first look sees in each turn that has any, by the number of its step."""
        looks = self.words.first_look if self.words else {}
        seen = {
            at: looks[step.side](folded(step.text)) or () for at, step in enumerate(self.steps) if step.side in looks
        }
        names = LOOKED_FOR
        return {at: frozenset([names[self.steps[at].side][n] for n in found]) for at, found in seen.items() if found}

    def is_changing(self, call: Call) -> bool:
        """Return whether a call changes anything: as its tool declares, else by its name."""
        tool = self.tools.get(call.name)
        return _is_changing(call.name) if tool is None or tool.changes is None else tool.changes

    def may_say(self, act: str, at: int) -> bool:
        """Return whether a first look sees an act of ``LOOKED_FOR`` in a turn, or in a sentence of it."""
        return at in self.acts and act in self.acts[at]

    def says(self, act: str, at: int) -> bool:
        """Return whether an act of ``LOOKED_FOR`` is in a turn."""
        return self.may_say(act, at) and self.has(act, self.steps[at].text)

    def has(self, act: str, text: str) -> bool:
        """Return whether an act is in a text of small letters."""
        look = self.words.acts.get(act) if self.words else None
        return look is not None and look(text)

    def made(self, start: int, end: int) -> list[Call]:
        """Return the calls from a step up to another."""
        return [call for step in self.steps[start:end] if (call := step.call) is not None]

    def answer_to(self, at: int) -> list[int]:
        """Return the steps behind a customer's turn, up to their next one."""
        behind: list[int] = []
        for number in range(at + 1, len(self.steps)):
            if self.steps[number].side == "customer":
                if behind:
                    break
                continue
            behind.append(number)
        return behind

    def before(self, at: int, side: Side) -> int | None:
        """Return the last step of a side before a step."""
        return next((number for number in range(at - 1, -1, -1) if self.steps[number].side == side), None)


def once(work: Callable[[AiReading], T]) -> Callable[[AiReading], T]:
    """Have something worked out once for each reading, however many questions ask for it."""

    @wraps(work)
    def recall(reading: AiReading) -> T:
        if work.__name__ not in reading.seen:
            reading.seen[work.__name__] = work(reading)
        return cast("T", reading.seen[work.__name__])

    return recall


def _steps(conversation: Conversation) -> Iterator[Step]:
    agents = ai_agents_of(conversation) if conversation.agents else frozenset[str]()
    placed = placed_calls(conversation)
    number = 0
    while number < len(placed) and placed[number].position < 0:
        yield _call_step(placed[number].call, -1)
        number += 1
    for index, turn in enumerate(conversation.turns):
        side: Side = "other"
        if turn.speaker == "bot" or (turn.speaker == "agent" and turn.agent_id in agents):
            side = "bot"
        elif turn.speaker == "agent":
            side = "person"
        elif turn.speaker == "customer":
            side = "customer"
        yield Step(side, index, straighten_quotes(turn.text[:MOST_OF_TURN]).lower(), turn)
        while number < len(placed) and placed[number].position <= index:
            yield _call_step(placed[number].call, index)
            number += 1


def _call_step(call: Call, index: int) -> Step:
    words = " ".join((call.name, *texts_in(call.arguments), *texts_in(call.result)))
    return Step("call", index, words[:MOST_OF_CALL].lower().replace("_", " "), None, call)


@kept
def ai_reading(conversation: Conversation) -> AiReading:
    """Return the reading of a conversation: the same one as long as it is asked for again soon."""
    return AiReading(conversation)


def stems_of(text: str) -> frozenset[str]:
    """Return the beginnings of the words of a text in small letters, but of common ones; and its numbers."""
    words = (_ASCII_WORD if text.isascii() else _WORD).findall(text)
    return frozenset([word[:STEM] for word in words if word not in COMMON])


def sentences_of(text: str) -> Iterator[str]:
    """Return the sentences of a text; a point within a number ends none."""
    return filter(None, map(str.strip, _SENTENCE.findall(text)))


_is_changing = lru_cache(maxsize=1024)(is_changing)


def tool_name(call: Call) -> str:
    """Return the name of a tool in small letters, its words joined by underscores."""
    return _underscored(call.name)


@lru_cache(maxsize=1024)
def _underscored(name: str) -> str:
    return _HUMP.sub("_", name).lower().replace("-", "_").replace(".", "_")


def succeeded(call: Call) -> bool:
    """Return whether a call succeeded; where that is not said, one whose result names no error did."""
    if call.ok is not None:
        return call.ok
    shown = str(call.result).lower()[:400]
    return not any(word in shown for word in _FAILURE)


def passes_on(call: Call) -> bool:
    """Return whether a call passes the customer on to a person, now or by a call back."""
    return _is_passing(call.name)


@lru_cache(maxsize=1024)
def _is_passing(tool: str) -> bool:
    name = _underscored(tool)
    return _PASSES.search(name) is not None and _UNDOES.match(name) is None


def takes_up(call: Call) -> bool:
    """Return whether a call leaves word for people: a ticket, a message, an appointment."""
    return _TAKES_UP.search(tool_name(call)) is not None


def shown_call(call: Call) -> str:
    """Return a call in words."""
    if call.ok is None:
        return coded("the call {name} was made", name=call.name)
    return (
        coded("the call {name} succeeded", name=call.name)
        if call.ok
        else coded("the call {name} failed", name=call.name)
    )


def cite_step(reading: AiReading, step: Step, why: str, piece: str = "") -> Cited:
    """Quote the turn of a step; of a call the turn that it follows."""
    turns = reading.conversation.turns
    if step.turn is not None:
        at = step.text.find(piece)
        at = at if step.turn.text[at : at + len(piece)].lower() == piece else -1
        return cite(step.turn, why, step.turn.text[at : at + len(piece)] if at >= 0 else "")
    return cite(turns[step.turn_index], why) if step.turn_index >= 0 else over(turns, why)


def cite_call(call: Call) -> Evidence:
    """State a call as evidence."""
    return Evidence(start_ms=call.start_ms, end_ms=call.end_ms, why=shown_call(call), call_id=call.id)
