"""Uses of a form: plans that draw by it, scorecards with its questions, schedules that send it, its examples."""

from collections.abc import Iterator

from auscult.domain.form import Form
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.definitions.forms.editor_view import UseRow
from auscult.server.console.form_examples.examples import examples_of
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.schedules.reports import EXPORT
from auscult.services.definitions.scorecards import scorecards

_MOST_PLANS = 1_000
_SHOWN = 3


def uses_of(visit: Visit, form_id: str, form: Form | None) -> tuple[UseRow, ...]:
    """Return what names a form or its questions, as far as the visitor may see it. ``form`` is the version in force."""
    return (
        *_plans(visit, form_id),
        *(_scorecards(visit, form) if form else ()),
        *_schedules(visit, form_id),
        *_examples(visit, form_id),
    )


def _plans(visit: Visit, form_id: str) -> Iterator[UseRow]:
    if not visit.principal.may_everywhere("plan.read"):
        return
    for plan in visit.app.plans.listing(limit=_MOST_PLANS):
        if plan.document.form_id == form_id:
            yield UseRow(
                name=plan.document.name,
                href=f"{BASE}/plans/{plan.plan_id}",
                what=_("Plan: audits are drawn and answered by it"),
            )


def _scorecards(visit: Visit, form: Form) -> Iterator[UseRow]:
    if not visit.may("form.read"):
        return
    names = {metric.id: metric.name for metric in form.metrics}
    for card in scorecards(visit.app):
        read = [names[each.metric] for of in card.attributes for each in of.metrics if each.metric in names]
        if read:
            shown, more = ", ".join(read[:_SHOWN]), len(read) - _SHOWN
            text = ngettext("Scorecard: reads {names} and {n} more", "Scorecard: reads {names} and {n} more", more)
            what = text if more > 0 else _("Scorecard: reads {names}")
            yield UseRow(name=card.name, href=f"{BASE}/scorecards/{card.id}", what=what.format(names=shown, n=more))


def _schedules(visit: Visit, form_id: str) -> Iterator[UseRow]:
    """Yield the visitor's own schedules; those of others are theirs."""
    if not visit.may(EXPORT):
        return
    for each in visit.app.schedules.listing(visit.visitor.email):
        is_of_all = each.kind == "form_summary" and not each.form_id
        if each.form_id == form_id or is_of_all:
            what = _("Report: of every form") if is_of_all else _("Report: of this form")
            yield UseRow(
                name=each.name,
                href=f"{BASE}/schedules",
                what=_("Alert: watches one of its questions") if each.kind == "limits" else what,
            )


def _examples(visit: Visit, form_id: str) -> Iterator[UseRow]:
    n = len(examples_of(visit).of(form_id))
    if n:
        text = ngettext("{n} example is tried at each change", "{n} examples are tried at each change", n)
        yield UseRow(name=_("Examples"), href="#part-try", what=text.format(n=n))
