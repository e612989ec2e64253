"""Notes in the trail of an audit: disputes, which follow its submission, and re-scores."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

from auscult.domain.evaluation import Evaluation, Status
from auscult.domain.operations.records import made_from

DisputeState = Literal["open", "accepted", "denied", "withdrawn", "reopened", "erased"]
"""``reopened``: the auditor changed the disputed answer meanwhile; ``erased``: the conversation is gone."""
ReviewAction = Literal[
    "released", "agent_accepted", "acceptance_undone", "disputed", "dispute_decided", "dispute_withdrawn"
]


class DisputeNote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of a dispute. ``text`` is the agent's comment, or the reason of a decision."""

    dispute_id: str
    metric_id: str
    round: int
    state: DisputeState
    text: str = ""
    before: str = "-"
    proposed: str | None = None
    after: str | None = None


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Outcome of an evaluation. Without a form there is neither id nor version."""

    status: Status
    form_id: str | None = None
    form_version: int | None = None
    score: Decimal | None = None
    passed: bool | None = None


class RescoreNote(Struct, frozen=True, kw_only=True):
    """Change that a re-score made to one conversation: the evaluation before, which is kept, and the one after."""

    backfill_id: str = field(name="sweep_id")  # as trails of earlier versions have it
    before: Decision
    after: Decision


def decision_of(evaluation: Evaluation) -> Decision:
    """Return the outcome of an evaluation."""
    form = evaluation.form
    return made_from(
        Decision, evaluation, form_id=form.id if form else None, form_version=form.version if form else None
    )
