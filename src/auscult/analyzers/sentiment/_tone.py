"""Tone of each turn: phrases and trained heads, combined into one number.

``valence`` is from -1 (bad) over 0 to 1 (good). Phrases decide; the heads, which know general talk better than
that of service desks, decide where no phrase does. Plain thanks and plain agreement are neutral.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from auscult.analyzers._evidence import turns_of
from auscult.analyzers._one_pass import CUSTOMER_TURNS
from auscult.analyzers._outcomes import AGENT_SAYS, CUSTOMER_SAYS
from auscult.analyzers._phrases import Phrases
from auscult.analyzers.sentiment._cue import CLEAR, SLIGHT, STRONG, Cue, cues_of, false_friends
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.memo import kept
from auscult.domain.probe import Answers, Classification, ClassificationAnswer
from auscult.domain.said.text import sentences, spoken_words

EMOTION = "emotion"
SURE = 0.75
VERY_SURE = 0.85
STRONG_ANGER = 0.85
EACH_MORE = 0.1
ENOUGH_WORDS = 5
HEAD_ALONE = 0.4
FAINT = 0.5
BAD_EMOTIONS = ("anger", "sadness", "fear")
GOOD_EMOTIONS = ("happiness", "satisfaction")
UNFELT = ("neutral", "caring", "gratitude", "confusion")
"""What the emotion head is not believed in alone: it takes questions for confusion, and thanks are no feeling."""
HOLLOW = ("great", "five stars", "happy", "good")
"""Names of cues that are said in irony as well: after a refusal, without a thank you, they mean the contrary."""
POLITE_AFTER_TROUBLE = "appreciation"
"""The name of cues that are warm out of the blue, and mere politeness once the customer has been upset."""
ANGRY_PICTURES = frozenset("🙄😡😠🤬😤👎😒😑🤦")
SAD_PICTURES = frozenset("😞😢😭💔😩😫😖😟😔")
GOOD_PICTURES = frozenset("😊😀🙂😍❤🎉👏👍😂😅🥳💕😃😁💯🤩😄☺🥰💖💙")

CUSTOMER = tuple(
    cue for feeling in ("anger", "sadness", "fear", "confusion", "delight") for cue in cues_of(f"en/{feeling}")
)
FALSE_FRIENDS = false_friends()
_CUES = Phrases([*(cue.pattern for cue in CUSTOMER), *(friend.pattern for friend in FALSE_FRIENDS)], CUSTOMER_TURNS)
_BLAME = Phrases(
    ["bad|wrong|complain|complaints?|problems?|issues?|trouble|faults?|worries|worried|upset"], CUSTOMER_TURNS
)
"""Words in which the head finds annoyance, also where they are denied ("not bad", "no complaints")."""
_KEEP = 2_048


class Tone(NamedTuple):
    """Tone of one turn, and its strongest emotion (None: none)."""

    turn: Turn
    valence: float
    emotion: str | None


class HeadAnswer(NamedTuple):
    """Heads' answer about a turn: how negative and how positive (thanks left out) its clearest sentence is.

    ``emotion`` is the most probable one in any sentence, ``neutral`` where none is.
    """

    negative: float
    positive: float
    emotion: str
    sure: float


NO_ANSWER = HeadAnswer(0.0, 0.0, "neutral", 0.0)


@kept
def customer_probes(conversation: Conversation) -> tuple[Classification, ...]:
    """Return the questions of ``customer_tones``."""
    texts = tuple([piece for turn in turns_of(conversation, "customer") for piece in sentences(turn.text)])
    return (Classification(EMOTION, texts),) if texts else ()


@kept
def customer_tones(conversation: Conversation, answers: Answers) -> list[Tone]:
    """Return the tone of each of the customer's turns, in order."""
    answered = _answers_by_turn(conversation, answers)
    tones: list[Tone] = []
    refused = troubled = False
    for turn in conversation.turns:
        if turn.speaker == "customer" and turn.text.strip():
            valence, emotion = _heard(turn.text, answered.get(turn.id, NO_ANSWER), refused, troubled)
            tones.append(Tone(turn, valence, emotion))
            troubled = troubled or valence <= -SLIGHT
        elif turn.speaker in ("agent", "bot"):
            said = AGENT_SAYS.find(turn.text)
            refused = "refused" in said and "met" not in said
    return tones


class _Cues(NamedTuple):
    """Cues in a customer's turn: those that count, and those that are only denied there ("this is not bad")."""

    felt: list[Cue]
    denied: list[Cue]

    def deny_trouble(self, text: str) -> bool:
        """Return whether a turn denies that something is bad, which a head classifies as a complaint."""
        if any(cue.weight < 0 for cue in self.denied):
            return True
        return bool(_BLAME.find(text)) and not _BLAME.affirms(0, text, "en")


_NO_CUES = _Cues([], [])


def denies_trouble(text: str) -> bool:
    """Return whether a customer's turn denies that something is bad."""
    return cues_in(text).deny_trouble(text)


def cues_in(text: str) -> _Cues:
    """Return the cues in a customer's turn, without those that only resemble one."""
    found = _CUES.find(text)
    if not found:
        return _NO_CUES
    friends = [FALSE_FRIENDS[index - len(CUSTOMER)] for index in found if index >= len(CUSTOMER)]
    off = {name for friend in friends for name in friend.calls_off}
    cues = _Cues([], [])
    for index in found:
        if index < len(CUSTOMER) and CUSTOMER[index].name not in off:
            (cues.felt if _CUES.affirms(index, text, "en") else cues.denied).append(CUSTOMER[index])
    return cues


def _answers_by_turn(conversation: Conversation, answers: Answers) -> dict[str, HeadAnswer]:
    """Return the head's answers about the customer's turns, by turn id; empty where it was not asked."""
    probes = customer_probes(conversation)
    answer = answers[probes[0]] if probes else None
    if not isinstance(answer, ClassificationAnswer):
        return {}
    answered: dict[str, HeadAnswer] = {}
    read = 0
    for turn in turns_of(conversation, "customer"):
        count = len(sentences(turn.text))
        answered[turn.id] = _strongest(answer.labels, answer.probabilities[read : read + count])
        read += count
    return answered


def _strongest(labels: tuple[str, ...], sentence_shares: tuple[tuple[float, ...], ...]) -> HeadAnswer:
    """The strongest of what was said of a turn's sentences."""
    bad, good, emotion, sure = NO_ANSWER
    bad_columns, good_columns = _columns(labels)
    for shares in sentence_shares:
        bad = max(bad, sum([shares[column] for column in bad_columns]))
        good = max(good, sum([shares[column] for column in good_columns]))
        share = max(shares)
        if share > sure and labels[shares.index(share)] != "neutral":
            emotion, sure = labels[shares.index(share)], share
    return HeadAnswer(bad, good, emotion, sure)


@lru_cache(maxsize=8)
def _columns(labels: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """Return the indices of the bad emotions among the labels of the head, and of the good ones."""
    return [labels.index(label) for label in BAD_EMOTIONS], [labels.index(label) for label in GOOD_EMOTIONS]


@lru_cache(maxsize=_KEEP)
def _heard(text: str, answer: HeadAnswer, after_refusal: bool, after_trouble: bool) -> tuple[float, str | None]:  # noqa: FBT001  (kept by position)
    """Valence and emotion of a customer's turn. Kept, as several analyzers ask for the same turn."""
    found = cues_in(text)
    cues = [cue for cue in found.felt if not (after_trouble and cue.name == POLITE_AFTER_TROUBLE)]
    says = CUSTOMER_SAYS.find(text)
    bad = _weight([-cue.weight for cue in cues if cue.weight < 0])
    good = _weight([cue.weight for cue in cues if cue.weight > 0])
    anger = max([-cue.weight for cue in cues if cue.emotion == "anger"], default=0.0)
    if not text.isascii():
        pictures = set(text)
        anger = max(anger, CLEAR if pictures & ANGRY_PICTURES else 0)
        bad = max(bad, CLEAR if pictures & (ANGRY_PICTURES | SAD_PICTURES) else 0)
        good = max(good, SLIGHT if pictures & GOOD_PICTURES else 0)
    is_thankful = "thanks" in says
    sounds_hollow = all(cue.name in HOLLOW for cue in cues if cue.weight > 0) and "sounds" not in says
    if good >= CLEAR and not is_thankful and (anger >= CLEAR or (after_refusal and sounds_hollow)):
        valence = -max(bad, CLEAR)
    elif bad and good:
        valence = _mixed(bad, good, anger, is_thankful=is_thankful)
    else:
        valence = good - bad
    if max(bad, good) <= SLIGHT:
        answered = answer._replace(negative=0.0) if found.deny_trouble(text) else answer
        valence = _faint(valence, answered, spoken_words(text).split())
    valence = round(max(-1.0, min(1.0, valence)), 4)
    return valence, _emotion(cues, answer, valence)


def _weight(weights: Sequence[float]) -> float:
    """The heaviest, and a little for each more."""
    return min(1.0, max(weights) + EACH_MORE * (len(weights) - 1)) if weights else 0.0


def _mixed(bad: float, good: float, anger: float, *, is_thankful: bool) -> float:
    """Good and bad in one turn: strong anger outweighs praise, thanks outweigh the worry that is over."""
    if anger >= STRONG_ANGER:
        return -bad
    if good >= STRONG or (good >= CLEAR and is_thankful and anger < CLEAR):
        return good - SLIGHT * bad
    return good - bad


def _faint(valence: float, answer: HeadAnswer, words: list[str]) -> float:
    """Return the head's valence of a turn without a cue, where it is sure and the turn is long enough; else almost 0.

    The head finds annoyance in a plain no, so a turn that begins with one is left to the phrases.
    """
    if len(words) < ENOUGH_WORDS or words[0] in ("no", "nope", "not"):
        return valence * FAINT
    if answer.negative >= SURE and answer.positive < SLIGHT and answer.emotion in BAD_EMOTIONS:
        return -HEAD_ALONE
    if answer.positive >= VERY_SURE and answer.negative < SLIGHT and answer.emotion == "happiness":
        return HEAD_ALONE
    return valence * FAINT


def _emotion(cues: list[Cue], answer: HeadAnswer, valence: float) -> str | None:
    """The emotion of the heaviest phrase that goes the way the turn goes, else what the head is sure of."""
    way = [cue for cue in cues if abs(cue.weight) > SLIGHT and (cue.weight > 0) == (valence > 0)]
    if way:
        return max(way, key=lambda cue: abs(cue.weight)).emotion
    if any(cue.emotion == "confusion" for cue in cues):
        return "confusion"
    return answer.emotion if answer.sure >= SURE and answer.emotion not in UNFELT else None
