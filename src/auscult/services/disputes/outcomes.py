"""Outcomes of disputes in the language of their reader: on the page of notices, and in e-mails."""

from collections.abc import Iterable, Mapping

from auscult.domain.disputes.dispute import Dispute
from auscult.domain.notices import Notice
from auscult.language import gettext as _
from auscult.language import later
from auscult.services.definitions.forms.cache import read_kept
from auscult.storage.store import AppStore

ANSWERS: Mapping[str, str] = {"YES": later("Yes"), "NO": later("No"), "NA": later("N/A"), "-": later("No answer")}
"""The words of an answer that a person gave, or did not give."""


def outcome_of(found: Dispute, metric: str) -> str:
    """Return how a dispute about a metric ended: ``Greeting: changed to Yes``."""
    state = {
        "accepted": _("changed to {answer}").format(answer=word_of(found.decided_answer)),
        "denied": _("stays {answer}").format(answer=word_of(found.answer)),
        "withdrawn": _("the dispute was withdrawn"),
        "reopened": _("the auditor changed the answer"),
    }.get(found.state, _("the dispute has ended"))
    return _("{metric}: {outcome}.").format(metric=metric, outcome=state)


def outcomes(app: AppStore, notices: Iterable[Notice]) -> Mapping[str, str]:
    """Return how disputes ended, by the ids of the notices about it. It has no words of people."""
    ended = {each.notice_id: app.disputes.dispute(each.subject) for each in notices if each.kind == "decided"}
    found = {notice_id: dispute for notice_id, dispute in ended.items() if dispute and not dispute.is_open}
    if not found:
        return {}
    forms = [read_kept(each.document, each.version) for each in app.forms.in_force()]
    names = {metric.id: metric.name for form in forms for metric in form.metrics}
    return {key: outcome_of(each, names.get(each.metric_id, each.metric_id)) for key, each in found.items()}


def word_of(answer: str | None) -> str:
    """Return a person's answer in words; a level is its own."""
    given = answer or "-"
    return _(ANSWERS[given]) if given in ANSWERS else given
