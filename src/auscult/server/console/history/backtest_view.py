"""A back-test: its progress and its results."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from auscult.domain.evaluation import Qualification
from auscult.domain.history.backtest import MetricShift, Shift
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.verdicts import WORDS
from auscult.services.history.backtests import BacktestLine, BacktestView, RateLine


class Figure(Struct, frozen=True, kw_only=True):
    """A figure after, the same before where it differs, and its name."""

    name: str
    after: str
    before: str


class MetricMove(Struct, frozen=True, kw_only=True):
    """Shares of conversations that meet a metric, in words, and as places from 0 to 100; None where it applies to none."""

    name: str
    before: str
    after: str
    start: float | None
    end: float | None


class MovedRow(Struct, frozen=True, kw_only=True):
    """A conversation that changes: its words, the answers that change, its score, and the result where it is another."""

    href: str
    words: str
    what: str
    before: str
    after: str
    result: str


class BacktestPage(Struct, frozen=True, kw_only=True):
    """A back-test with its progress and its results. ``looked`` of ``total`` conversations were read."""

    form_id: str
    form_name: str
    state: str
    is_open: bool
    looked: int
    total: int
    progress: str
    sentence: str
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    metrics: tuple[MetricMove, ...] = ()
    moved: tuple[MovedRow, ...] = ()


def backtest_page(  # noqa: PLR0913, PLR0917  (all that the page shows)
    found: BacktestView, form_id: str, form_name: str, words: Mapping[str, str], reader: Reader, base: str
) -> BacktestPage:
    """Show the present state of a back-test. ``words`` are of the conversations that the reader may see, by id."""
    result = found.result
    is_open = found.state == "running"
    if result is None:
        sentence = _("It is being worked out.") if is_open else (found.reason or _("It did not end well."))
        return BacktestPage(
            form_id=form_id,
            form_name=form_name,
            state=found.state,
            is_open=is_open,
            looked=found.looked,
            total=found.total,
            progress=_("{done} of {n}").format(done=reader.number(found.looked), n=reader.number(found.total)),
            sentence=sentence,
        )
    return BacktestPage(
        form_id=form_id,
        form_name=form_name,
        state=found.state,
        is_open=False,
        looked=result.looked,
        total=found.total,
        progress=_("{n} read").format(n=reader.number(result.looked)),
        sentence=_effect(result, reader),
        figures=(
            _figure(_("mean score"), _mean(result.before.mean, reader), _mean(result.after.mean, reader)),
            _figure(_("pass"), _rate(result.before.pass_rate, reader), _rate(result.after.pass_rate, reader)),
            _figure(_("with a fatal error"), reader.number(result.before.fatal), reader.number(result.after.fatal)),
        ),
        notes=tuple(_notes(result, reader)),
        metrics=tuple(
            MetricMove(
                name=each.name,
                before=_share(each.before, reader),
                after=_share(each.after, reader),
                start=_place(each.before),
                end=_place(each.after),
            )
            for each in result.metrics
        ),
        moved=tuple(
            _moved(each, words[each.conversation_id], reader, base)
            for each in result.most_changed
            if each.conversation_id in words
        ),
    )


def _moved(shift: Shift, words: str, reader: Reader, base: str) -> MovedRow:
    before, after = shift.before, shift.after
    result = {True: "pass", False: "fail", None: "open"}[after.passed] if after.passed is not before.passed else ""
    return MovedRow(
        href=f"{base}/conversations/{shift.conversation_id}",
        words=words,
        what=", ".join(_shifted(one, reader) for one in shift.metrics),
        before=reader.number(before.score),
        after=reader.number(after.score),
        result=result,
    )


def _figure(name: str, before: str, after: str) -> Figure:
    return Figure(name=name, after=after, before="" if before == after else before)


def _notes(result: BacktestLine, reader: Reader) -> Iterator[str]:
    """Yield what the figures leave out, where there is any."""
    if result.unjudged:
        yield ngettext(
            "{n} conversation needs an answer of the judge, which was not asked.",
            "{n} conversations need an answer of the judge, which was not asked.",
            result.unjudged,
        ).format(n=reader.number(result.unjudged))
    if result.left:
        yield ngettext(
            "{n} conversation that an earlier version scored is no longer for this form.",
            "{n} conversations that an earlier version scored are no longer for this form.",
            result.left,
        ).format(n=reader.number(result.left))


def _place(rate: RateLine | None) -> float | None:
    return None if rate is None or rate.adherence is None else round(100 * rate.adherence, 1)


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
