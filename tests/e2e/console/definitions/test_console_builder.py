"""The form builder in a real Chromium: a form is built, changed, moved and undone, by mouse and by keyboard alone."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.definitions.playbook import DialogTask, PlannedStage, PlannedStep, Playbook, Sign
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.history.rescores import cancel_rescore, list_rescores
from tests.contract.storing import conversation
from tests.data_files import data_of
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.serving import TENANT, Service, process
from tests.waiting import wait_for

pytestmark = pytest.mark.night

# The names of the ready questions that are shown.
SEEN = """
  return [...document.querySelectorAll("#ready tbody tr")].filter((each) => each.checkVisibility())
    .map((each) => each.querySelector("b").textContent);
"""
DRAG = """
  const [from, onto] = [...arguments].map((each) => document.querySelector(each));
  const dataTransfer = new DataTransfer();
  for (const [at, kind] of [[from, "dragstart"], [onto, "dragover"], [onto, "drop"]])
    at.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));
"""
DOCUMENT = "return document.querySelector('#document').value"
WRITE = """
  const text = document.querySelector("#document");
  text.value = arguments[0];
  text.dispatchEvent(new Event("input"));
"""
FORM = data_of(__file__, "form").encode()


def open_builder(browser: Browser, served: Service, document: bytes = FORM) -> None:
    """Open the builder of a form that is a draft."""
    enter(browser, served, "qa-manager")  # it leaves the page of the test before, which may still save a step
    served.store.within(TENANT).forms.save_draft("ef-build", document)
    browser.driver.get(f"{served.url}/console/forms/ef-build")
    wait_for(lambda: browser.text("#checked"), bool)


@pytest.fixture(autouse=True)
def no_draft(served: Service) -> Iterator[None]:
    """Leave no draft behind."""
    yield
    served.store.within(TENANT).forms.discard_draft("ef-build")


def names(browser: Browser) -> list[str]:
    """Return the names of the questions in the document."""
    value = read_document(browser.run(DOCUMENT).encode()).value
    return [each["name"] for each in mappings(value, "metrics")]


def becomes(browser: Browser, is_so: object) -> str:
    """Wait until the document has a text in it, and return it."""
    return wait_for(lambda: browser.run(DOCUMENT), lambda text: str(is_so) in text)


def click(browser: Browser, selector: str) -> None:
    """Click the first that is shown of these."""
    browser.run("document.querySelector(arguments[0]).click()", selector)


def looked_at(browser: Browser) -> None:
    """Look at the page in light and dark: axe-core finds nothing, and nothing is wider than the window."""
    for _theme in browser.themes("light", "dark"):
        assert browser.barriers() == []


def test_names_of_the_assistance_and_of_fields_are_offered(browser: Browser, served: Service) -> None:
    """A playbook with its steps, a dialog task, and a custom field: known names are offered, others can be written."""
    said = Sign(phrases=("let me look",))
    step = PlannedStep(id="st-1", name="Ask for the receipt", when=said)
    book = Playbook(id="pb-1", name="Refund", stages=(PlannedStage(id="sg-1", name="Check", steps=(step,)),))
    app = served.store.within(TENANT)
    app.live.configure(AssistSettings(playbooks=(book,), dialogs=(DialogTask(id="dt-1", when=said),)))
    process(served.application, [conversation("c-own", custom_fields={"contract_fee": "12"})])
    questions = (
        (b"by_playbook", b"playbook: Refund\n    steps: [{step: Check id}]"),
        (b"by_dialog", b"dialog: Look up"),
        (b"by_value", b"said: {kind: amount}\n    source: {custom_field: fee}"),
    )
    head = FORM.partition(b"sections:")[0] + b"metrics:\n"
    open_builder(
        browser,
        served,
        head
        + b"".join(
            b"  - id: em-%s\n    name: X\n    type: %s\n    weight: 1\n    %s\n" % (of, of, keys)
            for of, keys in questions
        ),
    )
    expected = (
        {"playbook": "Refund", "step": "Ask for the receipt"},
        {"dialog": "dt-1"},
        {"custom_field": "contract_fee"},
    )
    for at, names_ in enumerate(expected):
        click(browser, f"#open-{at}")
        browser.one(f"#close-{at}")
        for key, name in names_.items():
            offered = "return [...document.querySelector(arguments[0]).list.options].map((each) => each.value)"
            assert name in browser.run(offered, f"#inspector input[list=known-{key}]"), key
    app.live.configure(AssistSettings())
    app.conversations.erase("c-own")


@pytest.mark.night
def test_questions_in_place(browser: Browser, served: Service) -> None:
    """Name, weight and words change only their own lines; the comments and quotes of the others stay."""
    open_builder(browser, served)
    field = "#s-metrics\\.0\\.weight"
    browser.write(field, "45", Keys.TAB)
    becomes(browser, "weight: 45   # of 100")
    click(browser, "#open-0")
    browser.one("#inspector")
    browser.write("#n-metrics\\.0\\.answer\\.any_of\\.0\\.phrases", "welcome", Keys.TAB)
    click(browser, "[value='add:metrics.0.answer.any_of.0.phrases']")
    after = becomes(browser, '["hello", good day, welcome]')
    assert after == FORM.decode().replace("weight: 40 ", "weight: 45 ").replace("good day]", "good day, welcome]")
    for _ in range(2):
        click(browser, "#undo")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == FORM.decode())
    wait_for(
        lambda: browser.run("return document.getElementById('s-metrics.0.weight').value"), lambda text: text == "40"
    )
    click(browser, "#redo")
    becomes(browser, "weight: 45 ")
    assert browser.faults() == []


@pytest.mark.landing
def test_moved_by_keyboard(browser: Browser, served: Service) -> None:
    """Alt and an arrow moves the question with its comment, into the next section at the end; the focus goes along."""
    open_builder(browser, served)
    browser.reach("#grip-0")
    browser.alt(Keys.ARROW_DOWN)
    wait_for(lambda: browser.run("return document.activeElement.id"), lambda at: at == "grip-1")
    browser.alt(Keys.ARROW_DOWN)
    becomes(browser, "section: se-end\n    weight: 40")
    assert names(browser) == ["Help", "Greeting", "Goodbye"]
    wait_for(lambda: browser.run("return document.activeElement.id"), lambda at: at == "grip-1")
    browser.alt(Keys.ARROW_UP)
    for _ in range(5):
        browser.control("z")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == FORM.decode())


def test_dragged(browser: Browser, served: Service) -> None:
    """A question is dragged before another one and behind a section, and a section to the place of another."""
    width(browser, 1440)
    open_builder(browser, served)
    browser.run(DRAG, "#grip-0", "#q-2")
    becomes(browser, "section: se-end\n    weight: 40")
    assert names(browser) == ["Help", "Greeting", "Goodbye"]
    wait_for(lambda: browser.run("return document.activeElement.id"), lambda at: at == "grip-1")
    browser.run(DRAG, "#grip-0", "#sec-se-end .bsechead")
    wait_for(lambda: names(browser), lambda found: found == ["Greeting", "Goodbye", "Help"])
    browser.run(DRAG, "[id='grip-sections.1']", "#sec-se-open")
    becomes(browser, "{id: se-end, name: Closing}\n  - {id: se-open, name: Opening}")
    wait_for(lambda: browser.run("return document.activeElement.id"), lambda at: at == "grip-sections.0")
    for _ in range(3):
        click(browser, "#undo")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == FORM.decode())
    assert browser.faults() == []


def test_sections_by_keyboard(browser: Browser, served: Service) -> None:
    """Alt and an arrow moves a section, and the focus with it; Delete removes one and keeps its questions."""
    open_builder(browser, served)
    browser.reach("[id='grip-sections.0']")
    browser.alt(Keys.ARROW_UP)
    browser.alt(Keys.ARROW_DOWN)
    becomes(browser, "{id: se-end, name: Closing}\n  - {id: se-open, name: Opening}")
    wait_for(lambda: browser.run("return document.activeElement.id"), lambda at: at == "grip-sections.1")
    browser.alt(Keys.ARROW_UP)
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == FORM.decode())
    wait_for(lambda: browser.run("return document.activeElement.id"), lambda at: at == "grip-sections.0")
    browser.keys(Keys.DELETE)
    wait_for(lambda: browser.run(DOCUMENT), lambda text: "se-open" not in text)
    assert names(browser) == ["Greeting", "Help", "Goodbye"]
    browser.until(".bdesk", lambda text: "In no section" in text)
    assert browser.faults() == []


def test_sections_total_and_new_ones_are_called_by_their_names(browser: Browser, served: Service) -> None:
    """A subtotal leaves bonus points out, and is percent where the weights are; a new section's id follows its name."""
    width(browser, 1440)
    open_builder(browser, served)
    browser.until("#sec-se-open .bsechead", lambda text: "70 points" in text)
    bonus = FORM.decode().replace("weight: 30\n  - id: em-c", "weight: 30\n    bonus: true\n  - id: em-c")
    browser.run(WRITE, bonus.replace("scoring: points", "scoring: percentage"))
    browser.until("#sec-se-open .bsechead", lambda text: "40\u00a0%" in text)
    browser.press("[name=act][value=section]")
    becomes(browser, "id: se-new-section")
    click(browser, "[value='question:se-new-section']")
    becomes(browser, "section: se-new-section")
    field = "s-sections.2.name"
    wait_for(lambda: browser.run("return !!document.getElementById(arguments[0])", field), bool)
    enter_value = "const at = document.getElementById(arguments[0]); at.value = arguments[1];"
    changed = "at.dispatchEvent(new Event('change', { bubbles: true }))"
    browser.run(f"{enter_value} {changed}", field, "Follow-up")
    text = becomes(browser, "id: se-follow-up")
    assert "section: se-follow-up" in text
    assert "se-new-section" not in text
    browser.run(f"{enter_value} {changed}", "s-sections.0.name", "Beginning")
    assert "{id: se-open, name: Beginning}" in becomes(browser, "Beginning")
    assert browser.faults() == []


def test_a_text_that_cannot_be_read_leaves_the_builder_to_be_read(browser: Browser, served: Service) -> None:
    """It stays as it was last understood, with the fault named; it can be changed again once the text can be read."""
    width(browser, 1440)
    open_builder(browser, served)
    before = browser.text(".bdesk")
    browser.run(WRITE, FORM.decode().replace("scoring: points", "scoring: ["))
    browser.until("#unreadable", lambda text: "cannot be read" in text)
    browser.until("#panel .faults", lambda text: "Line" in text)
    assert browser.text(".bdesk") == before
    assert browser.run("return document.querySelector('#part-questions').inert")
    browser.run(WRITE, FORM.decode())
    wait_for(lambda: browser.run("return document.querySelector('#part-questions').inert"), lambda inert: not inert)
    browser.write("#s-metrics\\.0\\.weight", "45", Keys.TAB)
    becomes(browser, "weight: 45   # of 100")
    assert browser.faults() == []


def test_added_duplicated_deleted(browser: Browser, served: Service) -> None:
    """A question is added to a section, answered by a person in levels, repeated, and both are deleted again."""
    open_builder(browser, served)
    click(browser, "[value='question:se-open']")
    wait_for(lambda: browser.run("return document.activeElement.id"), lambda at: at == "s-metrics.2.name")
    browser.keys("Tone", Keys.TAB)
    becomes(browser, "id: em-tone")
    choose(browser, "metrics.2.type", "manual")
    becomes(browser, 'type: manual\n    question: ""')
    choose(browser, "metrics.2.answers", "levels")
    becomes(browser, "levels: [{name: None, share: 0}")
    choose(browser, "metrics.2.fatal", "true")
    becomes(browser, "fatal: true")
    choose(browser, "metrics.2.fatal", "false")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: "fatal" not in text)
    click(browser, "[value='copy:2']")
    becomes(browser, "Tone, copy")
    assert names(browser) == ["Greeting", "Help", "Tone", "Tone, copy", "Goodbye"]
    for place in (3, 2):
        click(browser, f"#open-{place}") if browser.all(f"#open-{place}") else None
        wait_for(lambda at=place: browser.all(f"[value='delete:{at}']"), bool)
        click(browser, f"[value='delete:{place}']")
        wait_for(lambda: names(browser), lambda found, at=place: len(found) == at + 1)
    assert browser.run(DOCUMENT) == FORM.decode()
    assert browser.faults() == []


def choose(browser: Browser, path: str, value: str) -> None:
    """Choose a value of a list."""
    wait_for(lambda: browser.run("return !!document.getElementById(arguments[0])", f"s-{path}"), bool)
    script = "const at = document.getElementById(arguments[0]); at.value = arguments[1];"
    browser.run(f"{script} at.dispatchEvent(new Event('change', {{ bubbles: true }}))", f"s-{path}", value)


def test_a_ready_question_is_added(browser: Browser, served: Service) -> None:
    """By keyboard: it is found by its words, its agreement is stated, and it goes to the section that one is in."""
    open_builder(browser, served)
    browser.press("#ready summary")
    shown = browser.until("#ready table", lambda text: "Sign-off" in text)
    assert "the machine, from what is said" in shown
    assert "measured by auscult: 160 conversations by 2 people" in shown or "your audits" in shown
    browser.run("document.getElementById('grip-1').focus()")
    wait_for(lambda: browser.run("return document.querySelector('#ready-section').value"), lambda at: at == "se-open")
    browser.write("#find-ready", "politely", Keys.ENTER)
    wait_for(lambda: browser.run(SEEN), lambda found: found == ["Sign-off"])
    browser.run("document.getElementById('grip-1').focus()")
    browser.run("document.querySelector(\"#ready button[value='ready:en/em-signoff']\").focus()")
    browser.keys(Keys.ENTER)
    wait_for(lambda: names(browser), lambda found: found == ["Greeting", "Help", "Sign-off", "Goodbye"])
    wait_for(lambda: browser.run("return document.activeElement.value"), lambda value: value == "Sign-off")
    wait_for(lambda: browser.all("#ready button[value='ready:en/em-signoff']"), lambda found: not found)
    assert "weight: 0" in browser.run(DOCUMENT).split("Sign-off")[1]


def test_publishing_keeps_its_tab(browser: Browser, served: Service) -> None:
    """A day that is missing is asked for where it is chosen; published, what keeps its score is scored again by a button."""
    app = served.store.within(TENANT)
    width(browser, 1440)
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/forms/ef-starter-voice#part-publish")
    wait_for(lambda: browser.text("#checked"), bool)
    document = browser.run(DOCUMENT)
    browser.run(WRITE, document.replace("pass_score: 70", "pass_score: 75"))
    click(browser, "#history-since")
    click(browser, "#publish")
    browser.until("#panel .bad", lambda text: "choose a date" in text)
    assert browser.one("#note").is_displayed()
    click(browser, "[name=history][value=new]")
    click(browser, "#publish")
    browser.until("section[role=status]", lambda text: "keep their scores" in text)
    click(browser, "[name=act][value=again]")
    browser.until("section[role=status]", lambda text: "being scored again" in text)
    begun = list_rescores(app)[0]
    assert (begun.form_id, begun.since) == ("ef-starter-voice", None)
    cancel_rescore(app, begun.id)
    assert browser.faults() == []


@pytest.mark.parametrize("pixels", [360, 768, 1440])
def test_axe(browser: Browser, served: Service, pixels: int) -> None:
    """Nothing is found on any tab, with an open question and the ready ones."""
    width(browser, pixels)
    open_builder(browser, served, FORM.replace(b"weight: 40 ", b"weight: x "))
    click(browser, "#open-0")
    browser.one("#inspector")
    click(browser, "#ready summary")
    browser.one("#ready table")
    for tab in ("questions", "settings", "try", "publish", "text"):
        click(browser, f"[data-tab={tab}]")
        assert browser.barriers() == []
    assert browser.faults() == []
    width(browser, 1440)
