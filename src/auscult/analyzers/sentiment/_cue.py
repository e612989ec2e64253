"""Cues of feeling: phrases with the emotion that they show, and its strength. Read from the packs of feelings."""

from typing import NamedTuple

from auscult.wording import Reading, pack

STRONG = 0.9
"""Decides a turn alone."""
CLEAR = 0.6
"""Colours a turn."""
SLIGHT = 0.3
"""Only adds to others."""
FAINT = 0.1
"""Only tips a turn that has nothing else."""

_WEIGHTS = {"strong": STRONG, "clear": CLEAR, "slight": SLIGHT, "faint": FAINT, "": 0.0}


class Cue(NamedTuple):
    """A pattern of ``_phrases`` and the feeling it shows; a negative weight is a bad one.

    ``name`` lets a false friend call it off.
    """

    weight: float
    emotion: str
    pattern: str
    name: str = ""


class FalseFriend(NamedTuple):
    """Words that only look like a cue: where they are said, the cues of these names do not count."""

    pattern: str
    calls_off: tuple[str, ...]


def cues_of(name: str) -> tuple[Cue, ...]:
    """Return the cues of a pack of feelings, one for each reading."""
    return tuple(
        Cue(weight_of(reading), reading.feeling, "|".join(reading.says_so), reading.name)
        for reading in pack(name).readings
    )


def false_friends() -> tuple[FalseFriend, ...]:
    """Return what only looks like a feeling, one for each reading of its pack."""
    readings = pack("en/false_friends").readings
    return tuple(FalseFriend("|".join(reading.says_so), reading.calls_off) for reading in readings)


def weight_of(reading: Reading) -> float:
    """Return the weight of a reading as a number from -1 (bad) to 1 (good)."""
    return _WEIGHTS[reading.weight] * (-1 if reading.sounds == "bad" else 1)
