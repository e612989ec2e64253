from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from auscult.domain.limits import AccountFigures, Limits, Use
from auscult.domain.operations.figures import Figures, QueueFigures, WebhookFigures
from auscult.server.monitoring.requests import RequestMetrics
from auscult.server.monitoring.routes import render_accounts, render_gauges

NOW = datetime(2026, 3, 23, 10, tzinfo=UTC)
PAGE = Path(__file__).parents[4] / "docs" / "reference" / "monitoring.md"
FIGURES = Figures(
    queues=(
        QueueFigures(priority="live", conversations=7, batches=2, oldest=NOW - timedelta(seconds=90)),
        QueueFigures(priority="backfill", conversations=0, batches=0, oldest=None),
    ),
    postponed_batches=1,
    failed_batches=2,
    unfinished_backfills=3,
    failed_backfills=4,
    changes=5,
    webhooks=WebhookFigures(enabled=1, disabled=0, undelivered=6, oldest=NOW + timedelta(seconds=1)),
    workers=8,
    judge_tokens_today=9,
    judge_cost_today=2_500_000_000,
    judge_calls_open=0,
    last_backup=NOW,
    last_seal=NOW,
    unsealed_entries=3,
    failed_recordings=(("fetch", 1), ("transcription", 2)),
)

ACCOUNT = AccountFigures(account_id="a-1", apps=1, use=Use(), limits=Limits(requests=60))


def values(page: bytes) -> dict[str, float]:
    """Return every sample by its name and the values of its labels."""
    families = text_string_to_metric_families(page.decode())
    return {".".join((each.name, *each.labels.values())): each.value for one in families for each in one.samples}


def test_figures_become_gauges() -> None:
    """Ages are seconds and never negative; cost is in the currency of the prices."""
    found = values(render_gauges(FIGURES, "1.2.3", NOW))
    assert found["auscult_up.1.2.3"] == 1
    assert found["auscult_queue_conversations.live"] == 7
    assert found["auscult_queue_oldest_age_seconds.live"] == 90
    assert found["auscult_queue_oldest_age_seconds.backfill"] == 0
    assert found["auscult_webhook_lag_seconds"] == 0
    assert found["auscult_judge_cost_today"] == 2.5
    assert found["auscult_last_backup_timestamp_seconds"] == NOW.timestamp()
    assert found["auscult_last_seal_timestamp_seconds"] == NOW.timestamp()
    assert found["auscult_log_unsealed_entries"] == 3
    assert (found["auscult_recordings_failed.fetch"], found["auscult_recordings_failed.transcription"]) == (1, 2)


def test_free_space_is_known_without_the_database() -> None:
    """A full disk may be why it does not answer."""
    assert values(render_gauges(None, "1", free={"state": 5}))["auscult_disk_free_bytes.state"] == 5


def test_without_figures_the_database_is_away() -> None:
    """No gauge claims a zero that was not read."""
    assert set(values(render_gauges(None, "1"))) == {
        "auscult_up.1",
        "auscult_database_up",
        "auscult_scrape_timestamp_seconds",
    }


def test_every_metric_is_in_the_reference() -> None:
    """docs/reference/monitoring.md lists exactly the metrics of the code."""
    metrics = RequestMetrics()
    metrics.add("BREW", "/readyz", 200, 0.1, 10)
    page = metrics.render() + render_gauges(FIGURES, "1", NOW) + render_accounts([ACCOUNT])
    families = {
        one.name + ("_total" if one.type == "counter" else "") for one in text_string_to_metric_families(page.decode())
    }
    listed = {line.split("`")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `auscult_")}
    assert {name for name in families if not name.endswith("_created")} == listed
    assert 'method="OTHER"' in page.decode(), "a method that is made up makes no label of its own"
