"""Journeys of people through the console in a real Chromium, by keyboard where they work by keyboard."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter
from tests.e2e.serving import Service
from tests.waiting import wait_for

pytestmark = pytest.mark.night

PANEL = "return document.querySelector('#forecast').textContent"
CONSOLE = {"weeks": 4}


@pytest.mark.landing
def test_manager_sees_how_exact_a_plan_will_be_before_saving(browser: Browser, served: Service) -> None:
    """QA manager, 1: the forecast follows the slider and the shares; then the plan is saved and drawn."""
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/plans/new")
    before = browser.run(PANEL)
    assert "audits" in before
    browser.run("document.querySelector('#slider').focus()")
    browser.keys(*[Keys.ARROW_LEFT] * 30)
    wait_for(lambda: browser.run(PANEL), lambda text: text != before)
    assert browser.run("return document.querySelector('#amount').value") == "20"
    browser.run(
        "const one = document.querySelector('[data-share]'); one.value = 1; one.dispatchEvent(new Event('input', { bubbles: true }))"
    )
    browser.until("#total", lambda text: "Shares add up to" in text)
    browser.driver.refresh()
    browser.one("#name").send_keys("By keyboard", Keys.ENTER)
    browser.until("h1", lambda text: text == "By keyboard")
    assert "Saved." in browser.text("main")


def test_yaml_and_form_view_are_one_document(browser: Browser, served: Service) -> None:
    """Typing in the form view updates the YAML and the other way round, and faults appear with their lines."""
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/forms/ef-starter-voice")
    browser.run(
        "const text = document.querySelector('#document'); text.value = text.value.replace('pass_score: 70', 'pass_score: 66');"
        "text.dispatchEvent(new Event('input'))"
    )
    shown = "return document.getElementById('s-pass_score').value"
    wait_for(lambda: browser.run(shown), lambda value: value == "66")
    browser.run(
        "const one = document.getElementById('s-pass_score'); one.value = '67'; one.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    wait_for(
        lambda: browser.run("return document.querySelector('#document').value"), lambda text: "pass_score: 67" in text
    )
    browser.run(
        "const text = document.querySelector('#document'); text.value = text.value.replace('pass_score: 67', 'pass_score: no');"
        "text.dispatchEvent(new Event('input'))"
    )
    browser.until("#checked", lambda text: text == "1 fault")
    assert browser.run("return document.querySelector('#publish').getAttribute('aria-disabled')") == "true"


def test_manager_chooses_rows_by_keyboard_and_assigns_them(browser: Browser, served: Service) -> None:
    """J moves, X chooses, the bar says how many, and the auditor has them."""
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/conversations?outcome=passed")
    browser.until("h1", lambda text: text == "Conversations")
    browser.keys("j", "x", "j", "x")
    browser.until("#chosen", lambda text: text == "2")
    browser.press(".bulkbar button[formaction$=assign]")
    browser.until("main", lambda text: "Assigned: 2." in text)
