"""``auscult top``: how an installation is, as a table that is renewed."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import counted
from auscult.domain.limits import MINUTE_MS, AccountFigures
from auscult.domain.operations.figures import Figures
from auscult.domain.scoring.judging import BILLION

if TYPE_CHECKING:
    from rich.table import Table

    from auscult.storage.store import Store

Every = Annotated[float, typer.Option("--every", metavar="SECONDS", min=0.5, help="Seconds between two readings.")]
Once = Annotated[bool, typer.Option("--once", help="Print one reading and end; so it is without a terminal.")]
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Reading(NamedTuple):
    """Figures at an instant, with the throughput since the reading before: changes of conversations a second.

    ``accounts`` are the busiest ones.
    """

    at: datetime
    figures: Figures
    rate: float | None
    accounts: tuple[AccountFigures, ...] = ()


def top(
    *, every: Every = 2.0, once: Once = False, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Show queues, throughput, failures, webhooks, judge, backups and the busiest accounts, live on a terminal.

    The figures are those of /metrics and /metrics/accounts. Ctrl-C ends it. With --json a reading is one line.
    """
    is_live = sys.stdout.isatty() and not once
    with options.known_store(database) as store:
        readings = _readings(store, every)
        if as_json:
            for reading in readings:
                typer.echo(msgspec.json.encode(_document(reading)))
                if not is_live:
                    return
        if not is_live:
            for name, value in rows(next(readings)):
                typer.echo(f"{name:<24}{value}")
            return
        _show(readings)


def _show(readings: Iterator[Reading]) -> None:
    """Renew a table on the terminal until Ctrl-C."""
    from rich.console import Console
    from rich.live import Live

    try:
        with Live(console=Console(), screen=True, auto_refresh=False) as live:
            for reading in readings:
                live.update(_table(reading), refresh=True)
    except KeyboardInterrupt:
        return


def _table(reading: Reading) -> "Table":
    from rich.table import Table

    table = Table(title=f"auscult · {reading.at:%Y-%m-%d %H:%M:%S} UTC · Ctrl-C ends", show_header=False, box=None)
    for name, value in rows(reading):
        table.add_row(name, value)
    return table


def _readings(store: "Store", every: float) -> Iterator[Reading]:
    """Yield readings; the second one comes after ``every`` seconds."""
    from auscult.services.limits import TenantLimits

    before: tuple[float, int] | None = None
    limits = TenantLimits(store.limits)
    while True:
        figures, now = store.figures(), time.monotonic()
        rate = None if before is None else max(0.0, (figures.changes - before[1]) / (now - before[0]))
        yield Reading(datetime.now(UTC), figures, rate, limits.busiest())
        before = now, figures.changes
        time.sleep(every)


def rows(reading: Reading) -> list[tuple[str, str]]:
    """Return names and values, in the order in which they are shown.

    >>> from auscult.domain.operations.figures import NO_FIGURES
    >>> rows(Reading(datetime(2026, 1, 1, tzinfo=UTC), NO_FIGURES, None))[-1]
    ('last backup', 'never')
    """
    figures = reading.figures
    found = [
        (
            f"waiting, {queue.priority}",
            f"{queue.conversations} conversations in {queue.batches} batches, oldest {_ago(queue.oldest, reading.at)}",
        )
        for queue in figures.queues
    ]
    rate = "" if reading.rate is None else f", {reading.rate:.1f} a second"
    hooks = figures.webhooks
    lag = _ago(hooks.oldest, reading.at)
    work = [(each.name, f"{each.waiting} due, oldest {_ago(each.oldest, reading.at)}") for each in figures.work]
    return [
        *found,
        ("changes", f"{figures.changes}{rate}"),
        ("batches", f"{figures.postponed_batches} postponed, {figures.failed_batches} failed"),
        ("re-scores, backtests", f"{figures.unfinished_backfills} running, {figures.failed_backfills} failed"),
        *work,
        ("recordings failed", ", ".join(f"{n} {name}" for name, n in figures.failed_recordings if n) or "0"),
        ("workers", str(figures.workers)),
        (
            "conversations",
            f"{figures.accepted} accepted, {figures.evaluated} evaluations, {figures.failed_conversations} failed",
        ),
        (
            "webhooks",
            f"{hooks.enabled} enabled, {hooks.disabled} disabled, {hooks.undelivered} undelivered, oldest {lag}",
        ),
        (
            "judge calls today",
            f"{figures.judge_requests_today}, {figures.judge_failures_today} failed",
        ),
        ("judge use today", f"{figures.judge_tokens_today} tokens, cost {figures.judge_cost_today / BILLION:.2f}"),
        ("judge breakers open", str(figures.judge_breakers_open)),
        ("judge calls open", str(figures.judge_calls_open)),
        (
            "access log",
            f"{figures.unsealed_entries} entries since the last seal, {_ago(figures.last_seal, reading.at)}",
        ),
        ("last backup", "never" if figures.last_backup is None else f"{_ago(figures.last_backup, reading.at)} ago"),
        *((f"account {each.account_id}", _account(each)) for each in reading.accounts),
    ]


def _account(account: AccountFigures) -> str:
    """Return what an account uses, with the limits that it has."""
    use, limits = account.use, account.limits
    money = use.judge_cost / BILLION
    parts = (
        (f"{counted(use.conversations, 'conversation')} in 7 days", None),
        (f"{use.waiting} waiting", limits.backlog),
        (f"{use.storage_bytes} bytes", limits.storage_bytes),
        (f"{use.sound_ms // MINUTE_MS} minutes of sound", limits.sound_minutes),
        (f"{use.judge_tokens} judge tokens", limits.judge_tokens),
        (f"judge cost {money:.2f}", limits.judge_cost),
    )
    return ", ".join(text if limit is None else f"{text} of {limit}" for text, limit in parts)


def _document(reading: Reading) -> dict[str, object]:
    return {
        "at": reading.at,
        "changes_per_second": reading.rate,
        **msgspec.structs.asdict(reading.figures),
        "accounts": reading.accounts,
    }


def _ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago something was, in the largest unit that fits; a dash for nothing."""
    if at is None:
        return "-"
    seconds = max(0, int((now - at).total_seconds()))
    for unit, size in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
