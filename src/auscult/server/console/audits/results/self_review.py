"""Self-review: an agent judges their own conversation first, and then sees the answers of machine and auditor."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from litestar import Controller, Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from auscult.domain.audits.assignment import Assigned
from auscult.domain.audits.audit import AuditResult, state_of
from auscult.domain.errors import AccessError, NotFoundError
from auscult.domain.form import Metric
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.audits.desk import ItemPage
from auscult.server.console.frame.naming import customer_words
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.services.audits.blind import kept_from, kept_from_agents, unreleased_to
from auscult.services.audits.desk import Desk

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


PERMISSION = "audit.review_own"
HOME = f"{BASE}/my-results"
Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyVisit = TheVisit


class SelfReviewPage(ItemPage):
    """The desk on which an agent judges a conversation of their own; afterwards the answers side by side."""

    path = "/my-results/reviews/{conversation_id:str}"
    permission = PERMISSION
    title = later("Review yourself")
    here = "My results"
    at = f"{HOME}/reviews"
    back = HOME
    is_self = True

    def _closed(self, visit: Visit, case: EvaluatedConversation, mine: Assigned | None) -> Response[str]:
        if mine is None or mine.audit is None or mine.audit.result is None:
            raise missing("review", case.conversation.id)
        settings = kept_from_agents(visit.app, visit.principal.visibility("conversation.read"))
        is_released = case.conversation.id not in unreleased_to(visit.app, visit.principal.agent_ids)
        kept = kept_from(settings, state_of(case.audit if is_released else None))
        own = mine.audit.result
        compared = Compared(
            answers_of(own),
            {} if "machine" in kept else machine_answers(case),
            answers_of(case.audit.result if case.audit and is_released else None),
        )
        metrics = case.evaluation.form.metrics if case.evaluation.form else ()
        return visit.page(
            "audits/self_review",
            self.here,
            case=case,
            words=words_of(case),
            metrics=metrics,
            compared=compared,
            differ=sum(compared.differs(each) for each in metrics),
            comments={each.metric_id: each.comment for each in own.sheet.answers},
        )

    def _next(self, visit: Visit, conversation_id: str, done: str, assignment_id: str = "") -> Redirect:
        del visit, done, assignment_id
        return Redirect(f"{self.at}/{conversation_id}", status_code=303)


class BeginSelfReview(Controller):
    """The start of self-reviews."""

    path = "/my-results/reviews"

    @post(sync_to_thread=True)
    def begin(self, data: Fields, visit: AnyVisit) -> Redirect:
        """Start the review of one of the visitor's conversations, or continue it."""
        conversation_id = data.get("conversation_id", "")
        desk = Desk(visit.app_for(PERMISSION), visit.reports, lambda: visit.now)
        try:
            desk.review_oneself(conversation_id, visit.visitor.email, visit.principal.agent_ids)
        except (AccessError, NotFoundError) as error:
            raise missing("conversation", conversation_id) from error
        return Redirect(f"{HOME}/reviews/{conversation_id}", status_code=303)


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
