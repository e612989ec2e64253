"""Figures of a database for monitoring, of all apps together: nothing in them names an account, an app or a person."""

from datetime import datetime

from msgspec import Struct


class QueueFigures(Struct, frozen=True, kw_only=True):
    """One queue of batches: conversations and batches that wait, and when the oldest of them was accepted."""

    priority: str
    conversations: int
    batches: int
    oldest: datetime | None


class WebhookFigures(Struct, frozen=True, kw_only=True):
    """Webhooks: how many are on and off, the changes that they have not delivered, and when the oldest happened."""

    enabled: int
    disabled: int
    undelivered: int
    oldest: datetime | None


class WorkFigures(Struct, frozen=True, kw_only=True):
    """One list of work other than batches: how much of it is due, and since when the oldest has been due."""

    name: str
    waiting: int
    oldest: datetime | None


class Figures(Struct, frozen=True, kw_only=True):
    """Everything that is counted in the database. ``judge_cost`` is in billionths of the currency of the prices.

    ``accepted`` and ``evaluated`` count conversations and evaluations ever stored, erased ones included; ``sign_ins`` are
    those of open sessions by method; ``sign_in_failures`` those that still count against a limit. ``unsealed_entries``
    are those of the access log since ``last_seal``; ``erasures_stopped`` are reasons (``list``, ``restore``) and whether each holds; ``failed_recordings`` counts recordings by the work that failed.
    """

    queues: tuple[QueueFigures, ...]
    postponed_batches: int
    failed_batches: int
    unfinished_backfills: int
    failed_backfills: int
    changes: int
    webhooks: WebhookFigures
    workers: int
    judge_tokens_today: int
    judge_cost_today: int
    judge_calls_open: int
    last_backup: datetime | None
    last_seal: datetime | None = None
    unsealed_entries: int = 0
    accepted: int = 0
    evaluated: int = 0
    failed_conversations: int = 0
    work: tuple[WorkFigures, ...] = ()
    failed_recordings: tuple[tuple[str, int], ...] = ()
    open_sessions: int = 0
    sign_ins: tuple[tuple[str, int], ...] = ()
    sign_in_failures: int = 0
    judge_requests_today: int = 0
    judge_failures_today: int = 0
    judge_breakers_open: int = 0
    erasures_stopped: tuple[tuple[str, bool], ...] = ()
    bulk_workers: int = 0


NO_FIGURES = Figures(
    queues=(),
    postponed_batches=0,
    failed_batches=0,
    unfinished_backfills=0,
    failed_backfills=0,
    changes=0,
    webhooks=WebhookFigures(enabled=0, disabled=0, undelivered=0, oldest=None),
    workers=0,
    judge_tokens_today=0,
    judge_cost_today=0,
    judge_calls_open=0,
    last_backup=None,
)
"""The figures of an empty database."""
