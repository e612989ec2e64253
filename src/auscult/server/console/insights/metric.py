"""The trust page of a metric, and the list of metrics."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from litestar import Controller, Response, get
from litestar.params import FromPath
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.evaluation import Qualification
from auscult.domain.form import Form, Metric
from auscult.domain.scoring.list_fields import ListFields
from auscult.domain.statistics.intervals import Figure, wilson_figure
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.definitions.in_force import forms_in_force
from auscult.server.console.explanations import box_of_metric
from auscult.server.console.frame.charts.curve import precision
from auscult.server.console.frame.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.frame.charts.strip import Kind
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.naming import agents_of, within_sentence
from auscult.server.console.frame.reader import FEW, Reader, clock
from auscult.server.console.frame.transcript import Marks, Piece, TurnView, turn_views
from auscult.server.console.frame.verdicts import question_of
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.people.names import names_of_people
from auscult.services.audits.blind import blindness_of
from auscult.services.conversations.latest import Sought
from auscult.services.insights.drivers import OF_METRIC, FigureChange, figure_change, lately
from auscult.services.insights.quality import METRICS, NOTHING, by_period, of_people
from auscult.services.insights.sentences import against_weeks_before
from auscult.services.insights.trust import Differing, Trust, agreement_by_metric, trust

PERIOD = timedelta(days=90)
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


class MetricRow(Struct, frozen=True, kw_only=True):
    """One metric in the list, with the forms that ask it."""

    name: str
    href: str
    question: str
    forms: str
    applies: CountView
    met: Markup
    agree: Markup
    audits: CountView


class MetricPage(Controller):
    """The machine's results for a metric, and their agreement with auditors."""

    path = "/metrics"

    @get(opt=KEPT, sync_to_thread=True)
    def listing(self, visit: TheVisit) -> Response[str]:
        """List the metrics of the forms in force."""
        visit.require("insight.read")
        end = visit.reader.end_of_today
        span = end - PERIOD, end
        metrics: dict[str, Metric] = {}
        forms: dict[str, list[Form]] = {}
        for form in forms_in_force(visit.app):
            for metric in form.metrics:
                metrics.setdefault(metric.id, metric)
                forms.setdefault(metric.id, []).append(form)
        led = {each: _sought(visit, asking) for each, asking in forms.items()}
        periods = {each: by_period(visit.app, each, (span,), METRICS)[0] for each in set(led.values())}
        audited = set(led.values()) if visit.may("audit.read") else ()
        agreed = {each: agreement_by_metric(visit.app, *span, each)[1] for each in audited}

        def row(metric: Metric) -> MetricRow:
            leads, period = _leads(visit, led[metric.id]), periods[led[metric.id]]
            found = period.metrics.get(metric.id, NOTHING)
            part = agreed.get(led[metric.id], {}).get(metric.id)
            return MetricRow(
                name=metric.name,
                href=f"{BASE}/metrics/{metric.id}",
                question=question_of(metric),
                forms=_forms([form.name for form in forms[metric.id]]),
                applies=leads.number(found.n, span, asked=metric.id),
                met=leads.met_rate(found, metric.id, span, 1),
                agree=leads.agree_rate(part, metric.id, span),
                audits=leads.number(part.n if part else 0, span, checked=metric.id),
            )

        return visit.page("insights/metrics", "Metrics", rows=tuple(map(row, metrics.values())))

    @get("/{metric_id:str}", opt=KEPT, sync_to_thread=True)
    def show(self, metric_id: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show one metric over 90 days."""
        visit.require("insight.read")
        visit.require("audit.read")
        about = _find(visit, metric_id)
        asking = [form for form in forms_in_force(visit.app) if any(each.id == metric_id for each in form.metrics)]
        sought, end = _sought(visit, asking), visit.reader.end_of_today
        found = trust(visit.app, metric_id, end - PERIOD, end, sought=sought)
        blindness = blindness_of(visit.app, visit.visitor.email, visit.principal.agent_ids)
        differing = (each for each in found.differing if not blindness.get(each.audited.conversation.id))
        found = replace(found, differing=tuple(differing))
        change = visit.recent(figure_change, sought, lately(end), f"{OF_METRIC}{metric_id}")
        leads = _leads(visit, sought)
        return _page(visit, about, found, (end - PERIOD, end), change, leads)


def _sought(visit: Visit, forms: Sequence[Form]) -> Sought:
    """Return the conversations that count for a metric of these forms: AI agents and people have no common share."""
    if all(form.handled_by == "ai" for form in forms):
        return Sought(fields=ListFields(handled_by=("ai",)))
    return of_people(visit.app, Sought())


def _leads(visit: Visit, sought: Sought) -> Leads:
    led = sought.fields.handled_by
    return Leads(visit.reader, {"handled_by": led} if led else {}, f"{BASE}/conversations")


def _forms(names: list[str]) -> str:
    """Return the forms of a metric: the name of the first, and how many more."""
    more = len(names) - 1
    if not more:
        return names[0]
    return ngettext("{name} and {n} other form", "{name} and {n} other forms", more).format(name=names[0], n=more)


def _find(visit: Visit, metric_id: str) -> tuple[Form, Metric]:
    """Return a metric with the form in force that has it."""
    for form in forms_in_force(visit.app):
        for metric in form.metrics:
            if metric.id == metric_id:
                return form, metric
    raise missing("metric", metric_id)


def _page(  # noqa: PLR0913, PLR0917  (all that the page shows)
    visit: Visit,
    about: tuple[Form, Metric],
    found: Trust,
    span: tuple[datetime, datetime],
    change: FigureChange,
    to_list: Leads,
) -> Response[str]:
    """Show how reliable a metric of a form is. ``change`` is that of lately."""
    (form, metric), reader, people = about, visit.reader, names_of_people(visit)
    leads = _Leads(to_list, metric.id, span)
    return visit.page(
        "insights/metric",
        "Metrics",
        ask=box_of_metric(visit, metric),
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
        differing=tuple(_differing(each, people, BASE) for each in found.differing),
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
                else _("{margin}, {n} audits").format(margin=half, n=reader.number(found.answered))
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
