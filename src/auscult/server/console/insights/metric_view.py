"""The trust page of a metric: an answer, three intervals on one axis, the gain of more audits, and quotes to read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.evaluation import Qualification
from auscult.domain.form import Form, Metric
from auscult.domain.statistics.intervals import Figure, wilson_figure
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.charts.curve import precision
from auscult.server.console.frame.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.frame.charts.strip import Kind
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.naming import agents_of, within_sentence
from auscult.server.console.frame.reader import FEW, Reader, clock
from auscult.server.console.frame.transcript import Marks, Piece, TurnView, turn_views
from auscult.server.console.frame.verdicts import question_of
from auscult.services.insights.drivers import FigureChange
from auscult.services.insights.sentences import against_weeks_before
from auscult.services.insights.trust import Differing, Trust

_KINDS: dict[Qualification, Kind] = {"YES": "yes", "NO": "no", "NA": "na", "-": "unsure"}
_FOR_AGENTS, _FOR_QUEUES = 0.03, 0.06
_TURNS_AROUND = 2


class QuoteView(Struct, frozen=True, kw_only=True):
    """One quoted turn of a conversation to read."""

    side: str
    pieces: tuple[Piece, ...]


class DifferingView(Struct, frozen=True, kw_only=True):
    """One conversation on which machine and auditor differ."""

    quotes: tuple[QuoteView, ...]
    machine: Kind
    person: Kind
    comment: str
    auditor: str
    href: str
    name: str


class CellView(Struct, frozen=True, kw_only=True):
    """One row of the four-field table: audits by the person's answer, and all conversations."""

    name: str
    yes: CountView
    no: CountView
    other: CountView
    whole: CountView


class MetricView(Struct, frozen=True, kw_only=True):
    """The page."""

    name: str
    form: str
    question: str
    answer: tuple[tuple[str | Markup, bool], ...]
    lately: str
    period: str
    chart: Markup
    note: str
    curve: Markup
    curve_note: str
    cells: tuple[CellView, ...]
    facts: tuple[tuple[str, str | Markup], ...]
    parts: Markup
    differing: tuple[DifferingView, ...]
    audits: Markup
    missed_href: str


def metric_view(  # noqa: PLR0913, PLR0917  (all that the page shows)
    about: tuple[Form, Metric],
    found: Trust,
    span: tuple[datetime, datetime],
    people: Mapping[str, str],
    change: FigureChange,
    to_list: Leads,
    base: str,
) -> MetricView:
    """Show how reliable a metric of a form is. ``people``: names by e-mail address; ``change`` that of lately."""
    (form, metric), reader = about, to_list.reader
    leads = _Leads(to_list, metric.id, span)
    return MetricView(
        name=metric.name,
        form=form.name,
        question=question_of(metric),
        answer=tuple(_answer(metric, found, leads)),
        lately=against_weeks_before(change, reader.queues.label) if change.samples[1].n else "",
        period=_("{first} to {last}").format(first=reader.day(span[0], year=False), last=reader.last_day(span[1])),
        chart=_chart(found, leads),
        note=_note(found),
        curve=_curve(found, reader),
        curve_note=_curve_note(found, reader),
        cells=_cells(found, leads),
        facts=tuple(_facts(found, leads)),
        parts=_parts(found, leads),
        differing=tuple(_differing(each, people, base) for each in found.differing),
        audits=_audited(found, leads),
        missed_href=leads.list.to(span, missed=metric.id),
    )


class _Leads(NamedTuple):
    """The addresses of what a metric's numbers count in a period."""

    list: Leads
    metric_id: str
    span: tuple[datetime, datetime]

    def of(self, n: int, **more: str | Sequence[str]) -> CountView:
        """Show a number of conversations."""
        return self.list.number(n, self.span, **more)

    def audits(self, n: int, **more: str | Sequence[str]) -> CountView:
        """Show a number of audits that answered the metric."""
        return self.of(n, checked=self.metric_id, **more)


def _audited(found: Trust, leads: _Leads) -> Markup:
    said = ngettext("{n} conversation audited.", "{n} conversations audited.", found.audits)
    return sentence(said, n=leads.audits(found.audits))


def _answer(metric: Metric, found: Trust, leads: _Leads) -> list[tuple[str | Markup, bool]]:
    """Return the answer in a sentence, in pieces of which each is strong or not."""
    name, reader = within_sentence(metric.name), leads.list.reader
    if not found.machine.n:
        return [(_("Nothing in this period had an occasion for {metric}.").format(metric=name), False)]
    said = _pieces(
        _("The machine says *{share}* meet {metric}, of {n} conversations."),
        share=CountView(
            shown=reader.share(found.machine.met / found.machine.n, 1),
            href=leads.of(found.machine.met, met=metric.id).href,
        ),
        metric=name,
        n=leads.of(found.machine.n, asked=metric.id),
    )
    return [*said, (" ", False), *_trusted(found, leads)]


def _trusted(found: Trust, leads: _Leads) -> Iterator[tuple[str | Markup, bool]]:
    """Yield the pieces of the sentences on how reliable the machine's share is, each strong or not."""
    if found.estimate is None:
        yield _("Nobody has checked it yet: audit a few to know how far to trust it."), True
        return
    checked = ngettext("People checked one of these.", "People checked {n} of these.", found.used)
    reader = leads.list.reader
    yield sentence(checked + " ", n=leads.audits(found.used, machine=("YES", "NO"))), False
    half = (found.estimate.high - found.estimate.low) / 2
    if half <= _FOR_AGENTS:
        said = _("The best estimate is *{share}*: good enough to compare queues, and agents with many conversations.")
    elif half <= _FOR_QUEUES:
        said = _("The best estimate is *{share}*: good enough to compare queues, *not to judge one agent.*")
    else:
        said = _("The best estimate is *{share}*: *too few audits to compare anything yet.*")
    share = f"{reader.share(found.estimate.value, 1)} {reader.interval(found.estimate)}"
    yield from _pieces(said, share=share)


def _pieces(text: str, **values: object) -> Iterator[tuple[Markup, bool]]:
    """Split a text at its asterisks, between which it is strong, and insert the values into its pieces."""
    for number, piece in enumerate(text.split("*")):
        if piece:
            yield sentence(piece, **values), number % 2 == 1


def _chart(found: Trust, leads: _Leads) -> Markup:
    if not found.machine.n:
        return Markup("")
    reader = leads.list.reader
    share = 100 * found.machine.met / found.machine.n
    whole = _("{share}, {n} conversations").format(share=reader.number(share, 1), n=reader.number(found.machine.n))
    rows = [
        IntervalRow(
            name=_("Machine, on all"),
            value=share,
            low=share,
            high=share,
            end=whole,
            href=leads.of(found.machine.n, asked=leads.metric_id).href,
            is_strong=True,
            is_hollow=True,
        )
    ]
    for name, figure, kind in ((_("People alone"), found.people, ""), (_("Both together"), found.estimate, "acc")):
        if figure is not None:
            half = reader.interval(figure)
            end = (
                _("{share}, {interval}").format(
                    share=reader.number(figure.value * 100, 1), interval=reader.ends(figure.low, figure.high, 1)
                )
                if kind
                else _("{margin}, {n} audits").format(margin=half, n=reader.number(found.used))
            )
            rows.append(_row(name, figure, end, kind))
    return intervals(rows, Axis(label=_("Machine, people alone, and both together"), unit="%"), end_width=230)


def _row(  # noqa: PLR0913  (all that a row shows)
    name: str, figure: Figure, end: str, kind: str, *, strong: bool = True, href: str = ""
) -> IntervalRow:
    return IntervalRow(
        name=name,
        href=href,
        value=figure.value * 100,
        low=figure.low * 100,
        high=figure.high * 100,
        end=end,
        kind=kind,
        is_strong=strong,
    )


def _note(found: Trust) -> str:
    if found.estimate is None:
        return _("An estimate appears here once a conversation is audited.")
    return _(
        "Estimate: post-stratified by the machine's verdict, with Wilson intervals combined by MOVER. "
        "Audits count as drawn at random; those picked by hand may bias it."
    )


def _curve(found: Trust, reader: Reader) -> Markup:
    if not found.curve:
        return Markup("")
    now = min(found.curve, key=lambda each: abs(each[0] - found.used))
    more = next((each for each in found.curve if each[1] <= now[1] - 0.005), None)
    shown = ""
    if more:
        margin = reader.give(more[1] * 100)
        shown = _("{n} more bring {margin}").format(n=reader.number(more[0] - now[0]), margin=margin)
    return precision(found.curve, now, _("now {margin}").format(margin=reader.give(now[1] * 100)), more, shown)


def _curve_note(found: Trust, reader: Reader) -> str:
    said = _("From {n} audits on, the gain of more can be forecast.")
    return "" if found.curve else said.format(n=reader.number(FEW))


def _cells(found: Trust, leads: _Leads) -> tuple[CellView, ...]:
    empty = CountView(shown="")
    wholes: tuple[tuple[Qualification, str, CountView], ...] = (
        ("YES", _("Machine yes"), leads.of(found.machine.met, met=leads.metric_id)),
        ("NO", _("Machine no"), leads.of(found.machine.missed, missed=leads.metric_id)),
        ("NA", _("Machine N/A"), empty),
    )

    def cell(machine: Qualification, person: Qualification) -> CountView:
        return leads.audits(found.cells.get((machine, person), 0), machine=machine, person=person)

    return tuple(
        CellView(name=name, yes=cell(said, "YES"), no=cell(said, "NO"), other=cell(said, "NA"), whole=whole)
        for said, name, whole in wholes
    )


def _facts(found: Trust, leads: _Leads) -> list[tuple[str, str | Markup]]:
    facts: list[tuple[str, str | Markup]] = []
    reader = leads.list.reader
    if found.agreement:
        agreed = sum(n for (machine, person), n in found.cells.items() if machine == person)
        share = CountView(shown=reader.share(found.agreement.value, 1), href=leads.audits(agreed, agrees="yes").href)
        facts.append((_("Agree"), sentence("{share} {give}", share=share, give=reader.interval(found.agreement))))
    if found.kappa is not None:
        facts.append((_("Beyond chance (Cohen's kappa)"), reader.number(found.kappa, 2)))
    return facts


def _parts(found: Trust, leads: _Leads) -> Markup:
    if found.agreement is None:
        return Markup("")
    every = leads.audits(found.audits)
    rows = [_row(_("All"), found.agreement, every.shown, "acc", href=every.href)]
    for part in sorted(found.parts, key=lambda each: -each.n)[:6]:
        figure, audits = wilson_figure(part.agreed, part.n), leads.audits(part.n, queue=part.name)
        rows.append(
            _row(leads.list.reader.queues.labelled(part.name), figure, audits.shown, "", strong=False, href=audits.href)
        )
    return intervals(rows, Axis(label=_("Agreement by queue"), heading=_("audits"), unit="%"))


def _differing(each: Differing, people: Mapping[str, str], base: str) -> DifferingView:
    conversation = each.audited.conversation
    results = each.audited.evaluation.results if each.audited.evaluation else ()
    of_it = [result for result in results if result.metric.id == each.metric_id]
    marks = Marks(conversation, of_it)
    turns = turn_views(conversation, marks, None)
    at = next((n for n, turn in enumerate(turns) if turn.notes), _first_trouble(turns))
    shown = turns[max(at - 1, 0) : at + _TURNS_AROUND - (1 if at else 0) + 1][:_TURNS_AROUND]
    start = shown[0].start_ms if shown else None
    who = agents_of(conversation) or conversation.id
    return DifferingView(
        quotes=tuple(QuoteView(side=turn.side, pieces=turn.pieces) for turn in shown),
        machine=_KINDS[each.machine],
        person=_KINDS[each.person],
        comment=each.comment,
        auditor=people.get(each.audited.audit.auditor, each.audited.audit.auditor),
        href=f"{base}/conversations/{conversation.id}#v-{each.metric_id}",
        name=who if start is None else f"{who}, {clock(start)}",
    )


def _first_trouble(turns: Sequence[TurnView]) -> int:
    """Return the index to show where no turn is marked: after the customer's first words."""
    sides = [turn.side for turn in turns]
    return sides.index("customer") + 1 if "customer" in sides else 0
