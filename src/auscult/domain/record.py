"""The read side: what a report is rendered from, and how its rows are asked for."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

from auscult.domain.audits.audit import Audit, AuditState
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, Status
from auscult.domain.insight import Insights
from auscult.domain.people.visibility import EVERYTHING, Visibility
from auscult.domain.scoring.list_fields import FIGURES, ListFields, Order
from auscult.domain.tenancy import Tenant


class Record(Struct, frozen=True, kw_only=True):
    """Everything a report may show of one conversation, as of now.

    ``audit`` is None without an assignment, ``insights`` without an analysis.
    """

    tenant: Tenant
    conversation: Conversation
    revision: int
    evaluation: Evaluation
    audit: Audit | None = None
    insights: Insights | None = None


OWN_LIST = "conversations"
"""Name of our own list, which is no report: its rows have figures, and some are left out of figures."""

Filter = Literal[
    "queues", "custom_fields", "contact_channels", "channel_words",
    "custom_ids", "agents", "outcomes", "agent_outcomes", "met", "missed", "intents", "audits", "scores", "surveys",
    "insights", "figures", "ai",
]  # fmt: skip
"""Fields of a query by which rows are found through an index that is written for them; ``figures`` also sort them."""


class RowKey(NamedTuple):
    """Sort key of a row: start in ms since the epoch, conversation id, and the listing that holds the row.

    Two apps may hold conversations of one id and one start; the number of the listing distinguishes their rows. The
    empty id sorts before every row of its instant, and listing 0 before every listing. ``figure`` is the number that the
    rows are sorted by, if they are sorted by one and this row has it.
    """

    started_ms: int
    id: str
    listing: int = 0
    figure: int | None = None


Outcome = Literal["passed", "failed", "fatal", "undecided", "unscored"]
"""The result of an evaluation. A fatal one is failed too; undecided is one whose fatal metric has no answer (rule 5)."""


def outcomes_of(evaluation: Evaluation) -> tuple[Outcome, ...]:
    """Return the results of an evaluation: one, or two where it is fatal too, or undecided without a score."""
    if evaluation.passed is not None:
        decided: Outcome = "passed" if evaluation.passed else "failed"
        return (decided, "fatal") if evaluation.fatal_errors else (decided,)
    found: tuple[tuple[Outcome, bool], ...] = (
        ("undecided", evaluation.is_undecided),
        ("unscored", evaluation.score is None),
        ("fatal", evaluation.fatal_errors > 0),
    )
    return tuple(name for name, holds in found if holds)


Survey = Literal["csat", "nps"]
"""The kind of survey that a customer answered."""

Grouping = Literal["outcome", "agent_outcome", "queue_outcome", "intent_outcome", "intent", "met", "missed", "score"]
"""Properties by which rows of a selection are counted apart: see ``Breakdown``."""


class Grouped(NamedTuple):
    """Order to count rows by groupings, between each of the ``bounds`` (ms, in order, at least two) and the next one.

    Only of these ``values``, where some are given.
    """

    groupings: tuple[Grouping, ...]
    bounds: tuple[int, ...]
    values: tuple[str, ...] = ()


Breakdown = Mapping[Grouping, Mapping[str, tuple[int, ...]]]
"""Numbers of rows by property, by its value, and by period in order; values that no row has are absent.

Values are outcomes; passed or failed with an agent's id, or with the name of a queue or an intent in small letters,
behind a space; intents in small letters; ids of metrics; and whole scores.
"""


class RowFilters(Struct, frozen=True, kw_only=True):
    """Filters of rows, where empty means all."""

    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    agent_outcomes: tuple[tuple[str, Outcome], ...] = ()
    met: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    audits: tuple[AuditState, ...] = ()
    statuses: tuple[Status, ...] = ()
    surveys: tuple[Survey, ...] = ()
    custom_ids: tuple[str, ...] = ()
    custom_fields: tuple[tuple[str, str], ...] = ()
    fields: ListFields = ListFields()
    without: tuple[str, ...] = ()


class RecordQuery(RowFilters, frozen=True, kw_only=True):
    """Selection of rows of one report, in the order of start time, then id.

    Starts are in ms since the epoch: ``since_ms`` <= start < ``until_ms``. Empty filters mean all.
    ``queues`` holds ids or names, ``contact_channels`` names as ``Conversation.channel_names`` has them,
    ``channel_words`` words as ``Conversation.channel_words`` has them; letter case does not matter in any, nor in
    ``agents`` (ids or names) and ``intents``. ``met`` and ``missed`` are ids of metrics that were all met, or all
    missed; ``audits`` finds none that has no audit. ``agent_outcomes`` are pairs of an agent's id, to the letter, and
    an outcome of conversations that they took part in, at least one of them: of those there are tallies.
    ``custom_ids`` are compared to the letter; ``scores`` are whole, as lists show them; ``surveys`` finds conversations with an answer to one of these.
    ``asked`` are ids of metrics that were all met or missed. Of ``ids``, where they are not None, only these
    conversations; they are of one app.
    ``fields`` are the filters of our own lists. Of ``without`` none; together with filters or another order only.
    Where ``statuses`` names some, ``include_below_threshold`` is ignored. ``after`` is the sort key of the last row
    already read (a cursor); where it is given, ``skip`` is 0. ``order``: another one than that of start and id; rows of the
    same figure are in the order of start and id, and descending all of it is opposite; without ``skip``.
    ``is_counted``: with the total, which is 0 otherwise; always in the usual order.
    ``visibility``: only rows of conversations that it shows; other than everything, it is of one app.
    """

    report: str
    app_ids: tuple[str, ...]
    since_ms: int
    until_ms: int
    channels: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    contact_channels: tuple[str, ...] = ()
    channel_words: tuple[str, ...] = ()
    scores: tuple[int, ...] = ()
    ids: tuple[str, ...] | None = None
    include_below_threshold: bool = False
    skip: int = 0
    limit: int = 100
    after: RowKey | None = None
    order: Order = "started_at"
    is_counted: bool = True
    visibility: Visibility = EVERYTHING

    @property
    def is_by_figures(self) -> bool:
        """Return whether rows are read by the index of their figures."""
        return FIGURES[self.order] is not None or bool(self.fields.bounds) or bool(self.without)

    @property
    def is_descending(self) -> bool:
        """Return whether the greatest come first."""
        return self.order.startswith("-")


class RecordPage(Struct, frozen=True, kw_only=True):
    """Page of a report: rendered rows as JSON bytes, the number of matching rows, and the sort key of the last row.

    Of filters by figures no more than 10,000 rows are counted: then ``total`` is one more.
    ``more`` is whether matching rows follow the last one here; it must be right wherever ``after`` was given,
    for a cursor's reader knows no position to compute it from.
    """

    rows: tuple[bytes, ...]
    total: int
    last: RowKey | None
    more: bool = False
