"""What the agent's page knows and shows of it, in a real Chromium: one store, one reducer, at most one render a frame."""

import gzip
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.data_files import script_of
from tests.e2e.assist.test_page import PROMO, REFUND, cards, marked, opened, press, unfolded
from tests.e2e.assisting import END, Assisted, agent, link, moved, said
from tests.e2e.browsing import TOO_WIDE, Browser
from tests.waiting import wait_for

pytestmark = pytest.mark.night

MOST_SCRIPT = 60_000
"""Bytes of all scripts of the page, packed."""
MOST_A_FRAME = 10
"""Events that the page shows with one frame."""

LOADED = """
  return performance.getEntriesByType("resource").map((each) => each.name).filter((name) => name.endsWith(".js"));
"""
PRELOADED = "return [...document.querySelectorAll('link[rel=modulepreload]')].map((each) => each.href)"
# Counts what Preact renders, by component and frame, and what comes to the list of turns and goes from it.
COUNT = script_of(__file__, "count")
REDUCE = script_of(__file__, "reduce")
CUT = """
  const real = window.fetch;
  window.fetch = async (address, given) => {
    const answer = await real(address, given);
    if (given.method === "POST") throw new TypeError("the answer was lost");
    return answer;
  };
"""
NARROW = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": False}
FOCUS = "const at = document.activeElement; return [at.tagName, at.closest('.card')?.dataset.about]"
ENGLISH_LEFT = script_of(__file__, "english_left")
GAP = "const talk = document.querySelector('#talk'); return talk.scrollHeight - talk.scrollTop - talk.clientHeight"


def message(id_: str, at: str, speaker: str = "customer", **more: Any) -> dict[str, Any]:
    """A message as the stream has it."""
    return {
        "id": id_,
        "at": f"2026-01-01T{at}Z",
        "speaker": speaker,
        "text": id_,
        "agent_id": None,
        "passed": None,
    } | more


def suggestion(id_: str, message_id: str, **more: Any) -> dict[str, Any]:
    """A suggestion as the stream has it."""
    used = {"is_sent": False, "is_copied": False, "is_override": False}
    return {"request_id": id_, "message_id": message_id, "text": "Words.", **used} | more


@pytest.mark.landing
def test_one_reducer_makes_every_state(browser: Browser, live: Assisted) -> None:
    """Late, repeated and changed things: each in its order, and rows that did not change stay the same objects."""
    opened(browser, live, "c-reduced", said("hello"))
    events = [
        {"event": "message", "id": 1, "data": message("m1", "10:00:00")},
        {"event": "suggestion", "id": 2, "data": suggestion("a1", "m1")},
        {"event": "message", "id": 3, "data": message("m3", "10:00:20.5")},
        {"event": "message", "id": 4, "data": message("m2", "10:00:20.25", "agent")},
        {"event": "message", "id": 4, "data": message("m2", "10:00:20.25", "agent")},
        {"event": "suggestion", "id": 5, "data": suggestion("a1", "m1", is_sent=True)},
        {"event": "message", "id": 6, "data": message("m3", "10:00:20.5", passed="nothing fits")},
        {"event": "message", "id": 7, "data": message("m4", "10:00:30")},
    ]
    found = browser.driver.execute_async_script(REDUCE, events)
    assert [each["messages"] for each in found] == [
        ["m1"], ["m1"], ["m1", "m3"], ["m1", "m2", "m3"], ["m1", "m2", "m3"], ["m1", "m2", "m3"], ["m1", "m2", "m3"],
        ["m1", "m2", "m3", "m4"],
    ]  # fmt: skip
    assert [each["seq"] for each in found] == [1, 2, 3, 4, 4, 5, 6, 7]
    assert [each["current"] for each in found] == [None, "a1", "a1", "a1", "a1", None, None, None]
    assert [each["waiting"] for each in found] == ["looking", None] + ["looking"] * 4 + ["none", "looking"]
    assert found[2]["rows"] == [["m1", False], ["m3", True]]
    assert found[-1]["rows"] == [["m1", False], ["m2", False], ["m3", False], ["m4", True]]
    assert [each["kept"] for each in found] == [0, 1, 1, 1, 3, 3, 3, 3]


def test_five_hundred_messages_cost_one_render_a_frame(
    browser: Browser, live: Assisted, record_property: Callable[[str, object], None]
) -> None:
    """The structure that keeps frames short: each turn is rendered once and stays, so many a frame, in one render."""
    opened(browser, live, "c-frames", said("hello", "AGENT"))
    browser.one("#turns .turn")
    assert browser.driver.execute_async_script(COUNT) is True
    live.told("c-frames", *(said(f"number {n}", "AGENT") for n in range(500)))
    wait_for(lambda: len(browser.all("#turns .turn")), lambda number: number == 501)
    counted = browser.run("return window.counted")
    assert (counted["added"], counted["removed"]) == (500, 0)
    renders = Counter(name for name, _ in counted["renders"])
    assert renders["Turn"] == 500
    # The steps may be read from the server only now: once, and not with each message.
    assert {name for name, number in renders.items() if number > 1} <= {"Turn", "Said"}
    by_frame = Counter((name, frame) for name, frame in counted["renders"])
    most = {name: max(number for (which, _), number in by_frame.items() if which == name) for name in ("Turn", "Said")}
    record_property("renders of the conversation", renders["Said"])
    assert most["Said"] == 1
    assert most["Turn"] <= MOST_A_FRAME


def test_the_script_is_small_and_comes_at_once(
    browser: Browser, live: Assisted, record_property: Callable[[str, object], None]
) -> None:
    """All of it weighs less than 60 kB packed, no module waits for another to name it, and a browser may keep it."""
    opened(browser, live, "c-weight", said("hello"))
    loaded = browser.run(LOADED)
    (entry,) = set(loaded) - set(browser.run(PRELOADED))
    assert entry.endswith("/assist/conversation.js")
    assert set(browser.run(PRELOADED)) < set(loaded)
    answers = [live.service.http.get(address) for address in loaded]
    assert {each.headers["cache-control"] for each in answers} == {"public, max-age=31536000, immutable"}
    weight = sum(len(gzip.compress(each.content)) for each in answers)
    record_property("bytes of script, packed", weight)
    assert weight < MOST_SCRIPT


def test_another_link_in_the_same_tab_signs_in(browser: Browser, live: Assisted) -> None:
    """The token is taken out of the address; who was signed in before is not any more."""
    opened(browser, live, "c-tab", said("hello"))
    other = link(live, "c-tab").partition("#")[0]
    browser.run("location.hash = arguments[0]", link(live, seconds=-5).partition("#")[2])
    browser.until("#h-notice", lambda text: text == "This link has expired")
    assert browser.driver.current_url == other
    browser.run("location.hash = arguments[0]", link(live, "c-tab").partition("#")[2])
    browser.until("#turns", lambda text: "hello" in text)
    assert browser.driver.current_url == other


def test_nothing_is_sent_twice(browser: Browser, live: Assisted) -> None:
    """What another window sent while the agent edits it can no longer be sent here; nor once it is over."""
    opened(browser, live, "c-twice", said(REFUND), said(PROMO))
    older, newest = cards(browser, 2)
    press(newest, "edit")
    uses = f"/live/conversations/c-twice/answers/{live.state('c-twice')['suggestions'][1]['request_id']}/uses"
    assert live.own("POST", uses, {"use": "sent"}).status_code == 204
    marked(newest, "Sent to the desktop")
    assert "has been used" in newest.find_element(By.CSS_SELECTOR, ".own .fault").text
    assert newest.find_elements(By.CSS_SELECTOR, ".own .primary") == []
    live.told("c-twice", END)
    browser.until("#line", lambda text: text == "Ended")
    unfolded(older)
    assert older.find_element(By.CSS_SELECTOR, ".copy").is_displayed()
    assert not older.find_element(By.CSS_SELECTOR, ".send").is_displayed()
    assert not browser.all("#summarise")[0].is_displayed()


def test_an_edited_message_says_so(browser: Browser, live: Assisted) -> None:
    """The page shows the first text, and that another came under its id, as soon as it comes."""
    opened(browser, live, "c-edited", said(REFUND, messageId="m-1"))
    live.told("c-edited", said(PROMO, messageId="m-1"))
    browser.until("#turns .reworded", lambda text: text.startswith("Edited later"))
    assert browser.text("#turns .text") == REFUND


def test_a_lost_answer_is_no_fault_once_it_is_known_to_be_kept(browser: Browser, live: Assisted) -> None:
    """The server kept it and its answer got lost: the card says so, and no red line stays."""
    opened(browser, live, "c-lost", said(REFUND))
    (card,) = cards(browser, 1)
    browser.run(CUT)
    press(card, "send")
    marked(card, "Sent to the desktop")
    wait_for(lambda: card.find_element(By.CSS_SELECTOR, ".fault").is_displayed(), lambda is_shown: not is_shown)


def test_sent_is_not_delivered(browser: Browser, live: Assisted) -> None:
    """The page hands words to the desktop; they are delivered once the contact centre tells of them, not before."""
    opened(browser, live, "c-delivered", said(REFUND), said(PROMO))
    first, second = cards(browser, 2)
    words = [each["text"] for each in live.state("c-delivered")["suggestions"]]
    live.told("c-delivered", said("Let me see.", "AGENT"))
    press(second, "send")
    marked(second, "Sent to the desktop")
    live.told("c-delivered", said(words[1].replace(" ", "  ", 1), "AGENT"))
    marked(second, "Delivered")
    press(first, "edit")
    first.find_element(By.TAG_NAME, "textarea").send_keys(" And more.")
    first.find_element(By.CSS_SELECTOR, ".own .primary").click()
    marked(first, "Edited, sent to the desktop")
    live.told("c-delivered", said(f"{words[0]} And more.", "AGENT"))
    marked(first, "Edited and delivered")


def test_each_result_of_a_search_can_be_sent_and_copied(browser: Browser, live: Assisted) -> None:
    """The second and third like the first; what was sent is told in its words, and nothing of the search is sent again."""
    opened(browser, live, "c-results", said("hello", "AGENT"))
    browser.one("#query").send_keys("refund", Keys.ENTER)
    browser.one("#found summary").click()
    (search,) = live.state("c-results")["searches"]
    assert len(search["sources"]) == 3
    assert [len(browser.all(f"#found li {each}")) for each in (".send-this", ".copy-this")] == [2, 2]
    browser.all("#found .copy-this")[0].click()
    browser.until("#found .marks", lambda text: text == "Copied")
    browser.all("#found .send-this")[1].click()
    browser.until("#found .marks", lambda text: text == "Sent to the desktop · Copied")
    assert browser.text("#found .instead q") == search["sources"][2]["answer"]
    assert live.state("c-results")["searches"][0]["instead"] == search["sources"][2]["answer"]
    assert [each for each in browser.all("#found :is(.send, .send-this)") if each.is_displayed()] == []
    assert len(browser.all("#found .copy-this")) == 2


def test_the_end_is_kept_and_nothing_moves_under_hands(browser: Browser, live: Assisted) -> None:
    """Above the end only what is new is told; while somebody writes nothing moves; from another part one comes back to the end."""
    opened(
        browser,
        live,
        "c-scroll",
        moved(agent("ben"), "NA", "entry"),
        said(REFUND),
        *(said(f"line {n}", "AGENT") for n in range(40)),
    )
    wait_for(lambda: browser.run(GAP), lambda pixels: pixels < 200)
    first = cards(browser, 1)[0]
    browser.run("document.querySelector('#talk').scrollTop = 0")
    wait_for(lambda: browser.run(GAP), lambda pixels: pixels > 200)
    press(first, "copy")
    marked(first, "Copied")
    assert not browser.all("#newer")[0].is_displayed()
    live.told("c-scroll", said("something new", "AGENT"))
    browser.one("#newer").click()
    wait_for(lambda: browser.run(GAP), lambda pixels: pixels < 200)
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", NARROW)
    browser.one("[data-to=search]").click()
    live.told("c-scroll", said(PROMO))
    browser.until("[data-to=talk]", lambda text: text.endswith("1"))
    browser.one("[data-to=talk]").click()
    wait_for(lambda: browser.run(GAP), lambda pixels: pixels < 200)
    assert browser.text("[data-to=talk]") == "Conversation"
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_what_is_written_stays_where_it_is(browser: Browser, live: Assisted) -> None:
    """What is said meanwhile comes below: the words that the agent writes are not scrolled away."""
    opened(browser, live, "c-writes", *(said(f"line {n}", "AGENT") for n in range(20)), said(REFUND), said(PROMO))
    first = cards(browser, 2)[0]
    wait_for(lambda: browser.run(GAP), lambda pixels: pixels < 200)
    press(first, "edit")
    focus = "return document.activeElement.tagName + document.activeElement.getBoundingClientRect().top"
    before = browser.run(focus)
    live.told("c-writes", *(said(f"more {n}", "AGENT") for n in range(6)))
    browser.until("#turns", lambda text: "more 5" in text)
    assert before.startswith("TEXTAREA")
    assert browser.run(focus) == before


def test_a_card_has_a_name_and_its_letters_are_its_own(browser: Browser, live: Assisted) -> None:
    """S on another button than Send sends nothing; what was copied is seen; the conversation is a log for who hears it."""
    opened(browser, live, "c-named", said(REFUND))
    cards(browser, 1)
    browser.one("#summarise").click()
    browser.one("#summaries .copy").click()
    browser.until("#summaries .marks", lambda text: text == "Copied")
    browser.run("document.querySelector('#current .copy').focus()")
    browser.keys("s")
    browser.keys("c")
    wait_for(lambda: live.state("c-named")["suggestions"][0]["is_copied"], bool)
    assert live.state("c-named")["suggestions"][0]["is_sent"] is False
    nodes = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    names = {
        role: [each["name"]["value"] for each in nodes if each["role"]["value"] == role] for role in ("article", "log")
    }
    assert len(names["article"]) == 2
    assert all(names["article"])
    assert names["log"] == ["Conversation"]


def test_who_sends_by_keyboard_stays_on_the_card(browser: Browser, live: Assisted) -> None:
    """The button that was pressed goes; the focus stays with what was sent, of a search as of a suggestion."""
    opened(browser, live, "c-focus", said(REFUND))
    cards(browser, 1)
    for query, button in (("refund", ".send-this"), ("promo code", ".send")):
        browser.alt("q")
        browser.keys(Keys.CONTROL, "a")
        browser.keys(Keys.NULL, query, Keys.ENTER)
        browser.until("#found li .kind", lambda text, query=query: text == query)
        browser.run("document.querySelector('#found details').open = true")
        browser.run(f"document.querySelector('#found {button}').focus()")
        browser.keys(Keys.ENTER)
        browser.until("#found .marks", lambda text: text == "Sent to the desktop")
        wait_for(lambda: browser.run(FOCUS), lambda found: found == ["ARTICLE", "search"])
    browser.run("document.querySelector('#current .send').focus()")
    browser.keys(Keys.ENTER)
    browser.until("#turns .card .marks", lambda text: text == "Sent to the desktop")
    wait_for(lambda: browser.run(FOCUS), lambda found: found == ["ARTICLE", "suggestion"])


def test_the_page_speaks_the_language_of_the_browser(browser: Browser, live: Assisted) -> None:
    """In German nothing of the page's own is English, and at 360 pixels nothing reaches out of the window."""
    agent_of = {"userAgent": browser.run("return navigator.userAgent")}
    browser.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", agent_of | {"acceptLanguage": "de"})
    try:
        opened(browser, live, "c-deutsch", said(REFUND), said(PROMO))
        cards(browser, 2)
        browser.one("#query").send_keys("refund", Keys.ENTER)
        browser.one("#summarise").click()
        browser.one("#summaries .edit").click()
        browser.one("#current .dislike").click()
        browser.one("#current .opinion")
        language, english, shown = browser.run(ENGLISH_LEFT)
        assert language == "de"
        assert english == []
        assert {"Gespräch und Vorschläge", "Zusammenfassen", "Inhalt veraltet", "Kunde", "Senden"} <= set(shown)
        assert any(" weitere " in each for each in shown)
        browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", NARROW)
        assert browser.run("return document.documentElement.scrollWidth") == 360
        assert browser.run(TOO_WIDE) == []
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", agent_of | {"acceptLanguage": "en"})
