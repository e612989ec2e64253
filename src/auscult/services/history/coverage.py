"""Number of stored conversations that a re-score would score with each form, shown when forms are published or files loaded.

Read from the rows of our own listing, which have the properties by which a form is chosen, in a tenth of the bytes.
"""

from collections import Counter
from collections.abc import Sequence
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


class _Row(Struct, frozen=True, kw_only=True):
    channel: Channel
    direction: Direction
    started_at: datetime
    queues: tuple[Queue, ...]
    form: ListedForm | None
    language: str
    insights: _Found | None = None


def fitting(app: AppStore, forms: Sequence[Form], statuses: tuple[Status, ...] = ()) -> Fitting:
    """Count stored conversations by the form that is for them now; ``statuses`` limits them, all where it is empty."""
    decode = msgspec.json.Decoder(_Row).decode
    counts: Counter[str] = Counter()
    after, read = RowKey(EARLIEST_MS, ""), 0
    while read < MOST_READ:
        page = app.conversations.page(
            RecordQuery(
                report=LISTING.name,
                app_ids=(app.tenant.app_id,),
                since_ms=EARLIEST_MS,
                until_ms=LATEST_MS,
                include_below_threshold=True,
                statuses=statuses,
                limit=_AT_ONCE,
                after=after,
            )
        )
        for row in map(decode, page.rows):
            language = (row.insights.language if row.insights else None) or row.language
            form = choose_form(row, forms, language)
            if form is None or refuses(form, language):
                continue
            if row.form is None or (row.form.id, row.form.version) != (form.id, form.version):
                counts[form.id] += 1
        read += len(page.rows)
        if not page.more or page.last is None:
            return Fitting(counts, is_least=False)
        after = page.last
    return Fitting(counts, is_least=True)
