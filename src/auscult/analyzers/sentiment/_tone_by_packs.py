"""Tone of each turn in a language that is read by packs: the heaviest cue of its ``feelings``. No head is asked."""

from functools import cache
from typing import NamedTuple

from msgspec.structs import replace

from auscult.analyzers._evidence import turns_of
from auscult.analyzers.sentiment._cue import weight_of
from auscult.analyzers.sentiment._tone import Tone
from auscult.domain.conversation import Conversation, Turn
from auscult.wording import Matcher, pack


class _Cue(NamedTuple):
    matcher: Matcher
    weight: float
    emotion: str


def tones_by_packs(conversation: Conversation, language: str) -> list[Tone]:
    """Return the tone of each of the customer's turns, in order."""
    return [_tone(turn, _cues(language)) for turn in turns_of(conversation, "customer")]


def _tone(turn: Turn, cues: tuple[_Cue, ...]) -> Tone:
    """Return the heaviest cue's valence and emotion; of two that are equally heavy the bad one counts."""
    felt = [cue for cue in cues if cue.matcher.affirms(turn.text)]
    if not felt:
        return Tone(turn, 0.0, None)
    heaviest = max(felt, key=lambda cue: (abs(cue.weight), -cue.weight))
    return Tone(turn, heaviest.weight, heaviest.emotion)


@cache
def _cues(language: str) -> tuple[_Cue, ...]:
    feelings = pack(f"{language}/feelings")
    return tuple(
        _Cue(Matcher(replace(feelings, readings=(reading,))), weight_of(reading), reading.feeling)
        for reading in feelings.readings
    )
