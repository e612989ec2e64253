"""The part of disputes that audits use: the review for a step of an audit, and the answers that disputes changed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from auscult.domain.audits.assignment import Assigned, Assignment
from auscult.domain.audits.audit import Audit, AuditChange
from auscult.domain.audits.judged import judged_agents
from auscult.domain.conversation import Conversation
from auscult.domain.disputes.dispute import DEFAULT_POLICY, Review, ReviewPolicy, opened
from auscult.domain.disputes.steps import ReviewChange, reopen
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.disputes import DisputeQuery
from auscult.storage.store import AppStore

_ANSWERS = frozenset({"YES", "NO", "NA"})


def policy_of(app: AppStore, assignment: Assignment | None) -> ReviewPolicy:
    """Return the policy of an assignment: that of its plan, else the app's, else the one that comes along."""
    if assignment is not None and assignment.plan_id is not None:
        plan = app.plans.get(assignment.plan_id, assignment.plan_version)
        if plan is not None and plan.document.review is not None:
            return plan.document.review
    return app.disputes.policy() or DEFAULT_POLICY


def new_review(app: AppStore, case: EvaluatedConversation, assignment: Assignment | None, audit: Audit) -> Review:
    """Return the review of a submitted audit to which nothing has happened yet."""
    return opened(audit, policy_of(app, assignment), agent_of(case, assignment), app.working_days.get())


def agent_of(case: EvaluatedConversation, assignment: Assignment | None) -> str | None:
    """Return the agent who is judged in an audit; None where none is known."""
    if assignment is not None and assignment.agent_id is not None:
        return assignment.agent_id
    return next(iter(judged_agents(case.conversation, "most")), None)


def review_step(
    app: AppStore, case: EvaluatedConversation, change: AuditChange, others: Sequence[Assigned]
) -> ReviewChange | None:
    """Return the step of the review that goes with a step of an audit; None where there is none.

    Second opinions, calibration and self-reviews are shown to no agent.
    """
    entry, audit = change.entry, change.audit
    if entry is None or audit.result is None or entry.action not in {"submitted", "reaudited"}:
        return None
    assignment = next((one.assignment for one in others if one.assignment.assignment_id == audit.assignment_id), None)
    if assignment is not None and assignment.role != "audit":
        return None
    if entry.action == "submitted":
        made = new_review(app, case, assignment, audit)
        return ReviewChange(made, (), (), ("released",) if made.is_released(entry.at) else ())
    review = app.disputes.review(audit.assignment_id) or new_review(app, case, assignment, audit)
    disputes = app.disputes.all(DisputeQuery(state="open", assignment_id=audit.assignment_id))
    changed = [each.metric_id for each in entry.changed]
    return reopen(review, changed, disputes, entry.by, entry.at, app.working_days.get())


def overturned(app: AppStore) -> dict[str, dict[str, str]]:
    """Return the answers that accepted disputes led to, by conversation and metric; the last decision counts.

    Answers in levels of a graded metric are no labels, and are left out.
    """
    accepted = [each for each in app.disputes.all(DisputeQuery(state="accepted")) if each.conversation_id]
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for each in sorted(accepted, key=lambda one: one.ended_at):
        if each.conversation_id and each.decided_answer in _ANSWERS:
            found[each.conversation_id][each.metric_id] = each.decided_answer
    return dict(found)


class Example(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A gold label as `auscult agree` and `auscult tune` read it. ``conversation`` makes it complete by itself."""

    id: str
    metrics: dict[str, str]
    conversation: Conversation | None = None


def overturned_labels(app: AppStore, *, with_conversations: bool = False) -> Iterator[Example]:
    """Yield a label for each conversation with an overturned answer, by id; with the conversation where wanted."""
    for conversation_id, metrics in sorted(overturned(app).items()):
        case = app.audits.case(conversation_id) if with_conversations else None
        yield Example(id=conversation_id, metrics=metrics, conversation=case.conversation if case is not None else None)
