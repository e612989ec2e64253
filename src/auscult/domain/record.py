"""The read side: what a report is rendered from, and how its rows are asked for."""

from typing import Literal

from msgspec import Struct

from auscult.domain.audit import Audit
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, Status
from auscult.domain.insight import Insights
from auscult.domain.tenancy import Tenant


class Record(Struct, frozen=True, kw_only=True):
    """Everything a report may show of one conversation, as of now.

    ``audit`` is None while nobody is assigned, ``insights`` while nothing was analysed.
    """

    tenant: Tenant
    conversation: Conversation
    revision: int
    evaluation: Evaluation
    audit: Audit | None = None
    insights: Insights | None = None


Filter = Literal["queues", "custom_fields", "contact_channels"]
"""Fields of a query by which rows are found through an index that is written for them."""


class RecordQuery(Struct, frozen=True, kw_only=True):
    """Which rows of one report, in the order of start time, then id.

    Starts are in ms since the epoch: ``since_ms`` <= start < ``until_ms``. Empty filters mean all.
    ``queues`` holds ids or names, ``contact_channels`` names as ``Conversation.channel_names`` has them; letter case
    does not matter in either. Where ``statuses`` names some, ``include_below_threshold`` is not looked at. ``after`` is the sort key of the last row already read (a cursor), where the
    empty id stands before every row of its instant; where it is given, ``skip`` is 0.
    """

    report: str
    app_ids: tuple[str, ...]
    since_ms: int
    until_ms: int
    channels: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    contact_channels: tuple[str, ...] = ()
    custom_fields: tuple[tuple[str, str], ...] = ()
    include_below_threshold: bool = False
    statuses: tuple[Status, ...] = ()
    skip: int = 0
    limit: int = 100
    after: tuple[int, str] | None = None


class RecordPage(Struct, frozen=True, kw_only=True):
    """One page: rendered rows as JSON bytes, how many rows match in all, and the sort key of the last row here.

    ``more`` says whether matching rows follow the last one here; it must be right wherever ``after`` was given,
    for a cursor's reader knows no position from which to work it out.
    """

    rows: tuple[bytes, ...]
    total: int
    last: tuple[int, str] | None
    more: bool = False
