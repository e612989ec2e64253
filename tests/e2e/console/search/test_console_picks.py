"""Fields whose values the server knows: agents and conversations are picked by name, by words and by a pasted link."""

import re

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.services.conversations.latest import Sought, details, latest
from tests.contract.storing import conversation
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import signed_in
from tests.e2e.serving import TENANT, Service, process
from tests.waiting import wait_for

PICKS = "/console/search/picks"
CLIPS = "return document.querySelector('#clips').value"


def spoken(served: Service) -> tuple[str, str, str]:
    """Return the id of a conversation, the id of a turn of it, and a name of an agent."""
    app = served.store.within(TENANT)
    item = next(each for each in latest(app, Sought(statuses=("evaluated",)), limit=20).items if each.agents)
    found = details(app, [item])[item.id].conversation
    return found.id, found.turns[1].id, next(each.name for each in found.agents if each.name) or ""


def test_what_a_field_can_take(served: Service) -> None:
    """A link gives the conversation with its moment, a name the agent; what is nothing of the kind is not offered."""
    name, turn, agent = spoken(served)
    with signed_in(served, "qa-manager") as me:
        link = f"{served.url}/console/conversations/{name}#t-{turn}"
        page = me.get(PICKS, params={"of": "conversations", "q": link}).text
        assert re.findall('data-value="([^"]*)"', page) == [f"{name}#{turn}"]
        assert agent in me.get(PICKS, params={"of": "agents", "q": agent}).text
        for of, words in (("agents", link), ("users", agent + "zz"), ("other", agent), ("agents", "")):
            assert "data-value" not in me.get(PICKS, params={"of": of, "q": words}).text
    with signed_in(served, "agent") as agent_alone:
        assert "data-value" not in agent_alone.get(PICKS, params={"of": "users", "q": "auditor"}).text


@pytest.mark.night
def test_own_fields_and_ids_are_offered_in_the_filters(browser: Browser, served: Service) -> None:
    """By their beginning, while they are typed, in the panel of a list; to who may see all conversations."""
    process(served.application, [conversation("c-own", custom_id="K-17", custom_fields={"region": "north"})])
    with signed_in(served, "agent") as agent_alone:
        for of, words in (("custom_field", "reg"), ("custom_id", "K")):
            assert "data-value" not in agent_alone.get(PICKS, params={"of": of, "q": words}).text
    with signed_in(served, "qa-manager") as me:
        assert 'data-value="K-17"' in me.get(PICKS, params={"of": "custom_id", "q": "K-"}).text
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/conversations")
    browser.one("#filter summary").click()
    browser.one("[data-offers=custom_field]").send_keys("reg")
    options = "return [...document.querySelector('[data-offers=custom_field]').list.options].map((each) => each.value)"
    wait_for(lambda: browser.run(options), lambda found: "region=north" in found)
    browser.one("[data-offers=custom_field]").send_keys("ion=north", Keys.ENTER)
    wait_for(lambda: browser.driver.current_url, lambda url: "custom_field=region%3Dnorth" in url)
    served.store.within(TENANT).conversations.erase("c-own")


@pytest.mark.night
def test_picked_by_keyboard(browser: Browser, served: Service) -> None:
    """The field takes what is picked as a value, shows its name, and loses it by a button; typed letters are not lost."""
    name, turn, agent = spoken(served)
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/coaching/new")
    width(browser, 1440)
    browser.one("#agents-find").send_keys(agent)
    wait_for(lambda: browser.driver.execute_script("return document.querySelectorAll('.picklist li').length"), bool)
    browser.keys(Keys.ENTER)
    assert browser.text(".picked").startswith(agent)
    browser.one("#clips-find").send_keys(f"{served.url}/console/conversations/{name}#t-{turn}")
    wait_for(
        lambda: browser.driver.execute_script(
            "return document.querySelectorAll('#clips ~ .pickbox li[role=option]').length"
        ),
        bool,
    )
    assert browser.barriers() == []
    browser.keys(Keys.ENTER)
    assert browser.driver.execute_script(CLIPS) == f"{name}#{turn}"
    browser.keys(Keys.BACKSPACE)
    assert browser.driver.execute_script(CLIPS) == ""


@pytest.mark.night
def test_what_is_held_and_who_did_it_are_picked(browser: Browser, served: Service) -> None:
    """A hold takes a conversation by its link and one agent by name, the log a person; another pick replaces the first."""
    name, _turn, agent = spoken(served)
    enter(browser, served, "administrator")
    browser.driver.get(f"{served.url}/console/administration/holds")
    assert not browser.one("#f-conversation-find").get_attribute("value")
    assert not [each for each in browser.all("#f-customer, #f-agent-find, #f-first") if each.is_displayed()]
    for _ in range(2):
        browser.one("#f-conversation-find").send_keys(f"{served.url}/console/conversations/{name}")
        wait_for(lambda: browser.run("return document.querySelectorAll('.picklist:not([hidden]) li').length"), bool)
        browser.keys(Keys.ENTER)
    assert browser.run("return document.querySelector('#f-conversation').value") == name
    browser.one("input[value=agent]").click()
    browser.one("#f-agent-find").send_keys(agent)
    wait_for(
        lambda: browser.run("return document.querySelectorAll('.of-agent .picklist:not([hidden]) li').length"), bool
    )
    browser.keys(Keys.ENTER)
    browser.one("#f-reason").send_keys("Hearing", Keys.ENTER)
    browser.until(".tell", lambda text: text == "On hold: it cannot be erased.")
    (hold,) = [each for each in served.store.within(TENANT).retention.holds() if each.kind == "agent"]
    assert agent in browser.text("table") or hold.value in browser.text("table")
    browser.driver.get(f"{served.url}/console/administration/log")
    browser.one("#f-principal-find").send_keys("Administrator")
    wait_for(lambda: browser.run("return document.querySelectorAll('.picklist:not([hidden]) li').length"), bool)
    browser.keys(Keys.ENTER)
    browser.one("#f-principal-find").submit()
    wait_for(lambda: browser.driver.current_url, lambda url: "principal=administrator%40example.com" in url)
    assert "hold" in browser.text("table").lower()
