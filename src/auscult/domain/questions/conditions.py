"""Questions that depend on the answer to another one: asked only where that has one of the answers named."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from auscult.domain.errors import coded, joined
from auscult.domain.evaluation import MetricResult, Verdict
from auscult.domain.form import Form, Metric


def apply_conditions(results: Iterable[MetricResult]) -> tuple[MetricResult, ...]:
    """Return the results, NA where the condition of a metric does not hold.

    A metric that waits for an answer not given yet ("-") is not answered either. The metrics must be free of cycles.
    """
    given = tuple(results)
    if all(result.metric.when is None for result in given):
        return given
    found = {result.metric.id: result for result in given}
    resolved: dict[str, MetricResult] = {}
    return tuple(_resolve(result, found, resolved) for result in given)


def cycle_of(form: Form, metric: Metric) -> tuple[str, ...]:
    """Return the ids of the metrics through which a metric depends on itself; empty where it does not."""
    metrics = {one.id: one for one in form.metrics}
    path = [metric.id]
    at: Metric | None = metric
    while at is not None and at.when is not None:
        path.append(at.when.metric)
        if at.when.metric == metric.id:
            return tuple(path)
        if path.count(at.when.metric) > 1:
            return ()
        at = metrics.get(at.when.metric)
    return ()


def _resolve(
    result: MetricResult, found: Mapping[str, MetricResult], resolved: dict[str, MetricResult]
) -> MetricResult:
    """Return one result after those that it depends on; ``resolved`` remembers them."""
    metric, when = result.metric, result.metric.when
    if metric.id in resolved:
        return resolved[metric.id]
    if when is None or when.metric not in found:
        resolved[metric.id] = result
        return result
    before = _resolve(found[when.metric], found, resolved).verdict.qualification
    if before == "-":
        reason = coded("waits for the answer to {metric}", metric=when.metric)
        result = MetricResult(
            metric=metric, verdict=replace(result.verdict, qualification="-", share=None, reason=reason)
        )
    elif before not in when.answers:
        reason = coded(
            "asked only where {metric} is {answers}; it is {answer}",
            metric=when.metric,
            answers=joined(coded(" or "), map(coded, when.answers)),
            answer=coded(before),
        )
        result = MetricResult(metric=metric, verdict=Verdict(qualification="NA", reason=reason))
    resolved[metric.id] = result
    return result
