"""A back-test: its progress and its results."""

from msgspec import Struct

from auscult.domain.evaluation import Qualification
from auscult.domain.history.backtest import MetricShift, Shift
from auscult.server.console.language import gettext as _
from auscult.server.console.reader import Reader
from auscult.server.console.views.verdicts import WORDS
from auscult.services.history.backtests import BacktestLine, BacktestView, RateLine


class BacktestPage(Struct, frozen=True, kw_only=True):
    """A back-test with its progress and its results."""

    form_id: str
    form_name: str
    state: str
    is_open: bool
    progress: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, str, str], ...]
    changed: tuple[tuple[str, str, str], ...]


def backtest_page(found: BacktestView, form_id: str, form_name: str, reader: Reader, base: str) -> BacktestPage:
    """Show the present state of a back-test."""
    result = found.result
    is_open = found.state == "running"
    if result is None:
        sentence = _("It is being worked out.") if is_open else (found.reason or _("It did not end well."))
        return BacktestPage(
            form_id=form_id,
            form_name=form_name,
            state=found.state,
            is_open=is_open,
            progress=_("{done} of {n}").format(done=reader.number(found.looked), n=reader.number(found.total)),
            sentence=sentence,
            facts=(),
            metrics=(),
            changed=(),
        )
    return BacktestPage(
        form_id=form_id,
        form_name=form_name,
        state=found.state,
        is_open=False,
        progress=_("{n} read").format(n=reader.number(result.looked)),
        sentence=_effect(result, reader),
        facts=(
            (_("Pass rate"), _change(_rate(result.before.pass_rate, reader), _rate(result.after.pass_rate, reader))),
            (_("Mean score"), _change(_mean(result.before.mean, reader), _mean(result.after.mean, reader))),
            (_("Unchanged"), reader.number(result.unchanged)),
            (_("Would need the judge"), reader.number(result.unjudged)),
        ),
        metrics=tuple((each.name, _share(each.before, reader), _share(each.after, reader)) for each in result.metrics),
        changed=tuple(
            (
                each.conversation_id,
                f"{base}/conversations/{each.conversation_id}",
                changed_line(each, reader),
            )
            for each in result.most_changed
        ),
    )


def _effect(result: BacktestLine, reader: Reader) -> str:
    """Return what the form would change, in one sentence."""
    if not result.counted:
        return _("The form is for none of these conversations.")
    sentence = _("None of {n} conversations changes between passing and failing.")
    if not (result.before.scored or result.after.scored):
        sentence = _("None of {n} conversations has a score, before or after: too short, or of unknown length.")
    elif result.gained + result.lost:
        sentence = _("Of {n} conversations {gained} would pass that failed, and {lost} fail that passed.")
    return sentence.format(
        n=reader.number(result.counted), gained=reader.number(result.gained), lost=reader.number(result.lost)
    )


def _change(before: str | None, after: str | None) -> str:
    return _("{before} to {after}").format(before=before or "\u2013", after=after or "\u2013")


def changed_line(shift: Shift, reader: Reader) -> str:
    """Return the change of a score, and of the answers that it comes from."""
    score = _change(reader.number(shift.before.score), reader.number(shift.after.score))
    metrics = ", ".join(_shifted(one, reader) for one in shift.metrics)
    return f"{_('Score {change}').format(change=score)}: {metrics}"


def _shifted(shift: MetricShift, reader: Reader) -> str:
    """Return how the answer to a metric changes, and what it gives to the score more or less than before."""
    answers = (
        _answer(shift.after) if shift.before == shift.after else _change(*map(_answer, (shift.before, shift.after)))
    )
    if not shift.points:
        return f"{shift.name} {answers}"
    return f"{shift.name} {answers} ({reader.number(shift.points, 1, signed=True)})"


def _answer(answer: Qualification | None) -> str:
    return "\u2013" if answer is None else _(WORDS[answer])


def _rate(value: float | None, reader: Reader) -> str:
    return "\u2013" if value is None else reader.share(value, 1)


def _mean(value: float | None, reader: Reader) -> str:
    return "\u2013" if value is None else reader.number(value, 1)


def _share(rate: RateLine | None, reader: Reader) -> str:
    return "\u2013" if rate is None or rate.adherence is None else reader.share(rate.adherence, 1)
