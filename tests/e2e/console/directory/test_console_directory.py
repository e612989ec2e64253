"""Queues, teams and agents in a real Chromium: renamed, merged and undone by mouse and by keyboard, and imported."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from selenium.webdriver.common.keys import Keys

from auscult.domain.conversation import Agent, Queue
from auscult.domain.people.directory import Team
from auscult.reports import REPORTS
from auscult.services.definitions.sheets.files import to_xlsx
from auscult.services.scoring.rebuild import render_outdated
from tests.e2e.browsing import Browser
from tests.e2e.console.disputes.test_console_reviews import looked_at
from tests.e2e.console.test_console_pages import enter, is_clean
from tests.e2e.consoles import email_of, signed_in
from tests.e2e.serving import TENANT, Service, process
from tests.integration.working import conversation

PATH = "/administration/directory"
HOLDS = "return document.querySelector(`#column-${arguments[0]}`).selectedOptions[0].text"
PEOPLE = (Agent("a-ward", "Elizabeth Ward"), Agent("ew-1127", "E. Ward"), Agent("a-hale", "Robert Hale"))
QUEUES = (Queue("rb-01", "Retail Desk"), Queue("RB", "Retail"), Queue("shop", "Online Shop"))
CONSOLE = {"weeks": 1, "a_week": 1}


@pytest.fixture(scope="module")
def served(served: Service) -> Service:
    """A console with queues and agents that two systems name differently."""
    at = datetime.now(UTC) - timedelta(hours=1)
    given = [
        replace(conversation(f"c-{n}"), queues=(queue,), agents=(agent,), started_at=at, ended_at=at)
        for n, (queue, agent) in enumerate(zip(QUEUES, PEOPLE, strict=True))
    ]
    process(served.application, given)
    app = served.store.within(TENANT)
    app.people.directory.put_teams([Team(team_id="north", name="Retail North"), Team(team_id="south", name="South")])
    return served


def listed(browser: Browser, served: Service, query: str) -> set[str]:
    """Return which of the three conversations a list has."""
    browser.driver.get(f"{served.url}/console/conversations?{query}")
    page = browser.driver.page_source
    return {each for each in ("c-0", "c-1", "c-2") if f"/conversations/{each}" in page}


def opened(browser: Browser, served: Service, kind: str) -> None:
    """Open the page of a kind."""
    browser.driver.get(f"{served.url}/console{PATH}?kind={kind}")


@pytest.mark.night
def test_two_queues_are_one_and_two_again(browser: Browser, served: Service) -> None:
    """By mouse: merge the queue of the chat into the one of the telephone, look at the list, undo."""
    enter(browser, served, "administrator")
    opened(browser, served, "queue")
    rows = {each.find_element("css selector", "th").text: each for each in browser.all("tbody tr")}
    rows["Retail"].find_element("css selector", "a.btn").click()
    browser.one("#second").send_keys("Retail Desk")
    browser.one("#merge button").click()
    browser.until("#merge", lambda text: "1 conversation" in text)
    browser.one("#merge input[value='rb-01']").click()
    browser.one("#merge button").click()
    browser.until("[role=status]", lambda text: "Merged" in text)
    assert "Retail Desk" in browser.text("tbody")
    looked_at(browser, served, f"{PATH}?kind=queue")
    assert listed(browser, served, "queue=rb-01") == listed(browser, served, "queue=Retail") == {"c-0", "c-1"}
    opened(browser, served, "queue")
    browser.one("tbody td form button.link").click()
    browser.until("[role=status]", lambda text: "Undone" in text)
    assert listed(browser, served, "queue=rb-01") == {"c-0"}


@pytest.mark.landing
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
    browser.driver.get(f"{served.url}/console/administration/jobs")
    assert re.search(r"Reports show the new names of \d+ of \d+ conversations", browser.text("#jobs"))
    looked_at(browser, served, "/administration/jobs")
    render_outdated(served.store, REPORTS, lambda _seconds: False)
    browser.driver.get(f"{served.url}/console/administration/jobs")
    assert "Reports show" not in browser.text("main")
    opened(browser, served, "queue")
    assert "Reports show" not in browser.text("main")
    assert "renamed to Web Shop" in browser.text("main")


@pytest.mark.night
def test_agents_are_offered_as_one_and_imported(browser: Browser, served: Service) -> None:
    """A likely pair is offered; a table says what each row does, and a wrong team is put right in its row."""
    enter(browser, served, "administrator")
    looked_at(browser, served, f"{PATH}?kind=agent")
    opened(browser, served, "agent")
    assert "Elizabeth Ward (a-ward) and E. Ward (ew-1127)" in browser.text("main")
    browser.driver.get(f"{served.url}/console{PATH}?kind=agent&first=a-ward&second=ew-1127")
    looked_at(browser, served, f"{PATH}?kind=agent&first=a-ward&second=ew-1127")
    opened(browser, served, "agent")
    browser.one("#table").send_keys(
        "id;name;team;start\na-hale;Rob Hale;;\na-ward;Elizabeth Ward;Retail Nroth;\nn-1;Grace Holm;South;\n;Nobody;;"
    )
    browser.run("document.querySelector('#table').form.requestSubmit()")
    browser.until("h1", lambda text: "Import" in text)
    page = browser.text("main")
    for each in ("Renamed from Robert Hale", "No such team", "New", "No id", "Add 1, change 1"):
        assert each in page
    assert browser.run(HOLDS, 4) == "Left out"
    browser.one("button[name=fix]").click()
    browser.until("main", lambda text: "Moves from no team to Retail North" in text)
    browser.one("button[name=apply]").click()
    browser.until("[role=status]", lambda text: "Imported" in text)
    directory = served.store.within(TENANT).people.directory
    stays = {(each.agent_id, each.group_id) for each in directory.memberships("team")}
    assert {("a-ward", "north"), ("n-1", "south")} <= stays
    assert directory.agent("a-hale").name == "Rob Hale"
    assert "Rob Hale" in browser.text("tbody")


@pytest.mark.night
def test_an_agent_has_a_team_and_a_user(browser: Browser, served: Service) -> None:
    """Picked by hand: from then on, in no other team; one user at a time; what is unknown is said and stays typed."""
    enter(browser, served, "administrator")
    directory, people = served.store.within(TENANT).people.directory, served.store.people
    for team, stays in (("South", ["south"]), ("Retail North", ["north"]), ("", [])):
        change(browser, served, "team", team)
        browser.until("[role=status]", lambda text: "The team is changed" in text)
        open_ = [each for each in directory.memberships("team") if each.agent_id == "ew-1127" and each.until is None]
        assert [each.group_id for each in open_] == stays
    assert len([each for each in directory.memberships("team") if each.agent_id == "ew-1127"]) == 2
    change(browser, served, "team", "Westt")
    browser.until("[role=alert]", lambda text: "Westt" in text)
    assert browser.run("return document.querySelector('details[open] input[name=team]').value") == "Westt"
    for role in ("agent", "analyst"):
        change(browser, served, "user", email_of(role))
        browser.until("[role=status]", lambda text: "Saved" in text)
        paired = [each.email for each in people.users.listing(TENANT.account_id) if "ew-1127" in each.agent_ids]
        assert paired == [email_of(role)]
    assert "Analyst" in browser.text("tbody")
    looked_at(browser, served, f"{PATH}?kind=agent")
    change(browser, served, "user", "")
    browser.until("[role=status]", lambda text: "Saved" in text)
    assert not [each for each in people.users.listing(TENANT.account_id) if "ew-1127" in each.agent_ids]
    with signed_in(served, "qa-manager") as http:
        assert http.post(f"/console{PATH}/agent/user", data={"id": "ew-1127", "user": ""}).status_code == 403


def change(browser: Browser, served: Service, name: str, value: str) -> None:
    """Write a value into the field of an agent, by keyboard."""
    browser.driver.get(f"{served.url}/console{PATH}?kind=agent&q=ew-1127")
    browser.press(f"details:has([name={name}]) summary")
    browser.write(f"input[name={name}]", value or Keys.DELETE)
    browser.keys(Keys.ESCAPE)
    browser.press("details[open] button")


@pytest.mark.night
def test_a_workbook_whose_columns_are_put_right(browser: Browser, served: Service, tmp_path: Path) -> None:
    """The first sheet of an .xlsx; a column is chosen against its head, and the rows are read again."""
    rows = [
        ["Agent name", "Agent", "Login"],
        ["Ida Brandt", "Retail North", Decimal(9_007)],
        ["Omar Keller", "", "k-2"],
    ]
    (tmp_path / "agents.xlsx").write_bytes(to_xlsx(rows, "April"))
    enter(browser, served, "administrator")
    opened(browser, served, "agent")
    browser.one("#file").send_keys(str(tmp_path / "agents.xlsx"))
    browser.run("document.querySelector('#file').form.requestSubmit()")
    browser.one("#column-1")
    assert [browser.run(HOLDS, n) for n in (1, 2, 3)] == ["Name", "Id", "Left out"]
    for n, name in ((2, "Team"), (3, "Id")):
        browser.reach(f"#column-{n}")
        browser.keys(name)
    browser.run("document.querySelector('#column-1').form.requestSubmit()")
    browser.until("tbody", lambda text: "9007" in text)
    is_clean(browser)
    browser.one("button[name=apply]").click()
    browser.until("[role=status]", lambda text: "Imported" in text)
    directory = served.store.within(TENANT).people.directory
    assert (directory.agent("9007").name, directory.agent("k-2").name) == ("Ida Brandt", "Omar Keller")
    assert [each.agent_id for each in directory.memberships("team", "north") if each.agent_id == "9007"]


@pytest.mark.night
def test_what_cannot_be_is_said_and_kept(browser: Browser, served: Service) -> None:
    """A table without ids, and an id that is there already: in words, with what was typed."""
    enter(browser, served, "administrator")
    opened(browser, served, "queue")
    browser.one("#table").send_keys("name\nSupport")
    browser.run("document.querySelector('#table').form.requestSubmit()")
    browser.until("[role=alert]", lambda text: "No column has the ids" in text)
    browser.one("button[name=back]").click()
    assert browser.one("#table").get_attribute("value") == "name\nSupport"
    browser.one("#f-name").send_keys("Shop")
    browser.one("#f-id").send_keys("shop", Keys.ENTER)
    browser.until("[role=alert]", lambda text: "there already" in text)
    assert browser.run("return document.querySelector('#f-name').value") == "Shop"


@pytest.mark.night
def test_who_may_not_change_it_sees_no_tab(browser: Browser, served: Service) -> None:
    """A supervisor has neither the tab nor the page."""
    enter(browser, served, "supervisor")
    browser.driver.get(f"{served.url}/console{PATH}")
    assert browser.all("#table") == []
