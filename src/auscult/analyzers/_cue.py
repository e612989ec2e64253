"""A telling phrase: what words tell of a feeling, and how much."""

from typing import NamedTuple

STRONG = 0.9
"""Decides a turn alone."""
CLEAR = 0.6
"""Colours a turn."""
SLIGHT = 0.3
"""Only adds to others."""


class Cue(NamedTuple):
    """A pattern of ``_phrases`` and the feeling it tells; a negative weight is a bad one.

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


def cues(weight: float, emotion: str, *patterns: str, name: str = "") -> tuple[Cue, ...]:
    """Several cues of one weight and emotion."""
    return tuple(Cue(weight, emotion, pattern, name) for pattern in patterns)
