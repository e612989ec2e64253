"""Share of turns that two hands have a run of words in common with.

    python -m bench.quality.ai_agents.overlap

Hands that repeat one another measure no more than one does. Leaves with status 1 where a pair of hands shares a run of
six words in more than 5 % of the turns of one of them.
"""

import json
import re
import sys
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

FOLDER = Path(__file__).parent
RUN = 6
MOST = 0.05
HANDS = ("dev", "hand1", "hand2", "hand3")
_WORD = re.compile(r"\w+")


def main() -> int:
    """Print each pair of hands with the share, and return the exit status."""
    turns = {hand: [set(_runs(text)) for text in texts(hand)] for hand in HANDS}
    worst = 0.0
    for one, other in permutations(HANDS, 2):
        known = set[tuple[str, ...]]().union(*turns[other])
        share = sum(not known.isdisjoint(runs) for runs in turns[one]) / len(turns[one])
        worst = max(worst, share)
        sys.stdout.write(f"{one:6} with {other:6} {share:6.2%} of {len(turns[one])} turns\n")
    return int(worst > MOST)


def texts(hand: str) -> Iterator[str]:
    """Yield what is said in the conversations of a hand, a turn at a time."""
    for line in (FOLDER / f"{hand}.ndjson").read_text(encoding="utf-8").splitlines():
        yield from (turn["t"] for turn in json.loads(line)["turns"] if "t" in turn)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return zip(*(words[n:] for n in range(RUN)), strict=False)


if __name__ == "__main__":
    sys.exit(main())
