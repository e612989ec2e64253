"""Aggregates over many conversations: subjects, drivers of the scores, and new subjects.

Pure, and in whole numbers while it is counted, so that the order of the facts changes nothing. Sentiment is
counted in tenths: 10 (worst) over 50 (neutral) to 100 (best).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from msgspec import Struct

Kind = Literal["intent", "topic", "configured_intent", "missed_metric", "queue", "agent"]
KINDS: tuple[Kind, ...] = ("intent", "topic", "configured_intent", "missed_metric", "queue", "agent")
Measure = Literal["sentiment", "score"]

LOW_SENTIMENT = 40
HIGH_SENTIMENT = 60
"""Below the one it is negative, above the other positive, as one conversation's is."""
EXAMPLES = 3
"""Conversations that are named beside each number."""


class Mention(NamedTuple):
    """Something that a conversation is counted under. What is known of it there goes before what is known of the whole."""

    kind: Kind
    name: str
    sentiment: int | None = None
    is_resolved: bool | None = None


class Fact(NamedTuple):
    """One conversation, as far as it is counted. None means that it is not known."""

    conversation_id: str
    is_analysed: bool
    score: int | None
    passed: bool | None
    sentiment: int | None
    is_resolved: bool | None
    is_escalated: bool | None
    is_churn_risk: bool | None
    mentions: tuple[Mention, ...] = ()

    def under(self, mention: Mention) -> "Fact":
        """The same conversation as it is counted under one of its mentions."""
        return self._replace(
            sentiment=self.sentiment if mention.sentiment is None else mention.sentiment,
            is_resolved=self.is_resolved if mention.is_resolved is None else mention.is_resolved,
        )


Number = Literal[
    "conversations", "analysed", "scored", "passed", "failed", "with_sentiment", "negative", "neutral", "positive",
    "resolved", "unresolved", "escalations", "churn_risks",
]  # fmt: skip
NUMBERS: Mapping[Number, Callable[[Fact], bool]] = {
    "conversations": lambda _: True,
    "analysed": lambda fact: fact.is_analysed,
    "scored": lambda fact: fact.score is not None,
    "passed": lambda fact: fact.passed is True,
    "failed": lambda fact: fact.passed is False,
    "with_sentiment": lambda fact: fact.sentiment is not None,
    "negative": lambda fact: fact.sentiment is not None and fact.sentiment < LOW_SENTIMENT,
    "neutral": lambda fact: fact.sentiment is not None and LOW_SENTIMENT <= fact.sentiment <= HIGH_SENTIMENT,
    "positive": lambda fact: fact.sentiment is not None and fact.sentiment > HIGH_SENTIMENT,
    "resolved": lambda fact: fact.is_resolved is True,
    "unresolved": lambda fact: fact.is_resolved is False,
    "escalations": lambda fact: fact.is_escalated is True,
    "churn_risks": lambda fact: fact.is_churn_risk is True,
}
"""Which conversations stand behind each number."""


class Counted:
    """Conversations counted together."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self.numbers: dict[Number, int] = dict.fromkeys(NUMBERS, 0)
        self.examples: dict[Number, list[str]] = {}
        self.sums: dict[Measure, int] = {"sentiment": 0, "score": 0}

    def add(self, fact: Fact) -> None:
        """Count one."""
        for number, holds in NUMBERS.items():
            if holds(fact):
                self.numbers[number] += 1
                examples = self.examples.setdefault(number, [])
                if len(examples) < EXAMPLES:
                    examples.append(fact.conversation_id)
        self.sums["sentiment"] += fact.sentiment or 0
        self.sums["score"] += fact.score or 0

    def known(self, measure: Measure) -> int:
        """In how many of them a measure is known."""
        return self.numbers[_KNOWN[measure]]

    def mean(self, measure: Measure) -> Decimal | None:
        """The mean of what is known: sentiment from 1 to 10, score from -100 to 100."""
        known = self.known(measure)
        return Decimal(self.sums[measure]) / (known * _GRAIN[measure]) if known else None


_KNOWN: Mapping[Measure, Number] = {"sentiment": "with_sentiment", "score": "scored"}
_GRAIN: Mapping[Measure, int] = {"sentiment": 10, "score": 1}
Key = tuple[Kind, str]


class Tally:
    """Counter of facts: all together, and under each mention of the kinds that are asked for.

    At most ``most`` names are kept: above that those with the fewest conversations are dropped until half are left,
    and ``dropped`` counts how often a name was. A name may then lack its counts from before it was dropped.
    """

    def __init__(self, kinds: Sequence[Kind], most: int) -> None:
        """Count under these kinds."""
        self.total = Counted()
        self.groups: dict[Key, Counted] = {}
        self.dropped = 0
        self._kinds = frozenset(kinds)
        self._most = most

    def add(self, fact: Fact) -> None:
        """Count one; under one name once, however often it is mentioned."""
        self.total.add(fact)
        for (kind, name), mention in {(each.kind, each.name): each for each in reversed(fact.mentions)}.items():
            if kind in self._kinds:
                if (kind, name) not in self.groups:
                    self._make_room()
                    self.groups[kind, name] = Counted()
                self.groups[kind, name].add(fact.under(mention))

    def _make_room(self) -> None:
        if len(self.groups) < self._most:
            return
        kept = sorted(self.groups.items(), key=lambda item: (-item[1].numbers["conversations"], item[0]))[
            : self._most // 2
        ]
        self.dropped += len(self.groups) - len(kept)
        self.groups = dict(kept)


class Bar(Struct, frozen=True, kw_only=True):
    """Thresholds of a driver (the vendor's CX insights; that of scores is ours, on a scale ten times as wide)."""

    conversations: int = 30
    share: Decimal = Decimal("0.02")
    sentiment: Decimal = Decimal("0.8")
    score: Decimal = Decimal(8)


MOST_DRIVERS = 6


class Driver(Struct, frozen=True, kw_only=True):
    """Subject that moves a mean up or down: impact = (mean - baseline) x conversations, with two decimals.

    ``points``: by how much the mean of all would differ without the distance; ``share`` of all conversations, percent.
    """

    kind: Kind
    name: str
    conversations: int
    mean: Decimal
    baseline: Decimal
    impact: Decimal
    points: Decimal
    share: Decimal


class Drivers(Struct, frozen=True, kw_only=True):
    """The strongest drivers of one measure, down and up."""

    low: tuple[Driver, ...] = ()
    high: tuple[Driver, ...] = ()


def drivers(tally: Tally, measure: Measure, bar: Bar) -> Drivers:
    """Return what drives a measure. Only conversations in which it is known count.

    A missed metric lowers the score by definition, so it is no driver of scores.
    """
    baseline = tally.total.mean(measure)
    everything = tally.total.known(measure)
    if baseline is None:
        return Drivers()
    least_away = bar.sentiment if measure == "sentiment" else bar.score
    found: list[Driver] = []
    for (kind, name), counted in tally.groups.items():
        mean, count = counted.mean(measure), counted.known(measure)
        if measure == "score" and kind == "missed_metric":
            continue
        if mean is None or count < bar.conversations or count < bar.share * everything:
            continue
        if abs(mean - baseline) >= least_away:
            found.append(
                Driver(
                    kind=kind,
                    name=name,
                    conversations=count,
                    mean=hundredths(mean),
                    baseline=hundredths(baseline),
                    impact=hundredths((mean - baseline) * count),
                    points=hundredths((mean - baseline) * count / everything),
                    share=hundredths(Decimal(100 * count) / everything),
                )
            )
    found.sort(key=lambda each: (-abs(each.impact), each.kind, each.name))
    return Drivers(
        low=tuple([each for each in found if each.impact < 0][:MOST_DRIVERS]),
        high=tuple([each for each in found if each.impact > 0][:MOST_DRIVERS]),
    )


NEW_LEAST = 5
"""So many conversations a name must have to be new, and so many it would have had before at its present share."""
TREND_LEAST = 10
SURE = Decimal("10.83")
"""Chi-square of one degree of freedom: by chance alone it is reached once in a thousand times."""


class Trend(Struct, frozen=True, kw_only=True):
    """Change of a name's share: ``excess`` is how many more conversations than at the share before, one decimal."""

    kind: Kind
    name: str
    conversations: int
    before: int
    excess: Decimal


class Trends(Struct, frozen=True, kw_only=True):
    """Names that were not there before, and those whose share changed more than by chance; the largest change first."""

    new: tuple[Trend, ...] = ()
    rising: tuple[Trend, ...] = ()
    falling: tuple[Trend, ...] = ()


def trends(now: Mapping[Key, int], total: int, before: Mapping[Key, int], total_before: int) -> Trends:
    """Compare conversations by name with those of the period before. Without any before there is nothing to compare."""
    new: list[Trend] = []
    rising: list[Trend] = []
    falling: list[Trend] = []
    if total and total_before:
        for kind, name in now.keys() | before.keys():
            here, there = now.get((kind, name), 0), before.get((kind, name), 0)
            excess = Decimal(here) - Decimal(there) * total / total_before
            trend = Trend(kind=kind, name=name, conversations=here, before=there, excess=round(excess, 1))
            if not there:
                if here >= NEW_LEAST and here * total_before >= NEW_LEAST * total:
                    new.append(trend)
            elif max(here, there) >= TREND_LEAST and _chi_square(here, total, there, total_before) >= SURE:
                (rising if excess > 0 else falling).append(trend)
    new, rising, falling = (_largest_first(each) for each in (new, rising, falling))
    return Trends(new=tuple(new), rising=tuple(rising), falling=tuple(falling))


def _largest_first(found: Iterable[Trend]) -> list[Trend]:
    return sorted(found, key=lambda each: (-abs(each.excess), each.kind, each.name))


def _chi_square(here: int, total: int, there: int, total_before: int) -> Decimal:
    """Return the chi-square of two shares; 0 where every conversation, or none, has the name."""
    both = here + there
    spread = Decimal(total) * total_before * both * (total + total_before - both)
    if not spread:
        return Decimal(0)
    difference = here * (total_before - there) - there * (total - here)
    return Decimal(difference) * difference * (total + total_before) / spread


def hundredths(value: Decimal) -> Decimal:
    """With two decimals, a half going away from 0."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
