"""Rates at which the engine of drivers names a planted cause first, and raises an alarm without one.

    python -m bench.quality.drivers [--worlds 300] [--seed 1]

Each world has queues, reasons and agents (3 to 10 of each), agents of different skill, weekdays of different volume,
and a pass rate that drifts from day to day. A cause is planted into the later of two periods; what it should bring is
the expected pass rate with it, less that without it.
"""

# ruff: noqa: S311  (nothing is secret in simulated months)

import argparse
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import exp

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


def sampled(world: World, chance: random.Random) -> Sampled:
    """Draw one period; the sample of ``ALL`` is that of all its conversations."""
    found: Counter[Key] = Counter()
    passed: Counter[Key] = Counter()
    for day in range(world.days):
        drift = chance.gauss(0, DRIFT)
        many = world.per_day * BY_WEEKDAY[day % 7]
        for _ in range(max(round(chance.gauss(many, many**0.5)), 0)):
            keys = _drawn(world, chance)
            odds = world.base + drift + sum(world.effects.get(key, 0.0) for key in keys)
            is_passed = chance.random() < 1 / (1 + exp(-odds))
            for key in (*keys, ALL):
                found[key] += 1
                passed[key] += is_passed
    return {key: share(passed[key], n) for key, n in found.items()}


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
        odds = world.base + sum(world.effects.get(key, 0.0) for key in row)
        total += 1 / (1 + exp(-odds))
    return total / draws


def change(before: Sampled, now: Sampled) -> Change:
    """Return what the engine finds."""
    keys = dict.fromkeys((*before, *now))
    groups = [
        Group(
            kind=kind, id=name, name=name, before=before.get((kind, name), NOTHING), now=now.get((kind, name), NOTHING)
        )
        for kind, name in keys
        if name
    ]
    found = change_of(before[ALL], now[ALL], groups)
    assert found is not None
    return found


def _new_queue(world: World, chance: random.Random) -> World:
    total = sum(world.weights["queue"].values())
    return world.changed("queue", "queue-new", weight=total * chance.uniform(0.15, 0.3), effect=-2.5)


def _slipping_agent(world: World, chance: random.Random) -> World:
    name = max(world.weights["agent"], key=lambda each: world.weights["agent"][each])
    return world.changed("agent", name, effect=-chance.uniform(2.0, 3.0))


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
    named = close = 0
    for cause in PLANTED:
        found = [is_found(cause, seed + n) for n in range(-(-worlds // len(PLANTED)))]
        first, near = sum(one for one, _ in found), sum(other for _, other in found)
        named, close = named + first, close + near
        lines.append(f"{cause:<24} named first {first} of {len(found)}, within a quarter {near}")
    n = len(PLANTED) * -(-worlds // len(PLANTED))
    for what, number in (("named first", named), ("within a quarter", close)):
        lines.append(_share(what, number, n))
    return [*lines, _share("alarms without a cause", sum(alarms(seed + n) for n in range(worlds)), worlds)]


def is_found(cause: str, seed: int) -> tuple[bool, bool]:
    """Return whether a planted cause is named first, and whether its part is right within a quarter."""
    plant, per_day, days = PLANTED[cause]
    chance = random.Random(f"{cause} {seed}")
    world = made(chance, per_day, days)
    later = plant(world, chance)
    found = change(sampled(world, chance), sampled(later, chance))
    if not found.leading:
        return False, False
    first = found.leading[0]
    key = (first.group.kind, first.group.id)
    if key not in later.causes:
        return False, False
    alone = _only(world, later, key)
    brought = expected(alone, random.Random(seed)) - expected(world, random.Random(seed))
    return True, abs(first.part.value - brought) <= abs(brought) / 4


def _only(world: World, later: World, cause: Key) -> World:
    """Return the earlier world with one of the later world's causes."""
    kind, name = cause
    weights = {**world.weights, kind: {**world.weights[kind], name: later.weights[kind][name]}}
    if kind == "form":
        weights["form"] = dict(later.weights["form"])
    return replace(world, weights=weights, effects={**world.effects, cause: later.effects.get(cause, 0.0)})


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
