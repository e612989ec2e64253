"""Views of assignments in our own API."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict

from auscult.domain.audits.assignment import Assigned, Assignment, AssignmentState, DeclineCode, Hidden, Role
from auscult.domain.audits.audit import Sheet
from auscult.domain.evaluation import Qualification
from auscult.domain.operations.records import made_from
from auscult.domain.questions.structure import Reason
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.server.api.scoring import evaluations
from auscult.services.audits.workflow import revision_of


class ListedAssignment(Struct, frozen=True, kw_only=True):
    """An assignment. Without a plan it was picked by hand, and has no ``probability``."""

    assignment_id: str
    conversation_id: str | None
    segment: int
    agent_id: str | None
    auditor: str | None
    role: Role
    state: AssignmentState
    plan_id: str | None
    plan_version: int | None
    probability: float | None
    hidden: tuple[Hidden, ...]
    due_at: datetime | None
    created_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    reason: str
    reason_code: DeclineCode | None
    replaces: str | None


class ItemMetric(Struct, frozen=True, kw_only=True):
    """A metric to be answered. ``machine`` is null if the machine is hidden.

    ``levels`` are the answers to a graded metric, ``reasons`` the codes for a NO, ``comments`` templates to start from.
    """

    id: str
    name: str
    fatal: bool
    correct_answer: str
    machine: Qualification | None
    guidance: str
    levels: tuple[str, ...]
    reasons: tuple[Reason, ...]
    reason_required: bool
    comments: tuple[str, ...]


class ShownItem(ListedAssignment, frozen=True, kw_only=True):
    """An assignment as its auditor sees it: the draft, the result once submitted, and the metrics to answer.

    ``revision`` changes with each change of the answers; ``comments`` are templates of comments on the conversation or on
    a turn.
    """

    revision: int
    draft: Sheet
    result: evaluations.ShownResult | None
    form: evaluations.ShownForm | None
    metrics: tuple[ItemMetric, ...]
    comments: tuple[str, ...]


def listed(one: Assignment) -> ListedAssignment:
    """Return the view of an assignment in a list."""
    return made_from(
        ListedAssignment,
        one,
        agent_id=None if "agent" in one.hidden and one.is_unfinished else one.agent_id,
        auditor=one.rater,
    )


def shown(one: Assigned, case: EvaluatedConversation, viewer: str, hidden: frozenset[Hidden]) -> ShownItem:
    """Return the view of an assignment for its auditor or another viewer, without the ``hidden`` data.

    Only the auditor sees the draft.
    """
    is_own = one.assignment.rater == viewer
    form = case.evaluation.form
    machine: dict[str, Qualification] = {
        result.metric.id: result.verdict.qualification for result in case.evaluation.results
    }
    result = evaluations.audit(one.audit, ()).result if one.audit and (is_own or "others" not in hidden) else None
    return ShownItem(
        **asdict(listed(one.assignment)),
        revision=revision_of(one.audit if is_own else None),
        draft=one.audit.draft if one.audit and is_own else Sheet(),
        result=result,
        form=evaluations.ShownForm(id=form.id, version=form.version, name=form.name) if form else None,
        metrics=tuple(
            made_from(
                ItemMetric,
                metric,
                machine=None if "machine" in hidden else machine.get(metric.id, "-"),
                levels=tuple(level.name for level in metric.grades.levels) if metric.grades else (),
            )
            for metric in (form.metrics if form else ())
        ),
        comments=form.comments if form else (),
    )
