"""The builder of scorecards in a real Chromium: built from nothing, changed, published, by mouse and by keyboard alone."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.domain.definitions.definition import DefinitionKind
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.scorecards import check_scorecard
from tests.data_files import data_of
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.test_console_builder import DOCUMENT, DRAG, becomes, click
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.console.test_console_roles import open_page
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

pytestmark = pytest.mark.night

CARD = data_of(__file__, "card").encode()


def definitions(served: Service) -> Any:
    """Return the definitions of the app."""
    return served.store.within(TENANT).definitions


@pytest.fixture(autouse=True)
def nothing_left(served: Service) -> Iterator[None]:
    """Leave no scorecard behind."""
    yield
    leave_none(served, "scorecard", "sc-build", "sc-service")


def leave_none(served: Service, kind: DefinitionKind, *names: str) -> None:
    """Remove definitions of a kind and their drafts."""
    for name in names:
        definitions(served).discard_draft(kind, name)
        definitions(served).remove(kind, name)


def open_draft(browser: Browser, served: Service, kind: DefinitionKind, path: str, document: bytes) -> None:
    """Open the builder of a definition that is a draft; ``path`` ends in its name."""
    enter(browser, served, "qa-manager")  # it leaves the page of the test before, which may still save a step
    definitions(served).save_draft(kind, path.rpartition("/")[2], document)
    open_page(browser, served, f"{path}/edit")
    wait_for(lambda: browser.text("#checked"), bool)


def open_card(browser: Browser, served: Service, document: bytes = CARD) -> None:
    """Open the builder of a scorecard that is a draft."""
    open_draft(browser, served, "scorecard", "/scorecards/sc-build", document)


def value(browser: Browser) -> Any:
    """Return the values of the document as it stands in the page."""
    return read_document(browser.run(DOCUMENT).encode()).value


def typed(browser: Browser, control: str, words: str) -> None:
    """Write into a field by mouse and leave it."""
    browser.run(
        "document.getElementById(arguments[0]).focus(); document.getElementById(arguments[0]).select?.()", control
    )
    browser.keys(words, Keys.TAB)


def no_text_area(browser: Browser) -> bool:
    """Return whether no text area with the document is shown."""
    return not browser.run("return document.querySelector('#document').checkVisibility()")


def metrics(found: Any, at: int) -> list[tuple[str, Decimal]]:
    """Return the metrics of an attribute with their weights."""
    return [(each["metric"], Decimal(each["weight"])) for each in found["attributes"][at]["metrics"]]


@pytest.mark.landing
def test_built_by_keyboard(browser: Browser, served: Service) -> None:
    """The same by keyboard alone: begun, an attribute, two questions by their names, shared, an agent chosen, in force."""
    width(browser, 1440)
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/scorecards")
    browser.write("#d-name", "Service", Keys.ENTER)
    wait_for(lambda: browser.text("#checked"), bool)
    browser.press("[value=attribute]")
    wait_for(lambda: browser.run("return document.activeElement.id"), lambda found: found == "s-attributes.0.name")
    browser.keys("Courtesy", Keys.TAB)
    for name in ("Greeting", "Empathy"):
        browser.reach("[id='n-attributes.0.metrics']")
        browser.keys(name, Keys.ENTER)
        wait_for(lambda: browser.run("return document.activeElement.value"), lambda text: not text)
        becomes(browser, f"em-{name.lower()}")
    browser.press("[value='equal:attributes.0.metrics']")
    wait_for(lambda: metrics(value(browser), 0), lambda found: found == [("em-greeting", 50), ("em-empathy", 50)])
    browser.press("[data-tab=settings]")
    browser.reach("[id='n-agents']")
    browser.keys("Nobody of that name", Keys.ENTER)
    browser.until("[id='p-agents']", lambda text: "There is no agent Nobody of that name" in text)
    assert browser.run("return document.getElementById('n-agents').value") == "Nobody of that name"
    agent = next(each for each in agents_of(served) if " " in each[1])
    browser.write("[id='n-agents']", agent[1], Keys.ENTER)
    wait_for(lambda: value(browser).get("agents"), lambda found: found == [agent[0]])
    browser.press("#publish")
    browser.until("main .tell", lambda text: "Published." in text)
    (stored,) = definitions(served).in_force("scorecard")
    assert check_scorecard(stored.document).card.agents == (agent[0],)  # type: ignore[union-attr]
    assert browser.faults() == []


def agents_of(served: Service) -> list[tuple[str, str]]:
    """Return the agents by id, with the name that is picked."""
    found = served.store.within(TENANT).people.directory.agents()
    return [(each.agent_id, each.name or each.agent_id) for each in found]


def test_only_its_lines_change(browser: Browser, served: Service) -> None:
    """Weights, moves and deletions change their own lines; undone, each byte is as it was."""
    width(browser, 1440)
    open_card(browser, served)
    typed(browser, "s-attributes.0.metrics.1.weight", "55")
    after = becomes(browser, "weight: 55   # of 100")
    assert after == CARD.decode().replace("weight: 60   #", "weight: 55   #")
    browser.until("[id=sec-0] .mend", lambda text: "Courtesy makes 95. 5 are missing." in text)
    click(browser, "[value='balance:attributes.0.metrics.1']")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == CARD.decode())
    browser.reach("[id='grip-attributes.0.metrics.1']")
    browser.alt(Keys.ARROW_DOWN)
    wait_for(lambda: metrics(value(browser), 1), lambda found: found == [("em-empathy", 60), ("em-signoff", 100)])
    focused = "return document.activeElement.id"
    wait_for(lambda: browser.run(focused), lambda found: found == "grip-attributes.1.metrics.0")
    assert "# of 100" in browser.run(DOCUMENT)
    browser.alt(Keys.ARROW_UP)
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == CARD.decode())
    browser.reach("[id='grip-attributes.0']")
    browser.alt(Keys.ARROW_DOWN)
    wait_for(lambda: [each["name"] for each in value(browser)["attributes"]], lambda found: found[0] == "Result")
    browser.control("z")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == CARD.decode())
    browser.reach("[id='grip-attributes.0.metrics.0']")
    browser.keys(Keys.DELETE)
    wait_for(lambda: metrics(value(browser), 0), lambda found: found == [("em-empathy", 60)])
    click(browser, "#undo")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == CARD.decode())
    assert browser.faults() == []


def test_dragged(browser: Browser, served: Service) -> None:
    """A question is dragged into another attribute, and one that is in none comes from the list below."""
    width(browser, 1440)
    open_card(browser, served)
    browser.run(DRAG, "[id='grip-attributes.0.metrics.0']", "[id='q-attributes.1.metrics.0']")
    wait_for(lambda: metrics(value(browser), 1), lambda found: found == [("em-greeting", 40), ("em-signoff", 100)])
    browser.run(DRAG, "[data-place='+em-resolution']", "[id=sec-0]")
    wait_for(lambda: metrics(value(browser), 0), lambda found: found == [("em-empathy", 60), ("em-resolution", 0)])
    assert browser.faults() == []


def test_faults_at_their_fields(browser: Browser, served: Service) -> None:
    """What is wrong is named in words at its field, and stays as it was typed; the list of faults leads there."""
    width(browser, 1440)
    open_card(browser, served)
    typed(browser, "s-attributes.0.metrics.0.weight", "forty")
    browser.until("[id='b-attributes.0.metrics.0.weight']", lambda text: "must be a number" in text)
    field = "return document.getElementById('s-attributes.0.metrics.0.weight')"
    assert browser.run(f"{field}.value") == "forty"
    assert browser.run(f"{field}.getAttribute('aria-invalid')") == "true"
    browser.until("#panel .faults", lambda text: "Courtesy, Greeting, Weight" in text)
    assert browser.run("return document.querySelector('#publish').getAttribute('aria-disabled')") == "true"
    click(browser, "[data-tab=text]")
    click(browser, "#panel .faults [data-field]")
    assert browser.run(f"return document.activeElement === ({field.removeprefix('return ')})")
    click(browser, "[name=act][value=save]")
    browser.until("#panel .tell", lambda text: "Draft saved" in text)
    assert b"weight: forty" in definitions(served).draft("scorecard", "sc-build").document
    assert browser.faults() == []


@pytest.mark.parametrize("pixels", [360, 768, 1440])
def test_axe(browser: Browser, served: Service, pixels: int) -> None:
    """Nothing is found on any tab, light and dark, with an open question and a fault; nothing is wider than the window."""
    width(browser, pixels)
    open_card(browser, served, CARD.replace(b"weight: 40}", b"weight: x}"))
    click(browser, "[id='open-attributes.0.metrics.0']")
    browser.one("#inspector")
    for _theme in browser.themes("light", "dark"):
        for tab in ("questions", "settings", "publish", "text"):
            click(browser, f"[data-tab={tab}]")
            assert browser.barriers() == []
    width(browser, 1440)


@pytest.mark.parametrize("pixels", [360, 1440])
def test_what_it_would_change(browser: Browser, served: Service, pixels: int) -> None:
    """Before publishing: the agents whose score changes and the answers; afterwards who published it, and why."""
    width(browser, pixels)
    definitions(served).publish("scorecard", "sc-build", CARD)
    open_card(browser, served, CARD.replace(b"weight: 60\n", b"weight: 10\n").replace(b"weight: 40\n", b"weight: 90\n"))
    click(browser, "[data-tab=publish]")
    assert "would newly reach the score that is needed" in browser.text("#effect h2")
    assert "scored conversations. Their mean goes from" in browser.text("#effect header")
    assert browser.all("#effect .move .was")
    assert "90%" in browser.run("return document.querySelector('#effect section:last-child').innerText")
    assert browser.barriers() == []
    browser.one("#note").click()
    browser.keys("The result is what customers remember")
    click(browser, "#publish")
    browser.until("main .tell", lambda text: "Published." in text)
    open_page(browser, served, "/scorecards/sc-build/edit")
    click(browser, "[data-tab=publish]")
    assert browser.text("#effect h2").endswith("stay as they are")
    rows = browser.run(
        "return [...document.querySelectorAll('.list tbody tr, .stacked tbody tr')].map((each) => each.innerText)"
    )
    assert "Qa-manager" in rows[0]
    assert "The result is what customers remember" in rows[0]
    assert "the command line" in rows[1]
    assert browser.faults() == []
    width(browser, 1440)
