"""Change of a figure between two periods, split into what each group of conversations contributed.

A group's part is how far its conversations move the figure: share x (value - C) now, less the same before, where C is a
centre that all groups of a kind have in common. It has two terms, *mix* (more or fewer conversations of the group) and
*rate* (other values within it). The parts of one kind of groups add up to the change, whatever the centre is.

Kitagawa, E. M. (1955). Components of a difference between two rates. Journal of the American Statistical Association 50,
1168-1194 (with the earlier period as the standard, and a centre of our own: see ``_centre``).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from math import exp, inf, lgamma, sqrt
from typing import Literal, get_args

from msgspec import Struct

from auscult.domain.statistics.intervals import NORMAL, Figure, beta_cdf, normal_interval

Kind = Literal["form", "queue", "reason", "agent", "channel", "language", "handled_by", "pair", "metric"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Kinds of groups, in the order in which they are named where they explain a change equally well.

Of a ``pair`` are the conversations that two groups of different kinds share, of a ``metric`` those that missed it.
"""
REST = ""
"""The id of what balances a kind: conversations of several groups or of none, and those that may not be seen."""
ALPHA = 0.05
"""Share of pairs of periods without a cause in which anything may be called beyond chance."""
_SPENT = ALPHA / 6
"""Share of that level for the figure itself, for its groups, and for all metrics together, on either side."""
_TO_PAIRS = 0.25
"""Share of ``ALPHA`` for groups that is spent on pairs."""
_MOST_OF = 0.8
"""Share of the part of a group that a pair must have to be named in its place."""
_CLEARER = 1.15
"""Factor by which it must be stronger."""
_COMPANIONS: frozenset[Kind] = frozenset({"queue", "reason", "agent"})
_HALF = 0.5
_CHANGED = 2.0
"""Distance, in standard errors, from which displaced groups are taken to have changed themselves."""
_FEW = 60
"""The number up to which the smallest margin of a table is small: its outcomes are enumerated."""
_TIE = 1e-9
_LEAST = 1e-300


class Sample(Struct, frozen=True):
    """Values of ``n`` conversations: their sum and the sum of their squares. Of a share both are its successes."""

    n: int
    total: float
    squares: float

    @property
    def value(self) -> float | None:
        """The mean; None of no conversations."""
        return self.total / self.n if self.n else None

    def __add__(self, other: "Sample") -> "Sample":
        """Return both together."""
        return Sample(self.n + other.n, self.total + other.total, self.squares + other.squares)

    def __sub__(self, part: "Sample") -> "Sample":
        """Return what is left without a part."""
        return Sample(self.n - part.n, self.total - part.total, self.squares - part.squares)

    def around(self, centre: float) -> tuple[float, float]:
        """Return the sum of the distances from a centre, and the sum of their squares."""
        return self.total - self.n * centre, self.squares - 2 * centre * self.total + self.n * centre * centre


NOTHING = Sample(0, 0, 0)


def share(successes: int, n: int) -> Sample:
    """Return the sample of a share."""
    return Sample(n, successes, successes)


class Group(Struct, frozen=True, kw_only=True):
    """Group of conversations in both periods. ``id`` is unique within its kind. ``of`` are the two groups of a pair."""

    kind: Kind
    id: str
    name: str
    before: Sample
    now: Sample
    of: tuple["Group", ...] = ()


class Driver(Struct, frozen=True, kw_only=True):
    """Part of a change that a group brought, in the unit of the figure: ``mix`` and ``rate`` add up to it.

    ``strength`` is the distance from what chance brings, in standard errors: for the rate, of the values now from those
    before, and from what all others moved by; for the mix, of the share now from that before, and of the values from
    those of all others. The lesser of each pair counts, and the greater of the two. ``is_beyond_chance`` counts how many
    groups were compared. ``shared`` is a group of another kind that all of its conversations now are in, and few others.
    """

    group: Group
    mix: float
    rate: float
    part: Figure
    strength: float
    is_beyond_chance: bool
    shared: Group | None = None

    @property
    def is_new(self) -> bool:
        """The group had no conversation before."""
        return not self.group.before.n


class Change(Struct, frozen=True, kw_only=True):
    """Change of a figure with its interval, and its drivers, the largest part first."""

    before: Sample
    now: Sample
    value: Figure
    is_beyond_chance: bool
    drivers: tuple[Driver, ...]

    @property
    def may_be_chance(self) -> bool:
        """Neither the figure nor a group moved by more than chance."""
        return not self.is_beyond_chance and not self.leading

    @property
    def leading(self) -> tuple[Driver, ...]:
        """The drivers to name, the strongest first: those beyond chance, of the kind of the strongest one.

        Groups of other kinds are mostly the same conversations. Missed metrics show how a figure moved, and not where,
        so they are named only if nothing else is.
        """
        found = [each for each in self.drivers if each.is_beyond_chance]
        found.sort(
            key=lambda each: (
                each.group.kind == "metric",
                -round(each.strength, 6),
                KINDS.index(each.group.kind),
                each.group.id,
            )
        )
        return tuple(each for each in found if each.group.kind == found[0].group.kind)


def is_beyond_chance(before: Sample, now: Sample) -> bool:
    """Return whether one figure differs by more than chance brings between two samples."""
    return _distance(before, now) > _limit_of(_SPENT)


def change_of(
    before: Sample,
    now: Sample,
    groups: Iterable[Group],
    pairs: Iterable[Group] = (),
    moved_metrics: Collection[str] = (),
) -> Change | None:
    """Return the change of a figure and its drivers; None where a period has no conversation.

    Groups of one kind may share conversations or leave some out: a driver ``REST`` balances such a kind.
    All groups together are counted (Bonferroni). Of pairs only those are drivers that say more than both of their
    groups. ``moved_metrics`` are the ids of those that moved by more than chance themselves (``moves_of``): no other
    metric is beyond chance here, so that no metric is in one place and not in another.
    """
    if before.value is None or now.value is None:
        return None
    kinds: defaultdict[Kind, list[Group]] = defaultdict(list)
    for each in groups:
        if each.before.n or each.now.n:
            kinds[each.kind].append(each)
    known = [each for some in kinds.values() if not _is_whole(some, before, now) for each in some]
    joined = [each for each in pairs if each.before.n or each.now.n]
    spent = _SPENT * (1 - _TO_PAIRS if joined else 1)
    limit = _limit(spent, [each for each in known if each.kind != "metric"], before, now)
    centres = {kind: _centre(some, before, now) for kind, some in kinds.items()}

    def limit_of(group: Group) -> float:
        return limit if group.kind != "metric" else 0.0 if group.id in moved_metrics else inf

    singles = [_driver(each, before, now, (centres[each.kind], limit_of(each)), joined) for each in known]
    drivers = singles + _pairs(singles, joined, before, now)
    moved = normal_interval(now.value - before.value, _variance(now, now.n) + _variance(before, before.n))
    for kind in KINDS:
        parts = [each.part.value for each in drivers if each.group.kind == kind]
        if parts and abs(rest := moved.value - sum(parts)) > _TIE:
            drivers.append(_balance(kind, rest))
    drivers.sort(key=lambda each: (-abs(each.part.value), KINDS.index(each.group.kind), each.group.id))
    return Change(
        before=before,
        now=now,
        value=moved,
        is_beyond_chance=is_beyond_chance(before, now),
        drivers=tuple(drivers),
    )


class Move(Struct, frozen=True, kw_only=True):
    """Move of one figure among several: of a metric, or of the share of conversations that are about a reason."""

    group: Group
    value: float


def moves_of(groups: Sequence[Group]) -> list[Move]:
    """Return the figures that moved by more than chance brings among all of their kind, the largest move first."""
    kinds: defaultdict[Kind, list[Group]] = defaultdict(list)
    for each in groups:
        kinds[each.kind].append(each)
    found = [
        Move(group=each, value=each.now.total / each.now.n - each.before.total / each.before.n)
        for some in kinds.values()
        for each, is_moved in zip(some, are_beyond_chance([(one.before, one.now) for one in some]), strict=True)
        if is_moved
    ]
    return sorted(found, key=lambda each: (-abs(each.value), each.group.id))


def are_beyond_chance(pairs: Sequence[tuple[Sample, Sample]]) -> list[bool]:
    """Return for each pair of shares whether they differ by more than chance brings among all pairs that can."""
    limit = _limit_of(_SPENT, sorted(_attainable_share(*each) for each in pairs if each[0].n and each[1].n))
    return [_distance(*each) > limit for each in pairs]


def _limit(spent: float, groups: Sequence[Group], before: Sample, now: Sample) -> float:
    """Return the distance beyond chance where groups are tested for their mix and for their rate.

    Tests count that can lie beyond it: those of two or three conversations cannot, whatever happens in them, and the
    rate of a new group is not tested (Tarone, R. E. (1990). A modified Bonferroni method for discrete data. Biometrics
    46, 515-522).
    """
    return _limit_of(spent, sorted(chance for each in groups for chance in _attainable(each, before, now)))


def _limit_of(spent: float, attainable: Sequence[float] = ()) -> float:
    """Return the distance beyond chance for tests whose smallest probabilities, one-sided, are these in order."""
    able = 0
    for n in range(1, len(attainable) + 1):
        able = bisect_right(attainable, spent / n)
        if able <= n:
            break
    return -NORMAL.inv_cdf(spent / max(able, 1))


def _attainable(group: Group, before: Sample, now: Sample) -> tuple[float, float]:
    """Return the smallest probabilities that the tests of a group can have, one-sided: of its mix, and of its rate."""
    first, last = group.before.n, group.now.n
    by_share = _attainable_share(share(first, before.n), share(last, now.n))
    if not first or not last:
        return by_share, 1.0
    is_share = group.before.total == group.before.squares and group.now.total == group.now.squares
    return by_share, exp(-_log_choose(first + last, first)) / 2 if is_share else 0.0


def _attainable_share(before: Sample, now: Sample) -> float:
    """Return the smallest probability that the test of two shares can have, one-sided."""
    n, fewer = before.n + now.n, min(before.n, now.n)
    met = int(before.total + now.total)
    rarer = min(met, n - met)
    return exp(_log_choose(fewer, rarer) - _log_choose(n, rarer)) / 2 if rarer <= fewer else 0.0


def _is_whole(groups: Sequence[Group], before: Sample, now: Sample) -> bool:
    """Return whether a kind has only one group, with all conversations: it shows nothing but the change itself."""
    return len(groups) == 1 and (groups[0].before.n, groups[0].now.n) == (before.n, now.n)


def _old(group: Group, centre: float) -> float:
    """Return the value of a group before; of a new one that of now."""
    first, last = group.before.value, group.now.value
    return first if first is not None else last if last is not None else centre


def _latest(group: Group, usual: float) -> float:
    """Return the value of a group now; of one that is gone that of before."""
    return group.now.value if group.now.value is not None else _old(group, usual)


def _centre(groups: Sequence[Group], before: Sample, now: Sample) -> float:
    """Return the value with which shares of the groups of a kind are compared.

    It is the mean of the groups at whose cost the others grew, or that grew at the cost of others: the side that is
    opposite to the group whose share moved most clearly. So a queue that grows has the whole effect of that, and those
    that it displaces have none. Where their values changed, those of now count: what else happened is not the effect of
    a new queue.
    """
    usual = before.total / before.n
    if groups[0].kind == "metric":
        return usual
    clearest: dict[int, tuple[float, int]] = {}
    sides: dict[int, list[tuple[float, Group]]] = {1: [], -1: []}
    for each in groups:
        moved = each.now.n / now.n - each.before.n / before.n
        side = 1 if moved > 0 else -1
        distance = _distance(share(each.before.n, before.n), share(each.now.n, now.n))
        is_new_or_gone = 2 if not each.before.n else 1 if not each.now.n else 0
        clearest[side] = max(clearest.get(side, (0.0, 0)), (round(distance, 6), is_new_or_gone))
        sides[side].append((abs(moved), each))
    cause = max(clearest, key=lambda side: (clearest[side], side))  # of two groups, which mirror each other, what grew
    opposite = sides[-cause]
    total = sum(moved for moved, _ in opposite)
    first = sum((each.before for _, each in opposite), NOTHING)
    last = sum((each.now for _, each in opposite), NOTHING)
    is_changed = _distance(first, last) > _CHANGED
    values = (
        (moved, _latest(each, usual) if is_changed else (each.before + each.now).value or 0.0)
        for moved, each in opposite
    )
    return sum(moved * value for moved, value in values) / total if total else usual


def _driver(
    group: Group, before: Sample, now: Sample, against: tuple[float, float], pairs: Sequence[Group] = ()
) -> Driver:
    """Return the driver of a group, against the centre of its kind and the limit of chance."""
    centre, limit = against
    earlier, later = group.before.n / before.n, group.now.n / now.n
    old = _old(group, centre)
    rate = later * ((old if group.now.value is None else group.now.value) - old)
    mix = (later - earlier) * (old - centre)
    variance = _variance(group.now, now.n, centre) + _variance(group.before, before.n, centre)
    part = normal_interval(mix + rate, variance + (later - earlier) ** 2 * _variance(before, before.n))
    strength = _strength(group, before, now)
    is_sure = part.low > 0 or part.high < 0
    return Driver(
        group=group,
        mix=mix,
        rate=rate,
        part=part,
        strength=strength,
        is_beyond_chance=is_sure and strength > limit,
        shared=_shared(group, now, pairs) if is_sure and strength > limit else None,
    )


def _shared(group: Group, now: Sample, pairs: Sequence[Group]) -> Group | None:
    """Return a group of another kind that all conversations of a group now are in, and few others; the smallest one."""
    found: list[Group] = []
    for each in pairs:
        if group in each.of and each.now.n == group.now.n:
            (other,) = (one for one in each.of if one != group)
            if other.kind in _COMPANIONS and other.now.n <= now.n * _HALF:
                found.append(other)
    return min(found, key=lambda each: (each.now.n, each.id), default=None) if group.now.n else None


def _pairs(singles: Sequence[Driver], pairs: Sequence[Group], before: Sample, now: Sample) -> list[Driver]:
    """Return the pairs that say more than both of their groups: beyond chance, clearer, and with most of their parts."""
    known: Mapping[tuple[Kind, str], Driver] = {(each.group.kind, each.group.id): each for each in singles}
    against = before.total / before.n, _limit(_SPENT * _TO_PAIRS, pairs, before, now)
    found: list[Driver] = []
    for pair in pairs:
        own = [one for each in pair.of if (one := known.get((each.kind, each.id)))]
        if any((one.group.before, one.group.now) == (pair.before, pair.now) for one in own):
            continue
        driver = _driver(pair, before, now, against)
        if driver.is_beyond_chance and all(
            driver.strength > _CLEARER * one.strength and abs(driver.part.value) >= _MOST_OF * abs(one.part.value)
            for one in own
        ):
            found.append(driver)
    return found


def _balance(kind: Kind, part: float) -> Driver:
    rest = Group(kind=kind, id=REST, name="", before=NOTHING, now=NOTHING)
    return Driver(group=rest, mix=part, rate=0.0, part=Figure(part, part, part), strength=0.0, is_beyond_chance=False)


def _variance(sample: Sample, n: int, centre: float = 0.0) -> float:
    """Return the variance of the mean of ``n`` values: the distances of a sample from a centre, and 0 for all others."""
    total, squares = sample.around(centre)
    return max(squares / n - (total / n) ** 2, 0.0) / n


def _strength(group: Group, before: Sample, now: Sample) -> float:
    own, others = group.before + group.now, before + now - group.before - group.now
    by_rate = min(_distance(group.before, group.now), _apart(group, before - group.before, now - group.now))
    by_share = _distance(share(group.before.n, before.n), share(group.now.n, now.n))
    return max(by_rate, min(by_share, _distance(own, others)))


def _apart(group: Group, before: Sample, now: Sample) -> float:
    """Return how far a group moved from what all others moved by, in standard errors."""
    moved = variance = 0.0
    for sign, first, last in ((1, group.before, group.now), (-1, before, now)):
        if first.value is None or last.value is None:
            return 0.0
        both = first + last
        moved += sign * (last.value - first.value)
        variance += _variance(both, both.n) * both.n * (1 / first.n + 1 / last.n)
    return abs(moved) / sqrt(variance) if variance > 0 else 0.0


def _distance(one: Sample, other: Sample) -> float:
    """Return how far apart two samples are, in standard errors, if their conversations were dealt at random."""
    both = one + other
    if not one.n or not other.n or not both.around(both.total / both.n)[1]:
        return 0.0
    if both.total == both.squares:
        chance = _of_shares(int(one.total), one.n, int(other.total), other.n)
    else:
        chance = _of_means(one, other)
    return -NORMAL.inv_cdf(max(min(chance, 1.0), _LEAST) / 2)


def _of_means(one: Sample, other: Sample) -> float:
    """Return the probability of a difference of this size by Student's test."""
    within = sum(each.around(each.total / each.n)[1] for each in (one, other))
    freedom = one.n + other.n - 2
    if freedom < 1 or within <= 0:
        return 1.0
    moved = (one.total / one.n - other.total / other.n) ** 2 / (1 / one.n + 1 / other.n) * freedom / within
    return beta_cdf(freedom / (freedom + moved), freedom / 2, 0.5)


@lru_cache(maxsize=8_192)  # many groups have the same few conversations
def _of_shares(met: int, n: int, other_met: int, other_n: int) -> float:
    """Return the probability of a difference of this size by Fisher's test with mid-p; of many, by a normal one."""
    all_met, all_ = met + other_met, n + other_n
    few = min(n, other_n, all_met, all_ - all_met)
    if few > _FEW:
        centre = all_met / all_
        return 2 * NORMAL.cdf(-abs(met / n - other_met / other_n) / sqrt(centre * (1 - centre) * (1 / n + 1 / other_n)))
    lowest, highest = max(0, all_met - other_n), min(n, all_met)
    whole = _log_choose(all_, n)
    chances = [
        exp(_log_choose(all_met, k) + _log_choose(all_ - all_met, n - k) - whole) for k in range(lowest, highest + 1)
    ]
    own = chances[met - lowest]
    return sum(each for each in chances if each < own * (1 - _TIE)) + own / 2


@cache
def _log_factorial(n: int) -> float:
    return lgamma(n + 1)


def _log_choose(n: int, k: int) -> float:
    return _log_factorial(n) - _log_factorial(k) - _log_factorial(n - k)
