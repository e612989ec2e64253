"""Faults of a form are named at their fields, with a button where there is only one fix; tried in Chromium and over HTTP."""

import html
import re

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.server.console.frame.reasons.documents import SENTENCES
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.reading import check_form
from tests.data_files import data_of
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.test_console_builder import (
    DOCUMENT,
    becomes,
    choose,
    click,
    looked_at,
    no_draft,
    open_builder,
)
from tests.e2e.console.definitions.test_console_forms import PATH, act, document_of
from tests.e2e.console.test_console_pages import width
from tests.e2e.consoles import signed_in
from tests.e2e.serving import Service
from tests.waiting import wait_for

__all__ = ["no_draft"]

pytestmark = pytest.mark.night

FORM = data_of(__file__, "form").encode()
FOCUS = "return document.activeElement.id"
TAB = "return document.querySelector('#editor').dataset.tab"
SELECTED = "const at = document.activeElement; return at.value.slice(at.selectionStart, at.selectionEnd)"
FOLDED = "return document.activeElement.closest('details:not([open])') !== null"


def plain(page: str) -> str:
    """Return the words of a page."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_a_person_in_a_percentage_form(browser: Browser, served: Service) -> None:
    """Choosing a person stays in the question, says why it does not fit, and one button counts in points."""
    width(browser, 1440)
    whole = FORM.replace(b"  - {id: se-end, name: Closing}\n", b"")
    open_builder(browser, served, whole)
    click(browser, "#open-1")
    browser.one("#inspector")
    choose(browser, "metrics.1.type", "manual")
    browser.until("[id='b-metrics.1.type']", lambda text: "counts in points, and this one counts in percent" in text)
    assert browser.run(TAB) == "questions"
    assert browser.run("return document.getElementById('s-metrics.1.type').getAttribute('aria-invalid')") == "true"
    browser.until("#panel .faults", lambda text: "Tone, Answered by" in text and "metrics[" not in text)
    click(browser, "#inspector [value='put:scoring=points']")
    becomes(browser, "scoring: points")
    wait_for(lambda: browser.all("[id='b-metrics.1.type']"), lambda found: not found)
    assert browser.run(FOCUS) == "s-metrics.1.type"
    assert check_form(browser.run(DOCUMENT).encode()).problems == ()
    for _ in range(2):
        click(browser, "#undo")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == whole.decode())
    assert browser.faults() == []


def test_the_list_leads_to_the_field(browser: Browser, served: Service) -> None:
    """It opens the question, unfolds what is folded and has the focus there; a fault of what the text alone has is there."""
    width(browser, 1440)
    wrong = (
        FORM.replace(b"hey|hi", b"(hi")
        .replace(b"[glad]", b"[]")
        .replace(b"name: Opening", b"name: Opening, pass_score: 200")
    )
    open_builder(browser, served, wrong)
    browser.until(
        "#panel .faults", lambda text: "Tone, Yes when, Any of these, 1, says: needs at least one text" in text
    )
    click(browser, "[data-tab=text]")
    click(browser, "#panel .faults [data-open='1']")
    wait_for(lambda: browser.run(FOCUS), lambda found: found == "n-metrics.1.answer.any_of.0.phrases")
    assert browser.run(TAB) == "questions"
    click(browser, "#panel .faults [data-field='s-sections.0.pass_score']")
    assert (browser.run(FOCUS), browser.run(FOLDED)) == ("s-sections.0.pass_score", False)
    click(browser, "#panel .faults [data-field='g-sections.1']")
    assert browser.run(FOCUS) == "g-sections.1"
    click(browser, "#panel .faults [data-line='17']:not([data-field])")
    assert (browser.run(FOCUS), browser.run(TAB)) == ("document", "text")
    assert "answer: {speaker: agent" in browser.run(SELECTED)
    assert browser.faults() == []


@pytest.mark.landing
def test_fixed_by_keyboard(browser: Browser, served: Service) -> None:
    """An empty section goes, and weights become 100, with keys alone."""
    width(browser, 1440)
    open_builder(browser, served, FORM.replace(b"weight: 40", b"weight: 30"))
    browser.until(
        "#panel .faults", lambda text: "Closing: has no questions; move one here, or remove the section" in text
    )
    browser.press("#panel .faults [value='delete:sections.1']")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: "se-end" not in text)
    browser.press("#panel .faults [value=spread]")
    wait_for(lambda: browser.text("#checked"), lambda text: text == "No fault")
    value = read_document(browser.run(DOCUMENT).encode()).value
    assert sum(each["weight"] for each in mappings(value, "metrics")) == 100
    assert browser.faults() == []


def test_what_is_typed_stays_at_its_field(browser: Browser, served: Service) -> None:
    """A weight that is no number, and one with a percent sign, which a button writes as it is meant."""
    width(browser, 1440)
    open_builder(browser, served, FORM)
    browser.write("#s-metrics\\.0\\.weight", "60%", Keys.TAB)
    browser.until("[id='b-metrics.0.weight']", lambda text: "must be a number" in text)
    assert browser.run("return document.getElementById('s-metrics.0.weight').value") == "60%"
    click(browser, "#q-0 [value='put:metrics.0.weight=60']")
    becomes(browser, "weight: 60\n")
    wait_for(lambda: browser.run(FOCUS), lambda found: found == "s-metrics.0.weight")
    assert browser.faults() == []


@pytest.mark.parametrize("pixels", [360, 768, 1440])
def test_axe(browser: Browser, served: Service, pixels: int) -> None:
    """With faults at every kind of field axe finds nothing, and nothing is wider than the page."""
    width(browser, pixels)
    wrong = FORM.replace(b"[glad]", b"[]").replace(b"type: by_question", b"type: manual", 1).replace(b"60", b"-60")
    open_builder(browser, served, wrong)
    click(browser, "#open-1")
    browser.one("#inspector")
    looked_at(browser)


def test_without_script(served: Service) -> None:
    """The server's page has the words at the field and the buttons, which work as plain parts of its form."""
    with signed_in(served, "qa-manager") as me:
        path = f"{PATH}/ef-starter-chat"
        whole = document_of(me.get(path).text)
        wrong = whole.replace("scoring: percentage", "scoring: points").replace("type: by_question", "type: manual", 1)
        begun = wrong.replace("scoring: points", "scoring: percentage")
        page = act(me, path, begun, "open:0", open="0").text
        assert 'aria-describedby="b-metrics.0.type"' in page
        assert 'value="open:0"' in page.partition('class="faults"')[2].partition("</section>")[0]
        said = plain(page.partition('id="b-metrics.0.type"')[2].partition("</p>")[0])
        assert "counts in points" in said
        counted = document_of(act(me, path, begun, "put:scoring=points", open="0").text)
        assert counted == wrong
        refused = act(me, path, begun, "put:scoring.deep=points")
        assert refused.status_code == 422
        assert document_of(refused.text) == begun
        pack = "pack:metrics.0.answer.any_of"
        unknown = act(me, path, whole, pack, open="0", **{pack: "en/godbye"})
        assert unknown.status_code == 422
        assert 'aria-describedby="bad-pack"' in unknown.text
        assert "en/goodbye" in unknown.text.partition('id="bad-pack"')[2].partition("</p>")[0]
        assert unknown.text.count('role="alert"') == 1


def test_in_german(served: Service) -> None:
    """Words and buttons are in the reader's language."""
    with signed_in(served, "qa-manager") as me:
        path = f"{PATH}/ef-starter-chat"
        wrong = document_of(me.get(path).text).replace("type: by_question", "type: manual", 1)
        me.headers["accept-language"] = "de"
        page = html.unescape(act(me, path, wrong, "look").text)
        assert "dieses zählt in Prozent" in page
        assert "In Punkten zählen" in page
        assert not [each for each in SENTENCES.values() if "{" not in each and each in page]


def test_a_form_is_begun_with_its_problem_at_the_field(served: Service) -> None:
    """Name, queue and spreadsheet: the field is marked, and what is wrong stands under it."""
    whole = {"name": "New calls", "channel": "voice", "queue": "Retail Banking", "source": "example"}
    for field, value in (("name", "?"), ("queue", ""), ("channel", "fax"), ("source", "sheet")):
        with signed_in(served, "qa-manager") as me:
            refused = me.post(PATH, data=whole | {field: value})
            assert refused.status_code == 422
            at = "sheet" if value == "sheet" else field
            assert f'<p class="fault small" id="b-{at}" role="alert">' in refused.text
            assert refused.text.count('role="alert"') == 1
            assert (f'aria-describedby="b-{at}"' in refused.text) == (field != "channel")
