"""The desk open in two windows of a real Chromium: no answer of one is written over by the other without a word."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.domain.audits.audit import AuditAnswer, Sheet
from auscult.server.console.request_language import LANGUAGE_COOKIE
from auscult.storage.audits.queue import QueueQuery
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import assign, count_held, email_of, signed_in
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

pytestmark = pytest.mark.night

CHANGED = "These answers were changed in another window at"
CHOSEN = "return [...document.querySelectorAll('[data-q] input:checked')].map((each) => each.value)"


@contextmanager
def two_windows(browser: Browser, served: Service) -> Iterator[tuple[str, str, str]]:
    """Open one audit in two windows; its conversation, the first window, and the second, which is at the front."""
    (conversation_id,) = assign(served, "auditor", 1)
    enter(browser, served, "auditor")
    desk = f"{served.url}/console/audits/{conversation_id}"
    first = browser.driver.current_window_handle
    browser.driver.get(desk)
    browser.until("#answered", lambda text: text == "0")
    browser.driver.switch_to.new_window("window")
    try:
        browser.driver.get(desk)
        browser.until("#answered", lambda text: text == "0")
        yield conversation_id, first, browser.driver.current_window_handle
    finally:
        for handle in browser.driver.window_handles:
            if handle != first:
                browser.driver.switch_to.window(handle)
                browser.driver.close()
        browser.driver.switch_to.window(first)


def stored(served: Service, conversation_id: str) -> Sheet:
    """Return the stored draft."""
    query = QueueQuery(rater=email_of("auditor"), conversation_id=conversation_id)
    (found,) = served.store.within(TENANT).queue.listing(query)
    assert found.audit is not None
    return found.audit.draft


def answers(served: Service, conversation_id: str) -> list[str]:
    """Return the stored answers in the order of the form."""
    return [each.answer for each in stored(served, conversation_id).answers]


def saved(browser: Browser) -> None:
    """Wait until everything on the desk is stored."""
    browser.until("#saved", lambda text: text.startswith("Saved"))


@pytest.mark.night
def test_answers_to_different_questions_are_merged(browser: Browser, served: Service) -> None:
    """The second window keeps its own answers, stores them, and loads those of the first with a key."""
    with two_windows(browser, served) as (conversation_id, first, second):
        browser.driver.switch_to.window(first)
        browser.keys("1", "2")
        saved(browser)
        browser.driver.switch_to.window(second)
        browser.keys("j", "j", "3", "k", "m", "typed here", Keys.ESCAPE)
        notice = browser.until("#notice", lambda text: CHANGED in text)
        assert re.search(r"at \d\d:\d\d\.", notice)
        wait_for(lambda: answers(served, conversation_id), lambda found: found == ["YES", "NO", "NA"])
        assert browser.run(CHOSEN) == ["NA"]
        browser.keys("r")
        browser.until("#answered", lambda text: text == "3")
        assert browser.text("#notice") == ""
        assert browser.run(CHOSEN) == ["YES", "NO", "NA"]
        saved(browser)
        assert [each.comment for each in stored(served, conversation_id).answers] == ["", "", "typed here"]
        browser.driver.switch_to.window(first)
        browser.keys("j", "1")
        browser.until("#notice", lambda text: CHANGED in text)
        assert browser.faults() == []


def test_a_question_answered_in_both_windows_is_shown(browser: Browser, served: Service) -> None:
    """Nothing is submitted before the other answers are loaded; then either answer can be taken, by keyboard."""
    with two_windows(browser, served) as (conversation_id, first, second):
        browser.driver.switch_to.window(first)
        browser.keys("1", "1", "1")
        browser.run("document.querySelector('#comment').focus()")
        browser.keys("From the first.")
        saved(browser)
        browser.driver.switch_to.window(second)
        browser.keys("2", "2")
        browser.run("document.querySelector('#comment').focus()")
        browser.keys("From the second.")
        browser.until("#notice", lambda text: CHANGED in text)
        assert answers(served, conversation_id) == ["YES", "YES", "YES"]
        browser.keys(Keys.CONTROL, Keys.ENTER, Keys.NULL)
        wait_for(lambda: browser.driver.switch_to.active_element.text, lambda text: "Load them" in text)
        browser.keys(Keys.ENTER)
        notice = browser.until("#notice", lambda text: "Answered in both windows" in text)
        assert notice.count("Other window: Yes") == 2
        assert "Other window: \u201cFrom the first.\u201d" in notice
        assert browser.run(CHOSEN) == ["NO", "NO", "YES"]
        assert browser.driver.switch_to.active_element.text == "Take it"
        browser.keys(Keys.ENTER)
        wait_for(lambda: browser.run(CHOSEN), lambda found: found == ["YES", "NO", "YES"])
        browser.press("#notice li:first-child button + button")
        browser.press("#notice li:first-child button + button")
        assert browser.text("#notice") == ""
        saved(browser)
        assert answers(served, conversation_id) == ["YES", "NO", "YES"]
        assert stored(served, conversation_id).comment == "From the second."
        assert browser.faults() == []


def test_what_was_not_loaded_is_there_when_the_desk_is_opened_again(browser: Browser, served: Service) -> None:
    """An answer that was not stored, as the other window has another, is kept in its window."""
    with two_windows(browser, served) as (conversation_id, first, second):
        browser.driver.switch_to.window(first)
        browser.keys("1")
        saved(browser)
        browser.driver.switch_to.window(second)
        browser.keys("2")
        browser.until("#notice", lambda text: CHANGED in text)
        browser.driver.refresh()
        browser.until("#notice", lambda text: CHANGED in text)
        assert browser.run(CHOSEN) == ["NO"]
        assert answers(served, conversation_id) == ["YES"]
        browser.keys("r")
        browser.until("#notice", lambda text: "Other window: Yes" in text)
        wait_for(lambda: answers(served, conversation_id), lambda found: found == ["NO"])


def test_what_is_sent_on_leaving_does_not_replace_newer_answers(browser: Browser, served: Service) -> None:
    """An answer given just before the page is left is asked about later, where the other window has answered since."""
    with two_windows(browser, served) as (conversation_id, first, second):
        browser.driver.switch_to.window(first)
        browser.keys("1")
        saved(browser)
        browser.driver.switch_to.window(second)
        desk = browser.driver.current_url
        choose = "document.querySelectorAll('[data-q]')[arguments[0]].querySelector('[value=NO]').click()"
        browser.run(f"{choose}; location.href = arguments[1]", 0, f"{served.url}/console/audits")
        browser.until("h1", lambda text: text == "My audits")
        browser.driver.get(desk)
        browser.until("#notice", lambda text: CHANGED in text)
        assert answers(served, conversation_id) == ["YES"]
        browser.keys("r")
        browser.until("#notice", lambda text: "Other window: Yes" in text)
        browser.keys(Keys.ENTER)
        wait_for(lambda: browser.run(CHOSEN), lambda found: found == ["YES"])
        saved(browser)
        browser.run(f"{choose}; location.href = arguments[1]", 1, f"{served.url}/console/audits")
        browser.until("h1", lambda text: text == "My audits")
        wait_for(lambda: answers(served, conversation_id), lambda found: found == ["YES", "NO"])
        browser.driver.get(desk)
        browser.until("#answered", lambda text: text == "2")
        saved(browser)
        assert browser.text("#notice") == ""


def test_an_audit_that_was_submitted_in_the_other_window(browser: Browser, served: Service) -> None:
    """The second window says so at the next answer, and shows what became of the audit when it submits."""
    with two_windows(browser, served) as (conversation_id, _, _):
        with signed_in(served, "auditor") as client:
            page = client.get(f"/console/audits/{conversation_id}").text
            fields = dict(re.findall(r'name="(assignment|revision)" value="([^"]+)"', page))
            given = {f"a-{metric}": "YES" for metric in re.findall(r'data-q="([^"]+)"', page)}
            answer = client.post(f"/console/audits/{conversation_id}", data=fields | given | {"act": "submit"})
            assert answer.status_code == 303
        browser.keys("2")
        browser.until("#saved", lambda text: text == "Not saved: it was ended in another window")
        browser.keys(Keys.CONTROL, Keys.ENTER, Keys.NULL)
        browser.until("main", lambda text: "submitted" in text)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_notice_in_every_width_and_theme(browser: Browser, served: Service, language: str) -> None:
    """Axe finds nothing, and nothing scrolls sideways, while it asks and while it lists both answers."""
    with two_windows(browser, served) as (conversation_id, _, _):
        browser.driver.add_cookie({"name": LANGUAGE_COOKIE, "value": language})
        for theme in ("light", "dark"):
            browser.driver.add_cookie({"name": "auscult_theme", "value": theme, "path": "/console"})
            for pixels in (1440, 360):
                width(browser, pixels)
                browser.driver.get(f"{served.url}/console/audits/{conversation_id}")
                browser.until("#answered", lambda text: text != "")
                elsewhere(served, conversation_id, "YES")
                browser.run("document.querySelector('[data-q] input[value=NO]').click()")
                browser.until("#notice", lambda text: text != "")
                looked_at(browser)
                browser.one("#notice button").click()
                browser.until("#notice", lambda text: text.count("\n") > 1)
                looked_at(browser)
                browser.one("#notice li button").click()
                browser.until("#saved", lambda text: re.search(r"\d\d:\d\d:\d\d", text) is not None)
        width(browser, 1440)


def looked_at(browser: Browser) -> None:
    """Check the page as it is now."""
    browser.run("scrollTo(0, document.documentElement.scrollHeight)")  # there the bar below covers no target in part
    assert browser.barriers() == []


def elsewhere(served: Service, conversation_id: str, answer: str) -> None:
    """Store another answer to the first question, and a remark, as another machine does."""
    with signed_in(served, "auditor") as client:
        page = client.get(f"/console/audits/{conversation_id}").text
        fields = dict(re.findall(r'name="(assignment|revision)" value="([^"]+)"', page))
        (metric, *_) = re.findall(r'data-q="([^"]+)"', page)
        remark = f"At {datetime.now(UTC):%H:%M:%S.%f}."
        given = fields | {f"a-{metric}": answer, f"c-{metric}": remark}
        assert client.post(f"/console/audits/{conversation_id}/draft", data=given).status_code == 200


def test_without_script(served: Service) -> None:
    """A form on an older revision is refused with what was typed in it, and taken when it is sent once more."""
    (conversation_id,) = assign(served, "auditor", 1)
    address = f"/console/audits/{conversation_id}"
    with signed_in(served, "auditor") as client:
        page = client.get(address).text
        fields = dict(re.findall(r'name="(assignment|revision)" value="([^"]+)"', page))
        metrics = re.findall(r'data-q="([^"]+)"', page)
        elsewhere(served, conversation_id, "YES")
        typed = {f"a-{metric}": "NO" for metric in metrics} | {"act": "submit"}
        refused = client.post(address, data=fields | typed)
        assert refused.status_code == 409
        assert CHANGED in refused.text
        assert len(re.findall(r'value="NO"[^>]* checked', refused.text)) == len(metrics)
        assert [each.answer for each in stored(served, conversation_id).answers] == ["YES"]
        newer = dict(re.findall(r'name="(assignment|revision)" value="([^"]+)"', refused.text))
        assert newer["revision"] > fields["revision"]
        assert client.post(address, data=newer | typed).status_code == 303
        count_held(served)
        done = served.store.within(TENANT).audits.case(conversation_id)
    assert done is not None
    assert done.audit is not None
    assert done.audit.result is not None
    assert AuditAnswer(metric_id=metrics[0], answer="NO") in done.audit.result.sheet.answers
