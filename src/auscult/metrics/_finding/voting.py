"""Verdicts that trained heads have a vote in: the answer by words and the dialogue acts decide together.

Two questions are answered by analysis too: whether trouble met with empathy, and whether the customer asks for someone
else. The verdict on empathy is taken from the habits of the agents, and a turn counts as a request by the score of its
act, here as in the analyzer, so that both have one answer.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import Evidence, Qualification, Verdict, answered, cite, nothing_in
from auscult.domain.insight import AgentHabits, Insights
from auscult.domain.probe import Answers
from auscult.domain.said.text import sentences
from auscult.metrics._finding.joining import Joined, found_in, sought_by
from auscult.metrics._finding.reading import reading_of
from auscult.metrics._finding.search import Search
from auscult.votes import BY_TURNS, DOES, ScoredTurns, empathy, heard, is_voted_on, languages, scored_turns_of, vote
from auscult.votes.voting import Carrier, begins, clearer

LANGUAGES = languages()
"""What the heads understand."""
MOST_TURNS = 3
LONG = 120
"""Characters from which on a sentence of a turn is quoted."""
MARGIN = 24
"""Characters that are quoted before that sentence, at least: ``ref.`` ends no sentence."""
_SIGNED = frozenset({"introduction", "give_identity"})
"""Acts whose words are often a number in a letter, or its signature."""
_SHOWN = {"YES": ("answers trouble", DOES["empathy"]), "NO": ("reports trouble", DOES["problem"])}
"""How the evidence of habits begins, and what its turn does in a verdict, by answer."""
_WHY = {"NO": coded("no turn of the agent's shows empathy"), "NA": coded("the customer reports no problem")}
_ANSWERS: dict[str, Qualification] = {"YES": "YES", "NO": "NO", "NA": "NA"}


def voted(  # noqa: PLR0913  (the question, and all that it is decided from)
    by_words: Verdict,
    question: str,
    conversation: Conversation,
    answers: Answers,
    insights: Insights | None,
    *,
    lean: float = 0.0,
) -> Verdict:
    """Return the verdict of both; that by words alone where no head was asked. ``lean`` adds log odds to YES."""
    scored_turns = scored_turns_of(conversation, answers)
    if scored_turns is None or not is_voted_on(question, scored_turns):
        return by_words
    if question == BY_TURNS:
        return _empathy(by_words, scored_turns, insights and insights.habits)
    if question == "em-escalation":
        return _escalation(by_words, scored_turns, lean)
    return _decided(by_words, question, scored_turns, by_words.trigger, lean)


def _decided(
    by_words: Verdict, question: str, scored_turns: ScoredTurns, trigger: tuple[Evidence, ...], lean: float
) -> Verdict:
    decided = vote(question, by_words.qualification, scored_turns, lean)
    answer = _ANSWERS[decided.answer]
    is_same = answer == by_words.qualification
    reason = coded(
        "words alone say {answer}; the dialogue acts of the conversation outweigh them",
        answer=coded(by_words.qualification),
    )
    evidence = by_words.evidence if is_same else tuple(map(_quoted, decided.shown))
    if answer == "NO" and not evidence:
        begin = scored_turns.turns[begins(question, scored_turns) :][:1] or scored_turns.turns[-1:]
        turns = scored_turns.conversation.turns
        evidence = (nothing_in(turns, turns.index(begin[0])),)
    return answered(
        answer,
        evidence,
        trigger=trigger,
        reason=by_words.reason if is_same else reason,
        confidence=decided.confidence,
    )


def said_most_clearly(
    verdict: Verdict, question: str, sought: Joined | Search, conversation: Conversation, answers: Answers
) -> Verdict:
    """Return a YES of words with the turn that says it most clearly, of those that the search for them reads."""
    scored_turns = scored_turns_of(conversation, answers)
    if verdict.qualification != "YES" or question == BY_TURNS or scored_turns is None:
        return verdict
    reading = reading_of(conversation)
    places = {turn.id: index for index, turn in enumerate(reading.turns)}
    trigger = places.get(verdict.trigger[0].turn_id or "") if verdict.trigger else None
    among = {reading.turns[at].id for one in sought_by(sought) for at in one.read_turns(reading, trigger)}
    clear = clearer(question, scored_turns, verdict.evidence[0].turn_id or "", among)
    if clear is None:
        return verdict
    evidence = found_in(sought, places[clear.turn.id], reading, trigger) or (_quoted(clear),)
    return replace(verdict, evidence=evidence)


def _quoted(carrier: Carrier) -> Evidence:
    """Quote a turn: of a long one that introduces or identifies the sentence with most digits, else the last, a signature."""
    quoted, text = cite(carrier.turn, carrier.does), carrier.turn.text
    pieces = sentences(text)
    if carrier.act not in _SIGNED or len(text) <= LONG or not pieces:
        return quoted
    shown = max(reversed(pieces), key=lambda one: sum(map(str.isdigit, one)) if carrier.act == "give_identity" else 0)
    start = text.rfind(shown)
    before = text.rfind(" ", 0, max(0, start - MARGIN)) + 1
    return replace(quoted, text=text[before : start + len(shown)])


def _answered(answer: Qualification, evidence: Sequence[Evidence], scored_turns: ScoredTurns, **more: Any) -> Verdict:  # noqa: ANN401 as of a verdict
    """Return a verdict with its evidence; a NO without any was read in vain."""
    if answer == "NO" and not evidence:
        evidence = (nothing_in(scored_turns.conversation.turns),)
    return answered(answer, evidence, **more)


def _empathy(by_words: Verdict, scored_turns: ScoredTurns, habits: Sequence[AgentHabits] | None) -> Verdict:
    """Judge as the habits of agents were counted: shown at all, else sought in vain, else not sought."""
    if habits is None:
        return _empathy_alone(by_words, scored_turns)
    shown, sought = sum(row.empathy_shown for row in habits), sum(row.empathy_sought for row in habits)
    answer: Qualification = "YES" if shown else "NO" if sought else "NA"
    begins, why = _SHOWN.get(answer, ("nothing", ""))
    pieces = [replace(one, why=why) for row in habits for one in row.evidence if one.why.startswith(begins)]
    is_same = answer == by_words.qualification
    evidence = by_words.evidence if is_same and (answer != "YES" or not pieces) else _cited(pieces, by_words.evidence)
    return _answered(
        answer,
        evidence,
        scored_turns,
        reason="" if answer == "YES" else by_words.reason if is_same else _WHY[answer],
        confidence=vote(BY_TURNS, by_words.qualification, scored_turns).confidence,
    )


def _empathy_alone(by_words: Verdict, scored_turns: ScoredTurns) -> Verdict:
    """Judge where the habits of agents are not counted: in languages that their analyzer does not read."""
    decided = empathy(by_words.qualification, scored_turns)
    if decided.answer == by_words.qualification:
        return replace(by_words, confidence=decided.confidence)
    turns, act = (decided.shown, "empathy") if decided.answer == "YES" else (decided.trouble, "problem")
    evidence = tuple(cite(turn, DOES[act]) for turn in turns[:MOST_TURNS])
    answer = _ANSWERS[decided.answer]
    return _answered(answer, evidence, scored_turns, reason=_WHY.get(answer, ""), confidence=decided.confidence)


def _escalation(by_words: Verdict, scored_turns: ScoredTurns, lean: float) -> Verdict:
    """Judge where the customer asks for someone else, as the insight says it; how it was handled is voted on."""
    asked = heard("ask_escalation", scored_turns, {piece.turn_id for piece in by_words.trigger})
    if not asked:
        return Verdict(qualification="NA", reason=coded("the customer asks for no one else"))
    trigger = _cited([cite(turn, DOES["ask_escalation"]) for turn in asked], by_words.trigger)
    return _decided(by_words, "em-escalation", scored_turns, trigger, lean)


def _cited(found: Sequence[Evidence], quoted: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the first of what an insight cites, with the words that show it where they are known."""
    known = {one.turn_id: one for one in quoted}
    return tuple(known.get(one.turn_id, one) for one in found[:MOST_TURNS])
