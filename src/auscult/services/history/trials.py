"""Trials of a form on stored conversations: durable work that changes nothing, with the verdicts before and after.

trial_chunks.py evaluates the conversations. A person has one trial of a form at a time: the next one replaces it. A
backtest is a trial that the API and the command begin; backtests.py reports it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import Struct, field

from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.evaluation import Evaluation, MetricResult, Status
from auscult.domain.form import Form
from auscult.domain.history.backfills import Backfill, BackfillKind, BackfillState, ChunkRange
from auscult.domain.history.backtest import Backtest
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.judging import Usage
from auscult.services.history.rescores import CHUNK_SIZE, JUDGED_CHUNK_SIZE, asks_remote, scope_of
from auscult.services.scoring.trial import is_not_asked
from auscult.storage.store import AppStore

KIND: BackfillKind = "trial"
AT_ONCE = 5
"""Conversations that are tried before their results are there, where they were chosen."""

Answered = Literal["yes", "no", "na", "open"]
"""An answer: met (``yes``), missed (``no``), not applicable (``na``), or still to be given by a person or a judge (``open``)."""


class TrialOrder(Struct, frozen=True, kw_only=True):
    """Order of a trial: a form document, and the conversations that it is tried on. ``form_id``: empty for a backtest.

    ``conversations`` were chosen, by their numbers, see ``AppBackfills.numbers``: the form is tried on each, whatever
    its queue, and compared with ``before``, the document in force, of ``version``; empty without one. Where they are
    None, it is tried on those that it would score, and compared with what decided them; empty ``queues`` mean all.

    ``may_ask``: judges and other systems are asked what they have not answered yet; else what that would use is
    estimated. ``is_elsewhere``: none of the chosen conversations is in a queue of the form.
    """

    document: str
    form_id: str = ""
    conversations: tuple[int, ...] | None = None
    before: str = ""
    version: int = 0
    since: datetime | None = None
    until: datetime | None = None
    queues: tuple[str, ...] = ()
    sample: int | None = None
    may_ask: bool = False
    is_elsewhere: bool = False


class TriedVerdict(Struct, frozen=True, kw_only=True):
    """Answer to one question, with the level of a graded one."""

    metric_id: str
    name: str
    answered: Answered
    level: str = ""
    is_unasked: bool = False


class TriedSide(Struct, frozen=True, kw_only=True):
    """A conversation as one version of the form scores it. ``passed`` is None where it is undecided."""

    score: Decimal | None
    status: Status
    verdicts: tuple[TriedVerdict, ...]
    passed: bool | None = None


class TriedLine(Struct, frozen=True, kw_only=True):
    """A conversation with its evaluation before and by the form that is tried."""

    conversation_id: str
    before: TriedSide | None
    after: TriedSide


class Untried(Struct, frozen=True, kw_only=True):
    """A conversation that could not be tried, and why."""

    conversation_id: str
    reason: str


class TrialPart(Struct, kw_only=True):
    """Result of some conversations. ``most`` is the most that asking what was not asked would use.

    ``tried`` are all that were chosen, else those that change most, see ``Backtest``.
    """

    counts: Backtest = field(default_factory=Backtest)
    tried: list[TriedLine] = field(default_factory=list[TriedLine])
    failed: list[Untried] = field(default_factory=list[Untried])
    most: Usage = Usage()

    def merge(self, other: "TrialPart") -> None:
        """Add the result of others."""
        self.counts.merge(other.counts)
        self.tried += other.tried
        self.failed += other.failed
        self.most += other.most

    def most_changed(self) -> list[TriedLine]:
        """Return the lines of those that change most, in their order."""
        lines = {each.conversation_id: each for each in self.tried}
        ids = (each.conversation_id for each in self.counts.most_changed)
        return [lines[each] for each in ids if each in lines]


class TrialState(Struct, frozen=True, kw_only=True):
    """A trial in its present state: ``looked`` of ``total`` conversations. ``reason`` explains a fault or a wait.

    ``part`` is its result so far; of it ``tried`` are those that were chosen, the newest first, else those that change
    most. ``unasked`` counts the answers that only a judge or another system could give, by the name of the question.
    """

    id: str
    order: TrialOrder
    state: BackfillState
    total: int
    looked: int
    reason: str | None
    part: TrialPart
    tried: tuple[TriedLine, ...]
    unasked: Mapping[str, int]


def plan(app: AppStore, form: Form, order: TrialOrder) -> list[ChunkRange]:
    """The conversations that a form is tried on, in parts. Raises ``RequestError`` ``range.reversed``, ``sample.invalid``."""
    if order.conversations is not None:
        return app.backfills.ranges_of(order.conversations, AT_ONCE)
    if order.sample is not None and order.sample < 1:
        raise RequestError("a sample has at least one conversation", code="sample.invalid", field="sample")
    size = JUDGED_CHUNK_SIZE if order.may_ask and asks_remote(form) else CHUNK_SIZE
    return app.backfills.ranges(scope_of(order.since, order.until, order.sample), size)


def begin_trial(app: AppStore, viewer: str, form: Form, order: TrialOrder) -> TrialState:
    """Begin a trial that workers do, in place of the viewer's earlier one of the form. Raises as ``plan`` does."""
    claim = _claim(order.form_id, viewer)
    begun = app.backfills.begin(KIND, msgspec.json.encode(order), plan(app, form, order), claim=claim, replaces=True)
    return _state(app, begun)


def view_trial(app: AppStore, form_id: str, trial_id: str) -> TrialState:
    """Return a trial of a form. Raises ``NotFoundError`` ``trial.unknown``, as of one that another has replaced."""
    backfill = app.backfills.get(trial_id)
    found = None if backfill is None or backfill.kind != KIND else _state(app, backfill)
    if found is None or found.order.form_id != form_id:
        raise NotFoundError("there is no trial {value}", code="trial.unknown", field="trial", value=trial_id)
    return found


def stop_trial(app: AppStore, form_id: str, trial_id: str) -> TrialState:
    """End a trial if it is not over; what was tried stays. Raises as ``view_trial`` does."""
    view_trial(app, form_id, trial_id)
    app.backfills.cancel(trial_id)
    return view_trial(app, form_id, trial_id)


def latest_trial(app: AppStore, viewer: str, form_id: str) -> TrialState | None:
    """Return the viewer's trial of a form, if there is one."""
    found = app.backfills.claimed(KIND, _claim(form_id, viewer))
    return None if found is None else _state(app, found)


def side_of(evaluation: Evaluation) -> TriedSide:
    """Return what a trial shows of an evaluation."""
    return made_from(TriedSide, evaluation, verdicts=tuple(map(_verdict, evaluation.results)))


def merged(results: Iterable[bytes]) -> TrialPart:
    """Return the result of a trial, of those of its chunks."""
    part = TrialPart()
    for each in results:
        part.merge(msgspec.json.decode(each, type=TrialPart))
    return part


def _verdict(result: MetricResult) -> TriedVerdict:
    answered: Answered = "na" if result.adhered is None else "yes" if result.adhered else "no"
    return TriedVerdict(
        metric_id=result.metric.id,
        name=result.metric.name,
        answered="open" if result.verdict.qualification == "-" else answered,
        level=result.verdict.level or "",
        is_unasked=is_not_asked(result.verdict),
    )


def _claim(form_id: str, viewer: str) -> str:
    return f"{KIND} {form_id} {viewer}"


def _state(app: AppStore, backfill: Backfill) -> TrialState:
    order, part = (
        msgspec.json.decode(backfill.order, type=TrialOrder),
        merged(app.backfills.results(backfill.backfill_id)),
    )
    tried = part.most_changed() if order.conversations is None else [*reversed(part.tried)]
    unasked = (each.name for line in tried for each in line.after.verdicts if each.is_unasked)
    return made_from(
        TrialState,
        backfill,
        id=backfill.backfill_id,
        order=order,
        part=part,
        tried=tuple(tried),
        unasked=Counter(unasked),
    )
