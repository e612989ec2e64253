"""Failures that an agent states: what they tried for the customer did not succeed, and nothing later makes it good.

A stated failure is narrower than a refusal: "the reservation failed", not "we don't deliver there". Dialogue acts do not
overrule it.
"""

import re

from auscult.analyzers._outcomes import AGENT_SAYS, CUSTOMER_SAYS
from auscult.analyzers._packs import matcher
from auscult.analyzers.outcome._turn_indexes import TurnIndexes
from auscult.domain.conversation import Turn
from auscult.domain.said.text import sentences

DECLINES = re.compile(r"\W*(?:no|nope|nah|nothing|not|it'?s (?:ok|okay|fine|alright))\b", re.IGNORECASE)
"""A customer's turn that accepts nothing, however politely it goes on."""
_SUCCESS = re.compile(r"\bsuccess", re.IGNORECASE)


def stated_failure(indexes: TurnIndexes) -> int | None:
    """Return the index of the agent's last turn that states a failure; None where a later turn makes it good.

    A success that the customer thanks for before it leaves open which request was the main one: None, too.
    """
    failed = matcher("en", "failed")
    agent = [index for index, turn in enumerate(indexes.turns) if turn.speaker != "customer"]
    last = max((index for index in agent if failed.holds(indexes.turns[index].text)), default=-1)
    if last < 0 or not any(turn.speaker == "customer" for turn in indexes.turns[:last]):
        return None
    if last < max(indexes.last("met"), indexes.last("informed"), indexes.last("pleased")):
        return None
    done = [index for index in agent if index != last and _is_done(indexes.turns[index])]
    if max(done, default=-1) > last or any(_is_thanked(indexes, index) for index in done):
        return None
    offered = (index for index in agent if index >= last and "offers" in AGENT_SAYS.find(indexes.turns[index].text))
    way = next(offered, len(indexes.turns))
    accepted = (index for index in indexes.agreed if index > way and not DECLINES.match(indexes.turns[index].text))
    return None if any(accepted) else last


def _is_done(turn: Turn) -> bool:
    """Return whether a sentence of the agent's says that it is done, and none that it failed."""
    if matcher("en", "failed").holds(turn.text):
        return False
    said = [piece for piece in sentences(turn.text) if not piece.rstrip().endswith("?")]
    return any(_SUCCESS.search(piece) or matcher("en", "done").holds(piece) for piece in said)


def _is_thanked(indexes: TurnIndexes, index: int) -> bool:
    """Return whether the customer answers a turn with thanks."""
    reply = next((turn for turn in indexes.turns[index + 1 :] if turn.speaker == "customer"), None)
    return reply is not None and "thanks" in CUSTOMER_SAYS.find(reply.text)
