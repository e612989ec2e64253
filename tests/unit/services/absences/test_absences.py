"""Absences on both databases: who states them, what is drawn meanwhile, and what is offered, taken once and told."""

from datetime import date, timedelta

import pytest

from auscult.domain.absences import MOST, NewAbsence
from auscult.domain.audits.assignment import ByHand
from auscult.domain.errors import AuscultError
from auscult.domain.people.grants import Pair, Scope
from auscult.domain.people.principal import Principal, operator
from auscult.reports import REPORTS
from auscult.services.absences import MANAGE, PERFORM, READ, Absences, Offers
from auscult.services.people.users import Users
from auscult.storage import Store
from auscult.storage.notices import NoticeQuery
from auscult.storage.store import AppStore
from tests.unit.services.audits.drawing import ANN, AT, BOB, TENANT, desk, plan, planning, talks

CAT = "cat@example.com"
TODAY = AT.date()
CONTENT = talks(60)


@pytest.fixture
def app(store: Store) -> AppStore:
    """An app with conversations and three users."""
    users = Users(store, operator(TENANT.account_id))
    for email in (ANN, BOB, CAT):
        users.add(email, email.partition("@")[0].title(), TENANT.account_id, "correct horse battery")
    return store.within(TENANT)


def viewer(email: str, *permissions: str, agents: frozenset[str] = frozenset()) -> Principal:
    """Return a user with permissions in the whole app."""
    pairs = frozenset(Pair(each, Scope(kind="app")) for each in ("conversation.read", *permissions))
    return Principal(
        kind="user", principal_id=email, name=email, account_id=TENANT.account_id, pairs=pairs, agent_ids=agents
    )


def absences(app: AppStore, email: str, *permissions: str) -> Absences:
    """Return absences as a user states them."""
    return Absences(app.absences, app, lambda: AT, viewer(email, *permissions))


def offers(
    app: AppStore, email: str, *, after: timedelta = timedelta(), agents: frozenset[str] = frozenset()
) -> Offers:
    """Return what an auditor may take."""
    return Offers(app, REPORTS, lambda: AT + after, viewer(email, PERFORM, agents=agents))


def away(app: AppStore, email: str, since: int = 0, until: int = 7) -> None:
    """Let a person be away from and to some days after today."""
    wanted = NewAbsence(since=TODAY + timedelta(days=since), until=TODAY + timedelta(days=until), note="Trip")
    absences(app, email).add(wanted)


def told(app: AppStore, email: str) -> list[str]:
    """Return the kinds of a person's notices, the newest first."""
    return [each.notice.kind for each in app.notices.listing(NoticeQuery(email))]


def refused(error: pytest.ExceptionInfo[AuscultError]) -> tuple[str, str | None]:
    """Return the reason of an error, and its field."""
    return error.value.reason, error.value.field


class TestStating:
    """Own absences, and those of others."""

    def test_days_are_kept_once_and_removed(self, app: AppStore) -> None:
        """The same again changes nothing; a colleague has no such absence; the access log has both steps."""
        own = absences(app, ANN)
        wanted = NewAbsence(since=TODAY, until=TODAY + timedelta(days=2), note=" Trip ")
        made = own.add(wanted)
        assert own.add(wanted) == made
        assert (made.person, made.note, made.by) == (ANN, "Trip", ANN)
        assert (own.listing(), absences(app, BOB).listing()) == ([made], [])
        with pytest.raises(AuscultError) as error:
            absences(app, BOB).remove(made.absence_id)
        assert refused(error) == ("absence.unknown", "absence_id")
        own.remove(made.absence_id)
        assert own.listing() == []
        actions = [each.action for each in app.log.entries()]
        assert [each for each in actions if each.startswith("absence.")] == ["absence.added", "absence.removed"]

    def test_those_of_others_need_the_permission(self, app: AppStore) -> None:
        """Whoever manages users states and removes them; whoever reads users reads them; a plain auditor does neither."""
        wanted = NewAbsence(since=TODAY, until=TODAY, person=BOB)
        with pytest.raises(AuscultError, check=lambda error: error.reason == "permission.missing"):
            absences(app, ANN, READ).add(wanted)
        made = absences(app, ANN, MANAGE).add(wanted)
        assert absences(app, CAT, READ).listing() == [made] == absences(app, BOB).listing()
        assert absences(app, CAT).listing(BOB) == []
        absences(app, ANN, MANAGE).remove(made.absence_id)
        assert absences(app, BOB).listing() == []

    @pytest.mark.parametrize(
        ("since", "until", "person", "found"),
        [
            (date(2026, 4, 9), date(2026, 4, 8), None, ("absence.invalid", "until")),
            (date(2026, 3, 1), date(2026, 3, 31), None, ("absence.invalid", "until")),
            (date(2026, 4, 1), date(2036, 4, 1), None, ("absence.invalid", "until")),
            (date(2026, 4, 1), date(2026, 4, 1), "no@example.com", ("user.unknown", "user_id")),
        ],
    )
    def test_days_that_cannot_be(
        self, app: AppStore, since: date, until: date, person: str | None, found: tuple[str, str]
    ) -> None:
        """An order of days, days to come, a length, a person who exists."""
        with pytest.raises(AuscultError) as error:
            absences(app, ANN, MANAGE).add(NewAbsence(since=since, until=until, person=person))
        assert refused(error) == found

    def test_there_are_only_so_many(self, app: AppStore) -> None:
        """The hundredth is kept, the next refused."""
        for n in range(MOST):
            away(app, ANN, n, n)
        with pytest.raises(AuscultError, check=lambda error: error.reason == "absence.too_many"):
            away(app, ANN, MOST, MOST)

    def test_absences_that_follow_each_other_are_one(self, app: AppStore) -> None:
        """Away until the last day before the person is back, and not on the day after."""
        away(app, ANN, 0, 2)
        away(app, ANN, 3, 5)
        away(app, ANN, 8, 9)
        assert app.absences.away(TODAY) == {ANN: TODAY + timedelta(days=5)}
        assert app.absences.away(TODAY + timedelta(days=6)) == {}


class TestDrawing:
    """Plans pass over people who are away."""

    def test_nothing_is_dealt_and_nothing_handed_out(self, app: AppStore) -> None:
        """All items are the colleague's, who is told; before and after the absence they are shared."""
        away(app, ANN)
        work = planning(app)
        view = work.draw(work.create(plan(), "mia").plan_id, "mia")
        assert {each.assignment.rater for each in view.items} == {BOB}
        assert (told(app, ANN), told(app, BOB)) == ([], ["assigned"])
        assert work.preview(plan()).by_auditor == {ANN: 0, BOB: 10}
        free = work.draw(work.create(plan(auditors=(), seed="t"), "mia").plan_id, "mia")
        assert {each.assignment.rater for each in free.items} == {None}
        assert desk(app).next_item(ANN) is None
        assert desk(app, timedelta(days=8)).next_item(ANN) is not None


class TestOffering:
    """What is open with people who are away."""

    def drawn(self, app: AppStore) -> list[str]:
        """Draw a plan, ten items for two auditors; return the ids of Ann's."""
        work = planning(app)
        view = work.draw(work.create(plan(), "mia").plan_id, "mia")
        return [each.assignment.assignment_id for each in view.items if each.assignment.rater == ANN]

    def test_it_is_taken_once_and_told(self, app: AppStore) -> None:
        """Offered while the auditor is away; the second taker is refused; the trail and a notice name who took it."""
        mine = self.drawn(app)
        assert offers(app, BOB).listing() == []
        away(app, ANN)
        assert {each.item.assignment.assignment_id for each in offers(app, BOB).listing()} == set(mine)
        assert offers(app, BOB, after=timedelta(days=8)).listing() == []
        taken = offers(app, BOB).take(mine[0])
        assert (taken.assignment.rater, taken.assignment.state) == (BOB, "assigned")
        assert offers(app, BOB).take(mine[0]) == taken
        with pytest.raises(AuscultError, check=lambda error: error.reason == "assignment.not_offered"):
            offers(app, CAT).take(mine[0])
        assert told(app, ANN)[0] == "taken"
        trail = app.audits.trail(taken.assignment.conversation_id or "")
        assert [(each.action, each.by, each.auditor) for each in trail][-1] == ("reassigned", BOB, BOB)
        assert len(offers(app, CAT).listing()) == len(mine) - 1

    def test_what_is_begun_stays(self, app: AppStore) -> None:
        """The auditor's draft is theirs, away or not; nothing is taken by itself."""
        mine = self.drawn(app)
        begun = desk(app).open_item(mine[0], ANN).assignment.assignment_id
        away(app, ANN)
        assert begun not in {each.item.assignment.assignment_id for each in offers(app, BOB).listing()}
        with pytest.raises(AuscultError, check=lambda error: error.reason == "assignment.not_offered"):
            offers(app, BOB).take(begun)
        assert {each.assignment.rater for each in app.queue.waiting(ANN)} == {ANN}
        assert len(app.queue.waiting(ANN)) == len(mine)

    def test_not_to_everyone(self, app: AppStore) -> None:
        """Not to who is away too, may not audit, is judged in it, or has the other opinion on it."""
        mine = self.drawn(app)
        away(app, ANN)
        agents = frozenset({"a-0", "a-1", "a-2"})
        assert offers(app, BOB, agents=agents).listing() == []
        assert Offers(app, REPORTS, lambda: AT, viewer(BOB)).listing() == []
        assert {each.item.assignment.assignment_id for each in offers(app, BOB).listing()} == set(mine)
        second = work_with_second(app)
        shown = {each.item.assignment.assignment_id for each in offers(app, BOB).listing()}
        assert second
        assert not second & shown
        away(app, BOB)
        assert offers(app, BOB).listing() == []

    def test_by_hand_too(self, app: AppStore) -> None:
        """An audit that a person assigned is offered as one of a plan is."""
        away(app, ANN)
        given = desk(app).assign(ByHand("c-0001", ANN), "mia").assignment.assignment_id
        assert [each.item.assignment.assignment_id for each in offers(app, CAT).listing()] == [given]


def work_with_second(app: AppStore) -> set[str]:
    """Draw a plan with second opinions, before anyone is away; return the ids of Ann's, of which Bob has the other."""
    work = planning(app)
    for each in absences(app, ANN).listing():
        absences(app, ANN).remove(each.absence_id)
    view = work.draw(work.create(plan(second_share=1.0, seed="u"), "mia").plan_id, "mia")
    away(app, ANN)
    return {each.assignment.assignment_id for each in view.items if each.assignment.rater == ANN}
