"""Cards beside each other in a real Chromium at 1,440 pixels: none ends above half a page of nothing, with data and without."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from auscult import bootstrap
from auscult.config import Settings
from auscult.services.people.first import first_link
from tests.data_files import script_of
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import PASSWORD
from tests.e2e.serving import KEY, Service, listening

pytestmark = pytest.mark.night

HALF_A_PAGE = 450
GAPS = script_of(__file__, "gaps")
LINKS = "return [...document.querySelectorAll('nav a[href], .tabs a[href]')].map((each) => each.href)"
CONSOLE = {"weeks": 4}


def halves(browser: Browser, start: str) -> tuple[int, dict[str, list[object]]]:
    """Follow the menu and the tabs; the number of pages, and those that leave half of one empty beside a card."""
    width(browser, 1440)
    open_pages, seen = [start], dict[str, list[object]]()
    while open_pages:
        page = open_pages.pop()
        if page in seen:
            continue
        browser.driver.get(page)
        seen[page] = browser.run(GAPS)
        links = (link.partition("#")[0].partition("?")[0] for link in browser.run(LINKS))
        open_pages += [each for each in links if urlsplit(each)[:2] == urlsplit(start)[:2] and "/help" not in each]
    return len(seen), {urlsplit(page).path: gap for page, gap in seen.items() if int(str(gap[0])) > HALF_A_PAGE}


@pytest.mark.parametrize("role", ["administrator", "agent"])
def test_no_card_ends_above_half_a_page_of_nothing(browser: Browser, served: Service, role: str) -> None:
    """Every page of the menu and of its tabs, as an administrator and as an agent see them."""
    enter(browser, served, role)
    pages, found = halves(browser, f"{served.url}/console")
    assert pages > {"administrator": 35, "agent": 5}[role]
    assert found == {}


def test_the_menu_scrolls_down_alone(browser: Browser, served: Service) -> None:
    """Not sideways, in the language with the longer words, where a low window gives it a scroll bar."""
    enter(browser, served, "administrator")
    browser.driver.add_cookie({"name": "auscult_language", "value": "de", "path": "/console"})
    width(browser, 1280, 700)
    browser.driver.get(f"{served.url}/console")
    assert browser.run("return document.documentElement.lang") == "de"
    high, tall, wide, room = browser.run(
        "const menu = document.querySelector('.nav');"
        "return [menu.clientHeight, menu.scrollHeight, menu.scrollWidth, menu.clientWidth]"
    )
    assert tall > high
    assert wide <= room
    browser.driver.delete_cookie("auscult_language")


def test_the_same_without_data(browser: Browser, tmp_path: Path) -> None:
    """The first administrator of a new database, who defines roles and has an empty list on every page."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'new.db'}", secret_key=KEY, state_dir=str(tmp_path))
    with bootstrap.open(settings) as application, listening(application.server_app()) as address:
        code = first_link(application.store)
        browser.driver.get(f"{address}/console/link/{code}")
        browser.one("#password").send_keys(PASSWORD)
        browser.one("form .btn--main").click()
        pages, found = halves(browser, f"{address}/console")
    assert pages > 35
    assert found == {}
