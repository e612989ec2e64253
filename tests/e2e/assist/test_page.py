"""The agent's page in a real Chromium, on a real server."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from auscult import bootstrap
from auscult.config import Settings
from tests.databases import database
from tests.e2e.assist.test_playbook import CHOSEN, FORM
from tests.e2e.assisting import END, FLAGS, Assisted, Body, agent, link, moved, said
from tests.e2e.browsing import FAINT, TOO_WIDE, Browser
from tests.e2e.serving import GOLDEN_SAMPLE, Service, listening, serving
from tests.waiting import PATIENCE_S, fixed_port, wait_for

pytestmark = pytest.mark.night

REFUND = "just wanted to check on the status of a refund"
USERNAME = "I can't remember my username"
PROMO = "how long is my promo code valid?"
HOSTILE = REFUND + "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
SUGGESTED = ":is(#turns, #current) .card"


def opened(browser: Browser, live: Assisted, conversation_id: str, *bodies: Body, queue: str = "q-1") -> None:
    """A conversation of which this was told, and the page of it."""
    live.told(conversation_id, moved(agent("ada", queue), "NA", "entry"), *bodies)
    browser.driver.get("about:blank")  # where only what stands behind # differs, nothing is loaded
    browser.driver.get(link(live, conversation_id))
    browser.until("#line", lambda text: text == "Live")


def cards(browser: Browser, number: int) -> list[WebElement]:
    """The cards of suggestions, once there are so many."""
    return wait_for(lambda: browser.all(SUGGESTED), lambda found: len(found) == number)


def press(card: WebElement, name: str) -> None:
    """Press a button of a card; one that is folded opens first."""
    unfolded(card)
    card.find_element(By.CSS_SELECTOR, f"button.{name}").click()


def unfolded(card: WebElement) -> None:
    """Open a card that is folded to its line."""
    if "folded" in (card.get_attribute("class") or ""):
        card.find_element(By.CSS_SELECTOR, ".label").click()


def marked(card: WebElement, text: str) -> None:
    """The card says this of itself, after the server said so."""
    wait_for(lambda: card.find_element(By.CSS_SELECTOR, ".marks").text, lambda found: found == text)


def agentic(live: Assisted, conversation_id: str) -> list[Body]:
    """The suggestions as the report shows them, in their order."""
    row = live.row(conversation_id, **dict.fromkeys(FLAGS, True))
    return [each for each in row["messages"] if each.get("type") == "AGENTIC"]


def test_without_a_sign_in_the_page_says_what_to_do(browser: Browser, live: Assisted) -> None:
    """Missing, wrong and expired: each a clear page, and a pasted link opens it."""
    live.told("c-closed", said("nobody may read this"))
    browser.driver.delete_all_cookies()
    browser.driver.get(f"{live.service.url}/assist/c-closed")
    browser.until("#h-notice", lambda text: text == "Sign in")
    assert "nobody may read this" not in browser.driver.page_source
    for token, title in (
        (live.service.token(live.client), "This link cannot be used"),
        (link(live, seconds=-5), "This link has expired"),
        (link(live, seconds=7200), "This link cannot be used"),
        (link(live, seconds=-5), "This link has expired"),  # so that the next answer is another than the one before
        ("nonsense", "This link cannot be used"),
    ):
        field = browser.one("#link")
        field.clear()
        field.send_keys(token, Keys.ENTER)
        browser.until("#h-notice", lambda text, title=title: text == title)
    browser.one("#link").clear()
    browser.one("#link").send_keys(link(live), Keys.ENTER)
    assert "nobody may read this" in browser.text("#turns")
    assert browser.run("return document.cookie") == ""


def test_a_link_signs_in_and_is_not_left_lying(browser: Browser, live: Assisted) -> None:
    """What stands behind # is gone from the address; the cookie holds for the page's paths, and not for scripts."""
    opened(browser, live, "c-link", said("hello"))
    assert browser.driver.current_url == f"{live.service.url}/assist/c-link"
    (cookie,) = browser.driver.get_cookies()
    assert (cookie["path"], cookie["httpOnly"], cookie["sameSite"]) == ("/assist", True, "Strict")
    bearer = {"auth": cookie["value"]}
    assert live.service.http.get(f"{live.service.url}/api/v1/live/conversations", headers=bearer).status_code == 401


def test_a_sign_in_that_ends_is_said_over_the_page(browser: Browser, live: Assisted) -> None:
    """What the agent does next is not lost in silence; after a new link it goes on."""
    opened(browser, live, "c-ends", said(REFUND))
    cards(browser, 1)
    browser.driver.delete_all_cookies()
    browser.one("#query").send_keys("refund", Keys.ENTER)
    browser.until("#h-notice", lambda text: text == "Sign in")
    browser.one("#link").send_keys(link(live), Keys.ENTER)
    assert len(browser.all("#turns .turn")) == 1
    browser.until("#talk", lambda text: text.count(REFUND) == 1)


def test_suggestions_live_to_the_report(browser: Browser, live: Assisted) -> None:
    """What is said and suggested appears by itself; sent, copied and overridden are what the report then shows."""
    opened(browser, live, "c-used")
    live.told("c-used", said("HEY HO!"), said(REFUND))
    browser.until("#turns", lambda text: "HEY HO!" in text and REFUND in text)
    cards(browser, 1)
    browser.until("#heard", lambda text: text.startswith("Suggestion: "))
    live.told("c-used", said(PROMO), said("how do I clear the cookies of my browser"))
    sent, copied, overridden = cards(browser, 3)
    unfolded(copied)
    assert "Promo Code Out of Date" in copied.find_element(By.CSS_SELECTOR, ".sources summary").text
    copied.find_element(By.TAG_NAME, "summary").click()
    assert "Quoted word for word." in copied.text
    press(sent, "send")
    marked(sent, "Sent to the desktop")
    press(copied, "copy")
    marked(copied, "Copied")
    press(overridden, "edit")
    words = overridden.find_element(By.TAG_NAME, "textarea")
    words.clear()
    words.send_keys("Press Ctrl and Shift and Del.")
    overridden.find_element(By.CSS_SELECTOR, ".own .primary").click()
    marked(overridden, "Edited, sent to the desktop")
    assert "Press Ctrl and Shift and Del." in overridden.text
    assert live.state("c-used")["suggestions"][2]["instead"] == "Press Ctrl and Shift and Del."
    live.told("c-used", END)
    browser.until("#line", lambda text: text == "Ended")
    live.filed("c-used")
    flags = [(each["isSent"], each["isCopied"], each["isOverride"]) for each in agentic(live, "c-used")]
    assert flags == [(True, False, False), (False, True, False), (False, False, True)]


def test_one_of_three_is_chosen_by_its_key(browser: Browser, live: Assisted) -> None:
    """Where none is likely enough to be suggested alone, three are offered: 2 sends the second, 0 says that none fits."""
    opened(browser, live, "c-three", said(USERNAME))
    (card,) = cards(browser, 1)
    assert card.find_element(By.CSS_SELECTOR, ".kind").text == "Perhaps one of these"
    offered = card.find_elements(By.CSS_SELECTOR, ".other")
    assert offered[0].find_element(By.CSS_SELECTOR, ".from").text == "Recover Username"
    assert len(offered) == 2
    second = offered[0].find_element(By.TAG_NAME, "blockquote").text
    browser.run("arguments[0].focus()", card)
    browser.keys("0")
    wait_for(lambda: live.state("c-three")["suggestions"][0]["feedback"], bool)
    assert live.state("c-three")["suggestions"][0]["feedback"]["value"] == "dislike"
    browser.keys("2")
    marked(card, "Sent to the desktop")
    suggestion = live.state("c-three")["suggestions"][0]
    assert (suggestion["instead"], suggestion["is_unsure"]) == (second, True)
    live.told("c-three", said(second, "AGENT"))
    marked(card, "Delivered")


def test_search_summary_and_opinions(browser: Browser, live: Assisted) -> None:
    """What an agent asks for appears; an edited summary and every opinion with reasons and comment are kept."""
    opened(browser, live, "c-asks", said(REFUND), said("Sure!", "AGENT"))
    cards(browser, 1)
    browser.one("#query").send_keys("how do I clear the cookies", Keys.ENTER)
    assert "cookies" in browser.text("#found .card .text")
    browser.one("#summarise").click()
    assert "refund" in browser.text("#summaries .text")
    browser.one("#summaries .edit").click()
    browser.one("#summaries textarea").clear()
    browser.one("#summaries textarea").send_keys("Wants the refund.", Keys.CONTROL, Keys.ENTER)
    browser.until("#summaries .marks", lambda text: text == "Edited")
    for selector, value, reason in (
        (SUGGESTED, "dislike", "Outdated Content"),
        ("#found .card", "like", "Saved Time"),
        ("#summaries .card", "dislike", "Too Long"),
        ("#widget", "like", "Helpful"),
    ):
        browser.one(f"{selector} .{value}").click()
        browser.one(f"{selector} .opinion input[value='{reason}']").click()
        browser.one(f"{selector} .opinion textarea").send_keys("Because.")
        browser.one(f"{selector} .opinion .primary").click()
        wait_for(lambda selector=selector: browser.all(f"{selector} .opinion"), lambda found: not found)
    state = live.state("c-asks")
    assert state["summaries"][0]["edited_text"] == "Wants the refund."
    opinions = [state[name][0]["feedback"] for name in ("suggestions", "searches", "summaries")] + state["feedback"]
    assert [(each["value"], each["details"], each["comment"], each["agent"]["id"]) for each in opinions] == [
        ("dislike", ["Outdated Content"], "Because.", "a-ada"),
        ("like", ["Saved Time"], "Because.", "a-ada"),
        ("dislike", ["Too Long"], "Because.", "a-ada"),
        ("like", ["Helpful"], "Because.", "a-ada"),
    ]  # fmt: skip
    for text in ("And when?", "Soon?"):
        live.told("c-asks", said(text))
        browser.one("#summarise").click()
        wait_for(lambda: len(live.state("c-asks")["summaries"]), lambda number: number == 2)
    browser.until("#summarise[aria-disabled=true] + .fault", lambda text: "used all your summaries" in text)


@pytest.mark.landing
def test_the_main_job_by_keyboard_alone(browser: Browser, live: Assisted) -> None:
    """From the newest suggestion to one overridden, a search, a summary saved and an opinion: no pointer."""
    opened(browser, live, "c-keys", said(REFUND), said(PROMO))
    cards(browser, 2)
    browser.alt("j")
    browser.keys("c")
    marked(cards(browser, 2)[1], "Copied")
    browser.alt("j")
    browser.keys("e")
    browser.keys(Keys.ESCAPE)
    browser.keys("e")
    browser.keys(Keys.CONTROL, "a")
    browser.keys(Keys.NULL, "My own words")
    browser.keys(Keys.CONTROL, Keys.ENTER)
    marked(cards(browser, 2)[0], "Edited, sent to the desktop")
    browser.alt("k")
    browser.keys("s")
    marked(cards(browser, 2)[1], "Sent to the desktop · Copied")
    browser.keys("l")
    wait_for(lambda: browser.run("return document.activeElement.type"), lambda found: found == "checkbox")
    browser.keys(Keys.SPACE)
    browser.keys(Keys.CONTROL, Keys.ENTER)
    wait_for(lambda: browser.all(".opinion"), lambda found: not found)
    browser.alt("q")
    browser.keys("sending an S is only text here", Keys.ENTER)
    wait_for(lambda: browser.all("#found .card"), bool)
    browser.alt("y")
    browser.keys(Keys.ENTER)
    wait_for(lambda: browser.run("return document.activeElement.className"), lambda name: "summary" in name)
    browser.keys("e")
    browser.keys(" And more.")
    browser.keys(Keys.CONTROL, Keys.ENTER)
    browser.until("#summaries .marks", lambda text: text == "Edited")
    browser.alt("/")
    assert browser.one("#keys").is_displayed()
    browser.keys(Keys.ESCAPE)
    state = live.state("c-keys")
    assert [each["instead"] for each in state["suggestions"]] == ["My own words", None]
    assert state["suggestions"][1]["feedback"]["details"] == ["Relevant Suggestion"]
    assert state["summaries"][0]["edited_text"].endswith(" And more.")
    assert [each["query"] for each in state["searches"]] == ["sending an S is only text here"]


def test_hostile_words_stay_words(browser: Browser, live: Assisted) -> None:
    """Whatever is said, searched or named is shown as it is written, and nothing of it runs."""
    name = "c-<img src=x onerror=alert(1)> & 100%"
    hostile = (said(HOSTILE), said("<img src=x onerror=alert(1)>"), said("<b>Sure!</b>", "AGENT"))
    opened(browser, live, name, *hostile, said(REFUND))
    browser.until("#turns", lambda text: HOSTILE in text and "<b>Sure!</b>" in text)
    assert browser.text("#title") == name
    browser.one("#query").send_keys(HOSTILE, Keys.ENTER)
    assert browser.text("#found .kind") == HOSTILE
    press(cards(browser, 1)[0], "edit")
    browser.one(".own textarea").clear()
    browser.one(".own textarea").send_keys(HOSTILE, Keys.CONTROL, Keys.ENTER)
    assert browser.text(f"{SUGGESTED} q") == HOSTILE
    assert browser.driver.title == name
    assert browser.all("main img, main script, main b") == []
    assert browser.faults() == []


def test_after_a_restart_nothing_is_lost_and_nothing_twice(browser: Browser, live: Assisted, tmp_path: Any) -> None:
    """The page goes on after the last event that it has, as soon as the server is back."""
    del live
    with database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url:
        port = fixed_port()
        with serving(url, port, state_dir=str(tmp_path)) as service:
            mine = Assisted(service)
            opened(browser, mine, "c-again", said("Hello there"), said(REFUND))
            cards(browser, 1)
        browser.until("#line", lambda text: text == "Reconnecting")
        with (
            bootstrap.open(Settings(database_url=url, state_dir=str(tmp_path))) as application,
            listening(application.server_app(), port) as address,
            httpx.Client(timeout=PATIENCE_S) as http,
        ):
            mine.service = Service(address, application, http)
            mine.told("c-again", said("Still there?"), said(PROMO))
            cards(browser, 2)
            browser.until("#line", lambda text: text == "Live")
            told = [each.text for each in browser.all("#turns .said .text")]
            assert told == ["Hello there", REFUND, "Still there?", PROMO]
            browser.driver.get("about:blank")


def test_steps_and_hints_are_seen(browser: Browser, live: Assisted) -> None:
    """Which step of a playbook is done, the share, and a hint while a required one is missing."""
    live.app.forms.publish("ef-refunds", FORM)
    assert live.own("PUT", "/live/settings", CHOSEN).status_code == 200
    try:
        opened(browser, live, "c-steps", said("I want a refund"), said("Hello!", "AGENT"), queue="q-refunds")
        browser.until("#steps", lambda text: "greet" in text and "33% done" in text)
        live.settled("c-steps")  # so that nothing else is told to who hears the page when the hint is
        live.told("c-steps", said("I have started the refund.", "AGENT"))
        assert "Verify identity" in browser.text("#steps [data-state=missing] .hint")
        browser.until("#heard", lambda text: "Verify identity" in text)
        live.told("c-steps", said("May I have your account ID please?", "AGENT"))
        browser.until("#steps", lambda text: "100% done" in text)
        assert len(browser.all("#steps [data-state=done]")) == 3
    finally:
        live.own("PUT", "/live/settings", {})


def test_the_list_leads_to_conversations(browser: Browser, live: Assisted) -> None:
    """What goes on, by the customer's words, with agent, queue and who waits; who opens one too early waits for it."""
    live.told("c-listed", moved(agent("ada", "q-list"), "NA", "entry"), said("hello"))
    browser.driver.get("about:blank")
    browser.driver.get(link(live).replace("/assist/#", "/assist#"))
    line = "#conversations a[href='c-listed']"
    wait_for(lambda: browser.text(line), lambda text: "hello" in text)
    assert {"Ada", "Q-LIST", "Customer waits", "Live"} <= set(browser.text(line).split("\n"))
    assert "c-listed" not in browser.text(line)
    live.told("c-listed", said("Sure!", "AGENT"))
    wait_for(lambda: browser.text(line), lambda text: "Customer waits" not in text)
    browser.press(line)
    browser.until("#turns", lambda text: "hello" in text)
    browser.driver.get(f"{live.service.url}/assist/c-early")
    browser.until("#h-notice", lambda text: text.startswith("Waiting for"))
    live.told("c-early", said("here I am"))
    browser.until("#turns", lambda text: "here I am" in text)
    browser.driver.get(f"{live.service.url}/assist/")
    browser.one("#sign-out").click()
    browser.until("#h-notice", lambda text: text == "You've signed out")
    assert browser.driver.get_cookies() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(browser: Browser, live: Assisted, scheme: str) -> None:
    """Names for everything that takes the focus, contrast of 4.5, and no line wider than 360 pixels, light and dark."""
    name = f"c-{scheme}"
    opened(browser, live, name, said(REFUND), said("Sure! " + "x" * 200, "AGENT"))
    cards(browser, 1)
    press(cards(browser, 1)[0], "dislike")
    browser.one(".opinion")
    browser.one("#query").send_keys("shipping cost", Keys.ENTER)
    browser.one("#found .card")
    browser.one("#summarise").click()
    browser.one("#summaries .edit").click()
    driver = browser.driver
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    nodes = driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    controls = [each for each in nodes if each.get("role", {}).get("value") in CONTROLS]
    assert len(controls) > 15
    assert [each for each in controls if not each["name"]["value"]] == []
    assert {"main", "banner", "search", "dialog"} & {each["role"]["value"] for each in nodes} >= {"main", "search"}
    assert browser.run(FAINT) == []
    for part in ("talk", "search", "summary"):
        size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        wait_for(lambda: browser.run("return innerWidth"), lambda width: width == 360)
        browser.one(f"[data-to={part}]").click()
        assert browser.run("return document.documentElement.scrollWidth") == 360
        assert browser.run(TOO_WIDE) == []
        assert browser.run(FAINT) == []
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_page_asks_nobody_else(browser: Browser, live: Assisted) -> None:
    """Every request of a whole visit goes to the server that the page came from."""
    browser.requests()
    opened(browser, live, "c-alone", said(REFUND))
    cards(browser, 1)
    asked = {urlsplit(each)._replace(path="", query="", fragment="").geturl() for each in browser.requests()}
    assert asked == {live.service.url}
    assert browser.faults() == []


CONTROLS = frozenset({"button", "link", "textbox", "searchbox", "checkbox", "combobox"})


def test_one_current_suggestion_at_the_foot(browser: Browser, live: Assisted) -> None:
    """The newest stands at the foot; an older one is a line where it was asked, and one that is used leaves."""
    opened(browser, live, "c-foot", said(REFUND))
    wait_for(lambda: browser.all("#current .card"), bool)
    live.told("c-foot", said("שלום, ומה עם המשלוח?"), said(PROMO))
    first, second = cards(browser, 2)
    wait_for(lambda: browser.all("#current .card"), lambda found: found == [second])
    assert "folded" in (first.get_attribute("class") or "").split()
    assert first.find_element(By.CSS_SELECTOR, ".gist").text.startswith("Not used: ")
    assert not first.find_element(By.CSS_SELECTOR, ".send").is_displayed()
    ways = "return [...document.querySelectorAll('#turns .text')].map((each) => getComputedStyle(each).direction)"
    assert {"ltr", "rtl"} == set(browser.run(ways))
    press(second, "send")
    marked(second, "Sent to the desktop")
    wait_for(lambda: browser.all("#current .card"), lambda found: not found)
    live.told("c-foot", moved(agent("ben", "q-2"), "NA", "entry"))
    browser.until("#turns", lambda text: "Ben joined" in text)


def test_five_hundred_messages(browser: Browser, live: Assisted) -> None:
    """A long conversation is whole, in its order, and shown at its end."""
    texts = [f"number {n}" for n in range(500)]
    opened(browser, live, "c-long", *(said(text, "AGENT") for text in texts[:100]))
    live.told("c-long", *(said(text, "AGENT") for text in texts[100:]))
    wait_for(lambda: len(browser.all("#turns .turn")), lambda number: number == len(texts))
    shown = "return [...document.querySelectorAll('#turns .said .text')].map((each) => each.textContent)"
    assert browser.run(shown) == texts
    left = "const talk = document.querySelector('#talk'); return talk.scrollHeight - talk.scrollTop - talk.clientHeight"
    wait_for(lambda: browser.run(left), lambda pixels: pixels < 200)
