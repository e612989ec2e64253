"""Personal data by what was found near it: the rest of an address, a date behind a name, letters of a known value."""

from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found, Utterance
from auscult.redactors._nearby import codes, corrections, dates, hesitations, letters, phones, places

__all__ = ["codes", "dates", "grown", "hesitations", "phones"]


def grown(utterances: Sequence[Utterance], lows: Sequence[str], found: Sequence[Found]) -> Iterator[Found]:
    """Yield what is added to spans that were found: parts of the same values, and values in the same list."""
    by_turn: dict[int, list[Found]] = {}
    for one in found:
        by_turn.setdefault(one.turn, []).append(one)
    for turn, its in by_turn.items():
        text, low = utterances[turn].text, lows[turn]
        kinds = {one.kind for one in its}
        if "name" in kinds:
            yield from dates.behind_names(low, its)
        if not corrections.NUMBERS.isdisjoint(kinds):
            yield from corrections.before_numbers(low, its)
        if "address" in kinds:
            yield from places.around(text, low, its)
    yield from letters.repeated(lows, by_turn)
