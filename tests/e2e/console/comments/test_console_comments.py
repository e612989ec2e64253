"""Comments and pins on the page of a conversation in a real Chromium: by keyboard and mouse, to the agent, and from whom hidden."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from selenium.webdriver.common.keys import Keys

from auscult import bootstrap
from auscult.domain.people.principal import operator
from auscult.domain.pinned import Collection, NewCollection, NewPin
from auscult.domain.recordings.recording import Claims
from auscult.services.conversations.latest import Sought, latest
from auscult.services.pinned import Collecting
from tests.e2e.browsing import Browser
from tests.e2e.console.disputes.test_console_reviews import looked_at
from tests.e2e.console.frame.test_console_player import add
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import AGENT, email_of, signed_in
from tests.e2e.serving import TENANT, Service
from tests.e2e.sounding import tone
from tests.waiting import wait_for

pytestmark = pytest.mark.night
CONSOLE = {"weeks": 4}


def conversation(served: Service, n: int = 0) -> str:
    """Return the id of a conversation of the agent."""
    sought = replace(Sought(statuses=("evaluated",)), agents=(AGENT,))
    return latest(served.store.within(TENANT), sought, limit=5).items[n].id


def test_a_thread_from_the_first_word_to_resolved(browser: Browser, served: Service) -> None:
    """Comment on a turn by key, mention a person, reply, change, resolve; the agent reads what is for them alone."""
    name = conversation(served)
    path = f"/conversations/{name}"
    enter(browser, served, "qa-manager")
    looked_at(browser, served, path)
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
    looked_at(browser, served, f"{path}#{browser.one('details.thread').get_attribute('id')}")
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
    looked_at(browser, served, path)


@pytest.mark.night
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


def pinned(browser: Browser, name: str) -> str:
    """Fill and send the form that pins, which has the focus; return the note in the margin."""
    wait_for(lambda: browser.run("return document.activeElement.closest('#pin.placed') !== null"), bool)
    browser.one("#pin-note").send_keys(name, Keys.ENTER)
    return browser.until(".turn.here .note.pin", bool)


def collected(served: Service, name: str, *notes: str, **wanted: Any) -> Collection:
    """Make a collection of the first turns of a conversation, each with its note."""
    work = Collecting(served.store, TENANT, lambda: datetime.now(UTC), operator(email_of("qa-manager")))
    made = work.create(NewCollection(name="Best openings", **wanted))
    case = served.store.within(TENANT).conversations.recorded([name])[name]
    for turn, note in zip(case.conversation.turns, notes, strict=False):
        work.pin(made.collection_id, NewPin(conversation_id=name, turn_id=turn.id, note=note))
    return made


def consent(served: Service, *, is_given: bool) -> None:
    """Store that the agent is an example for colleagues, or no longer."""
    served.store.within(TENANT).coaching.set_consent(AGENT, "test", datetime.now(UTC), is_given=is_given)


def notes(browser: Browser) -> list[str]:
    """Return the notes of the moments that a page shows, read at once: the page may be replaced meanwhile."""
    shown = browser.run("return [...document.querySelectorAll('.moment .why')].map((each) => each.innerText)")
    return [each.removesuffix(" Qa-manager") for each in shown]


def test_the_four_verbs_of_a_turn(browser: Browser, served: Service) -> None:
    """Coach this, and pin to a new collection by key and to the same by mouse; what is refused keeps its words."""
    name = conversation(served, 3)
    path = f"{served.url}/console/conversations/{name}"
    enter(browser, served, "qa-manager")
    looked_at(browser, served, "/collections")
    browser.driver.get(path)
    browser.keys("j")
    assert [each.text.split()[0] for each in browser.all("#verbs .btn")] == ["Comment", "Coach", "Pin", "Copy"]
    first = browser.run("return document.querySelector('.script .turn').id").removeprefix("t-")
    browser.keys("o")
    browser.until("[data-page=coaching] h1", bool)
    clips = browser.driver.execute_script("return document.querySelector('#clips').value")
    assert clips == f"{name}#{first}"
    assert browser.one("#agent").get_attribute("value") == AGENT

    browser.driver.get(path)
    browser.keys("j", "b")
    wait_for(lambda: browser.run("return document.activeElement.value"), lambda found: found == "new")
    browser.keys(Keys.TAB, "Best closings")
    assert "in Best closings, waits for consent" in pinned(browser, "Warm at once")
    browser.all(".script .turn")[2].click()
    browser.one("#verbs [data-do=pin]").click()
    assert "in Best closings" in pinned(browser, "Asks first")
    browser.driver.get(path)
    browser.keys("j", "b")
    wait_for(lambda: browser.run("return document.activeElement.closest('#pin.placed') !== null"), bool)
    browser.keys(Keys.ESCAPE)
    wait_for(lambda: browser.run("return document.activeElement.classList.contains('turn')"), bool)
    browser.keys("b")
    browser.one("#pin-note").send_keys("Twice", Keys.ENTER)
    assert "already" in browser.until("[role=alert]", bool)
    assert browser.one("#pin-note").get_attribute("value") == "Twice"
    looked_at(browser, served, f"/conversations/{name}/pins")


def test_a_collection_is_shared_with_consent(browser: Browser, served: Service) -> None:
    """Nothing is shown before the agent, who has a notice, agrees; then to agents with whom it is shared."""
    consent(served, is_given=False)
    made = collected(served, conversation(served, 4), "Warm at once", "Asks first")
    here = f"{served.url}/console/collections/{made.collection_id}"
    enter(browser, served, "qa-manager")
    browser.driver.get(here)
    assert "No moments to hear yet" in browser.text("main")
    assert len(browser.all(".waits li")) == 2
    browser.one("[name=readers][value=agents]").click()
    browser.one("[name=do][value=change]").click()
    browser.until(".pagehead .lead", lambda text: "shared with all agents" in text)
    enter(browser, served, "agent")
    browser.driver.get(f"{served.url}/console/notices")
    assert "Qa-manager pinned a moment of yours" in browser.text("main")
    browser.driver.get(here)
    assert browser.all(".moment") == []
    browser.driver.get(f"{served.url}/console/coaching")
    browser.one("[action$=consent] button").click()
    browser.until("[action$=consent] button", lambda text: "No longer" in text)
    browser.driver.get(here)
    assert notes(browser) == ["Warm at once", "Asks first"]
    assert browser.all("[name=do]") == []
    looked_at(browser, served, f"/collections/{made.collection_id}")
    work = Collecting(served.store, TENANT, lambda: datetime.now(UTC), operator())
    work.remove(made.collection_id)


def test_a_collection_is_listened_through(browser: Browser, served: Service) -> None:
    """By key and by itself; moved, removed and brought back; gone with the consent."""
    name, app = conversation(served, 4), served.store.within(TENANT)
    add(app, bootstrap.recordings.folder(served.application.settings), name, tone(30_000, channels=2), Claims())
    consent(served, is_given=True)
    made = collected(served, name, "Warm at once", "Asks first")
    here = f"/collections/{made.collection_id}"
    enter(browser, served, "qa-manager")
    looked_at(browser, served, here)
    browser.driver.get(f"{served.url}/console{here}")
    at = "return [...document.querySelectorAll('.moment')].indexOf(document.activeElement)"
    browser.keys("j", "j")
    assert browser.run(at) == 1
    browser.keys("k")
    assert browser.run(at) == 0
    browser.keys("p")
    sound = "return [...document.querySelectorAll('audio')].findIndex((each) => !each.paused && each.currentTime > 0)"
    wait_for(lambda: browser.run(sound), lambda found: found == 0)
    browser.run("const first = document.querySelector('audio'); first.currentTime = first.duration - 0.05")
    wait_for(lambda: browser.run(sound), lambda found: found == 1)
    assert browser.run(at) == 1
    browser.keys("p")
    wait_for(lambda: browser.run(sound), lambda found: found == -1)

    both = ["Asks first", "Warm at once"]
    browser.all(".moment [value=up]")[0].click()
    wait_for(lambda: notes(browser), lambda found: found == both)
    browser.all(".moment [value=remove]")[0].click()
    wait_for(lambda: notes(browser), lambda found: found == ["Warm at once"])
    wait_for(lambda: browser.run("return document.activeElement.matches('.undo')"), bool)
    browser.keys(Keys.TAB, Keys.ENTER)
    wait_for(lambda: notes(browser), lambda found: found == both)
    browser.one(".gone button").click()
    assert "Best openings" in browser.until(".undo", bool)
    browser.one(".undo button").click()
    wait_for(lambda: notes(browser), lambda found: found == both)
    looked_at(browser, served, "/collections")
    consent(served, is_given=False)
    browser.driver.get(f"{served.url}/console{here}")
    assert notes(browser) == []
