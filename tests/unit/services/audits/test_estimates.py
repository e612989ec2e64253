"""Estimates of stored conversations, on both databases."""

import pytest

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.plan import Quota
from auscult.domain.errors import ConflictError, NotFoundError
from auscult.domain.evaluation import Qualification
from auscult.domain.statistics.post_stratified import Stratum, post_stratified
from auscult.reports import REPORTS
from auscult.services.audits.estimates import Estimating
from auscult.services.audits.workflow import Auditing
from auscult.storage.store import AppStore
from tests.unit.services.audits.drawing import ANN, AT, desk, plan, planning, talks

CONTENT = talks(60)


def audit_all(app: AppStore, **changes: object) -> str:
    """Draw by a plan for one auditor, who finds a greeting everywhere but in c-0001; return the plan's id."""
    made = planning(app).create(plan(auditors=(), **changes), "mia@example.com")
    planning(app).draw(made.plan_id, "mia@example.com")
    while item := desk(app).next_item(ANN, made.plan_id):
        hello: Qualification = "NO" if item.case.conversation.id == "c-0001" else "YES"
        answers = [AuditAnswer(metric_id="em-hello", answer=hello), AuditAnswer(metric_id="em-bye", answer="YES")]
        desk(app).submit(item.assignment.assignment_id, ANN, answers)
    return made.plan_id


@pytest.mark.landing
def test_a_share_is_that_of_the_formula(app: AppStore) -> None:
    """Post-stratified by the machine's verdict: 45 YES and 15 NO, the drawn ones as people answered."""
    plan_id = audit_all(app, quota=Quota(count=20))
    drawn = [one.assignment.conversation_id or "" for one in planning(app).draw(plan_id, "mia").items]
    of_no = sum(int(name[2:]) % 4 == 0 for name in drawn)
    misses = int("c-0001" in drawn)
    expected = post_stratified([Stratum("YES", 45, 20 - of_no - misses, misses), Stratum("NO", 15, of_no, 0)])
    found = Estimating(app).estimate("ef-1", "em-hello", plan_id)
    assert expected is not None
    assert (found.machine, found.n, found.population) == (0.75, 20, 60)
    assert (found.estimate, found.low, found.high) == (expected.value, expected.low, expected.high)
    assert found.method == "post-stratified"
    assert found.more is not None
    assert Estimating(app).estimate("ef-1", "em-hello") == found


@pytest.mark.landing
def test_quotas_an_agent_are_weighted_where_they_differ(app: AppStore) -> None:
    """With risk rules probabilities differ, and the difference estimator is used."""
    plan_id = audit_all(app, quota=Quota(count=30), risks=("failed",), floor=0.5)
    found = Estimating(app).estimate("ef-1", "em-bye", plan_id)
    assert found.n == 30
    assert 0 <= found.low <= found.estimate <= found.high <= 1


@pytest.mark.landing
def test_the_mean_score(app: AppStore) -> None:
    """From 30 audits on by PPI++; the machine's own is that of all 60."""
    plan_id = audit_all(app, quota=Quota(count=30))
    found = Estimating(app).estimate("ef-1", None, plan_id)
    assert (found.machine, found.n, found.method) == (75, 30, "ppi++")
    assert found.low <= found.estimate <= found.high


def test_audits_by_hand_are_refused(app: AppStore) -> None:
    """They have no probability, and the reason is given."""
    auditing = Auditing(app, REPORTS, lambda: AT)
    auditing.assign("c-0001", "Ann")
    auditing.submit("c-0001", as_machine=True)
    with pytest.raises(ConflictError, match="probability", check=lambda error: error.reason == "estimate.refused"):
        Estimating(app).estimate("ef-1", "em-hello")


def test_a_plan_without_audits_is_refused(app: AppStore) -> None:
    """Drawn, and nothing submitted."""
    made = planning(app).create(plan(), "mia@example.com")
    with pytest.raises(ConflictError, match="no draw"):
        Estimating(app).estimate("ef-1", "em-hello", made.plan_id)
    planning(app).draw(made.plan_id, "mia@example.com")
    with pytest.raises(ConflictError, match="no audit"):
        Estimating(app).estimate("ef-1", "em-hello", made.plan_id)


@pytest.mark.landing
def test_unknown_names(app: AppStore) -> None:
    """Each with what there is."""
    plan_id = audit_all(app)
    with pytest.raises(NotFoundError, match="ef-1"):
        Estimating(app).estimate("ef-x", "em-hello", plan_id)
    with pytest.raises(NotFoundError, match="em-bye, em-hello"):
        Estimating(app).estimate("ef-1", "em-x", plan_id)
    with pytest.raises(NotFoundError, match="plan"):
        Estimating(app).estimate("ef-1", "em-hello", "pl-x")
