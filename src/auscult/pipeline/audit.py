"""What is done with audits: assign, draft, submit; each step written together with the rows that show it.

Every step may be done twice: what is so already is left as it is.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audit import (
    Audit,
    AuditAnswer,
    AuditChange,
    AuditMovedError,
    AuditState,
    Sheet,
    TrailEntry,
    assign,
    draft,
    machine_answers,
    submit,
)
from auscult.domain.errors import NotFoundError
from auscult.pipeline.ports import AppStore, Recorded
from auscult.pipeline.record import Reports, render

SYSTEM = "system"
"""Who did it, where nobody says so."""

_MOST_TRIES = 10


class AuditView(Struct, frozen=True, kw_only=True):
    """All there is to see of one conversation's audit: the case with its evaluation and audit, and the trail."""

    case: Recorded
    trail: tuple[TrailEntry, ...]


class Auditing:
    """The audits of one app. Cheap to make; threads may share one."""

    def __init__(self, app: AppStore, reports: Reports, now: Callable[[], datetime]) -> None:
        """Work on ``app``; ``reports`` are rendered anew when an audit changes; ``now`` gives aware UTC time."""
        self._app = app
        self._reports = reports
        self._now = now

    def assign(self, conversation_id: str, auditor: str, *, by: str = SYSTEM) -> Audit:
        """Give a conversation to an auditor (their name, as reports will show it), or to another one.

        Raises ``NotFoundError`` ``conversation.unknown`` (also while it waits to be evaluated for the first time);
        ``ConflictError`` ``audit.no_form``, ``audit.finished``; ``RequestError`` ``auditor.invalid``.
        """
        return self._step(conversation_id, lambda case: assign(case.audit, case.evaluation, auditor, by, self._now()))

    def draft(
        self, conversation_id: str, answers: Sequence[AuditAnswer] = (), *, comment: str = "", as_machine: bool = False
    ) -> Audit:
        """Keep answers for later; the later one of a metric counts, and "-" takes one back. Changes no report.

        ``as_machine`` takes the machine's answers for metrics that have none yet.
        Raises as ``assign`` does, and ``ConflictError`` ``audit.not_assigned``; ``RequestError`` ``metric.unknown``,
        ``comment.too_long``.
        """
        return self._step(
            conversation_id,
            lambda case: draft(case.audit, case.evaluation, _sheet(case, answers, comment, as_machine=as_machine)),
        )

    def submit(
        self,
        conversation_id: str,
        answers: Sequence[AuditAnswer] = (),
        *,
        comment: str = "",
        as_machine: bool = False,
        by: str | None = None,
    ) -> Audit:
        """End an audit with what was drafted and these answers; ``by`` is the auditor unless somebody else is named.

        Raises as ``draft`` does, and ``RequestError`` ``audit.incomplete`` whose ``value`` lists the unanswered metrics.
        """
        return self._step(
            conversation_id,
            lambda case: submit(
                case.audit,
                case.evaluation,
                _sheet(case, answers, comment, as_machine=as_machine),
                by or (case.audit.auditor if case.audit else SYSTEM),
                self._now(),
            ),
        )

    def show(self, conversation_id: str) -> AuditView:
        """One conversation's audit and its trail. Raises ``NotFoundError`` ``conversation.unknown``."""
        case = self._case(conversation_id)
        return AuditView(case=case, trail=tuple(self._app.audits.trail(conversation_id)))

    def listing(
        self, *, state: AuditState | None = None, auditor: str | None = None, after_id: str = "", limit: int = 100
    ) -> list[Audit]:
        """Audits by conversation id, after ``after_id``; conversations that are not assigned have none."""
        return self._app.audits.listing(state=state, auditor=auditor, after_id=after_id, limit=limit)

    def _step(self, conversation_id: str, step: Callable[[Recorded], AuditChange | None]) -> Audit:
        """Take a step; once more from the start where somebody else was quicker."""
        for _ in range(_MOST_TRIES - 1):
            with suppress(AuditMovedError):
                return self._try_step(conversation_id, step)
        return self._try_step(conversation_id, step)

    def _try_step(self, conversation_id: str, step: Callable[[Recorded], AuditChange | None]) -> Audit:
        case = self._case(conversation_id)
        change = step(case)
        if change is None:
            assert case.audit is not None  # noqa: S101  (a step that changes nothing found an audit)
            return case.audit
        rendered = None
        if change.entry is not None and case.is_current:
            rendered = render(self._app.tenant, replace(case, audit=change.audit), self._reports)
        self._app.audits.save(change, rendered)
        return change.audit

    def _case(self, conversation_id: str) -> Recorded:
        case = self._app.audits.case(conversation_id)
        if case is None:
            raise NotFoundError(
                f"there is no conversation {conversation_id} in this app, or it is not evaluated yet",
                code="conversation.unknown",
                field="conversation_id",
                value=conversation_id,
            )
        return case


def _sheet(case: Recorded, answers: Sequence[AuditAnswer], comment: str, *, as_machine: bool) -> Sheet:
    """The answers of this step, on top of the machine's where those are taken."""
    if not as_machine:
        return Sheet(answers=tuple(answers), comment=comment)
    mine = {each.metric_id for each in (*answers, *(case.audit.draft.answers if case.audit else ()))}
    taken = [each for each in machine_answers(case.evaluation) if each.metric_id not in mine]
    return Sheet(answers=(*taken, *answers), comment=comment)
