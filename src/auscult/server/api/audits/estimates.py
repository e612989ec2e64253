"""Estimates for all conversations of a plan's frame."""

from typing import Annotated

from auscult.server.rest import operation
from auscult.server.rest.context import App
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.parameters import query
from auscult.services.audits.estimates import HALF_WIDTH, EstimateView, Estimating

READING = Scopes("plans:read", "plans:write", "audits:read", "audits:write", permission="plan.read")
"""Estimates cover the conversations that the caller sees."""

example(
    {
        "form_id": "ef-billing",
        "metric_id": "em-greeting",
        "plan_id": "pl-6c1f",
        "machine": 0.756,
        "estimate": 0.82,
        "low": 0.782,
        "high": 0.858,
        "n": 200,
        "population": 20000,
        "method": "post-stratified",
        "warnings": [],
        "more": {"half_width": 0.03, "at_random": 121, "by_verdict": {"YES": 40, "NO": 55}},
        "next_verdict": "NO",
    }
)(EstimateView)


@operation.get(
    "/estimates",
    may=READING,
    refuses={
        409: "There is no estimate; the detail gives the reason, such as audits without a probability.",
        422: "The form has no such metric.",
    },
    summary="An estimate",
    is_slow=True,
    command="estimate",
    named={"half_width": "within"},
)
def get_estimate(
    app: App,
    form_id: Annotated[str, query("The form.")],
    metric_id: Annotated[str | None, query("The metric. Without one, the mean score.")] = None,
    plan_id: Annotated[str | None, query("The plan. Without one, the only plan for the form that has audits.")] = None,
    half_width: Annotated[float, query("Count the audits until the interval is this narrow.", gt=0, le=1)] = HALF_WIDTH,
) -> EstimateView:
    """Estimate a figure for all conversations from the machine's verdicts and the audits of some.

    It is the share of YES among YES and NO, or the mean score. Only audits drawn by a plan count: those of
    conversations picked by hand have no probability.
    """
    return Estimating(app).estimate(form_id, metric_id, plan_id, half_width)


ROUTER = operation.router(__name__)
