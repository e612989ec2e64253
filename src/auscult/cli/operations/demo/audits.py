"""The example plan of the demo, and audits made from the labels that come with the examples."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from auscult.cli.operations.demo.together import ANOTHER_AUDITOR, AUDITOR
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.plan import Frame, Plan, PlanAuditor, PlanDocument, Quota
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, Qualification
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    from auscult.bootstrap import Application
    from auscult.services.audits.desk import Desk

LABELS = Path("labels/answers.ndjson")
NAME = "Example plan (audits made from labels)"
AUDITORS = (AUDITOR, ANOTHER_AUDITOR)
BY = "example"
COUNT = 40
COMMENT = "Example: made from a label."


class _Label(Struct, frozen=True):
    """The gold answers to a conversation: metric id to answer and deciding turn."""

    id: str
    metrics: dict[str, tuple[Qualification, str | None]]


def plan_and_audit(
    application: "Application", tenant: Tenant, examples: Path, scored: Iterable[tuple[Conversation, Evaluation]]
) -> Plan | None:
    """Draw an example plan and audit what has labels; return it, or None where there is nothing to draw from.

    A demo that has its plan already keeps it.
    """
    from auscult.bootstrap import auditing

    planning = auditing.planning(application.store, tenant)
    known = next(
        (plan for plan in application.store.within(tenant).plans.listing() if plan.document.name == NAME), None
    )
    if known is not None:
        return known
    evaluated = [(talk, found.form.id) for talk, found in scored if found.form and found.status == "evaluated"]
    labels = _labels(examples / LABELS)
    if not evaluated or not labels:
        return None
    form_id = Counter(form_id for _, form_id in evaluated).most_common(1)[0][0]
    starts = [talk.started_at for talk, its in evaluated if its == form_id]
    document = PlanDocument(
        name=NAME,
        form_id=form_id,
        frame=Frame(since=min(starts), until=max(starts) + timedelta(seconds=1)),
        quota=Quota(count=COUNT),
        auditors=(PlanAuditor(user=AUDITORS[0], share=60), PlanAuditor(user=AUDITORS[1], share=40)),
        second_share=0.2,
        hidden=("machine",),
        seed="example",
        due_days=14,
    )
    plan = planning.create(document, BY)
    planning.draw(plan.plan_id, BY)
    _audit(auditing.desk(application.store, tenant), plan.plan_id, labels)
    return plan


def _labels(file: Path) -> dict[str, _Label]:
    if not file.is_file():
        return {}
    lines = file.read_bytes().splitlines()
    return {label.id: label for label in (msgspec.json.decode(line, type=_Label) for line in lines)}


def _audit(desk: "Desk", plan_id: str, labels: dict[str, _Label]) -> None:
    """Submit the items that have labels. The rest stays with its auditors."""
    from auscult.storage.audits.queue import QueueQuery

    for each in desk.listing(QueueQuery(plan_id=plan_id, limit=10 * COUNT)):
        one = each.assigned.assignment
        label = labels.get(one.conversation_id or "")
        if label is None or one.rater is None or not one.is_unfinished:
            continue
        answers = [AuditAnswer(metric_id=metric, answer=given) for metric, (given, _) in label.metrics.items()]
        desk.submit(one.assignment_id, one.rater, answers, comment=COMMENT)
