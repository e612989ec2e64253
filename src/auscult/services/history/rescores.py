"""Re-scores: begun, watched, cancelled, resumed. rescore_chunks.py evaluates the conversations."""

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from auscult.domain.errors import EngineError, FormError, RequestError, unknown
from auscult.domain.form import Form
from auscult.domain.history.backfills import (
    EARLIEST_MS,
    LATEST_MS,
    Backfill,
    BackfillKind,
    BackfillScope,
    BackfillState,
)
from auscult.domain.operations.records import made_from
from auscult.domain.probe import AFAR, Probe
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import check_form
from auscult.storage.core.instants import bound_ms
from auscult.storage.definitions.forms import AppForms
from auscult.storage.store import AppStore

KIND: BackfillKind = "rescore"
CHUNK_SIZE = 500
JUDGED_CHUNK_SIZE = 50
"""Conversations in a chunk where a far engine is asked: a chunk is written when all of it is answered."""

_MOST_FAULTS = 3


class RescoreOrder(Struct, frozen=True, kw_only=True):
    """Order of a re-score. Empty ``queues`` mean all; they are ids or names, letter case does not matter.

    ``afresh`` judges every metric again, and also conversations that this version decided before.
    """

    form_id: str
    version: int
    since: datetime | None = None
    until: datetime | None = None
    queues: tuple[str, ...] = ()
    afresh: bool = False
    by: str = "system"


class RescoreCounts(Struct, kw_only=True):
    """Counts of the conversations that were read; all but the first add up to it.

    ``already``: decided by this very version before. ``other_form``: another form is for them, or none.
    ``other_queue``: not in the queues that were asked for. ``waiting``: loaded or revised, and not evaluated yet.
    ``moved``: revised, erased or decided again while they were re-scored. ``failed``: could not be judged, ``faults``
    has the first reasons.
    """

    looked: int = 0
    rescored: int = 0
    already: int = 0
    other_form: int = 0
    other_queue: int = 0
    waiting: int = 0
    moved: int = 0
    failed: int = 0
    faults: list[str] = []

    def merge(self, other: "RescoreCounts") -> None:
        """Add the counts of others."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        del self.faults[_MOST_FAULTS:]


class RescoreLine(Struct, frozen=True, kw_only=True):
    """A re-score with its progress. ``counts`` are those of ``RescoreCounts``."""

    id: str
    state: BackfillState
    form_id: str
    version: int
    since: datetime | None
    until: datetime | None
    queues: tuple[str, ...]
    afresh: bool
    by: str
    total: int
    looked: int
    rescored: int
    already: int
    other_form: int
    other_queue: int
    waiting: int
    moved: int
    failed: int
    reason: str | None
    created_at: datetime
    ended_at: datetime | None


def begin_rescore(  # noqa: PLR0913  (what a user may choose, each by name)
    app: AppStore,
    answered: Collection[type[Probe]],
    *,
    form_id: str,
    version: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    queues: Iterable[str] = (),
    afresh: bool = False,
    by: str = "system",
) -> RescoreLine:
    """Begin a re-score with a version of a form, or the newest; from here on it is in the hands of workers.

    Raises ``NotFoundError`` ``form.unknown``; ``RequestError`` ``form.retired``, ``range.reversed``; ``FormError``;
    ``EngineError`` ``engine.missing``; ``ConflictError`` ``backfill.running``.
    """
    form = _usable(app.forms, form_id, version, answered)
    order = RescoreOrder(
        form_id=form_id,
        version=form.version,
        since=since,
        until=until,
        queues=tuple(dict.fromkeys(queues)),
        afresh=afresh,
        by=by,
    )
    ranges = app.backfills.ranges(scope_of(since, until), JUDGED_CHUNK_SIZE if asks_remote(form) else CHUNK_SIZE)
    backfill = app.backfills.begin(KIND, msgspec.json.encode(order), ranges, claim=f"{KIND} {form_id}")
    return _line(app, backfill)


def view_rescore(app: AppStore, backfill_id: str) -> RescoreLine:
    """Return a re-score. Raises ``NotFoundError`` ``rescore.unknown``."""
    return _line(app, _known(app.backfills.get(backfill_id), backfill_id))


def list_rescores(app: AppStore, limit: int = 100) -> list[RescoreLine]:
    """Re-scores, the newest first."""
    return [_line(app, backfill) for backfill in app.backfills.listing(KIND, limit)]


def cancel_rescore(app: AppStore, backfill_id: str) -> RescoreLine:
    """Do nothing more of one that runs or failed; what is written stays. Raises ``NotFoundError`` ``rescore.unknown``."""
    _known(app.backfills.get(backfill_id), backfill_id)
    return _line(app, _known(app.backfills.cancel(backfill_id), backfill_id))


def resume_rescore(app: AppStore, backfill_id: str) -> RescoreLine:
    """Go on with one that was cancelled or failed, where it was; one that runs or is done is left as it is.

    Raises ``NotFoundError`` ``rescore.unknown``; ``ConflictError`` ``backfill.running``.
    """
    _known(app.backfills.get(backfill_id), backfill_id)
    return _line(app, _known(app.backfills.resume(backfill_id), backfill_id))


def scope_of(since: datetime | None, until: datetime | None, sample: int | None = None) -> BackfillScope:
    """Return the conversations in a range of starts. Raises ``RequestError`` ``range.reversed``."""
    if since is not None and until is not None and until < since:
        raise RequestError("until lies before since", code="range.reversed", field="until", value=until.isoformat())
    return BackfillScope(
        since_ms=EARLIEST_MS if since is None else bound_ms(since),
        until_ms=LATEST_MS if until is None else bound_ms(until),
        sample=sample,
    )


def asks_remote(form: Form) -> bool:
    """Return whether anything on a form is asked of a far engine, which takes seconds and costs money."""
    return any(METRICS[metric.type].needs(metric.settings) & AFAR for metric in form.metrics)


def _usable(forms: AppForms, form_id: str, version: int | None, answered: Collection[type[Probe]]) -> Form:
    """A version that conversations can be scored with here and now."""
    found = forms.get(form_id, version)
    if found is None:
        known = ", ".join(one.form_id for one in forms.in_force()) or "none yet"
        which = form_id if version is None else f"{form_id} version {version}"
        raise unknown("form", form_id, "there is no form {id}; in force: {list}", id=which, list=known)
    if found.retired_at is not None and version is None:
        raise RequestError(
            "{form_id} is retired; name its version ({version}) to re-score with it all the same",
            form_id=form_id,
            version=found.version,
            code="form.retired",
            field="version",
        )
    check = check_form(found.document, version=found.version, answered=answered)
    if check.form is None:
        raise FormError.of(each.describe(form_id) for each in check.problems)
    if check.unanswered:
        problems = "; ".join(problem.describe(form_id) for problem in check.unanswered)
        raise EngineError(
            "{value} cannot be used here: {given}",
            given=problems,
            code="engine.missing",
            field="form_id",
            value=form_id,
        )
    return check.form


def _known(backfill: Backfill | None, backfill_id: str) -> Backfill:
    if backfill is None or backfill.kind != KIND:
        raise unknown("rescore", backfill_id, "there is no re-score {value}")
    return backfill


def _line(app: AppStore, backfill: Backfill) -> RescoreLine:
    counts = RescoreCounts()
    for result in app.backfills.results(backfill.backfill_id):
        counts.merge(msgspec.json.decode(result, type=RescoreCounts))
    return made_from(
        RescoreLine,
        backfill,
        msgspec.json.decode(backfill.order, type=RescoreOrder),
        counts,
        id=backfill.backfill_id,
        reason=backfill.reason or "; ".join(counts.faults) or None,
    )
