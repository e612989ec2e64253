"""Uses of a form: plans that draw by it, scorecards with its questions, schedules that send it, its examples."""

from collections.abc import Iterator

from auscult.domain.definitions.scorecard import Scorecard
from auscult.domain.form import Form
from auscult.domain.schedules.schedule import Schedule
from auscult.server.console.definitions.forms.editor_view import Uses
from auscult.server.console.form_examples.examples import examples_of
from auscult.server.console.frame.visit import Visit
from auscult.server.console.schedules.reports import EXPORT
from auscult.services.definitions.scorecards import scorecards

_MOST_PLANS = 1_000


def uses_of(visit: Visit, form_id: str, form: Form | None) -> Uses:
    """Return what names a form or its questions, as far as the visitor may see it. ``form`` is the version in force."""
    plans = visit.app.plans.listing(limit=_MOST_PLANS) if visit.principal.may_everywhere("plan.read") else ()
    return Uses(
        plans=tuple(plan for plan in plans if plan.document.form_id == form_id),
        cards=tuple(_scorecards(visit, form)) if form and visit.may("form.read") else (),
        schedules=tuple(_schedules(visit, form_id)) if visit.may(EXPORT) else (),
        examples=len(examples_of(visit).of(form_id)),
    )


def _scorecards(visit: Visit, form: Form) -> Iterator[tuple[Scorecard, list[str]]]:
    """Yield the scorecards that read questions of a form, with the names of these."""
    names = {metric.id: metric.name for metric in form.metrics}
    for card in scorecards(visit.app):
        read = [names[each.metric] for of in card.attributes for each in of.metrics if each.metric in names]
        if read:
            yield card, read


def _schedules(visit: Visit, form_id: str) -> Iterator[Schedule]:
    """Yield the visitor's own schedules; those of others are theirs."""
    for each in visit.app.schedules.listing(visit.visitor.email):
        if each.form_id == form_id or (each.kind == "form_summary" and not each.form_id):
            yield each
