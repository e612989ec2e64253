"""Places in calibration sessions, on both databases: offered while a rater is away, taken once and told; and agents away."""

from datetime import timedelta

import pytest

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.calibration.session import Session
from auscult.domain.coaching.item import Coaching
from auscult.domain.errors import AuscultError
from auscult.domain.people.directory import DirectoryAgent, Membership, Team
from auscult.domain.people.grants import Pair, Scope
from auscult.domain.people.principal import Principal, operator
from auscult.server.api.coaching import GIVE, visible
from auscult.services.absences import TAKE_PART, Places
from auscult.services.calibration import Calibrating, Wanted
from auscult.services.people.users import Users
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.unit.services.absences.test_absences import CAT, away, told, viewer
from tests.unit.services.audits.drawing import ANN, AT, BOB, TENANT, talks

DAN = "dan@example.com"
CONTENT = talks(60)


@pytest.fixture
def app(store: Store) -> AppStore:
    """An app with conversations and four users; Dan is an agent."""
    users = Users(store, operator(TENANT.account_id))
    for email in (ANN, BOB, CAT, DAN):
        user = users.add(email, email.partition("@")[0].title(), TENANT.account_id, "correct horse battery")
        if email == DAN:
            users.set_agents(user, frozenset({"a-dan"}))
    return store.within(TENANT)


def places(
    app: AppStore, email: str, *, after: timedelta = timedelta(), agents: frozenset[str] = frozenset()
) -> Places:
    """Return the places that a person may take."""
    return Places(app, lambda: AT + after, viewer(email, TAKE_PART, agents=agents))


def calibrating(app: AppStore) -> Calibrating:
    """Return the sessions of an app at a fixed time."""
    return Calibrating(app, lambda: AT)


def session(app: AppStore) -> Session:
    """Return a started session of Ann and Bob."""
    wanted = Wanted(name="March", form_id="ef-1", conversations=("c-0001", "c-0002"), raters=(ANN, BOB))
    return calibrating(app).activate(calibrating(app).create(wanted, "mia").session_id)


def offered(found: Places) -> list[tuple[str, str]]:
    """Return the ids of sessions with the raters whose places may be taken."""
    return [(each.session.session_id, each.rater) for each in found.listing()]


class TestPlaces:
    """The place of a rater who is away."""

    def test_it_is_taken_once_and_told(self, app: AppStore) -> None:
        """Whoever takes it rates instead: the session waits for them, and no more for who is away."""
        made = session(app)
        assert offered(places(app, CAT)) == []
        away(app, ANN)
        assert offered(places(app, CAT)) == [(made.session_id, ANN)]
        assert offered(places(app, CAT, after=timedelta(days=8))) == []
        taken = places(app, CAT).take(made.session_id)
        assert [(each.name, each.left_at is not None) for each in taken.raters] == [
            (ANN, True),
            (BOB, False),
            (CAT, False),
        ]
        assert places(app, CAT).take(made.session_id) == taken
        assert told(app, ANN) == ["taken"]
        with pytest.raises(AuscultError, check=lambda error: error.reason == "calibration.not_offered"):
            places(app, DAN).take(made.session_id)
        assert [each.session_id for each in calibrating(app).listing(CAT)] == [made.session_id]

    def test_what_is_begun_stays(self, app: AppStore) -> None:
        """Answers of a rater are theirs, away or not; and of a draft or an ended session nothing is offered."""
        made = session(app)
        metric = calibrating(app).form_of(made).metrics[0].id
        calibrating(app).rate(made.session_id, 1, ANN, [AuditAnswer(metric_id=metric, answer="YES")])
        away(app, ANN)
        assert offered(places(app, CAT)) == []
        other = session(app)
        assert offered(places(app, CAT)) == [(other.session_id, ANN)]
        calibrating(app).close(other.session_id)
        assert offered(places(app, CAT)) == []

    def test_not_to_everyone(self, app: AppStore) -> None:
        """Not to raters of it, to who is away too, takes no part, does not read its conversations, or is judged in them."""
        made = session(app)
        away(app, ANN)
        assert offered(places(app, BOB)) == []
        assert Places(app, lambda: AT, viewer(CAT)).listing() == []
        assert offered(places(app, CAT, agents=frozenset({"a-0", "a-1", "a-2"}))) == []
        pairs = frozenset({Pair("conversation.read", Scope(kind="queues", names=frozenset({"qu-none"}))), *PART})
        narrow = Principal(kind="user", principal_id=CAT, name=CAT, account_id=TENANT.account_id, pairs=pairs)
        assert Places(app, lambda: AT, narrow).listing() == []
        calibrating(app).leave(made.session_id, BOB)
        assert offered(places(app, BOB)) == []
        away(app, CAT)
        assert offered(places(app, CAT)) == []


PART = (Pair(TAKE_PART, Scope(kind="app")),)


def test_agents_are_away_as_their_users_are(app: AppStore) -> None:
    """The agents that a person is, each with the last day; nobody else."""
    assert app.absences.agents_away(AT.date()) == {}
    away(app, ANN)
    away(app, DAN, until=3)
    assert app.absences.agents_away(AT.date()) == {"a-dan": AT.date() + timedelta(days=3)}
    assert app.absences.agents_away(AT.date() + timedelta(days=4)) == {}


def test_coaches_see_the_agents_of_their_team_of_today(app: AppStore) -> None:
    """An agent who has left the team is coached by others now; a coach keeps what they gave."""
    directory = app.people.directory
    directory.put_agents([DirectoryAgent(agent_id="a-dan")])
    directory.put_teams([Team(team_id="te-1", name="One")])
    directory.add_memberships([Membership(kind="team", group_id="te-1", agent_id="a-dan", until=AT)])
    item = Coaching(coaching_id="co-1", agent_id="a-dan", coach=BOB, goal="Greet", created_at=AT)
    pairs = frozenset({Pair(GIVE, Scope(kind="teams", names=frozenset({"te-1"})))})
    coach = Principal(kind="user", principal_id=CAT, name=CAT, account_id=TENANT.account_id, pairs=pairs)
    assert visible(app, [item], coach, AT - timedelta(seconds=1))
    assert not visible(app, [item], coach, AT)
    assert visible(app, [item], viewer(BOB), AT)
