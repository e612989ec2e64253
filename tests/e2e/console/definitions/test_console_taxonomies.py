"""The builder of taxonomies in a real Chromium: built from nothing, moved, published, by mouse and by keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.services.definitions.forms.document import Value, read_document
from auscult.services.definitions.forms.editing.questions import mappings
from tests.data_files import data_of
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.test_console_builder import DOCUMENT, DRAG, becomes, choose, click
from tests.e2e.console.definitions.test_console_scorecards import (
    definitions,
    leave_none,
    no_text_area,
    open_draft,
    typed,
    value,
)
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.console.test_console_roles import open_page
from tests.e2e.serving import Service
from tests.waiting import wait_for

pytestmark = pytest.mark.night

TREE = data_of(__file__, "tree").encode()
FOCUSED = "return document.activeElement.id"


@pytest.fixture(autouse=True)
def nothing_left(served: Service) -> Iterator[None]:
    """Leave no taxonomy behind."""
    yield
    leave_none(served, "taxonomy", "tx-build", "tx-shop")


def open_tree(browser: Browser, served: Service, document: bytes = TREE) -> None:
    """Open the builder of a taxonomy that is a draft."""
    open_draft(browser, served, "taxonomy", "/taxonomies/tx-build", document)


def shape(found: Value) -> list[Any]:
    """Return the names of a tree: of each topic, with those below it."""
    return [
        (each.get("name"), shape(each)) if each.get("topics") else each.get("name")
        for each in mappings(found, "topics")
    ]


def focus(browser: Browser, wanted: str) -> None:
    """Wait until a part has the focus."""
    wait_for(lambda: browser.run(FOCUSED), lambda found: found == wanted)


BUILT = [("Shop", [("Delivery", ["Late"])])]


def test_built_by_mouse(browser: Browser, served: Service) -> None:
    """From nothing to a taxonomy in force with three levels and sentences, without a text area of YAML."""
    width(browser, 1440)
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/taxonomies")
    browser.one("#d-name").click()
    browser.keys("Shop")
    click(browser, "form.begin button")
    wait_for(lambda: browser.driver.current_url, lambda url: "/taxonomies/tx-shop/edit" in url)
    wait_for(lambda: browser.text("#checked"), bool)
    above = ""
    for name in ("Shop", "Delivery", "Late"):
        click(browser, f"[value='topic:{above}']")
        above = f"{above}.topics.0".removeprefix(".")
        focus(browser, f"s-{above}.name")
        browser.keys(name, Keys.TAB)
        becomes(browser, f"name: {name}")
    wait_for(lambda: shape(value(browser)), lambda found: found == BUILT)
    typed(browser, f"s-{above}.description", "A delivery did not come in time.")
    becomes(browser, "did not come in time")
    for words in ("where is my parcel, please?", "it has not arrived"):
        browser.run(f"document.getElementById('n-{above}.examples').focus()")
        browser.keys(words)
        click(browser, f"[value='add:{above}.examples']")
        becomes(browser, words)
    choose(browser, f"{above}.resolution", "false")
    becomes(browser, "resolution: false")
    assert no_text_area(browser)
    click(browser, "#publish")
    browser.until("main .tell", lambda text: "Published." in text)
    (stored,) = [each for each in definitions(served).in_force("taxonomy") if each.name == "tx-shop"]
    assert shape(read_document(stored.document).value) == BUILT
    assert browser.faults() == []


def test_built_by_keyboard(browser: Browser, served: Service) -> None:
    """The same by keyboard alone: topics, moved in by Alt and an arrow, a sentence, and in force."""
    width(browser, 1440)
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/taxonomies")
    browser.write("#d-name", "Shop", Keys.ENTER)
    wait_for(lambda: browser.text("#checked"), bool)
    for at, name in enumerate(("Shop", "Delivery")):
        browser.press("[value='topic:']")
        focus(browser, f"s-topics.{at}.name")
        browser.keys(name, Keys.TAB)
        becomes(browser, f"name: {name}")
    browser.reach("[id='grip-topics.1']")
    browser.alt(Keys.ARROW_RIGHT)
    wait_for(lambda: shape(value(browser)), lambda found: found == [("Shop", ["Delivery"])])
    focus(browser, "grip-topics.0.topics.0")
    browser.press("[value='topic:topics.0.topics.0']")
    focus(browser, "s-topics.0.topics.0.topics.0.name")
    browser.keys("Late", Keys.TAB)
    becomes(browser, "name: Late")
    browser.reach("[id='n-topics.0.topics.0.topics.0.examples']")
    browser.keys("where is my parcel, please?", Keys.ENTER)
    becomes(browser, "where is my parcel, please?")
    browser.press("#publish")
    browser.until("main .tell", lambda text: "Published." in text)
    stored = definitions(served).get("taxonomy", "tx-shop")
    assert shape(read_document(stored.document).value) == BUILT
    assert browser.faults() == []


@pytest.mark.night
def test_moved(browser: Browser, served: Service) -> None:
    """By keyboard, by a list and by drag, with the comments; undone or moved back, each byte is as it was."""
    width(browser, 1440)
    open_tree(browser, served)
    browser.reach("[id='grip-topics.0.topics.0.topics.0']")
    browser.alt(Keys.ARROW_LEFT)
    wait_for(lambda: shape(value(browser)), lambda found: found[0][1][1] == "Lost")
    assert "      # The most frequent\n      - name: Lost\n" in browser.run(DOCUMENT)
    focus(browser, "grip-topics.0.topics.1")
    browser.alt(Keys.ARROW_RIGHT)
    wait_for(lambda: shape(value(browser))[0][1][0], lambda found: found == ("Debit", ["Broken", "Lost"]))
    browser.alt(Keys.ARROW_UP)
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == TREE.decode())
    choose(browser, "topics.0.topics.0.topics.0.parent", "topics.1")
    wait_for(lambda: shape(value(browser))[1], lambda found: found == ("Branch", ["Lost"]))
    browser.control("z")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == TREE.decode())
    browser.run(DRAG, "[id='grip-topics.1']", "[id='q-topics.0.topics.0'] [data-place]")
    wait_for(lambda: shape(value(browser)), lambda found: found[0][1][0] == "Branch" or "Branch" in str(found[0]))
    click(browser, "#undo")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == TREE.decode())
    browser.reach("[id='grip-topics.1']")
    browser.keys(Keys.DELETE)
    wait_for(lambda: len(shape(value(browser))), lambda found: found == 1)
    browser.control("z")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == TREE.decode())
    assert browser.faults() == []


def test_renamed_and_found(browser: Browser, served: Service) -> None:
    """A topic is found by a sentence of it; its name and its sentences are fields that change only their own lines."""
    width(browser, 1440)
    open_tree(browser, served)
    browser.reach("#n-find")
    browser.keys("gone", Keys.ENTER)
    focus(browser, "s-topics.0.topics.0.topics.0.name")
    browser.keys(Keys.CONTROL, "a", Keys.NULL)
    browser.keys("Stolen", Keys.TAB)
    becomes(browser, "name: Stolen")
    typed(browser, "s-topics.0.topics.0.topics.0.examples.1", "stolen: my card")
    after = becomes(browser, '"stolen: my card"')
    assert after == TREE.decode().replace("name: Lost", "name: Stolen").replace("gone: my", "stolen: my")
    click(browser, "[value='remove:topics.0.topics.0.topics.0.examples.0']")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: "i lost my card" not in text)
    browser.reach("#n-find")
    browser.keys("nothing of the kind", Keys.ENTER)
    browser.until("#p-find", lambda text: "No topic and no sentence" in text)
    assert browser.faults() == []


def test_faults_at_their_fields(browser: Browser, served: Service) -> None:
    """Two topics of one name, and sentences of a topic with others below it, are named where they are; a button helps."""
    width(browser, 1440)
    open_tree(browser, served)
    typed(browser, "s-topics.1.name", "Cards")
    browser.until("[id='b-topics.1.name']", lambda text: "is the name of 'Cards' too" in text)
    browser.until("#panel .faults", lambda text: "Cards, Name" in text)
    typed(browser, "s-topics.1.name", "Branch")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == TREE.decode())
    click(browser, "[value='topic:topics.0.topics.1']")
    focus(browser, "s-topics.0.topics.1.topics.0.name")
    click(browser, "#panel .faults [data-field]")
    focus(browser, "s-topics.0.topics.1.name")
    browser.until("#inspector .mend", lambda text: "The sentences belong to the topics below this one" in text)
    click(browser, "[value='hand:topics.0.topics.1']")
    wait_for(
        lambda: value(browser)["topics"][0]["topics"][1]["topics"][0].get("examples"),
        lambda found: found == ["credit card"],
    )
    assert browser.faults() == []


@pytest.mark.parametrize("pixels", [360, 768, 1440])
def test_axe(browser: Browser, served: Service, pixels: int) -> None:
    """Nothing is found on any tab, light and dark, with an open topic and a fault; nothing is wider than the window."""
    width(browser, pixels)
    open_tree(browser, served, TREE.replace(b"A card was lost.", b"x" * 300))
    click(browser, "[id='open-topics.0.topics.0.topics.0']")
    browser.one("#inspector")
    for _theme in browser.themes("light", "dark"):
        for tab in ("questions", "nowhere", "settings", "publish", "text"):
            click(browser, f"[data-tab={tab}]")
            assert browser.barriers() == []
    width(browser, 1440)


@pytest.mark.parametrize("pixels", [360, 1440])
def test_what_it_would_change(browser: Browser, served: Service, pixels: int) -> None:
    """Before publishing: how many conversations move, from where to where, and what was said in some of them."""
    width(browser, pixels)
    definitions(served).publish("taxonomy", "tx-build", TREE)
    open_tree(browser, served, TREE.replace(b"credit card]", b"credit card, my account, a refund, where is my order]"))
    click(browser, "[data-tab=publish]")
    assert "conversations would move" in browser.text("#effect h2")
    assert "sorted with this text and with version" in browser.text("#effect header")
    assert "Cards \u203a Credit" in browser.text("#effect table")
    assert "% sure" in browser.text("#effect ol")
    assert browser.barriers() == []
    browser.one("#note").click()
    browser.keys("Credit cards were missed")
    click(browser, "#publish")
    browser.until("main .tell", lambda text: "Published." in text)
    assert definitions(served).get("taxonomy", "tx-build").note == "Credit cards were missed"
    assert browser.faults() == []
    width(browser, 1440)
