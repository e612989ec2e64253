"""Questions that people teach by ticks: a Yes for a turn that answers the question, a No for one that only looks so.

A tick points to a turn, and has none of its words. What is learned of ticks is on the form, as weights with figures of
how well they answer conversations that they were not learned from. Ticks teach; examples of a form try it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import comb
from operator import itemgetter
from statistics import median_low
from typing import Annotated, Literal

from msgspec import Meta, Struct

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import ConflictError, coded
from auscult.domain.form_examples import Name
from auscult.domain.probe import Said
from auscult.domain.said.text import spoken_words
from auscult.domain.statistics.calibration import share_of
from auscult.domain.statistics.intervals import wilson

Speaker = Literal["agent", "customer", "handler", "any"]
COUNTS_FROM = Decimal("0.7")
"""Kappa from which on a taught question counts, where the form names none."""
MOST_TICKS = 600
"""Ticks of one question at most."""
SHOWN = 3
"""Turns of a conversation that are proposed together."""
_THOUSANDTHS = 1000
_PLACES = 2
_EDGE = 1e-6
_NEARLY = 0.1
"""Share of the highest kappa that a limit for a Yes may cost."""
_BY_CHANCE = 0.01
"""Likelihood under which it is no chance that all turns ticked Yes have something in common."""
Kind = Literal["asked", "audited", "likely", "unsure", "chance"]
"""Why a conversation is proposed: it was asked for, a person audited it otherwise, it looks most like a Yes, it could be
either, or it was drawn."""
_KINDS: tuple[Kind, ...] = ("likely", "unsure", "likely", "unsure", "chance")


class Agreement(Struct, frozen=True, kw_only=True):
    """Agreement of a question with people on conversations that it was not taught with.

    ``answers`` conversations were ticked, of which ``right`` are answered as people did. ``kappa`` is the agreement to
    expect of other conversations, from ``least`` to ``most`` (95 %).
    """

    answers: int = 0
    right: int = 0
    kappa: float = 0.0
    least: float = 0.0
    most: float = 0.0


class Taught(Agreement, frozen=True, kw_only=True, forbid_unknown_fields=True, cache_hash=True):
    """Weights that a question was taught, and how they agree; ``encoder`` is the version of what made the vectors."""

    weights: str
    encoder: str


class Tick(Struct, frozen=True, kw_only=True):
    """Answer of a person: the turn is a Yes to a question, or only looks like one.

    One without a conversation lost it to an erasure. ``by`` is an e-mail address or the id of a client.
    """

    tick_id: str
    form_id: str
    metric_id: str
    says: bool
    conversation_id: str | None
    turn_id: str | None
    by: str
    at: datetime


class Part(Struct, frozen=True, kw_only=True):
    """Part of a question that its ticks propose: all turns that were ticked Yes, ``ticks`` of them, have this value.

    Of the occasion (``trigger``) the value is the wording pack that says it, and ``ticks`` are conversations.
    """

    key: str
    value: str
    ticks: int


class NewTick(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answer to whether a turn is a Yes to a question."""

    conversation_id: Annotated[Name, Meta(description="The conversation.")]
    turn_id: Annotated[Name, Meta(description="The turn.")]
    says: Annotated[bool, Meta(description="True for a Yes; false for a turn that only looks like one.")]


def too_many_ticks() -> ConflictError:
    """Return the error of one tick too many of a question."""
    message = coded("a question has at most {most} ticks; it learns little from more", most=MOST_TICKS)
    return ConflictError(message, code="ticks.too_many")


def spoken(conversation: Conversation, speaker: Speaker) -> list[tuple[Turn, Said]]:
    """Return the turns of a speaker with words, as a taught question reads them."""
    wanted = {"any": ("agent", "bot", "customer"), "handler": ("agent", "bot")}.get(speaker, (speaker,))
    said = [turn for turn in conversation.turns if turn.speaker != "system" and turn.text.strip()]
    texts = ["", *(turn.text for turn in said), ""]
    mine = [(index, turn) for index, turn in enumerate(said) if turn.speaker in wanted]
    return [
        (turn, Said(turn.text, number, len(mine) - number - 1, texts[index], texts[index + 2], index))
        for number, (index, turn) in enumerate(mine)
    ]


def likelihood(odds: int) -> float:
    """Return the likelihood of log odds in whole thousandths."""
    return share_of(odds / _THOUSANDTHS)


def agreement(odds: Mapping[str, int], answers: Mapping[str, bool], yes_from: int = 0) -> Agreement:
    """Return how a question agrees with people, by the odds of the likeliest turn of each conversation.

    Those shown are not drawn evenly, as what looks most like a Yes comes first. So the table of answers is that of all
    conversations: where a person answered, with that answer, and elsewhere with the likelihood. The interval is Wilson's
    of the share that agrees, of as many answers: it has a width where all agree.
    """
    if not answers or not odds:
        return Agreement()
    shares = [(each, float(answers[name]) if name in answers else likelihood(each)) for name, each in odds.items()]
    agreed, by_chance = _expected(shares, yes_from)
    found = wilson(agreed, len(answers))
    least, kappa, most = (_kappa(each, by_chance) for each in (found.low, agreed, found.high))
    return Agreement(
        answers=len(answers),
        right=sum((odds[name] > yes_from) == said for name, said in answers.items() if name in odds),
        kappa=round(kappa, _PLACES),
        least=round(max(-1.0, least), _PLACES),
        most=round(min(1.0, most), _PLACES),
    )


def yes_from_of(odds: Collection[int]) -> int:
    """Return the odds above which a conversation is a Yes: the middle of those with nearly the highest kappa to expect.

    What people say seldom is hardly ever likelier than not, and would never be found at even odds. Answers of people
    count only as far as they taught the odds: a limit that is chosen by them fits those that were shown, and no others.
    The highest alone is often one by chance, at the edge of those that are about as good.
    """
    shares = [(each, likelihood(each)) for each in odds]
    worth = {limit: _kappa(*_expected(shares, limit)) for limit in {0, *(each - 1 for each in odds)}}
    best = max(worth.values())
    return median_low(limit for limit, each in worth.items() if each >= best - _NEARLY * abs(best))


def _kappa(agreed: float, by_chance: float) -> float:
    return (agreed - by_chance) / max(1 - by_chance, _EDGE)


def _expected(shares: Sequence[tuple[int, float]], yes_from: int) -> tuple[float, float]:
    """Return the agreement to expect, and that by chance, where odds above ``yes_from`` are a Yes."""
    total = len(shares)
    machine, person = sum(each > yes_from for each, _share in shares) / total, sum(share for _, share in shares) / total
    agreed = sum(share if each > yes_from else 1 - share for each, share in shares) / total
    return agreed, machine * person + (1 - machine) * (1 - person)


def chosen(odds: Mapping[str, int], count: int, number: int, *, is_taught: bool) -> dict[str, Kind]:
    """Return conversations to propose, and why, by the odds of the likeliest turn of each that was not shown yet.

    Before anything is taught those that look most like the question come first; then likely and unsure
    ones take turns, and every fifth is drawn. ``number`` conversations were shown before, so that a proposal is the same
    again.
    """
    left = sorted(odds, key=lambda each: (-odds[each], each))
    found: dict[str, Kind] = {}
    for at in range(number, number + min(count, len(left))):
        kind: Kind = _KINDS[at % len(_KINDS)] if is_taught else "likely"
        if kind == "unsure":
            name = min(left, key=lambda each: (abs(odds[each]), each))
        else:
            name = left[at * 7919 % len(left)] if kind == "chance" else left[0]
        left.remove(name)
        found[name] = kind
    return found


def parts_of(ticks: Sequence[tuple[bool, Mapping[str, str]]], *, is_one: bool = False) -> tuple[Part, ...]:
    """Return what all turns that were ticked Yes have in common, and many a No has not.

    ``ticks`` are the answers, with the values of each turn by key; an empty value is never proposed. Where a value has
    nothing to do with the answers, that every Yes has it is as likely as to draw that many from those that have it.
    With ``is_one`` only one is returned, the least likely by chance, which allows for how many keys were tried.
    """
    found: list[tuple[float, Part]] = []
    keys = dict.fromkeys(key for _says, values in ticks for key in values)
    for key in keys:
        yes = [values[key] for says, values in ticks if says and key in values]
        everyone = [values[key] for _says, values in ticks if key in values]
        if yes and yes[0] and len({*yes}) == 1:
            by_chance = comb(everyone.count(yes[0]), len(yes)) / comb(len(everyone), len(yes))
            if by_chance < _BY_CHANCE / (len(keys) if is_one else 1):
                found.append((by_chance, Part(key=key, value=yes[0], ticks=len(yes))))
    return tuple(part for _, part in ([min(found, key=itemgetter(0))] if is_one and found else found))


def speaker_of(question: str) -> Speaker:
    """Return whose turns a question is about, by its words: the customer's where it names one, else the agent's."""
    sides = [word for word in spoken_words(question).split() if word in _SIDES]
    return _SIDES[sides[0]] if sides else "agent"


_SIDES: Mapping[str, Speaker] = {
    "agent": "agent", "agents": "agent", "advisor": "agent", "mitarbeiter": "agent", "mitarbeiterin": "agent",
    "agente": "agent", "conseiller": "agent", "atendente": "agent", "customer": "customer", "customers": "customer",
    "caller": "customer", "kunde": "customer", "kundin": "customer", "cliente": "customer", "client": "customer",
    "bot": "handler",
}  # fmt: skip
"""Words for a side, as questions have them."""
