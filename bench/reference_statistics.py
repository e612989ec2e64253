"""Our statistics next to the reference libraries, on random data; run it in an environment of its own.

    python -m venv elsewhere
    elsewhere/bin/pip install statsmodels krippendorff scikit-learn numba msgspec
    elsewhere/bin/pip install --no-deps irrCAC ppi-python
    PYTHONPATH=src:. elsewhere/bin/python -m bench.reference_statistics

None of these libraries is a dependency: they are large, and one is GPL. (irrCAC and ppi-python ask for old versions or
for packages that a comparison does not need.) Each line is a statistic, the number of figures, and the largest
difference. The end fails where one is above a billionth.
"""

import random
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from auscult.domain.audits.agreement import kappa_of
from auscult.domain.statistics.agreement import gwet_ac1, krippendorff_alpha
from auscult.domain.statistics.charts import Period, laney_chart
from auscult.domain.statistics.fairness import discoveries
from auscult.domain.statistics.intervals import Z, beta_quantile, difference, student_quantile, wilson, wilson_figure
from auscult.domain.statistics.scores import moments_of, powered, tuning

SETS = 200
SAME = 1e-9
ANSWERS = ("1", "2", "3", "4")

Pairs = list[tuple[str, str]]
Differences = Iterator[float]


def library(name: str) -> Any:  # noqa: ANN401  (its types are its own)
    """Import a reference library by name."""
    return import_module(name)


def pairs_of(stream: random.Random) -> Pairs:
    """Return the answers of two raters who agree more often than chance."""
    found: Pairs = []
    for _ in range(stream.randint(5, 80)):
        one = stream.choice(ANSWERS)
        found.append((one, one if stream.random() < 0.6 else stream.choice(ANSWERS)))
    return found


def intervals(stream: random.Random) -> Differences:
    """Compare Wilson's interval, and Newcombe's of a difference."""
    proportion = library("statsmodels.stats.proportion")
    for _ in range(SETS):
        n, m = stream.randint(1, 300), stream.randint(1, 300)
        k, j = stream.randint(0, n), stream.randint(0, m)
        low, high = proportion.proportion_confint(k, n, method="wilson")
        ours = wilson(k / n, n)
        yield max(abs(ours.low - low), abs(ours.high - high))
        low, high = proportion.confint_proportions_2indep(k, n, j, m, method="newcomb", compare="diff")
        joined = difference(wilson_figure(k, n), wilson_figure(j, m))
        yield max(abs(joined.low - low), abs(joined.high - high))


def quantiles(stream: random.Random) -> Differences:
    """Compare quantiles of Beta and Student."""
    stats = library("scipy.stats")
    for _ in range(SETS):
        p, alpha, beta = stream.uniform(0.01, 0.99), stream.uniform(0.5, 200), stream.uniform(0.5, 200)
        yield abs(beta_quantile(p, alpha, beta) - stats.beta.ppf(p, alpha, beta))
        alpha, beta = 1_000 * alpha, 1_000 * beta
        yield abs(beta_quantile(p, alpha, beta) - stats.beta.ppf(p, alpha, beta))
        freedom = stream.randint(3, 500)
        yield abs(student_quantile(freedom) - stats.t.ppf(0.975, freedom))


def kappas(stream: random.Random) -> Differences:
    """Compare Cohen's kappa."""
    score = library("sklearn.metrics").cohen_kappa_score
    for _ in range(SETS):
        pairs = pairs_of(stream)
        one, other = ([pair[index] for pair in pairs] for index in (0, 1))
        ours = kappa_of(pairs)
        if ours is None:
            continue
        yield abs(ours - score(one, other))


def alphas(stream: random.Random) -> Differences:
    """Compare Krippendorff's alpha with missing answers, of names, ranks and numbers."""
    alpha = library("krippendorff").alpha
    for _ in range(SETS):
        raters = stream.randint(2, 5)
        items = [
            [stream.choice(ANSWERS) if stream.random() < 0.7 else None for _ in range(raters)]
            for _ in range(stream.randint(5, 40))
        ]
        data = [[float(item[r] or "nan") for item in items] for r in range(raters)]
        for level in ("nominal", "ordinal", "interval"):
            ours = krippendorff_alpha(items, level)
            if ours is not None:
                yield abs(ours - alpha(reliability_data=data, level_of_measurement=level))


def first_coefficients(stream: random.Random) -> Differences:
    """Compare Gwet's AC1 with missing answers, and its standard error."""
    raw, pandas = library("irrCAC.raw"), library("pandas")
    for _ in range(SETS // 4):
        items = [
            [stream.choice(ANSWERS) if stream.random() < 0.8 else None for _ in range(3)]
            for _ in range(stream.randint(10, 40))
        ]
        seen = {answer for item in items for answer in item}
        if not seen.issuperset(ANSWERS):  # an answer that occurs nowhere is no category to the library
            continue
        theirs = raw.CAC(pandas.DataFrame(items), categories=list(ANSWERS), digits=12).gwet()["est"]
        ours = gwet_ac1(items)
        if ours is not None:
            yield abs(ours.value - theirs["coefficient_value"])
            if -1 < ours.low:  # noqa: SIM300  (an end that is no bound)
                yield abs((ours.value - ours.low) / Z - theirs["se"])


def powered_means(stream: random.Random) -> Differences:
    """Compare PPI++: lambda, which the library divides by n instead of n - 1, and the estimate that it makes."""
    mean, numpy = library("ppi_py").ppi_mean_pointestimate, library("numpy")
    for _ in range(SETS):
        people = [stream.gauss(80, 15) for _ in range(stream.randint(40, 400))]
        machine = [0.5 * one + stream.gauss(40, 10) for one in people]
        n = stream.randint(30, len(people) - 5)
        pairs, moments = list(zip(machine, people, strict=True))[:n], moments_of(machine)
        given = [numpy.array(some) for some in (people[:n], machine[:n], machine[n:])]
        weight = tuning(moments, pairs)
        yield abs(powered(moments, pairs).value - float(mean(*given, lam=weight)[0]))
        if 0 < weight < 1:
            least = weight * (n - 1) / n
            yield abs(float(mean(*given)[0]) - float(mean(*given, lam=least)[0]))


def laney(stream: random.Random) -> Differences:
    """Compare the limits of Laney's chart with its formula in numpy."""
    numpy = library("numpy")
    for _ in range(SETS):
        weeks = [Period(f"w{k}", stream.randint(150, 200), stream.randint(200, 300)) for k in range(20)]
        counts, sizes = (numpy.array([getattr(one, name) for one in weeks]) for name in ("successes", "n"))
        centre = counts.sum() / sizes.sum()
        sigma = numpy.sqrt(centre * (1 - centre) / sizes)
        spread = numpy.abs(numpy.diff((counts / sizes - centre) / sigma)).mean() / 1.128
        found = laney_chart(weeks)
        assert found is not None
        yield abs(found.sigma_z - spread)
        yield float(numpy.abs(numpy.clip(centre - 3 * sigma * spread, 0, 1) - [one.low for one in found.points]).max())


def rates(stream: random.Random) -> Differences:
    """Compare the findings of Benjamini and Hochberg."""
    multiple = library("statsmodels.stats.multitest").multipletests
    for _ in range(SETS):
        values = {key: stream.random() ** stream.randint(1, 6) for key in range(stream.randint(1, 40))}
        rejected = multiple(list(values.values()), alpha=0.05, method="fdr_bh")[0]
        yield float(discoveries(values) != {key for key, is_found in enumerate(rejected) if is_found})


def main() -> None:
    """Compare everything; exit 1 where something differs."""
    stream = random.Random(1)  # noqa: S311  (test data)
    compared: dict[str, Callable[[random.Random], Differences]] = {
        "Wilson, Newcombe": intervals,
        "Beta, Student": quantiles,
        "Cohen's kappa": kappas,
        "Krippendorff's alpha": alphas,
        "Gwet's AC1": first_coefficients,
        "PPI++": powered_means,
        "Laney's p' chart": laney,
        "Benjamini-Hochberg": rates,
    }
    worst = 0.0
    for name, compare in compared.items():
        found = list(compare(stream))
        print(f"{name:<32} {len(found):>5} figures, largest difference {max(found):.1e}")
        worst = max(worst, *found)
    if worst > SAME:
        raise SystemExit(f"a statistic differs by {worst:.1e}")


if __name__ == "__main__":
    main()
