"""Numbers of which each side says a part, and spans that are one because the second corrects the first."""

from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found, Kind, Utterance, is_taken
from auscult.redactors._cues import cue_before
from auscult.redactors._digits import Run, runs_in
from auscult.redactors._numeric.cards import is_card
from auscult.redactors._split.links import is_similar, link_of

_WITH_LETTERS: frozenset[Kind] = frozenset({"iban", "national_number"})
_LEAST = 6
"""Letters and digits of a repetition at least."""
_NEAR = 2
"""Turns within which the other side goes on with a number."""
_GROUP = 4
"""Digits of a card's group."""
_ONE: frozenset[Kind] = frozenset({"card", "iban", "national_number", "account", "phone"})


def between_sides(
    utterances: Sequence[Utterance], lows: Sequence[str], runs: Sequence[Run], found: Sequence[Found]
) -> Iterator[Found]:
    """Yield the parts of cards that one side begins, as far as it was understood, and the other goes on with."""
    covered = {(one.turn, index) for one in found for index in range(one.start, one.end)}
    left = [run for run in runs if len(run.chars) >= _GROUP and not len(run.chars) % _GROUP]
    left = [run for run in left if (run.turn, run.start) not in covered]
    for index, run in enumerate(left):
        chain = [run]
        for later in left[index + 1 :]:
            if later.turn - chain[-1].turn > _NEAR:
                break
            chain.append(later)
            digits = "".join(each.chars for each in chain)
            is_shared = len({utterances[each.turn].speaker for each in chain}) > 1
            if is_shared and is_card(digits) and cue_before(lows[run.turn], run.start) != "other":
                yield from (Found(each.turn, each.start, each.end, "card", digits) for each in chain)
                break


def spelled_back(lows: Sequence[str], turns: Sequence[int], found: Sequence[Found]) -> Iterator[Found]:
    """Yield letters and digits one by one that repeat a known number with letters, or its beginning, by either side."""
    known = {one.value: one for one in found if one.kind in _WITH_LETTERS and any(map(str.isalpha, one.value))}
    for turn in turns if known else ():
        taken = [one for one in found if one.turn == turn]
        for run in runs_in(turn, lows[turn], letters=True):
            if len(run.chars) < _LEAST or is_taken(taken, run.start, run.end):
                continue
            for value, one in known.items():
                if value.startswith(run.chars) or is_similar(value, run.chars):
                    yield Found(turn, run.start, run.end, one.kind, value)
                    break


def together(found: Sequence[Found], lows: Sequence[str]) -> list[Found]:
    """Return what was found; two spans of one number with nothing but a correction between them are one."""
    joined: list[Found] = []
    for one in sorted(found):
        last = joined[-1] if joined else None
        is_next = last is not None and (last.turn, last.kind, last.value) == (one.turn, one.kind, one.value)
        if (
            last is not None
            and is_next
            and last.end < one.start
            and one.kind in _ONE
            and link_of(lows[one.turn][last.end : one.start]) == "corrects"
        ):
            joined[-1] = Found(one.turn, last.start, one.end, one.kind, one.value)
        else:
            joined.append(one)
    return joined
