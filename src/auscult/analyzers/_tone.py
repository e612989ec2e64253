"""How each turn sounds: what telling phrases and the trained heads say of it, put together into one number.

``valence`` goes from -1 (bad) over 0 to 1 (good). Phrases decide; the heads, which know general talk better than
that of service desks, speak where no phrase does, and shade the rest. Plain thanks and plain agreement are neutral.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from auscult.analyzers._anger_phrases import ANGER
from auscult.analyzers._cue import CLEAR, SLIGHT, STRONG, Cue
from auscult.analyzers._delight_phrases import DELIGHT
from auscult.analyzers._evidence import turns_of
from auscult.analyzers._false_friends import FALSE_FRIENDS
from auscult.analyzers._outcome_phrases import MET, REFUSED
from auscult.analyzers._phrases import Phrases
from auscult.analyzers._trouble_phrases import CONFUSION, FEAR, SADNESS
from auscult.domain.conversation import Conversation, Speaker, Turn
from auscult.domain.probe import Answers, Classification, ClassificationAnswer
from auscult.domain.text import sentences

SENTIMENT = "sentiment"
EMOTION = "emotion"
SURE = 0.75
VERY_SURE = 0.85
STRONG_ANGER = 0.85
EACH_MORE = 0.1
ENOUGH_WORDS = 5
HEAD_ALONE = 0.4
FAINT = 0.5
BAD_EMOTIONS = ("anger", "sadness", "fear")
HOLLOW = ("great", "five stars", "happy", "good")
"""Names of cues that are said in irony as well: after a refusal, without a thank you, they mean the contrary."""
ANGRY_PICTURES = frozenset("🙄😡😠🤬😤👎😒😑🤦")
SAD_PICTURES = frozenset("😞😢😭💔😩😫😖😟😔")
GOOD_PICTURES = frozenset("😊😀🙂😍❤🎉👏👍😂😅🥳💕😃😁💯🤩😄☺🥰💖💙")

CUSTOMER = ANGER + SADNESS + FEAR + CONFUSION + DELIGHT
_CUES = Phrases([*(cue.pattern for cue in CUSTOMER), *(friend.pattern for friend in FALSE_FRIENDS)])
_MET = Phrases(MET)
_REFUSED = Phrases(REFUSED)
_SOUNDS = Phrases(("sounds?",))
_THANKS = Phrases(("thank you|thanks|thank|cheers|appreciate|grateful|bless",))


class Tone(NamedTuple):
    """How one turn sounds, and the emotion that is strongest in it (None: none)."""

    turn: Turn
    valence: float
    emotion: str | None


class Told(NamedTuple):
    """What the heads say of a turn: how negative and how positive (thanks left out) its most telling sentence is."""

    negative: float
    positive: float
    emotion: str
    sure: float


UNTOLD = Told(0.0, 0.0, "neutral", 0.0)


def tone_probes(conversation: Conversation, speaker: Speaker, *heads: str) -> tuple[Classification, ...]:
    """What these heads are asked about one side's turns."""
    texts = tuple(piece for turn in turns_of(conversation, speaker) for piece in sentences(turn.text))
    return tuple(Classification(head, texts) for head in heads) if texts else ()


def customer_probes(conversation: Conversation) -> tuple[Classification, ...]:
    """What ``customer_tones`` needs to be told."""
    return tone_probes(conversation, "customer", SENTIMENT, EMOTION)


def customer_tones(conversation: Conversation, answers: Answers) -> list[Tone]:
    """How each of the customer's turns sounds, in order."""
    told = _told(conversation, answers)
    tones: list[Tone] = []
    refused = False
    for turn in conversation.turns:
        if turn.speaker == "customer" and turn.text.strip():
            tones.append(_tone(turn, told.get(turn.id, UNTOLD), after_refusal=refused))
        elif turn.speaker in ("agent", "bot"):
            refused = bool(_REFUSED.find(turn.text)) and not _MET.find(turn.text)
    return tones


def labelled(
    conversation: Conversation, answers: Answers, speaker: Speaker, head: str
) -> Iterator[tuple[Turn, Mapping[str, float]]]:
    """What a head said of each sentence of one side's turns: the turn, and the probability of each label."""
    probes = tone_probes(conversation, speaker, head)
    answer = answers[probes[0]] if probes else None
    if not isinstance(answer, ClassificationAnswer):
        return
    rows = iter(answer.probabilities)
    for turn in turns_of(conversation, speaker):
        for _ in sentences(turn.text):
            yield turn, dict(zip(answer.labels, next(rows), strict=True))


def _told(conversation: Conversation, answers: Answers) -> dict[str, Told]:
    told: dict[str, Told] = {}
    sentiment = labelled(conversation, answers, "customer", SENTIMENT)
    emotion = labelled(conversation, answers, "customer", EMOTION)
    for (turn, feeling), (_, shares) in zip(sentiment, emotion, strict=True):
        before = told.get(turn.id, UNTOLD)
        strongest = max(shares, key=shares.__getitem__)
        share = shares[strongest]
        is_new = strongest != "neutral" and share > before.sure
        told[turn.id] = Told(
            max(before.negative, feeling["negative"]),
            max(before.positive, feeling["positive"] * (1 - shares["gratitude"])),
            strongest if is_new else before.emotion,
            share if is_new else before.sure,
        )
    return told


def cues_in(text: str) -> list[Cue]:
    """The telling phrases of a customer's turn, those left out that only look like one."""
    found = _CUES.find(text)
    off = {
        name
        for place in found[::-1]
        if place >= len(CUSTOMER)
        for name in FALSE_FRIENDS[place - len(CUSTOMER)].calls_off
    }
    return [cue for place in found if place < len(CUSTOMER) and (cue := CUSTOMER[place]).name not in off]


def _tone(turn: Turn, told: Told, *, after_refusal: bool) -> Tone:
    cues = cues_in(turn.text)
    bad = _weight(-cue.weight for cue in cues if cue.weight < 0)
    good = _weight(cue.weight for cue in cues if cue.weight > 0)
    anger = max((-cue.weight for cue in cues if cue.emotion == "anger"), default=0.0)
    if not turn.text.isascii():
        pictures = set(turn.text)
        anger = max(anger, CLEAR if pictures & ANGRY_PICTURES else 0)
        bad = max(bad, CLEAR if pictures & (ANGRY_PICTURES | SAD_PICTURES) else 0)
        good = max(good, SLIGHT if pictures & GOOD_PICTURES else 0)
    is_thankful = bool(_THANKS.find(turn.text))
    sounds_hollow = all(cue.name in HOLLOW for cue in cues if cue.weight > 0) and not _SOUNDS.find(turn.text)
    if good >= CLEAR and not is_thankful and (anger >= CLEAR or (after_refusal and sounds_hollow)):
        valence = -max(bad, CLEAR)
    elif bad and good:
        valence = _mixed(bad, good, anger, is_thankful=is_thankful)
    else:
        valence = good - bad
    if max(bad, good) <= SLIGHT:
        valence = _faint(valence, told, len(turn.text.split()))
    valence = round(max(-1.0, min(1.0, valence)), 4)
    return Tone(turn, valence, _emotion(cues, told, valence))


def _weight(weights: Iterator[float]) -> float:
    """The heaviest, and a little for each more."""
    heaviest, *more = sorted(weights, reverse=True) or [0.0]
    return min(1.0, heaviest + EACH_MORE * len(more))


def _mixed(bad: float, good: float, anger: float, *, is_thankful: bool) -> float:
    """Good and bad in one turn: strong anger outweighs praise, thanks outweigh the worry that is over."""
    if anger >= STRONG_ANGER:
        return -bad
    if good >= STRONG or (good >= CLEAR and is_thankful and anger < CLEAR):
        return good - SLIGHT * bad
    return good - bad


def _faint(valence: float, told: Told, words: int) -> float:
    """Without a telling phrase: what the head is sure of in a turn long enough to judge, else next to nothing."""
    if words >= ENOUGH_WORDS and told.negative >= SURE and told.positive < SLIGHT and told.emotion in BAD_EMOTIONS:
        return -HEAD_ALONE
    if words >= ENOUGH_WORDS and told.positive >= VERY_SURE and told.negative < SLIGHT and told.emotion == "happiness":
        return HEAD_ALONE
    return valence * FAINT


def _emotion(cues: list[Cue], told: Told, valence: float) -> str | None:
    """The emotion of the heaviest phrase that goes the way the turn goes, else what the head is sure of."""
    way = [cue for cue in cues if abs(cue.weight) > SLIGHT and (cue.weight > 0) == (valence > 0)]
    if way:
        return max(way, key=lambda cue: abs(cue.weight)).emotion
    if any(cue.emotion == "confusion" for cue in cues):
        return "confusion"
    return told.emotion if told.sure >= SURE and told.emotion not in ("neutral", "caring", "gratitude") else None
