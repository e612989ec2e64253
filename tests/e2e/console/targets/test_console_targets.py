"""The page of targets in a real Chromium: added, tried, in trouble, and removed."""

import pytest

from tests.e2e.browsing import Browser
from tests.e2e.console.disputes.test_console_reviews import looked_at
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import signed_in
from tests.e2e.serving import Service
from tests.unit.services.targets.posting import post_server

CONSOLE = {"weeks": 4, "outgoing_networks": "127.0.0.0/8"}


@pytest.mark.night
def test_a_target_from_its_address_to_its_removal(browser: Browser, served: Service) -> None:
    """A trial message that is refused is shown at the target with its reason; one that arrives is acknowledged."""
    enter(browser, served, "administrator")
    looked_at(browser, served, "/notices/targets")
    browser.driver.get(f"{served.url}/console/notices/targets")
    with post_server() as server:
        browser.one("#t-name").send_keys("Quality channel")
        browser.one("#t-address").send_keys("nothing://x")
        browser.run("document.querySelector('[name=kind][value=late]').click()")
        browser.one("form button.btn--main").click()
        browser.until("#t-problem", lambda text: "Apprise cannot read this address" in text)
        assert browser.run("return document.querySelector('#t-name').value") == "Quality channel"
        assert browser.run("return document.querySelector('[name=kind][value=late]').checked")
        browser.one("#t-address").send_keys(server.address)
        browser.one("form button.btn--main").click()
        browser.until("main", lambda text: "Added" in text)
        server.status = 404
        browser.one(".targets form button").click()
        browser.until(".targets", lambda text: "The trial message was not accepted" in text and "404" in text)
        looked_at(browser, served, "/notices/targets")
        server.status = 200
        browser.driver.get(f"{served.url}/console/notices/targets")
        browser.one(".targets form button").click()
        browser.until("main", lambda text: "The trial message was accepted." in text)
        assert [each["title"] for each in server.messages] == ["auscult: trial message"] * 2
        browser.one(".targets form:last-child button").click()
        browser.until("main", lambda text: "Removed, with its address." in text)


def test_who_sees_the_targets_of_the_app(served: Service) -> None:
    """People who manage webhooks; others have their own alone."""
    with signed_in(served, "auditor") as auditor, signed_in(served, "administrator") as administrator:
        assert "Of this app" not in auditor.get("/console/notices/targets").text
        assert "Of this app" in administrator.get("/console/notices/targets").text
