"""Backtests: trials of a form on all conversations that it would score, reported when they are done."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, get_args

import msgspec
from msgspec import Struct

from auscult.domain.errors import unknown
from auscult.domain.form import Form
from auscult.domain.history.backfills import Backfill, BackfillKind, BackfillState
from auscult.domain.history.backtest import Outcome, Rate, Shift, Side
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.judging import BILLION
from auscult.services.definitions.forms.cache import UNPUBLISHED, read_kept
from auscult.services.definitions.forms.reading import read_form
from auscult.services.history.trials import TrialOrder, TrialPart, merged, plan
from auscult.storage.store import AppStore

KIND: BackfillKind = "backtest"
BIN = 10
"""Points in a bar of the distribution of scores; scores below 0 are one bar."""


class BinLine(Struct, frozen=True, kw_only=True):
    """Number of conversations with a score from ``least`` to ``most``, inclusive; ``least`` is null below 0."""

    least: int | None
    most: int
    conversations: int


class SideLine(Struct, frozen=True, kw_only=True):
    """Results of the conversations. ``pass_rate`` is a share from 0 to 1 of those that passed or failed, null without any.

    ``undecided`` have a score and neither passed nor failed, as a fatal metric has no answer.
    """

    scored: int
    mean: float | None
    passed: int
    failed: int
    undecided: int
    no_score: int
    no_form: int
    pass_rate: float | None
    fatal: int
    scores: tuple[BinLine, ...]


class RateLine(Struct, frozen=True, kw_only=True):
    """Answers to one metric. ``adherence`` is a share from 0 to 1 of those that it applied to."""

    yes: int
    no: int
    na: int
    pending: int
    met: int
    missed: int
    adherence: float | None


class MetricRates(Struct, frozen=True, kw_only=True):
    """One metric before and after; null on the side that does not have it."""

    id: str
    name: str
    before: RateLine | None
    after: RateLine | None


class JudgeLine(Struct, frozen=True, kw_only=True):
    """Most that asking the judge, and other far engines, about ``conversations`` would use.

    ``cost`` is in the currency that prices are configured in, null where none are.
    """

    conversations: int
    calls: int
    tokens_in: int
    tokens_out: int
    cost: float | None


class BacktestLine(Struct, frozen=True, kw_only=True):
    """Effect of a form, for the command and our own API.

    ``looked``: conversations that were read; ``counted``: that the form would score, and that both sides are
    about; ``left``: scored by an earlier version, and this one is no longer for them; ``unjudged``: a judge would have
    to be asked; ``failed``: could not be judged. ``gained`` failed and would have passed, ``lost`` the other way round;
    ``flow`` counts by outcome before and after. ``decided_by``: which versions decided before.
    """

    form_id: str
    version: int | None
    looked: int
    counted: int
    left: int
    unjudged: int
    failed: int
    unchanged: int
    gained: int
    lost: int
    flow: dict[str, int]
    decided_by: dict[str, int]
    before: SideLine
    after: SideLine
    metrics: tuple[MetricRates, ...]
    most_changed: tuple[Shift, ...]
    judge: JudgeLine | None
    reason: str | None


class BacktestView(Struct, frozen=True, kw_only=True):
    """A backtest and its state; ``result`` is set once it is done."""

    id: str
    state: BackfillState
    total: int
    looked: int
    created_at: datetime
    ended_at: datetime | None
    reason: str | None
    result: BacktestLine | None


def begin_backtest(app: AppStore, form: Form, order: TrialOrder) -> BacktestView:
    """Begin a backtest that workers do. Raises as ``plan`` does."""
    backfill = app.backfills.begin(KIND, msgspec.json.encode(order), plan(app, form, order))
    return _view(app, backfill)


def view_backtest(app: AppStore, backfill_id: str) -> BacktestView:
    """Return a backtest. Raises ``NotFoundError`` ``backtest.unknown``."""
    return _view(app, _known(app, backfill_id))


def end_backtest(app: AppStore, backfill_id: str) -> None:
    """End a backtest if it is not over, and delete its result. Raises ``NotFoundError`` ``backtest.unknown``."""
    _known(app, backfill_id)
    app.backfills.cancel(backfill_id)
    app.backfills.forget(backfill_id)


def report(app: AppStore, order: TrialOrder, found: TrialPart) -> BacktestLine:
    """Return the result of a trial, whole or so far."""
    form = read_kept(order.document.encode(), UNPUBLISHED)
    return to_line(found, form, names_before(app, form.id, found.counts.decided_by))


def to_line(found: TrialPart, form: Form, names: Mapping[str, str]) -> BacktestLine:
    """Return the result of a backtest. ``names`` are those of metrics that the form no longer has, by id."""
    counts = found.counts
    known = dict(names) | {metric.id: metric.name for metric in form.metrics}
    most = found.most
    return made_from(
        BacktestLine,
        counts,
        form_id=form.id,
        version=None if form.version == UNPUBLISHED else form.version,
        gained=counts.gained,
        lost=counts.lost,
        before=_side(counts.before),
        after=_side(counts.after),
        metrics=_metrics(form, known, counts.before.metrics, counts.after.metrics),
        most_changed=tuple(counts.most_changed),
        judge=made_from(
            JudgeLine, most, conversations=counts.unjudged, cost=None if most.cost is None else most.cost / BILLION
        )
        if counts.unjudged
        else None,
        reason="; ".join(counts.faults) or None,
    )


def names_before(app: AppStore, form_id: str, decided_by: Iterable[str] = ()) -> dict[str, str]:
    """Names of the metrics before, by id: of the newest version of a form, and of forms that decided, as ``ef-bank 3``.

    A form that was never published has none; the newest version's names win.
    """
    forms = [(name, int(version)) for name, _, version in (each.rpartition(" ") for each in sorted(decided_by))]
    found: dict[str, str] = {}
    for one, version in (*forms, (form_id, None)):
        stored = app.forms.get(one, version)
        if stored is not None:
            found |= {metric.id: metric.name for metric in read_form(stored.document).metrics}
    return found


def _metrics(
    form: Form, names: Mapping[str, str], before: Mapping[str, Rate], after: Mapping[str, Rate]
) -> tuple[MetricRates, ...]:
    """In the order of the form, those that it does not have behind them."""
    ids: Iterable[str] = dict.fromkeys((*(metric.id for metric in form.metrics), *after, *before))
    sides = ((each, _rate(before.get(each)), _rate(after.get(each))) for each in ids)
    return tuple(MetricRates(id=each, name=names.get(each, each), before=was, after=now) for each, was, now in sides)


def _rate(rate: Rate | None) -> RateLine | None:
    return None if rate is None else made_from(RateLine, rate, adherence=_rounded(rate.adherence, 4))


def _side(side: Side) -> SideLine:
    outcomes: dict[str, int] = {each: side.outcomes.get(each, 0) for each in get_args(Outcome)}
    figures: dict[str, Any] = {"mean": _rounded(side.mean, 2), "pass_rate": _rounded(side.pass_rate, 4)}
    return made_from(SideLine, side, scores=_bins(side.scores), **outcomes, **figures)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _bins(scores: Mapping[int, int]) -> tuple[BinLine, ...]:
    """Return the bars of the distribution, the highest first; 100 is in the bar from 90."""
    last = 100 - BIN
    bins = [
        BinLine(
            least=least,
            most=100 if least == last else least + BIN - 1,
            conversations=sum(n for score, n in scores.items() if least <= score < least + BIN + (least == last)),
        )
        for least in range(last, -1, -BIN)
    ]
    below = sum(n for score, n in scores.items() if score < 0)
    return (*bins, BinLine(least=None, most=-1, conversations=below))


def _known(app: AppStore, backfill_id: str) -> Backfill:
    backfill = app.backfills.get(backfill_id)
    if backfill is None or backfill.kind != KIND:
        raise unknown("backtest", backfill_id, "there is no backtest {value}")
    return backfill


def _view(app: AppStore, backfill: Backfill) -> BacktestView:
    result = None
    if backfill.state == "done":
        order = msgspec.json.decode(backfill.order, type=TrialOrder)
        result = report(app, order, merged(app.backfills.results(backfill.backfill_id)))
    return made_from(BacktestView, backfill, id=backfill.backfill_id, result=result)
