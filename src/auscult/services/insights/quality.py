"""Quality over time: how many pass, which metrics are met, and which agents differ by more than chance.

Every number is a count of the listing's indexes, through the same door as the list of those conversations; so it says
what the reader may see, and takes no longer where there are many.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.record import Breakdown, Grouping, Outcome
from auscult.domain.scoring.list_fields import ListFields
from auscult.domain.statistics.charts import Mean
from auscult.services.conversations.latest import Sought, breakdown, count, newest
from auscult.storage.pages.faceting import agent_outcome_facet, intent_value, name_outcome
from auscult.storage.store import AppStore

WEEK = timedelta(days=7)
NameKind = Literal["queue", "intent"]
_WHOLE = 100
_DECIDED: tuple[Outcome, ...] = ("passed", "failed", "undecided")
METRICS: tuple[Grouping, ...] = ("met", "missed")
"""Groupings that show who met each metric."""
ALL: tuple[Grouping, ...] = ("outcome", *METRICS, "score")
"""Groupings of a period."""


class Passed(Struct, frozen=True, kw_only=True):
    """Number of conversations of a period that passed or failed, that passed, and that are undecided.

    ``scored`` does not count the undecided: a fatal metric of theirs has no answer, so they count neither way (rule 5).
    """

    since: datetime
    until: datetime
    scored: int
    passed: int
    undecided: int = 0

    @property
    def share(self) -> float | None:
        """The share that passed; None where nothing was scored."""
        return self.passed / self.scored if self.scored else None


class Adherence(Struct, frozen=True, kw_only=True):
    """Counts of a metric met and missed in a period; conversations that it did not apply to are left out."""

    met: int
    missed: int

    @property
    def n(self) -> int:
        """In how many conversations it applied."""
        return self.met + self.missed


class Period(Struct, frozen=True, kw_only=True):
    """Counts of a period: who passed, metrics by id, and how many have each whole score."""

    passed: Passed
    metrics: Mapping[str, Adherence]
    scores: Mapping[int, int]

    def mean(self, name: str) -> Mean:
        """Return the mean of the scores under a name, as a share of 100."""
        n = sum(self.scores.values())
        mean = sum(score * many for score, many in self.scores.items()) / n if n else 0.0
        squares = sum((score - mean) ** 2 * many for score, many in self.scores.items()) / n if n else 0.0
        return Mean(name, n, mean / _WHOLE, squares / _WHOLE**2)


NOTHING = Adherence(met=0, missed=0)
"""Adherence to a metric that applied nowhere."""


def periods(until: datetime, number: int, length: timedelta = WEEK) -> tuple[tuple[datetime, datetime], ...]:
    """Return ``number`` periods of one length, the last one ending at ``until``, the oldest first."""
    return tuple((until - length * (n + 1), until - length * n) for n in reversed(range(number)))


def has_ai_agents(app: AppStore) -> bool:
    """Return whether an AI agent led a conversation alone."""
    return bool(newest(app, Sought(fields=ListFields(handled_by=("ai",))), 1))


def of_people(app: AppStore, sought: Sought) -> Sought:
    """Return a selection without what an AI agent led alone, unless it filters by who led: people and AI agents have no common mean."""
    fields = sought.fields
    if fields.handled_by or fields.is_by_ai_agent or not has_ai_agents(app):
        return sought
    return replace(sought, fields=replace(fields, handled_by=("human", "both")))


def passed(app: AppStore, sought: Sought, since: datetime, until: datetime) -> Passed:
    """Count who passed in a period."""
    (period,) = by_period(app, sought, ((since, until),), ("outcome",))
    return period.passed


def adherence(app: AppStore, sought: Sought, metric_id: str, since: datetime, until: datetime) -> Adherence:
    """Count how often a metric was met and missed in a period."""
    within = replace(sought, since=since, until=until)
    return Adherence(
        met=count(app, replace(within, met=(*within.met, metric_id))),
        missed=count(app, replace(within, missed=(*within.missed, metric_id))),
    )


def by_period(
    app: AppStore, sought: Sought, spans: Sequence[tuple[datetime, datetime]], by: tuple[Grouping, ...] = ALL
) -> tuple[Period, ...]:
    """Count periods that follow each other, in one reading; nothing is counted of groupings that are not among ``by``."""
    counted = breakdown(app, sought, by, (spans[0][0], *(until for _, until in spans)))
    found: Breakdown = {each: counted.get(each, {}) for each in ALL}
    metrics = sorted(found["met"].keys() | found["missed"].keys())
    return tuple(
        Period(
            passed=_of_period((since, until), _outcomes(found, n)),
            metrics={
                each: Adherence(met=_number(found, "met", each, n), missed=_number(found, "missed", each, n))
                for each in metrics
            },
            scores={int(score): counts[n] for score, counts in found["score"].items() if counts[n]},
        )
        for n, (since, until) in enumerate(spans)
    )


def by_name(
    app: AppStore, sought: Sought, kind: NameKind, names: Sequence[str], spans: Sequence[tuple[datetime, datetime]]
) -> dict[str, tuple[Passed, ...]]:
    """Count who passed in periods that follow each other, for each of these queues or intents (names, in any case).

    A name takes the place of the names of its kind that are sought.
    """
    sought = replace(sought, queues=()) if kind == "queue" else replace(sought, intents=())
    bounds = (spans[0][0], *(until for _, until in spans))
    by: Grouping = "queue_outcome" if kind == "queue" else "intent_outcome"
    joined = _joined(app, kind, names)
    counted = _of_names(app, sought, kind, [each for each in names if each not in joined], bounds)
    found: dict[str, tuple[Passed, ...]] = {}
    for name in names:
        if name in joined:  # tallies by name would count a conversation twice that was in both
            together = breakdown(app, replace(sought, queues=(name,)), ("outcome",), bounds)
            found[name] = tuple(_of_period(span, _outcomes(together, n)) for n, span in enumerate(spans))
            continue
        found[name] = tuple(
            _of_period(span, [_number(counted, by, name_outcome(name, each), n) for each in _DECIDED])
            for n, span in enumerate(spans)
        )
    return found


def _joined(app: AppStore, kind: NameKind, names: Sequence[str]) -> frozenset[str]:
    """Return the queues among these that have several ids or names, as they are renamed or merged."""
    if kind != "queue" or not (aliases := app.aliases.in_force()):
        return frozenset()
    return frozenset(each for each in names if len(aliases.widened("queue", (each,))) > 1)


def numbers_of_intents(
    app: AppStore, sought: Sought, names: Sequence[str], bounds: Sequence[datetime]
) -> dict[str, tuple[int, ...]]:
    """Count conversations about each of these, in any case of letters, between each of the bounds and the next.

    They take the place of the intents that are sought.
    """
    found = _of_names(app, replace(sought, intents=()), "intent", names, bounds).get("intent", {})
    return {name: found.get(intent_value(name), (0,) * (len(bounds) - 1)) for name in names}


def _of_names(
    app: AppStore, sought: Sought, kind: NameKind, names: Sequence[str], bounds: Sequence[datetime]
) -> Breakdown:
    """Count the outcomes of names, and of intents how many there are: asked together, they are counted only once."""
    if not names:
        return {}
    values = tuple(name_outcome(name, outcome) for name in names for outcome in _DECIDED)
    if kind == "queue":
        return breakdown(app, sought, ("queue_outcome",), bounds, values)
    return breakdown(app, sought, ("intent", "intent_outcome"), bounds, (*map(intent_value, names), *values))


def _of_period(span: tuple[datetime, datetime], counts: Sequence[int]) -> Passed:
    good, failed, undecided = counts
    return Passed(since=span[0], until=span[1], scored=good + failed, passed=good, undecided=undecided)


def _outcomes(found: Breakdown, n: int) -> list[int]:
    """Return how many passed, failed and are undecided in a period."""
    return [_number(found, "outcome", each, n) for each in _DECIDED]


def _number(found: Breakdown, by: Grouping, value: str, n: int) -> int:
    counts = found[by].get(value)
    return counts[n] if counts else 0


def by_agent(app: AppStore, sought: Sought, agents: Sequence[str]) -> dict[str, Passed]:
    """Count who passed, for each of these agents (ids, to the letter); those without a score are left out.

    Who sees only some conversations has each agent counted alone: mostly one's own agents, and they have tallies.
    """
    assert sought.since is not None and sought.until is not None  # noqa: S101, PT018  (a period is asked for)
    spans = ((sought.since, sought.until),)
    counted = breakdown(app, sought, ("agent_outcome",), spans[0]) if app.visibility.is_everything else None
    found = _of_agents(app, sought, agents, spans, counted)
    return {agent: passed for agent, (passed,) in found.items() if passed.scored}


def by_agent_and_period(
    app: AppStore, sought: Sought, agents: Sequence[str], spans: Sequence[tuple[datetime, datetime]]
) -> dict[str, tuple[Passed, ...]]:
    """Count who passed in periods that follow each other, for each of these agents (ids, to the letter), in one reading."""
    counted = breakdown(app, sought, ("agent_outcome",), (spans[0][0], *(until for _, until in spans)))
    return _of_agents(app, sought, agents, spans, counted)


def _of_agents(
    app: AppStore,
    sought: Sought,
    agents: Sequence[str],
    spans: Sequence[tuple[datetime, datetime]],
    counted: Breakdown | None,
) -> dict[str, tuple[Passed, ...]]:
    """Return counts by agent and period. Without tallies by id, and for agents who are merged, each is counted alone.

    The tallies of merged agents by id would count a conversation twice that both took part in.
    """
    aliases = app.aliases.in_force()

    def number(agent: str, outcome: Outcome, n: int) -> int:
        if counted and aliases.ids("agent", agent) == (agent,):
            return _number(counted, "agent_outcome", agent_outcome_facet(agent, outcome)[1], n)
        since, until = spans[n]
        return count(app, replace(sought, since=since, until=until, agent_outcomes=((agent, outcome),)))

    return {
        agent: tuple(_of_period(span, [number(agent, each, n) for each in _DECIDED]) for n, span in enumerate(spans))
        for agent in agents
    }
