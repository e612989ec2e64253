"""Away, in a real Chromium: from stating the days to the colleague who takes an audit over, and the page of a user."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from auscult.absences.model import NewAbsence
from auscult.absences.work import Absences
from auscult.domain.people.principal import operator
from auscult.services.coaching.coaching import Coach, Wanted
from tests.e2e.browsing import Browser
from tests.e2e.console.review.test_console_reviews import looked_at
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import AGENT, assign, console, email_of, signed_in
from tests.e2e.serving import TENANT, Service


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console in which the auditor has two audits."""
    folder = tmp_path_factory.mktemp("console")
    with console(f"sqlite:///{folder / 'auscult.db'}", state_dir=str(folder)) as found:
        assign(found, "auditor", 2)
        yield found


def state(browser: Browser, first: int, last: int, note: str = "") -> None:
    """Fill in the form with days from today, and send it."""
    today = datetime.now(UTC).date()
    for name, after in (("since", first), ("until", last)):
        value = (today + timedelta(days=after)).isoformat()
        browser.run(f"document.querySelector('[name={name}]').value = '{value}'")
    browser.one("[name=note]").send_keys(note)
    browser.one("form[action$='/away'] button").click()


@pytest.mark.slow
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
    looked_at(browser, served, "/account", "account-away")
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console")
    assert "2 audits free to take" in browser.text("main")
    looked_at(browser, served, "/audits", "audits-free")
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


@pytest.mark.slow
def test_who_manages_people_states_them(browser: Browser, served: Service) -> None:
    """On the page of a user; the list of users has it too, and so has every list to choose an auditor from."""
    user = served.store.people.users.by_email(email_of("supervisor"))
    assert user is not None
    enter(browser, served, "administrator")
    browser.driver.get(f"{served.url}/console/administration/users/{user.user_id}")
    looked_at(browser, served, f"/administration/users/{user.user_id}", "user-not-away")
    browser.driver.get(f"{served.url}/console/administration/users/{user.user_id}")
    state(browser, 0, 1)
    browser.until(".away", lambda text: "Away now" in text)
    looked_at(browser, served, f"/administration/users/{user.user_id}", "user-away")
    looked_at(browser, served, "/administration/users", "users-away")
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
