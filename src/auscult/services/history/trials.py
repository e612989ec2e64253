"""Trials of a form on some conversations: durable work that changes nothing, each with the verdicts before and after.

trial_chunks.py evaluates the conversations. A person has one trial of a form at a time: the next one replaces it.
"""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import Struct, field

from auscult.domain.errors import NotFoundError
from auscult.domain.evaluation import Evaluation, MetricResult, Status
from auscult.domain.history.backfills import Backfill, BackfillKind, BackfillState
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.judging import Usage
from auscult.services.scoring.trial import is_not_asked
from auscult.storage.store import AppStore

KIND: BackfillKind = "trial"
AT_ONCE = 5
"""Conversations that are tried before their results are there."""

Answered = Literal["yes", "no", "na", "open"]
"""An answer: met (``yes``), missed (``no``), not applicable (``na``), or still to be given by a person or a judge (``open``)."""


class TrialOrder(Struct, frozen=True, kw_only=True):
    """Order of a trial: a form document, and the numbers of the conversations that it is tried on, see ``AppBackfills.numbers``.

    ``before`` is the document in force, of ``version``; empty without one. ``may_ask``: judges and other systems are asked
    what they have not answered yet. ``is_elsewhere``: none of the conversations is in a queue of the form.
    """

    form_id: str
    document: str
    conversations: tuple[int, ...]
    before: str = ""
    version: int = 0
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
    """A conversation as one version of the form scores it."""

    score: Decimal | None
    status: Status
    verdicts: tuple[TriedVerdict, ...]


class TriedLine(Struct, frozen=True, kw_only=True):
    """A conversation with its evaluation by the form in force and by the one that is tried."""

    conversation_id: str
    before: TriedSide | None
    after: TriedSide


class Untried(Struct, frozen=True, kw_only=True):
    """A conversation that could not be tried, and why."""

    conversation_id: str
    reason: str


class TrialPart(Struct, kw_only=True):
    """Result of a chunk. ``most`` is the most that asking what was not asked would use."""

    tried: list[TriedLine] = field(default_factory=list[TriedLine])
    failed: list[Untried] = field(default_factory=list[Untried])
    most: Usage = Usage()


class TrialState(Struct, frozen=True, kw_only=True):
    """A trial in its present state: ``looked`` of ``total`` conversations. ``reason`` explains a fault or a wait.

    ``tried`` are those that are done, the newest first. ``unasked`` counts the answers that only a judge or another system could give, by the name of the question, and
    ``most`` is what asking for all of them would use at most.
    """

    id: str
    order: TrialOrder
    state: BackfillState
    total: int
    looked: int
    reason: str | None
    tried: tuple[TriedLine, ...]
    failed: tuple[Untried, ...]
    unasked: Mapping[str, int]
    most: Usage


def begin_trial(app: AppStore, viewer: str, order: TrialOrder) -> TrialState:
    """Begin a trial that workers do, in place of the viewer's earlier one of the form."""
    ranges = app.backfills.ranges_of(order.conversations, AT_ONCE)
    claim = _claim(order.form_id, viewer)
    return _state(app, app.backfills.begin(KIND, msgspec.json.encode(order), ranges, claim=claim, replaces=True))


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
    verdicts = tuple(map(_verdict, evaluation.results))
    return TriedSide(score=evaluation.score, status=evaluation.status, verdicts=verdicts)


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
    parts = [msgspec.json.decode(each, type=TrialPart) for each in app.backfills.results(backfill.backfill_id)]
    tried = [each for part in parts for each in part.tried]
    unasked = (each for line in tried for each in line.after.verdicts if each.is_unasked)
    return made_from(
        TrialState,
        backfill,
        id=backfill.backfill_id,
        order=msgspec.json.decode(backfill.order, type=TrialOrder),
        tried=tuple(reversed(tried)),
        failed=tuple(each for part in parts for each in part.failed),
        unasked=Counter(each.name for each in unasked),
        most=sum((part.most for part in parts), Usage()),
    )
