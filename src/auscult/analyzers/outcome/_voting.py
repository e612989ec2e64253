"""Insights in which trained heads have a vote: the answer by words and the dialogue acts decide together.

Without an answer about the acts, which are asked for where an engine has heads, words alone decide.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from msgspec import UNSET
from msgspec.structs import replace

from auscult.analyzers._contract import Unknown
from auscult.analyzers._evidence import language_of
from auscult.analyzers._packs import UNDERSTOOD
from auscult.analyzers.outcome._flagging import MAX_EVIDENCE
from auscult.analyzers.outcome._turn_indexes import UNANSWERED, UNSHOWN, telling
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.evaluation import Evidence, cite, nothing_in
from auscult.domain.insight import Flag, Insights, Outcome, Resolution
from auscult.domain.probe import Answers, Probe
from auscult.votes import DOES, ScoredTurns, Vote, acts_probes, clearest, heard, languages, scored_turns_of, vote

VOTED_IN = languages()
"""ISO 639-1 codes of the languages that the heads understand."""
SURE = Decimal("0.7")
"""Confidence from which on an answer is certain."""
NOTHING = Decimal(0)
OUTWEIGHS = Decimal("0.9")
"""Confidence from which on a refusal at the end is overruled."""
NEVER = Decimal(2)
"""More than any confidence: what an agent states is not overruled."""
UNSURE = coded("the words and the dialogue acts do not agree clearly")
BRIEF = 3
"""Words up to which a turn is quoted with the one that it answers."""
_ANSWERS: dict[str, Resolution] = {"YES": "YES", "NO": "NO", "NA": "NA"}


class VotedFlag:
    """Flag that the customer's words raise, with the dialogue acts where heads vote."""

    languages: frozenset[str] = UNDERSTOOD
    asks_in: ClassVar[frozenset[str]] = VOTED_IN

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the question about the dialogue acts."""
        return acts_probes(conversation)


def voted_outcome(
    by_words: Outcome,
    conversation: Conversation,
    answers: Answers,
    *,
    outweighs: Decimal = NOTHING,
    refused: tuple[Evidence, ...] = (),
) -> Outcome:
    """Return the outcome of words and acts together; acts overrule words from the confidence ``outweighs``.

    Its evidence is the turn that says it most clearly; that of the words where no turn is likely to, or none may overrule.
    ``refused`` is the last refusal by words.
    """
    scored_turns = scored_turns_of(conversation, answers)
    if scored_turns is None:
        return by_words
    decided = vote("em-resolution", by_words.resolution, scored_turns)
    is_same = decided.answer == by_words.resolution
    is_held = not is_same and decided.confidence < outweighs
    answer = by_words.resolution if is_held else _ANSWERS[decided.answer]
    doubt = UNSET if decided.confidence >= SURE or decided.answer == "NA" else UNSURE
    said = by_words.evidence if answer == by_words.resolution else refused if answer == "NO" else ()
    evidence = by_words.evidence if outweighs == NEVER else _shown(answer, said, decided, scored_turns)
    if is_same and by_words.doubt:
        doubt = UNSURE if by_words.doubt == UNSHOWN and evidence != by_words.evidence else by_words.doubt
    return Outcome(
        resolution=answer,
        evidence=evidence,
        doubt=UNSURE if is_held else doubt,
        confidence=UNSET if is_held else decided.confidence,
    )


def _shown(
    answer: Resolution, said: tuple[Evidence, ...], decided: Vote, scored_turns: ScoredTurns
) -> tuple[Evidence, ...]:
    """Return the turn that says the answer most clearly; ``said`` is what words cite. A NO that no turn says cites them all."""
    if answer == "NA":
        return ()
    clear = clearest("em-resolution", answer, scored_turns, said[0].turn_id if said else None)
    if clear and not (answer == "NO" and clear.turn.speaker == "customer" and _is_brief(clear.turn.text)):
        asked = _asked_before(clear.turn, scored_turns) if _is_brief(clear.turn.text) else ()
        return (replace(cite(clear.turn, clear.does), text=telling(clear.turn.text, answer)), *asked)
    if answer == "NO" and not any(one.why == UNANSWERED and not _is_brief(one.text or "") for one in said):
        return (nothing_in(scored_turns.conversation.turns),)
    return said or _cited(decided)


def _is_brief(text: str) -> bool:
    """Return whether words say nothing by themselves: ``Yes!``, ``wow ok``."""
    return len(text.split()) <= BRIEF


def _asked_before(turn: Turn, scored_turns: ScoredTurns) -> tuple[Evidence, ...]:
    """Return the customer's turn right before one of the agent's, which shows what it answers."""
    index = scored_turns.turns.index(turn)
    asking = (other for at, score, other in scored_turns.scores("ask") if at == index - 1 and score > 0)
    return tuple(cite(other, DOES["ask"]) for other in asking)


def voted_flag(
    question: str, by_words: Flag | Unknown, conversation: Conversation, answers: Answers, known: Insights
) -> Flag | Unknown:
    """Return the flag of words and acts together: the evidence is that of the words, where they agree."""
    scored_turns = _scored_turns(conversation, answers, known)
    if scored_turns is None or isinstance(by_words, Unknown):
        return by_words
    decided = vote(question, "YES" if by_words.observed else "NO", scored_turns)
    if (decided.answer == "YES") == by_words.observed:
        return replace(by_words, confidence=decided.confidence)
    evidence = _cited(decided) if decided.answer == "YES" else ()
    return Flag(observed=decided.answer == "YES", evidence=evidence, confidence=decided.confidence)


def heard_flag(
    acts: Sequence[str], by_words: Flag | Unknown, conversation: Conversation, answers: Answers, known: Insights
) -> Flag | Unknown:
    """Return the flag where a turn has one of these acts, or shows it in words that count; those are quoted."""
    scored_turns = _scored_turns(conversation, answers, known)
    if scored_turns is None or isinstance(by_words, Unknown):
        return by_words
    quoted = {one.turn_id: one for one in by_words.evidence}
    does: dict[str, tuple[Turn, str]] = {}
    for act in acts:
        for turn in heard(act, scored_turns, quoted):
            does.setdefault(turn.id, (turn, DOES[act]))
    shown = [does[turn.id] for turn in scored_turns.turns if turn.id in does]
    found = [quoted.get(turn.id) or cite(turn, why) for turn, why in shown]
    return Flag(observed=bool(found), evidence=tuple(found[:MAX_EVIDENCE]))


def _scored_turns(conversation: Conversation, answers: Answers, known: Insights) -> ScoredTurns | None:
    """Return the acts of a conversation in a language that the heads understand."""
    return scored_turns_of(conversation, answers) if language_of(conversation, known) in VOTED_IN else None


def _cited(decided: Vote) -> tuple[Evidence, ...]:
    return tuple(cite(each.turn, each.does) for each in decided.shown)
