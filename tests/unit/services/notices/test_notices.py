"""Notices on both databases: written with their cause or not at all, of draws, coaching and late audits, and removed."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from auscult.domain.comments import NewThread, Thread, notices_of, opened, replied, written
from auscult.domain.notices import KEPT_FOR
from auscult.domain.people.grants import Pair, Scope
from auscult.domain.people.principal import Principal, operator
from auscult.services.coaching.coaching import Coach, Wanted
from auscult.services.notices.noticing import Noticing, note_late
from auscult.services.people.users import Users
from auscult.services.privacy.log import draft
from auscult.storage import Store
from auscult.storage.comments import ThreadMovedError
from auscult.storage.notices import NoticeQuery
from auscult.storage.store import AppStore
from tests.unit.services.audits.drawing import ANN, AT, BOB, TENANT, desk, plan, planning, talks
from tests.waiting import existing

MIA, LEE = "mia@example.com", "lee@example.com"
CONTENT = talks(60)


@pytest.fixture
def app(store: Store) -> AppStore:
    """An app with conversations and users; Lee is an agent."""
    users = Users(store, operator(TENANT.account_id))
    for email in (ANN, BOB, MIA, LEE):
        users.add(email, email.partition("@")[0].title(), TENANT.account_id, "correct horse battery")
    lee = existing(store.people.users.by_email(LEE))
    store.people.users.update(lee.user_id, agent_ids=("a-1",))
    return store.within(TENANT)


def viewer(email: str) -> Principal:
    """Return a user who reads every conversation."""
    every = frozenset({Pair("conversation.read", Scope(kind="app"))})
    return Principal(kind="user", principal_id=email, name=email, account_id=TENANT.account_id, pairs=every)


def told(app: AppStore, email: str) -> list[tuple[str, str | None, int]]:
    """Return the notices of a person: kind, conversation and number, the newest first."""
    found = app.notices.listing(NoticeQuery(email))
    return [(each.notice.kind, each.notice.conversation_id, each.notice.n) for each in found]


def thread(*mentions: str) -> Thread:
    """Return a thread of Mia with one comment."""
    return opened("c-0001", NewThread(text="Listen."), written("Listen.", MIA, AT, mentions))


def test_who_is_notified_of_a_comment() -> None:
    """People whom new words mention, and those who wrote in the thread, each once; nobody of their own words."""
    first = thread(ANN, MIA)
    assert [(each.to, each.kind) for each in notices_of(None, first, AT)] == [(ANN, "mentioned")]
    second = replied(first, written("Yes.", ANN, AT, (BOB,)))
    assert [(each.to, each.kind) for each in notices_of(first, second, AT)] == [
        (BOB, "mentioned"),
        (MIA, "answered"),
    ]
    third = replied(second, written("Well.", BOB, AT, (MIA,)))
    assert [(each.to, each.kind) for each in notices_of(second, third, AT)] == [(MIA, "mentioned"), (ANN, "answered")]
    edited = replace(third, comments=(*third.comments[:2], replace(third.comments[2], mentions=(MIA, ANN))))
    assert [(each.to, each.kind) for each in notices_of(third, edited, AT)] == [(ANN, "mentioned")]
    assert notices_of(third, replace(third, resolved_by=ANN, resolved_at=AT), AT) == ()


def test_a_step_that_is_not_stored_notifies_nobody(app: AppStore) -> None:
    """Cause and notice are written together: a thread that was changed meanwhile is refused, and its notice with it."""
    entry = draft(app, "test", "comment.added", "conversation:c-0001")
    first = thread(ANN)
    app.comments.save(first, entry, notices_of(None, first, AT))
    assert told(app, ANN) == [("mentioned", "c-0001", 1)]
    stale = replace(replied(first, written("Yes.", ANN, AT, (BOB,))), changes=3)
    with pytest.raises(ThreadMovedError):
        app.comments.save(stale, entry, notices_of(first, stale, AT))
    assert (told(app, BOB), told(app, MIA)) == ([], [])


def test_a_draw_is_one_notice_for_each_auditor(app: AppStore) -> None:
    """With the number of their items; the same draw again notifies nobody, and neither does the own draw of a person."""
    made = planning(app).create(plan(), MIA)
    planning(app).draw(made.plan_id, MIA)
    assert told(app, ANN) == told(app, BOB) == [("assigned", None, 5)]
    planning(app).draw(made.plan_id, MIA)
    assert len(told(app, ANN)) == 1
    other = planning(app).create(plan(name="Other"), ANN)
    planning(app).draw(other.plan_id, ANN)
    assert (len(told(app, ANN)), len(told(app, BOB))) == (1, 2)


def test_another_auditor_is_notified_and_oneself_is_not(app: AppStore) -> None:
    """An item that is handed on, and one that a person begins themselves."""
    made = planning(app).create(plan(), MIA)
    view = planning(app).draw(made.plan_id, MIA)
    own = next(one.assignment for one in view.items if one.assignment.rater == ANN)
    desk(app).open_item(own.assignment_id, ANN)
    assert told(app, ANN) == [("assigned", None, 5)]
    planning(app).reassign(own.assignment_id, BOB, MIA, is_gone=True)
    assert told(app, BOB)[0] == ("assigned", own.conversation_id, 1)


def test_a_late_audit_is_one_notice(app: AppStore) -> None:
    """Once its date has passed, while it is not submitted; asked again, there is no second one."""
    made = planning(app).create(plan(due_days=3), MIA)
    planning(app).draw(made.plan_id, MIA)
    assert note_late(app, AT + timedelta(days=1)) == 0
    assert note_late(app, AT + timedelta(days=30)) == 10
    assert note_late(app, AT + timedelta(days=30)) == 0
    late = app.notices.listing(NoticeQuery(ANN))[0].notice
    assert late.kind == "late"
    assert late.path == f"/audits/{late.conversation_id}"
    assert len(told(app, ANN)) == 6


def test_notices_are_removed_after_90_days(app: AppStore) -> None:
    """Those to a person who is disabled at once."""
    planning(app).draw(planning(app).create(plan(), MIA).plan_id, MIA)
    assert app.notices.remove_old(AT + KEPT_FOR) == 0
    bob = existing(app.people.everyone.users.by_email(BOB))
    app.people.everyone.grants.disable(bob.user_id, AT, may_be_last=True)
    assert app.notices.remove_old(AT) == 1
    assert app.notices.remove_old(AT + KEPT_FOR + timedelta(seconds=1)) == 1
    assert told(app, ANN) == []


def test_coaching_notifies_its_agent(app: AppStore) -> None:
    """The users who are the agent, of a new item and not of its later steps."""
    coach = Coach(app, lambda: AT)
    (made,) = coach.create(Wanted(agent_ids=("a-1",), goal="Greet"), MIA)
    assert told(app, LEE) == [("coaching", None, 1)]
    coach.reply(made.coaching_id, frozenset(), MIA, "Well begun.")
    assert len(told(app, LEE)) == 1
    assert app.notices.listing(NoticeQuery(LEE))[0].notice.path == f"/coaching/{made.coaching_id}"


def test_reading(app: AppStore) -> None:
    """One, or all: the count follows; an older page begins where the one before ended."""
    entry = draft(app, "test", "comment.added", "conversation:c-0001")
    for _ in range(3):
        first = thread(ANN)
        app.comments.save(first, entry, notices_of(None, first, AT))
    mine = Noticing(app, lambda: AT, viewer(ANN))
    newest, *older = mine.listing()
    assert [each.number for each in mine.listing(before=newest.number)] == [each.number for each in older]
    assert mine.read(newest.notice.notice_id).read_at == AT
    assert (mine.count_unread(), len(mine.listing(is_unread=True)), mine.read_all()) == (2, 2, 2)
    assert (mine.count_unread(), mine.read_all()) == (0, 0)


def test_people_of_other_accounts_get_none(store: Store, app: AppStore) -> None:
    """A rater's name may be the address of a person who has nothing to do with the app."""
    Users(store, operator("ac-2")).add("eve@example.com", "Eve", "ac-2", "correct horse battery")
    first = thread("eve@example.com")
    entry = draft(app, "test", "comment.added", "conversation:c-0001")
    app.comments.save(first, entry, notices_of(None, first, AT))
    assert told(app, "eve@example.com") == []
