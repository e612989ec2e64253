"""Auditors: load, pace, severity and agreement, each with its uncertainty; sorted by name, never by rank."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.statistics.agreement import PairAgreement
from auscult.domain.statistics.intervals import Figure
from auscult.language import gettext as _
from auscult.server.console.frame.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.frame.counts import CountView, Leads
from auscult.server.console.frame.reader import FEW, Reader
from auscult.server.console.frame.verdicts import word_of
from auscult.services.audits.agreement import Disagreement
from auscult.services.audits.raters import Rater, RaterReport
from auscult.services.conversations.list_query import NOBODY

_MINUTE_S = 60


class Load(NamedTuple):
    """Audits that wait for each auditor, those of them that are late, and the start of the period of the figures."""

    waiting: Counter[str]
    late: Counter[str]
    since: datetime


class AuditorRow(Struct, frozen=True, kw_only=True):
    """One auditor."""

    name: str
    waiting: CountView
    late: CountView | None
    audits: CountView
    pace: str
    machine: str
    severity: str


class AgreementRow(Struct, frozen=True, kw_only=True):
    """The agreement between first and second opinions on a metric."""

    name: str
    pairs: str
    agreement: str
    alpha: str


class AuditorsView(Struct, frozen=True, kw_only=True):
    """The page. ``swayed`` states how far the sight of the machine's answers moves people."""

    rows: tuple[AuditorRow, ...]
    metrics: tuple[AgreementRow, ...]
    chart: Markup | None
    swayed: str
    scores: str


def auditors_view(
    report: RaterReport, load: Load, names: Mapping[str, str], metrics: Mapping[str, str], leads: Leads
) -> AuditorsView:
    """Show the auditors by name."""
    reader = leads.reader
    raters = {each.auditor: each for each in report.raters}
    emails = sorted({*raters, *load.waiting}, key=lambda each: names.get(each, each).lower())
    return AuditorsView(
        rows=tuple(
            _row(each, names.get(each, each) or _("Nobody yet"), raters.get(each), load, leads) for each in emails
        ),
        metrics=tuple(
            AgreementRow(
                name=metrics.get(each.metric_id, each.metric_id),
                pairs=reader.number(each.pairs.n),
                agreement=_agreement(each.pairs, reader),
                alpha="\u2013" if each.alpha is None or each.pairs.n < FEW else reader.number(each.alpha, 2),
            )
            for each in report.double
        ),
        chart=_chart(report, names, reader),
        swayed=_swayed(report.anchoring.difference, reader),
        scores=_scores(report, reader),
    )


def _agreement(pairs: PairAgreement, reader: Reader) -> str:
    """Return how often two people agree: with its margin, or as a count where there are few pairs."""
    if pairs.raw is None or pairs.n >= FEW:
        return _share(pairs.raw, pairs.n, reader)
    return reader.rate(round(pairs.raw.value * pairs.n), pairs.n)


class DifferenceRow(Struct, frozen=True, kw_only=True):
    """One conversation on which an auditor and the machine differ, with the evidence of each."""

    metric: str
    own: str
    machine: str
    when: str
    reason: str
    comment: str
    href: str


class AuditorView(Struct, frozen=True, kw_only=True):
    """An auditor's own page. Figures of fewer than ten audits are a dash."""

    audits: CountView
    pace: str
    machine: str
    severity: str
    consistency: str
    few: str
    rows: tuple[DifferenceRow, ...]


def auditor_view(
    rater: Rater | None, differences: Sequence[tuple[str, Disagreement]], since: datetime, leads: Leads, base: str
) -> AuditorView:
    """Show an auditor their own figures. ``differences`` are pairs of a metric's name and a disagreement."""
    reader = leads.reader
    n = rater.audits if rater else 0
    again = rater.consistency if rater else None
    newest = sorted(differences, key=lambda each: each[1].started_at, reverse=True)
    return AuditorView(
        audits=leads.number(n, task="submitted", ended=since.isoformat()),
        pace=_pace(rater, reader),
        machine=_share(rater.machine if rater else None, n, reader),
        severity=_severity(rater, reader),
        consistency=_share(again.raw, again.n, reader) if again else "\u2013",
        few=_("Figures appear from {n} audits on.").format(n=reader.number(FEW)) if n < FEW else "",
        rows=tuple(
            DifferenceRow(
                metric=metric,
                own=word_of(each.answer),
                machine=word_of(each.machine),
                when=reader.lately(each.started_at),
                reason=each.reason,
                comment=each.comment,
                href=f"{base}/conversations/{each.conversation_id}",
            )
            for metric, each in newest
        ),
    )


def _row(email: str, name: str, rater: Rater | None, load: Load, leads: Leads) -> AuditorRow:
    reader, late = leads.reader, load.late[email]
    own = leads._replace(query={"auditor": (email or NOBODY,)})
    is_enough = rater is not None and rater.audits >= FEW
    machine = rater.machine if rater and is_enough else None
    return AuditorRow(
        name=name,
        waiting=own.number(load.waiting[email], task="open"),
        late=CountView(shown=_("{n} late").format(n=reader.number(late)), href=own.to(task="late")) if late else None,
        audits=own.number(rater.audits if rater else 0, task="submitted", ended=load.since.isoformat()),
        pace=_pace(rater, reader),
        machine=_share(machine, rater.audits if rater else 0, reader),
        severity=_severity(rater, reader),
    )


def _chart(report: RaterReport, names: Mapping[str, str], reader: Reader) -> Markup | None:
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


def _pace(rater: Rater | None, reader: Reader) -> str:
    if rater is None or rater.pace is None or rater.pace.n < FEW:
        return "\u2013"
    seconds = rater.pace.median.value
    return f"{reader.number(seconds / 60, 1)} min" if seconds >= _MINUTE_S else f"{reader.number(seconds)} s"


def _severity(rater: Rater | None, reader: Reader) -> str:
    """Return an auditor's strictness against colleagues on the same conversations, or that chance explains it."""
    if rater is None or rater.severity is None or rater.severity.shared < FEW:
        return _("Too few shared")
    figure = rater.severity.figure
    if figure.low <= 0 <= figure.high:
        return _("Like the others")
    points = reader.number(abs(figure.value), 1)
    text = _("{points} points stricter") if figure.value > 0 else _("{points} points milder")
    return text.format(points=points)


def _share(figure: Figure | None, n: int, reader: Reader) -> str:
    if figure is None or n < FEW:
        return "\u2013"
    return f"{reader.share(figure.value)} {reader.interval(figure)}"


def _swayed(found: Figure | None, reader: Reader) -> str:
    if found is None:
        return _("A plan that hides the machine's answers in half of its items shows how far they sway people.")
    points = reader.number(found.value * 100, 1)
    if found.low <= 0 <= found.high:
        text = _("Seeing the machine's answers moves people by {points} points: could still be chance.")
    else:
        text = _("Seeing the machine's answers moves people {points} points towards them.")
    return text.format(points=points)


def _scores(report: RaterReport, reader: Reader) -> str:
    limits = report.scores
    if limits is None or limits.n < FEW:
        return ""
    text = _(
        "Two people give the same conversation scores that differ by {low} to {high} points in nineteen of twenty cases."
    )
    return text.format(low=reader.number(limits.low, 1), high=reader.number(limits.high, 1))
