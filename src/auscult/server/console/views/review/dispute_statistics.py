"""Figures of disputes: how often a decision changes an answer, by metric, auditor and queue, and how long it takes."""

from collections.abc import Mapping

from msgspec import Struct

from auscult.domain.disputes.statistics import DisputeFigures, DisputeStatistics
from auscult.server.console.language import gettext as _
from auscult.server.console.language import ngettext
from auscult.server.console.reader import FEW, Reader


class FigureRow(Struct, frozen=True, kw_only=True):
    """One line of the figures."""

    name: str
    raised: str
    decided: str
    changed: str
    interval: str
    time: str
    is_flagged: bool


class StatisticsView(Struct, frozen=True, kw_only=True):
    """The page of figures, by metric, auditor and queue."""

    sentence: str
    tables: tuple[tuple[str, tuple[FigureRow, ...]], ...]


def statistics_view(found: DisputeStatistics, names: Mapping[str, str], reader: Reader) -> StatisticsView:
    """Show the figures of disputes, in words first. ``names``: of metrics, people and queues, by id."""
    total = found.all
    if not total.raised:
        sentence = _("Nothing was disputed in the last 90 days.")
    else:
        sentence = ngettext(
            "Of one decided dispute, {changed} changed the answer.",
            "Of {n} decided disputes, {changed} changed the answer.",
            total.decided,
        ).format(n=total.decided, changed=total.overturned)
        if total.hours is not None:
            within = _("Half of them were decided within an hour.")
            if total.hours >= 1:
                within = _("Half of them took {time} or less.").format(time=hours_in_words(total.hours, reader))
            sentence = f"{sentence} {within}"
    groups = ((_("By metric"), found.metrics), (_("By auditor"), found.auditors), (_("By queue"), found.queues))
    known = {"": _("No queue"), **names}
    return StatisticsView(
        sentence=sentence,
        tables=tuple((title, tuple(_figure(each, known, reader) for each in some)) for title, some in groups),
    )


def _figure(found: DisputeFigures, names: Mapping[str, str], reader: Reader) -> FigureRow:
    rate = found.rate if found.decided >= FEW else None
    return FigureRow(
        name=names.get(found.key, found.key),
        raised=reader.number(found.raised),
        decided=reader.number(found.decided),
        changed=reader.rate(found.overturned, found.decided),
        interval=_("{low} to {high}").format(low=reader.share(rate.low), high=reader.share(rate.high))
        if rate
        else "\u2013",
        time="\u2013" if found.hours is None else hours_in_words(found.hours, reader),
        is_flagged=found.is_flagged,
    )


def hours_in_words(hours: float, reader: Reader) -> str:
    """Return a time to decide: ``under an hour``, ``5 h``, ``2 d 3 h``."""
    days, rest = divmod(round(hours), 24)
    if hours < 1:
        return _("under an hour")
    text = _("{days} d {hours} h") if days else _("{hours} h")
    return text.format(days=reader.number(days), hours=rest)
