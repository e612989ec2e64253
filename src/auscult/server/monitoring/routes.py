"""Routes for supervisors and monitoring: liveness, readiness, and load of the process."""

import hmac
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from auscult import __version__
from auscult.domain.limits import AccountFigures
from auscult.domain.operations.figures import Figures
from auscult.domain.scoring.judging import BILLION
from auscult.server.monitoring.requests import RequestMetrics
from auscult.services.limits import TenantLimits
from auscult.services.operations.readiness import Readiness
from auscult.storage.store import Store

AnyRequest = Request[Any, Any, Any]
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def handlers(
    store: Store, readiness: Readiness, metrics: RequestMetrics, limits: TenantLimits, token: str | None
) -> list[HTTPRouteHandler]:
    """Return the handlers. /metrics requires ``token`` where there is one; /metrics/accounts is closed without one."""

    @get(["/livez", "/healthz"], include_in_schema=False)
    async def livez() -> Response[bytes]:
        return _json(b'{"status":"alive"}')

    @get("/readyz", include_in_schema=False, sync_to_thread=True)
    def readyz() -> Response[bytes]:
        checks = readiness.checks()
        reasons = [check.reason for check in checks if not check.ok]
        warned = {"warnings": readiness.warnings} if readiness.warnings else {}
        if not reasons:
            return _json(msgspec.json.encode({"status": "ready", **warned}))
        body = {"status": "not ready", "reason": "; ".join(reasons), "checks": checks, **warned}
        return _json(msgspec.json.encode(body), 503)

    @get("/metrics", include_in_schema=False, sync_to_thread=True)
    def show_metrics(request: AnyRequest) -> Response[bytes]:
        if token is not None and not _holds(request, token):
            return _refused("send the token of AUSCULT_METRICS_TOKEN as Authorization: Bearer")
        body = metrics.render() + render_gauges(_figures(store), __version__, free=readiness.free_bytes())
        return Response(body, headers={"content-type": _METRICS_TYPE})

    @get("/metrics/accounts", include_in_schema=False, sync_to_thread=True)
    def show_accounts(request: AnyRequest) -> Response[bytes]:
        if token is None:
            return _refused("set AUSCULT_METRICS_TOKEN, and send it as Authorization: Bearer")
        if not _holds(request, token):
            return _refused("send the token of AUSCULT_METRICS_TOKEN as Authorization: Bearer")
        accounts = limits.busiest() if store.is_ready() else ()
        return Response(render_accounts(accounts), headers={"content-type": _METRICS_TYPE})

    return [livez, readyz, show_metrics, show_accounts]


def _figures(store: Store) -> Figures | None:
    """Return the figures, or None if the database does not respond, which is a figure, too."""
    return store.figures() if store.is_ready() else None


def _holds(request: AnyRequest, token: str) -> bool:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def _refused(reason: str) -> Response[bytes]:
    answer = _json(msgspec.json.encode({"status": "refused", "reason": reason}), 401)
    answer.headers["www-authenticate"] = "Bearer"
    return answer


def _json(body: bytes, status: int = 200) -> Response[bytes]:
    return Response(body, status_code=status, media_type=MediaType.JSON)


def render_gauges(
    figures: Figures | None, version: str, now: datetime | None = None, free: Mapping[str, int] | None = None
) -> bytes:
    """Return the gauges as Prometheus reads them; without ``figures``, only that the database does not respond.

    ``free`` has the free bytes of this host's volumes.
    """
    registry = CollectorRegistry()
    at = (now or datetime.now(UTC)).timestamp()
    _set(registry, "auscult_up", "Version of the server that answered.", 1, version=version)
    _set(registry, "auscult_database_up", "Whether the database answers.", 0 if figures is None else 1)
    _set(registry, "auscult_scrape_timestamp_seconds", "Time of this answer.", time.time())
    volumes = Gauge("auscult_disk_free_bytes", "Free bytes of a volume of this host.", ["volume"], registry=registry)
    for name, size in (free or {}).items():
        volumes.labels(name).set(size)
    if figures is None:
        return generate_latest(registry)
    _add_queues(registry, figures, at)
    _add_deliveries(registry, figures, at)
    for name, text, value in (
        ("auscult_batches_postponed", "Batches that wait for a later time.", figures.postponed_batches),
        ("auscult_batches_failed", "Batches that could not be processed.", figures.failed_batches),
        ("auscult_backfills_unfinished", "Re-scores and backtests that run.", figures.unfinished_backfills),
        ("auscult_backfills_failed", "Re-scores and backtests that failed.", figures.failed_backfills),
        ("auscult_workers", "Workers that sent a heartbeat in the last 45 seconds.", figures.workers),
        ("auscult_workers_bulk", "Those of them that process loads alone, while much waits.", figures.bulk_workers),
        ("auscult_changes", "Changes of conversations in the feed, ever.", figures.changes),
        ("auscult_judge_tokens_today", "Tokens that judges used today (UTC).", figures.judge_tokens_today),
        ("auscult_judge_cost_today", "Cost of judges today (UTC).", figures.judge_cost_today / BILLION),
        ("auscult_judge_requests_today", "Judge calls made today (UTC).", figures.judge_requests_today),
        ("auscult_judge_failures_today", "Judge calls that failed today (UTC).", figures.judge_failures_today),
        ("auscult_judge_breakers_open", "Processes that pause their judge calls.", figures.judge_breakers_open),
        ("auscult_judge_calls_open", "Judge calls under way, where they are limited.", figures.judge_calls_open),
        ("auscult_conversations_accepted", "Conversations accepted, ever.", figures.accepted),
        ("auscult_evaluations", "Evaluations made, ever.", figures.evaluated),
        ("auscult_conversations_failed", "Conversations of failed batches.", figures.failed_conversations),
        ("auscult_log_unsealed_entries", "Entries of the access log since its last seal.", figures.unsealed_entries),
        ("auscult_sessions_open", "Sessions of people.", figures.open_sessions),
        ("auscult_sign_in_failures", "Failed sign-ins that count against a limit.", figures.sign_in_failures),
    ):
        _set(registry, name, text, value)
    _add_work(registry, figures, at)
    stopped = Gauge("auscult_erasures_stopped", "Whether nothing is erased, by reason.", ["reason"], registry=registry)
    for reason, is_stopped in figures.erasures_stopped:
        stopped.labels(reason).set(is_stopped)
    for name, text, last in (
        ("auscult_last_backup_timestamp_seconds", "When the last backup was made.", figures.last_backup),
        ("auscult_last_seal_timestamp_seconds", "When the access log was last sealed.", figures.last_seal),
    ):
        if last is not None:
            _set(registry, name, text, last.timestamp())
    return generate_latest(registry)


def render_accounts(accounts: Sequence[AccountFigures]) -> bytes:
    """Return the figures of accounts, and their limits, as Prometheus reads them."""
    registry = CollectorRegistry()
    gauges = {
        name: Gauge(f"auscult_account_{name}", text, ["account"], registry=registry)
        for name, text in (
            ("conversations", "Conversations accepted in seven days."),
            ("waiting", "Conversations that wait to be scored."),
            ("stored_bytes", "Bytes of conversations and recordings."),
            ("sound_seconds", "Seconds of sound received this month (UTC)."),
            ("judge_tokens_today", "Tokens that judges used today (UTC)."),
            ("judge_cost_today", "Cost of judges today (UTC)."),
        )
    }
    for each in accounts:
        use = each.use
        for name, value in (
            ("conversations", use.conversations),
            ("waiting", use.waiting),
            ("stored_bytes", use.storage_bytes),
            ("sound_seconds", use.sound_ms / 1000),
            ("judge_tokens_today", use.judge_tokens),
            ("judge_cost_today", use.judge_cost / BILLION),
        ):
            gauges[name].labels(each.account_id).set(value)
    limit = Gauge("auscult_account_limit", "Limits of an account, by name.", ["account", "limit"], registry=registry)
    for each in accounts:
        for name in each.limits.__struct_fields__:
            value = getattr(each.limits, name)
            if value is not None:
                limit.labels(each.account_id, name).set(float(value))
    return generate_latest(registry)


def _add_queues(registry: CollectorRegistry, figures: Figures, at: float) -> None:
    waiting = Gauge("auscult_queue_conversations", "Conversations that wait.", ["priority"], registry=registry)
    batches = Gauge("auscult_queue_batches", "Batches that wait.", ["priority"], registry=registry)
    age = Gauge("auscult_queue_oldest_age_seconds", "Age of the oldest that waits.", ["priority"], registry=registry)
    for queue in figures.queues:
        waiting.labels(queue.priority).set(queue.conversations)
        batches.labels(queue.priority).set(queue.batches)
        age.labels(queue.priority).set(_age(queue.oldest, at))


def _add_work(registry: CollectorRegistry, figures: Figures, at: float) -> None:
    waiting = Gauge("auscult_work_waiting", "Work that is due, by its list.", ["list"], registry=registry)
    age = Gauge("auscult_work_oldest_age_seconds", "Age of the oldest work that is due.", ["list"], registry=registry)
    for one in figures.work:
        waiting.labels(one.name).set(one.waiting)
        age.labels(one.name).set(_age(one.oldest, at))
    failed = Gauge("auscult_recordings_failed", "Recordings by the work that failed.", ["work"], registry=registry)
    for name, count in figures.failed_recordings:
        failed.labels(name).set(count)
    methods = Gauge("auscult_sign_ins", "Open sessions by the way in.", ["method"], registry=registry)
    for method, count in figures.sign_ins:
        methods.labels(method).set(count)


def _add_deliveries(registry: CollectorRegistry, figures: Figures, at: float) -> None:
    webhooks = Gauge("auscult_webhooks", "Webhooks by state.", ["state"], registry=registry)
    webhooks.labels("enabled").set(figures.webhooks.enabled)
    webhooks.labels("disabled").set(figures.webhooks.disabled)
    undelivered, lag = figures.webhooks.undelivered, _age(figures.webhooks.oldest, at)
    _set(registry, "auscult_webhook_undelivered_changes", "Changes that webhooks have not delivered.", undelivered)
    _set(registry, "auscult_webhook_lag_seconds", "Age of the oldest undelivered change.", lag)


def _age(oldest: datetime | None, at: float) -> float:
    return 0.0 if oldest is None else max(0.0, at - oldest.timestamp())


def _set(registry: CollectorRegistry, name: str, text: str, value: float, **labels: str) -> None:
    gauge = Gauge(name, text, list(labels), registry=registry)
    (gauge.labels(**labels) if labels else gauge).set(value)
