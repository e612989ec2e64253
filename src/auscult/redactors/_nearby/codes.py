"""Postcodes by their name before them, however they are written or spelled: ``postal code 4 6 0 0 7 7``."""

import re
from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found, is_taken
from auscult.redactors._addresses import ASKS
from auscult.redactors._digits import runs_in

_BETWEEN = re.compile(r"(?:\W|\b(?:is|was|it's|that's|number|um|uh|er|so|es|ist|s|my|the|for|now)\b)*")
_SHORTEST, _LONGEST = 4, 9
"""Letters and digits of a postcode."""


def named(turn: int, low: str, found: Sequence[Found]) -> Iterator[Found]:
    """Yield the letters and digits of a turn that follow on the name of a postcode and that no other span has."""
    ends = [one.end() for one in ASKS.finditer(low)]
    taken = [one for one in found if one.turn == turn] if ends else []
    for run in runs_in(turn, low, letters=True) if ends else ():
        is_named = any(end <= run.start and _BETWEEN.fullmatch(low, end, run.start) for end in ends)
        if is_named and not is_taken(taken, run.start, run.end) and _SHORTEST <= len(run.chars) <= _LONGEST:
            yield Found(turn, run.start, run.end, "address", run.chars)
