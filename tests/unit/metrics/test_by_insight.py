"""An insight as a metric: its answer, its evidence, and the mark where it is unclear."""

from datetime import UTC, datetime

import msgspec

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evidence, MetricResult
from auscult.domain.form import Metric
from auscult.domain.insight import Insights, Outcome
from auscult.metrics.by_insight import ByInsight, Settings
from auscult.services.scoring.findings import findings
from auscult.services.scoring.score import _metric_line

SHOWN = Evidence(turn_id="m2", start_ms=None, end_ms=None, text="it failed", why="says no, or that it failed")
DOUBT = "both a success and a refusal or failure are reported"
CALL = Conversation(id="c-1", channel="voice", started_at=datetime(2026, 3, 1, tzinfo=UTC))


def test_an_unclear_resolution_is_marked_wherever_it_is_shown() -> None:
    """``certain`` is false with the reason, in the metric's line and in the insights; where it is certain there is none."""
    for outcome, certain, reason in (
        (Outcome(resolution="NO", evidence=(SHOWN,), doubt=DOUBT), False, DOUBT),
        (Outcome(resolution="NO", evidence=(SHOWN,)), True, ""),
    ):
        insights = Insights(resolution=outcome)
        verdict = ByInsight().judge(Settings(insight="resolution"), CALL, {}, insights)
        assert (verdict.qualification, verdict.certain, verdict.reason) == ("NO", certain, reason)
        metric = Metric(id="em-resolution", name="Resolution", type="by_insight", settings={})
        line = msgspec.to_builtins(_metric_line(MetricResult(metric=metric, verdict=verdict)))
        assert (line.get("certain", True), line.get("reason", "")) == (certain, reason)
        shown = msgspec.to_builtins(findings(insights))
        assert shown["resolution"] == "NO"
        assert shown.get("resolution_mark") == (None if certain else {"certain": False, "reason": DOUBT})
