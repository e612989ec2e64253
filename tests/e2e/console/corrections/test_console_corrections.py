"""Conversations put right in a real Chromium: those that are chosen in the list, one on its page, and undone there."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from selenium.webdriver.support.ui import Select

from auscult.domain.conversation import Conversation, Queue, Turn
from auscult.services.conversations.latest import Sought, count
from tests.e2e.browsing import Browser
from tests.e2e.console.disputes.test_console_reviews import looked_at
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import console, signed_in
from tests.e2e.serving import TENANT, Service, work
from tests.waiting import existing

pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with conversations."""
    folder = tmp_path_factory.mktemp("console")
    with console(f"sqlite:///{folder / 'auscult.db'}", state_dir=str(folder)) as found:
        yield found


@pytest.mark.night
def test_from_a_selection_to_undo(browser: Browser, served: Service) -> None:
    """Two are left out of figures, found by the filter, counted again; one gets another queue, and the old one back."""
    app = served.store.within(TENANT)
    total = count(app, Sought())
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/conversations")
    for box in browser.all("[name=id]")[:2]:
        box.click()
    browser.one("#put-right summary").click()
    browser.one("#put-right [value=excluded]").click()
    browser.one("#pr-why").send_keys("calls of a trainer")
    browser.one("#put-right .btn--main").click()
    browser.until("p.tell", lambda text: text == "Put right: 2.")
    assert count(app, Sought()) == total - 2
    looked_at(browser, served, "/conversations?excluded=true")
    assert len(browser.all("[name=id]")) == 2

    browser.one("tbody tr a.plain").click()
    browser.until("p.tell", lambda text: text.startswith("Left out of figures by Qa-manager: calls of a trainer"))
    name = browser.driver.current_url.rpartition("/")[2]
    browser.one("#put-right summary").click()
    found = existing(app.conversations.get(name))
    other = next(each for each in Select(browser.one("#pr-after_queue")).options if each.get_attribute("value"))
    right = other.get_attribute("value")
    other.click()
    browser.one("#pr-why").send_keys("wrong routing")
    browser.one("#put-right .btn--main").click()
    browser.until(".corrections", lambda text: "Queue changed from" in text and "wrong routing" in text)
    moved = existing(app.conversations.get(name))
    assert [each.id for each in moved.conversation.queues] == [right]
    looked_at(browser, served, f"/conversations/{name}")
    browser.one(".corrections li:first-child button").click()
    browser.until(".corrections", lambda text: "undone by Qa-manager" in text)
    assert existing(app.conversations.get(name)).conversation == found.conversation
    work(served)
    browser.one(".corrections li:nth-child(2) button").click()
    browser.until(".corrections", lambda text: text.count("undone by") == 2)
    assert count(app, Sought()) == total - 1


@pytest.mark.night
def test_one_click_decides_whose_side(browser: Browser, served: Service) -> None:
    """Speakers of a file without roles are found in the list, one click says who is the agent, another takes it back."""
    short = Conversation(
        id="c-whose",
        channel="voice",
        started_at=datetime(2026, 5, 4, 9, tzinfo=UTC),
        queues=(Queue("q-whose", "Whose"),),
        turns=(
            Turn("m1", "unknown", "hello", None, 0, 60_000, (), "Speaker 1"),
            Turn("m2", "unknown", "yes hello", None, 60_000, 150_000, (), "Speaker 2"),
        ),
    )
    app = served.store.within(TENANT)
    app.conversations.accept([short])
    work(served)
    enter(browser, served, "qa-manager")
    looked_at(browser, served, "/conversations?sides=unknown")
    browser.one("tbody tr a.plain").click()
    browser.until(".whose", lambda text: text.startswith("Whose side is each speaker on?"))
    looked_at(browser, served, "/conversations/c-whose")
    browser.one(".whose form:nth-child(2) button").click()
    browser.until(".corrections", lambda text: "Sides set by Qa-manager: Speaker 2: Agent, Speaker 1: Customer" in text)
    found = existing(app.conversations.get("c-whose"))
    assert [turn.speaker for turn in found.conversation.turns] == ["customer", "agent"]
    work(served)
    looked_at(browser, served, "/conversations/c-whose")
    browser.one(".corrections li:first-child button").click()
    browser.until(".corrections", lambda text: "undone by Qa-manager" in text)


def test_who_may_not_sees_the_trail_alone(served: Service) -> None:
    """A supervisor reads why a conversation does not count, and has neither menu nor undo."""
    with signed_in(served, "qa-manager") as manager, signed_in(served, "supervisor") as supervisor:
        name = supervisor.get(f"/api/v1/conversations?app={TENANT.app_id}").json()["items"][0]["id"]
        body = {"kind": "excluded", "reason": "a test call"}
        made = manager.post(f"/api/v1/conversations/{name}/corrections?app={TENANT.app_id}", json=body)
        assert made.status_code == 201, made.text
        page = supervisor.get(f"/console/conversations/{name}").text
        assert "Left out of figures by Qa-manager: a test call" in page
        assert "put-right" not in page
        assert "/undo" not in page
        undo = f"corrections/{made.json()['correction_id']}/undo"
        assert supervisor.post(f"/console/{undo}").status_code == 403
        refused = supervisor.post(f"/api/v1/{undo}?app={TENANT.app_id}")
        assert (refused.status_code, refused.json()["reason"]) == (403, "permission.missing")
        listed = supervisor.get(f"/api/v1/conversations?app={TENANT.app_id}&excluded=true").json()["items"]
        assert name in [each["id"] for each in listed]
        done = manager.post(f"/api/v1/{undo}?app={TENANT.app_id}")
        assert (done.status_code, done.json()["undone_by"]) == (200, "qa-manager@example.com")
        again = manager.post(f"/api/v1/{undo}?app={TENANT.app_id}")
        assert (again.status_code, again.json()["reason"]) == (409, "correction.undone")
