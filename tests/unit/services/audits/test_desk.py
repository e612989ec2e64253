"""The desk: replacements of what cannot be judged, comments on turns, self-reviews, items that come back, bookmarks."""

from datetime import timedelta

import pytest

from auscult.domain.audits.assignment import Assigned
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.bookmark import AuditSettings, Bookmark
from auscult.domain.audits.plan import Frame, PlanAuditor, Quota
from auscult.domain.audits.sheet import Moment
from auscult.domain.errors import AccessError, ConflictError, RequestError
from auscult.reports import REPORTS
from auscult.services.audits.desk import Desk
from auscult.services.audits.plans import Planning
from auscult.services.audits.raters import RaterQuery, rater_report
from auscult.storage import Store
from auscult.storage.audits.queue import QueueQuery
from auscult.storage.store import AppStore
from tests.unit.services.audits.drawing import ANN, AT, BOB, desk, plan, planning, scored, talk, talks
from tests.waiting import existing

YES = (AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id="em-bye", answer="NO"))
ALONE = (PlanAuditor(user=ANN, share=100),)
CONTENT = talks(30)


def drawn(app: AppStore, **changes: object) -> tuple[str, list[Assigned]]:
    """Draw; return the plan and the items."""
    planner = planning(app)
    plan_id = planner.create(plan(**{"auditors": ALONE, **changes}), "mia").plan_id
    return plan_id, list(planner.draw(plan_id, "mia").items)


def test_what_cannot_be_judged_is_replaced_by_the_next_of_its_stratum(app: AppStore) -> None:
    """With the probability of one more; the draw's record repeats as it was."""
    plan_id, items = drawn(app, quota=Quota(count=5))
    first = items[0].assignment
    desk(app).decline(first.assignment_id, ANN, "No sound.")
    (draw,) = app.plans.draws(plan_id)
    now = [one.assignment for one in app.queue.of_draw(draw.draw_id)]
    (instead,) = [one for one in now if one.replaces == first.assignment_id]
    assert (instead.rater, instead.state, instead.probability) == (ANN, "assigned", 6 / 30)
    drawn_before = {one.assignment.conversation_id for one in items}
    assert instead.conversation_id not in drawn_before
    repeated = planning(app).repeat(plan_id, draw.draw_id)
    assert {one.conversation_id for one in repeated} == drawn_before
    desk(app).submit(instead.assignment_id, ANN, YES)


def test_why_it_cannot_be_judged_has_a_code(app: AppStore) -> None:
    """A code says enough, but "other"; without one the words are kept as "other". It is no more the auditor's to do."""
    _, items = drawn(app, quota=Quota(count=5))
    work = desk(app)
    begun = existing(work.next_item(ANN))
    for code in (None, "other"):
        with pytest.raises(RequestError, match="reason is missing"):
            work.decline(begun.assignment.assignment_id, ANN, " ", code)
    waiting = {one.assignment_id for one in app.audits.listing(state="assigned", auditor=ANN)}
    assert begun.assignment.assignment_id in waiting
    work.decline(begun.assignment.assignment_id, ANN, code="no_sound")
    left = {one.assignment_id for one in app.audits.listing(state="assigned", auditor=ANN)}
    assert begun.assignment.assignment_id not in left
    ids = (one.assignment.assignment_id for one in items)
    other = next(one for one in ids if one != begun.assignment.assignment_id)
    work.decline(other, ANN, "Half of it is music.")
    kept = {one.assigned.assignment.reason_code for one in work.listing(QueueQuery(("declined",)))}
    assert kept == {"no_sound", "other"}


@pytest.mark.landing
def test_who_goes_on_gets_what_is_begun_first(app: AppStore) -> None:
    """Then the next item, and in the end nothing. Lists say what is to be done, and what is done."""
    _, items = drawn(app, quota=Quota(count=3))
    work = desk(app)
    begun = existing(work.go_on(ANN))
    assert work.go_on(ANN) == begun
    assert [one.assignment.state for one in app.queue.waiting(ANN)] == ["begun", "assigned", "assigned"]
    assert (app.queue.count_waiting(ANN), app.queue.count_waiting(BOB)) == (3, 0)
    for _ in items:
        item = existing(work.go_on(ANN))
        work.submit(item.assignment.assignment_id, ANN, YES)
    assert work.go_on(ANN) is None
    ids = [one.assignment.assignment_id for one in app.queue.listing(QueueQuery.done(ANN))]
    assert sorted(ids) == sorted(one.assignment.assignment_id for one in items)


@pytest.mark.landing
def test_where_all_are_drawn_nothing_replaces(app: AppStore) -> None:
    """There is no other conversation in the frame."""
    plan_id, items = drawn(app, quota=Quota(count=30))
    desk(app).decline(items[0].assignment.assignment_id, ANN, "No sound.")
    assert len(app.queue.of_draw(app.plans.draws(plan_id)[0].draw_id)) == 30


def test_comments_on_turns(app: AppStore) -> None:
    """Kept with draft and result; taken back without a text; a turn that is not there is refused."""
    _, items = drawn(app)
    work, one = desk(app), items[0].assignment.assignment_id
    work.draft(
        one,
        ANN,
        moments=[Moment(turn_id="m1", text="A model opening."), Moment(turn_id="m1", text="x", metric_id="em-bye")],
    )
    item = work.draft(one, ANN, moments=[Moment(turn_id="m1", metric_id="em-bye")])
    assert item.audit.draft.moments == (Moment(turn_id="m1", text="A model opening."),)
    with pytest.raises(RequestError, match="no turn 'm9'"):
        work.draft(one, ANN, moments=[Moment(turn_id="m9", text="?")])
    done = work.submit(one, ANN, YES)
    assert done.audit.result is not None
    assert done.audit.result.sheet.moments == (Moment(turn_id="m1", text="A model opening."),)


def test_agents_review_themselves_and_nobody_else(app: AppStore) -> None:
    """Blind until it is submitted; no report and no figure shows it."""
    work = desk(app)
    with pytest.raises(AccessError, match="not yours"):
        work.review_oneself("c-0000", "zoe@example.com", {"a-1"})
    item = work.review_oneself("c-0000", "zoe@example.com", {"a-0"})
    assert (item.assignment.role, item.assignment.agent_id) == ("self", "a-0")
    assert item.assignment.hidden == ("machine", "others")
    again = work.review_oneself("c-0000", "zoe@example.com", {"a-0"})
    assert again.assignment.assignment_id == item.assignment.assignment_id
    work.submit(item.assignment.assignment_id, "zoe@example.com", YES)
    assert app.audits.of(["c-0000"]) == {}
    assert rater_report(app, RaterQuery()).raters == ()


def test_nobody_gets_their_own_conversation_to_audit(app: AppStore) -> None:
    """An auditor who is also an agent is passed over for their own calls."""
    drawn(app, auditors=(), quota=Quota(count=30))
    work, seen = desk(app), list[str | None]()
    while item := work.next_item(BOB, agent_ids=frozenset({"a-0", "a-1"})):
        seen.append(item.assignment.agent_id)
    assert set(seen) == {"a-2"}


@pytest.mark.landing
def test_items_come_back_to_the_same_auditor(store: Store, app: AppStore) -> None:
    """After a while, once, without a probability; the report has how far the answers agree."""
    planner = planning(app)
    document = plan(auditors=ALONE, quota=Quota(count=4), again_share=1.0, again_after_days=7)
    made = planner.create(document, "mia")
    for one in planner.draw(made.plan_id, "mia").items:
        desk(app).submit(one.assignment.assignment_id, ANN, YES)
    scored(
        store,
        (
            talk(number, started_at=AT + timedelta(days=9), ended_at=AT + timedelta(days=9, minutes=1))
            for number in range(40, 44)
        ),
    )
    later = Planning(app, REPORTS, lambda: AT + timedelta(days=10))
    window = Frame(since=AT + timedelta(days=8), until=AT + timedelta(days=10))
    document = plan(auditors=ALONE, quota=Quota(count=1), again_share=1.0, again_after_days=7, frame=window)
    later.revise(made.plan_id, document, "mia")
    again = [one.assignment for one in later.draw(made.plan_id, "mia").items if one.assignment.role == "second"]
    assert len(again) == 4
    assert {(one.rater, one.probability, one.stratum) for one in again} == {(ANN, None, "again")}
    for one in again:
        Desk(app, REPORTS, lambda: AT + timedelta(days=11)).submit(one.assignment_id, ANN, YES)
    (found,) = rater_report(app, RaterQuery()).raters
    assert found.consistency is not None
    assert (found.consistency.n, found.consistency.raw.value if found.consistency.raw else None) == (8, 1.0)


def test_what_a_disabled_auditor_has_not_begun_goes_to_another(app: AppStore) -> None:
    """All of it at once; what is begun stays where it is."""
    plan_id, items = drawn(app, quota=Quota(count=6))
    desk(app).open_item(items[0].assignment.assignment_id, ANN)
    assert planning(app).reassign_all(ANN, BOB, "mia", plan_id) == 5
    counts = app.queue.counts(plan_id)
    assert counts == {ANN: {"begun": 1}, BOB: {"assigned": 5}}


def test_nothing_is_handed_out_on_a_holiday(app: AppStore) -> None:
    """Nor while an auditor is away; what was drawn stays."""
    plan_id, _ = drawn(app, holidays=(AT.date(),))
    assert desk(app).next_item(ANN, plan_id) is None


def test_bookmarks_and_settings(app: AppStore) -> None:
    """One of a person for each conversation; an erased conversation takes its bookmarks along."""
    mark = Bookmark(conversation_id="c-0001", by=ANN, kind="bad", note="Rude.", at=AT)
    assert app.bookmarks.put(mark)
    assert app.bookmarks.put(Bookmark(conversation_id="c-0001", by=ANN, kind="good", at=AT))
    assert not app.bookmarks.put(Bookmark(conversation_id="c-none", by=ANN, kind="good", at=AT))
    assert [(one.conversation_id, one.kind) for one in app.bookmarks.listing("good")] == [("c-0001", "good")]
    app.conversations.erase("c-0001")
    assert app.bookmarks.listing() == []
    assert app.bookmarks.settings() == AuditSettings()
    app.bookmarks.change_settings(AuditSettings(agent_sees="audited", hide_auditor=True))
    assert app.bookmarks.settings() == AuditSettings(agent_sees="audited", hide_auditor=True)


def test_several_opinions_go_to_as_many_auditors(app: AppStore) -> None:
    """Each of another auditor; one who has an opinion cannot be given a second one; too few auditors are refused."""
    three = tuple(PlanAuditor(user=f"{name}@example.com", share=25) for name in "abcd")
    _, items = drawn(app, auditors=three, second_share=1.0, opinions=3, quota=Quota(count=2))
    raters: dict[str | None, set[str | None]] = {}
    for one in items:
        raters.setdefault(one.assignment.conversation_id, set()).add(one.assignment.rater)
    assert [len(some) for some in raters.values()] == [3, 3]
    first, second, *_ = [one.assignment for one in items]
    with pytest.raises(ConflictError, match="has another opinion"):
        planning(app).reassign(first.assignment_id, second.rater or "", "mia")
    with pytest.raises(RequestError, match="3 opinions need as many auditors"):
        drawn(app, auditors=(*three[:1], PlanAuditor(user=BOB, share=75)), second_share=0.5, opinions=3)
