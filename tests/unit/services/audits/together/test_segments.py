"""Scoring and auditing by segment: each has its own form, score, agent and status; rows show the last agent's."""

from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa

from auscult.domain.audits.assignment import ByHand
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.plan import Quota
from auscult.domain.conversation import Agent, Conversation, Turn
from auscult.domain.form import Form
from auscult.domain.record import RecordQuery
from auscult.services.audits.estimates import Estimating
from auscult.services.audits.quality import Quality, QualityQuery
from auscult.services.definitions.forms.reading import read_form
from auscult.storage import Store
from auscult.storage.core.tables.conversations import evaluations
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.unit.services.audits.drawing import ANN, START, TENANT, desk, plan, planning, scored, talk

AGENTS_FORM = data_of(__file__, "agents_form").encode()
BOTS_FORM = data_of(__file__, "bots_form").encode()


@pytest.mark.parametrize(
    ("written", "read"), [("agent", "human"), ("human", "human"), ("bot", "ai"), ("ai", "ai"), ("both", None)]
)
def test_both_spellings_of_who_handled_a_segment_are_read(written: str, read: str | None) -> None:
    """In documents of forms, and in forms and evaluations that an earlier version stored."""
    document = AGENTS_FORM.replace(b"handled_by: agent", f"handled_by: {written}".encode())
    form = read_form(document)
    assert form.handled_by == read
    stored = msgspec.json.encode(form)
    earlier = stored.replace(b'"handled_by":"human"', b'"handled_by":"agent"').replace(
        b'"handled_by":"ai"', b'"handled_by":"bot"'
    )
    assert (earlier != stored) is (read is not None)
    assert msgspec.json.decode(earlier, type=Form).handled_by == read


def test_an_evaluation_of_an_earlier_version_is_read(store: Store, app: AppStore) -> None:
    """Its segments have the words of then in the database, and those of now when they are read."""

    def respell(connection: sa.Connection) -> None:
        for row in connection.execute(sa.select(evaluations.c.evaluation, evaluations.c.body)).all():
            body = (
                bytes(row.body)
                .replace(b'"handler":"human"', b'"handler":"agent"')
                .replace(b'"handler":"ai"', b'"handler":"bot"')
            )
            connection.execute(
                sa.update(evaluations).where(evaluations.c.evaluation == row.evaluation).values(body=body)
            )

    before = app.audits.segments(["c-0000"])
    with store._database.writing() as connection:
        respell(connection)
    assert app.audits.segments(["c-0000"]) == before
    assert [each.handler for each in before["c-0000"]] == ["ai", "human", "human"]


def passed_on(number: int) -> Conversation:
    """Return a call that goes from a bot to an agent who greets, and on to one who does not."""
    return talk(
        number,
        ended_at=START + timedelta(minutes=number + 3),
        agents=(Agent("a-8"), Agent("a-9")),
        turns=(
            Turn("m1", "bot", "how can I help", start_ms=0, end_ms=900),
            Turn("m2", "agent", "hello and goodbye", agent_id="a-8", start_ms=10_000, end_ms=11_000),
            Turn("m3", "agent", "good day and goodbye", agent_id="a-9", start_ms=60_000, end_ms=61_000),
        ),
    )


@pytest.fixture
def app(store: Store) -> AppStore:
    """Four calls that were passed on, and four of one agent."""
    store.ensure(TENANT)
    forms = store.within(TENANT).forms
    forms.publish("ef-1", AGENTS_FORM)
    forms.publish("ef-bot", BOTS_FORM)
    return scored(store, [*(passed_on(n) for n in range(4)), *(talk(n) for n in range(5, 8))])


def test_each_segment_is_scored_by_itself(app: AppStore) -> None:
    """With its own form; the row shows the last agent's, and evidence has the times of the whole."""
    bot, first, second = app.audits.segments(["c-0000"])["c-0000"]
    assert [one.form.id for one in (bot, first, second) if one.form] == ["ef-bot", "ef-1", "ef-1"]
    assert [int(one.score) for one in (bot, first, second) if one.score is not None] == [100, 100, 40]
    assert [one.agent_id for one in (bot, first, second)] == [None, "a-8", "a-9"]
    assert first.results[0].verdict.evidence[0].start_ms == 10_000
    case = app.audits.case("c-0000")
    assert case is not None
    assert (case.evaluation.segment, case.evaluation.score, case.evaluation.agent_id) == (3, second.score, "a-9")
    (lone,) = app.audits.segments(["c-0005"])["c-0005"]
    assert lone.agent_id == "a-2"


def shown_audit(app: AppStore, conversation_id: str) -> str:
    """Return the state of the audit that the list shows of a conversation."""
    query = RecordQuery(report="conversations", app_ids=(TENANT.app_id,), since_ms=0, until_ms=10**14)
    rows = [msgspec.json.decode(row) for row in app.conversations.page(query).rows]
    return next(row["audit"]["state"] for row in rows if row["id"] == conversation_id)


def test_each_segment_is_audited_by_itself(app: AppStore) -> None:
    """The audit of another segment is not shown by the row; that of the shown segment is."""
    work = desk(app)
    answers = [AuditAnswer(metric_id="em-hello", answer="NO"), AuditAnswer(metric_id="em-bye", answer="YES")]
    first = work.assign(ByHand("c-0000", ANN, segment=2), "mia")
    assert [turn.id for turn in first.case.conversation.turns] == ["m2"]
    work.submit(first.assignment.assignment_id, ANN, answers)
    assert shown_audit(app, "c-0000") == "not_assigned"
    second = work.assign(ByHand("c-0000", ANN, segment=3), "mia")
    done = work.submit(second.assignment.assignment_id, ANN, answers)
    assert done.audit.result is not None
    assert int(done.audit.result.score or -1) == 40
    assert shown_audit(app, "c-0000") == "audited"
    states = {one.assignment.segment: one.assignment.state for one in app.audits.all_of("c-0000")}
    assert states == {2: "submitted", 3: "submitted"}


@pytest.mark.landing
def test_a_plan_draws_segments(app: AppStore) -> None:
    """The frame has each segment of agents, with who handled it; estimates count segments."""
    planner, work = planning(app), desk(app)
    made = planner.create(plan(quota=Quota(percent=100)), "mia")
    view = planner.draw(made.plan_id, "mia")
    assert view.draw.frame_count == 4 * 2 + 3
    drawn = {(one.assignment.conversation_id, one.assignment.segment): one.assignment.agent_id for one in view.items}
    assert drawn["c-0000", 2] == "a-8"
    assert drawn["c-0000", 3] == "a-9"
    assert [item.segment for item in planner.repeat(made.plan_id, view.draw.draw_id)] == [
        one.assignment.segment for one in view.items
    ]
    answers = [AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id="em-bye", answer="YES")]
    for one in view.items:
        work.submit(one.assignment.assignment_id, one.assignment.rater or "", answers)
    found = Estimating(app).estimate("ef-1", "em-hello", made.plan_id)
    assert (found.population, found.n, found.estimate) == (11, 11, 1.0)


def test_agents_figures_count_their_segments(app: AppStore) -> None:
    """The agent who greeted and the one who did not each have their own four."""
    found = Quality(app).agents(QualityQuery("ef-1", START, START + timedelta(days=1), "em-hello"))
    assert (found.funnel.points["a-8"].rate, found.funnel.points["a-8"].n) == (1.0, 4)
    assert (found.funnel.points["a-9"].rate, found.funnel.points["a-9"].n) == (0.0, 4)
