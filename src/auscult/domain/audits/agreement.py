"""Agreement of the machine with people: raw, and beyond chance (docs/reference/metrics/README.md).

Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20, 37-46.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from auscult.domain.audits.resampling import Interval, Stream, bca_interval

Pair = tuple[str, str]
"""Two answers to one question: that of the people, that of the machine."""

_DECIMALS = 4


class Agreement(Struct, frozen=True, kw_only=True):
    """Agreement on one metric over ``n`` conversations; shares are from 0 to 1, rounded to 4 decimal places.

    ``agreement`` is the share of equal answers, ``base_rate`` the share of the most frequent human answer, which is the
    agreement of a rater who always gives that answer. ``kappa`` is Cohen's, from -1 to 1; it is None where it is
    undefined, because both gave one and the same answer throughout. ``kappa_interval`` is its 95 % interval; where one
    of the two is None, ``reason`` explains why. ``confusion`` counts: human answer -> machine answer -> conversations.
    """

    n: int
    agreement: float | None
    kappa: float | None
    kappa_interval: Interval | None
    base_rate: float | None
    confusion: dict[str, dict[str, int]]
    reason: str | None = None


class AgreementReport(Struct, frozen=True, kw_only=True):
    """Agreement on every metric, and the plain mean of the kappas that are defined (None when none is)."""

    metrics: dict[str, Agreement]
    macro_kappa: float | None


def compare(pairs: Iterable[Pair], stream: Stream | None = None) -> Agreement:
    """Compare answers to one metric. The interval is resampled with the numbers of ``stream``; without, there is none."""
    return compare_counts(Counter(pairs), stream)


def compare_counts(counts: Mapping[Pair, int], stream: Stream | None = None) -> Agreement:
    """Compare answers that are counted: how often each pair occurs."""
    cells = sorted(counts)
    numbers = [counts[cell] for cell in cells]
    n = sum(numbers)
    if n == 0:
        reason = "there is nothing to compare"
        return Agreement(
            n=0, agreement=None, kappa=None, kappa_interval=None, base_rate=None, confusion={}, reason=reason
        )
    gold: Counter[str] = Counter()
    confusion: dict[str, dict[str, int]] = {}
    for (said, answered), count in zip(cells, numbers, strict=True):
        gold[said] += count
        confusion.setdefault(said, {})[answered] = count
    equal = sum(count for (said, answered), count in counts.items() if said == answered)
    statistic = _kappa_of(cells)
    kappa = statistic(numbers)
    if kappa is None:
        found: Interval | str | None = f"both always say {cells[0][0]}, so that chance explains all of it"
    elif equal == n:
        found = "they never differ, so that nothing shows how often they would"
    else:
        found = None if stream is None else bca_interval(numbers, statistic, stream)
    return Agreement(
        n=n,
        agreement=round(equal / n, _DECIMALS),
        kappa=None if kappa is None else round(kappa, _DECIMALS),
        kappa_interval=found if isinstance(found, Interval) else None,
        base_rate=round(max(gold.values()) / n, _DECIMALS),
        confusion=confusion,
        reason=found if isinstance(found, str) else None,
    )


def compare_all(
    pairs: Mapping[str, Iterable[Pair]], streams: Callable[[], Stream | None] = lambda: None
) -> AgreementReport:
    """Compare answers to many metrics by metric id. Each is resampled with a stream of its own, whatever the others."""
    metrics = {metric: compare(some, streams()) for metric, some in pairs.items()}
    return AgreementReport(metrics=metrics, macro_kappa=mean_kappa(metrics.values()))


def mean_kappa(agreements: Iterable[Agreement]) -> float | None:
    """The plain mean of the kappas that are defined; None when none is."""
    kappas = [one.kappa for one in agreements if one.kappa is not None]
    return round(sum(kappas) / len(kappas), _DECIMALS) if kappas else None


def kappa_of(pairs: Iterable[Pair]) -> float | None:
    """Cohen's kappa, unrounded; None where it is not defined."""
    counts = Counter(pairs)
    return _kappa_of(list(counts))(list(counts.values()))


def _kappa_of(cells: Sequence[Pair]) -> Callable[[Sequence[int]], float | None]:
    """Kappa as a function of how often each of these pairs occurs."""
    answers = sorted({answer for cell in cells for answer in cell})
    indexes = [(answers.index(said), answers.index(answered)) for said, answered in cells]

    def kappa(counts: Sequence[int]) -> float | None:
        gold, machine = [0] * len(answers), [0] * len(answers)
        equal = 0
        for (said, answered), count in zip(indexes, counts, strict=True):
            gold[said] += count
            machine[answered] += count
            equal += count if said == answered else 0
        # Kappa is (observed - expected) / (1 - expected); both are brought to n * n, so that whole numbers decide.
        n = sum(counts)
        by_chance = sum(one * other for one, other in zip(gold, machine, strict=True))
        return None if by_chance == n * n else (equal * n - by_chance) / (n * n - by_chance)

    return kappa
