"""Journeys of those who set up, in a real Chromium, by keyboard: taxonomies, scorecards, knowledge, connectors, exports."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selenium.webdriver.common.keys import Keys

from auscult.bootstrap.people import list_exporting
from auscult.bootstrap.scheduling import run_connectors
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.test_console_setup import CARD, CURRENT, TREE
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.console.test_console_roles import open_page
from tests.e2e.consoles import console
from tests.e2e.serving import TENANT, Service
from tests.integration.connectors.placing import document, fill
from tests.waiting import wait_for

pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with people and example data in it, which may read one folder."""
    folder = tmp_path_factory.mktemp("console")
    url, at = f"sqlite:///{folder / 'auscult.db'}", str(folder)
    with console(url, weeks=2, a_week=6, state_dir=at, connector_folders=at) as found:
        yield found


def put(browser: Browser, old: str, new: str) -> None:
    """Select these words in the document, where the focus is, and write others in their place."""
    assert browser.run("return document.activeElement.id") == "document"
    browser.run(
        "const at = document.activeElement, from = at.value.indexOf(arguments[0]);"
        "at.setSelectionRange(from, from + arguments[0].length)",
        old,
    )
    browser.keys(new)


def test_a_number_on_a_phone_has_its_name(browser: Browser, served: Service) -> None:
    """Where a table becomes cards, there is no heading of a column above its numbers."""
    script = "return getComputedStyle(document.querySelector('td.n'), '::before').content"
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/forms")
    assert browser.run(script) == "none"
    try:
        width(browser, 360)
        assert browser.run(script) == '"Metrics: "'
    finally:
        width(browser, 1440)


def test_leaving_with_unsaved_words_asks(browser: Browser, served: Service) -> None:
    """A reload with unsaved changes asks first. Once they are saved or undone, it does not."""
    asks = "return !dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/forms/ef-starter-voice")
    assert browser.run(asks) is False
    browser.run("document.querySelector('[data-tab=text]').click(); document.querySelector('#document').focus()")
    put(browser, "pass_score: 70", "pass_score: 71")
    assert browser.run(asks) is True
    put(browser, "pass_score: 71", "pass_score: 70")
    assert browser.run(asks) is False


@pytest.mark.night
def test_manager_edits_a_taxonomy(browser: Browser, served: Service) -> None:
    """A topic gets another name in the builder, and the change is the next version; then it goes out of force."""
    served.store.within(TENANT).definitions.publish("taxonomy", "tx-console", TREE.encode())
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/taxonomies/tx-console")
    assert "Lost card" in browser.text(".tree")
    browser.press(".pagehead a.btn")
    wait_for(lambda: browser.text("#checked"), bool)
    browser.write("[id='s-topics.0.topics.0.topics.0.name']", "Stolen card", Keys.TAB)
    wait_for(lambda: "Stolen card" in browser.run("return document.querySelector('#document').value"), bool)
    browser.press("#publish")
    browser.until(".tree", lambda text: "Stolen card" in text)
    assert "Version 2" in browser.text("main")
    browser.press("form[action$=remove] button")
    browser.until("main .tell", lambda text: "No longer in force" in text)


def test_manager_reads_a_scorecard_and_changes_its_pass_score(browser: Browser, served: Service) -> None:
    """Its figures between two dates, then another pass score in its builder; and it goes out of force."""
    served.store.within(TENANT).definitions.publish("scorecard", "sc-console", CARD.encode())
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/scorecards/sc-console")
    browser.reach("#from")
    browser.keys("01012020")
    browser.press("form[method=get] button")
    browser.until("main", lambda text: "Mean score" in text)
    assert browser.run("return document.querySelector('#from').value") == "2020-01-01"
    browser.press(".pagehead a.btn")
    wait_for(lambda: browser.text("#checked"), bool)
    browser.press("[data-tab=settings]")
    browser.write("#s-pass_score", "65", Keys.TAB)
    wait_for(lambda: "pass_score: 65" in browser.run("return document.querySelector('#document').value"), bool)
    browser.press("#publish")
    browser.until("main .tell", lambda text: "Published." in text)
    assert "65" in browser.text(".lead")
    browser.press("form[action$=remove] button")
    browser.until("main .tell", lambda text: "No longer in force" in text)
    assert served.store.within(TENANT).definitions.in_force("scorecard") == []


def test_manager_adds_a_document_and_asks_as_a_customer(browser: Browser, served: Service, tmp_path: Path) -> None:
    """Knowledge: a file is added, read, asked about, and removed."""
    file = tmp_path / "gift-cards.md"
    file.write_bytes(CURRENT)
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/knowledge")
    browser.reach("#file")
    browser.keys(str(file))
    browser.press("form[enctype] button")
    browser.until("tbody", lambda text: "gift-cards.md" in text)
    browser.write("#q", "how long can i return a gift card?", Keys.ENTER)
    browser.until(".founds", lambda text: "90 days" in text)
    browser.press(".founds a")
    browser.until("h1", lambda text: "gift-cards.md" in text or "Gift cards" in text)
    browser.press("form[action$=remove] button")
    browser.until("main", lambda text: "No document yet" in text)


def test_engineer_maps_names_until_the_preview_is_right(browser: Browser, served: Service) -> None:
    """Data engineer, 1: what is unknown and refused stands in the preview; the mapping changes; then a range is tried."""
    folder = Path(str(served.application.settings.state_dir)) / "mapped"
    fill(folder, 2)
    (folder / "bad.json").write_bytes(b"{")
    enter(browser, served, "administrator")
    written = document(f"folder:{folder}", "mapped", mapping={"queues": {"other": "sales"}})
    served.store.within(TENANT).definitions.save_draft("connector", "mapped", written)
    open_page(browser, served, "/connectors/mapped/edit")
    wait_for(lambda: browser.text("#checked"), bool)
    browser.press("#tabs [data-tab=dry]")
    browser.press("#dry")
    browser.until("#part-dry", lambda text: "queue: billing is not in the table" in text)
    assert "JSON is malformed" in browser.text("#rejects")
    browser.press("#tabs [data-tab=text]")
    browser.reach("#document")
    put(browser, '"other":"sales"', '"billing":"accounts"')
    browser.keys(Keys.ESCAPE)
    browser.press("#tabs [data-tab=dry]")
    browser.press("#dry")
    browser.until("#part-dry", lambda text: "accounts" in text and "not in the table" not in text)
    browser.press("#publish")
    browser.until("h1", lambda text: text == "mapped")
    browser.reach("#since")
    browser.keys("01012020")
    browser.press("button[value=dry]")
    browser.until("#runs", lambda text: "Waits for a worker" in text)
    run_connectors(served.store, served.application.settings)
    browser.until("#runs", lambda text: "3 listed, 3 read, 2 new, 1 refused" in text)
    assert "bad.json" in browser.text("#runs")
    assert served.store.within(TENANT).connectors.items("mapped") == 0
    open_page(browser, served, "/connectors/mapped")
    browser.press("form[action$=run] button")
    browser.until("#runs", lambda text: "Waits for a worker" in text)
    run_connectors(served.store, served.application.settings)
    browser.until("#runs", lambda text: "Refused" in text)
    browser.press("#runs a[href$='#refused']")
    browser.until("#refused", lambda text: "JSON is malformed" in text)


def test_supervisor_exports_what_they_see(browser: Browser, served: Service) -> None:
    """Supervisor, 6: the filtered list becomes a file, with its progress, and its link is reached by Tab."""
    enter(browser, served, "supervisor")
    open_page(browser, served, "/conversations")
    browser.press("#filter > summary")
    browser.press("input[name=channel][value=voice]", Keys.SPACE)
    browser.until(".chip--on b", lambda text: text == "Voice")
    listed = int(browser.text("form.filters [role=status]").split()[0])
    browser.press("#export summary")
    browser.press("#export .btn--main")
    browser.until("h1", lambda text: text == "Exports")
    assert list_exporting(served.store).run_once()
    browser.until("#exports", lambda text: "Ready" in text)
    browser.reach("#exports a[download]")
    address = browser.run("return document.activeElement.href")
    cookies = {each["name"]: each["value"] for each in browser.driver.get_cookies()}
    rows = csv.DictReader(io.StringIO(httpx.get(address, cookies=cookies).text))
    assert [row["channel"] for row in rows] == ["voice"] * listed
