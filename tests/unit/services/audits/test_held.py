"""Submissions of the console: held for ten seconds, undone, or submitted."""

from datetime import datetime, timedelta

import pytest

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.errors import RequestError
from auscult.reports import REPORTS
from auscult.services.audits.desk import UNDO, Desk
from auscult.storage.store import AppStore
from tests.unit.services.audits.drawing import ANN, AT, BOB, plan, planning, talks
from tests.waiting import existing

YES = (AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id="em-bye", answer="NO"))
NOW = AT + timedelta(days=1)
CONTENT = talks(5)


def at(app: AppStore, now: datetime) -> Desk:
    """Return the desk at an instant."""
    return Desk(app, REPORTS, lambda: now)


def held(app: AppStore) -> str:
    """Draw an item for Ann, answer it, and submit it as the console does; return the assignment."""
    planner = planning(app)
    planner.draw(planner.create(plan(), "mia").plan_id, "mia")
    assignment_id = existing(at(app, NOW).next_item(ANN)).assignment.assignment_id
    with pytest.raises(RequestError, match="not answered"):
        at(app, NOW).hold(assignment_id, ANN)
    at(app, NOW).draft(assignment_id, ANN, YES)
    audit = at(app, NOW).hold(assignment_id, ANN)
    assert audit.result is not None
    return assignment_id


def test_what_is_held_is_neither_to_do_nor_done(app: AppStore) -> None:
    """Its rater goes on with the next; the trail, the feed and reports know nothing of it."""
    before = app.queue.count_waiting(ANN)
    assignment_id = held(app)
    found = at(app, NOW).show(assignment_id)
    assert (found.assignment.state, found.held_until) == ("begun", NOW + UNDO)
    assert found.assignment.conversation_id is not None
    assert at(app, NOW).result_of(found) is not None
    assert [each.action for each in app.audits.trail(found.assignment.conversation_id)] == ["assigned"]
    assert assignment_id not in {one.assignment.assignment_id for one in app.queue.waiting(ANN)}
    assert app.queue.count_waiting(ANN) == len(app.queue.waiting(ANN))
    assert app.queue.count_waiting(ANN) >= before
    following = at(app, NOW).go_on(ANN)
    assert following is None or following.assignment.assignment_id != assignment_id


@pytest.mark.landing
def test_it_is_submitted_after_the_time_and_a_margin(app: AppStore) -> None:
    """Undone is impossible by then, and not a second before it is submitted are both possible."""
    assignment_id = held(app)
    end = NOW + UNDO
    assert at(app, end).submit_held() == 0
    assert not at(app, end).undo(assignment_id, ANN)
    later = at(app, end + timedelta(seconds=2))
    assert later.submit_held(BOB) == 0
    assert later.submit_held() == 1
    found = later.show(assignment_id)
    assert (found.assignment.state, found.held_until) == ("submitted", None)
    assert later.submit_held() == 0


def test_undone_it_waits_with_its_answers(app: AppStore) -> None:
    """Only its rater undoes it; it is never submitted by itself then."""
    assignment_id = held(app)
    soon = at(app, NOW + timedelta(seconds=9))
    assert not soon.undo(assignment_id, BOB)
    assert soon.undo(assignment_id, ANN)
    assert at(app, NOW + timedelta(minutes=5)).submit_held() == 0
    found = soon.show(assignment_id)
    assert found.audit is not None
    assert len(found.audit.draft.answers) == len(YES)
    assert assignment_id in {one.assignment.assignment_id for one in app.queue.waiting(ANN)}


def test_another_change_of_the_audit_ends_the_hold(app: AppStore) -> None:
    """An answer by the API takes it back: it was not submitted with that answer."""
    assignment_id = held(app)
    at(app, NOW).draft(assignment_id, ANN, (AuditAnswer(metric_id="em-hello", answer="NO"),))
    assert at(app, NOW).show(assignment_id).held_until is None
    assert at(app, NOW + timedelta(minutes=5)).submit_held() == 0
