"""Working days: what counts, what is refused, and deadlines that stay as they are stored."""

from datetime import date, timedelta

import pytest

from auscult.domain.disputes.dispute import ReviewPolicy, opened
from auscult.domain.disputes.steps import decide, dispute, release
from auscult.domain.errors import RequestError
from auscult.domain.people.principal import operator
from auscult.domain.workdays import EVERY_DAY, Weekday, WorkingDays, check_working_days, holidays_of
from auscult.services.workdays import Calendar
from auscult.storage.store import AppStore
from tests.unit.domain.disputes.test_steps import audit
from tests.unit.services.audits.drawing import AT, plan, planning, talks
from tests.waiting import existing

FIVE: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
GERMAN = WorkingDays(week=FIVE, country="DE")
"""1 April 2026 is a Wednesday, and Easter is on 5 April: Friday 3 and Monday 6 April are holidays."""
CONTENT = talks(60)


@pytest.mark.parametrize(
    ("days", "n", "expected"),
    [
        (EVERY_DAY, 5, date(2026, 4, 6)),
        (WorkingDays(week=FIVE), 2, date(2026, 4, 3)),
        (WorkingDays(week=FIVE), 3, date(2026, 4, 6)),
        (GERMAN, 1, date(2026, 4, 2)),
        (GERMAN, 2, date(2026, 4, 7)),
        (WorkingDays(week=FIVE, country="DE", days_off=(date(2026, 4, 7),)), 2, date(2026, 4, 8)),
        (WorkingDays(week=("sat",)), 2, date(2026, 4, 11)),
        (GERMAN, 0, date(2026, 4, 1)),
    ],
)
def test_days_are_counted(days: WorkingDays, n: int, expected: date) -> None:
    """At the same time of day, and always on a working day."""
    found = days.after(AT, n)
    assert (found.date(), found.timetz()) == (expected, AT.timetz())


def test_a_part_of_a_country_has_its_own() -> None:
    """Assumption Day is none in Germany as a whole, and is one in Saarland."""
    day = date(2026, 8, 15)
    assert WorkingDays(country="DE").works(day)
    assert not WorkingDays(country="DE", subdivision="SL").works(day)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (WorkingDays(week=()), "week"),
        (WorkingDays(week=("mon", "mon")), "week"),
        (WorkingDays(days_off=(date(2026, 1, 2), date(2026, 1, 2))), "days_off"),
        (WorkingDays(subdivision="BY"), "subdivision"),
        (WorkingDays(country="XX"), "country"),
        (WorkingDays(country="DE", subdivision="TX"), "subdivision"),
    ],
)
def test_what_cannot_be_counted(wanted: WorkingDays, field: str) -> None:
    """The error names the field."""
    with pytest.raises(RequestError) as error:
        check_working_days(wanted)
    assert (error.value.reason, error.value.field) == ("working_days.invalid", field)


def test_audits_keep_the_deadline_that_they_got(app: AppStore) -> None:
    """Drawn before, due by all days; drawn after, by working days; a change moves nothing."""
    work, calendar = planning(app), Calendar(app, lambda: AT, operator())
    assert app.working_days.get() == EVERY_DAY
    first = work.draw(work.create(plan(due_days=2), "mia").plan_id, "mia")
    assert calendar.set(GERMAN) == app.working_days.get() == GERMAN
    second = work.draw(work.create(plan(due_days=2, seed="t"), "mia").plan_id, "mia")
    calendar.set(WorkingDays(week=("sun",)))
    due = {
        (each.assignment.plan_id, each.assignment.due_at)
        for view in (first, second)
        for each in app.queue.of_draw(view.draw.draw_id)
    }
    expected = {first.draw.plan_id: AT + timedelta(days=2), second.draw.plan_id: AT + timedelta(days=6)}
    assert due == set(expected.items())
    holiday = plan(due_days=2, holidays=(date(2026, 4, 7),))
    assert work.get(work.create(holiday, "mia").plan_id).due_at(AT, GERMAN) == AT + timedelta(days=7)
    calendar.set(GERMAN)
    assert work.preview(plan(due_days=2)).days == 2
    assert len([each for each in app.log.entries() if each.action == "working_days.set"]) == 3


def test_names_are_the_reader_s() -> None:
    """In the reader's language where the country has it."""
    day = date(2026, 1, 1)
    assert [holidays_of("DE", None, 2026, each)[day] for each in ("en", "de")] == ["New Year's Day", "Neujahr"]
    assert len(holidays_of("DE", None, 2026, "xx")) == len(holidays_of("DE", None, 2026))


def test_the_time_to_answer_and_to_decide_is_stored() -> None:
    """From release to answer, from a dispute to its decision, and from there to the next round: all in working days."""
    policy = ReviewPolicy(window_days=2, decide_days=1, release="second_look")
    made = audit()
    review = opened(made, policy, "a-1", GERMAN)
    assert review.ends_at is None
    released = existing(release(review, "mia", AT, GERMAN))
    assert released.review.ends_at == AT + timedelta(days=6)
    raised = dispute(released.review, made, "em-1", "I said it.", "lee", AT, days=GERMAN)
    assert raised.disputes[0].due_at == AT + timedelta(days=1)
    denied = decide(raised.review, raised.disputes[0], "deny", "No.", "mia", AT, days=GERMAN).review
    metric = existing(denied.metric("em-1"))
    assert denied.disputable_until(metric) == metric.until == AT + timedelta(days=6)
