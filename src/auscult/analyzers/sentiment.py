"""How the customer sounds, turn by turn and over the whole conversation, the end weighing more.

Scores go from 1 to 10 with 5 as neutral: below 4 is negative, above 6 positive. How a turn's tone is told stands in
``_tone``; how turns make a conversation's score, in ``overall`` and docs/reference/analyzers.md.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import ClassVar

from auscult.analyzers._contract import Unknown
from auscult.analyzers._evidence import turns_of, unsupported
from auscult.analyzers._shares import whole_percents
from auscult.analyzers._tone import Tone, customer_probes, customer_tones
from auscult.domain.conversation import Conversation
from auscult.domain.insight import Insights, SentimentLabel, TurnSentiment
from auscult.domain.insight import Sentiment as Found
from auscult.domain.probe import Answers, Probe

NEUTRAL = 5
LOW, HIGH = Decimal(4), Decimal(6)
HALF_LIFE = 0.5
"""After this share of the customer's turns, counted from the end, a turn weighs half as much as the last one."""
FEWEST_TURNS = 1.5
STEADINESS = 1.0
"""The more, the more feeling it takes to leave the middle of the scale."""
FAINT = 0.25
EASED = 0.6
"""What trouble still weighs when the request was met in the end."""
THREAT = 0.6
WISH = 0.4
THREATS = ("threatens", "says never again", "says that they leave")
"""How the evidence of ``churn_risk`` and ``escalation`` begins that is a threat in itself."""


class Sentiment:
    """The customer's sentiment."""

    field: ClassVar[str] = "sentiment"
    languages: ClassVar[frozenset[str]] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """How the customer's turns sound."""
        return customer_probes(conversation)

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Found | Unknown:
        """Sentiment of each customer turn and of the conversation. ``known`` tells how it ended, where that is known."""
        if not turns_of(conversation, "customer"):
            return Unknown("the customer never speaks")
        if (obstacle := unsupported(conversation, known, self.languages)) is not None:
            return obstacle
        tones = [_coloured(tone, known) for tone in customer_tones(conversation, answers)]
        turns = tuple(_turn(tone) for tone in tones)
        score = overall([tone.valence for tone in tones], known)
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


def overall(valences: Sequence[float], known: Insights) -> Decimal:
    """The conversation's score, from the valences of the customer's turns in order.

    Each valence beyond ``FAINT`` weighs 0.5 ** (turns after it / (half the number of turns)). With P and N the
    weighted sums of good and bad, the balance is (P - N) / (P + N + 1). When the request was met in the end, N is
    taken times ``EASED``.
    """
    good = bad = 0.0
    half_life = max(FEWEST_TURNS, HALF_LIFE * len(valences))
    for after, valence in enumerate(reversed(valences)):
        weight = 0.5 ** (after / half_life)
        if valence > FAINT:
            good += weight * valence
        elif valence < -FAINT:
            bad -= weight * valence
    outcome = known.resolution.resolution if known.resolution is not None else "NA"
    if outcome == "YES":
        bad *= EASED
    return scaled((good - bad) / (good + bad + STEADINESS))


def scaled(balance: float) -> Decimal:
    """From -1 .. 1 to 1 .. 10, one decimal, 0 being 5."""
    score = NEUTRAL + balance * (10 - NEUTRAL if balance > 0 else NEUTRAL - 1)
    return Decimal(score).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def label_of(score: Decimal) -> SentimentLabel:
    """The band that a score lies in."""
    if score < LOW:
        return "negative"
    return "positive" if score > HIGH else "neutral"


def _coloured(tone: Tone, known: Insights) -> Tone:
    """A turn with a threat in it sounds no better than that; a wish to leave or to go higher, where nothing was met."""
    flags = [flag for flag in (known.churn_risk, known.escalation) if flag is not None]
    whys = [piece.why for flag in flags for piece in flag.evidence if piece.turn_id == tone.turn.id]
    is_unmet = known.resolution is not None and known.resolution.resolution == "NO"
    worst = 0.0
    for why in whys:
        if why.startswith(THREATS):
            worst = min(worst, -THREAT)
        elif is_unmet:
            worst = min(worst, -WISH)
    return tone._replace(valence=min(tone.valence, worst)) if worst else tone


def _turn(tone: Tone) -> TurnSentiment:
    score = scaled(tone.valence)
    return TurnSentiment(turn_id=tone.turn.id, label=label_of(score), score=score)


def _third(tones: Sequence[Tone]) -> int:
    """How many turns the opening and the closing have: a third, at least one."""
    return max(1, len(tones) // 3)


def _phase(tones: Sequence[Tone]) -> SentimentLabel:
    """How a phase sounds: the sum of its turns' valences, faint ones left out."""
    valence = sum(tone.valence for tone in tones if abs(tone.valence) > FAINT)
    return label_of(scaled(max(-1.0, min(1.0, valence))))
