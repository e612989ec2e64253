"""Trying a form in a real Chromium: by mouse and by keyboard alone, from a search to the arithmetic, and as it changes."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from tests.e2e.browsing import Browser
from tests.e2e.console.setup.test_console_builder import DOCUMENT, click, picture
from tests.e2e.console.setup.test_console_trial import FORM, calls
from tests.e2e.console.test_console_pages import AXE, RUN_AXE, enter, width
from tests.e2e.history.test_api_rescores import backfill
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

STARTER = "/console/forms/ef-starter-voice"
IS_AT = "return document.activeElement.closest(arguments[0]) !== null"


@pytest.fixture(autouse=True)
def no_drafts(served: Service) -> Iterator[None]:
    """Leave no draft behind."""
    yield
    for form_id in ("ef-person", "ef-starter-voice"):
        served.store.within(TENANT).forms.discard_draft(form_id)


def open_trial(browser: Browser, served: Service, path: str = STARTER) -> None:
    """Open the tab that tries a form."""
    width(browser, 1440)
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}{path}#part-try")
    wait_for(lambda: browser.text("#checked"), bool)


def rewrite(browser: Browser, before: str, after: str) -> None:
    """Change the text of the document, as typing does."""
    browser.run(
        "const text = document.querySelector('#document'); text.value = text.value.replace(arguments[0], arguments[1]);"
        "text.dispatchEvent(new Event('input'))",
        before,
        after,
    )


def test_by_mouse_from_the_newest_to_one(browser: Browser, served: Service) -> None:
    """The 20 newest, what changes among them as the form changes, one of them in full, and its evidence."""
    open_trial(browser, served)
    picture(browser, "trial-0-begin")
    browser.one("button[value=recent]").click()
    browser.until(".tryrows h3", lambda text: ": 0 change" in text)
    browser.until(".tryrows .none", lambda text: "Nothing changes" in text)
    picture(browser, "trial-1-same")
    rewrite(browser, "first: 3 turns}, any_of: [{", "first: 3 turns}, any_of: [{phrases: [zzz zzz]}], none_of: [{")
    browser.until(".tryrows h3", lambda text: ": 0 change" not in text and "Tried on" in text)
    picture(browser, "trial-2-changed")
    browser.one(".tried tr:not(.same) button").click()
    browser.until(".tryone .vlist", lambda text: "In force:" in text)
    assert browser.run(IS_AT, ".tryone")
    picture(browser, "trial-3-one")
    browser.one(".tryone .shown label:last-child").click()
    rows = wait_for(lambda: browser.all(".tryone .vrow:not(.same)"), bool)
    assert [each.is_displayed() for each in browser.all(".tryone .vrow")].count(True) == len(rows)
    browser.one(".tryone .shown label:first-child").click()
    click(browser, ".tryone .vrow a.plain")
    assert browser.run("return document.querySelector('#editor').dataset.tab") == "try"
    for theme in ("dark", "light"):
        browser.run("document.documentElement.dataset.theme = arguments[0]", theme)
        picture(browser, f"trial-4-one-{theme}")
    browser.run(AXE)
    assert browser.driver.execute_async_script(RUN_AXE) == []
    width(browser, 390)
    picture(browser, "trial-5-narrow")
    assert browser.run("return document.documentElement.scrollWidth") <= 390
    browser.run("document.querySelector('.tryside').scrollIntoView()")
    picture(browser, "trial-6-narrow-side")
    assert browser.driver.execute_async_script(RUN_AXE) == []
    assert browser.faults() == []


def test_by_keyboard_from_words_to_the_arithmetic(browser: Browser, served: Service) -> None:
    """Words find calls, a pasted link opens one, and a pasted text is tried; the focus goes where the answer begins."""
    found = calls(served)[0].conversation
    said = next(turn.text for turn in found.turns if len(turn.text.split()) > 4)
    open_trial(browser, served)
    browser.write("#sought", f'"{said}"', Keys.ENTER)
    browser.until(".tryfound", lambda text: "words" in text)
    wait_for(lambda: browser.run(IS_AT, ".tryfound"), bool)
    picture(browser, "trial-7-found")
    browser.keys(Keys.ENTER)
    browser.until(".tryone .vlist", bool)
    wait_for(lambda: browser.run(IS_AT, ".tryone"), bool)
    browser.write("#sought", f"{served.url}/console/conversations/{found.id}#t-{found.turns[0].id}", Keys.ENTER)
    browser.until(".tryone .meta", lambda text: found.id in text)
    browser.write("#sought", "c-none", Keys.ENTER)
    browser.until(".tryfound", lambda text: "No conversation of this channel" in text)
    picture(browser, "trial-8-nothing")


def test_a_question_to_a_person_and_a_fatal_one(browser: Browser, served: Service) -> None:
    """A pasted text shows the fatal miss in the ledger and asks a person; typing on keeps what was pasted."""
    served.store.within(TENANT).forms.save_draft("ef-person", FORM.encode())
    open_trial(browser, served, "/console/forms/ef-person")
    browser.press("#paste summary")
    browser.write("#transcript", "Agent: hello", Keys.ENTER, "Agent: i promise you will get it")
    browser.press("button[value=pasted]")
    browser.until(".tryone .ledger", lambda text: "No promise: fatal, so the score is 0" in text)
    assert "A person answers it in an audit." in browser.text(".tryone .vlist")
    picture(browser, "trial-9-pasted")
    rewrite(browser, "phrases: [i promise]", "phrases: [i swear]")
    browser.until(".tryone .ledger", lambda text: "fatal" not in text and bool(text))
    assert browser.run("return document.querySelector('#transcript').value").endswith("you will get it")
    assert "[i swear]" in browser.run(DOCUMENT)
    click(browser, "[data-tab=questions]")
    assert not browser.one("#part-questions").get_attribute("hidden")
    assert browser.faults() == []


def test_a_backtest_fits_a_phone(browser: Browser, served: Service) -> None:
    """Figures, conversations and places wrap, and nothing is wider than the page; axe finds nothing."""
    open_trial(browser, served)
    rewrite(browser, "pass_score: 70", "pass_score: 100")
    click(browser, "button[value=backtest]")
    wait_for(lambda: browser.text("#backtest"), bool)
    backfill(served)
    browser.until("#backtest", lambda text: "To look at" in text)
    for theme in ("dark", "light"):
        browser.run("document.documentElement.dataset.theme = arguments[0]", theme)
        for wide in (1440, 360):
            width(browser, wide)
            picture(browser, f"backtest-{theme}-{wide}")
            assert browser.run("return document.documentElement.scrollWidth") <= wide
            browser.run(AXE)
            assert browser.driver.execute_async_script(RUN_AXE) == []
    width(browser, 1440)
