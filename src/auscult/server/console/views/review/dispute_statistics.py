"""Figures of disputes: how often a decision changes an answer, by metric, auditor and queue, and how long it takes."""

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.disputes.statistics import Counted, DisputeFigures, DisputeStatistics
from auscult.server.console.language import gettext as _
from auscult.server.console.language import ngettext
from auscult.server.console.reader import FEW, Reader
from auscult.server.console.views.counts import CountView, sentence
from auscult.server.console.views.filters import address

NONE = "-"
"""Value of a parameter for an empty key."""


class FigureRow(Struct, frozen=True, kw_only=True):
    """One line of the figures."""

    name: str
    raised: CountView
    decided: CountView
    changed: Markup
    interval: str
    time: str
    is_flagged: bool


class StatisticsView(Struct, frozen=True, kw_only=True):
    """The page of figures, by metric, auditor and queue."""

    sentence: str | Markup
    tables: tuple[tuple[str, tuple[FigureRow, ...]], ...]


def statistics_view(found: DisputeStatistics, names: Mapping[str, str], reader: Reader, path: str) -> StatisticsView:
    """Show the figures of disputes, in words first. ``names``: of metrics, people and queues, by id."""
    total, every = found.all, _Numbers(reader, path)
    if not total.raised:
        said: str | Markup = _("Nothing was disputed in the last 90 days.")
    else:
        counted = ngettext(
            "Of one decided dispute, {changed} changed the answer.",
            "Of {n} decided disputes, {changed} changed the answer.",
            total.decided,
        )
        said = sentence(
            counted, n=every.show("decided", total.decided), changed=every.show("changed", total.overturned)
        )
        if total.hours is not None:
            within = _("Half of them were decided within an hour.")
            if total.hours >= 1:
                within = _("Half of them took {time} or less.").format(time=hours_in_words(total.hours, reader))
            said = Markup("{} {}").format(said, within)
    groups = (
        (_("By metric"), "metric", found.metrics),
        (_("By auditor"), "auditor", found.auditors),
        (_("By queue"), "queue", found.queues),
    )
    known = {"": _("No queue"), **names}
    return StatisticsView(
        sentence=said,
        tables=tuple(
            (title, tuple(_figure(each, known, every._replace(kind=kind, key=each.key)) for each in some))
            for title, kind, some in groups
        ),
    )


class _Numbers(NamedTuple):
    """Numbers of disputes that open them: of all, or of those with a key of a kind."""

    reader: Reader
    path: str
    kind: str = ""
    key: str = ""

    def show(self, counted: Counted, n: int) -> CountView:
        """Show a number."""
        more = {self.kind: self.key or NONE} if self.kind else {}
        return CountView(shown=self.reader.number(n), href=address(self.path, {}, count=counted, **more) if n else "")


def counted_sentence(counted: Counted, n: int, name: str, reader: Reader) -> str:
    """Return the sentence on which disputes a list shows."""
    said = {
        "raised": ngettext("{n} dispute raised in the last 90 days", "{n} disputes raised in the last 90 days", n),
        "decided": ngettext("{n} dispute decided, of the last 90 days", "{n} disputes decided, of the last 90 days", n),
        "changed": ngettext(
            "{n} dispute that changed the answer, of the last 90 days",
            "{n} disputes that changed the answer, of the last 90 days",
            n,
        ),
    }[counted].format(n=reader.number(n))
    return f"{said}: {name}." if name else f"{said}."


def _figure(found: DisputeFigures, names: Mapping[str, str], numbers: _Numbers) -> FigureRow:
    reader = numbers.reader
    overturned, decided = numbers.show("changed", found.overturned), numbers.show("decided", found.decided)
    if not found.decided:
        changed = Markup("\u2013")
    elif found.decided < FEW:
        changed = sentence(_("{n} of {whole}"), n=overturned, whole=decided)
    else:
        changed = Markup("{}").format(
            CountView(shown=reader.rate(found.overturned, found.decided), href=overturned.href)
        )
    rate = found.rate if found.decided >= FEW else None
    return FigureRow(
        name=names.get(found.key, found.key),
        raised=numbers.show("raised", found.raised),
        decided=decided,
        changed=changed,
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
