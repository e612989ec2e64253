"""Pages whose server-rendered form is hydrated, in a real Chromium: the audit desk and the form editor."""

import re

import pytest

from auscult.server.console.request_language import LANGUAGE_COOKIE
from tests.e2e.browsing import Browser
from tests.e2e.console.audits.test_console_desk import drawn
from tests.e2e.console.test_console_pages import enter
from tests.e2e.serving import Service
from tests.waiting import wait_for

pytestmark = pytest.mark.night

SPELT = """
  const text = document.querySelector("#document");
  text.value = text.value.replace(...arguments);
  text.dispatchEvent(new Event("input"));
"""
OPEN = "return [...document.querySelectorAll('#panel details')].map((each) => each.open)"
CHOSEN = "return [...document.querySelectorAll('[data-q] input:checked')].map((each) => [each.name, each.value])"


def offline(browser: Browser, *, is_so: bool) -> None:
    """Cut the browser off from every server, or let it reach them again."""
    cut = {"offline": is_so, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.driver.execute_cdp_cmd("Network.enable", {})
    browser.driver.execute_cdp_cmd("Network.emulateNetworkConditions", cut)


def test_the_desk_shows_what_its_store_knows(browser: Browser, served: Service) -> None:
    """Answers by mouse and key, undone one by one; a draft that cannot be saved is kept, and saved later."""
    drawn(served)
    enter(browser, served, "auditor")
    browser.driver.get(f"{served.url}/console/audits")
    browser.keys("n")
    browser.until("h1", lambda text: text == "Audit")
    browser.keys("1")
    second = browser.all("[data-q]")[1]
    second.find_elements("css selector", ".seg label")[1].click()
    browser.until("#answered", lambda text: text == "2")
    assert "on" in (second.get_attribute("class") or "").split()
    browser.keys("3")
    assert [value for _, value in browser.run(CHOSEN)] == ["YES", "NA"]
    browser.keys("z")
    assert [value for _, value in browser.run(CHOSEN)] == ["YES", "NO"]
    browser.keys("z", "z")
    browser.until("#answered", lambda text: text == "0")
    assert browser.run(CHOSEN) == []
    browser.until("#saved", lambda text: text.startswith("Saved"))
    offline(browser, is_so=True)
    browser.keys("2")
    browser.until("#saved", lambda text: text.startswith("Kept here"))
    offline(browser, is_so=False)
    browser.until("#saved", lambda text: text.startswith("Saved"))
    browser.driver.refresh()
    browser.until("#answered", lambda text: text == "1")
    assert [value for _, value in browser.run(CHOSEN)] == ["NO"]
    assert browser.faults() == []


@pytest.mark.night
def test_the_editor_keeps_focus_and_what_is_open(browser: Browser, served: Service) -> None:
    """Each check compares the form view with what is shown: faults come and go around what the reader has open."""
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/forms/ef-starter-chat")
    browser.until("#checked", lambda text: text == "No fault")
    browser.one("#open-2").click()
    browser.one("#inspector")
    for each in browser.all("#inspector details.bmore:not([open])"):
        each.find_element("css selector", "summary").click()
    field = browser.one("[id='s-metrics.2.question']")
    field.click()
    opened = browser.run(OPEN)
    browser.run(SPELT, "weight:", "wieght:")
    browser.until("#checked", lambda text: text == "2 faults")
    browser.until("#panel .faults", lambda text: "did you mean weight" in text)
    assert len(browser.all("#gutter .flt")) == 2
    assert browser.one("#publish").get_attribute("aria-disabled") == "true"
    assert browser.run(OPEN) == opened
    assert True in opened
    assert browser.driver.switch_to.active_element == field
    browser.run(SPELT, "wieght:", "weight:")
    browser.until("#checked", lambda text: text == "No fault")
    assert browser.all("#panel .faults") == []
    wait_for(lambda: browser.one("#publish").get_attribute("aria-disabled"), lambda found: found == "false")
    assert browser.driver.switch_to.active_element == field
    assert browser.faults() == []


def test_words_of_the_scripts_in_german(browser: Browser, served: Service) -> None:
    """What the desk and the editor say of a draft and of a check is in the language that the reader chose."""
    drawn(served)
    enter(browser, served, "auditor")
    browser.driver.add_cookie({"name": LANGUAGE_COOKIE, "value": "de"})
    browser.driver.get(f"{served.url}/console/audits")
    browser.keys("n")
    browser.until("#answered", lambda text: text != "")
    browser.keys("1")
    browser.until("#saved", lambda text: re.fullmatch(r"Gespeichert \d\d:\d\d:\d\d", text) is not None)
    enter(browser, served, "qa-manager")
    browser.driver.add_cookie({"name": LANGUAGE_COOKIE, "value": "de"})
    browser.driver.get(f"{served.url}/console/forms/ef-starter-chat")
    browser.until("#checked", lambda text: text == "Kein Fehler")
    browser.run(SPELT, "weight:", "wieght:")
    browser.until("#checked", lambda text: text == "2 Fehler")
    assert browser.faults() == []
