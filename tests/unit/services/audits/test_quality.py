"""Figures of auditors, agents, time and groups, from what is stored."""

from datetime import timedelta

import pytest

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.plan import PlanAuditor, Quota
from auscult.domain.conversation import Turn
from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.evaluation import Qualification
from auscult.domain.people.directory import DirectoryAgent, Membership, Team
from auscult.services.audits.quality import Quality, QualityQuery, period_of
from auscult.services.audits.raters import RaterQuery, rater_report, too_fast
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.unit.services.audits.drawing import ANN, BOB, START, desk, plan, planning, scored, talk, talks

MARCH = (START, START + timedelta(days=31))
CONTENT = talks(60)


def audited(app: AppStore, **changes: object) -> None:
    """Draw with second opinions and submit: Ann finds everything done, Bob never a goodbye.

    Ann reads each for 90 seconds; Bob's answers come from a program, at once.
    """
    auditors = (PlanAuditor(user=ANN, share=50), PlanAuditor(user=BOB, share=50))
    made = planning(app).create(plan(auditors=auditors, quota=Quota(count=20), second_share=1.0, **changes), "mia")
    planning(app).draw(made.plan_id, "mia")
    for rater in (ANN, BOB):
        bye: Qualification = "YES" if rater == ANN else "NO"
        took = timedelta(seconds=90 if rater == ANN else 0)
        while item := desk(app).next_item(rater, made.plan_id):
            answers = [AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id="em-bye", answer=bye)]
            desk(app, took).submit(item.assignment.assignment_id, rater, answers)


@pytest.mark.parametrize(("seconds", "fast"), [(6, {ANN: 1}), (0, {}), (90, {})])
def test_audits_faster_than_reading_are_counted(
    store: Store, app: AppStore, seconds: int, fast: dict[str, int]
) -> None:
    """Of four hundred words in six seconds, not of three; neither a program's nor a reader's."""
    scored(store, [talk(99, turns=(Turn("m1", "agent", "word " * 400, agent_id="a-0"),))])
    made = planning(app).create(plan(auditors=(PlanAuditor(user=ANN, share=100),), quota=Quota(percent=100)), "mia")
    planning(app).draw(made.plan_id, "mia")
    while item := desk(app).next_item(ANN, made.plan_id):
        answers = [AuditAnswer(metric_id=each, answer="YES") for each in ("em-hello", "em-bye")]
        desk(app, timedelta(seconds=seconds)).submit(item.assignment.assignment_id, ANN, answers)
    assert too_fast(app, made.plan_id) == fast


@pytest.mark.landing
def test_auditors_are_compared(app: AppStore) -> None:
    """Bob is the stricter one; opinions agree on the greeting and never on the goodbye."""
    audited(app)
    found = rater_report(app, RaterQuery("ef-1"))
    ann, bob = found.raters
    assert (ann.auditor, bob.auditor, ann.audits, bob.audits) == (ANN, BOB, 20, 20)
    assert ann.severity is not None
    assert bob.severity is not None
    assert bob.severity.figure.value > 0 > ann.severity.figure.value
    assert ann.pace is not None
    assert ann.pace.median.value == 90
    assert bob.pace is None
    by_metric = {one.metric_id: one.pairs for one in found.double}
    assert by_metric["em-hello"].raw is not None
    assert by_metric["em-hello"].raw.value == 1
    assert by_metric["em-bye"].raw is not None
    assert by_metric["em-bye"].raw.value == 0
    assert found.scores is not None
    assert found.scores.mean_absolute == 40
    assert rater_report(app, RaterQuery("ef-none")).raters == ()


@pytest.mark.landing
def test_severity_counts_for_the_team_of_the_conversation(app: AppStore) -> None:
    """An agent who changed teams after a conversation counts for the former team in its audit."""
    moved = START + timedelta(days=2)
    app.people.directory.put_teams([Team(team_id="t-old", name="Old"), Team(team_id="t-new", name="New")])
    stays = [Membership(kind="team", group_id="t-old", agent_id=f"a-{n}", until=moved) for n in range(3)]
    stays += [Membership(kind="team", group_id="t-new", agent_id=f"a-{n}", since=moved) for n in range(3)]
    app.people.directory.put_agents([DirectoryAgent(agent_id=f"a-{n}") for n in range(3)])
    app.people.directory.add_memberships(stays)
    audited(app)
    found = rater_report(app, RaterQuery("ef-1")).severity_by_team
    assert {team: sorted(severities) for team, severities in found.items()} == {"t-old": [ANN, BOB]}


@pytest.mark.landing
def test_anchoring_is_the_difference_that_the_machine_makes(app: AppStore) -> None:
    """Items with the machine hidden, and items with it shown, each with their agreement."""
    audited(app, hide_machine_share=0.5)
    found = rater_report(app, RaterQuery("ef-1")).anchoring
    assert found.shown is not None
    assert found.hidden is not None
    assert found.difference is not None
    assert found.difference.value == pytest.approx(found.shown.value - found.hidden.value)


def test_agents_share_ranks(app: AppStore) -> None:
    """Three agents of the same rate: each may hold every rank, and none lies outside the funnel."""
    found = Quality(app).agents(QualityQuery("ef-1", *MARCH, "em-hello"))
    assert set(found.agents) == {"a-0", "a-1", "a-2"}
    assert {(one.best_rank, one.worst_rank) for one in found.agents.values()} == {(1, 3)}
    assert found.funnel.centre == 0.75
    assert all(one.beyond is None for one in found.funnel.points.values())
    assert all(abs(one.value) < 0.2 for one in found.against_mix.values())


def test_a_chart_by_period(app: AppStore) -> None:
    """All 60 conversations are of one day."""
    found = Quality(app).chart(QualityQuery("ef-1", *MARCH), "day")
    assert [(point.name, point.n, point.value) for point in found.chart.points] == [("2026-03-01", 60, 0.75)]
    assert found.advice == "common cause: leave it"
    with pytest.raises(NotFoundError, match="no conversation"):
        Quality(app).chart(QualityQuery("ef-1", START - timedelta(days=9), START))


@pytest.mark.landing
def test_the_machine_s_error_by_group(app: AppStore) -> None:
    """People find every greeting, the machine not all of them: it is harsh, in each queue."""
    audited(app)
    found = Quality(app).fairness(QualityQuery("ef-1", *MARCH, "em-hello"), "queue")
    assert set(found.groups) == {"q-1", "q-2"}
    assert sum(one.n for one in found.groups.values()) == 20
    assert found.groups["q-2"].bias.value > 0
    with pytest.raises(RequestError, match="metric"):
        Quality(app).fairness(QualityQuery("ef-1", *MARCH), "queue")


def test_periods_begin_on_monday_or_the_first() -> None:
    """1 March 2026 is a Sunday."""
    assert period_of(START, "day") == START
    assert period_of(START, "week") == START - timedelta(days=6)
    assert period_of(START + timedelta(days=20), "month") == START
