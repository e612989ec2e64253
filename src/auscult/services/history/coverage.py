"""Number of stored conversations that a re-score would score with a form, shown when forms are published or files loaded.

Read from the rows of our own listing, which have the properties by which a form is chosen, in a tenth of the bytes.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Channel, Direction, Queue
from auscult.domain.evaluation import Status
from auscult.domain.form import Form, choose_form, refuses, undated
from auscult.domain.history.backfills import EARLIEST_MS, LATEST_MS
from auscult.domain.record import RecordQuery, RowKey
from auscult.services.scoring.listing import LISTING, ListedForm
from auscult.storage.store import AppStore

MOST_READ = 100_000
"""Conversations that are scanned at most; beyond that, counts are lower bounds."""

_AT_ONCE = 5_000
_SAMPLED, _PARTS = 2_000, 8
"""Conversations that an estimate is made from, and the parts of the period that they are read from."""


class Fitting(NamedTuple):
    """Number of conversations that each form would score and its version did not, by form id. ``is_least``: or more."""

    counts: Counter[str]
    is_least: bool


class Older(Struct, frozen=True):
    """Number of stored conversations that a form would score; ``is_estimate``: from a sample of them."""

    count: int
    is_estimate: bool

    @property
    def rounded(self) -> int:
        """Return the count in two digits, as an estimate is stated."""
        return round(self.count, 2 - len(str(self.count)))


class _Found(Struct, frozen=True, kw_only=True):
    language: str | None = None


class ListedRow(Struct, frozen=True, kw_only=True):
    """The properties by which a form is chosen, of a conversation in our own listing."""

    channel: Channel
    direction: Direction
    started_at: datetime
    duration_ms: int | None
    queues: tuple[Queue, ...]
    form: ListedForm | None
    language: str
    insights: _Found | None = None

    @property
    def spoken(self) -> str:
        """Return the language that was recognised, else the one that was stated."""
        return (self.insights.language if self.insights else None) or self.language


def fitting(app: AppStore, forms: Sequence[Form], statuses: tuple[Status, ...] = ()) -> Fitting:
    """Count stored conversations by the form that is for them now; ``statuses`` limits them, all where it is empty."""
    counts: Counter[str] = Counter()
    read = 0
    for row in listed_rows(app, None, MOST_READ + 1, statuses):
        read += 1
        if read > MOST_READ:
            break
        form = choose_form(row, forms, row.spoken)
        if form is None or refuses(form, row.spoken):
            continue
        if row.form is None or (row.form.id, row.form.version) != (form.id, form.version):
            counts[form.id] += 1
    return Fitting(counts, is_least=read > MOST_READ)


def older(app: AppStore, form: Form, others: Sequence[Form], since: datetime | None) -> Older:
    """Count the stored conversations since an instant that a form would score: all, or an estimate where there are many.

    ``others`` are the other forms in force. The form counts as if its first day had come.
    """
    form = undated(form)
    forms = [form, *others]
    query = _query(app, since, is_counted=True, limit=_SAMPLED // _PARTS)
    page = app.conversations.page(query)
    total, rows = page.total, list(page.rows)
    step = max(len(rows), total // _PARTS) or 1
    for skip in range(step, min(total, step * _PARTS), step):
        rows += app.conversations.page(replace(query, skip=skip)).rows
    read = msgspec.json.Decoder(ListedRow).decode
    fit = sum(_is_for(form, read(row), forms) for row in rows)
    return Older(fit if len(rows) >= total else round(fit * total / len(rows)), is_estimate=len(rows) < total)


def _is_for(form: Form, row: ListedRow, forms: Sequence[Form]) -> bool:
    return choose_form(row, forms, row.spoken) is form and not refuses(form, row.spoken)


def listed_rows(
    app: AppStore, since: datetime | None, most: int, statuses: tuple[Status, ...] = ()
) -> Iterator[ListedRow]:
    """Yield at most ``most`` conversations from an instant on, in the order in which they began."""
    decode = msgspec.json.Decoder(ListedRow).decode
    query = _query(app, since, statuses=statuses)
    after, read = RowKey(query.since_ms, ""), 0
    while read < most:
        page = app.conversations.page(replace(query, limit=min(_AT_ONCE, most - read), after=after))
        yield from map(decode, page.rows)
        read += len(page.rows)
        if not page.more or page.last is None:
            return
        after = page.last


def _query(app: AppStore, since: datetime | None, **more: Any) -> RecordQuery:  # noqa: ANN401  (fields of a query)
    return RecordQuery(
        report=LISTING.name,
        app_ids=(app.tenant.app_id,),
        since_ms=EARLIEST_MS if since is None else int(since.timestamp() * 1000),
        until_ms=LATEST_MS,
        include_below_threshold=True,
        **more,
    )
