"""Journeys of those who review and are reviewed, in a real Chromium, by keyboard: calibration, disputes, insights."""

from datetime import UTC, datetime, timedelta

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.domain.audits.audit import AuditAnswer
from auscult.services.calibration import Calibrating
from tests.e2e.browsing import Browser
from tests.e2e.console.disputes.test_console_reviews import audited, looked_at
from tests.e2e.console.test_console_pages import enter
from tests.e2e.console.test_console_roles import open_page
from tests.e2e.consoles import email_of
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

pytestmark = pytest.mark.night

DATES = "return [document.querySelector('#from').value, document.querySelector('#to').value]"
CONSOLE = {"weeks": 4, "a_week": 10}


@pytest.fixture(scope="module")
def served(served: Service) -> Service:
    """A console whose agent has two audits, each with a missed greeting."""
    audited(served, 2)
    return served


def rate(browser: Browser, number: int) -> None:
    """Answer this many questions of a blind desk: No to the first, and Yes to all others."""
    for index in range(number):
        browser.press("input[type=radio]", Keys.SPACE)
        if not index:
            browser.keys(Keys.ARROW_RIGHT)
    browser.press("main form .btn--main")
    browser.until("main", lambda text: "Nobody sees the others" in text)


def submit(browser: Browser) -> None:
    """Submit without the comment on what is not met: the room says so where the focus is; back, write it, and submit."""
    browser.press("form[action$=submit] button")
    browser.until("[role=alert]", lambda text: "conversation 1, Greeting" in text)
    wait_for(lambda: browser.run("return document.activeElement.getAttribute('role')"), lambda role: role == "alert")
    browser.press("main li a[href$='/1']")
    browser.until("h1", lambda text: "Conversation 1" in text)
    browser.keys(Keys.TAB, Keys.ENTER)
    assert browser.run("return document.querySelectorAll('main input:checked').length") == len(browser.all(".rate"))
    browser.write("fieldset.rate input[name^='c-']", "Nobody greets.", Keys.ENTER)
    browser.until("main", lambda text: "Nobody sees the others" in text)
    browser.press("form[action$=submit] button")
    browser.until("main", lambda text: "have submitted" in text)


def rated_all_met(served: Service, session_id: str, role: str) -> None:
    """Have the user of a role answer Yes to everything, and submit."""
    work = Calibrating(served.store.within(TENANT), lambda: datetime.now(UTC))
    (session,) = (each for each in work.listing(None) if each.session_id == session_id)
    answers = [AuditAnswer(metric_id=each.id, answer="YES") for each in work.form_of(session).metrics]
    for item in session.items:
        work.rate(session_id, item.number, email_of(role), answers)
    work.submit(session_id, email_of(role))


def test_manager_invites_raters_who_answer_blind(browser: Browser, served: Service) -> None:
    """QA manager, 5: chosen conversations, invitation, the blind desk of a rater, refusal and submission."""
    enter(browser, served, "qa-manager")
    looked_at(browser, served, "/calibration")
    looked_at(browser, served, "/calibration/new")
    open_page(browser, served, "/calibration")
    browser.press("a[href$='/calibration/new']")
    browser.until("h1", lambda text: text == "New session")
    assert len(browser.all("input[name=conversation]:checked")) == 2
    browser.reach("input[name=conversation]")
    browser.press("input[name=conversation]", Keys.SPACE)
    browser.write("#raters-find", email_of("auditor"), Keys.ENTER, email_of("supervisor"))
    browser.press("input[name=needs_reason]", Keys.SPACE)
    browser.write("#name", "April")
    browser.press("button[type=submit].btn--main")
    browser.until("h1", lambda text: text == "April")
    address = browser.driver.current_url.partition("/console")[2]
    enter(browser, served, "auditor")
    looked_at(browser, served, f"{address}/1")
    open_page(browser, served, "/calibration")
    browser.press("main tbody a")
    browser.press("a.btn--main")
    browser.until("h1", lambda text: "Conversation 1" in text)
    assert "Does the agent greet the customer within the first three turns?" in browser.text("main form")
    rate(browser, len(browser.all("fieldset.rate")))
    submit(browser)


def test_manager_debriefs_with_the_splits_first(browser: Browser, served: Service) -> None:
    """QA manager, 5: the meeting view shows split answers first; a reference has its reason; then the session ends."""
    (session,) = Calibrating(served.store.within(TENANT), lambda: datetime.now(UTC)).listing(None)
    rated_all_met(served, session.session_id, "supervisor")
    enter(browser, served, "qa-manager")
    open_page(browser, served, f"/calibration/{session.session_id}")
    assert "No majority" in browser.text(".card header")
    browser.press("details.dispute summary")
    browser.write("details.dispute textarea", "Hello alone is no greeting.")
    browser.press("details.dispute button")
    browser.until("main", lambda text: "Reference: " in text)
    browser.press("details.dispute summary")
    assert "Change the reference" in browser.text("details[open].dispute")
    looked_at(browser, served, f"/calibration/{session.session_id}")
    open_page(browser, served, f"/calibration/{session.session_id}")
    browser.press("form[action$=close] button")
    browser.until(".crumbs", lambda text: "Closed" in text)


@pytest.mark.landing
def test_agent_disputes_twice_and_supervisor_decides_by_keys(browser: Browser, served: Service) -> None:
    """Supervisor, 3: one key chooses, Ctrl and Enter decides and opens the next; the agent reads the reason and accepts."""
    enter(browser, served, "agent")
    open_page(browser, served, "/my-results")
    for index in range(2):
        open_page(browser, served, "/my-results")
        browser.press("details.dispute summary")
        browser.write("details[open].dispute textarea", f"Listen to the beginning, {index}.")
        browser.reach("details[open].dispute select")
        browser.keys(Keys.END)
        browser.press("details[open].dispute button")
        wait_for(lambda: browser.text("main").count("Disputed, you ask for"), (index + 1).__eq__)
    enter(browser, served, "supervisor")
    open_page(browser, served, "/disputes")
    browser.press("a.btn--main")
    wait_for(lambda: browser.driver.current_url, lambda url: "/disputes/di-" in url)
    first = browser.driver.current_url
    browser.keys("1")
    browser.keys(Keys.CONTROL, Keys.ENTER, Keys.NULL)
    assert browser.run("return document.activeElement.id") == "reason", "what is missing has the focus"
    browser.keys("1 greeting is there.")
    assert browser.run("return document.activeElement.value") == "1 greeting is there."
    browser.keys(Keys.CONTROL, Keys.ENTER, Keys.NULL)
    wait_for(lambda: browser.driver.current_url, lambda url: "/disputes/di-" in url and url != first)
    assert browser.run("return document.activeElement.tagName") == "H1", "the next one has the focus"
    browser.keys("2")
    assert browser.run("return document.querySelectorAll('input[name=answer]')[1].checked")
    browser.keys("3 people say: a greeting.")
    assert browser.run("return document.querySelector('#reason').value") == "3 people say: a greeting."
    assert browser.run("return document.querySelectorAll('input[name=answer]')[1].checked"), "digits are text there"
    browser.keys(Keys.CONTROL, Keys.ENTER, Keys.NULL)
    browser.until("main", lambda text: "Nothing else waits for you." in text)
    assert browser.run("return document.activeElement.getAttribute('role')") == "status"
    enter(browser, served, "agent")
    open_page(browser, served, "/my-results")
    assert "1 greeting is there." in browser.text("main")


def test_analyst_compares_two_dates_and_reads_what_made_the_difference(browser: Browser, served: Service) -> None:
    """QA manager, 6: from weeks of a chart to what made the difference in them, to its conversations, to one of them."""
    enter(browser, served, "analyst")
    open_page(browser, served, "/overview")
    browser.press("[data-zoom=in]")
    browser.press("a[href*='/insights?']")
    browser.until("h1", lambda text: text == "Insights")
    zoomed = browser.run(DATES)
    assert zoomed[0] < zoomed[1]
    today = datetime.now(UTC).date()
    browser.reach("#from")
    browser.keys(*f"{today - timedelta(days=13):%m%d%Y}")
    browser.reach("#to")
    browser.keys(*f"{today:%m%d%Y}")
    browser.press("form.pair button")
    wait_for(lambda: browser.run(DATES), [f"{today - timedelta(days=13)}", f"{today}"].__eq__)
    assert "What made the difference" in browser.text("main")
    browser.press("main a.count-link[href*='intent=']")
    browser.until("h1", lambda text: text == "Conversations")
    assert "since=" in browser.driver.current_url
    browser.keys("j", Keys.ENTER)
    browser.until("#trail h2", lambda text: text == "Trail")
