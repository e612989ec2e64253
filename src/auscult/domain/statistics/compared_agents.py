"""Agents compared where their work is alike: within the same form, language and queue.

In each such cell an agent's successes, if only chance divided the cell's conversations among its agents, have a
hypergeometric distribution; their sum over the cells is compared with the agent's own. A cell without another agent shows
nothing.

Mantel, N. and Haenszel, W. (1959). Statistical aspects of the analysis of data from retrospective studies of disease.
Journal of the National Cancer Institute 22, 719-748.
"""

from collections.abc import Hashable, Mapping
from math import comb, sqrt
from typing import TypeVar

from msgspec import Struct

from auscult.domain.statistics.agents import FUNNEL_LEVELS, Count
from auscult.domain.statistics.intervals import NORMAL

Cell = TypeVar("Cell", bound=Hashable)

ALPHA = 0.05
_EXACT = 60
"""Conversations up to which the distribution is computed; that of more is close to normal."""


class ComparedAgent(Struct, frozen=True, kw_only=True):
    """Conversations of an agent that others have the like of, and how many of them pass at the rate of the others.

    ``beyond`` is the highest level of chance that the agent lies outside, as in a funnel; None within all.
    """

    count: Count
    usual: float
    beyond: float | None

    @property
    def is_outside(self) -> bool:
        """The agent lies outside the outer limits."""
        return self.beyond == FUNNEL_LEVELS[-1]


class Comparison(Struct, frozen=True, kw_only=True):
    """Comparison of agents by id. ``alone`` are those without a conversation that others have the like of.

    ``differ``: within their cells they vary more than chance explains.
    """

    agents: dict[str, ComparedAgent]
    alone: tuple[str, ...]
    differ: bool

    @property
    def n(self) -> int:
        """The number of conversations of all agents that can be compared."""
        return sum(each.count.n for each in self.agents.values())

    @property
    def outside(self) -> list[str]:
        """The agents outside the outer limits, those farthest from what is usual first."""
        found = [agent for agent, one in self.agents.items() if one.is_outside]
        return sorted(
            found, key=lambda agent: (-abs(self.agents[agent].count.successes - self.agents[agent].usual), agent)
        )


def compared_agents(counts: Mapping[str, Mapping[Cell, Count]]) -> Comparison:
    """Compare agents. ``counts`` are the conversations of each, by agent and cell."""
    cells: dict[Cell, Count] = {}
    for own in counts.values():
        for cell, one in own.items():
            before = cells.get(cell, Count(0, 0))
            cells[cell] = Count(before.successes + one.successes, before.n + one.n)
    found: dict[str, ComparedAgent] = {}
    alone: list[str] = []
    distances: list[float] = []
    for agent, own in counts.items():
        parts = [(one, cells[cell]) for cell, one in own.items() if 0 < one.n < cells[cell].n]
        if not parts:
            alone += [agent] if any(one.n for one in own.values()) else []
            continue
        chance = _chance(parts)
        level = next((each for each in reversed(FUNNEL_LEVELS) if chance < 1 - each), None)
        usual = sum(one.n * (whole.successes - one.successes) / (whole.n - one.n) for one, whole in parts)
        own_count = Count(sum(one.successes for one, _ in parts), sum(one.n for one, _ in parts))
        found[agent] = ComparedAgent(count=own_count, usual=usual, beyond=level)
        if any(0 < whole.successes < whole.n for _, whole in parts):
            distances.append(-NORMAL.inv_cdf(max(chance, 1e-300) / 2))
    return Comparison(agents=found, alone=tuple(alone), differ=_differ(distances))


def _differ(distances: list[float]) -> bool:
    """Test whether squares of distances add up to more than chance brings, or one is too large (half of ALPHA each)."""
    n = len(distances)
    if not n:
        return False
    freedom = max(n - 1, 1)
    z = -NORMAL.inv_cdf(ALPHA / 2)
    limit = freedom * (1 - 2 / (9 * freedom) + z * sqrt(2 / (9 * freedom))) ** 3  # Wilson and Hilferty
    return sum(each * each for each in distances) > limit or max(distances) > -NORMAL.inv_cdf(ALPHA / 4 / n)


def _chance(parts: list[tuple[Count, Count]]) -> float:
    """Return the two-sided probability (mid-p) of an agent's successes, by the counts of the agent and of all by cell."""
    successes, n = sum(one.successes for one, _ in parts), sum(one.n for one, _ in parts)
    if n > _EXACT:
        mean = sum(one.n * whole.successes / whole.n for one, whole in parts)
        variance = sum(
            one.n * whole.successes * (whole.n - whole.successes) * (whole.n - one.n) / (whole.n**2 * (whole.n - 1))
            for one, whole in parts
        )
        return 2 * NORMAL.cdf(-abs(successes - mean) / sqrt(variance)) if variance > 0 else 1.0
    chances = [1.0]
    for one, whole in parts:
        own = [
            comb(whole.successes, k) * comb(whole.n - whole.successes, one.n - k) / comb(whole.n, one.n)
            for k in range(one.n + 1)
        ]
        joined = [0.0] * (len(chances) + one.n)
        for at, first in enumerate(chances):
            for k, second in enumerate(own):
                joined[at + k] += first * second
        chances = joined
    low, high = sum(chances[:successes]), sum(chances[successes + 1 :])
    return min(2 * min(low, high) + chances[successes], 1.0)
