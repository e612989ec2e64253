"""Rates at which the engine of drivers names a planted cause first, and raises an alarm without one.

    python -m bench.quality.drivers [--worlds 300] [--seed 1]

Each world has queues, reasons and agents (3 to 10 of each), agents of different skill, weekdays of different volume,
and a pass rate that drifts from day to day. A cause is planted into the later of two periods; what it brought is the
pass rate of the later period with it, less that of the same conversations without it: each of them has the same luck,
and only those that the cause moved to another group, or made fail, differ. Of two causes it is the mean with and
without the other one (their Shapley values). That is what the sentence on the period is about. What a cause would bring on average is printed as well; in a week of few calls no estimate can be close to that.
"""

# ruff: noqa: S311  (nothing is secret in simulated months)

import argparse
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import exp

from msgspec import structs

from auscult.domain.insights.changes import NOTHING, Change, Group, Kind, Sample, change_of, share
from auscult.domain.statistics.intervals import wilson_figure

Key = tuple[Kind, str]
BY_WEEKDAY = (1.2, 1.1, 1.0, 1.0, 1.1, 0.5, 0.4)
DRIFT = 0.05
"""Standard deviation of a day's log odds."""


@dataclass(frozen=True)
class World:
    """Weights and log odds of groups; ``per_day`` conversations on an ordinary day, in periods of ``days``."""

    weights: Mapping[Kind, Mapping[str, float]]
    effects: Mapping[Key, float]
    per_day: float
    days: int = 28
    base: float = 1.5
    causes: tuple[Key, ...] = field(default=())

    @property
    def has_pairs(self) -> bool:
        """A cause is of a pair of groups."""
        return any(kind == "pair" for kind, _ in self.causes)

    def changed(self, kind: Kind, name: str, *, weight: float | None = None, effect: float | None = None) -> "World":
        """Return this world with a cause: another weight, or log odds that move by ``effect``."""
        weights = {each: dict(groups) for each, groups in self.weights.items()}
        if weight is not None:
            weights[kind][name] = weight
        effects = dict(self.effects)
        if effect is not None:
            effects[kind, name] = effects.get((kind, name), 0.0) + effect
        return replace(self, weights=weights, effects=effects, causes=(*self.causes, (kind, name)))


def made(chance: random.Random, per_day: float, days: int = 28) -> World:
    """Make a world."""
    weights: dict[Kind, dict[str, float]] = {"form": {"v1": 1.0}}
    effects: dict[Key, float] = {}
    spread: dict[Kind, float] = {"queue": 0.3, "reason": 0.4, "agent": 0.6}
    for kind, deviation in spread.items():
        names = [f"{kind}-{n}" for n in range(chance.randint(3, 10))]
        weights[kind] = {name: chance.uniform(0.5, 2.0) for name in names}
        effects |= {(kind, name): chance.gauss(0, deviation) for name in names}
    effects["reason", "reason-0"] = -1.5  # one that is hard, in every world
    return World(weights=weights, effects=effects, per_day=per_day, days=days)


Sampled = Mapping[Key, Sample]
ALL: Key = ("form", "")
PAIRED: tuple[Kind, ...] = ("queue", "reason", "agent")


def sampled(world: World, chance: random.Random) -> Sampled:
    """Draw one period; the sample of ``ALL`` is that of all its conversations."""
    return along(world, (), chance)[0]


def along(world: World, others: Sequence[World], chance: random.Random) -> tuple[Sampled, list[float]]:
    """Draw one period, and the pass rates that the same conversations have in worlds without some of the causes."""
    found: Counter[Key] = Counter()
    passed: Counter[Key] = Counter()
    elsewhere, apart = [0] * len(others), random.Random(1)
    for day in range(world.days):
        drift = chance.gauss(0, DRIFT)
        many = world.per_day * BY_WEEKDAY[day % 7]
        for _ in range(max(round(chance.gauss(many, many**0.5)), 0)):
            keys = _drawn(world, chance)
            luck = chance.random()
            is_passed = luck < _share_that_passes(world, keys, drift)
            for at, other in enumerate(others):
                moved = [_moved(key, world, other, apart) for key in keys]
                elsewhere[at] += luck < _share_that_passes(other, moved, drift)
            pairs: list[Key] = [
                ("pair", f"{one[1]} {two[1]}") for one, two in combinations(keys, 2) if _is_paired(one, two)
            ]
            for key in (*keys, *pairs, ALL):
                found[key] += 1
                passed[key] += is_passed
    return {key: share(passed[key], n) for key, n in found.items()}, [each / max(found[ALL], 1) for each in elsewhere]


def _share_that_passes(world: World, keys: list[Key], drift: float) -> float:
    odds = world.base + drift + sum(world.effects.get(key, 0.0) for key in keys)
    if world.has_pairs:
        odds += sum(world.effects.get(("pair", f"{one[1]} {two[1]}"), 0.0) for one, two in combinations(keys, 2))
    return 1 / (1 + exp(-odds))


def _moved(key: Key, world: World, without: World, chance: random.Random) -> Key:
    """Return the group that a conversation has without the cause: most often the same one."""
    kind, name = key
    shares, others = _shares(world, kind), _shares(without, kind)
    if shares == others or chance.random() * shares[name] < others.get(name, 0.0):
        return key
    fewer = {each: share - shares.get(each, 0.0) for each, share in others.items() if share > shares.get(each, 0.0)}
    return kind, chance.choices(list(fewer), list(fewer.values()))[0]


def _shares(world: World, kind: Kind) -> dict[str, float]:
    total = sum(world.weights[kind].values())
    return {name: weight / total for name, weight in world.weights[kind].items()}


def _is_paired(one: Key, two: Key) -> bool:
    return one[0] in PAIRED and two[0] in PAIRED


def _drawn(world: World, chance: random.Random) -> list[Key]:
    return [(kind, chance.choices(list(groups), list(groups.values()))[0]) for kind, groups in world.weights.items()]


def expected(world: World, chance: random.Random, draws: int = 40_000) -> float:
    """Estimate the pass rate of a world without drift."""
    columns = [
        [(kind, name) for name in chance.choices(list(groups), list(groups.values()), k=draws)]
        for kind, groups in world.weights.items()
    ]
    total = 0.0
    for row in zip(*columns, strict=True):
        total += _share_that_passes(world, list(row), 0.0)
    return total / draws


def change(before: Sampled, now: Sampled) -> Change:
    """Return what the engine finds."""
    groups = {
        (kind, name): Group(
            kind=kind, id=name, name=name, before=before.get((kind, name), NOTHING), now=now.get((kind, name), NOTHING)
        )
        for kind, name in dict.fromkeys((*before, *now))
        if name
    }
    by_name = {name: each for (kind, name), each in groups.items() if kind != "pair"}
    pairs = [
        structs.replace(each, of=tuple(by_name[name] for name in each.id.split()))
        for each in groups.values()
        if each.kind == "pair"
    ]
    found = change_of(before[ALL], now[ALL], by_name.values(), pairs)
    assert found is not None
    return found


def _new_queue(world: World, chance: random.Random) -> World:
    total = sum(world.weights["queue"].values())
    return world.changed("queue", "queue-new", weight=total * chance.uniform(0.15, 0.3), effect=-2.5)


def _slipping_agent(world: World, chance: random.Random) -> World:
    name = max(world.weights["agent"], key=lambda each: world.weights["agent"][each])
    return world.changed("agent", name, effect=-chance.uniform(2.0, 3.0))


def _agent_in_a_queue(world: World, chance: random.Random) -> World:
    queue, agent = (max(world.weights[each], key=world.weights[each].__getitem__) for each in ("queue", "agent"))
    return world.changed("pair", f"{queue} {agent}", effect=-chance.uniform(4.0, 5.0))


def _growing_reason(world: World, chance: random.Random) -> World:
    name = min(world.weights["reason"], key=lambda each: world.effects["reason", each])
    total = sum(world.weights["reason"].values())
    return world.changed("reason", name, weight=world.weights["reason"][name] + total * chance.uniform(0.4, 0.6))


def _changed_question(world: World, _chance: random.Random) -> World:
    weights = {**world.weights, "form": {"v2": 1.0}}
    return replace(world, weights=weights, effects={**world.effects, ("form", "v2"): -0.7}, causes=(("form", "v2"),))


def _two_at_once(world: World, chance: random.Random) -> World:
    return _slipping_agent(_new_queue(world, chance), chance)


PLANTED: Mapping[str, tuple[Callable[[World, random.Random], World], float, int]] = {
    "a new queue": (_new_queue, 80, 28),
    "an agent who slips": (_slipping_agent, 80, 28),
    "an agent in one queue": (_agent_in_a_queue, 120, 28),
    "a reason that grows": (_growing_reason, 80, 28),
    "a changed question": (_changed_question, 80, 28),
    "two at once": (_two_at_once, 80, 28),
    "a week of few calls": (_new_queue, 20, 7),
}
"""Causes, the conversations of an ordinary day, and the days of a period."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{given.worlds} worlds with a cause, {given.worlds} without; seed {given.seed}")
    for line in measured(given.worlds, given.seed):
        print(line)


def measured(worlds: int, seed: int) -> list[str]:
    """Return a line for each cause, and one for alarms without any."""
    lines: list[str] = []
    each_cause = -(-worlds // len(PLANTED))
    totals = [0, 0, 0]
    for cause in PLANTED:
        found = [is_found(cause, seed + n) for n in range(each_cause)]
        sums = [sum(column) for column in zip(*found, strict=True)]
        totals = [total + n for total, n in zip(totals, sums, strict=True)]
        first, near, near_mean = sums
        lines.append(
            f"{cause:<24} named first {first} of {each_cause}, within a quarter {near}; of its average {near_mean}"
        )
    n = len(PLANTED) * each_cause
    for what, number in zip(("named first", "within a quarter", "of the average"), totals, strict=True):
        lines.append(_share(what, number, n))
    return [*lines, _share("alarms without a cause", sum(alarms(seed + n) for n in range(worlds)), worlds)]


def is_found(cause: str, seed: int) -> tuple[bool, bool, bool]:
    """Return whether a planted cause is named first, and whether its part is what it brought within a quarter.

    The last is whether the part is what the cause brings on average, within a quarter.
    """
    plant, per_day, days = PLANTED[cause]
    chance = random.Random(f"{cause} {seed}")
    world = made(chance, per_day, days)
    later = plant(world, chance)
    before, state = sampled(world, chance), chance.getstate()
    now = sampled(later, chance)
    found = change(before, now)
    if not found.leading:
        return False, False, False
    first = found.leading[0]
    key = (first.group.kind, first.group.id)
    if key not in later.causes:
        return False, False, False
    without = _without(world, later, key)
    chance.setstate(state)
    only = _without(later, world, key)
    _, (rate, rate_only, rate_before) = along(later, (without, only, world), chance)
    brought = ((now[ALL].value or 0.0) - rate + rate_only - rate_before) / 2
    average = sum(
        sign * expected(each, random.Random(seed)) / 2
        for sign, each in ((1, later), (-1, without), (1, only), (-1, world))
    )
    part = first.part.value
    return True, abs(part - brought) <= abs(brought) / 4, abs(part - average) <= abs(average) / 4


def _without(world: World, later: World, cause: Key) -> World:
    """Return the later world with one of its causes as it is in another world."""
    kind, name = cause
    weights = {each: dict(groups) for each, groups in later.weights.items()}
    if kind in weights:
        weights[kind].pop(name, None)
        weights[kind] |= {each: weight for each, weight in world.weights[kind].items() if each == name}
    if kind == "form":
        weights["form"] = dict(world.weights["form"])
    effects = {each: effect for each, effect in later.effects.items() if each != cause}
    if cause in world.effects:
        effects[cause] = world.effects[cause]
    causes = tuple({**dict.fromkeys(world.causes), **dict.fromkeys(later.causes)})
    return replace(later, weights=weights, effects=effects, causes=causes)


def alarms(seed: int) -> bool:
    """Return whether a world without a cause is reported to have changed; every fourth is a week of few calls."""
    chance = random.Random(f"none {seed}")
    world = made(chance, 80) if seed % 4 else made(chance, 20, 7)
    found = change(sampled(world, chance), sampled(world, chance))
    return found.is_beyond_chance or bool(found.leading)


def _share(what: str, number: int, n: int) -> str:
    figure = wilson_figure(number, n)
    return f"{what}: {number} of {n}, {figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


if __name__ == "__main__":
    main()
