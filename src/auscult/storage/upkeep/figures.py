"""Figures for monitoring, read along indexes: the same time at a thousand conversations and at a million."""

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.operations.figures import Figures, QueueFigures, WebhookFigures, WorkFigures
from auscult.domain.recordings.tasks import KINDS
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of, optional_instant
from auscult.storage.core.tables.base import apps, workers
from auscult.storage.core.tables.conversations import (
    IS_BATCH,
    IS_CHUNK,
    IS_POSTPONED,
    IS_UNFINISHED,
    WAITS,
    batches,
    conversations,
    evaluations,
)
from auscult.storage.core.tables.delivery import changes, exports, webhooks
from auscult.storage.core.tables.history import backfills
from auscult.storage.core.tables.judge import judge_days, judge_pauses, judge_places
from auscult.storage.core.tables.operations import backups
from auscult.storage.core.tables.people import sessions, sign_in_failures
from auscult.storage.core.tables.privacy import seals
from auscult.storage.core.tables.recordings import HAS_FAILED, recording_tasks, transcriptions
from auscult.storage.privacy.log import ENTRIES, LIST_REFUSED, RESTORED, read_counter
from auscult.storage.work.workers import LATELY_MS

_STOPS = (("list", LIST_REFUSED), ("restore", RESTORED))
_QUEUES = {0: "live", 1: "backfill"}


def read_figures(database: Database, at: datetime | None = None) -> Figures:
    """Return the figures of one state of the database at an instant, now unless given."""
    now = ms_of(at or datetime.now(UTC))
    with database.comparing() as connection:
        judged = _judge_today(connection)
        sealed_at, unsealed = _last_seal(connection)
        return Figures(
            queues=_queues(connection),
            postponed_batches=_count(
                connection, sa.select(sa.func.count()).where(sa.text(f"{IS_POSTPONED} AND {IS_BATCH}")), batches
            ),
            failed_batches=_count(
                connection,
                sa.select(sa.func.count()).where(sa.text(IS_UNFINISHED), batches.c.state == "failed"),
                batches,
            ),
            unfinished_backfills=_backfills(connection, "running"),
            failed_backfills=_backfills(connection, "failed"),
            changes=_changes(connection),
            webhooks=_webhooks(connection),
            workers=_count(connection, _workers(now), workers),
            bulk_workers=_count(connection, _workers(now).where(workers.c.worker.endswith(":bulk")), workers),
            judge_tokens_today=judged["tokens"],
            judge_cost_today=judged["cost"],
            judge_calls_open=_count(
                connection, sa.select(sa.func.count()).where(judge_places.c.until > now), judge_places
            ),
            last_backup=optional_instant(connection.scalar(sa.select(sa.func.max(backups.c.made_at)))),
            last_seal=optional_instant(sealed_at),
            unsealed_entries=unsealed,
            accepted=_last(connection, conversations.c.conversation),
            evaluated=_last(connection, evaluations.c.evaluation),
            failed_conversations=_failed(connection),
            work=tuple(_work(connection, now)),
            failed_recordings=_failed_recordings(connection),
            open_sessions=_count(connection, sa.select(sa.func.count()).where(sessions.c.ends_at > now), sessions),
            sign_ins=_sign_ins(connection, now),
            sign_in_failures=_failures(connection, now),
            erasures_stopped=tuple((name, read_counter(connection, at) > 0) for name, at in _STOPS),
            judge_requests_today=judged["calls"],
            judge_failures_today=judged["failures"],
            judge_breakers_open=_count(
                connection, sa.select(sa.func.count()).where(judge_pauses.c.until > now), judge_pauses
            ),
        )


def _count(connection: Connection, query: sa.Select[int], table: sa.Table) -> int:
    return connection.scalar(query.select_from(table)) or 0


def _workers(now: int) -> sa.Select[int]:
    return sa.select(sa.func.count()).where(workers.c.beat_at > now - LATELY_MS)


def _queues(connection: Connection) -> tuple[QueueFigures, ...]:
    query = (
        sa.select(
            batches.c.priority,
            sa.func.sum(batches.c.size).label("size"),
            sa.func.count().label("n"),
            sa.func.min(batches.c.accepted_at).label("oldest"),
        )
        .where(sa.text(f"{WAITS} AND {IS_BATCH}"))
        .group_by(batches.c.priority)
    )
    found = {row.priority: row for row in connection.execute(query)}
    return tuple(
        QueueFigures(
            priority=name,
            conversations=int(row.size) if (row := found.get(number)) else 0,
            batches=row.n if row else 0,
            oldest=optional_instant(row.oldest) if row else None,
        )
        for number, name in _QUEUES.items()
    )


def _backfills(connection: Connection, state: str) -> int:
    """Count re-scores and backtests; a trial concerns only the person who began it."""
    query = sa.select(sa.func.count()).where(backfills.c.state == state, backfills.c.kind != "trial")
    return _count(connection, query, backfills)


def _changes(connection: Connection) -> int:
    """Return how many changes there have been: each app counts its own from 1."""
    last = sa.select(sa.func.max(changes.c.change)).where(changes.c.app == apps.c.app).scalar_subquery()
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(last), 0)).select_from(apps)) or 0)


def _webhooks(connection: Connection) -> WebhookFigures:
    of_app = changes.c.app == webhooks.c.app
    last = sa.select(sa.func.max(changes.c.change)).where(of_app).scalar_subquery()
    oldest = (
        sa.select(changes.c.at)
        .where(of_app, changes.c.change > webhooks.c.position)
        .order_by(changes.c.change)
        .limit(1)
        .scalar_subquery()
    )
    query = sa.select(webhooks.c.is_disabled, (last - webhooks.c.position).label("left"), oldest.label("oldest"))
    rows = connection.execute(query.select_from(webhooks)).all()
    on = [row for row in rows if not row.is_disabled]
    return WebhookFigures(
        enabled=len(on),
        disabled=len(rows) - len(on),
        undelivered=sum(max(0, row.left or 0) for row in on),
        oldest=optional_instant(min((row.oldest for row in on if row.oldest is not None), default=None)),
    )


def _judge_today(connection: Connection) -> dict[str, int]:
    today = datetime.now(UTC).date().isoformat()
    names = ("tokens", "cost", "calls", "failures")
    query = sa.select(*(judge_days.c[name] for name in names)).where(judge_days.c.day == today)
    found = connection.execute(query).mappings().one_or_none()
    return {name: found[name] if found else 0 for name in names}


def _last(connection: Connection, key: sa.Column[int]) -> int:
    """Return the greatest number given so far, which is read along the key: counting a million rows would take long."""
    return connection.scalar(sa.select(sa.func.max(key))) or 0


def _failed(connection: Connection) -> int:
    query = sa.select(sa.func.sum(batches.c.size)).where(sa.text(IS_UNFINISHED), batches.c.state == "failed")
    return int(connection.scalar(query) or 0)


def _work(connection: Connection, now: int) -> Iterator[WorkFigures]:
    """Yield what is due of each list of work: what waits, and what a worker that crashed had begun.

    Each has an index on ``due_at``, which is empty for what has ended.
    """
    for name, table in (("transcriptions", transcriptions), ("recordings", recording_tasks), ("exports", exports)):
        due = table.c.due_at
        query = sa.select(sa.func.count().label("n"), sa.func.min(due).label("oldest"))
        yield _list(connection, name, query.where(due <= now))
    query = sa.select(sa.func.count().label("n"), sa.func.min(batches.c.accepted_at).label("oldest"))
    yield _list(connection, "chunks", query.where(sa.text(f"{WAITS} AND {IS_CHUNK}")))


def _list(connection: Connection, name: str, query: sa.Select[int, int]) -> WorkFigures:
    found = connection.execute(query).one()
    return WorkFigures(name=name, waiting=found.n, oldest=optional_instant(found.oldest))


def _failed_recordings(connection: Connection) -> tuple[tuple[str, int], ...]:
    has_failed, kind = sa.text(HAS_FAILED), recording_tasks.c.kind
    query = sa.select(kind, sa.func.count().label("n")).where(has_failed).group_by(kind)
    found = {row.kind: row.n for row in connection.execute(query)}
    words = _count(connection, sa.select(sa.func.count()).where(has_failed), transcriptions)
    return (*((each, found.get(each, 0)) for each in KINDS), ("transcription", words))


def _last_seal(connection: Connection) -> tuple[int | None, int]:
    """Return when the access log was last sealed, and how many entries came since."""
    last = connection.execute(sa.select(seals.c.at, seals.c.last_entry).order_by(seals.c.seal.desc()).limit(1)).first()
    entries = read_counter(connection, ENTRIES)
    return (None, entries) if last is None else (last.at, entries - last.last_entry)


def _sign_ins(connection: Connection, now: int) -> tuple[tuple[str, int], ...]:
    query = sa.select(sessions.c.method, sa.func.count().label("n")).where(sessions.c.ends_at > now)
    return tuple((row.method, row.n) for row in connection.execute(query.group_by(sessions.c.method)))


def _failures(connection: Connection, now: int) -> int:
    query = sa.select(sa.func.sum(sign_in_failures.c.failures)).where(sign_in_failures.c.until > now)
    return int(connection.scalar(query) or 0)
