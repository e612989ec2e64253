"""Aggregates over many conversations: figures, by subject and week, and new subjects.

Pure, and in whole numbers while it is counted, so that the order of the facts changes nothing. Sentiment is
counted in tenths: 10 (worst) over 50 (neutral) to 100 (best).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from msgspec import Struct

from auscult.domain.insights.changes import are_beyond_chance, share

Kind = Literal[
    "intent", "topic", "configured_intent", "missed_metric", "queue", "agent", "wait", "transfers",
    "handled_by", "ai_agent", "ai_version",
]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "intent", "topic", "configured_intent", "missed_metric", "queue", "agent", "wait", "transfers",
    "handled_by", "ai_agent", "ai_version",
)  # fmt: skip
SERVICE: tuple[Kind, ...] = ("wait", "transfers")
"""Waits and transfers. Each may drive any measure, so they are counted even when they are not shown."""
Measure = Literal["sentiment", "score", "csat", "nps"]
MEASURES: tuple[Measure, ...] = ("sentiment", "score", "csat", "nps")

LOW_SENTIMENT = 40
HIGH_SENTIMENT = 60
"""Below the one it is negative, above the other positive, as one conversation's is."""
EXAMPLES = 3
"""Conversations that are named beside each number."""
LOW_CSAT, HIGH_CSAT = 2, 4
"""Answers on a scale of 1 to 5: up to the one dissatisfied, from the other on satisfied."""
DETRACTOR, PROMOTER = 6, 9
"""Answers on a scale of 0 to 10: up to the one a detractor, from the other on a promoter."""


class Mention(NamedTuple):
    """Something that a conversation is counted under. What is known of it there goes before what is known of the whole."""

    kind: Kind
    name: str
    sentiment: int | None = None
    is_resolved: bool | None = None


class Fact(NamedTuple):
    """One conversation, as far as it is counted. None means that it is not known.

    ``csat`` (1 to 5) and ``nps`` (0 to 10) are the customer's answers to a survey.
    """

    conversation_id: str
    is_analysed: bool
    score: int | None
    passed: bool | None
    sentiment: int | None
    is_resolved: bool | None
    is_escalated: bool | None
    is_churn_risk: bool | None
    mentions: tuple[Mention, ...] = ()
    csat: int | None = None
    nps: int | None = None

    @property
    def values(self) -> tuple[tuple[Measure, int], ...]:
        """Its known measures. A promoter counts 100 and a detractor -100, so that the mean is the Net Promoter Score."""
        nps = None if self.nps is None else 100 * ((self.nps >= PROMOTER) - (self.nps <= DETRACTOR))
        known = (self.sentiment, self.score, self.csat, nps)
        return tuple([(name, value) for name, value in zip(MEASURES, known, strict=True) if value is not None])

    @property
    def answer(self) -> "Fact":
        """The same conversation, as far as the customer answered a survey about it: CSAT and NPS, and what was mentioned."""
        mentions = tuple([Mention(each.kind, each.name) for each in self.mentions])
        nothing = (False, None, None, None, None, None, None)
        return Fact(self.conversation_id, *nothing, mentions, self.csat, self.nps)

    def under(self, mention: Mention) -> "Fact":
        """The same conversation as it is counted under one of its mentions."""
        if mention.sentiment is None and mention.is_resolved is None:
            return self
        return self._replace(
            sentiment=self.sentiment if mention.sentiment is None else mention.sentiment,
            is_resolved=self.is_resolved if mention.is_resolved is None else mention.is_resolved,
        )


Number = Literal[
    "conversations", "analysed", "scored", "passed", "failed", "undecided", "with_sentiment", "negative", "neutral",
    "positive", "resolved", "unresolved", "escalations", "churn_risks", "with_csat", "with_nps",
    "dissatisfied", "satisfied",
]  # fmt: skip
NUMBERS: Mapping[Number, Callable[[Fact], bool]] = {
    "conversations": lambda _: True,
    "analysed": lambda fact: fact.is_analysed,
    "scored": lambda fact: fact.score is not None,
    "passed": lambda fact: fact.passed is True,
    "failed": lambda fact: fact.passed is False,
    "undecided": lambda fact: fact.score is not None and fact.passed is None,
    "with_sentiment": lambda fact: fact.sentiment is not None,
    "negative": lambda fact: fact.sentiment is not None and fact.sentiment < LOW_SENTIMENT,
    "neutral": lambda fact: fact.sentiment is not None and LOW_SENTIMENT <= fact.sentiment <= HIGH_SENTIMENT,
    "positive": lambda fact: fact.sentiment is not None and fact.sentiment > HIGH_SENTIMENT,
    "resolved": lambda fact: fact.is_resolved is True,
    "unresolved": lambda fact: fact.is_resolved is False,
    "escalations": lambda fact: fact.is_escalated is True,
    "churn_risks": lambda fact: fact.is_churn_risk is True,
    "with_csat": lambda fact: fact.csat is not None,
    "with_nps": lambda fact: fact.nps is not None,
    "dissatisfied": lambda fact: (
        (fact.csat is not None and fact.csat <= LOW_CSAT) or (fact.nps is not None and fact.nps <= DETRACTOR)
    ),
    "satisfied": lambda fact: (
        (fact.csat is not None and fact.csat >= HIGH_CSAT) or (fact.nps is not None and fact.nps >= PROMOTER)
    ),
}
"""Which conversations stand behind each number."""


class Sums:
    """Count, sum and sum of squares of one measure."""

    __slots__ = ("n", "squares", "total")

    def __init__(self, n: int = 0, total: int = 0, squares: int = 0) -> None:
        """Begin with some values, or with none."""
        self.n, self.total, self.squares = n, total, squares

    def add(self, value: int) -> None:
        """Add one value."""
        self.n += 1
        self.total += value
        self.squares += value * value


class Held(NamedTuple):
    """The part of a fact that is added to counts: computed once, and added under each name."""

    numbers: tuple[Number, ...]
    values: tuple[tuple[Measure, int], ...]


def _held(fact: Fact) -> Held:
    return Held(tuple([number for number, holds in NUMBERS.items() if holds(fact)]), fact.values)


class Counted:
    """Conversations counted together.

    ``sums`` are of what is known under the name they are counted by, ``whole`` of the conversations themselves.
    """

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self.numbers: dict[Number, int] = dict.fromkeys(NUMBERS, 0)
        self.examples: dict[Number, list[str]] = {}
        self.sums: dict[Measure, Sums] = {measure: Sums() for measure in MEASURES}
        self.whole: dict[Measure, Sums] = {measure: Sums() for measure in MEASURES}

    @property
    def values(self) -> list[int]:
        """All numbers, then count, sum and sum of squares of each measure, and the same of the whole conversations."""
        sums = (*self.sums.values(), *self.whole.values())
        return [*self.numbers.values(), *(value for each in sums for value in (each.n, each.total, each.squares))]

    @classmethod
    def of(cls, values: Sequence[int]) -> "Counted":
        """Return the counts with these values, without examples."""
        found = cls()
        found.numbers = dict(zip(NUMBERS, values, strict=False))
        rest = iter(values[len(NUMBERS) :])
        sums = [Sums(*each) for each in zip(rest, rest, rest, strict=True)]
        found.sums = dict(zip(MEASURES, sums, strict=False))
        found.whole = dict(zip(MEASURES, sums[len(MEASURES) :], strict=True))
        return found

    def add(self, fact: Fact) -> None:
        """Count one."""
        held = _held(fact)
        self.add_held(fact.conversation_id, held, held)

    def add_held(self, conversation_id: str, held: "Held", whole: "Held") -> None:
        """Count one; ``whole`` is of the conversation itself, where ``held`` is of what is known under a mention of it."""
        numbers = self.numbers
        for number in held.numbers:
            numbers[number] = n = numbers[number] + 1
            if n <= EXAMPLES:
                self.examples.setdefault(number, []).append(conversation_id)
        for measure, value in held.values:
            self.sums[measure].add(value)
        for measure, value in whole.values:
            self.whole[measure].add(value)

    def known(self, measure: Measure) -> int:
        """In how many of them a measure is known."""
        return self.sums[measure].n

    def mean(self, measure: Measure) -> Decimal | None:
        """The mean of what is known: sentiment from 1 to 10, score and NPS from -100 to 100, CSAT from 1 to 5."""
        found = self.sums[measure]
        return Decimal(found.total) / (found.n * GRAIN[measure]) if found.n else None


KNOWN: Mapping[Measure, Number] = {
    "sentiment": "with_sentiment", "score": "scored", "csat": "with_csat", "nps": "with_nps",
}  # fmt: skip
"""The number of those in which a measure is known."""
GRAIN: Mapping[Measure, int] = {"sentiment": 10, "score": 1, "csat": 1, "nps": 1}
"""By what a measure is divided: sentiment is counted in tenths."""
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
        whole = _held(fact)
        self.total.add_held(fact.conversation_id, whole, whole)
        for (kind, name), mention in {(each.kind, each.name): each for each in reversed(fact.mentions)}.items():
            if kind in self._kinds:
                if (kind, name) not in self.groups:
                    self._make_room()
                    self.groups[kind, name] = Counted()
                under = fact.under(mention)
                held = whole if under == fact else _held(under)
                self.groups[kind, name].add_held(fact.conversation_id, held, whole)

    def _make_room(self) -> None:
        if len(self.groups) < self._most:
            return
        kept = sorted(self.groups.items(), key=lambda item: (-item[1].numbers["conversations"], item[0]))[
            : self._most // 2
        ]
        self.dropped += len(self.groups) - len(kept)
        self.groups = dict(kept)


NEW_LEAST = 5
"""So many conversations a name must have to be new, and so many it would have had before at its present share."""


class Trend(Struct, frozen=True, kw_only=True):
    """Change of a name's share: ``excess`` is how many more conversations than at the share before, one decimal."""

    kind: Kind
    name: str
    conversations: int
    before: int
    excess: Decimal


class Trends(Struct, frozen=True, kw_only=True):
    """Names that were not there before, and those that moved by more than chance brings among all of their kind.

    The largest change is first.
    """

    new: tuple[Trend, ...] = ()
    rising: tuple[Trend, ...] = ()
    falling: tuple[Trend, ...] = ()


def trends(now: Mapping[Key, int], total: int, before: Mapping[Key, int], total_before: int) -> Trends:
    """Compare conversations by name with those of the period before. Without any before there is nothing to compare."""
    found: dict[str, list[Trend]] = {"new": [], "rising": [], "falling": []}
    kinds: defaultdict[Kind, list[str]] = defaultdict(list)
    for kind, name in sorted(now.keys() | before.keys()) if total and total_before else ():
        kinds[kind].append(name)
    for kind, names in kinds.items():
        counts = [(before.get((kind, name), 0), now.get((kind, name), 0)) for name in names]
        moved = are_beyond_chance([(share(there, total_before), share(here, total)) for there, here in counts])
        for name, (there, here), is_moved in zip(names, counts, moved, strict=True):
            excess = Decimal(here) - Decimal(there) * total / total_before
            trend = Trend(kind=kind, name=name, conversations=here, before=there, excess=round(excess, 1))
            if there and is_moved:
                found["rising" if excess > 0 else "falling"].append(trend)
            elif not there and here >= NEW_LEAST and here * total_before >= NEW_LEAST * total:
                found["new"].append(trend)
    return Trends(**{name: tuple(_largest_first(some)) for name, some in found.items()})


def _largest_first(found: Iterable[Trend]) -> list[Trend]:
    return sorted(found, key=lambda each: (-abs(each.excess), each.kind, each.name))


def hundredths(value: Decimal) -> Decimal:
    """With two decimals, a half going away from 0."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
