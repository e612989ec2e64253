"""The same reply, or the same call with the same values, again without a reason between."""

from collections.abc import Iterator

from auscult.domain.errors import coded
from auscult.metrics._ai.reading import AiReading, Found, succeeded, tool_name

_FEWEST, _FEWEST_WORDS, _AGAIN = 3, 2, 0.5
_OFTEN, _REACH, _SOON = 3, 40, 2
_FEWEST_SHOUTED, _SHOUTS = 5, 0.7


def repeated(reading: AiReading) -> Iterator[Found]:
    """Yield signs of going round: each reply that resembles one before it and answers nothing new, and the same call again.

    A reply weighs by how alike it is, whether the customer is upset near it, the share of turns in which they are, and
    whether something was done between.
    """
    customers = reading.customers
    upset = [at for at in customers if _is_upset(reading, at)]
    done = [at for at in reading.calls if (call := reading.steps[at].call) and succeeded(call)]
    share = len(upset) / max(1, len(customers))
    for number, at in enumerate(reading.bots[1:], 1):
        alike, first = max(
            (_alike(reading.stems[other], reading.stems[at]), -other)
            for other in reading.bots[max(0, number - _REACH) : number]
        )
        if not alike or _takes_up(reading, at, -first):
            continue
        after = [one for one in customers if one > at][:_SOON]
        near = any(-first < one < at for one in upset) + any(one in upset for one in after)
        is_acted = any(-first < one < at for one in done)
        step = reading.steps[at]
        yield Found(
            "again",
            step,
            step.text,
            coded("it says again what it said before, in turn {n}", n=reading.steps[-first].turn_index + 1),
            weighs=(alike, alike * near, share, float(is_acted)),
        )
    yield from _calls(reading)


def _takes_up(reading: AiReading, at: int, earlier: int) -> bool:
    """Return whether a reply is one to thanks, or has a word of the customer's turn before it that an earlier reply lacks."""
    asked = reading.before(at, "customer")
    return asked is not None and (
        reading.says("pleased", asked)
        or not reading.stems[asked].isdisjoint(reading.stems[at] - reading.stems[earlier])
    )


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the shorter reply's words that the other has; of replies of a word or none 0."""
    least = min(len(one), len(other))
    return len(one & other) / max(_FEWEST, least) if least >= _FEWEST_WORDS else 0.0


def _is_upset(reading: AiReading, at: int) -> bool:
    """Return whether a customer rejects, repeats themselves or shouts; who is pleased or agrees does not."""
    step = reading.steps[at]
    if reading.says("pleased", at) or reading.says("opens_yes", at):
        return False
    if reading.says("going_round", at):
        return True
    text = step.turn.text if step.turn else ""
    shouted = sum(map(str.isupper, text))
    if shouted > _FEWEST_SHOUTED and shouted > _SHOUTS * sum(map(str.isalpha, text)):
        return True
    mine = reading.stems[at]
    return len(mine) > 1 and any(
        len(mine & reading.stems[other]) / len(mine) >= _AGAIN
        for other in reading.customers
        if at - _REACH <= other < at
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
