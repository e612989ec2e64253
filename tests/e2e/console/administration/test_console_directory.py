"""Queues, teams and agents in a real Chromium: renamed, merged and undone by mouse and by keyboard, and imported."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from selenium.webdriver.common.keys import Keys

from auscult.domain.conversation import Agent, Queue
from auscult.domain.people.directory import Team
from auscult.reports import REPORTS
from auscult.services.scoring.rebuild import render_outdated
from tests.e2e.browsing import Browser
from tests.e2e.console.review.test_console_reviews import looked_at
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import console
from tests.e2e.serving import TENANT, Service, process
from tests.integration.working import conversation

PATH = "/administration/directory"
PEOPLE = (Agent("a-ward", "Elizabeth Ward"), Agent("ew-1127", "E. Ward"), Agent("a-hale", "Robert Hale"))
QUEUES = (Queue("rb-01", "Retail Desk"), Queue("RB", "Retail"), Queue("shop", "Online Shop"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with queues and agents that two systems name differently."""
    folder = tmp_path_factory.mktemp("console")
    with console(f"sqlite:///{folder / 'auscult.db'}", state_dir=str(folder), weeks=1, a_week=1) as found:
        at = datetime.now(UTC) - timedelta(hours=1)
        given = [
            replace(conversation(f"c-{n}"), queues=(queue,), agents=(agent,), started_at=at, ended_at=at)
            for n, (queue, agent) in enumerate(zip(QUEUES, PEOPLE, strict=True))
        ]
        process(found.application, given)
        app = found.store.within(TENANT)
        app.people.directory.put_teams(
            [Team(team_id="north", name="Retail North"), Team(team_id="south", name="South")]
        )
        yield found


def listed(browser: Browser, served: Service, query: str) -> set[str]:
    """Return which of the three conversations a list has."""
    browser.driver.get(f"{served.url}/console/conversations?{query}")
    page = browser.driver.page_source
    return {each for each in ("c-0", "c-1", "c-2") if f"/conversations/{each}" in page}


def opened(browser: Browser, served: Service, kind: str) -> None:
    """Open the page of a kind."""
    browser.driver.get(f"{served.url}/console{PATH}?kind={kind}")


@pytest.mark.slow
def test_two_queues_are_one_and_two_again(browser: Browser, served: Service) -> None:
    """By mouse: merge the queue of the chat into the one of the telephone, look at the list, undo."""
    enter(browser, served, "administrator")
    opened(browser, served, "queue")
    rows = {each.find_element("css selector", "th").text: each for each in browser.all("tbody tr")}
    rows["Retail"].find_element("css selector", "a.btn").click()
    browser.run("document.querySelector('#second').value = 'rb-01'")
    browser.one("#merge button").click()
    assert "1 conversation" in browser.text("#merge")
    browser.one("#merge input[value='rb-01']").click()
    browser.one("#merge button").click()
    browser.until("[role=status]", lambda text: "Merged" in text)
    assert "Retail Desk" in browser.text("tbody")
    looked_at(browser, served, f"{PATH}?kind=queue", "directory-queues")
    assert listed(browser, served, "queue=rb-01") == listed(browser, served, "queue=Retail") == {"c-0", "c-1"}
    opened(browser, served, "queue")
    browser.one("tbody td form button.link").click()
    browser.until("[role=status]", lambda text: "Undone" in text)
    assert listed(browser, served, "queue=rb-01") == {"c-0"}


@pytest.mark.slow
def test_a_queue_is_renamed_by_keyboard(browser: Browser, served: Service) -> None:
    """Opened, typed over and sent without a mouse; lists show it, and reports follow."""
    enter(browser, served, "administrator")
    opened(browser, served, "queue")
    browser.run(
        "[...document.querySelectorAll('tbody tr')].find(row => row.textContent.includes('Online Shop'))"
        ".querySelector('summary').focus()"
    )
    browser.keys(Keys.ENTER, Keys.TAB)
    browser.control("a")
    browser.keys("Web Shop", Keys.ENTER)
    browser.until("[role=status]", lambda text: "Renamed" in text)
    assert "Web Shop" in browser.text("tbody")
    browser.driver.get(f"{served.url}/console/conversations?queue=shop")
    assert "Web Shop" in browser.text("main")
    browser.driver.get(f"{served.url}/console/conversations/c-2")
    assert "Web Shop" in browser.text("main")
    render_outdated(served.store, REPORTS, lambda _seconds: False)
    opened(browser, served, "queue")
    assert "Reports show" not in browser.text("main")
    assert "renamed to Web Shop" in browser.text("main")


@pytest.mark.slow
def test_agents_are_offered_as_one_and_imported(browser: Browser, served: Service) -> None:
    """A likely pair is offered; a table says what each row does, and a wrong team is put right in its row."""
    enter(browser, served, "administrator")
    looked_at(browser, served, f"{PATH}?kind=agent", "directory-agents")
    opened(browser, served, "agent")
    assert "Elizabeth Ward (a-ward) and E. Ward (ew-1127)" in browser.text("main")
    browser.driver.get(f"{served.url}/console{PATH}?kind=agent&first=a-ward&second=ew-1127")
    looked_at(browser, served, f"{PATH}?kind=agent&first=a-ward&second=ew-1127", "directory-merge")
    opened(browser, served, "agent")
    browser.one("#table").send_keys(
        "id;name;team;start\na-hale;Rob Hale;;\na-ward;Elizabeth Ward;Retail Nroth;\nn-1;Grace Holm;South;\n;Nobody;;"
    )
    browser.run("document.querySelector('#table').form.requestSubmit()")
    browser.until("h1", lambda text: "Import" in text)
    page = browser.text("main")
    for each in ("Renamed from Robert Hale", "No such team", "New", "No id", "Left out: start", "Add 1, change 1"):
        assert each in page
    browser.one("button[name=fix]").click()
    browser.until("main", lambda text: "Moves from no team to Retail North" in text)
    browser.one("button[name=apply]").click()
    browser.until("[role=status]", lambda text: "Imported" in text)
    directory = served.store.within(TENANT).people.directory
    stays = {(each.agent_id, each.group_id) for each in directory.memberships("team")}
    assert {("a-ward", "north"), ("n-1", "south")} <= stays
    assert directory.agent("a-hale").name == "Rob Hale"
    assert "Rob Hale" in browser.text("tbody")


@pytest.mark.slow
def test_what_cannot_be_is_said_and_kept(browser: Browser, served: Service) -> None:
    """A table without ids, and an id that is there already: in words, with what was typed."""
    enter(browser, served, "administrator")
    opened(browser, served, "queue")
    browser.one("#table").send_keys("name\nSupport")
    browser.run("document.querySelector('#table').form.requestSubmit()")
    browser.until("[role=alert]", lambda text: "no column id" in text)
    assert browser.run("return document.querySelector('#table').value") == "name\nSupport"
    browser.one("#f-name").send_keys("Shop")
    browser.one("#f-id").send_keys("shop", Keys.ENTER)
    browser.until("[role=alert]", lambda text: "there already" in text)
    assert browser.run("return document.querySelector('#f-name').value") == "Shop"


@pytest.mark.slow
def test_who_may_not_change_it_sees_no_tab(browser: Browser, served: Service) -> None:
    """A supervisor has neither the tab nor the page."""
    enter(browser, served, "supervisor")
    browser.driver.get(f"{served.url}/console{PATH}")
    assert browser.all("#table") == []
