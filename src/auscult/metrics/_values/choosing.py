"""Choice of the value that counts among those that were said: the first, the last, the one agreed on."""

from collections.abc import Sequence
from functools import reduce
from typing import Literal

from auscult.domain.conversation import Turn
from auscult.domain.said.text import spoken_words
from auscult.domain.said.values import Kind, is_same
from auscult.metrics._finding.patterns import phrase_pattern, searcher
from auscult.metrics._values.said import Heard

Rule = Literal["first", "last", "negotiated", "strict", "any", "custom"]

_NO_REFUSAL = ("no problem", "not a problem", "no worries", "why not", "not bad", "no objection", "no objections")
"""What has a word of refusal in it and refuses nothing."""

_AGREED = searcher(
    tuple(
        phrase_pattern(phrase)
        for phrase in (
            *("yes", "yeah", "yep", "yup", "ok", "okay", "sure", "deal", "agreed", "alright", "all right", "fine"),
            *("perfect", "great", "sounds good", "that works", "works for me", "go ahead", "i accept", "i agree"),
            *("i will take it", "ill take it", "i can do that", "we can do that", "lets do that", "lets do it"),
            *("no problem", "not a problem", "no worries", "why not"),
        )
    )
)
_REFUSED = searcher(
    tuple(
        phrase_pattern(phrase)
        for phrase in (
            *("no", "nope", "not", "dont", "do not", "cant", "cannot", "wont", "isnt", "too much", "too high"),
            *("too low", "too expensive", "better", "instead", "unless", "what about", "how about"),
        )
    )
)


def agreed_on(kind: Kind, ours: Sequence[Heard], theirs: Sequence[Heard], turns: Sequence[Turn]) -> Heard | None:
    """The last value on which both sides agreed; None where they did on none.

    A value is agreed on when it is also the last that the other side says, or when the other side's next turn says
    yes to it: with words of agreement, without words of refusal, and without another value.
    """
    said = sorted([*ours, *theirs], key=lambda one: (one.position, one.start))
    for one in reversed(said):
        others = theirs if one in ours else ours
        if others and is_same(kind, others[-1].value, one.value):
            return one
        reply = next((at for at in range(one.position + 1, len(turns)) if _is_other(turns[at], one.turn)), None)
        if reply is None:
            continue
        words = spoken_words(turns[reply].text)
        doubts = reduce(_without, _NO_REFUSAL, words)
        has_another = any(each.position == reply and not is_same(kind, each.value, one.value) for each in others)
        if _AGREED(words) and not _REFUSED(doubts) and not has_another:
            return one
    return None


def _is_other(turn: Turn, than: Turn) -> bool:
    return turn.speaker != than.speaker and turn.speaker in ("agent", "customer", "bot")


def _without(words: str, idiom: str) -> str:
    return words.replace(f" {idiom} ", " ")
