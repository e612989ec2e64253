"""Journeys of those who review and are reviewed, in a real Chromium, by keyboard: calibration, disputes, insights."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.services.disputes.reviewing import Reviewing
from tests.e2e.browsing import Browser
from tests.e2e.consoles import AGENT, console, email_of
from tests.e2e.serving import TENANT, Service
from tests.e2e.test_console_pages import enter
from tests.e2e.test_console_reviews import audited, reviewing
from tests.e2e.test_console_roles import open_page
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console whose agent has two audits, each with a missed greeting."""
    folder = tmp_path_factory.mktemp("console")
    with console(f"sqlite:///{folder / 'auscult.db'}", a_week=10, state_dir=str(folder)) as found:
        audited(found, 2)
        yield found


def rate(browser: Browser, number: int) -> None:
    """Answer this many questions of a blind desk: Yes to all, but No to the first, with a comment."""
    for place in range(number):
        browser.reach("input[type=radio]")
        browser.keys(Keys.SPACE)
        if not place:
            browser.keys(Keys.ARROW_RIGHT)
            browser.write("input[name^='c-']", "Nobody greets.")


def test_manager_calibrates_with_two_raters(browser: Browser, served: Service) -> None:
    """QA manager, 5: invitation, blind desk, submission, debrief with the splits first, reference with its reason, end."""
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/calibration")
    browser.press("a[href$='/calibration/new']")
    browser.until("h1", lambda text: text == "New session")
    assert len(browser.all("input[name=conversation]:checked")) == 2
    browser.reach("input[name=conversation]")
    browser.reach("input[name=conversation]")
    browser.keys(Keys.SPACE)
    browser.write("#raters", email_of("auditor"), Keys.ENTER, email_of("supervisor"))
    browser.press("input[name=needs_reason]", Keys.SPACE)
    browser.write("#name", "April")
    browser.press("button[type=submit].btn--main")
    browser.until("h1", lambda text: text == "April")
    address = browser.driver.current_url.partition("/console")[2]
    for role in ("auditor", "supervisor"):
        enter(browser, served, role)
        open_page(browser, served, "/calibration")
        browser.press(f"a[href$='{address}']")
        browser.press("a.btn--main")
        browser.until("h1", lambda text: "Conversation 1" in text)
        questions = len(browser.all("fieldset.rate"))
        if role == "auditor":
            rate(browser, questions)
        else:
            for _ in range(questions):
                browser.press("input[type=radio]", Keys.SPACE)
        browser.press("main form .btn--main")
        browser.until("main", lambda text: "Nobody sees the others" in text)
        browser.press("form[action$=submit] button")
        browser.until("main", lambda text: "have submitted" in text or "Raters agree" in text)
    enter(browser, served, "qa-manager")
    open_page(browser, served, address)
    assert "No majority" in browser.text(".card header")
    browser.press("details.dispute summary")
    browser.write("details.dispute textarea", "Hello alone is no greeting.")
    browser.press("details.dispute button")
    browser.until("main", lambda text: "Reference: " in text)
    browser.press("details.dispute summary")
    assert "Change the reference" in browser.text("details[open].dispute")
    open_page(browser, served, address)
    browser.press("form[action$=close] button")
    browser.until(".crumbs", lambda text: "Closed" in text)


def test_agent_disputes_twice_and_supervisor_decides_by_keys(browser: Browser, served: Service) -> None:
    """Supervisor, 3: one key chooses, Ctrl and Enter decides and opens the next; the agent reads the reason and accepts."""
    enter(browser, served, "agent")
    open_page(browser, served, "/my-results")
    for place in range(2):
        open_page(browser, served, "/my-results")
        browser.press("details.dispute summary")
        browser.write("details[open].dispute textarea", f"Listen to the beginning, {place}.")
        browser.reach("details[open].dispute select")
        browser.keys(Keys.END)
        browser.press("details[open].dispute button")
        wait_for(lambda: browser.text("main").count("Disputed, you ask for"), (place + 1).__eq__)
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
    browser.keys("2")
    assert browser.run("return document.querySelectorAll('input[name=answer]')[1].checked")
    browser.press("#reason", "It is a greeting.")
    browser.keys(Keys.CONTROL, Keys.ENTER, Keys.NULL)
    browser.until("main", lambda text: "Nothing else waits for you." in text)
    enter(browser, served, "agent")
    open_page(browser, served, "/my-results")
    assert "1 greeting is there." in browser.text("main")
