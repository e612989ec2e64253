"""Plans and draws on both databases: exact quotas, draws that can be repeated, and what happens meanwhile."""

from datetime import date, timedelta

import pytest

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.plan import Absence, Frame, PlanAuditor, Quota
from auscult.domain.conversation import Turn
from auscult.domain.errors import AccessError, ConflictError, NotFoundError, RequestError
from auscult.domain.statistics.draws import permanent_number
from auscult.reports import REPORTS
from auscult.services.audits import frames
from auscult.services.audits.plans import Planning
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.databases import Content
from tests.unit.services.audits.drawing import (
    ANN,
    AT,
    BOB,
    FORM,
    START,
    desk,
    plan,
    planning,
    scored,
    talk,
    talks,
)
from tests.waiting import existing

ALL_YES = [AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id="em-bye", answer="YES")]


@pytest.fixture
def content(request: pytest.FixtureRequest) -> Content | None:
    """Conversations that are scored already, for every test that takes ``app``."""
    return talks(60) if "app" in request.fixturenames else None


def drawn(app: AppStore, **changes: object) -> tuple[str, list[tuple[str, str | None]]]:
    """Return a plan's id and what it drew: conversation and rater."""
    made = planning(app).create(plan(**changes), "mia@example.com")
    view = planning(app).draw(made.plan_id, "mia@example.com")
    return made.plan_id, [(one.assignment.conversation_id or "", one.assignment.rater) for one in view.items]


class TestDraw:
    """Draws from a frame."""

    def test_a_count_is_met_exactly_by_the_smallest_numbers(self, app: AppStore) -> None:
        """Probability n / N, and the same items as the formula gives."""
        made = planning(app).create(plan(), "mia@example.com")
        view = planning(app).draw(made.plan_id, "mia@example.com")
        expected = sorted((f"c-{number:04}" for number in range(60)), key=lambda one: permanent_number("s", one))[:10]
        assert [one.assignment.conversation_id for one in view.items] == expected
        assert {one.assignment.probability for one in view.items} == {10 / 60}
        assert view.draw.frame_count == 60
        assert view.not_in_frame == 0

    def test_drawing_twice_gives_the_same_items(self, app: AppStore) -> None:
        """Also after conversations came in, which are counted as not in the frame."""
        planner = planning(app)
        made = planner.create(plan(), "mia@example.com")
        first = planner.draw(made.plan_id, "mia@example.com")
        app.conversations.erase("c-0059")
        store_more(app)
        second = planner.draw(made.plan_id, "max@example.com")
        assert [one.assignment.assignment_id for one in second.items] == [
            one.assignment.assignment_id for one in first.items
        ]
        assert second.draw == first.draw

    def test_a_draw_is_repeated_from_its_record(self, app: AppStore) -> None:
        """The same set; where the frame changed, that is said."""
        planner = planning(app)
        made = planner.create(plan(), "mia@example.com")
        view = planner.draw(made.plan_id, "mia@example.com")
        repeated = planner.repeat(made.plan_id, view.draw.draw_id)
        assert [one.conversation_id for one in repeated] == [one.assignment.conversation_id for one in view.items]
        app.conversations.erase(
            next(
                f"c-{n:04}"
                for n in range(60)
                if f"c-{n:04}" not in {one.assignment.conversation_id for one in view.items}
            )
        )
        with pytest.raises(ConflictError, match="changed"):
            planner.repeat(made.plan_id, view.draw.draw_id)

    def test_a_percentage_takes_the_numbers_below_it(self, app: AppStore) -> None:
        """With at least the minimum."""
        _, items = drawn(app, quota=Quota(percent=20))
        expected = {f"c-{n:04}" for n in range(60) if permanent_number("s", f"c-{n:04}") < 0.2}
        assert {conversation for conversation, _ in items} == expected
        _, items = drawn(app, quota=Quota(percent=0.01, minimum=4))
        assert len(items) == 4

    def test_a_quota_an_agent_or_a_queue(self, app: AppStore) -> None:
        """Each stratum by itself: three agents of 20 conversations, two queues of 30."""
        made = planning(app).create(plan(quota=Quota(per="agent", count=2)), "mia@example.com")
        view = planning(app).draw(made.plan_id, "mia@example.com")
        assert sorted(one.assignment.agent_id or "" for one in view.items) == sorted(["a-0", "a-1", "a-2"] * 2)
        assert {one.assignment.probability for one in view.items} == {2 / 20}
        _, items = drawn(app, quota=Quota(per="queue", count=5))
        assert len(items) == 10

    def test_filters_narrow_the_frame(self, app: AppStore) -> None:
        """By queue, without regard to case, and by time."""
        frame = Frame(since=START, until=START + timedelta(minutes=30), queues=("Q-1",))
        made = planning(app).create(plan(frame=frame, quota=Quota(percent=100)), "mia@example.com")
        view = planning(app).draw(made.plan_id, "mia@example.com")
        assert view.draw.frame_count == 15
        assert len(view.items) == 15

    def test_risk_gets_what_the_floor_leaves(self, app: AppStore) -> None:
        """Of 60 conversations 15 failed: of 20 items a fifth is random, the rest are failed ones, all of them."""
        made = planning(app).create(plan(quota=Quota(count=20), risks=("failed",), floor=0.2), "mia@example.com")
        view = planning(app).draw(made.plan_id, "mia@example.com")
        strata = {one.key: (one.population, one.drawn) for one in view.draw.strata}
        assert strata == {"/risk": (15, 15), "/rest": (45, 5)}

    def test_verdicts_on_doubtful_words_come_first(self, store: Store) -> None:
        """Of 60 conversations, the five whose greeting the recogniser was unsure of."""
        unsure = {"turns": (Turn("m1", "agent", "hello and goodbye", start_ms=0, end_ms=900, doubts=((0, 5),)),)}
        app = scored(store, (talk(number, **unsure if number % 12 == 1 else {}) for number in range(60)))
        made = planning(app).create(plan(risks=("doubtful",), floor=0.2), "mia@example.com")
        view = planning(app).draw(made.plan_id, "mia@example.com")
        strata = {one.key: (one.population, one.drawn) for one in view.draw.strata}
        assert strata == {"/risk": (5, 5), "/rest": (55, 5)}

    def test_an_empty_frame_is_refused(self, app: AppStore) -> None:
        """With what to look at."""
        frame = Frame(since=START - timedelta(days=9), until=START - timedelta(days=8))
        made = planning(app).create(plan(frame=frame), "mia@example.com")
        with pytest.raises(ConflictError, match="frame"):
            planning(app).draw(made.plan_id, "mia@example.com")

    def test_a_quota_that_cannot_be_met_draws_all(self, app: AppStore) -> None:
        """Ten are asked for and six are there."""
        frame = Frame(since=START, until=START + timedelta(minutes=6))
        _, items = drawn(app, frame=frame)
        assert len(items) == 6

    def test_a_large_frame_is_sampled_for_its_precision(self, app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """The preview counts every conversation and reads some verdicts: near what all of them give, and repeatable."""
        whole = planning(app).preview(plan())
        monkeypatch.setattr(frames, "_SAMPLE", 40)
        some = planning(app).preview(plan())
        assert (some.frame_count, some.items) == (whole.frame_count, whole.items) == (60, 10)
        assert some.half_width == planning(app).preview(plan()).half_width
        assert some.half_width == pytest.approx(whole.half_width, abs=0.05)
        assert some.half_width != whole.half_width


def store_more(app: AppStore) -> None:
    """Accept a conversation that is not evaluated."""
    app.conversations.accept([talk(61)])


class TestSchedule:
    """Plans that draw window by window."""

    @pytest.mark.landing
    def test_windows_are_drawn_once_they_have_ended(self, store: Store, app: AppStore) -> None:
        """Each with its own quota; what came late for the first window is in the second draw, once."""
        frame = Frame(since=START, until=START + timedelta(days=3))
        made = planning(app).create(plan(frame=frame, every="day", quota=Quota(percent=100)), "mia")
        early = Planning(app, REPORTS, lambda: START + timedelta(hours=20))
        with pytest.raises(ConflictError, match="ended"):
            early.draw(made.plan_id, "mia")
        assert early.draw_due("schedule") == 0
        first_day = Planning(app, REPORTS, lambda: START + timedelta(days=1, hours=1))
        assert first_day.draw_due("schedule") == 1
        assert first_day.draw_due("schedule") == 0
        scored(store, (talk(number) for number in (70, 71, 24 * 60 + 5)))
        assert planning(app).draw_due("schedule") == 2
        draws = planning(app).progress(made.plan_id).draws
        assert [each.frame_count for each in draws] == [60, 3, 0]
        drawn = [one.assignment.conversation_id for each in draws for one in app.queue.of_draw(each.draw_id)]
        assert len(drawn) == len(set(drawn)) == 63
        repeated = planning(app).repeat(made.plan_id, draws[1].draw_id)
        assert {one.conversation_id for one in repeated} == {"c-0070", "c-0071", "c-1445"}
        assert planning(app).draw(made.plan_id, "mia").draw.draw_id == draws[2].draw_id


class TestShares:
    """Auditors and their shares."""

    def test_shares_are_met(self, app: AppStore) -> None:
        """60 and 40 per cent of ten are six and four."""
        auditors = (PlanAuditor(user=ANN, share=60), PlanAuditor(user=BOB, share=40))
        _, items = drawn(app, auditors=auditors)
        assert [sum(rater == user for _, rater in items) for user in (ANN, BOB)] == [6, 4]

    def test_who_is_away_gets_nothing(self, app: AppStore) -> None:
        """On the day of the draw."""
        away = (Absence(since=date(2026, 3, 30), until=date(2026, 4, 2)),)
        auditors = (PlanAuditor(user=ANN, share=50, away=away), PlanAuditor(user=BOB, share=50))
        _, items = drawn(app, auditors=auditors)
        assert {rater for _, rater in items} == {BOB}

    @pytest.mark.parametrize("share", [49, 51])
    def test_shares_that_do_not_total_100_are_refused(self, app: AppStore, share: float) -> None:
        """99 and 101 per cent."""
        auditors = (PlanAuditor(user=ANN, share=50), PlanAuditor(user=BOB, share=share))
        with pytest.raises(RequestError, match="total 100") as refused:
            planning(app).create(plan(auditors=auditors), "mia@example.com")
        assert refused.value.field == "auditors.share"

    def test_a_second_opinion_goes_to_another_auditor(self, app: AppStore) -> None:
        """Each item twice, with the raters of the first and the second apart."""
        made = planning(app).create(plan(second_share=1.0), "mia@example.com")
        view = planning(app).draw(made.plan_id, "mia@example.com")
        assert len(view.items) == 20
        by_conversation: dict[str | None, set[str | None]] = {}
        for one in view.items:
            by_conversation.setdefault(one.assignment.conversation_id, set()).add(one.assignment.rater)
        assert all(raters == {ANN, BOB} for raters in by_conversation.values())


class TestDesk:
    """The work of raters."""

    def test_next_hands_out_each_item_once(self, app: AppStore) -> None:
        """To its own auditor only, and then nothing."""
        plan_id, items = drawn(app)
        mine = [conversation for conversation, rater in items if rater == ANN]
        found = [desk(app).next_item(ANN, plan_id) for _ in range(6)]
        assert [item.case.conversation.id for item in found if item] == mine
        assert found[5] is None
        assert desk(app).next_item("eve@example.com", plan_id) is None
        assert all(item.assignment.state == "begun" for item in found if item)

    def test_without_auditors_whoever_comes_first_gets_it(self, app: AppStore) -> None:
        """But never both opinions on a conversation."""
        plan_id, _ = drawn(app, auditors=(), second_share=1.0)
        found = [desk(app).next_item(ANN, plan_id) for _ in range(11)]
        assert len({item.case.conversation.id for item in found if item}) == 10
        assert found[10] is None
        assert sum(desk(app).next_item(BOB, plan_id) is not None for _ in range(11)) == 10

    def test_submission_is_once_and_the_rater_s(self, app: AppStore) -> None:
        """Submitting the same again changes nothing; other answers, or another rater, are refused."""
        plan_id, _ = drawn(app)
        item = existing(desk(app).next_item(ANN, plan_id))
        name = item.assignment.assignment_id
        desk(app).draft(name, ANN, ALL_YES[:1], comment="so far")
        with pytest.raises(AccessError):
            desk(app).submit(name, BOB, ALL_YES)
        done = desk(app).submit(name, ANN, ALL_YES[1:])
        assert done.audit.result is not None
        assert done.audit.result.score == 100
        assert done.assignment.state == "submitted"
        again = desk(app).submit(name, ANN, ALL_YES)
        assert again.audit == done.audit
        with pytest.raises(ConflictError):
            desk(app).submit(name, ANN, [AuditAnswer(metric_id="em-hello", answer="NO")])
        trail = app.audits.trail(item.case.conversation.id)
        assert [entry.action for entry in trail] == ["assigned", "submitted"]

    def test_a_submitted_audit_changes_where_the_form_allows_it(self, store: Store, app: AppStore) -> None:
        """The trail keeps the old and the new answer; reports show the new score."""
        app.forms.publish("ef-1", FORM.replace(b"pass_score", b"re_audit: true\npass_score"))
        scored(store, (talk(2 * 24 * 60 + number) for number in range(12)))
        plan_id, _ = drawn(app, frame=Frame(since=START + timedelta(days=2), until=START + timedelta(days=9)))
        item = existing(desk(app).next_item(ANN, plan_id))
        name = item.assignment.assignment_id
        with pytest.raises(ConflictError, match="not submitted"):
            desk(app).reaudit(name, ANN, ALL_YES)
        desk(app).submit(name, ANN, ALL_YES)
        with pytest.raises(AccessError):
            desk(app).reaudit(name, BOB, ALL_YES)
        changed = desk(app).reaudit(name, ANN, [AuditAnswer(metric_id="em-bye", answer="NO")])
        assert changed.audit.result is not None
        assert changed.audit.result.score == 60
        assert desk(app).reaudit(name, ANN, [AuditAnswer(metric_id="em-bye", answer="NO")]).audit == changed.audit
        last = app.audits.trail(item.case.conversation.id)[-1]
        assert (last.action, last.by) == ("reaudited", ANN)
        assert [(one.metric_id, one.before, one.after) for one in last.changed] == [("em-bye", "YES", "NO")]

    def test_a_submitted_audit_stays_where_the_form_is_silent(self, app: AppStore) -> None:
        """Without re_audit nothing changes."""
        plan_id, _ = drawn(app)
        item = existing(desk(app).next_item(ANN, plan_id))
        desk(app).submit(item.assignment.assignment_id, ANN, ALL_YES)
        with pytest.raises(ConflictError, match="re_audit"):
            desk(app).reaudit(item.assignment.assignment_id, ANN, [AuditAnswer(metric_id="em-bye", answer="NO")])

    def test_what_cannot_be_judged_keeps_its_probability(self, app: AppStore) -> None:
        """With a reason, and the next item comes."""
        plan_id, _ = drawn(app)
        item = existing(desk(app).next_item(ANN, plan_id))
        with pytest.raises(RequestError, match="reason"):
            desk(app).decline(item.assignment.assignment_id, ANN, " ")
        declined = desk(app).decline(item.assignment.assignment_id, ANN, "no sound")
        assert (declined.state, declined.reason, declined.probability) == ("declined", "no sound", 10 / 60)
        with pytest.raises(ConflictError):
            desk(app).submit(item.assignment.assignment_id, ANN, ALL_YES)

    def test_an_erased_conversation_leaves_its_probability_and_no_id(self, app: AppStore) -> None:
        """While it is assigned, and while it is begun."""
        plan_id, items = drawn(app)
        mine = [conversation for conversation, rater in items if rater == ANN]
        begun = existing(desk(app).next_item(ANN, plan_id))
        for name in mine[:2]:
            assert app.conversations.erase(name)
        assert existing(desk(app).next_item(ANN, plan_id)).case.conversation.id == mine[2]
        erased = desk(app).show(begun.assignment.assignment_id).assignment
        assert (erased.state, erased.conversation_id, erased.probability) == ("erased", None, 10 / 60)
        with pytest.raises(ConflictError):
            desk(app).submit(begun.assignment.assignment_id, ANN, ALL_YES)

    def test_a_day_s_limit_holds(self, app: AppStore) -> None:
        """Two a day."""
        auditors = (PlanAuditor(user=ANN, share=100, per_day=2),)
        plan_id, _ = drawn(app, auditors=auditors)
        assert [desk(app).next_item(ANN, plan_id) is None for _ in range(3)] == [False, False, True]

    def test_a_paused_plan_hands_nothing_out(self, app: AppStore) -> None:
        """Nor does it draw; what was drawn stays, and comes when it goes on."""
        plan_id, _ = drawn(app)
        planning(app).pause(plan_id, "mia@example.com")
        assert desk(app).next_item(ANN, plan_id) is None
        planning(app).pause(plan_id, "mia@example.com", paused=False)
        assert desk(app).next_item(ANN, plan_id) is not None
        assert planning(app).get(plan_id).version == 3

    def test_what_is_not_begun_can_be_reassigned(self, app: AppStore) -> None:
        """What is begun cannot."""
        plan_id, _ = drawn(app)
        view = planning(app).draw(plan_id, "mia@example.com")
        first, second = [one.assignment for one in view.items if one.assignment.rater == ANN][:2]
        assert existing(desk(app).next_item(ANN, plan_id)).assignment.assignment_id == first.assignment_id
        with pytest.raises(ConflictError, match="begun"):
            planning(app).reassign(first.assignment_id, BOB, "mia@example.com")
        moved = planning(app).reassign(second.assignment_id, BOB, "mia@example.com")
        assert moved.assignment.rater == BOB
        assert moved.audit is not None
        assert moved.audit.auditor == BOB

    def test_unknown_plans_and_assignments(self, app: AppStore) -> None:
        """Each is named."""
        with pytest.raises(NotFoundError, match="plan"):
            desk(app).next_item(ANN, "pl-none")
        with pytest.raises(NotFoundError, match="assignment"):
            desk(app).submit("as-none", ANN)


def test_a_preview_says_what_a_plan_comes_to(app: AppStore) -> None:
    """Items by auditor, strata, and the precision to expect; nothing is stored."""
    found = planning(app).preview(plan(quota=Quota(count=30)))
    assert (found.frame_count, found.items, found.by_auditor) == (60, 30, {ANN: 15, BOB: 15})
    assert set(found.half_width) == {"em-hello", "em-bye"}
    assert found.widest is not None
    assert 0 < found.widest < 0.3
    assert app.plans.listing() == []


def test_progress_by_rater(app: AppStore) -> None:
    """How many are assigned, begun and submitted."""
    plan_id, _ = drawn(app)
    item = existing(desk(app).next_item(ANN, plan_id))
    desk(app).submit(item.assignment.assignment_id, ANN, ALL_YES)
    assert desk(app).next_item(ANN, plan_id) is not None
    found = planning(app).progress(plan_id)
    assert found.by_rater == {ANN: {"assigned": 3, "begun": 1, "submitted": 1}, BOB: {"assigned": 5}}
    assert found.draws[0].drawn_at == AT
