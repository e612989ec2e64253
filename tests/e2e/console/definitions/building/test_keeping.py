"""Nothing typed in a builder is lost: not by the end of a sign-in, a second window, a button, or leaving the page."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.wording import packs
from tests.data_files import script_of
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.test_console_builder import DOCUMENT, FORM, becomes, click, open_builder
from tests.e2e.console.definitions.test_console_forms import act, document_of
from tests.e2e.console.definitions.test_console_scorecards import CARD, definitions, leave_none, open_card, typed
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import PASSWORD, email_of, signed_in
from tests.e2e.serving import TENANT, Service
from tests.waiting import existing, wait_for

pytestmark = pytest.mark.night

FORM_AT, CARD_AT = "/console/forms/ef-build", "/console/scorecards/sc-build/edit"
PHRASES = "metrics.0.answer.any_of.0.phrases"
WORDS = "metrics.0.answer.any_of"


@pytest.fixture(autouse=True)
def nothing_left(served: Service) -> Iterator[None]:
    """Leave neither form nor scorecard behind."""
    yield
    for form_id in ("ef-build", "ef-starter-voice"):
        served.store.within(TENANT).forms.discard_draft(form_id)
    leave_none(served, "scorecard", "sc-build")


def draft(served: Service) -> str:
    """Return the stored text of the form."""
    found = served.store.within(TENANT).forms.draft("ef-build")
    return found.document.decode() if found else ""


def card_draft(served: Service) -> str:
    """Return the stored text of the scorecard."""
    return definitions(served).draft("scorecard", "sc-build").document.decode()


def sign_out(browser: Browser) -> None:
    """End the session as the page knows it."""
    session = next(each["name"] for each in browser.driver.get_cookies() if each["name"].endswith("session"))
    browser.driver.delete_cookie(session)


def sign_in_elsewhere(browser: Browser) -> None:
    """Sign in again in the tab that the page opens, and come back."""
    here = browser.driver.current_window_handle
    browser.one("#saved a").click()
    (there,) = wait_for(lambda: [each for each in browser.driver.window_handles if each != here], bool)
    browser.driver.switch_to.window(there)
    browser.one("#email").click()
    browser.keys(email_of("qa-manager"), Keys.TAB, PASSWORD, Keys.ENTER)
    wait_for(lambda: browser.driver.current_url, lambda url: not url.endswith("/sign-in"))
    browser.driver.close()
    browser.driver.switch_to.window(here)


@pytest.mark.parametrize("kind", ["form", "card"])
def test_the_sign_in_ends_while_one_types(browser: Browser, served: Service, kind: str) -> None:
    """The page says so, sends nothing away, takes what is typed on, and stores it all once one has signed in elsewhere."""
    width(browser, 1440)
    if kind == "form":
        open_builder(browser, served)
        first, second, stored = "s-metrics.0.weight", "s-metrics.1.name", draft
    else:
        open_card(browser, served)
        first, second, stored = "s-attributes.0.weight", "s-attributes.1.name", card_draft
    browser.run("window.isSame = true")
    sign_out(browser)
    typed(browser, first, "45")
    browser.until("#saved", lambda text: "you are signed out" in text)
    typed(browser, second, "Typed on")
    click(browser, "[name=act][value=save]")
    assert browser.run("return window.isSame") is True
    assert "Typed on" not in stored(served)
    sign_in_elsewhere(browser)
    browser.until("#saved", lambda text: text.startswith("Saved"))
    wait_for(lambda: stored(served), lambda text: "weight: 45" in text and "name: Typed on" in text)
    assert browser.faults() == []


def test_a_button_waits_for_the_sign_in(browser: Browser, served: Service) -> None:
    """A form that is published without a session is published after the sign-in, with what was typed."""
    open_builder(browser, served)
    browser.run("window.isSame = true")
    sign_out(browser)
    typed(browser, "s-metrics.0.weight", "45")
    click(browser, "[name=act][value=publish]")
    browser.until("#saved", lambda text: "you are signed out" in text)
    assert browser.run("return window.isSame") is True
    sign_in_elsewhere(browser)
    wait_for(lambda: browser.driver.current_url, lambda url: "done=published" in url)
    assert b"weight: 45" in existing(served.store.within(TENANT).forms.get("ef-build")).document


@pytest.mark.parametrize("kind", ["form", "card"])
def test_what_was_kept_is_offered_to_the_same_user(browser: Browser, served: Service, kind: str) -> None:
    """A user who was signed out is offered their unsaved input when they open the page again in this tab; other users are not."""
    at, first, new = (
        (FORM_AT, "s-metrics.0.weight", f"n-{PHRASES}")
        if kind == "form"
        else (CARD_AT, "s-attributes.0.weight", "n-attributes.0.metrics")
    )
    open_builder(browser, served) if kind == "form" else open_card(browser, served)
    if kind == "form":
        click(browser, "#open-0")
    wait_for(lambda: browser.run("return !!document.getElementById(arguments[0])", new), bool)
    before = browser.run(DOCUMENT)
    sign_out(browser)
    typed(browser, first, "45")
    browser.until("#saved", lambda text: "you are signed out" in text)
    typed(browser, new, "not yet added")
    for role in ("administrator", "qa-manager"):
        enter(browser, served, role)
        browser.driver.get(f"{served.url}{at}")
        wait_for(lambda: browser.text("#checked"), bool)
        assert browser.run("return document.querySelector('#offer').hidden") is (role == "administrator")
    assert browser.run(DOCUMENT) == before
    click(browser, "#offer-take")
    becomes(browser, "weight: 45")
    wait_for(lambda: browser.run("return document.querySelector('#offer').hidden"), bool)
    assert browser.run("return document.getElementById(arguments[0])?.value", new) == "not yet added"
    click(browser, "#undo")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == before)
    assert browser.faults() == []


@pytest.mark.parametrize("button", ["save", "open:1", "copy:2", "publish"])
def test_words_that_were_not_added_are_added_first(served: Service, button: str) -> None:
    """Words in a field that adds are in the document after any button, and so is a ready list."""
    pack = packs.available()[0]
    fields = {f"new:{PHRASES}": "welcome, well met", f"pack:{WORDS}": pack, "open": "0"}
    with signed_in(served, "qa-manager") as me:
        served.store.within(TENANT).forms.save_draft("ef-build", FORM)
        looked = me.post(FORM_AT, data={"document": FORM.decode(), "act": "look", "part": "1", **fields})
        assert "well met" not in looked.text, "the script leaves them in their fields"
        answer = me.post(FORM_AT, data={"document": FORM.decode(), "act": button, **fields})
        after = document_of(answer.text if answer.status_code == 200 else me.get(FORM_AT).text)
        assert '["hello", good day, welcome, well met]' in after
        assert f"wording: {pack}" in after
        assert act(me, FORM_AT, FORM.decode(), "discard", **{f"new:{PHRASES}": "welcome"}).status_code == 303
        assert draft(served) == ""


def test_one_refusal_loses_no_other_change(served: Service) -> None:
    """An agent that does not exist is named; the weight that was typed with it is in the text."""
    with signed_in(served, "qa-manager") as me:
        definitions(served).save_draft("scorecard", "sc-build", CARD)
        given = {"set:attributes.0.weight": "61", "was:attributes.0.weight": "60", "as:attributes.0.weight": "number"}
        answer = me.post(
            CARD_AT, data={"document": CARD.decode(), "act": "save", "new:agents": "No One At All", **given}
        )
        assert answer.status_code == 422
        assert "There is no agent No One At All here." in answer.text
        assert "weight: 61" in document_of(answer.text)


def test_words_typed_and_then_saved(browser: Browser, served: Service) -> None:
    """Words are in the draft after Save and after another question was opened, and their fields are empty."""
    open_builder(browser, served)
    click(browser, "#open-0")
    browser.one("#inspector")
    typed(browser, f"n-{PHRASES}", "welcome")
    click(browser, "[name=act][value=save]")
    browser.until("#panel .tell", lambda text: "Draft saved" in text)
    assert '["hello", good day, welcome]' in draft(served)
    assert browser.run("return document.getElementById(arguments[0]).value", f"n-{PHRASES}") == ""
    typed(browser, f"n-{PHRASES}", "well met")
    click(browser, "#open-2")
    becomes(browser, '["hello", good day, welcome, well met]')
    wait_for(lambda: draft(served), lambda text: "well met" in text)


@pytest.mark.night
def test_each_step_is_saved(browser: Browser, served: Service) -> None:
    """A step is in the draft with its time; it makes no version and no entry in the access log, and going back leaves no draft."""
    app = served.store.within(TENANT)
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/forms/ef-starter-voice")
    browser.until("#checked", lambda text: text == "No fault")
    assert browser.run("return document.querySelector('#saved').textContent") == ""
    versions, entries = len(app.forms.versions("ef-starter-voice")), len(list(app.log.entries()))
    click(browser, "[data-tab=settings]")
    typed(browser, "s-pass_score", "71")
    browser.until("#saved", lambda text: bool(re.fullmatch(r"Saved \d\d:\d\d", text)))
    stored = app.forms.draft("ef-starter-voice")
    assert stored
    assert b"pass_score: 71" in stored.document
    browser.until("h1 small", lambda text: text == "Draft of version 2")
    assert len(app.forms.versions("ef-starter-voice")) == versions
    assert len(list(app.log.entries())) == entries
    browser.driver.refresh()
    browser.until("#saved", lambda text: text.startswith("Saved"))
    becomes(browser, "pass_score: 71")
    click(browser, "#undo")
    becomes(browser, "pass_score: 70")
    wait_for(lambda: app.forms.draft("ef-starter-voice"), lambda found: found is None)
    browser.until("h1 small", lambda text: text == "Version 1, in force")


@pytest.mark.parametrize("kind", ["form", "card"])
def test_another_window_is_not_overwritten(browser: Browser, served: Service, kind: str) -> None:
    """Text that another window saved is kept and shown with its differences; only Save draft replaces it."""
    width(browser, 1440)
    store: Any = served.store.within(TENANT)
    if kind == "form":
        open_builder(browser, served)
        theirs = FORM.replace(b"weight: 40 ", b"weight: 41 ")
        store.forms.save_draft("ef-build", theirs)
        first, second, stored, differs = "s-metrics.1.name", "s-metrics.2.weight", draft, "weight: 40 to 41"
    else:
        open_card(browser, served)
        theirs = CARD.replace(b"pass_score: 70", b"pass_score: 75")
        store.definitions.save_draft("scorecard", "sc-build", theirs)
        first, second, stored, differs = "s-attributes.0.name", "s-attributes.1.weight", card_draft, "75"
    typed(browser, first, "Manners")
    browser.until("#moved", lambda text: "Your text is still in the editor" in text and differs in text)
    browser.until("#saved", lambda text: text == "Not saved: changed in another window")
    typed(browser, second, "29")
    becomes(browser, "weight: 29")
    browser.until("#moved", lambda text: "Your text is still in the editor" in text)
    assert stored(served) == theirs.decode()
    click(browser, "[name=act][value=save]")
    browser.until("#saved", lambda text: text.startswith("Saved"))
    assert "Manners" in stored(served)
    assert "weight: 29" in stored(served)
    assert not browser.all("#moved")


def test_steps_outlast_saving_and_a_reload(browser: Browser, served: Service) -> None:
    """Undo goes back over a saved draft and a reload, to the bytes that the page began with."""
    open_builder(browser, served)
    typed(browser, "s-metrics.0.weight", "35")
    becomes(browser, "weight: 35")
    click(browser, "[name=act][value=save]")
    browser.until("#panel .tell", lambda text: "Draft saved" in text)
    typed(browser, "s-metrics.1.weight", "35")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text.count("weight: 35") == 2)
    wait_for(lambda: draft(served), lambda text: text.count("weight: 35") == 2)
    browser.driver.get(f"{served.url}{FORM_AT}")
    wait_for(lambda: browser.text("#checked"), bool)
    for _ in range(2):
        click(browser, "#undo")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == FORM.decode())
    wait_for(lambda: draft(served), lambda text: text == FORM.decode())


STEPS = script_of(__file__, "steps")


def test_a_hundred_steps(browser: Browser, served: Service) -> None:
    """Of 101 steps, the newest hundred are undone and made again by their keys, however quickly they are pressed."""
    open_builder(browser, served)
    found = browser.driver.execute_async_script(STEPS, 101)
    weights = [re.findall(r"weight: (\d+)", text)[0] for text in found]
    assert weights == ["101", "100", "1", "2", "101"]
    assert found[0] == FORM.decode().replace("weight: 40 ", "weight: 101 ")
    wait_for(lambda: draft(served), lambda text: text == found[-1])


def test_discarding_asks(browser: Browser, served: Service) -> None:
    """One press shows what goes; only a second one discards the draft."""
    width(browser, 1440)
    open_builder(browser, served)
    browser.press(".asks summary")
    assert "What is in force stays" in browser.text(".asks .panel")
    assert draft(served)
    browser.press("[name=act][value=discard]")
    wait_for(lambda: draft(served), lambda text: text == "")
