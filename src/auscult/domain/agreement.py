"""How far the machine agrees with people: raw, and beyond what chance would give (docs/reference/metrics/README.md).

Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20, 37-46.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

_PLACES = 4


class Agreement(Struct, frozen=True, kw_only=True):
    """Agreement on one metric over ``n`` conversations; shares are from 0 to 1, rounded to 4 places.

    ``agreement`` is the share of equal answers, ``base_rate`` the share of the most frequent answer of the people:
    what somebody who always gave that answer would reach. ``kappa`` is Cohen's, from -1 to 1; it is None where it is
    not defined, as both gave one and the same answer throughout, and chance alone explains all agreement.
    ``confusion`` counts: answer of the people -> answer of the machine -> conversations.
    """

    n: int
    agreement: float | None
    kappa: float | None
    base_rate: float | None
    confusion: dict[str, dict[str, int]]


class AgreementReport(Struct, frozen=True, kw_only=True):
    """Agreement on every metric, and the plain mean of the kappas that are defined (None when none is)."""

    metrics: dict[str, Agreement]
    macro_kappa: float | None


def compare(pairs: Iterable[tuple[str, str]]) -> Agreement:
    """Compare answers to one metric; each pair is (answer of the people, answer of the machine)."""
    counts = Counter(pairs)
    gold: Counter[str] = Counter()
    machine: Counter[str] = Counter()
    confusion: dict[str, dict[str, int]] = {}
    for (said, answered), count in sorted(counts.items()):
        gold[said] += count
        machine[answered] += count
        confusion.setdefault(said, {})[answered] = count
    n = gold.total()
    if n == 0:
        return Agreement(n=0, agreement=None, kappa=None, base_rate=None, confusion={})
    equal = sum(count for (said, answered), count in counts.items() if said == answered)
    # Kappa is (observed - expected) / (1 - expected); both are brought to n * n, so that whole numbers decide.
    by_chance = sum(count * machine[said] for said, count in gold.items())
    kappa = None if by_chance == n * n else round((equal * n - by_chance) / (n * n - by_chance), _PLACES)
    return Agreement(
        n=n,
        agreement=round(equal / n, _PLACES),
        kappa=kappa,
        base_rate=round(max(gold.values()) / n, _PLACES),
        confusion=confusion,
    )


def compare_all(pairs: Mapping[str, Iterable[tuple[str, str]]]) -> AgreementReport:
    """Compare answers to many metrics: metric id -> pairs of (answer of the people, answer of the machine)."""
    metrics = {metric: compare(some) for metric, some in pairs.items()}
    kappas = [one.kappa for one in metrics.values() if one.kappa is not None]
    return AgreementReport(metrics=metrics, macro_kappa=round(sum(kappas) / len(kappas), _PLACES) if kappas else None)
