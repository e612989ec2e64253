"""Typing in the form view while the editor checks what was typed before, in a real Chromium over a slow line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from auscult.domain.definitions.definition import DefinitionKind
from tests.data_files import data_of
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

pytestmark = pytest.mark.night

SENTENCE = "the agent says who is calling and asks what it is about before going on "
FORM = data_of(__file__, "form")
DOCUMENT = "return document.querySelector('#document').value"
# The text fields that a person sees in a part of the page, and whether each takes a number.
TEXT_FIELDS = """
  return [...document.querySelectorAll(`${arguments[0]} [name^="set:"]`)]
    .filter((at) => at.localName !== "select" && at.type !== "date" && at.checkVisibility({ visibilityProperty: true }))
    .map((at) => [at.id, at.inputMode === "decimal"]);
"""
CARD = data_of(__file__, "card").encode()
TREE = data_of(__file__, "tree").encode()
PLACE = b"name: typed\nplace: s3://sound/calls\nformat: described\nevery: 1h\n"
FIRST, OTHERS = 200, 40
"""Letters in the first field of a page, and in each other: enough that several looks come and go while one types."""
VALUES = "return ['name', 'question', 'weight'].map((key) => document.getElementById(`s-metrics.0.${key}`).value)"


@pytest.fixture(autouse=True)
def no_draft(served: Service) -> Iterator[None]:
    """Leave no draft behind."""
    yield
    app = served.store.within(TENANT)
    app.forms.discard_draft("ef-starter-chat")
    for kind, name in DRAFTS.values():
        app.definitions.discard_draft(kind, name)


DRAFTS: dict[str, tuple[DefinitionKind, str]] = {
    "scorecards": ("scorecard", "sc-typed"),
    "taxonomies": ("taxonomy", "tx-typed"),
    "connectors": ("connector", "typed"),
}
"""The definitions of these tests, by the part of the address."""


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
    browser.until("#say-yes .chips", lambda text: "good day" in text)
    with slow_line(browser):
        browser.run(
            "const lists = [...document.querySelectorAll('#inspector .words:has(.chip)')];"
            "const [hello, day] = lists[0].querySelectorAll('.chip'); hello.click(); day.click(); day.click();"
            "for (const [list, word] of [[lists[0], 'well met'], [lists[1], 'so long']]) {"
            "  list.querySelector('input').value = word; list.querySelector('.btn').click();"
            "}"
        )
        wait_for(lambda: browser.run(DOCUMENT), lambda text: "so long" in text and "good day" not in text)
    found = re.findall(r"phrases: \[(.*?)\]", browser.run(DOCUMENT))
    assert found == ['welcome, "hi there", well met', "goodbye, see you, so long", "goodbye"]


def test_enter_in_a_field_keeps_what_was_typed(browser: Browser, served: Service) -> None:
    """Enter checks the form: it presses no button that discards, saves or publishes."""
    open_editor(browser, served)
    into(browser, "metrics.0.name")
    browser.keys("Entered", Keys.ENTER)
    wait_for(lambda: browser.run(DOCUMENT), lambda text: "name: Entered" in text)
    assert browser.run("return document.activeElement.id") == "s-metrics.0.name"


def type_through(browser: Browser, part: str, alphabet: str = SENTENCE) -> dict[str, str]:
    """Type into each text field of a part at 20 ms a key, and return what each has then by its id, once all is saved."""
    typed: dict[str, str] = {}
    for at, (control, is_number) in enumerate(browser.run(TEXT_FIELDS, part)):
        begun = f"{chr(ord('a') + at)} {alphabet}" if " " in alphabet else f"{chr(ord('a') + at)}{alphabet}"
        text = "17" if is_number else (begun * 3)[: FIRST if not at else OTHERS].strip()
        into(browser, control.removeprefix("s-"))
        keys = ActionChains(browser.driver)
        for letter in text:
            keys.send_keys(letter).pause(0.02)
        keys.perform()
        there, active = browser.run(
            "return [document.getElementById(arguments[0]).value, document.activeElement.id]", control
        )
        assert (there, active) == (text, control), typed
        typed[control] = text
    browser.keys(Keys.TAB)
    words = [text for text in typed.values() if text != "17"]
    wait_for(lambda: browser.run(DOCUMENT), lambda text: all(each in text for each in words))
    wait_for(
        lambda: browser.run("return 'asked' in document.querySelector('#editor').dataset"), lambda asked: not asked
    )
    browser.until("#saved", lambda text: text.startswith("Saved"))
    assert browser.run("return arguments[0].map((id) => document.getElementById(id).value)", [*typed]) == [
        *typed.values()
    ]
    assert browser.faults() == []
    return typed


@pytest.mark.parametrize("part", ["#q-0", "#part-settings"])
def test_every_field_of_a_form_while_it_is_saved(browser: Browser, served: Service, part: str) -> None:
    """Each text field of an open question, and of the settings, has every letter, and so has the stored draft."""
    open_editor(browser, served)
    if part == "#q-0":
        browser.run("document.querySelector('#open-0').click()")
        browser.one("#inspector")
    else:
        browser.run("document.querySelector('[data-tab=settings]').click()")
    typed = type_through(browser, part)
    draft = served.store.within(TENANT).forms.draft("ef-starter-chat")
    assert draft
    assert len(typed) >= 3
    assert all(text in draft.document.decode() for text in typed.values())


@pytest.mark.night
def test_a_row_that_comes_leaves_the_focus(browser: Browser, served: Service) -> None:
    """Weights that no longer make 100 are said above and below the field that one types in by then."""
    served.store.within(TENANT).definitions.save_draft("scorecard", "sc-typed", CARD)
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/scorecards/sc-typed/edit")
    wait_for(lambda: browser.text("#checked"), bool)
    into(browser, "attributes.0.weight")
    browser.keys("17")
    into(browser, "attributes.1.name")
    browser.until(".mend--row", bool)
    browser.keys("Outcome")
    into(browser, "attributes.0.weight")
    browser.keys("60")
    into(browser, "attributes.0.name")
    wait_for(lambda: browser.all(".mend--row"), lambda found: found == [])
    browser.keys("Manner", Keys.TAB)
    found = wait_for(lambda: browser.run(DOCUMENT), lambda text: "Manner" in text)
    assert found == CARD.decode().replace("Courtesy", "Manner").replace("Result", "Outcome")


@pytest.mark.parametrize(
    ("where", "document", "opens", "part"),
    [
        ("scorecards", CARD, "[id='open-attributes.0.metrics.0']", "#part-questions"),
        ("taxonomies", TREE, "[id='open-topics.0.topics.0']", "#part-questions"),
        ("connectors", PLACE, "", "#part-place"),
    ],
)
def test_every_field_of_a_definition_while_it_is_saved(  # noqa: PLR0913, PLR0917  (the parts of a builder)
    browser: Browser, served: Service, where: str, document: bytes, opens: str, part: str
) -> None:
    """Each text field of a scorecard, a taxonomy and a step of a connector has every letter, and so has the stored draft."""
    definitions, (kind, name) = served.store.within(TENANT).definitions, DRAFTS[where]
    enter(browser, served, "administrator" if where == "connectors" else "qa-manager")
    definitions.save_draft(kind, name, document)
    browser.driver.get(f"{served.url}/console/{where}/{name}/edit")
    wait_for(lambda: browser.text("#checked"), bool)
    if opens:
        browser.run("document.querySelector(arguments[0]).click()", opens)
        browser.one("#inspector")
    typed = type_through(browser, part, SENTENCE if opens else SENTENCE.replace(" ", ""))
    draft = definitions.draft(kind, name)
    assert draft
    assert all(text in draft.document.decode() for text in typed.values())
