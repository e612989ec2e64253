"""Figures of auditors in words: pace, severity and agreement, each with its uncertainty, and none of few audits."""

from collections.abc import Mapping

from markupsafe import Markup

from auscult.domain.statistics.agreement import PairAgreement
from auscult.domain.statistics.intervals import Figure
from auscult.language import gettext as _
from auscult.server.console.frame.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.frame.reader import FEW, Reader
from auscult.services.audits.raters import Rater, RaterReport

_MINUTE_S = 60


def agreement_in_words(pairs: PairAgreement, reader: Reader) -> str:
    """Return how often two people agree: with its margin, or as a count where there are few pairs."""
    if pairs.raw is None or pairs.n >= FEW:
        return share_of(pairs.raw, pairs.n, reader)
    return reader.rate(round(pairs.raw.value * pairs.n), pairs.n)


def chart_of(report: RaterReport, names: Mapping[str, str], reader: Reader) -> Markup | None:
    """Draw each auditor's agreement with the machine, for those with enough audits."""
    rows = [
        IntervalRow(
            name=names.get(each.auditor, each.auditor),
            value=each.machine.value * 100,
            low=each.machine.low * 100,
            high=each.machine.high * 100,
            end=reader.number(each.audits),
            kind="",
            is_strong=False,
        )
        for each in sorted(report.raters, key=lambda each: names.get(each.auditor, each.auditor).lower())
        if each.machine is not None and each.audits >= FEW
    ]
    return intervals(rows, Axis(label=_("Agreement with the machine"), heading=_("audits"), unit="%")) if rows else None


def pace_of(rater: Rater | None, reader: Reader) -> str:
    """Return the median time of an audit; a dash for few audits."""
    if rater is None or rater.pace is None or rater.pace.n < FEW:
        return "\u2013"
    seconds = rater.pace.median.value
    return f"{reader.number(seconds / 60, 1)} min" if seconds >= _MINUTE_S else f"{reader.number(seconds)} s"


def severity_of(rater: Rater | None, reader: Reader) -> str:
    """Return an auditor's strictness against colleagues on the same conversations, or that chance explains it."""
    if rater is None or rater.severity is None or rater.severity.shared < FEW:
        return _("Too few shared")
    figure = rater.severity.figure
    if figure.low <= 0 <= figure.high:
        return _("Like the others")
    points = reader.number(abs(figure.value), 1)
    text = _("{points} points stricter") if figure.value > 0 else _("{points} points milder")
    return text.format(points=points)


def share_of(figure: Figure | None, n: int, reader: Reader) -> str:
    """Return a share with its margin; a dash where it rests on few audits."""
    if figure is None or n < FEW:
        return "\u2013"
    return f"{reader.share(figure.value)} {reader.interval(figure)}"


def swayed(found: Figure | None, reader: Reader) -> str:
    """Return how far the sight of the machine's answers moves people."""
    if found is None:
        return _("A plan that hides the machine's answers in half of its items shows how far they sway people.")
    points = reader.number(found.value * 100, 1)
    if found.low <= 0 <= found.high:
        text = _("Seeing the machine's answers moves people by {points} points: could still be chance.")
    else:
        text = _("Seeing the machine's answers moves people {points} points towards them.")
    return text.format(points=points)


def scores_in_words(report: RaterReport, reader: Reader) -> str:
    """Return how far the scores of two people differ; empty for few pairs."""
    limits = report.scores
    if limits is None or limits.n < FEW:
        return ""
    text = _(
        "Two people give the same conversation scores that differ by {low} to {high} points in nineteen of twenty cases."
    )
    return text.format(low=reader.number(limits.low, 1), high=reader.number(limits.high, 1))
