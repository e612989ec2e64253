"""The page of working days, in a real Chromium: a country, its part, what comes next, and a date that is none."""

import pytest

from auscult.domain.workdays import WorkingDays
from tests.e2e.browsing import Browser
from tests.e2e.console.disputes.test_console_reviews import looked_at
from tests.e2e.console.test_console_pages import enter
from tests.e2e.serving import TENANT, Service

PATH = "/administration/working-days"
CONSOLE = {"weeks": 1, "a_week": 1}


@pytest.mark.landing
def test_days_are_set(browser: Browser, served: Service) -> None:
    """First the country with a week of five days, then its part; a refused date keeps what was typed."""
    enter(browser, served, "administrator")
    looked_at(browser, served, PATH)
    browser.driver.get(f"{served.url}/console{PATH}")
    assert "deadlines count every day" in browser.text("main")
    browser.run("for (const each of ['sat', 'sun']) document.querySelector(`[value=${each}]`).checked = false")
    browser.run("document.querySelector('[name=country]').value = 'DE'")
    browser.one("main form button").click()
    browser.until("[role=status]", lambda text: "from now on" in text)
    assert "New Year's Day" in browser.text("main")
    browser.run("document.querySelector('[name=subdivision]').value = 'BY'")
    browser.one("#days_off").send_keys("soon")
    browser.one("main form button").click()
    browser.until("[role=alert]", lambda text: "Soon is not a date" in text)
    assert browser.run("return document.querySelector('#days_off').value") == "soon"
    browser.run("document.querySelector('#days_off').value = '2027-01-04, 2027-01-05'")
    browser.one("main form button").click()
    browser.until("[role=status]", lambda text: "from now on" in text)
    looked_at(browser, served, PATH)
    stored = served.store.within(TENANT).working_days.get()
    assert isinstance(stored, WorkingDays)
    assert (stored.country, stored.subdivision, len(stored.week), len(stored.days_off)) == ("DE", "BY", 5, 2)
