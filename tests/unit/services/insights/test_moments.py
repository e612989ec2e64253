"""Moments to copy: where the machine and every person say that something was done."""

import pytest

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.plan import PlanAuditor, Quota
from auscult.domain.evaluation import Qualification
from auscult.services.insights.moments import moments
from auscult.storage.store import AppStore
from tests.unit.services.audits.drawing import ANN, desk, plan, planning, talks

CONTENT = talks(2)


@pytest.mark.parametrize(("answer", "shown"), [("YES", 1), ("NO", 0), ("NA", 0)])
def test_a_moment_that_a_person_answered_otherwise_is_not_shown(
    app: AppStore, answer: Qualification, shown: int
) -> None:
    """The greeting of the one conversation that has one, with the auditor's answer to it."""
    made = planning(app).create(plan(auditors=(PlanAuditor(user=ANN, share=100),), quota=Quota(percent=100)), "mia")
    planning(app).draw(made.plan_id, "mia")
    while item := desk(app).next_item(ANN, made.plan_id):
        answers = [AuditAnswer(metric_id="em-hello", answer=answer), AuditAnswer(metric_id="em-bye", answer="YES")]
        desk(app).submit(item.assignment.assignment_id, ANN, answers)
    cases = app.conversations.recorded(["c-0001"]).values()
    assert len(list(moments(cases, "em-hello", frozenset({"a-1"}), is_met=True))) == shown
