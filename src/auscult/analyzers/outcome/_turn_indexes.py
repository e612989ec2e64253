"""TurnIndexes of a conversation: where a request was met, refused, accepted or protested against, and how it ended."""

import re
from collections.abc import Sequence
from math import inf
from typing import Literal, NamedTuple

from auscult.analyzers._outcomes import AGENT_SAYS, CUSTOMER_SAYS
from auscult.analyzers.outcome._readable import written_sentences
from auscult.analyzers.sentiment._tone import Tone
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.evaluation import SHOWN_TURN
from auscult.domain.said.text import sentences

PROTEST = -0.4
PLEASURE = 0.4
UNHAPPY = -0.2
UNANSWERED = coded("ends before an answer")
UNSHOWN = coded("no turn shows that it was met; it was answered, and there is no protest")
LONG = 120
"""Characters from which on one sentence of a turn is quoted."""


_COURTESY = re.compile(
    r"\W*(?:(?:ok(?:ay)?|understood|sure|of course|alright|great|and)\W+)*(?:(?:you(?:'re| are)|your) (?:very "
    r"|most |always )?welcome|(?:it'?s |it was )?(?:my|a) pleasure|not? (?:a )?problem\W*$"
    r"|(?:please |and |i hope you )?(?:have|enjoy) (?:a|an|your|the) (?:\w+ ){0,4}(?:day|night|evening|morning"
    r"|weekend|one|time)"
    r"|(?:i'?m |i am )?(?:so |very )?sorry (?:that )?i (?:couldn'?t|could not|wasn'?t able to) (?:be of )?"
    r"(?:(?:more|any|further) )?(?:help|assist)"
    r"|(?:i'?m |i am )?(?:glad|happy) (?:i could|to|that i could) (?:help|assist|be)|i enjoy(?:ed)? helping"
    r"|thank(?:s| you)(?: (?:so|very) much)? for (?:calling|contacting|reaching out|your (?:call|time|patience))"
    r"(?: (?:and )?(?:you )?have (?:a|an) (?:\w+ ){0,3}(?:day|night|evening|morning|weekend|one|time))?\W*$"
    r"|(?:good)?bye)",
    re.IGNORECASE,
)
"""A sentence that only takes leave or answers thanks."""


class TurnIndexes(NamedTuple):
    """Indexes among ``turns`` (those in which something is said, notes of the system left out).

    The agent's come after the customer first spoke. ``answer``: the last of these that is more than a
    courtesy, else the last; None where the agent says nothing after that.
    """

    turns: Sequence[Turn]
    met: Sequence[int]
    informed: Sequence[int]
    refused: Sequence[int]
    offered: Sequence[int]
    agreed: Sequence[int]
    pleased: Sequence[int]
    protests: Sequence[int]
    answer: Turn | None
    is_closed: bool
    is_cut_off: bool
    is_left: bool
    ends_agreed: bool
    is_left_open: bool

    @property
    def is_answered(self) -> bool:
        """Return whether the agent says anything at all after the customer first spoke."""
        return self.answer is not None

    def last(self, what: Literal["met", "informed", "refused", "offered", "agreed", "pleased", "protests"]) -> int:
        """Return its last index, -1 for never."""
        indexes: Sequence[int] = getattr(self, what)
        return max(indexes, default=-1)


def follow(conversation: Conversation, tones: Sequence[Tone]) -> TurnIndexes:
    """Follow a conversation in which the customer speaks at least once."""
    turns = [turn for turn in conversation.turns if turn.speaker != "system" and turn.text.strip()]
    valences = {tone.turn.id: tone.valence for tone in tones}
    thanking = {tone.turn.id for tone in tones if tone.emotion == "gratitude"}
    customer = [(index, turn, valences.get(turn.id, 0.0)) for index, turn in enumerate(turns) if _is_customer(turn)]
    first, last = customer[0][0], customer[-1][0]
    agent = [(index, turn) for index, turn in enumerate(turns) if not _is_customer(turn)]
    leave = _taking_leave(customer)
    heard = [(index, what_is_said(turn.text)) for index, turn in agent if index > first]
    agreed = [index for index, turn, valence in customer if _is_agreement(turns, index, turn, valence)]
    return TurnIndexes(
        turns=turns,
        met=[index for index, said in heard if said == "met"],
        informed=[index for index, said in heard if said == "informed"],
        refused=[index for index, said in heard if said == "refused" and index < leave],
        offered=[index for index, said in heard if said == "offered"],
        agreed=agreed,
        pleased=[
            index
            for index, turn, valence in customer
            if (valence >= PLEASURE and turn.id not in thanking)
            or (valence > PROTEST and "confirmed" in CUSTOMER_SAYS.find(turn.text))
        ],
        protests=[
            index
            for index, turn, valence in customer
            if valence <= PROTEST or (valence < PLEASURE and "gave up" in CUSTOMER_SAYS.find(turn.text))
        ],
        answer=_answer([(index, turn) for index, turn in agent if index > first], leave),
        is_closed=any("closed" in AGENT_SAYS.find(turn.text) for _, turn in agent[-2:]),
        is_cut_off=not _is_customer(turns[-1]) and _breaks_off(turns[-1].text),
        is_left="left" in AGENT_SAYS.find(conversation.turns[-1].text),
        ends_agreed=last in agreed,
        is_left_open=last == len(turns) - 1 and last not in agreed and not _is_farewell(turns[last]),
    )


def _taking_leave(customer: Sequence[tuple[int, Turn, float]]) -> float:
    """Return the index of the goodbye after which the customer asks for nothing: a no that follows it refuses nothing."""
    found = inf
    for index, turn, _ in reversed(customer):
        says = CUSTOMER_SAYS.find(turn.text)
        if "asked" in says:
            break
        found = index if "bye" in says else found
    return found


def _answer(turns: Sequence[tuple[int, Turn]], leave: float) -> Turn | None:
    """Return the last turn of the agent's before the leave that neither asks nor takes leave; else the last of all."""
    said = (turn for index, turn in reversed(turns) if index < leave and any(map(_tells, sentences(turn.text))))
    return next(said, turns[-1][1] if turns else None)


def _tells(piece: str) -> bool:
    says = AGENT_SAYS.find(piece)
    return not (piece.rstrip().endswith("?") or _COURTESY.match(piece) or {"inquires", "offered more", "closed"} & says)


def what_is_said(text: str) -> Literal["met", "informed", "refused", "offered", ""]:
    """Return what an agent's turn reports; where its sentences differ, a request that was met counts.

    ``offered`` is a refusal with an alternative. Courtesies report nothing.
    """
    pieces = [piece for piece in sentences(text) if not _COURTESY.match(piece)]
    if not pieces:
        return ""
    text = " ".join(pieces)
    said = AGENT_SAYS.find(text)
    if "refused" in said and "met" in said and not text.rstrip().endswith("?"):
        each = [AGENT_SAYS.find(piece) for piece in pieces]
        if any("met" in piece and "refused" not in piece for piece in each):
            return "met"
    if "refused" in said:
        return "offered" if "offers" in said else "refused"
    if "met" in said:
        return "met"
    return "informed" if "informs" in said and "inquires" not in said and "?" not in text else ""


def telling(text: str, answer: str) -> str:
    """Return the sentence that reports an answer, of a long turn in which one does; else the turn, at most 400 characters."""
    sought = {"YES": ("met", "informs"), "NO": ("refused",)}.get(answer, ())
    pieces = [piece for piece in written_sentences(text) if not piece.endswith("?")] if len(text) > LONG else []
    reporting = (piece for kind in sought for piece in pieces if kind in AGENT_SAYS.find(piece))
    return next(reporting, text[:SHOWN_TURN])


def _is_farewell(turn: Turn) -> bool:
    return bool(CUSTOMER_SAYS.find(turn.text) & {"thanks", "confirmed", "bye"})


def _breaks_off(text: str) -> bool:
    return "unfinished" in AGENT_SAYS.find(text) and not text.rstrip().endswith((".", "!", "?"))


def _is_customer(turn: Turn) -> bool:
    return turn.speaker == "customer"


def _is_agreement(turns: Sequence[Turn], index: int, turn: Turn, valence: float) -> bool:
    """Return whether the customer accepts the answer; a polite no to "anything else?" is neither."""
    says = CUSTOMER_SAYS.find(turn.text)
    if valence <= UNHAPPY or "agreed" not in says or "gave up" in says:
        return False
    before = turns[index - 1] if index else turn
    return _is_customer(before) or "offered more" not in AGENT_SAYS.find(before.text)
