"""The same reply, or the same call with the same values, again without a reason between."""

import re
from collections.abc import Iterator

from auscult.domain.errors import coded
from auscult.metrics._ai.reading import AiReading, Found, succeeded, tool_name
from auscult.metrics._ai.words import rows_of

_WORD = re.compile(r"[^\W\d_]{3,}|\d+")
_COMMON = frozenset(word for (line,) in rows_of("common_words.txt") for word in line.split())
_FEWEST = 3
_SAME, _NEAR, _LIKE, _ASKS = 0.8, 0.5, 0.34, 0.25
_OFTEN, _REACH = 3, 40
_ASKED = 0.65


def _content(text: str) -> frozenset[str]:
    return frozenset(word[:6] for word in _WORD.findall(text) if word not in _COMMON)


def repeated(reading: AiReading) -> Iterator[Found]:
    """Yield signs of going round, each at the second of replies or calls that are alike."""
    upset = {at: _is_upset(reading, at) for at, step in enumerate(reading.steps) if step.side == "customer"}
    for chain, share in _chains(reading):
        first, second = chain[:2]
        between = [at for at in upset if first < at < chain[-1]]
        after = [at for at in upset if at > chain[-1]][:1]
        moods = sum(upset[at] for at in [*between, *after])
        if not moods and share < _SAME:
            continue
        size = "same" if share >= _SAME else "near" if share >= _NEAR else "like" if share >= _LIKE else "asks"
        often = "thrice" if len(chain) >= _OFTEN else "twice"
        mood = "calm" if not moods else "upset" if moods == 1 else "cross"
        step = reading.steps[second]
        yield Found(
            f"{size}_{often}_{mood}",
            step,
            step.text,
            coded("it says again what it said before, in turn {n}", n=reading.steps[first].turn_index + 1),
        )
    yield from _calls(reading)


def _chains(reading: AiReading) -> Iterator[tuple[list[int], float]]:
    """Yield replies that are alike, in order, with how alike the most alike two are; a call that succeeds is a reason."""
    said = {at: _content(reading.steps[at].text) for at in reading.bots}
    asked = {at: _content(_question(reading, at)) for at in reading.bots}
    chained: set[int] = set()
    for number, first in enumerate(reading.bots):
        if first in chained:
            continue
        chain, best = [first], 0.0
        for second in reading.bots[number + 1 : number + _REACH]:
            share = _alike(said[first], said[second], asked[first], asked[second])
            if share < _ASKS or second in chained:
                continue
            acted = any(
                chain[-1] < at < second and succeeded(call) for at in reading.calls if (call := reading.steps[at].call)
            )
            if acted:
                break
            if any(reading.steps[at].side == "customer" for at in range(chain[-1], second)):
                chain.append(second)
                best = max(best, share)
        if len(chain) > 1:
            chained.update(chain[1:])
            yield chain, best


def _alike(one: frozenset[str], other: frozenset[str], asked: frozenset[str], again: frozenset[str]) -> float:
    """Return the share of the shorter reply's words that the other has; alike questions are near at least."""
    least = min(len(one), len(other))
    share = len(one & other) / least if least >= _FEWEST else 0.0
    common = len(asked & again)
    if common > 1 and common >= _ASKED * min(len(asked), len(again)):
        return max(share, _NEAR)
    return max(share, _ASKS) if common and common >= _NEAR * min(len(asked), len(again)) else share


def _question(reading: AiReading, at: int) -> str:
    """Return the last question of a turn."""
    return next((one for one in reversed(reading.sentences[at]) if one.endswith("?")), "")


def _is_upset(reading: AiReading, at: int) -> bool:
    """Return whether a customer rejects, repeats themselves or shouts."""
    step = reading.steps[at]
    if reading.has("going_round", step.text):
        return True
    text = step.turn.text if step.turn else ""
    letters = [one for one in text if one.isalpha()]
    if len(letters) > 5 and sum(one.isupper() for one in letters) > 0.7 * len(letters):  # noqa: PLR2004
        return True
    mine = _content(step.text)
    return len(mine) > 1 and any(
        len(mine & _content(other.text)) / len(mine) >= _NEAR
        for other in reading.steps[max(0, at - _REACH) : at]
        if other.side == "customer"
    )


def _calls(reading: AiReading) -> Iterator[Found]:
    made: dict[str, list[int]] = {}
    for at in reading.calls:
        call = reading.steps[at].call
        if call is not None:
            made.setdefault(f"{tool_name(call)} {sorted(call.arguments.items(), key=str)}", []).append(at)
    for steps in made.values():
        calls = [call for at in steps if (call := reading.steps[at].call)]
        if len(calls) > 1:
            failed = not any(succeeded(call) for call in calls)
            is_changing = "changing" if reading.is_changing(calls[0]) else "reading"
            times = "thrice" if len(calls) >= _OFTEN else "twice"
            sign = f"call_{times}_{'failed' if failed else 'done'}_{is_changing}"
            step = reading.steps[steps[1]]
            yield Found(sign, step, "", coded("the same call was made before with the same values"), calls[1])
