"""Self-reviews: the agent's answers next to those of machine and auditor, and how far a review is."""

from collections.abc import Mapping
from typing import NamedTuple

from auscult.domain.audits.assignment import Assigned
from auscult.domain.audits.audit import AuditResult
from auscult.domain.form import Metric
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.server.console.frame.naming import customer_words
from auscult.server.console.frame.quoting import excerpt

_LONGEST = 90


class Compared(NamedTuple):
    """The answers to the metrics of a form by metric id: the agent's own, and those of machine and auditor, where shown."""

    own: Mapping[str, str]
    machine: Mapping[str, str]
    auditor: Mapping[str, str]

    def differs(self, metric: Metric) -> bool:
        """Return whether the machine or the auditor answers otherwise than the agent."""
        own = self.own.get(metric.id, "-")
        return any(found.get(metric.id, "-") not in {"-", own} for found in (self.machine, self.auditor))


def answers_of(found: AuditResult | None) -> dict[str, str]:
    """Return the answers of an audit by metric id; none without one."""
    return {each.metric_id: each.level or each.answer for each in found.sheet.answers} if found else {}


def machine_answers(case: EvaluatedConversation) -> dict[str, str]:
    """Return the machine's answers by metric id."""
    return {each.metric.id: each.verdict.level or each.verdict.qualification for each in case.evaluation.results}


def words_of(case: EvaluatedConversation) -> str:
    """Return what the customer says, in short."""
    return excerpt(customer_words(case.conversation), _LONGEST)


def review_state(found: Assigned) -> str:
    """Return how far a review is, in words."""
    return _("Reviewed") if found.assignment.state == "submitted" else _("Begun")
