"""Customer's feeling about one of several subjects of a conversation."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from auscult.analyzers.sentiment._scale import label_of, overall, valence_of
from auscult.domain.conversation import Conversation
from auscult.domain.insight import Insights, SentimentLabel


class Feeling(NamedTuple):
    """Label and whole score (1 to 10), both None where sentiment is not known; the emotions, the most frequent first."""

    label: SentimentLabel | None
    score: int | None
    emotions: tuple[str, ...]


def says(conversation: Conversation) -> dict[str, int]:
    """Return the utterance of each of the customer's turns, by id: turns without an answer between them are one."""
    found: dict[str, int] = {}
    say, is_answered = 0, False
    for turn in conversation.turns:
        if turn.speaker == "customer" and turn.text.strip():
            say += is_answered
            is_answered = False
            found[turn.id] = say
        elif turn.speaker in ("agent", "bot") and turn.text.strip():
            is_answered = bool(found)
    return found


def stretches(conversation: Conversation, starts: Sequence[str]) -> dict[str, frozenset[str]]:
    """The customer's turns, by id, cut where each thing first comes up: ``starts`` are the turns in which one does.

    What is said before the first belongs to it. Things that come up in one say share what follows.
    """
    if not starts:
        return {}
    say_of = says(conversation)
    first = sorted({say_of[start] for start in starts})
    cut: dict[int, set[str]] = {say: set() for say in first}
    for turn, say in say_of.items():
        cut[max((one for one in first if one <= say), default=first[0])].add(turn)
    return {start: frozenset(cut[say_of[start]]) for start in starts}


def feeling(stretch: frozenset[str], known: Insights) -> Feeling:
    """Return the customer's feeling in these turns; over all of their turns it is the overall feeling."""
    emotions = known.emotions.customer if known.emotions is not None else ()
    felt = tuple([one.emotion for one in emotions if not stretch.isdisjoint(one.turns)])
    sentiment = known.sentiment
    if sentiment is None:
        return Feeling(None, None, felt)
    inside = [turn for turn in sentiment.turns if turn.turn_id in stretch]
    if len(inside) == len(sentiment.turns):
        return Feeling(sentiment.label, _whole(sentiment.score), felt)
    score = overall([valence_of(turn.score) for turn in inside], known)
    return Feeling(label_of(score), _whole(score), felt)


def _whole(score: Decimal) -> int:
    return int(score.quantize(Decimal(1), ROUND_HALF_UP))
