"""Customer's sentiment, turn by turn and over the whole conversation, with more weight on the end.

Scores are from 1 to 10 with 5 as neutral: below 4 is negative, above 6 positive. ``_tone`` computes a turn's tone,
``_mood`` its own label, ``_scale`` the score of a conversation from its turns (docs/reference/analyzers.md).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from msgspec.structs import replace

from auscult.analyzers._contract import Unknown
from auscult.analyzers._evidence import language_of, unread_customer
from auscult.analyzers._packs import BY_PACKS, UNDERSTOOD
from auscult.analyzers._shares import whole_percents
from auscult.analyzers.sentiment._mood import mood_probes, moods
from auscult.analyzers.sentiment._scale import FAINT, label_of, overall, scaled
from auscult.analyzers.sentiment._tone import Tone, customer_probes, customer_tones, denies_trouble
from auscult.analyzers.sentiment._tone_by_packs import tones_by_packs
from auscult.domain.conversation import Conversation, language_code
from auscult.domain.insight import Insights, SentimentLabel, TurnSentiment
from auscult.domain.insight import Sentiment as Found
from auscult.domain.probe import Answers, Probe
from auscult.votes import SENTIMENT, ScoredTurns, Vote, acts_probes, is_voted_on, scored_turns_of, vote

WORRY_OVER = 0.5
"""What a worry still weighs when the request was met in the end: fear goes with its reason, anger stays a while."""
THREAT = 0.6
WISH = 0.4
SIGNS = {"positive": 1, "neutral": 0, "negative": -1}
LEAST = 0.3
"""Share of the scale beyond which a score is clearly not neutral."""
THREATS = ("threatens", "says never again", "says that they leave")
"""How the evidence of ``churn_risk`` and ``escalation`` begins that is a threat in itself."""


class Sentiment:
    """The customer's sentiment."""

    field: ClassVar[str] = "sentiment"
    languages: frozenset[str] = UNDERSTOOD

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about the customer's turns, sentence by sentence and each by itself, and about the acts."""
        by_packs = language_code(conversation) in BY_PACKS
        tones = () if by_packs else (*customer_probes(conversation), *mood_probes(conversation))
        return (*tones, *acts_probes(conversation))

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Found | Unknown:
        """Return the sentiment of each customer turn and of the conversation. ``known`` may hold the outcome."""
        if (obstacle := unread_customer(conversation, known, self.languages)) is not None:
            return obstacle
        language = language_of(conversation, known)
        by_packs = language in BY_PACKS
        heard = tones_by_packs(conversation, language) if by_packs else customer_tones(conversation, answers)
        tones = [_coloured(tone, known) for tone in heard]
        by_turn = {} if by_packs else moods(conversation, answers)
        turns = tuple([_turn(tone, by_turn.get(tone.turn.id, 0.0)) for tone in tones])
        score = overall([tone.valence for tone in tones], known)
        decided = _voted(score, scored_turns_of(conversation, answers))
        if decided and (by_packs or not _is_denied(decided)):
            score = scaled(SIGNS[decided.answer] * max(LEAST, float(decided.confidence)))
            turns = _carrying(turns, decided)
        shares = whole_percents(
            [sum(turn.label == label for turn in turns) for label in ("positive", "neutral", "negative")]
        )
        return Found(
            label=label_of(score),
            score=score,
            start=_phase(tones[: _third(tones)]),
            end=_phase(tones[-_third(tones) :]),
            positive=shares[0],
            neutral=shares[1],
            negative=shares[2],
            turns=turns,
        )


def _voted(score: Decimal, scored_turns: ScoredTurns | None) -> Vote | None:
    """Return the vote where the dialogue acts outweigh the label of a score."""
    if scored_turns is None or not is_voted_on(SENTIMENT, scored_turns):
        return None
    decided = vote(SENTIMENT, label_of(score), scored_turns)
    return None if decided.answer == label_of(score) else decided


def _is_denied(decided: Vote) -> bool:
    """Return whether a vote rests on turns alone that deny trouble: the heads know the words, and not what denies them."""
    carriers = decided.carriers
    return decided.answer == "negative" and bool(carriers) and all(denies_trouble(each.turn.text) for each in carriers)


def _carrying(turns: tuple[TurnSentiment, ...], decided: Vote) -> tuple[TurnSentiment, ...]:
    """Return the turns with the label of the vote on those that carried it and were neutral."""
    ids = {each.turn.id for each in decided.carriers}
    label = label_of(score := scaled(SIGNS[decided.answer] * LEAST))
    return tuple(
        [
            replace(turn, label=label, score=score) if turn.turn_id in ids and turn.label == "neutral" else turn
            for turn in turns
        ]
    )


def _coloured(tone: Tone, known: Insights) -> Tone:
    """A turn with a threat in it sounds no better than that; a wish to leave or to go higher, where nothing was met."""
    flags = [flag for flag in (known.churn_risk, known.escalation) if flag is not None]
    whys = [piece.why for flag in flags for piece in flag.evidence if piece.turn_id == tone.turn.id]
    is_unmet = known.resolution is not None and known.resolution.resolution == "NO"
    worst = 1.0
    for why in whys:
        if why.startswith(THREATS):
            worst = min(worst, -THREAT)
        elif is_unmet:
            worst = min(worst, -WISH)
    valence = min(tone.valence, worst)
    if tone.emotion == "fear" and known.resolution is not None and known.resolution.resolution == "YES":
        valence *= WORRY_OVER
    return tone._replace(valence=valence)


def _turn(tone: Tone, mood: float) -> TurnSentiment:
    """Return the sentiment by the phrases, else by the head where it is sure."""
    score = scaled(tone.valence if abs(tone.valence) > FAINT else mood)
    return TurnSentiment(turn_id=tone.turn.id, label=label_of(score), score=score)


def _third(tones: Sequence[Tone]) -> int:
    """Return the number of turns in the opening and in the closing: a third, at least one."""
    return max(1, len(tones) // 3)


def _phase(tones: Sequence[Tone]) -> SentimentLabel:
    """Return the sentiment of a phase: the sum of its turns' valences, faint ones left out."""
    valence = sum(tone.valence for tone in tones if abs(tone.valence) > FAINT)
    return label_of(scaled(max(-1.0, min(1.0, valence))))
