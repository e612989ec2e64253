"""Figures that an AI agent states, looked for in what it was given, what its tools returned and what the customer said."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple, cast

from auscult.domain.ai_agents.calls import texts_in
from auscult.domain.ai_agents.context import Call
from auscult.domain.conversation import language_code
from auscult.domain.errors import coded
from auscult.metrics._ai.figures import Figure, figures, may_have_figures
from auscult.metrics._ai.reading import MOST_OF_CALL, AiReading, Found, Step, once, stems_of
from auscult.metrics._ai.words import USUAL

_DAY, _WEEK, _MONTH = 1_440, 10_080, 43_200
_HALF_DAY = 720
_MOST_VALUES = 24
_MOST_FACTOR = 60
_BEFORE, _MOST_STATED, _MOST_PRODUCTS = 40, 60, 200
"""Characters before a figure that are read for it, figures that are checked at most, and products that are added to."""
_HOURS, _WHOLE, _SHORT_SPAN = 12, 100, 14
_CALENDAR = frozenset(map(Decimal, (7, 12, 24, 30, 31, 52, 60, 365)))
_HOUR = re.compile(r"\b(?:past|to|at|half|between|until|till|by|around|and|from|um|bis|las|à|às|das)\s*$")
_NO_LETTER = re.compile(r"[\W_]+")
_APART = " | "
"""Between the texts of a call, so that no figure is read across two."""
_FEWEST_COUNT = 3
_SMALL, _MOST_WORDS = 20, 8
_YEAR = 2026
"""Year in which days are counted where none is said; not a leap year."""


class Stated(NamedTuple):
    """A figure in a sentence of the AI agent."""

    step: Step
    sentence: str
    figure: Figure


class Sources:
    """Sources of figures: rules that were given, and cases, what was read and said of this customer."""

    def __init__(self, rules: Iterable[Figure], letters: str) -> None:
        self.numbers: set[Decimal] = set()
        self.rules: dict[Decimal, None] = {}
        self.cases: dict[Decimal, None] = {}
        self.periods: dict[Decimal, None] = {}
        self.dates: dict[tuple[int, int], None] = {}
        self.times: dict[int, None] = {}
        self.ids: set[str] = set()
        self.texts: list[str] = []
        self._letters, self._read = letters + " ", 0
        self.kinds: dict[Decimal, set[str]] = {}
        self.unread: list[Step] = []
        """Turns of customers and people, and calls, since the last figure that was looked up."""
        for figure in rules:
            self.add(figure, self.rules)

    def read(self) -> None:
        """Add the figures of what is unread; of arguments and results also lengths of lists, and how many are true."""
        for step in self.unread:
            if step.call is None:
                self._add_text(step.text)
                continue
            for value in (step.call.arguments, step.call.result):
                said: list[str] = []
                self._gather(value, said)
                if said:
                    self._add_text(_APART.join(said))
        self.unread.clear()

    def _add_text(self, text: str) -> None:
        text = text[:MOST_OF_CALL].lower()
        for figure in figures(text):
            self.add(figure, self.cases)
        self.texts.append(text)

    def _gather(self, value: object, said: list[str]) -> None:
        if isinstance(value, dict):
            for inner in cast("dict[str, Any]", value).values():
                self._gather(inner, said)
        elif isinstance(value, list | tuple):
            many = cast("list[Any]", value)
            rows = [cast("dict[str, Any]", one) for one in many if isinstance(one, dict)]
            self.numbers.add(Decimal(len(many)))
            self.numbers.update(Decimal(sum(row.get(key) is True for row in rows)) for row in rows[:1] for key in row)
            for inner in many:
                self._gather(inner, said)
        elif isinstance(value, str):
            said.append(value.replace("_", " "))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            number = abs(Decimal(str(value)))  # what is owed is often below 0
            self.add(Figure("count", number, str(value), 0, number), self.cases)
            self.texts.append(str(value))

    @property
    def letters(self) -> str:
        """Letters and digits of all that is known, so that numbers written in groups are found."""
        if self._read < len(self.texts):
            self._letters += " ".join(map(letters_of, self.texts[self._read :])) + " "
            self._read = len(self.texts)
        return self._letters

    def add(self, figure: Figure, values: dict[Decimal, None]) -> None:
        """Add a figure."""
        value = figure.value
        self.numbers.add(figure.size)
        if isinstance(value, tuple):
            self.dates.setdefault(value)
            self.numbers.update(map(Decimal, value))
        elif isinstance(value, str):
            self.ids.add(value)
        elif figure.kind == "time":
            self.times.setdefault(int(value))
            self.numbers.add(Decimal(int(value) % 60))
        else:
            self.kinds.setdefault(figure.size, set()).add(figure.kind)
            if figure.kind == "period":
                self.periods.setdefault(Decimal(value))
            else:
                values.setdefault(Decimal(value))


def letters_of(text: str) -> str:
    """Return letters and digits of a text, so that numbers written in groups are found."""
    return _NO_LETTER.sub("", text)


@lru_cache(maxsize=256)
def _given(texts: tuple[str, ...]) -> tuple[tuple[Figure, ...], str, frozenset[str]]:
    """Return figures, letters and stems of instructions and knowledge, which many conversations share."""
    lowered = [text.lower() for text in texts]
    found = tuple(figure for text in lowered for figure in figures(text))
    return found, " ".join(map(letters_of, lowered)), stems_of(" ".join(lowered))


def given_texts(reading: AiReading) -> tuple[str, ...]:
    """Return instructions, knowledge and descriptions of tools."""
    ai = reading.conversation.ai
    if ai is None:
        return ()
    knowledge = (text for one in ai.knowledge for text in (one.title or "", one.text))
    return (ai.instructions or "", *knowledge, *(tool.description or "" for tool in ai.tools))


def measured(reading: AiReading, found: Iterable[Found]) -> list[Found]:
    """Return findings with what they weigh: how many words of their turn are in no source, and whether it is the last."""
    places = {id(step): at for at, step in enumerate(reading.steps)}
    weighs = {
        at: (float(min(_MOST_WORDS, _unsourced(reading, at))), float(at == reading.bots[-1]))
        for at in {places[id(each.step)] for each in found}
    }
    return [each._replace(weighs=weighs[places[id(each.step)]]) for each in found]


def _unsourced(reading: AiReading, at: int) -> int:
    """Return how many words of what a turn states are in no source before it, and not what agents of all trades say."""
    known = {*USUAL[language_code(reading.conversation)], *_given(given_texts(reading))[2]}
    known.update(*(stems_of(step.text) for step in reading.steps[:at] if step.side != "bot"))
    stated = [sentence for sentence in reading.sentences[at] if not sentence.endswith("?")]
    return sum(word not in known and word.isalpha() for sentence in stated for word in stems_of(sentence))


@once
def figured(reading: AiReading) -> tuple[list[Stated], list[Found], set[int]]:
    """Return the figures that are stated, signs that one rests on nothing, and the changes with a number from nowhere."""
    sources = Sources(*_given(given_texts(reading))[:2])
    stated, found, strange = list[Stated](), list[Found](), set[int]()
    named: set[Decimal] = set()
    asked = ""
    for at, step in enumerate(reading.steps):
        if step.call is not None:
            if reading.is_changing(step.call) and _is_strange(step.call, sources, named):
                strange.add(at)
            sources.unread.append(step)
        elif step.side == "bot":
            if not may_have_figures(step.text):
                continue
            said = [(sentence, figures(sentence)) for sentence in reading.sentences[at]]
            here = [figure for _, each in said for figure in each]
            sources.read()
            is_example, proved = reading.may_say("example", at), list[Figure]()
            named.update(size for figure in here for size in (figure.number, figure.size))
            for sentence, each in said:
                if each and len(stated) < _MOST_STATED and not (is_example and reading.has("example", sentence)):
                    mine = [Stated(step, sentence, figure) for figure in each if _is_stated(figure)]
                    stated.extend(mine)
                    signs = [sign for one in mine for sign in _signs(reading, one, sources, here, asked)]
                    found += (*signs, *_wrong_sum(reading, step, sentence, each, sources))
                    if not signs:
                        proved += [one.figure for one in mine]
            for figure in proved:
                sources.add(figure, sources.cases)
        else:
            asked = step.text
            sources.unread.append(step)
    return stated, found, strange


def _is_strange(call: Call, sources: Sources, named: set[Decimal]) -> bool:
    """Return whether the arguments of a call have an amount or a count that nothing before has, nor adds up to."""
    found = figures(_APART.join(texts_in(call.arguments)).lower())
    mine = [one.number for one in found if one.kind in ("amount", "count") and one.number >= _FEWEST_COUNT]
    if not mine:
        return False
    sources.read()
    strange = [
        one
        for one in mine
        if one not in sources.numbers and one not in named and f"{one.normalize():f}" not in sources.letters
    ]
    known = [*named]
    return bool(strange) and not any(
        _is_computed(one, known, sources, is_rough=False) for one in (sum(mine, Decimal(0)), *strange[:1])
    )


def _is_stated(figure: Figure) -> bool:
    if figure.kind == "period" and figure.size == 1:  # a rate: ``9 euros a day``
        return False
    return figure.kind != "day" and not (figure.kind == "count" and figure.size < _FEWEST_COUNT)


class _Asked(NamedTuple):
    """A figure with what it may rest on: the sources, the figures of its turn, and the customer's turn before."""

    figure: Figure
    sources: Sources
    here: Sequence[Figure]
    before: str
    start: str
    """Text before the figure in its sentence."""
    reading: AiReading


def _signs(reading: AiReading, one: Stated, sources: Sources, here: Sequence[Figure], before: str) -> Iterator[Found]:
    figure, start = one.figure, one.sentence[max(0, one.figure.at - _BEFORE) : one.figure.at]
    asked = _Asked(figure, sources, here, before, start, reading)
    how = _failing(asked)
    if how is None:
        return
    sign = f"{figure.kind}{how}"
    if figure.kind in ("amount", "count"):
        sign += "_many" * (len(sources.cases) > _MOST_VALUES) + "_whole" * (figure.size == int(figure.size))
    if reading.conversation.channel == "voice":
        sign += "_spoken"
    if one.sentence.endswith("?"):
        sign += "_asked"
    words = figure.words.strip()
    yield Found(
        sign, one.step, one.sentence, coded("'{words}' is nowhere in what was given, read or said", words=words)
    )


def _failing(asked: _Asked) -> str | None:
    """Return None where a figure is in the sources or follows from them; else how it fails, empty for nowhere."""
    figure, sources = asked.figure, asked.sources
    value = figure.value
    if isinstance(value, tuple):
        rests = value in sources.dates or value[::-1] in sources.dates or _is_dated(value, sources, asked.here)
    elif isinstance(value, str):
        rests = _is_named(value, figure, sources)
    elif figure.kind == "time":
        rests = _is_timed(int(value), figure, sources, asked.here)
    elif figure.kind == "period":
        rests = Decimal(value) in sources.periods or _lasts(Decimal(value), figure, sources, asked.here)
    else:
        return _failing_number(asked, Decimal(value))
    return None if rests else ""


def _failing_number(asked: _Asked, value: Decimal) -> str | None:
    """Return how an amount, a share or a count fails; one that is there only with another unit fails by its unit."""
    figure, sources = asked.figure, asked.sources
    if value in sources.numbers or value in sources.rules or value in sources.cases:
        kinds = sources.kinds.get(figure.size, set())
        other = {"amount": {"period", "share"}, "share": {"period", "amount"}}.get(figure.kind, set())
        return "_unit" if kinds and kinds <= other else None
    rests = (
        value * 100 in sources.cases  # in hundredths
        or {value // 1, value % 1 * 100} <= sources.numbers  # said in two parts
        or (figure.kind == "count" and _counts(asked, value))
        or _is_computed(value, _own(asked, value), sources, is_rough=asked.reading.has("approx", asked.start))
    )
    if rests:
        return None
    return "_small" if figure.kind == "count" and value < _SMALL else ""


def _counts(asked: _Asked, value: Decimal) -> bool:
    """Return whether a bare number is an hour, one of the calendar, part of an id, or the days between two dates."""
    return (
        value * 60 in asked.sources.periods
        or value in _CALENDAR
        or (value <= _HOURS and _HOUR.search(asked.start) is not None)
        or _is_named(f"{value:f}", asked.figure, asked.sources)
        or any(abs(gap - float(value)) <= 1 for gap in _gaps(asked.sources, asked.here))
    )


def _own(asked: _Asked, value: Decimal) -> list[Decimal]:
    """Return the other numbers of the turn, and of the customer's turn before it."""
    near = (*asked.here, *figures(asked.before))
    own = [one.number for one in near if one.kind in ("amount", "count", "share") and _is_other(one, value)]
    return own + [one.size for one in near if one.kind == "period" and one.size != value]


def _is_other(each: Figure, value: Decimal) -> bool:
    return not isinstance(each.value, str | tuple) and each.number != value


def _is_computed(value: Decimal, mine: Sequence[Decimal], sources: Sources, *, is_rough: bool) -> bool:
    """Return whether a value is a sum, difference, product, share or part: of this case's figures, by the rules' ones.

    All is counted in hundredths.
    """
    own = [float(one) * 100 for one in list(dict.fromkeys([*mine, *reversed(sources.cases)]))[:_MOST_VALUES]]
    every = list(dict.fromkeys([*own, *(float(one) * 100 for one in sources.rules)]))[: 2 * _MOST_VALUES]
    wanted = float(value) * 100
    least = max(100.0, wanted * 0.04) if is_rough else 1.1
    said = [float(one) for one in dict.fromkeys(mine) if 1 < one <= _MOST_FACTOR and one == int(one)]
    low, high = wanted - least, wanted + least
    products, others = _made(own, every, said)
    return (
        (is_rough and any(low <= one <= high for one in every))
        or _is_added(own, sorted(every), low, high)
        or any(low <= one <= high for one in (*products, *others))
        or _is_added(every[:_MOST_VALUES], sorted(products[:_MOST_PRODUCTS]), low, high)
        or any(_is_added(every[:_MOST_VALUES], sorted(every), low / factor, high / factor) for factor in said)
        or any(low <= one + other + third <= high for one, other, third in combinations(own[:12], 3))
    )


def _is_added(some: Sequence[float], others: Sequence[float], low: float, high: float) -> bool:
    """Return whether two that differ, one of each, make a sum or difference between two bounds; ``others`` are sorted."""
    return any(
        others[at] != one
        for one in some
        for least, most in ((low - one, high - one), (one + low, one + high), (one - high, one - low))
        for at in range(bisect_left(others, least), bisect_right(others, most))
    )


def _made(own: Sequence[float], every: Sequence[float], said: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return products, and parts, shares in percent with what they leave and add, and what rates below 1 make.

    ``said``: whole numbers of the turn, by which everything is multiplied.
    """
    factors = [one / 100 for one in every if _WHOLE < one <= _WHOLE * _MOST_FACTOR and one % _WHOLE == 0]
    products = [one * factor for factor in said for one in every] + [one * factor for factor in factors for one in own]
    shares = [one / 100 for one in every if one <= 100 * _WHOLE]
    found = [one * part / 100 for share in shares for part in (share, 100 - share, 100 + share) for one in own]
    for rate in (share for share in shares if share < 1):
        found += [part * rate for one in own for other in every if one != other for part in (one, abs(one - other))]
    return products, found + [float(round(one / factor)) for factor in said for one in every]


def _is_dated(value: tuple[int, int], sources: Sources, here: Sequence[Figure]) -> bool:
    """Return whether a date is known, or a stated number of days, working days or months from one that is."""
    day = _day(value)
    spans = [
        *sources.periods,
        *(each.number for each in here if each.kind == "period" and not isinstance(each.value, tuple)),
    ]
    for known in map(_day, sources.dates):
        distance = abs((day - known).days)
        for minutes in spans:
            days = int(minutes / _DAY)
            if days and (
                abs(distance - days) <= (minutes % _DAY == 0 and days > 1 and days < _SHORT_SPAN)
                or _worked(known, days) == day
            ):
                return True
            months = int(minutes / _MONTH)
            if months and (day.month - known.month) % 12 in (months % 12, -months % 12) and _is_same_day(day, known):
                return True
    return False


def _is_same_day(one: date, other: date) -> bool:
    """Return whether days of two months are the same, or one the last before it."""
    return abs(one.day - other.day) <= 1 or ((one + timedelta(days=1)).day == 1)


def _day(value: tuple[int, int]) -> date:
    try:
        return date(_YEAR, *value)
    except ValueError:
        return date(_YEAR, 3, 1)


def _worked(start: date, days: int) -> date:
    """Return the day a number of working days on; of more than 30 the start, as people count no further."""
    at = start
    while 0 < days <= 30:  # noqa: PLR2004
        at += timedelta(days=1)
        days -= at.weekday() < 5  # noqa: PLR2004
    return at


def _is_timed(value: int, figure: Figure, sources: Sources, here: Sequence[Figure]) -> bool:
    if value in sources.times:
        return True
    if value % 60 == 0 and (figure.size in sources.numbers or Decimal(value // 60) in sources.numbers):
        return True
    spans = {int(minutes) for minutes in sources.periods if minutes < 2 * _HALF_DAY}
    spans |= {int(each.number) for each in here if each.kind == "period"}
    return any((value - known) % _HALF_DAY in spans or (known - value) % _HALF_DAY in spans for known in sources.times)


def _is_named(value: str, figure: Figure, sources: Sources) -> bool:
    return (bool(figure.size) and figure.size in sources.numbers) or value in sources.letters


def _lasts(value: Decimal, figure: Figure, sources: Sources, here: Sequence[Figure]) -> bool:
    """Return whether a period is bare in a result, or is left, passed or added up."""
    kinds = sources.kinds.get(figure.size, set())
    if figure.size in sources.numbers and ("count" in kinds or not kinds):
        return True
    mine = [one.number for one in here if one.kind == "period" and _is_other(one, value)]
    known = [*sources.periods, *mine]
    parts = mine + [one.size * value / figure.size for one in here if one.kind == "count" and figure.size]
    times = list(sources.times)
    return (
        any(abs(one - other) == value for one, other in combinations(known, 2))
        or any(one + other == value for one in parts for other in [*known, *parts])
        or any(value in ((one - other) % _HALF_DAY, (other - one) % _HALF_DAY) for one, other in combinations(times, 2))
        or _is_between(value, figure, sources, here)
    )


def _is_between(value: Decimal, figure: Figure, sources: Sources, here: Sequence[Figure]) -> bool:
    """Return whether a period lies between dates that are known, or is what remains of one that is."""
    gaps, size, days = _gaps(sources, here), float(figure.size), float(value / _DAY)
    return (
        any(abs(gap - days) <= 1 for gap in gaps)
        or (value == figure.size * _MONTH and any(abs(gap / 30.4 - size) < 0.7 for gap in gaps))  # noqa: PLR2004
        or (value == figure.size * _WEEK and any(abs(gap / 7 - size) < 1 for gap in gaps))
        or any(abs(abs(float(one / _DAY) - gap) - days) <= 1 for one in sources.periods for gap in gaps if gap)
    )


def _gaps(sources: Sources, here: Sequence[Figure]) -> set[int]:
    days = [_day(one) for one in sources.dates] + [_day(each.value) for each in here if isinstance(each.value, tuple)]
    gaps = {abs((one - other).days) for one, other in combinations(days[-12:], 2)}
    return gaps | {365 - gap for gap in gaps}


def _wrong_sum(
    reading: AiReading, step: Step, sentence: str, said: Sequence[Figure], sources: Sources
) -> Iterator[Found]:
    """Yield a sign where a total differs from what the sentence adds up."""
    amounts = [figure for figure in said if figure.kind in ("amount", "count")]
    if len(amounts) < _FEWEST_COUNT or not reading.has("total", sentence):
        return
    values: list[Decimal] = []
    for figure in amounts:
        value = figure.number
        before = sentence[: figure.at].rstrip()
        if values and before.endswith(("x", "\u00d7", "*", "times", "mal", "fois", "por", "vezes")):
            values[-1] *= value
        elif (
            figure.kind == "amount"
            or value > _MOST_FACTOR
            or sentence[figure.at + len(figure.words) :].lstrip()[:1] in ("x", "\u00d7")
        ):
            values.append(value)
    if (
        len(values) > 2  # noqa: PLR2004
        and values[-1] != sum(values[:-1])
        and values[-1] > max(values[:-1])
        and values[-1] not in sources.numbers
    ):
        why = coded(
            "the figures of the sentence add up to {n}, not to {m}", n=f"{sum(values[:-1]):f}", m=f"{values[-1]:f}"
        )
        yield Found("sum", step, sentence, why)
