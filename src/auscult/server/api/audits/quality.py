"""Figures of auditors, agents, time and groups."""

from datetime import UTC, datetime
from typing import Annotated, Any

from auscult.server.rest import operation
from auscult.server.rest.context import App
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.parameters import Since, Until, query
from auscult.services.audits.quality import (
    AgentFigures,
    ChartFigures,
    FairnessFigures,
    Group,
    Quality,
    QualityQuery,
    Step,
)
from auscult.services.audits.raters import RaterQuery, RaterReport, rater_report

_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)

FormQuery = Annotated[str, query("The form.")]
MetricQuery = Annotated[str | None, query("The metric, whose YES counts. Without one, passed conversations count.")]

_FIGURE = {"value": 0.9, "low": 0.8, "high": 0.95}
example(
    {
        "raters": [
            {
                "auditor": "ann@example.com",
                "audits": 40,
                "pace": {
                    "n": 40,
                    "median": {"value": 412, "low": 380, "high": 455},
                    "lower_quartile": 330,
                    "upper_quartile": 520,
                },
                "severity": {"shared": 12, "figure": {"value": 2.1, "low": -1.2, "high": 5.4}},
                "machine": _FIGURE,
            }
        ],
        "double": [],
        "scores": {"n": 12, "mean": -1.5, "low": -14.0, "high": 11.0, "mean_absolute": 4.5},
        "anchoring": {"shown": _FIGURE, "hidden": _FIGURE, "difference": {"value": 0, "low": -0.1, "high": 0.1}},
    }
)(RaterReport)
example(
    {
        "agents": {"a-7": {"n": 80, "rate": _FIGURE, "best_rank": 1, "worst_rank": 4, "enough": True}},
        "funnel": {
            "centre": 0.88,
            "dispersion": 1.2,
            "points": {
                "a-7": {"n": 80, "rate": 0.9, "limits": [{"level": 0.95, "low": 0.8, "high": 0.96}], "beyond": None}
            },
        },
        "against_mix": {"a-7": {"value": 0.02, "low": -0.08, "high": 0.07}},
    }
)(AgentFigures)
_CHART: dict[str, Any] = {
    "centre": 0.88,
    "sigma_z": 1.4,
    "points": [
        {"name": "2026-03-02", "n": 812, "value": 0.87, "low": 0.84, "high": 0.92, "signals": [], "marker": None}
    ],
}
example(
    {
        "groups": {
            "es": {
                "n": 120,
                "bias": {"value": 0.061, "low": 0.02, "high": 0.11},
                "sensitivity": _FIGURE,
                "specificity": _FIGURE,
                "against_others": {"value": 0.055, "low": 0.01, "high": 0.1},
                "p_value": 0.012,
            }
        },
        "findings": ["es"],
    }
)(FairnessFigures)
example({"chart": _CHART, "average": _CHART, "advice": "common cause: leave it"})(ChartFigures)


@operation.get(
    "/quality/raters",
    may=reading("audits", "audit.assign", reach="app"),
    summary="Figures of auditors",
    is_slow=True,
    command="audits raters",
)
def get_raters(
    app: App,
    form_id: Annotated[str | None, query("Only audits with this form.")] = None,
    since: Annotated[datetime | None, query("Only audits that were submitted at this time or later.")] = None,
    until: Annotated[datetime | None, query("Only audits that were submitted before this time.")] = None,
) -> RaterReport:
    """Return pace, severity, agreement with each other and with the machine, and the effect of seeing the machine.

    Severity comes from conversations that several auditors have scored. Every figure has its interval.
    """
    return rater_report(app, RaterQuery(form_id, since, until))


@operation.get(
    "/quality/agents",
    may=reading("audits", "insight.read"),
    summary="Figures of agents",
    is_slow=True,
    command="audits agents",
)
def get_agent_figures(
    app: App, form_id: FormQuery, metric_id: MetricQuery = None, since: Since = None, until: Until = None
) -> AgentFigures:
    """Return agents' rates, shrunk towards the group, with the ranks that each may hold, a funnel, and against their mix.

    There is no league table: agents whose intervals overlap share their ranks.
    """
    return Quality(app).agents(_query(form_id, metric_id, since, until))


@operation.get(
    "/quality/chart",
    may=reading("audits", "insight.read"),
    summary="A control chart",
    is_slow=True,
    command="audits chart",
)
def get_chart(
    app: App,
    form_id: FormQuery,
    metric_id: MetricQuery = None,
    step: Annotated[Step, query("The length of a period.")] = "week",
    since: Since = None,
    until: Until = None,
) -> ChartFigures:
    """Return Laney's p' chart and the moving average, with markers at the start of newer form versions."""
    return Quality(app).chart(_query(form_id, metric_id, since, until), step)


@operation.get(
    "/quality/fairness",
    may=reading("audits", "plan.read"),
    summary="The machine's error by group",
    is_slow=True,
    command="audits fairness",
)
def get_fairness(
    app: App,
    form_id: FormQuery,
    metric_id: Annotated[str, query("The metric.")],
    by: Annotated[Group, query("The groups to compare.")] = "language",
    since: Since = None,
    until: Until = None,
) -> FairnessFigures:
    """Return the machine's weighted error against audits of plans, and the groups that differ from the others.

    A positive error is harsher than people.
    """
    return Quality(app).fairness(_query(form_id, metric_id, since, until), by)


def _query(form_id: str, metric_id: str | None, since: datetime | None, until: datetime | None) -> QualityQuery:
    return QualityQuery(form_id, since or _FIRST, until or _LAST, metric_id)


ROUTER = operation.router(__name__)
