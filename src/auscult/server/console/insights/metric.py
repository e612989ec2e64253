"""The trust page of a metric, and the list of metrics."""

from collections.abc import Sequence
from datetime import timedelta

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.form import Form, Metric
from auscult.domain.scoring.list_fields import ListFields
from auscult.language import ngettext
from auscult.server.console.definitions.in_force import forms_in_force
from auscult.server.console.explanations import box_of_metric
from auscult.server.console.frame.counts import CountView, Leads
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.verdicts import question_of
from auscult.server.console.frame.visit import BASE, Visit, missing
from auscult.server.console.insights.metric_view import metric_view
from auscult.server.console.people.names import names_of_people
from auscult.services.audits.blind import blindness_of
from auscult.services.conversations.latest import Sought
from auscult.services.insights.drivers import OF_METRIC, figure_change, lately
from auscult.services.insights.quality import METRICS, NOTHING, by_period, of_people
from auscult.services.insights.trust import agreement_by_metric, trust

PERIOD = timedelta(days=90)


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


class MetricsView(Struct, frozen=True, kw_only=True):
    """The list of metrics, each once: its figures are those of all forms that ask it."""

    rows: tuple[MetricRow, ...]


class MetricPage(Controller):
    """The machine's results for a metric, and their agreement with auditors."""

    path = "/metrics"

    @get(opt=KEPT, sync_to_thread=True)
    def listing(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """List the metrics of the forms in force."""
        visit.require("insight.read")
        end = visit.reader.end_of_today
        _audits, agreed = agreement_by_metric(visit.app, end - PERIOD, end) if visit.may("audit.read") else (0, {})
        span = end - PERIOD, end
        metrics: dict[str, Metric] = {}
        forms: dict[str, list[Form]] = {}
        for form in forms_in_force(visit.app):
            for metric in form.metrics:
                metrics.setdefault(metric.id, metric)
                forms.setdefault(metric.id, []).append(form)
        led = {each: _sought(visit, asking) for each, asking in forms.items()}
        periods = {each: by_period(visit.app, each, (span,), METRICS)[0] for each in set(led.values())}

        def row(metric: Metric) -> MetricRow:
            leads, period = _leads(visit, led[metric.id]), periods[led[metric.id]]
            found = period.metrics.get(metric.id, NOTHING)
            part = agreed.get(metric.id)
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

        return visit.page("insights/metrics", "Metrics", MetricsView(rows=tuple(map(row, metrics.values()))))

    @get("/{metric_id:str}", opt=KEPT, sync_to_thread=True)
    def show(self, metric_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
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
        change = figure_change(visit.app, sought, lately(end), f"{OF_METRIC}{metric_id}")
        leads = _leads(visit, sought)
        view = metric_view(about, found, (end - PERIOD, end), names_of_people(visit), change, leads, BASE)
        return visit.page("insights/metric", "Metrics", view, ask=box_of_metric(visit, about[1]))


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
