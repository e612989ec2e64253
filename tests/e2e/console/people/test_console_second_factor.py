"""Journey of a person with a second factor, in a real Chromium, by keyboard."""

from datetime import UTC, datetime

import pytest
from pyotp.totp import TOTP
from selenium.webdriver.common.keys import Keys

from auscult.services.people.second_factor import SecondFactors
from auscult.services.privacy.settings import change_settings
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter
from tests.e2e.console.test_console_roles import faults
from tests.e2e.consoles import PASSWORD, email_of
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

pytestmark = pytest.mark.night
CONSOLE = {"a_week": 6}


def at(browser: Browser, end: str) -> None:
    """Wait for an address of the console."""
    wait_for(lambda: browser.driver.current_url, lambda url: url.rstrip("/").endswith(end))


def heading(browser: Browser, words: str) -> None:
    """Wait for a heading."""
    script = "return [...document.querySelectorAll('h1, h2')].map(each => each.textContent).join()"
    wait_for(lambda: browser.run(script), lambda text: words in text)


def password(browser: Browser, served: Service, role: str) -> None:
    """Give e-mail address and password, by keyboard."""
    browser.driver.get(f"{served.url}/console/sign-in")
    browser.one("#email").click()
    browser.keys(email_of(role), Keys.TAB, PASSWORD, Keys.ENTER)
    heading(browser, "Enter your code")


def sign_out(browser: Browser, served: Service) -> None:
    """Sign out."""
    browser.driver.get(f"{served.url}/console/account")
    browser.press("form[action$='/sign-out'] button")
    at(browser, "/console/sign-in")


@pytest.mark.landing
def test_a_second_factor_is_set_up_and_asked_for(browser: Browser, served: Service) -> None:
    """Enrolled; then asked for on a second step, where a wrong code is refused and a recovery code works."""
    enter(browser, served, "auditor")
    browser.press(".own summary")
    browser.press("a[href$='/console/account']")
    heading(browser, "Your sign-in")
    assert faults(browser) == []
    browser.press("form[action$='/second-factor'] button")
    heading(browser, "Confirm your second factor")
    assert faults(browser) == []
    assert browser.run("return document.querySelectorAll('.qr svg path').length") > 0
    totp = TOTP(browser.text(".secret").replace(" ", ""))
    browser.write("#code", "000000", Keys.ENTER)
    wait_for(lambda: browser.all("[role=alert]"), bool)
    browser.write("#code", totp.now(), Keys.ENTER)
    heading(browser, "Your recovery codes")
    codes = [each.text for each in browser.all(".codes li")]
    assert len(codes) == 10
    assert faults(browser) == []
    sign_out(browser, served)

    password(browser, served, "auditor")
    assert browser.run("return [document.activeElement.id, document.activeElement.autocomplete]") == [
        "code",
        "one-time-code",
    ]
    assert faults(browser) == []
    browser.keys("000000", Keys.ENTER)
    wait_for(lambda: browser.all("[role=alert]"), bool)
    assert faults(browser) == []
    browser.keys(totp.at(datetime.now(UTC), counter_offset=1), Keys.ENTER)
    at(browser, "/console")
    sign_out(browser, served)
    password(browser, served, "auditor")
    browser.keys(codes[0], Keys.ENTER)
    at(browser, "/console")
    browser.driver.get(f"{served.url}/console/account")
    assert "9 recovery codes are left." in browser.text("main")
    assert faults(browser) == []
    sign_out(browser, served)


def test_an_administrator_requires_and_resets_a_second_factor(browser: Browser, served: Service) -> None:
    """Whoever has none sees only the page on which to set it up; one that is lost is removed."""
    factors, auditor = SecondFactors(served.store), served.store.people.users.by_email(email_of("auditor"))
    assert auditor is not None
    if not factors.is_in_force(auditor):
        factors.confirm(auditor, TOTP(factors.begin(auditor).secret).now(), None)
    enter(browser, served, "administrator")
    browser.driver.get(f"{served.url}/console/administration/settings")
    assert faults(browser) == []
    browser.reach("input[name=second_factor]")
    browser.keys(Keys.SPACE)
    browser.press("main form .btn--main")
    at(browser, "/console/account")
    assert "An administrator requires a second factor." in browser.text("main")
    assert faults(browser) == []
    browser.driver.get(f"{served.url}/console/conversations")
    at(browser, "/console/account")
    assert "/conversations" not in browser.driver.page_source
    change_settings(served.store.within(TENANT), "test", {"second_factor": False})

    browser.driver.get(f"{served.url}/console/administration/users")
    assert browser.text("tbody tr:has(.tag)").startswith("Auditor")
    browser.press("tbody tr:has(.tag) a")
    wait_for(lambda: browser.all("form[action$='/reset'] button"), bool)
    assert faults(browser) == []
    browser.press("form[action$='/reset'] button")
    wait_for(
        lambda: browser.all("main .tell"), lambda found: bool(found) and "second factor is removed" in found[0].text
    )
    assert not factors.is_in_force(auditor)
    enter(browser, served, "auditor")
