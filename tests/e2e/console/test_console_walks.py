"""Journeys through the console in a real Chromium that read rather than write: each is named as people speak of it."""

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from auscult.bootstrap.people import list_exporting
from auscult.services.conversations.latest import Sought, latest
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import METRIC, enter
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

pytestmark = pytest.mark.night

FOCUSED = "const one = document.activeElement; return one.id || one.value || one.textContent || one.tagName"
COUNT = "form.filters [role=status]"
SHOWN = ".zooming [role=status]"
CONSOLE = {"weeks": 4, "a_week": 13, "seed": 3}


@pytest.fixture(scope="module")
def served(served: Service, browser: Browser) -> Service:
    """A console with people and example data in it, where somebody who manages quality is signed in."""
    enter(browser, served, "qa-manager")
    return served


def walk(browser: Browser, served: Service, path: str) -> None:
    """Open a page of the console."""
    browser.driver.get(f"{served.url}/console{path}")


def follow(browser: Browser, selector: str) -> str:
    """Open the first link of a selector by keyboard; the address that it leads to."""
    before = browser.driver.current_url
    assert browser.run("const one = document.querySelector(arguments[0]); one?.focus(); return Boolean(one)", selector)
    browser.keys(Keys.ENTER)
    return wait_for(lambda: browser.driver.current_url, lambda url: url != before)


@pytest.mark.landing
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


def query(browser: Browser) -> str:
    """The query of the address."""
    return browser.driver.current_url.partition("?")[2]


def focus(browser: Browser, selector: str) -> None:
    """Give the focus to the first of a selector."""
    browser.one(selector)
    browser.run("document.querySelector(arguments[0]).focus()", selector)


def changed(browser: Browser, words: str) -> str:
    """The number of conversations found, once it is not these words."""
    return browser.until(COUNT, lambda text: text not in ("", words))


def test_list_applies_filters_as_they_are_chosen(browser: Browser, served: Service) -> None:
    """By keyboard: the page stays, and the focus with it; the address says what was chosen, and back takes it away."""
    walk(browser, served, "/conversations")
    every = browser.text(COUNT)
    browser.run("window.isSamePage = true")
    focus(browser, "#filter > summary")
    browser.keys(Keys.ENTER)
    focus(browser, "input[name=channel][value=voice]")
    browser.keys(Keys.SPACE)
    voice = changed(browser, every)
    assert query(browser) == "channel=voice"
    assert browser.run(FOCUSED) == "voice"
    assert browser.run("return document.querySelector('#filter').open")
    assert browser.text(".chip--on b") == "Voice"
    focus(browser, "input[name=channel][value=chat]")
    browser.keys(Keys.SPACE)
    changed(browser, voice)
    assert query(browser) == "channel=voice&channel=chat"
    browser.driver.back()
    browser.until(COUNT, lambda text: text == voice)
    assert query(browser) == "channel=voice"
    ticked = "return [...document.querySelectorAll('[name=channel]:checked')].map((each) => each.value)"
    assert browser.run(ticked) == ["voice"]
    assert browser.run(FOCUSED) == "chat"
    browser.driver.back()
    browser.until(COUNT, lambda text: text == every)
    assert query(browser) == ""
    assert browser.run(ticked) == []
    focus(browser, "#filter button[type=submit]")
    browser.keys(Keys.ENTER)
    wait_for(lambda: browser.run("return document.querySelector('#filter').open"), lambda is_open: not is_open)
    assert browser.run(FOCUSED) == "Filter"
    assert browser.run("return window.isSamePage")


def test_list_keeps_the_focus_when_a_filter_goes(browser: Browser, served: Service) -> None:
    """A chip that is taken away hands the focus to the filters; a search and a tab keep it; a fault is named on the list."""
    walk(browser, served, "/conversations?channel=chat")
    some = browser.text(COUNT)
    focus(browser, ".chip--on")
    browser.keys(Keys.ENTER)
    every = changed(browser, some)
    wait_for(lambda: browser.run(FOCUSED), lambda text: text == "Filter")
    focus(browser, "#q")
    browser.keys("card", Keys.ENTER)
    assert int(changed(browser, every).split()[0]) < int(every.split()[0])
    assert query(browser) == "q=card"
    assert browser.run(FOCUSED) == "q"
    focus(browser, ".tabs a:nth-child(2)")
    browser.keys(Keys.ENTER)
    wait_for(lambda: query(browser), lambda text: text == "days=7")
    wait_for(
        lambda: browser.run("return document.querySelector('.tabs [aria-current]').textContent"), "Last 7 days".__eq__
    )
    assert browser.run(FOCUSED) == "Last 7 days"
    focus(browser, "#q")
    browser.keys("-card", Keys.ENTER)
    browser.until("main", lambda text: "Nothing was searched" in text)


@pytest.mark.landing
def test_list_pages_in_place(browser: Browser, served: Service) -> None:
    """Older rows come with the focus at their beginning, nothing of the page before stays chosen, and keys go on working."""
    walk(browser, served, "/conversations")
    first = browser.run("return document.querySelector('table.list tbody tr').id")
    browser.keys("j", "x")
    browser.until("#chosen", lambda text: text == "1")
    focus(browser, "[rel=next]")
    browser.keys(Keys.ENTER)
    wait_for(lambda: browser.run("return document.querySelector('table.list tbody tr').id"), lambda id_: id_ != first)
    assert query(browser).startswith("before=")
    assert browser.run("return document.activeElement.getAttribute('aria-label')") == "Conversations"
    assert browser.run("return document.querySelector('#chosen').textContent") == "0"
    browser.keys("j", "x")
    browser.until("#chosen", lambda text: text == "1")
    browser.driver.back()
    wait_for(lambda: browser.run("return document.querySelector('table.list tbody tr').id"), lambda id_: id_ == first)
    assert follow(browser, "table.list .what a").endswith(first.removeprefix("row-"))
    browser.driver.back()
    browser.until("h1", lambda text: text == "Conversations")


def test_list_sorts_by_keyboard(browser: Browser, served: Service) -> None:
    """A head sorts and keeps the focus, and so does the order, which S goes to; back is the order before."""
    walk(browser, served, "/conversations?channel=voice")
    sorted_by = "return document.querySelector('table.list [aria-sort] a')?.id"
    assert browser.run(sorted_by) == "by-started"
    focus(browser, "#by-score")
    browser.keys(Keys.ENTER)
    wait_for(lambda: browser.run(sorted_by), "by-score".__eq__)
    assert query(browser) == "channel=voice&sort=score"
    assert browser.run("return document.activeElement.id") == "by-score"
    scores = browser.run("return [...document.querySelectorAll('td.score b')].map((each) => Number(each.textContent))")
    assert scores == sorted(scores)
    browser.keys("s")
    assert browser.run("return document.activeElement.id") == "sort"
    browser.run(
        "const list = document.activeElement; list.value = 'confidence'; list.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    wait_for(lambda: browser.run(sorted_by), lambda id_: id_ is None)
    assert query(browser) == "channel=voice&sort=confidence"
    browser.driver.back()
    wait_for(lambda: browser.run(sorted_by), "by-score".__eq__)
    assert browser.run("return document.querySelector('#sort').value") == "score"
    focus(browser, "#by-started")
    browser.keys("f")
    assert browser.run("return document.querySelector('#filter').open")
    assert browser.faults() == []


def test_export_shows_its_progress(browser: Browser, served: Service) -> None:
    """The page of exports changes by itself while one is written, and asks for nothing once none is."""
    walk(browser, served, "/conversations?outcome=passed")
    browser.run("document.querySelector('form[action$=export]').requestSubmit()")
    browser.until("h1", lambda text: text == "Exports")
    assert "Waiting" in browser.text("#exports")
    browser.run("window.isSamePage = true")
    assert list_exporting(served.store).run_once()
    browser.until("#exports", lambda text: "Ready" in text)
    assert (
        browser.run("return document.querySelector('#exports [role=status]').textContent")
        == "No export is being written."
    )
    assert browser.run("return window.isSamePage")
    assert not browser.run("return document.querySelector('[hx-trigger]')")


@pytest.mark.landing
def test_chart_zooms_and_shows_all_again(browser: Browser, served: Service) -> None:
    """By keyboard and by dragging; the address keeps the weeks, every point stays a link, and the theme is followed."""
    walk(browser, served, "/overview")
    every = browser.text(SHOWN)
    assert every.startswith("All ")
    assert not browser.run("return document.querySelector('.trend > svg').checkVisibility()")
    marks = "return [...document.querySelectorAll('.trend[data-kept=weeks] .mark')].filter((each) => each.checkVisibility()).length"
    points = browser.run(marks)
    focus(browser, "[data-zoom=in]")
    browser.keys(Keys.ENTER)
    some = browser.until(SHOWN, lambda text: text != every)
    assert "weeks=" in query(browser)
    wait_for(lambda: browser.run(marks), lambda number: 2 <= number < points)
    browser.driver.refresh()
    assert browser.text(SHOWN) == some
    focus(browser, "[data-zoom=all]")
    browser.keys(Keys.ENTER)
    browser.until(SHOWN, lambda text: text == every)
    assert query(browser) == ""
    assert browser.run("return document.activeElement.dataset.zoom") == "all"
    over = browser.one(".trend .u-over")
    quarter, beyond = over.size["width"] // 4, over.size["width"] // 2 + 20
    drag = ActionChains(browser.driver).move_to_element_with_offset(over, -quarter, 40)
    drag.click_and_hold().move_by_offset(quarter, 0).move_by_offset(beyond - quarter, 0).release().perform()
    browser.until(SHOWN, lambda text: text != every)
    ActionChains(browser.driver).move_to_element_with_offset(over, 0, 40).double_click().perform()
    browser.until(SHOWN, lambda text: text == every)
    focus(browser, "[data-kept=scores] [data-zoom=in]")
    browser.keys(Keys.ENTER)
    browser.until("[data-kept=scores] [role=status]", lambda text: text != every)
    assert "scores=" in query(browser)
    assert browser.text(SHOWN) == every
    assert "/console/conversations?" in follow(browser, ".trend .mark")
    assert browser.faults() == []


def test_list_and_chart_without_script(browser: Browser, served: Service) -> None:
    """The drawing of the server, its table, and filters by links and a button, where scripts are off."""
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        walk(browser, served, "/overview")
        assert browser.one(".trend > svg")
        assert browser.one(".trend > svg a")
        assert not browser.all(".uplot")
        assert not browser.one(".trend").find_element("css selector", ".zooming").is_displayed()
        walk(browser, served, "/conversations?channel=chat")
        chat = browser.text(COUNT)
        browser.one(".chip--on").click()
        changed(browser, chat)
        browser.one("#filter > summary").click()
        browser.one("input[name=channel][value=chat]").click()
        browser.one("#filter button[type=submit]").click()
        browser.until(COUNT, lambda text: text == chat)
        assert "channel=chat" in query(browser)
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_list_leads_to_signing_in_when_the_session_is_over(browser: Browser, served: Service) -> None:
    """A part that cannot be had any more is no empty page: the page to sign in is shown, and leads back."""
    walk(browser, served, "/conversations")
    browser.driver.delete_all_cookies()
    focus(browser, ".tabs a:nth-child(2)")
    browser.keys(Keys.ENTER)
    wait_for(lambda: browser.driver.current_url, lambda url: url.endswith("/console/sign-in"))
    enter(browser, served, "qa-manager")
