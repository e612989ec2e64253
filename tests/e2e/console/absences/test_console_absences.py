"""Away, in a real Chromium: from stating the days to the colleague who takes an audit over, and the page of a user."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from auscult.domain.absences import NewAbsence
from auscult.domain.people.principal import operator
from auscult.services.absences import Absences
from auscult.services.calibration import Calibrating
from auscult.services.calibration import Wanted as WantedSession
from auscult.services.coaching.coaching import Coach, Wanted
from tests.e2e.browsing import Browser
from tests.e2e.console.disputes.test_console_reviews import looked_at
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import AGENT, assign, email_of, signed_in
from tests.e2e.serving import TENANT, Service

CONSOLE = {"weeks": 4}


@pytest.fixture(scope="module")
def served(served: Service) -> Service:
    """A console in which the auditor has two audits."""
    assign(served, "auditor", 2)
    return served


def state(browser: Browser, first: int, last: int, note: str = "") -> None:
    """Fill in the form with days from today, and send it."""
    today = datetime.now(UTC).date()
    for name, after in (("since", first), ("until", last)):
        value = (today + timedelta(days=after)).isoformat()
        browser.run(f"document.querySelector('[name={name}]').value = '{value}'")
    browser.one("[name=note]").send_keys(note)
    browser.one("form[action$='/away'] button").click()


@pytest.mark.landing
def test_from_the_days_to_the_colleague(browser: Browser, served: Service) -> None:
    """A wrong order keeps what was typed; then the days are stated, and a colleague finds and takes an audit."""
    enter(browser, served, "auditor")
    browser.driver.get(f"{served.url}/console/account")
    state(browser, 3, 1, "Trip")
    assert "the last day is before the first" in browser.text("[role=alert]").lower()
    assert browser.run("return document.querySelector('[name=note]').value") == "Trip"
    browser.driver.get(f"{served.url}/console/account")
    state(browser, 0, 3, "Trip")
    browser.until(".away", lambda text: "Away now" in text and "Trip" in text)
    looked_at(browser, served, "/account")
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console")
    assert "2 audits free to take" in browser.text("main")
    looked_at(browser, served, "/audits")
    browser.driver.get(f"{served.url}/console/audits")
    assert browser.text("#free").count("Auditor is away until") == 2
    browser.one("#free form button").click()
    browser.until("[role=status]", lambda text: "it is yours now" in text)
    assert browser.text("#free").count("Auditor is away until") == 1
    enter(browser, served, "auditor")
    browser.driver.get(f"{served.url}/console/notices")
    assert "Qa-manager took over an audit of yours while you are away." in browser.text("main")
    browser.driver.get(f"{served.url}/console/account")
    browser.one(".away button").click()
    browser.until("[role=status]", lambda text: "removed" in text)
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/audits")
    assert "Free to take" not in browser.text("main")


@pytest.mark.night
def test_who_manages_people_states_them(browser: Browser, served: Service) -> None:
    """On the page of a user; the list of users has it too, and so has every list to choose an auditor from."""
    user = served.store.people.users.by_email(email_of("supervisor"))
    assert user is not None
    enter(browser, served, "administrator")
    browser.driver.get(f"{served.url}/console/administration/users/{user.user_id}")
    looked_at(browser, served, f"/administration/users/{user.user_id}")
    browser.driver.get(f"{served.url}/console/administration/users/{user.user_id}")
    state(browser, 0, 1)
    browser.until(".away", lambda text: "Away now" in text)
    looked_at(browser, served, f"/administration/users/{user.user_id}")
    looked_at(browser, served, "/administration/users")
    browser.driver.get(f"{served.url}/console/calibration/new")
    assert "Supervisor, away until" in browser.text("main")


def test_coaching_of_a_coach_who_is_away(served: Service) -> None:
    """It is on the Home of others who may confirm it while its coach is away, and theirs alone before."""
    app, now = served.store.within(TENANT), lambda: datetime.now(UTC)
    (item,) = Coach(app, now).create(Wanted(agent_ids=(AGENT,), goal="Greet by name"), email_of("qa-manager"))
    Coach(app, now).acknowledge(item.coaching_id, frozenset({AGENT}))
    Coach(app, now).finish(item.coaching_id, frozenset({AGENT}), email_of("agent"))
    today = now().date()
    with signed_in(served, "administrator") as other:
        assert "Greet by name" not in other.get("/console").text
        away = NewAbsence(since=today, until=today + timedelta(days=3), person=email_of("qa-manager"))
        made = Absences(app.absences, app, now, operator()).add(away)
        page = other.get("/console").text
        assert "Greet by name" in page
        assert "From Qa-manager, who is away until" in page
        Absences(app.absences, app, now, operator()).remove(made.absence_id)
        assert "Greet by name" not in other.get("/console").text


def test_the_place_of_a_rater_who_is_away(served: Service) -> None:
    """It is on the Home and the page of calibration of a colleague, who takes it once and rates; the rater is told."""
    app, now = served.store.within(TENANT), lambda: datetime.now(UTC)
    known = next(iter(served.store.within(TENANT).conversations.rerender("", 1))).conversation.id
    form = next(iter(app.forms.in_force())).form_id
    raters = (email_of("auditor"), email_of("qa-manager"))
    service = Calibrating(app, now)
    made = service.create(WantedSession(name="April", form_id=form, conversations=(known,), raters=raters), "mia")
    service.activate(made.session_id)
    path = f"/console/calibration/{made.session_id}"
    today = now().date()
    with signed_in(served, "administrator") as other:
        assert "Free to take" not in other.get("/console/calibration").text
        away = NewAbsence(since=today, until=today + timedelta(days=3), person=email_of("auditor"))
        stated = Absences(app.absences, app, now, operator()).add(away)
        assert "In place of Auditor, who is away until" in other.get("/console").text
        page = other.get("/console/calibration").text
        assert "Free to take" in page
        assert "Auditor is away until" in page
        assert "Auditor, away until" in other.get(path).text
        taken = other.post(f"{path}/take")
        assert (taken.status_code, taken.headers["location"]) == (303, path)
        assert "Rate the next" in other.get(path).text
        assert "Free to take" not in other.get("/console/calibration").text
    with signed_in(served, "qa-manager") as third:
        gone = third.post(f"{path}/take").headers["location"]
        assert gone == path, "a rater of the session stays one"
    with signed_in(served, "auditor") as back:
        assert "Administrator rates in your place in a calibration session" in back.get("/console/notices").text
        gone = back.post(f"{path}/take").headers["location"]
        assert gone == path
    with signed_in(served, "supervisor") as late:
        gone = late.post(f"{path}/take").headers.get("location", "")
        assert gone in {"", "/console/calibration?done=gone"}
    Absences(app.absences, app, now, operator()).remove(stated.absence_id)


def test_coaching_of_an_agent_who_is_away(served: Service) -> None:
    """It is not late meanwhile; the list, its page and the choice of an agent show until when."""
    app, now = served.store.within(TENANT), lambda: datetime.now(UTC)
    today = now().date()
    (item,) = Coach(app, now).create(
        Wanted(agent_ids=(AGENT,), goal="Say goodbye", due_on=today), email_of("qa-manager")
    )
    app.coaching.save([replace(item, due_on=today - timedelta(days=1), changes=item.changes + 1)])
    with signed_in(served, "qa-manager") as coach:
        assert "Yet to start, late" in coach.get(f"/console/coaching/{item.coaching_id}").text
        assert "Say goodbye" in coach.get("/console").text
        away = NewAbsence(since=today, until=today + timedelta(days=3), person=email_of("agent"))
        stated = Absences(app.absences, app, now, operator()).add(away)
        page = coach.get(f"/console/coaching/{item.coaching_id}").text
        assert "Yet to start, late" not in page
        assert "The agent is away until" in page
        assert "Away until" in coach.get("/console/coaching").text
        assert ", away until" in coach.get("/console/coaching/new").text
        assert "Say goodbye" not in coach.get("/console").text
        Absences(app.absences, app, now, operator()).remove(stated.absence_id)
