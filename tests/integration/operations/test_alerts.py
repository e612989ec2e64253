"""Every alert fires by its cause, and not before: the rules of deploy, tried by promtool with what /metrics answers.

Causes are real: a killed worker, a database that refuses connections, a table that is locked. The hours that follow are
the same gauges, read for later instants.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from psycopg import sql

from auscult import bootstrap
from auscult.bootstrap.backups import back_up
from auscult.config import Settings
from auscult.domain.errors import SettingsError
from auscult.server.monitoring.routes import render_gauges
from auscult.services.history.rescores import begin_rescore
from auscult.services.privacy.erased_elsewhere import ErasedList
from auscult.storage.store import Store
from tests.contract.delivery.test_webhook_formats import hook
from tests.contract.storing import conversation
from tests.databases import database
from tests.e2e.serving import GOLDEN_SAMPLE, TENANT, Service, opened, serving
from tests.integration.program import AUSCULT, environment
from tests.waiting import wait_until

RULES = Path(__file__).parents[3] / "deploy" / "prometheus" / "alerts.yaml"
FOUND: list[dict[str, Any]] = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
ALERTS = {rule["alert"]: rule for rule in FOUND}
PROMTOOL = shutil.which("promtool") or "promtool"
UP = 'up{job="auscult"} 1\n'

pytestmark = [
    pytest.mark.night,
    pytest.mark.skipif(
        shutil.which("promtool") is None and os.environ.get("CI") != "true",
        reason="promtool is not installed (package prometheus)",
    ),
]


@pytest.fixture
def served(sample_url: str) -> Iterator[Store]:
    """The store of the sample."""
    with opened(GOLDEN_SAMPLE, sample_url) as application:
        yield application.store


@pytest.fixture
def sample_url(tmp_path: Path) -> Iterator[str]:
    """A database with the golden sample in it, and without a worker."""
    with database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url:
        yield url


@pytest.fixture
def on_postgresql(postgresql_server: str, tmp_path: Path) -> Iterator[tuple[Service, str]]:
    """A server on PostgreSQL, and the URL of its database."""
    with (
        database("postgresql", postgresql_server, tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, state_dir=str(tmp_path), recordings=str(tmp_path / "sound")) as service,
    ):
        yield service, url


def gauges(store: Store, after: Sequence[timedelta]) -> list[str]:
    """Return the gauges of the database as it is now, as scrapes of later instants show them."""
    now = datetime.now(UTC)
    return [UP + render_gauges(store.figures(now + each), "1", now + each).decode() for each in after]


def every(step: timedelta, count: int) -> list[timedelta]:
    """Return so many instants, the first of them now."""
    return [step * number for number in range(count)]


def samples(page: str) -> dict[str, float]:
    """Return the samples of a scrape by name and labels."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(page):
        for each in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(each.labels.items()))
            found[f"{each.name}{{{labels}}}"] = each.value
    return found


def series(scrapes: Sequence[str]) -> list[dict[str, str]]:
    """Return the samples of scrapes as promtool takes them; "_" is a scrape without the sample.

    promtool's clock begins at 0, so instants are seconds since the first scrape.
    """
    found: dict[str, list[str]] = {}
    now = time.time()
    for number, page in enumerate(scrapes):
        for name, value in samples(page).items():
            since = now if "_timestamp_seconds" in name else 0
            found.setdefault(name, ["_"] * len(scrapes))[number] = repr(value - since)
    return [{"series": name, "values": " ".join(values)} for name, values in found.items()]


def check(  # noqa: PLR0913, PLR0917  (one case, each part by name)
    folder: Path,
    alert: str,
    scrapes: Sequence[str],
    step: timedelta,
    silent: timedelta,
    fires: timedelta,
    **labels: str,
) -> None:
    """Check that the alert is silent at one instant after the first scrape, and fires at the other."""
    rule = ALERTS[alert]
    expected = {"exp_labels": rule["labels"] | labels, "exp_annotations": rule["annotations"]}
    cases = [
        {"eval_time": f"{int(silent.total_seconds())}s", "alertname": alert, "exp_alerts": []},
        {"eval_time": f"{int(fires.total_seconds())}s", "alertname": alert, "exp_alerts": [expected]},
    ]
    interval = f"{int(step.total_seconds())}s"
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "15s",
        "tests": [{"interval": interval, "input_series": series(scrapes), "alert_rule_test": cases}],
    }
    path = folder / f"{alert}.yaml"
    path.write_text(yaml.safe_dump(test, width=1_000_000))
    done = subprocess.run([str(PROMTOOL), "test", "rules", str(path)], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.landing
def test_the_rules_are_valid() -> None:
    """`promtool check rules` accepts them."""
    done = subprocess.run([str(PROMTOOL), "check", "rules", str(RULES)], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


def accept(store: Store) -> None:
    """Accept a conversation, which waits to be scored."""
    store.within(TENANT).conversations.accept([conversation("c-1")])


def rescore(store: Store) -> None:
    """Begin a re-score, whose chunk waits."""
    form_id = "ef-golden-inbound"
    begin_rescore(store.within(TENANT), bootstrap.evaluator(Settings()).answered, form_id=form_id)


def export(store: Store) -> None:
    """Request an export."""
    store.within(TENANT).exports.request("us-1", b"{}", "csv", 1)


@pytest.mark.parametrize("cause", [accept, rescore, export])
def test_the_last_worker_is_killed(
    served: Store, sample_url: str, tmp_path: Path, cause: Callable[[Store], None]
) -> None:
    """Whatever waits, within two minutes, at scrapes every 30 seconds."""
    given = environment(AUSCULT_DATABASE_URL=sample_url)
    with subprocess.Popen([AUSCULT, "worker"], cwd=tmp_path, env=given) as worker:  # noqa: S603
        try:
            wait_until(lambda: served.figures().workers == 1)
        finally:
            os.kill(worker.pid, signal.SIGKILL)
    cause(served)
    step = timedelta(seconds=30)
    scrapes = gauges(served, every(step, 6))
    check(tmp_path, "AuscultNoWorkers", scrapes, step, timedelta(seconds=30), timedelta(minutes=2))


@pytest.mark.parametrize(
    ("alert", "priority", "step", "silent", "fires"),
    [
        ("AuscultQueueOld", "live", timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=11)),
        ("AuscultBackfillOld", "backfill", timedelta(minutes=5), timedelta(hours=6), timedelta(hours=6, minutes=25)),
    ],
)
def test_conversations_wait(  # noqa: PLR0913, PLR0917  (a case, and what it needs)
    served: Store, tmp_path: Path, alert: str, priority: Any, step: timedelta, silent: timedelta, fires: timedelta
) -> None:
    """Without a worker, for longer than each priority may."""
    served.within(TENANT).conversations.accept([conversation("c-1")], priority)
    scrapes = gauges(served, every(step, int(fires / step) + 1))
    check(tmp_path, alert, scrapes, step, silent, fires)


@pytest.mark.parametrize(
    ("cause", "name", "silent"), [(export, "exports", timedelta(hours=6)), (rescore, "chunks", timedelta(hours=24))]
)
def test_other_work_waits(
    served: Store, tmp_path: Path, cause: Callable[[Store], None], name: str, silent: timedelta
) -> None:
    """Without a worker, for longer than each list may."""
    cause(served)
    step, fires = timedelta(minutes=5), silent + timedelta(minutes=25)
    scrapes = gauges(served, every(step, int(fires / step) + 1))
    check(tmp_path, "AuscultWorkOld", scrapes, step, silent, fires, list=name)


def fail_batch(store: Store) -> None:
    """Fail a batch, as a worker does after its last try."""
    batch_id = store.within(TENANT).conversations.accept([conversation("c-1")]).batch_id
    assert batch_id
    store.work.fail(batch_id, "the disk has gone")


def fail_rescore(store: Store) -> None:
    """Fail the chunk of a re-score, as a worker does after its last try."""
    rescore(store)
    (chunk,) = store.work.next("chunk", 10)
    store.backfills.fail(chunk, "the disk has gone")


def pause_judge(store: Store) -> None:
    """Pause the judge's calls of one process, as its breaker does while the judge fails."""
    store.spending.pause("worker-1", datetime.now(UTC) + timedelta(hours=1))


def miss_webhook(store: Store) -> None:
    """Add a webhook, and a change that nothing delivers."""
    app = store.within(TENANT)
    app.webhooks.add(hook("https://hooks.example.com/x", "standard"))
    app.conversations.accept([conversation("c-1")])
    app.conversations.erase("c-1")


@pytest.mark.parametrize(
    ("alert", "cause", "fires"),
    [
        ("AuscultBatchesFailed", fail_batch, timedelta(minutes=16)),
        ("AuscultBackfillFailed", fail_rescore, timedelta(minutes=16)),
        ("AuscultJudgeAway", pause_judge, timedelta(minutes=16)),
        ("AuscultWebhooksLate", miss_webhook, timedelta(minutes=27)),
        ("AuscultBackupOld", lambda _: None, timedelta(minutes=61)),
    ],
)
def test_work_fails(
    served: Store, tmp_path: Path, alert: str, cause: Callable[[Store], None], fires: timedelta
) -> None:
    """Failed work, a judge's pause, changes that are not delivered, no backup at all."""
    cause(served)
    step = timedelta(minutes=1)
    scrapes = gauges(served, every(step, int(fires / step) + 1))
    check(tmp_path, alert, scrapes, step, timedelta(minutes=9), fires)


def test_the_last_backup_is_old(served: Store, sample_url: str, tmp_path: Path) -> None:
    """Silent at 36 hours, and it fires after an hour more."""
    back_up(Settings(database_url=sample_url), tmp_path / "backup")
    step = timedelta(minutes=5)
    scrapes = gauges(served, every(step, 38 * 12))
    check(tmp_path, "AuscultBackupOld", scrapes, step, timedelta(hours=36), timedelta(hours=37, minutes=10))


def test_the_access_log_is_not_sealed(served: Store, tmp_path: Path) -> None:
    """Silent while nothing is recorded, however old the last seal is; it fires when entries stay without one."""
    served.log.append("ann", "test.entry")
    while served.log.seal():
        pass
    step = timedelta(minutes=1)
    scrapes = gauges(served, every(step, 31))
    served.log.append("ann", "test.entry")
    scrapes += gauges(served, [timedelta(minutes=31) + each for each in every(step, 10)])
    check(tmp_path, "AuscultSealOld", scrapes, step, timedelta(minutes=30), timedelta(minutes=37))


def test_the_access_log_was_never_sealed(served: Store, tmp_path: Path) -> None:
    """No worker has run yet, and what was recorded stays without a seal."""
    assert served.figures().last_seal is None
    served.log.append("ann", "test.entry")
    step = timedelta(minutes=1)
    scrapes = gauges(served, every(step, 18))
    check(tmp_path, "AuscultSealOld", scrapes, step, timedelta(minutes=14), timedelta(minutes=16))


def test_the_list_of_erasures_cannot_be_written(served: Store, tmp_path: Path) -> None:
    """Its folder is not mounted; it fires after five minutes."""
    step = timedelta(minutes=1)
    scrapes = gauges(served, [timedelta()])
    with pytest.raises(SettingsError, match="cannot be written"):
        ErasedList(served, tmp_path / "away" / "erasures.ndjson").write()
    scrapes += gauges(served, every(step, 8))
    check(tmp_path, "AuscultErasuresStopped", scrapes, step, timedelta(minutes=1), timedelta(minutes=7), reason="list")


def test_a_disk_fills(sample_url: str, tmp_path: Path) -> None:
    """Recordings on a file system with room, and then on one without any: that of processes has none on any Linux."""
    scrapes: list[str] = []
    for folder, count in ((tmp_path / "sound", 1), (Path("/proc"), 8)):
        with serving(sample_url, state_dir=str(tmp_path), recordings=str(folder)) as service:
            scrapes += [scrape(service)] * count
    step = timedelta(minutes=1)
    check(tmp_path, "AuscultDiskLow", scrapes, step, timedelta(minutes=1), timedelta(minutes=7), volume="recordings")


def test_no_server_answers(served: Store, tmp_path: Path) -> None:
    """Prometheus has `up` at 0 and nothing else."""
    step = timedelta(seconds=30)
    scrapes = gauges(served, [timedelta(0)]) + ['up{job="auscult"} 0\n'] * 7
    check(tmp_path, "AuscultDown", scrapes, step, timedelta(0), timedelta(minutes=3), job="auscult")


def scrape(service: Service) -> str:
    """Return what a server answers a scrape."""
    return UP + service.http.get(f"{service.url}/metrics").text


def test_the_database_refuses_connections(
    on_postgresql: tuple[Service, str], postgresql_server: str, tmp_path: Path
) -> None:
    """Requests fail, and the scrape says that the database is away."""
    service, url = on_postgresql
    assert service.ask().status_code == 200
    before = scrape(service)
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgresql_server, autocommit=True) as server:
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        scrapes = [before]
        for _ in range(22):
            assert service.ask().status_code == 503
            scrapes.append(scrape(service))
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(name)))
    step = timedelta(seconds=30)
    check(tmp_path, "AuscultDatabaseAway", scrapes, step, timedelta(0), timedelta(minutes=2))
    check(tmp_path, "AuscultErrors", scrapes, step, timedelta(0), timedelta(minutes=10))


def test_a_locked_table_makes_reports_slow(on_postgresql: tuple[Service, str], tmp_path: Path) -> None:
    """A report waits three seconds for the lock; the scrapes that follow count as many of them again."""
    service, url = on_postgresql
    assert service.ask().status_code == 200
    before = scrape(service)
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE report_rows IN ACCESS EXCLUSIVE MODE")
        release = Timer(3, other.rollback)
        release.start()
        assert service.ask().status_code == 200
        release.join()
    step = timedelta(seconds=30)
    scrapes = again(before, scrape(service), 30)
    route = next(each["series"] for each in series(scrapes[:2]) if "qualitymanagement" in each["series"])
    named = route.partition('route="')[2].partition('"')[0]
    check(tmp_path, "AuscultSlow", scrapes, step, timedelta(0), timedelta(minutes=14), route=named)


def again(before: str, after: str, count: int) -> list[str]:
    """Return scrapes in which every number grows from one to the next as it did between these two."""
    first, second = samples(before), samples(after)
    return [
        "".join(
            f"{name} {first.get(name, 0.0) + number * (value - first.get(name, 0.0))!r}\n"
            for name, value in second.items()
        )
        for number in range(count)
    ]


def test_every_alert_has_a_case() -> None:
    """A new rule needs a cause here."""
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in ALERTS if f'"{name}"' not in text] == []
