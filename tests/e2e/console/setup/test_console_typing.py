"""Typing in the form view while the editor checks what was typed before, in a real Chromium over a slow line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter
from tests.e2e.serving import Service
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

SENTENCE = "the agent says who is calling and asks what it is about before going on "
FORM = """\
schema: auscult/form@1
id: ef-starter-chat
name: Words
channel: chat
metrics:
  - id: em-hello
    name: Hello
    question: Does the agent greet?
    weight: 10
    type: by_question
    answer: {speaker: agent, any_of: [{phrases: [hello, good day, welcome, "hi there"]}, {phrases: [goodbye, see you]}]}
  - id: em-bye
    name: Bye
    question: Does the agent say goodbye?
    weight: 10
    type: by_question
    answer: {speaker: agent, any_of: [{phrases: [goodbye]}]}
"""
DOCUMENT = "return document.querySelector('#document').value"
VALUES = "return ['name', 'question', 'weight'].map((key) => document.getElementById(`s-metrics.0.${key}`).value)"


@contextmanager
def slow_line(browser: Browser, milliseconds: int = 300) -> Iterator[None]:
    """Delay every answer of the server, so that typing goes on while one is awaited."""

    def delay(latency: int) -> None:
        conditions = {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1}
        browser.driver.execute_cdp_cmd("Network.enable", {})
        browser.driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)

    delay(milliseconds)
    try:
        yield
    finally:
        delay(0)


def open_editor(browser: Browser, served: Service) -> None:
    """Open the editor of a form, with the tab of its questions."""
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/forms/ef-starter-chat")
    browser.until("#checked", lambda text: text == "No fault")


def into(browser: Browser, path: str) -> None:
    """Put the focus into a field of the form view, with its text chosen."""
    browser.run("const at = document.getElementById(arguments[0]); at.focus(); at.select()", f"s-{path}")


@pytest.mark.parametrize("pause_ms", [20, 150])
def test_no_letter_is_lost_while_the_editor_checks(browser: Browser, served: Service, pause_ms: int) -> None:
    """Two hundred keys through three fields: fields and document have them all, and the caret stays where one types."""
    open_editor(browser, served)
    typed = {"name": "Who is calling", "question": (SENTENCE * 3)[:180].strip() + "?", "weight": "17"}
    with slow_line(browser):
        into(browser, "metrics.0.name")
        keys = ActionChains(browser.driver)
        for text in typed.values():
            keys.key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL)
            for letter in text:
                keys.send_keys(letter).pause(pause_ms / 1000)
            keys.send_keys(Keys.TAB)
        keys.perform()
        assert browser.run(VALUES) == list(typed.values())
        wait_for(
            lambda: browser.run(DOCUMENT),
            lambda text: all(each in text for each in (typed["name"], typed["question"], "weight: 17")),
        )
    assert browser.run(VALUES) == list(typed.values())
    assert browser.faults() == []


def test_a_field_that_is_typed_in_keeps_its_text_and_caret(browser: Browser, served: Service) -> None:
    """An answer that comes in a pause of typing leaves the field as it is, with a blank at its end."""
    open_editor(browser, served)
    with slow_line(browser):
        browser.run(
            "const text = document.querySelector('#document'); text.value += '# checked\\n';"
            "text.dispatchEvent(new Event('input'))"
        )
        into(browser, "metrics.0.question")
        browser.keys("Is it ")
        wait_for(lambda: browser.run(DOCUMENT), lambda text: "question: Is it\n" in text)
        browser.keys("named?")
    assert browser.run("return document.activeElement.value") == "Is it named?"


def test_a_change_of_each_view_at_once_loses_neither(browser: Browser, served: Service) -> None:
    """A weight of the form view, then words of the YAML before the answer: the document has both, the caret stays."""
    open_editor(browser, served)
    with slow_line(browser):
        into(browser, "metrics.0.weight")
        browser.keys("23")
        browser.run(
            "document.querySelector('[data-tab=text]').click(); const at = document.querySelector('#document'); at.focus(); at.setSelectionRange(0, 0)"
        )
        browser.keys("# mine", Keys.ENTER)
        found = wait_for(lambda: browser.run(DOCUMENT), lambda text: "weight: 23" in text)
        assert found.startswith("# mine\n")
        browser.keys("# too", Keys.ENTER)
    assert browser.run(DOCUMENT).startswith("# mine\n# too\n")


def test_quick_presses_of_buttons_lose_none(browser: Browser, served: Service) -> None:
    """Two words removed and two lists of words grown, faster than the server answers."""
    open_editor(browser, served)
    browser.run("document.querySelector('#document').value = arguments[0]", FORM)
    browser.run("document.querySelector('#document').dispatchEvent(new Event('input'))")
    browser.run("document.querySelector('#open-0').click()")
    browser.until("#inspector .bpartrow .chips", lambda text: "good day" in text)
    with slow_line(browser):
        browser.run(
            "const lists = [...document.querySelectorAll('#inspector .bpartrow')].map((row) => row.querySelector('.words'));"
            "const [hello, day] = lists[0].querySelectorAll('.chip'); hello.click(); day.click(); day.click();"
            "for (const [list, word] of [[lists[0], 'well met'], [lists[1], 'so long']]) {"
            "  list.querySelector('input').value = word; list.querySelector('.btn').click();"
            "}"
        )
        wait_for(lambda: browser.run(DOCUMENT), lambda text: "so long" in text)
    found = re.findall(r"phrases: \[(.*?)\]", browser.run(DOCUMENT))
    assert found == ['welcome, "hi there", well met', "goodbye, see you, so long", "goodbye"]


def test_enter_in_a_field_keeps_what_was_typed(browser: Browser, served: Service) -> None:
    """Enter checks the form: it presses no button that discards, saves or publishes."""
    open_editor(browser, served)
    into(browser, "metrics.0.name")
    browser.keys("Entered", Keys.ENTER)
    wait_for(lambda: browser.run(DOCUMENT), lambda text: "name: Entered" in text)
    assert browser.run("return document.activeElement.id") == "s-metrics.0.name"
