"""Number of stored conversations that a re-score would score with each form, shown when forms are published or files loaded.

Read from the rows of our own listing, which have the properties by which a form is chosen, in a tenth of the bytes.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Struct

from auscult.domain.conversation import Channel, Direction, Queue
from auscult.domain.evaluation import Status
from auscult.domain.form import Form, choose_form, refuses
from auscult.domain.history.backfills import EARLIEST_MS, LATEST_MS
from auscult.domain.record import RecordQuery, RowKey
from auscult.services.scoring.listing import LISTING, ListedForm
from auscult.storage.store import AppStore

MOST_READ = 100_000
"""Conversations that are scanned at most; beyond that, counts are lower bounds."""

_AT_ONCE = 5_000


class Fitting(NamedTuple):
    """Number of conversations that each form would score and its version did not, by form id. ``is_least``: or more."""

    counts: Counter[str]
    is_least: bool


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


def listed_rows(
    app: AppStore, since: datetime | None, most: int, statuses: tuple[Status, ...] = ()
) -> Iterator[ListedRow]:
    """Yield at most ``most`` conversations from an instant on, in the order in which they began."""
    decode = msgspec.json.Decoder(ListedRow).decode
    first = EARLIEST_MS if since is None else int(since.timestamp() * 1000)
    after, read = RowKey(first, ""), 0
    while read < most:
        page = app.conversations.page(
            RecordQuery(
                report=LISTING.name,
                app_ids=(app.tenant.app_id,),
                since_ms=first,
                until_ms=LATEST_MS,
                include_below_threshold=True,
                statuses=statuses,
                limit=min(_AT_ONCE, most - read),
                after=after,
            )
        )
        yield from map(decode, page.rows)
        read += len(page.rows)
        if not page.more or page.last is None:
            return
        after = page.last
