"""Signs of a turn: what its text shows by itself, and what its position in the conversation adds."""

from collections.abc import Sequence

from auscult.domain.probe import Acts
from auscult.domain.said.text import spoken_words
from auscult.engines._acts.features import FIRST, LAST, grams, letters, name_words, shapes, side_of
from auscult.engines._acts.packs import reader_of
from auscult.votes.signs import AGENT_ACTS

CUSTOMER_ACTS = (
    "ask", "problem", "give_identity", "accept", "protest", "thanks_warm", "thanks_plain", "ask_escalation", "threat",
    "churn", "leave", "positive", "negative", "sounds_served",
)  # fmt: skip
ACTS = (*AGENT_ACTS, *CUSTOMER_ACTS)

AGENT_PACKS = (
    "agent_outcome", "done", "escalation_handled", "further_help", "goodbye", "greeting", "hold_announced",
    "identity_request", "introduction", "introduction_brief", "last_thanks", "offer_of_help", "outbound_opening",
    "refused", "signoff", "sympathy",
)  # fmt: skip
CUSTOMER_PACKS = (
    "asking", "customer_outcome", "escalation_request", "identity_given", "leaving", "leaving_bare", "problem",
    "threats",
)  # fmt: skip
"""Packs that have a say about acts, by side; a language may lack some."""


def text_signs(
    texts: Sequence[str], language: str, *, is_customer: bool, with_letters: bool
) -> list[tuple[list[str], list[str]]]:
    """Return the signs of each text: its words, pairs and letters; and those that count for its neighbours too."""
    packs = reader_of(language, CUSTOMER_PACKS if is_customer else AGENT_PACKS).held(texts)
    return [
        ([*grams(text), *(letters(text) if with_letters else ())], [*shapes(text), *held])
        for text, held in zip(texts, packs, strict=True)
    ]


def position_signs(asked: Acts) -> list[list[str]]:
    """Return for each turn what its position shows: how early and late it is, who speaks around it, names in it."""
    turns = asked.turns
    sides = [side_of(turn) for turn in turns]
    totals = {side: sides.count(side) for side in set(sides)}
    seen = dict.fromkeys(totals, 0)
    agents, queues = name_words(asked.agents), name_words(asked.queues)
    found: list[list[str]] = []
    for index, (turn, side) in enumerate(zip(turns, sides, strict=True)):
        number, left = seen[side], totals[side] - seen[side] - 1
        seen[side] += 1
        signs = [f"at {min(number, FIRST)}", f"left {min(left, LAST)}", asked.channel]
        signs += [f"after {sides[index - 1]}" if index else "opens"]
        signs += [f"before {sides[index + 1]}" if index + 1 < len(turns) else "closes"]
        if side == "agent" and (agents or queues):
            words = set(spoken_words(turn.text).split())
            signs += [name for name, of in (("names agent", agents), ("names queue", queues)) if words & of]
        found.append(signs)
    return found
