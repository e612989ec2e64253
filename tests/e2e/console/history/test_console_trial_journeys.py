"""Trying a form in a real Chromium: by mouse and by keyboard alone, from a search to the arithmetic, and as it changes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.domain.form_examples import NewExample
from auscult.domain.people.principal import operator
from auscult.services.definitions.forms.reading import read_form
from auscult.services.form_examples import FormExamples
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.test_console_builder import DOCUMENT, click
from tests.e2e.console.definitions.test_console_forms import document_of
from tests.e2e.console.history.test_console_trial import FORM, attempt, calls
from tests.e2e.console.history.test_console_trial_given import chunk
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import signed_in
from tests.e2e.history.test_api_rescores import backfill
from tests.e2e.serving import TENANT, Service
from tests.integration.program import conversation, write
from tests.waiting import wait_for

pytestmark = pytest.mark.night

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


@pytest.mark.night
def test_by_mouse_from_the_newest_to_one(browser: Browser, served: Service) -> None:
    """The 20 newest, what changes among them as the form changes, one of them in full, and its evidence."""
    open_trial(browser, served)
    browser.one("button[value=recent]").click()
    browser.until(".trygoing", lambda text: text.startswith("0 of"))
    backfill(served)
    browser.until(".tryrows h3", lambda text: ": 0 change" in text)
    browser.until(".tryrows .none", lambda text: "Nothing changes" in text)
    rewrite(browser, "first: 3 turns}, any_of: [{", "first: 3 turns}, any_of: [{phrases: [zzz zzz]}], none_of: [{")
    wait_for(lambda: served.store.work.next("chunk", 1), bool)
    backfill(served)
    browser.until(".tryrows h3", lambda text: ": 0 change" not in text and "Tried on" in text)
    browser.one(".tried tr:not(.same) button").click()
    browser.until(".tryone .vlist", lambda text: "In force:" in text)
    assert browser.run(IS_AT, ".tryone")
    browser.one(".tryone .shown label:last-child").click()
    rows = wait_for(lambda: browser.all(".tryone .vrow:not(.same)"), bool)
    assert [each.is_displayed() for each in browser.all(".tryone .vrow")].count(True) == len(rows)
    browser.one(".tryone .shown label:first-child").click()
    click(browser, ".tryone .vrow a.plain")
    assert browser.run("return document.querySelector('#editor').dataset.tab") == "try"
    for _theme in browser.themes("dark", "light"):
        assert browser.barriers() == []
    width(browser, 390)
    browser.run("document.querySelector('.tryside').scrollIntoView()")
    assert browser.barriers() == []
    assert browser.faults() == []


def test_by_keyboard_from_words_to_the_arithmetic(browser: Browser, served: Service) -> None:
    """Words find calls, a pasted link opens one, and a pasted text is tried; the focus goes where the answer begins."""
    found = calls(served)[0].conversation
    said = next(turn.text for turn in found.turns if len(turn.text.split()) > 4)
    open_trial(browser, served)
    browser.write("#sought", f'"{said}"', Keys.ENTER)
    browser.until(".tryfound", lambda text: "words" in text)
    wait_for(lambda: browser.run(IS_AT, ".tryfound"), bool)
    browser.keys(Keys.ENTER)
    browser.until(".tryone .vlist", bool)
    wait_for(lambda: browser.run(IS_AT, ".tryone"), bool)
    browser.write("#sought", f"{served.url}/console/conversations/{found.id}#t-{found.turns[0].id}", Keys.ENTER)
    browser.until(".tryone .meta", lambda text: found.id in text)
    browser.write("#sought", "c-none", Keys.ENTER)
    browser.until(".tryfound", lambda text: "No conversation of this channel" in text)


def test_a_question_to_a_person_and_a_fatal_one(browser: Browser, served: Service) -> None:
    """A pasted text shows the fatal miss in the ledger and asks a person; typing on keeps what was pasted."""
    served.store.within(TENANT).forms.save_draft("ef-person", FORM.encode())
    open_trial(browser, served, "/console/forms/ef-person")
    browser.press("#paste summary")
    browser.write("#transcript", "Agent: hello", Keys.ENTER, "Agent: i promise you will get it")
    browser.press("button[value=pasted]")
    browser.until(".tryone .ledger", lambda text: "No promise: fatal, so the score is 0" in text)
    assert "A person answers it in an audit." in browser.text(".tryone .vlist")
    rewrite(browser, "phrases: [i promise]", "phrases: [i swear]")
    browser.until(".tryone .ledger", lambda text: "fatal" not in text and bool(text))
    assert browser.run("return document.querySelector('#transcript').value").endswith("you will get it")
    assert "[i swear]" in browser.run(DOCUMENT)
    click(browser, "[data-tab=questions]")
    assert not browser.one("#part-questions").get_attribute("hidden")
    assert browser.faults() == []


DROP = """
  const files = new DataTransfer();
  files.items.add(new File([arguments[0]], "calls.ndjson"));
  for (const name of ["dragover", "drop"])
    document.querySelector("#trydrop").dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: files }));
"""


def test_the_newest_appear_as_they_are_tried_and_can_be_stopped(browser: Browser, served: Service) -> None:
    """Stop keeps the first five; a reload finds the trial, which goes on; one of its list leads back to it."""
    open_trial(browser, served)
    n = min(20, len(calls(served)))
    browser.one("button[value=recent]").click()
    browser.until(".trygoing", lambda text: text.startswith(f"0 of {n} tried"))
    assert "No worker is running" in browser.text(".trywaits")
    assert browser.run(IS_AT, ".tryrows")
    chunk(served)
    browser.until(".trygoing", lambda text: text.startswith(f"5 of {n} tried"))
    assert len(browser.all(".tryrows > table tbody tr")) == 5
    browser.one(".tryrows .shown label:first-child").click()
    chunk(served)
    browser.until(".trygoing", lambda text: text.startswith(f"10 of {n} tried"))
    assert browser.run("return document.querySelector('.tryrows [name=shown]:checked').value") == "all"
    browser.driver.refresh()
    browser.until(".trygoing", lambda text: text.startswith(f"10 of {n} tried"))
    chunk(served)
    browser.until(".trygoing", lambda text: text.startswith(f"15 of {n} tried"))
    browser.press(".trygoing button")
    browser.until(".trygoing", lambda text: "Stopped." in text)
    assert len(browser.all(".tryrows > table tbody tr")) == 15
    browser.press("button[value=recent]")
    browser.until(".trygoing", lambda text: text.startswith(f"0 of {n} tried"))
    backfill(served)
    browser.until(".tryrows h3", lambda text: f"Tried on {n} conversations" in text)
    wait_for(lambda: browser.all(".trygoing"), lambda found: found == [])
    assert len(browser.all(".tryrows > table tbody tr")) == n
    browser.one(".tryrows .shown label:first-child").click()
    browser.press(".tried tbody button")
    browser.until(".tryone .vlist", bool)
    browser.press(".tryone button[value^=look]")
    browser.until(".tryrows h3", lambda text: f"Tried on {n} conversations" in text)
    assert browser.run(IS_AT, ".tryrows")
    assert browser.faults() == []


def test_a_trial_that_another_window_replaces_says_so(browser: Browser, served: Service) -> None:
    """The results so far stay on the page."""
    open_trial(browser, served)
    browser.one("button[value=recent]").click()
    browser.until(".trygoing", lambda text: text.startswith("0 of"))
    chunk(served)
    browser.until(".trygoing", lambda text: text.startswith("5 of"))
    with signed_in(served, "qa-manager") as me:
        attempt(me, document_of(me.get(STARTER).text), "recent")
    browser.until(".bad", lambda text: "that trial has replaced this one" in text)
    assert len(browser.all(".tryrows > table tbody tr")) == 5


def test_a_file_is_chosen_or_dropped(browser: Browser, served: Service, tmp_path: Path) -> None:
    """One conversation is shown at once, of several one is chosen; it is tried again as the form changes."""
    served.store.within(TENANT).forms.save_draft("ef-person", FORM.encode())
    open_trial(browser, served, "/console/forms/ef-person")
    one = write(tmp_path / "one.ndjson", conversation("c-file"))
    browser.one("#tryfile").send_keys(str(one))
    browser.until(".tryone .vlist", lambda text: "Hello" in text)
    assert browser.run(IS_AT, ".tryone")
    browser.run(DROP, "".join(json.dumps(conversation(f"c-{n}")) + "\n" for n in range(3)))
    browser.until(".tryfound", lambda text: "The first 3 conversations of the file." in text)
    browser.press(".tryfound button[value='file:1']")
    browser.until(".tryone .vlist", lambda text: "Hello" in text)
    before = browser.text(".tryone [data-metric=em-never] h3 ~ .why")
    rewrite(browser, "phrases: [i promise]", "phrases: [hello, thank you]")
    browser.until(".tryone [data-metric=em-never]", lambda text: before not in text)
    browser.run(DROP, " " * (5 << 20))
    browser.until(".bad", lambda text: "larger than 4 MB" in text)
    assert browser.barriers() == []
    assert browser.faults() == []


def test_words_are_added_to_a_question_by_keyboard(browser: Browser, served: Service) -> None:
    """The words of a turn are edited in place, added as a change of the document, tried, and taken out by undo."""
    served.store.within(TENANT).forms.save_draft("ef-person", FORM.encode())
    open_trial(browser, served, "/console/forms/ef-person")
    browser.press("#paste summary")
    browser.write("#transcript", "Agent: good day, this is Sandra Miller", Keys.ENTER, "Customer: my parcel is lost")
    browser.press("button[value=pasted]")
    browser.until(".tryone [data-metric=em-hello]", lambda text: "Not found" in text)
    browser.press("#say-t1")
    wait_for(lambda: browser.run(IS_AT, ".saying textarea"), bool)
    assert browser.run("return document.activeElement.value") == "good day, this is [name]"
    for _theme in browser.themes("dark", "light"):
        assert browser.barriers() == []
    width(browser, 360)
    browser.run("document.querySelector('.saying textarea').scrollIntoView()")
    assert browser.barriers() == []
    width(browser, 1440)
    browser.write("#words-t1", "good day")
    browser.reach("#wordlist")
    browser.keys("Hello")
    browser.press("button[value=say]")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: "[hello, good day]" in text)
    browser.until(".tryone [data-metric=em-hello]", lambda text: "good day" in text)
    wait_for(lambda: browser.run(IS_AT, "#say-t1"), bool)
    assert "Added to Hello, Yes: good day" in browser.text("#panel .tell")
    browser.control("z")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == FORM)
    browser.press("#say-t1")
    browser.write("#words-t1", "hello")
    browser.reach("#wordlist")
    browser.keys("Hello")
    browser.press("button[value=say]")
    browser.until("#panel .bad", lambda text: "has these words already" in text)
    assert browser.run(IS_AT, "#panel .bad")
    assert browser.faults() == []


def test_examples_run_when_the_form_opens_and_after_each_change(browser: Browser, served: Service) -> None:
    """Publish says how many are right, without a trial before; a fault that is put right tries them again."""
    app = served.store.within(TENANT)
    app.forms.save_draft("ef-person", FORM.encode())
    wanted = NewExample(metric_id="em-hello", wanted="YES", transcript="Agent: hello")
    kept = FormExamples(app, lambda: datetime.now(UTC), operator(TENANT.account_id))
    example = kept.keep(read_form(FORM.encode()), wanted)
    try:
        open_trial(browser, served, "/console/forms/ef-person")
        click(browser, "[data-tab=publish]")
        browser.until("#examplesay", lambda text: text == "1 of 1 example right")
        rewrite(browser, "phrases: [hello]", "phrases: [goodbye]")
        browser.until("#examplesay", lambda text: text == "0 of 1 example right")
        rewrite(browser, "scoring: points", "scoring: pints")
        browser.until("#checked", lambda text: "fault" in text and "No" not in text)
        rewrite(browser, "phrases: [goodbye]", "phrases: [hello]")
        rewrite(browser, "scoring: pints", "scoring: points")
        browser.until("#examplesay", lambda text: text == "1 of 1 example right")
        assert browser.faults() == []
    finally:
        kept.remove("ef-person", example.example_id)


def test_a_link_opens_at_its_moment(browser: Browser, served: Service) -> None:
    """The turn of the link is in sight, and marked."""
    found = max((each.conversation for each in calls(served)), key=lambda each: len(each.turns))
    turn = found.turns[-1].id
    open_trial(browser, served)
    browser.write("#sought", f"{served.url}/console/conversations/{found.id}#t-{turn}", Keys.ENTER)
    wait_for(lambda: browser.run("return location.hash"), lambda at: at == f"#t-{turn}")
    seen = "const box = document.querySelector(':target').getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight"
    wait_for(lambda: browser.run(seen), bool)


def test_the_last_month_fits_a_phone(browser: Browser, served: Service) -> None:
    """Figures, conversations and places wrap, and nothing is wider than the page; axe finds nothing."""
    open_trial(browser, served)
    rewrite(browser, "pass_score: 70", "pass_score: 100")
    click(browser, "button[value=month]")
    browser.until(".tryrows", lambda text: "of the last 30 days" in text)  # not the trial that a test before left
    backfill(served)
    browser.until("#tryrates", bool)
    for _theme in browser.themes("dark", "light"):
        for wide in (1440, 360):
            width(browser, wide)
            assert browser.barriers() == []
    width(browser, 1440)
