"""Sides of the speakers of a conversation, and how sure that is."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise, product
from math import exp
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Speaker, Turn, speaker_name
from auscult.domain.said.text import spoken_words
from auscult.sides.reading import GRAIN, Reader, lines_of, reader

SURE = 0.8
"""Probability from which on sides are taken as found."""
FEWEST_SPEAKERS, MOST_SPEAKERS = 2, 6
PASSING = 2.5
"""Log odds of one of several speakers who is there in one half of the conversation only: a customer stays."""
NAMED = 8.0
"""Log odds of a speaker whose label names a side."""
ANOTHER_CUSTOMER = -2.0
"""Log odds of one more customer: further speakers are mostly further agents."""
AMONG_THEMSELVES = -0.7
"""Log odds of each time that one speaker follows another of the same side: customers and agents answer one another."""
BEGINS: Mapping[str, float] = MappingProxyType({"voice": 2.0, "chat": -0.7})
"""Log odds of the one who speaks first, by channel: agents answer calls, customers begin chats.

For calls this is half of what the labelled hands show, which have hardly any call that an agent makes.
"""
WORDS_FOR_ORDER = 25
"""Words of a conversation from which on it counts in full who speaks first: order alone decides nothing."""
SLIGHT = 0.05
"""Share of the words below which a further speaker may remain unknown."""
_SIDES: tuple[Speaker, ...] = ("agent", "customer", "bot", "system")
_SAID_AT_FIRST = 3
"""Turns in which a bot says that it is one."""


class Found(NamedTuple):
    """Sides by the name of each speaker, and the probability that all are right.

    ``is_sure``: they are to be taken so. A speaker who hardly speaks may be ``unknown``.
    """

    sides: dict[str, Speaker]
    confidence: float
    is_sure: bool


def with_sides(conversation: Conversation, language: str) -> Conversation:
    """Return a conversation whose labelled speakers have the sides that were found; as it is where that is not sure.

    Only turns of unknown speakers with a label get a side. ``assumed`` names ``sides`` then.
    """
    unknown = [turn for turn in conversation.turns if turn.speaker == "unknown" and turn.speaker_label]
    if not unknown:
        return conversation
    stated: dict[str, Speaker] = {
        speaker_name(turn): turn.speaker for turn in conversation.turns if turn.speaker != "unknown"
    }
    found = find(conversation, reader(language), stated)
    if not found.is_sure:
        return conversation
    turns = tuple(
        replace(turn, speaker=found.sides[turn.speaker_label])
        if turn.speaker == "unknown" and turn.speaker_label
        else turn
        for turn in conversation.turns
    )
    return replace(conversation, turns=turns, assumed={**conversation.assumed, "sides": "words"})


def find(conversation: Conversation, reading: Reader | None, stated: Mapping[str, Speaker]) -> Found:
    """Find the sides of all speakers by what they say and how they are labelled; those in ``stated`` are known.

    Without a reader, labels alone decide.
    """
    said: dict[str, list[Turn]] = {}
    for turn in conversation.turns:
        if turn.text.strip():
            said.setdefault(speaker_name(turn), []).append(turn)
    sides: dict[str, Speaker] = {speaker_name(turn): "unknown" for turn in conversation.turns}
    sides |= stated
    labelled: dict[str, Speaker | None] = {name: _named(name, conversation) for name in said if name not in stated}
    sides |= {name: side for name, side in labelled.items() if side in ("bot", "system")}
    people = [name for name in said if sides[name] in ("agent", "customer", "unknown")]
    if not FEWEST_SPEAKERS <= len(people) <= MOST_SPEAKERS:
        return Found(sides, 0.0, is_sure=False)
    odds = {name: _odds(said[name], labelled.get(name), stated.get(name), reading) for name in people}
    words = {name: sum(len(turn.text.split()) for turn in said[name]) for name in people}
    if reading is not None and people[0] == next(iter(said)):
        share = min(1.0, sum(words.values()) / WORDS_FOR_ORDER)
        odds[people[0]] += BEGINS.get(conversation.channel, 0.0) * share
    if len(people) > FEWEST_SPEAKERS:
        odds |= {name: odds[name] + PASSING for name in _passing(conversation.turns, people)}
    likely = _likely(odds, _followed(conversation.turns, people))
    best = max(likely, key=likely.__getitem__)
    doubtful = [
        name
        for index, name in enumerate(people)
        if sum(share for way, share in likely.items() if way[index] == best[index]) < SURE
    ]
    open_ = [name for name in doubtful if words[name] < SLIGHT * sum(words.values()) and name not in stated]
    if len(people) == FEWEST_SPEAKERS:
        open_ = []
    for name, is_agent in zip(people, best, strict=True):
        is_bot = is_agent and name not in stated and _says_it_is_a_bot(said[name], reading)
        sides[name] = "unknown" if name in open_ else "bot" if is_bot else "agent" if is_agent else "customer"
    is_denied = any(sides[name] != side for name, side in stated.items() if name in people)
    return Found(sides, likely[best], is_sure=doubtful == open_ and not is_denied)


def probability(turns: Iterable[Turn], reading: Reader) -> float | None:
    """Return the probability that the stated sides of agent and customer are right; None where one says nothing."""
    totals: dict[str, int] = {}
    for turn in turns:
        if turn.speaker in ("agent", "customer"):
            totals[turn.speaker] = totals.get(turn.speaker, 0) + reading.score(turn.text)
    if len(totals) < FEWEST_SPEAKERS:
        return None
    return _share((totals["agent"] - totals["customer"]) * reading.sharpness / GRAIN)


def _says_it_is_a_bot(turns: Sequence[Turn], reading: Reader | None) -> bool:
    """Return whether a speaker says at the beginning that it is a machine."""
    return reading is not None and any(reading.is_of_a_bot(turn.text) for turn in turns[:_SAID_AT_FIRST])


def _odds(turns: Sequence[Turn], label: Speaker | None, stated: Speaker | None, reading: Reader | None) -> float:
    """Return the log odds that a speaker is an agent."""
    odds = 0.0 if reading is None else sum(reading.score(turn.text) for turn in turns) * reading.sharpness / GRAIN
    side = stated or label
    return odds + (NAMED if side == "agent" else -NAMED if side == "customer" else 0.0)


def _followed(turns: Sequence[Turn], people: Sequence[str]) -> Counter[tuple[int, int]]:
    """Return how often one of two people, by position, follows the other."""
    position = {name: index for index, name in enumerate(people)}
    order = [position[name] for turn in turns if turn.text.strip() and (name := speaker_name(turn)) in position]
    return Counter((before, after) for before, after in pairwise(order) if before != after)


def _passing(turns: Sequence[Turn], people: Sequence[str]) -> Iterator[str]:
    """Yield those who speak in one half of the conversation only."""
    order = [name for turn in turns if turn.text.strip() and (name := speaker_name(turn)) in people]
    halves = ({*order[: len(order) // 2]}, {*order[len(order) // 2 :]})
    return (name for name in people if any(name not in half for half in halves))


def _likely(odds: Mapping[str, float], followed: Mapping[tuple[int, int], int]) -> dict[tuple[bool, ...], float]:
    """Return the probability of each way to assign speakers in which there is an agent and a customer."""
    ways = [way for way in product((True, False), repeat=len(odds)) if any(way) and not all(way)]
    logs = [
        sum(each if is_agent else -each for each, is_agent in zip(odds.values(), way, strict=True)) / 2
        + ANOTHER_CUSTOMER * (way.count(False) - 1)
        + AMONG_THEMSELVES * sum(count for (one, other), count in followed.items() if way[one] == way[other])
        for way in ways
    ]
    most = max(logs)
    raised = [exp(each - most) for each in logs]
    return {way: each / sum(raised) for way, each in zip(ways, raised, strict=True)}


def _share(odds: float) -> float:
    return 1 / (1 + exp(-max(-50.0, min(50.0, odds))))


def _named(label: str, conversation: Conversation) -> Speaker | None:
    """Return the side that a label names: by its words, or as the name or id of an agent or the customer."""
    folded = label.casefold().strip()
    if any(folded in (each.id.casefold(), (each.name or "").casefold()) for each in conversation.agents):
        return "agent"
    customer = conversation.customer
    if customer is not None and folded in ((customer.id or "").casefold(), (customer.name or "").casefold()):
        return "customer"
    words = [word for word in spoken_words(label).split() if not word.isdigit()]
    found: set[Speaker] = {_labels()[word] for word in words if word in _labels()}
    return found.pop() if len(found) == 1 and len(words) == 1 else None


@cache
def _labels() -> Mapping[str, Speaker]:
    return {
        word: side
        for side in _SIDES
        for head, words in lines_of("labels.txt")
        if head == side
        for word in words.split()
    }
