"""What agents think of the assistant, on their page: thumbs of others, and a thumb that is withdrawn."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.e2e.assist.test_page import REFUND, cards, opened, press
from tests.e2e.assisting import Assisted, said
from tests.e2e.browsing import Browser
from tests.waiting import wait_for

pytestmark = pytest.mark.night


def test_the_thumb_of_another_is_not_mine(browser: Browser, live: Assisted) -> None:
    """Nor does what another thinks take away what I wrote."""
    opened(browser, live, "c-thumb", said(REFUND))
    (card,) = cards(browser, 1)
    press(card, "like")
    browser.one(".opinion textarea").send_keys("Mine.")
    about = {"about": "answer", "of": live.state("c-thumb")["suggestions"][0]["request_id"], "value": "dislike"}
    about["about"] = "suggestion"
    assert (
        live.own("POST", "/live/conversations/c-thumb/feedback", {**about, "agent": {"id": "a-cid"}}).status_code == 204
    )
    live.settled("c-thumb")
    live.told("c-thumb", said("Sure!", "AGENT"))
    browser.until("#turns", lambda text: "Sure!" in text)
    pressed = {
        each: card.find_element(By.CSS_SELECTOR, f".{each}").get_attribute("aria-pressed")
        for each in ("like", "dislike")
    }
    assert pressed == {"like": "true", "dislike": "false"}
    assert browser.one(".opinion textarea").get_attribute("value") == "Mine."


def test_the_thumb_that_is_pressed_withdraws_itself(browser: Browser, live: Assisted) -> None:
    """By keyboard: on the page and on the server, with reasons and comment; what another thinks stays, and so does the report's row."""
    opened(browser, live, "c-withdrawn", said(REFUND))
    (card,) = cards(browser, 1)
    answer = live.state("c-withdrawn")["suggestions"][0]["request_id"]
    path = "/live/conversations/c-withdrawn/feedback"
    theirs = {"about": "suggestion", "of": answer, "value": "dislike", "agent": {"id": "a-cid"}}
    assert live.own("POST", path, theirs).status_code == 204
    browser.alt("j")
    browser.keys("l")
    wait_for(lambda: browser.run("return document.activeElement.type"), lambda found: found == "checkbox")
    browser.keys(Keys.ESCAPE)
    browser.press("#current .more")
    browser.write(".opinion textarea", "Mine.", Keys.CONTROL, Keys.ENTER, Keys.NULL)
    wait_for(lambda: browser.all(".opinion"), lambda found: not found)

    def thinks() -> tuple[str, str | None]:
        feedback = live.state("c-withdrawn")["suggestions"][0]["feedback"]
        return feedback["agent"]["id"], feedback.get("comment")

    assert thinks() == ("a-ada", "Mine.")
    wait_for(lambda: browser.run("return document.activeElement.className"), lambda name: name == "thumb like")
    browser.keys("l")
    wait_for(
        lambda: card.find_element(By.CSS_SELECTOR, ".like").get_attribute("aria-pressed"), lambda is_: is_ == "false"
    )
    assert thinks() == ("a-cid", None)
    browser.driver.refresh()
    (card,) = cards(browser, 1)
    assert card.find_element(By.CSS_SELECTOR, ".like").get_attribute("aria-pressed") == "false"
    assert live.own("POST", path, {**theirs, "value": "none"}).status_code == 204
    assert live.state("c-withdrawn")["suggestions"][0]["feedback"] is None
