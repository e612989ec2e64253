"""Comments on the page of a conversation in a real Chromium: by keyboard, to the agent, hidden from who rates blind."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from selenium.webdriver.common.keys import Keys

from auscult.services.conversations.latest import Sought, latest
from tests.e2e.browsing import Browser
from tests.e2e.console.review.test_console_reviews import looked_at
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import AGENT, console, email_of, signed_in
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with conversations of the agent."""
    folder = tmp_path_factory.mktemp("console")
    with console(f"sqlite:///{folder / 'auscult.db'}", state_dir=str(folder)) as found:
        yield found


def conversation(served: Service, n: int = 0) -> str:
    """Return the id of a conversation of the agent."""
    sought = replace(Sought(statuses=("evaluated",)), agents=(AGENT,))
    return latest(served.store.within(TENANT), sought, limit=5).items[n].id


def test_a_thread_from_the_first_word_to_resolved(browser: Browser, served: Service) -> None:
    """Comment on a turn by key, mention a person, reply, change, resolve; the agent reads what is for them alone."""
    name = conversation(served)
    path = f"/conversations/{name}"
    enter(browser, served, "qa-manager")
    looked_at(browser, served, path, "comments-none")
    browser.driver.get(f"{served.url}/console{path}")
    browser.keys("j", "j")
    turn = browser.run("return document.activeElement.id")
    assert turn == browser.all(".script .turn")[1].get_attribute("id")
    browser.keys("c")
    wait_for(lambda: browser.run("return document.activeElement.id"), lambda found: found == "say-text")
    browser.one("#say .offers summary").click()
    browser.one("#say [data-mention=Auditor]").click()
    browser.keys("listen to this")
    browser.one("#say [type=submit]").click()
    thread = browser.until("details.thread[open]", lambda text: "@Auditor listen to this" in text)
    assert "colleagues only" in thread
    wait_for(lambda: browser.run("return document.activeElement.closest('details.thread') !== null"), bool)
    looked_at(browser, served, f"{path}#{browser.one('details.thread').get_attribute('id')}", "comments-one")
    (stored,) = served.store.within(TENANT).comments.of_conversations([name])
    assert (f"t-{stored.turn_id}", stored.comments[0].mentions) == (turn, (email_of("auditor"),))

    browser.one("details.edit summary").click()
    browser.one("details.edit textarea").send_keys(" twice")
    browser.one("details.edit button").click()
    browser.until("details.thread[open]", lambda text: "twice" in text and "changed" in text)
    browser.one("form.reply textarea").send_keys("Will do.")
    browser.one("form.reply [value=reply]").click()
    browser.until("details.thread[open]", lambda text: "Will do." in text)
    browser.one("form.reply [value=resolve]").click()
    browser.until("details.thread[open]", lambda text: "resolved by Qa-manager" in text)

    browser.driver.get(f"{served.url}/console{path}")
    browser.keys("j", "c")
    browser.keys("never mind", Keys.ESCAPE)
    assert browser.run("return document.activeElement.classList.contains('turn')")
    browser.one("#say-text").clear()
    browser.one("#say-text").send_keys("Well done.")
    browser.one("#say [name=audience][value=agent]").click()
    browser.one("#say [type=submit]").click()
    browser.until("#comments details.thread[open]", lambda text: "Well done." in text and "with the agent" in text)

    enter(browser, served, "agent")
    browser.driver.get(f"{served.url}/console{path}")
    assert "Well done." in browser.driver.page_source
    assert "listen to this" not in browser.driver.page_source
    looked_at(browser, served, path, "comments-agent")


def test_the_link_to_a_moment(browser: Browser, served: Service) -> None:
    """Copying it makes it the address of the page, which opens there."""
    enter(browser, served, "auditor")
    browser.driver.get(f"{served.url}/console/conversations/{conversation(served, 1)}")
    browser.keys("j", "j", "j", "y")
    third = browser.all(".script .turn")[2].get_attribute("id")
    browser.until("#verbs [role=status]", bool)
    assert browser.driver.current_url.endswith(f"#{third}")
    browser.driver.refresh()
    wait_for(lambda: browser.run("return document.querySelector('.turn.here')?.id"), lambda found: found == third)


def test_who_rates_blind_gets_no_comment_in_the_page(served: Service) -> None:
    """The page, the desk and the form that writes: none of them shows or takes a comment."""
    name = conversation(served, 2)
    with signed_in(served, "qa-manager") as manager, signed_in(served, "auditor") as auditor:
        said = manager.post(f"/console/conversations/{name}/comments", data={"text": "Unheard of."})
        assert said.status_code == 303
        assert "Unheard of." in auditor.get(f"/console/conversations/{name}").text
        body = {"conversation_id": name, "auditor": email_of("auditor"), "hidden": ["machine", "others"]}
        made = manager.post(f"/api/v1/assignments?app={TENANT.app_id}", json=body)
        assert made.status_code == 201, made.text
        for page in (f"/conversations/{name}", f"/audits/{name}"):
            assert "Unheard of." not in auditor.get(f"/console{page}", follow_redirects=True).text
        answer = auditor.post(f"/console/conversations/{name}/comments", data={"text": "I hear."})
        assert answer.status_code == 404
