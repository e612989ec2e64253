"""Evaluations that people made elsewhere, taken in as audits: assigned to who made them, and submitted."""

from collections.abc import Callable
from typing import NamedTuple, cast

from auscult.domain.audits.audit import Audit, AuditAnswer
from auscult.domain.connectors.contract import FoundAudit, Refused
from auscult.domain.conversation import derive_id
from auscult.domain.errors import AuscultError, ConflictError, NotFoundError, coded
from auscult.domain.evaluation import Qualification
from auscult.services.audits.workflow import Auditing
from auscult.services.scoring.render import Reports
from auscult.storage.store import AppStore

_PLAIN = frozenset({"YES", "NO", "NA"})
_LATER = frozenset({"conversation.unknown", "audit.no_form", "audit.moved"})


class AuditImport(NamedTuple):
    """Outcome of one evaluation. ``refused`` is None where it is an audit now; ``is_later``: it may be one later."""

    refused: Refused | None
    is_later: bool = False


SubmitAudit = Callable[[FoundAudit], AuditImport]


def counted_only(audit: FoundAudit) -> AuditImport:
    """Count an evaluation, and store nothing: for dry runs."""
    del audit
    return AuditImport(None)


class Evaluations:
    """Store of the evaluations of one connector. The same one again changes nothing."""

    def __init__(self, app: AppStore, reports: Reports, connector: str) -> None:
        """Work on an app; ``reports`` are rendered again where an audit changes."""
        self._app = app
        self._reports = reports
        self._by = f"connector {connector}"

    def submit(self, audit: FoundAudit) -> AuditImport:
        """Submit an evaluation as the audit of its conversation; return the outcome.

        It is refused for now while its conversation is missing or has no form, and finally where another audit of
        that conversation is in progress or submitted, or an answer does not fit the form.
        """
        try:
            self._submit(audit)
        except AuscultError as error:
            return AuditImport(Refused(error.message, f"evaluation {audit.audit_id}"), error.reason in _LATER)
        return AuditImport(None)

    def _submit(self, audit: FoundAudit) -> None:
        conversation_id = derive_id(self._app.tenant.app_id, audit.conversation_id)
        auditing = Auditing(self._app, self._reports, lambda: audit.submitted_at)
        try:
            there = auditing.show(conversation_id).case.audit
        except NotFoundError as error:
            message = coded(
                "conversation {conversation_id} is not here, or not evaluated yet; the next run tries again",
                conversation_id=audit.conversation_id,
            )
            raise NotFoundError(message, code="conversation.unknown") from error
        if there is None or there.is_declined:
            auditing.assign(conversation_id, audit.auditor, by=self._by)
        elif there.result is None:
            _check_own(there, audit)
        answers = [_answer(name, value, audit.comments.get(name, "")) for name, value in audit.answers.items()]
        auditing.submit(conversation_id, answers, by=self._by)


def _check_own(there: Audit, audit: FoundAudit) -> None:
    """Refuse to end an audit of another auditor; one of the evaluator was begun by a run that was killed."""
    if there.auditor != audit.auditor or there.draft.answers:
        raise ConflictError(
            "conversation {conversation_id} is assigned to {value}, whose audit counts",
            conversation_id=audit.conversation_id,
            code="audit.not_yours",
            field="auditor",
            value=there.auditor,
        )


def _answer(metric_id: str, value: str | float, comment: str) -> AuditAnswer:
    """Return an answer: YES, NO and NA as they are, others as the level of a graded metric."""
    word = value if isinstance(value, str) else f"{value:g}"
    if word in _PLAIN:
        return AuditAnswer(metric_id=metric_id, answer=cast("Qualification", word), comment=comment)
    return AuditAnswer(metric_id=metric_id, answer="YES", level=word, comment=comment)  # the level decides
