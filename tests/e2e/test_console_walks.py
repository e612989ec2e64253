"""Journeys through the console in a real Chromium that read rather than write: each is named as people speak of it."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.services.conversations.latest import Sought, latest
from tests.e2e.browsing import Browser, browsing
from tests.e2e.consoles import console
from tests.e2e.serving import TENANT, Service
from tests.e2e.test_console_pages import METRIC, enter, width
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of this file."""
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Service]:
    """A console with people and example data in it, where somebody who manages quality is signed in."""
    folder = tmp_path_factory.mktemp("console")
    with console(f"sqlite:///{folder / 'auscult.db'}", state_dir=str(folder)) as found:
        enter(browser, found, "qa-manager")
        yield found


def walk(browser: Browser, served: Service, path: str) -> None:
    """Open a page of the console."""
    browser.driver.get(f"{served.url}/console{path}")


def follow(browser: Browser, selector: str) -> str:
    """Open the first link of a selector by keyboard; the address that it leads to."""
    before = browser.driver.current_url
    assert browser.run("const one = document.querySelector(arguments[0]); one?.focus(); return Boolean(one)", selector)
    browser.keys(Keys.ENTER)
    return wait_for(lambda: browser.driver.current_url, lambda url: url != before)


def test_manager_asks_whether_a_metric_can_be_trusted(browser: Browser, served: Service) -> None:
    """QA manager, 2: one page answers in a sentence, with the table of machine and people and what more audits buy."""
    walk(browser, served, "/metrics")
    assert follow(browser, f"a[href$='/metrics/{METRIC}']").endswith(METRIC)
    assert browser.text(".answer")
    titles = browser.run("return [...document.querySelectorAll('main h2')].map((each) => each.textContent)")
    assert {"More audits", "Machine and people"} <= set(titles)


def test_manager_defends_a_score_in_a_hearing(browser: Browser, served: Service) -> None:
    """QA manager, 3: on paper stand words, rule, version, arithmetic and trail, and nothing of the console around them."""
    app = served.store.within(TENANT)
    newest = latest(app, Sought(statuses=("evaluated",)), limit=1).items[0]
    walk(browser, served, f"/conversations/{newest.id}")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        printed = browser.run("return document.body.innerText")
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert f"/console/conversations/{newest.id}" in printed
    assert "Does the agent greet the customer within the first three turns?" in printed
    for part in ("version 1", "came about", "Trail", "Data"):
        assert part in printed
    assert "Find in transcript" not in printed
    assert "Sign out" not in printed


def test_manager_finds_why_the_score_fell(browser: Browser, served: Service) -> None:
    """QA manager, 6: from the chart to the conversations of a cell to one of them, three steps."""
    walk(browser, served, "/overview")
    assert "/console/conversations?" in follow(browser, "table.heat td a")
    browser.until("h1", lambda text: text == "Conversations")
    assert "/console/conversations/" in follow(browser, "table.list .what a")
    browser.until("#trail h2", lambda text: text == "Trail")
    walk(browser, served, "/insights")
    assert "What made the difference" in browser.text("main")


def test_manager_reads_monday_morning_on_one_screen(browser: Browser, served: Service) -> None:
    """QA manager, 7: numbers, what needs them, and what changed stand on the first page."""
    walk(browser, served, "")
    titles = browser.run("return [...document.querySelectorAll('main h2')].map((each) => each.textContent)")
    assert {"Needs you", "What changed in a week"} <= set(titles)
    assert browser.all(".three .fig")


def test_supervisor_reads_the_team_as_a_funnel(browser: Browser, served: Service) -> None:
    """Supervisor, 1: no league: agents by name, with n, and each leads to their page."""
    walk(browser, served, "/agents")
    names = browser.run("return [...document.querySelectorAll('main tbody th a')].map((each) => each.textContent)")
    assert names == sorted(names, key=str.casefold)
    assert "/console/agents/" in follow(browser, "main tbody th a")


def test_manager_knows_what_an_agent_would_be_shown(browser: Browser, served: Service) -> None:
    """The question that a customer would ask is asked in the knowledge base, at 360 px, by keyboard."""
    width(browser, 360)
    try:
        walk(browser, served, "/knowledge")
        browser.one("#q").send_keys("how long can i return it", Keys.ENTER)
        assert "nothing" in browser.text(".found")
        assert browser.run("return document.documentElement.scrollWidth") <= 360
    finally:
        width(browser, 1280)
