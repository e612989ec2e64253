"""Scorecards: measures of agents over a period, from the evaluations of their conversations.

A scorecard has attributes (professionalism, product knowledge), an attribute has metrics, with weights of their own.
It judges nothing: it weighs the answers that evaluations recorded. Exact: fractions until the last rounding.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation, Direction
from auscult.domain.evaluation import Evaluation, MetricResult, points
from auscult.domain.form import Form, NotApplicable
from auscult.domain.statistics.intervals import student_interval

_BOUND = 100
_FEW = 10


class CardMetric(Struct, frozen=True, kw_only=True):
    """A metric of the forms, as it counts in an attribute. Its weights are the scorecard's own, as are the rest."""

    metric: str
    weight: Decimal
    negative_weight: Decimal = Decimal(0)
    fatal: bool = False
    correct_answer: Literal["yes", "no"] = "yes"


class Attribute(Struct, frozen=True, kw_only=True):
    """One side of an agent's work. ``weight`` is its share of the scorecard in percent."""

    id: str
    name: str
    weight: Decimal
    metrics: tuple[CardMetric, ...]
    description: str = ""


class Scorecard(Struct, frozen=True, kw_only=True):
    """A published scorecard. ``agents`` are ids, addresses or names; ``*`` is everybody.

    ``not_applicable`` is its own, whatever the forms say.
    """

    id: str
    name: str
    attributes: tuple[Attribute, ...]
    version: int = 1
    description: str = ""
    agents: tuple[str, ...] = ("*",)
    direction: Direction | Literal["both"] = "both"
    languages: tuple[str, ...] = ()
    not_applicable: NotApplicable = "exclude"
    min_duration_ms: int = 0
    pass_score: Decimal = Decimal(0)
    is_active: bool = True
    is_default: bool = False


class Interaction(Struct, frozen=True, kw_only=True):
    """Scores of one conversation by a scorecard. Scores are whole, from -100 to 100; None where nothing applies.

    ``attributes`` are by id. A fatal metric that was not met makes the whole 0 and fails it.
    """

    conversation_id: str
    started_at: datetime
    form_id: str
    form_version: int
    score: int | None
    passed: bool | None
    fatal_errors: int
    attributes: Mapping[str, int | None]


def measures(card: Scorecard, agent: Agent) -> bool:
    """Return whether a scorecard is for an agent."""
    known = {one.casefold() for one in (agent.id, agent.email, agent.name) if one}
    return card.is_active and any(one == "*" or one.casefold() in known for one in card.agents)


def takes(card: Scorecard, conversation: Conversation, evaluation: Evaluation) -> bool:
    """Return whether a conversation counts: evaluated, and of the scorecard's directions, languages and durations."""
    if evaluation.status != "evaluated" or card.direction not in ("both", conversation.direction):
        return False
    spoken = conversation.language.casefold()
    languages = {one.casefold() for one in card.languages}
    if languages and not languages & {spoken, spoken.partition("-")[0]}:
        return False
    return card.min_duration_ms <= (conversation.duration_ms or 0)


def weigh(card: Scorecard, conversation: Conversation, evaluation: Evaluation) -> Interaction:
    """Return a conversation's scores. A metric that its form does not have is absent, whatever the rule for NA."""
    found = {result.metric.id: result for result in evaluation.results}
    fatal_errors, is_open, form = 0, False, evaluation.form
    gained = possible = Fraction(0)
    attributes: dict[str, int | None] = {}
    for attribute in card.attributes:
        results = [_weighed(one, found[one.metric]) for one in attribute.metrics if one.metric in found]
        fatal_errors += sum(result.is_fatal_error for result in results)
        is_open = is_open or (form is not None and any(result.is_fatal_open(form) for result in results))
        score = _score(results, card.not_applicable)
        attributes[attribute.id] = None if score is None else rounded(score)
        if score is not None:
            gained += score * Fraction(attribute.weight)
            possible += Fraction(attribute.weight)
    whole = rounded(gained / possible) if possible else None
    if fatal_errors:
        whole = 0
    is_decided = fatal_errors or not is_open
    return Interaction(
        conversation_id=conversation.id,
        started_at=conversation.started_at,
        form_id=form.id if form else "",
        form_version=form.version if form else 0,
        score=whole,
        passed=None if whole is None or not is_decided else whole >= card.pass_score and not fatal_errors,
        fatal_errors=fatal_errors,
        attributes=attributes,
    )


def rounded(exact: Fraction) -> int:
    """To the nearest whole number, a half to the greater one, as a form's score (rule 2)."""
    return floor(exact + Fraction(1, 2))


class Mean:
    """The mean of whole numbers, added one by one."""

    def __init__(self) -> None:
        """Of none yet."""
        self.count = self._sum = self._squares = 0

    def add(self, value: int | None) -> None:
        """Count one more, where there is one."""
        if value is not None:
            self.count, self._sum, self._squares = self.count + 1, self._sum + value, self._squares + value**2

    @property
    def value(self) -> Decimal | None:
        """With two decimals, rounded half up; None of none."""
        return Decimal(rounded(Fraction(100 * self._sum, self.count))) / 100 if self.count else None

    @property
    def interval(self) -> tuple[Decimal | None, Decimal | None]:
        """The ends of its interval of 95 %, with two decimals; None of fewer than ten numbers."""
        if self.count < _FEW:
            return None, None
        mean = self._sum / self.count
        variance = max(self._squares / self.count - mean**2, 0.0) / (self.count - 1)
        found = student_interval(mean, variance, self.count - 1)
        low, high = (round(Decimal(min(max(each, -_BOUND), _BOUND)), 2) for each in (found.low, found.high))
        return low, high


class AgentTally:
    """Totals of an agent's conversations by one scorecard, added one by one."""

    def __init__(self, card: Scorecard, agent: Agent) -> None:
        """Of none yet."""
        self.agent = agent
        self.interactions = self.passed = self.failed = self.fatal = 0
        self.score = Mean()
        self.attributes = {attribute.id: Mean() for attribute in card.attributes}

    def add(self, one: Interaction) -> None:
        """Count one more conversation."""
        self.interactions += 1
        self.passed += one.passed is True
        self.failed += one.passed is False
        self.fatal += one.fatal_errors > 0
        self.score.add(one.score)
        for name, score in one.attributes.items():
            self.attributes[name].add(score)


def _weighed(one: CardMetric, result: MetricResult) -> MetricResult:
    metric = replace(
        result.metric,
        weight=one.weight,
        negative_weight=one.negative_weight,
        fatal=one.fatal,
        correct_answer=one.correct_answer,
        bonus=False,
        not_applicable=None,
    )
    return MetricResult(metric=metric, verdict=result.verdict)


def _score(results: Iterable[MetricResult], not_applicable: NotApplicable) -> Fraction | None:
    """The formula of a form's score (rules 2 and 4), not yet rounded."""
    treatment = Form(id="", name="", channel="voice", metrics=(), not_applicable=not_applicable)
    gained = possible = Decimal(0)
    for result in results:
        counted = points(result, treatment)
        gained += counted.gained
        possible += counted.possible
    if not possible:
        return None
    return max(Fraction(-_BOUND), min(Fraction(_BOUND), 100 * Fraction(gained) / Fraction(possible)))
