"""Deciding a question by weighing signs: the answer, its probability, and the turns that carried it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from functools import cache, partial
from importlib.resources import files
from math import exp
from operator import mul
from typing import NamedTuple

import msgspec
from msgspec import Struct

from auscult.domain.conversation import Turn
from auscult.votes.signs import AGENT_ACTS, BRIEF, DOES, ONE, ScoredTurns, Sign, languages, sign

SENTIMENT = "customer_sentiment"
OF_INSIGHTS = frozenset({"em-resolution", "churn_risk", SENTIMENT})
BY_TURNS = "em-empathy"
"""Question that the habits of agents answer, which are counted by turns."""
OVERRULES = Decimal("0.8")
"""Confidence from which on acts overrule words that report trouble."""
GRAIN = 4_096
"""Steps of a total in one unit of log odds."""
_STEPS = 64
"""Steps of the exponential table in one unit of log odds."""
_FURTHEST = 16
_SHARES = tuple(round(exp(-step / _STEPS) * 1_000_000) for step in range(_FURTHEST * _STEPS + 1))
MOST_TURNS = 3
MOST_CITED = 9
LIKELY = -16
"""Score above which a turn may be cited for an act."""
_CLEARLY: Mapping[str, tuple[int, int]] = {"NO": (0, 24)}
"""Least score of a turn of the agent's, and of the customer's, that is cited for an answer; what is less shows nothing."""
_SAID = 48
"""What it adds to a turn's score as evidence that words find the same there."""
_CARRIED = 10
"""A turn is cited if its weight is at least one tenth of the heaviest turn's."""
_RAISES = frozenset({"ask", "problem"})
"""Acts that raise a question and never answer it."""
_MOODS: Mapping[str, Sequence[str]] = {
    "positive": ("positive", "thanks_warm", "thanks_plain", "accept"),
    "negative": ("negative", "protest", "threat", "churn", "leave", "ask_escalation", "problem"),
}
"""Acts of a customer in a mood."""
_TROUBLE = ("problem", "protest", "negative", "threat")
"""Acts by which a customer reports trouble; turns that count as the first are all reports of it."""


_SHOWS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "em-greeting": {"YES": ("greeting",), "NO": ()},
    "em-introduction": {"YES": ("introduction",), "NO": ()},
    "em-offer-help": {"YES": ("offer_help",), "NO": ()},
    "em-hold-notice": {"YES": ("hold_notice",), "NO": ()},
    "em-further-help": {"YES": ("further_help",), "NO": ()},
    "em-signoff": {"YES": ("signoff",), "NO": ()},
    "em-resolution": {
        "YES": ("done", "promise", "inform", "answers", "accept", "thanks_warm", "positive"),
        "NO": ("refuse", "fail", "denies", "protest", "leave"),
    },
    "em-verification": {"YES": ("ask_identity",), "NA": ("give_identity",)},
    "em-escalation": {"YES": ("escalate_ok", "promise"), "NO": ("escalate_no", "refuse")},
    "churn_risk": {"YES": ("churn", "leave", "threat", "protest", "negative"), "NO": ()},
}
"""Acts that a reader can check an answer with, by question; other acts weigh, and are no evidence alongside these.

No turn shows that a customer will stay: that answer rests on all turns.
"""
_AS_ONE = "bodes_well"
"""Act of the agent's that a YES may show where no turn has one that a reader can check."""


class Carrier(NamedTuple):
    """Turn that carried an answer, and the act that did."""

    turn: Turn
    act: str

    @property
    def does(self) -> str:
        """Return what the turn does, in words: ``offers help``."""
        return DOES[self.act]


class Vote(NamedTuple):
    """Answer, its probability from 0 to 1 with 2 decimals, and the turns that carried it, the heaviest first.

    An answer that equals the one by words has no ``carriers``: its evidence is that of the words. Another YES has some,
    and a NO that no turn carries has none: it rests on all turns. Without its carriers an answer would be another or less
    probable; those of a sentiment are the turns that weigh most for it. ``shown`` are those that speak for the answer by
    an act that a reader can check; a YES has some.
    """

    answer: str
    confidence: Decimal
    carriers: tuple[Carrier, ...]
    shown: tuple[Carrier, ...] = ()


class _Question(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of one question: for each of ``signs``, one per answer.

    ``sharpness`` is in percent; so is ``outweighs``, the confidence from which on the answer by words is overruled.
    ``silent`` is the answer of words that found nothing, which gives way to any mood that a turn has: an act of it with
    a score above ``felt``.
    ``lean`` prefers the first answer, in steps of log odds (``GRAIN``), and leaves the confidence as it is.
    """

    answers: tuple[str, ...]
    signs: tuple[str, ...]
    weights: tuple[tuple[int, ...], ...]
    bias: tuple[int, ...]
    sharpness: int = 100
    outweighs: int = 0
    silent: str = ""
    felt: int = 0
    lean: int = 0


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    """``turns`` has for some acts the score from which on a turn counts as one.

    Acts in ``by_words_too`` are counted where words show them, too: their packs are rarely wrong.
    """

    revision: int
    questions: dict[str, _Question]
    turns: dict[str, int]
    by_words_too: tuple[str, ...] = ()


def questions() -> frozenset[str]:
    """Return the questions that metrics may ask; those of insights, which the analyzers ask, are none of them."""
    return frozenset(name for language in languages() for name in _file(language).questions) - OF_INSIGHTS


def is_voted_on(question: str, scored_turns: ScoredTurns) -> bool:
    """Return whether the language of a conversation has weights for a question."""
    return question in _file(scored_turns.language).questions


def vote(question: str, by_words: str, scored_turns: ScoredTurns, lean: float = 0.0) -> Vote:
    """Weigh the answer by words and the acts of a conversation; ``lean`` adds log odds to YES.

    Raises ``KeyError`` for an unknown question.
    """
    return _vote(question, by_words, scored_turns, lean, is_carried=question not in (BY_TURNS, SENTIMENT))


def _vote(question: str, by_words: str, scored_turns: ScoredTurns, lean: float, *, is_carried: bool) -> Vote:
    """Vote; with ``is_carried`` an answer YES that no turn carries gives way to the next."""
    held = _file(scored_turns.language).questions[question]
    signs, columns = _compiled(scored_turns.language, question)
    found = values(signs, by_words, scored_turns)
    totals = [bias + sum(map(mul, found, column)) for bias, column in zip(held.bias, columns, strict=True)]
    if lean:
        totals[held.answers.index("YES")] += round(lean * GRAIN)
    ranked = sorted(range(len(totals)), key=lambda index: (-totals[index] - (0 if index else held.lean), index))
    best = ranked[0]
    is_held = by_words in held.answers and by_words != held.silent
    if is_held and _confidence(totals, best, held.sharpness) * 100 < held.outweighs:
        best = held.answers.index(by_words)
    answer, confidence = held.answers[best], _confidence(totals, best, held.sharpness)
    if by_words == held.silent and not is_felt(answer, scored_turns, held.felt):
        return Vote(by_words, _confidence(totals, held.answers.index(by_words), held.sharpness), ())
    if answer == by_words or not is_carried:
        likeliest = _heaviest(question, answer, scored_turns) if question == SENTIMENT and answer != by_words else ()
        return Vote(answer, confidence, tuple(likeliest))
    again = partial(_vote, question, by_words, lean=lean, is_carried=False)
    carriers = _carriers(question, answer, confidence, scored_turns, again)
    shown = _shown(question, answer, carriers, scored_turns)
    if answer == "YES" and not shown:
        best = held.answers.index(by_words) if by_words in held.answers else _best_but_yes(ranked, held.answers)
        return Vote(held.answers[best], _confidence(totals, best, held.sharpness), ())
    return Vote(answer, confidence, carriers, shown)


def _shown(question: str, answer: str, carriers: Sequence[Carrier], scored_turns: ScoredTurns) -> tuple[Carrier, ...]:
    """Return the carriers that speak for an answer; where none does, the likeliest turn that would, if there are any."""
    acts, first = _SHOWS.get(question, {}).get(answer), begins(question, scored_turns)
    later = {turn.id for turn in scored_turns.turns[first:]}
    carriers = [one for one in carriers if one.turn.id in later]
    speaking = tuple([one for one in carriers if acts is None or one.act in acts])
    if speaking or not carriers or acts is None:
        return speaking
    if best := clearest(question, answer, scored_turns):
        return (best,)
    before = {turn.id for turn in scored_turns.turns[: scored_turns.customer.indexes[0]]}
    return tuple([one for one in carriers if one.act == _AS_ONE and answer == "YES" and one.turn.id not in before])


def begins(question: str, scored_turns: ScoredTurns) -> int:
    """Return the index of the first turn that may answer a question: a request for another person is answered after it."""
    if question != "em-escalation":
        return 0
    asked = heard("ask_escalation", scored_turns)
    first = scored_turns.turns.index(asked[0]) if asked else scored_turns.likeliest(("ask_escalation",))
    return first + 1


def clearest(question: str, answer: str, scored_turns: ScoredTurns, by_words: str | None = None) -> Carrier | None:
    """Return the turn that says an answer most clearly, by an act that a reader can check; None where none is likely to.

    ``by_words`` is the id of the turn that words found, which counts more. The agent's own words come before the
    customer's thanks or protest, and of an insight a word or two come last.
    """
    of_agent, of_customer = _CLEARLY.get(answer, (LIKELY + 1, LIKELY + 1))
    first, is_insight = begins(question, scored_turns), question in OF_INSIGHTS
    best, found = (False, False, LIKELY), None
    for act in _SHOWS[question].get(answer, ()):
        is_agents = act in AGENT_ACTS
        for index, score, turn in scored_turns.scores(act):
            worth = score + _SAID * (turn.id == by_words and is_agents)
            if index < first or worth < (of_agent if is_agents else of_customer):
                continue
            rank = not is_insight or len(turn.text.split()) > BRIEF, is_agents and worth >= 0, worth
            if rank > best:
                best, found = rank, Carrier(turn, act)
    return found


def clearer(question: str, scored_turns: ScoredTurns, by_words: str, among: Collection[str]) -> Carrier | None:
    """Return the turn that says YES more clearly than the one that words found, where that one hardly does; else None.

    ``among`` are the ids of the turns that the question is about.
    """
    act = _SHOWS[question]["YES"][0]
    scores = {turn.id: (score, turn) for _, score, turn in scored_turns.scores(act) if turn.id in among}
    score, turn = max(scores.values(), key=lambda one: one[0], default=(LIKELY, None))
    least = scores[by_words][0] if by_words in scores else 0
    return Carrier(turn, act) if turn is not None and least <= 0 and score > max(LIKELY, least + _SAID) else None


def is_felt(answer: str, scored_turns: ScoredTurns, least: int) -> bool:
    """Return whether a turn has an act of this mood, with a score above ``least``; any other answer needs none."""
    return answer not in _MOODS or any(
        score > least for act in _MOODS[answer] for _, score, _ in scored_turns.scores(act)
    )


def _best_but_yes(ranked: Sequence[int], answers: Sequence[str]) -> int:
    return next(index for index in ranked if answers[index] != "YES")


def _carriers(
    question: str, answer: str, confidence: Decimal, scored_turns: ScoredTurns, again: Callable[[ScoredTurns], Vote]
) -> tuple[Carrier, ...]:
    """Return turns without which the answer, ``again``, would be another or less probable; none without such few turns."""
    cited: list[Carrier] = []
    rest: ScoredTurns | None = scored_turns
    while rest is not None and len(cited) <= MOST_CITED - MOST_TURNS:
        heaviest = _heaviest(question, answer, rest)
        if not heaviest:
            return ()
        cited += heaviest
        rest = scored_turns.without({each.turn.id for each in cited})
        left = None if rest is None else again(rest)
        if left is None or left.answer != answer or left.confidence < confidence:
            return tuple(cited)
    return ()


class Empathy(NamedTuple):
    """Answer to em-empathy, its probability, and the turns that report trouble and that show empathy, in order.

    With YES there is a turn that shows empathy. With NO none does, and one reports trouble. Where words alone decide,
    both are empty.
    """

    answer: str
    confidence: Decimal
    trouble: list[Turn]
    shown: list[Turn]


def empathy(by_words: str, scored_turns: ScoredTurns) -> Empathy:
    """Decide whether trouble was answered with empathy: trouble by words is overruled only by a vote that is sure."""
    decided = vote(BY_TURNS, by_words, scored_turns)
    if decided.answer == "NA" and by_words == "NO" and decided.confidence < OVERRULES:
        return Empathy("NO", decided.confidence, [], [])
    reports = {"YES": _TROUBLE[:1], "NO": _TROUBLE}.get(decided.answer, ())
    trouble = _heard_or_likeliest(reports, scored_turns) if reports else []
    shown = _heard_or_likeliest(("empathy",), scored_turns) if decided.answer == "YES" else []
    if (decided.answer == "YES" and not shown) or (decided.answer == "NO" and not trouble):
        return Empathy(by_words, decided.confidence, [], [])
    return Empathy(decided.answer, decided.confidence, trouble, shown)


def _heard_or_likeliest(acts: Sequence[str], scored_turns: ScoredTurns) -> list[Turn]:
    """Return the turns that count as the first of some acts, else the likeliest turn of the first act that one may have."""
    if found := heard(acts[0], scored_turns):
        return found
    likeliest = (max(scored_turns.scores(act), key=lambda one: one[1]) for act in acts)
    return [turn for _, score, turn in likeliest if score > LIKELY][:1]


def heard(act: str, scored_turns: ScoredTurns, by_words: Collection[str | None] = ()) -> list[Turn]:
    """Return the turns that count as an act, in order. Raises ``KeyError`` for an act that is not counted by turns.

    ``by_words`` are the ids of the turns whose words show it; they count in languages whose words are rarely wrong.
    """
    held = _file(scored_turns.language)
    shown = by_words if act in held.by_words_too else ()
    return [turn for _, score, turn in scored_turns.scores(act) if score >= held.turns[act] or turn.id in shown]


def compiled(signs: Sequence[str]) -> tuple[Sign | str, ...]:
    """Compile signs; of one that compares the answer by words, this is the answer."""
    return tuple(name.removeprefix("words ") if name.startswith("words ") else sign(name) for name in signs)


def values(signs: Sequence[Sign | str], by_words: str, scored_turns: ScoredTurns) -> list[int]:
    """Return the value of each sign."""
    return [(ONE if one == by_words else 0) if isinstance(one, str) else scored_turns.value(one) for one in signs]


@cache
def _compiled(language: str, question: str) -> tuple[tuple[Sign | str, ...], tuple[tuple[int, ...], ...]]:
    """Return the signs of a question, and for each answer their weights."""
    held = _file(language).questions[question]
    return compiled(held.signs), tuple(zip(*held.weights, strict=True))


def _confidence(totals: list[int], best: int, sharpness: int) -> Decimal:
    """Return the probability of a total; a table makes it the same on any machine."""
    highest = max(totals)
    gaps = [(highest - total) * sharpness * _STEPS // (100 * GRAIN) for total in totals]
    shares = [_SHARES[min(gap, len(_SHARES) - 1)] for gap in gaps]
    return Decimal(shares[best] * 100 // sum(shares)) / 100


def _heaviest(question: str, answer: str, scored_turns: ScoredTurns) -> list[Carrier]:
    """Return the turns whose acts weigh more for the answer than for the mean of all answers, the heaviest first."""
    carried: dict[str, tuple[int, Carrier]] = {}
    for one, act, weight in _carrying(scored_turns.language, question, answer):
        value = scored_turns.value(one)
        turn = one.turn(scored_turns) if value > LIKELY else None
        if turn is None:
            continue
        before, carrier = carried.get(turn.id, (0, Carrier(turn, act)))
        carried[turn.id] = (before + (value - LIKELY) * weight, carrier)
    ranked = sorted(carried.values(), key=lambda one: -one[0])[:MOST_TURNS]
    return [carrier for share, carrier in ranked if share * _CARRIED >= ranked[0][0]]


@cache
def _carrying(language: str, question: str, answer: str) -> tuple[tuple[Sign, str, int], ...]:
    """Return the signs of acts that weigh more for an answer than for the mean of all, each with its act and how much more."""
    held, signs = _file(language).questions[question], _compiled(language, question)[0]
    best = held.answers.index(answer)
    found: list[tuple[Sign, str, int]] = []
    for name, one, weights in zip(held.signs, signs, held.weights, strict=True):
        weight = weights[best] * len(weights) - sum(weights)
        if weight > 0 and not isinstance(one, str) and _RAISES.isdisjoint(name.split()):
            found.append((one, name.partition(" ")[2].partition(" ")[0], weight))
    return tuple(found)


@cache
def _file(language: str) -> _File:
    file = files("auscult.votes") / "weights" / f"{language}.json"
    held: Mapping[str, object] = msgspec.json.decode(file.read_bytes())
    return msgspec.convert(held, _File)
